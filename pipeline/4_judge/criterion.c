/*
 * One criterion: its parts compared, combined, and the part told whose value, threshold and margin stand for the whole.
 *
 * The value of an unknown part is told (what was found, at least), its margin is not: it would be a bound, not a margin.
 */
#include "criterion.h"

#include <math.h>
#include <stdlib.h>

/* A part's measure in a row. */
typedef struct judged_part {
    tp_verdict verdict;
    bool left_out;
    bool has_value;
    double value, margin; /* margin is -infinity where the measure has no value: unreachable */
} judged_part;

static tp_verdict part_verdict(const tp_part *part, const tp_measure *measure, tp_bounds bounds, int64_t row) {
    double low = measure->low[row], high = measure->high[row];
    if (!measure->known[row] && low >= high) {
        return TP_NOT_MET; /* known not to be there: no comparison can be met by it */
    }
    if (!part->banded || bounds.upper == part->upper.value) {
        return tp_part_compare(part, bounds.threshold, low, high);
    }
    tp_part moved = *part;
    moved.upper.value = bounds.upper;
    return tp_part_compare(&moved, bounds.threshold, low, high);
}

static judged_part judge_part(const tp_part *part, const tp_measure *measure, int64_t row) {
    if (measure == NULL) {
        return (judged_part){.verdict = TP_UNKNOWN, .left_out = part->left_out, .margin = -INFINITY};
    }
    judged_part judged = {.verdict = part_verdict(part, measure, tp_part_bounds(part), row),
                          .has_value = measure->known[row],
                          .value = measure->value[row],
                          .margin = -INFINITY};
    if (judged.has_value) {
        judged.margin = tp_part_margin(part, part->threshold.value, judged.value, NULL, NULL);
    }
    return judged;
}

/* The verdict of the whole from those of the parts that take part. */
static tp_verdict combine(tp_combine how, const tp_verdict *verdicts, size_t n) {
    return n == 0 ? TP_UNKNOWN : how == TP_COMBINE_ALL ? tp_verdict_all(verdicts, n) : tp_verdict_any(verdicts, n);
}

/*
 * The part that is told. Among those whose verdict is that of the whole (a part that is met says nothing about why the
 * whole is not): `all` the one with the smallest margin, `any` the one with the largest, `first` the first. Where the
 * whole is unknown the unknown parts are the ones to look at; earlier parts win ties.
 */
static size_t told_part(tp_combine how, tp_verdict whole, const judged_part *parts, size_t n) {
    size_t told = n;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].left_out || parts[i].verdict != whole) {
            continue;
        }
        if (told == n) {
            told = i;
        } else if (how == TP_COMBINE_ALL && parts[i].margin < parts[told].margin) {
            told = i;
        } else if (how == TP_COMBINE_ANY && parts[i].margin > parts[told].margin) {
            told = i;
        }
    }
    return told == n ? 0 : told;
}

/* All parts of a row, and the verdict of the whole. */
static tp_verdict judge_parts(const tp_criterion *criterion, const tp_measure *const *measures, int64_t row,
                              judged_part *parts) {
    tp_verdict verdicts[TP_PARTS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < criterion->n_parts; i++) {
        parts[i] = judge_part(&criterion->parts[i], measures[i], row);
        if (!parts[i].left_out) {
            verdicts[n++] = parts[i].verdict;
        }
    }
    return combine(criterion->combine, verdicts, n);
}

tp_verdict tp_criterion_verdict(const tp_criterion *criterion, const tp_measure *const *measures,
                                const tp_bounds *bounds, int64_t row) {
    tp_verdict verdicts[TP_PARTS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < criterion->n_parts; i++) {
        const tp_part *part = &criterion->parts[i];
        if (measures[i] != NULL) {
            verdicts[n++] = part_verdict(part, measures[i], bounds == NULL ? tp_part_bounds(part) : bounds[i], row);
        } else if (!part->left_out) {
            verdicts[n++] = TP_UNKNOWN;
        }
    }
    return combine(criterion->combine, verdicts, n);
}

static void judge_row(tp_result *result, int64_t row) {
    const tp_criterion *criterion = result->criterion;
    judged_part parts[TP_PARTS_MAX];
    tp_verdict verdict = judge_parts(criterion, result->measures, row, parts);
    size_t told = told_part(criterion->combine, verdict, parts, criterion->n_parts);
    const judged_part *part = &parts[told];
    result->verdict[row] = (uint8_t)verdict;
    result->part[row] = (uint8_t)told;
    result->value[row] = part->has_value ? part->value : 0;
    bool margin = part->has_value && verdict != TP_UNKNOWN;
    result->margin[row] = margin ? part->margin : 0;
    result->known[row] = (uint8_t)((part->has_value ? TP_KNOWN_VALUE : 0) | (margin ? TP_KNOWN_MARGIN : 0));
}

static tp_code find_measures(const tp_dataset *dataset, tp_result *result, tp_error *error) {
    const tp_criterion *criterion = result->criterion;
    for (size_t i = 0; i < criterion->n_parts; i++) {
        const tp_part *part = &criterion->parts[i];
        result->measures[i] = part->left_out ? NULL : tp_dataset_measure(dataset, part->measure_name);
        if (!part->left_out && result->measures[i] == NULL) {
            return tp_error_set(error, TP_E_INTERNAL, "criterion %s: the measure %s is missing", criterion->id,
                                part->measure_name);
        }
    }
    for (size_t i = 0; i < criterion->n_also; i++) {
        result->also[i] = tp_dataset_measure(dataset, criterion->also[i].measure_name);
        if (result->also[i] == NULL) {
            return tp_error_set(error, TP_E_INTERNAL, "criterion %s: the measure %s is missing", criterion->id,
                                criterion->also[i].measure_name);
        }
    }
    return TP_OK;
}

static tp_result *new_result(const tp_profile *profile, const tp_criterion *criterion, int64_t n_rows) {
    size_t rows = (size_t)(n_rows > 0 ? n_rows : 1);
    tp_result *result = calloc(1, sizeof *result);
    if (result == NULL) {
        return NULL;
    }
    result->profile = profile;
    result->criterion = criterion;
    result->measures = calloc(criterion->n_parts + 1, sizeof(const tp_measure *));
    result->also = calloc(criterion->n_also + 1, sizeof(const tp_measure *));
    result->verdict = malloc(rows);
    result->part = malloc(rows);
    result->known = malloc(rows);
    result->value = malloc(rows * sizeof *result->value);
    result->margin = malloc(rows * sizeof *result->margin);
    if (result->measures == NULL || result->also == NULL || result->verdict == NULL || result->part == NULL ||
        result->known == NULL || result->value == NULL || result->margin == NULL) {
        tp_result_free(result);
        return NULL;
    }
    return result;
}

tp_code tp_criterion_judge(const tp_dataset *dataset, const tp_profile *profile, const tp_criterion *criterion,
                           const tp_layer *sites, tp_result **result, tp_error *error) {
    *result = NULL;
    if (criterion->n_parts > TP_PARTS_MAX) {
        return tp_error_at(error, criterion->place, "criterion '%s' has %zu parts (at most %d)", criterion->id,
                           criterion->n_parts, TP_PARTS_MAX);
    }
    tp_result *made = new_result(profile, criterion, sites->n_rows);
    if (made == NULL) {
        return tp_error_memory(error);
    }
    tp_code code = find_measures(dataset, made, error);
    if (code != TP_OK) {
        tp_result_free(made);
        return code;
    }
#pragma omp parallel for schedule(static, 1024)
    for (int64_t row = 0; row < sites->n_rows; row++) {
        judge_row(made, row);
    }
    *result = made;
    return TP_OK;
}
