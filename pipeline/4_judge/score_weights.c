/* Weights, bounds, and the score of a row: see score.h. */
#include "4_judge/score.h"

#include "core/config/number.h"
#include "core/config/unknown_word.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KNOWN_MAX = 64 };
static const double SUM_TOLERANCE = 2e-6; /* three thirds written as 0.333333 each */

void tp_weighting_reset(tp_weighting *weighting) {
    free(weighting->weight);
    free(weighting->bounds);
    *weighting = (tp_weighting){0};
}

static bool find_criterion(const tp_profile *profile, const char *id, tp_place place, size_t *criterion,
                           tp_faults *faults) {
    const char *known[KNOWN_MAX];
    size_t n = 0;
    for (size_t c = 0; c < profile->n_criteria; c++) {
        if (profile->criteria[c].id != NULL && strcmp(profile->criteria[c].id, id) == 0) {
            *criterion = c;
            return true;
        }
        if (profile->criteria[c].id != NULL && n < KNOWN_MAX) {
            known[n++] = profile->criteria[c].id;
        }
    }
    tp_unknown_word(faults, place, "criterion", id, known, n);
    return false;
}

static void read_weights(const tp_node *weights, tp_place place, tp_weighting *weighting, tp_faults *faults) {
    double sum = 0;
    bool right = true;
    for (size_t i = 0; i < tp_node_count(weights); i++) {
        const tp_node *node = tp_node_at(weights, i);
        const char *text = tp_node_text(node), *id = tp_node_key(weights, i);
        size_t criterion = 0;
        double weight = 0;
        bool known = find_criterion(weighting->profile, id, tp_node_key_place(weights, i), &criterion, faults);
        if (text == NULL || !tp_number_read(text, &weight) || !(weight >= 0 && weight <= 1)) {
            tp_faults_add_at(faults, tp_node_place(node), "weights: %s: expected a number from 0 to 1, found '%s'", id,
                             text == NULL ? "a list or map" : text);
            right = false;
        } else if (known) {
            weighting->weight[criterion] = weight;
            sum += weight;
        }
        right = right && known;
    }
    if (tp_node_count(weights) == 0) {
        tp_faults_add_at(faults, place, "weights: nothing is weighted (expected CRITERION: share)");
    } else if (right && fabs(sum - 1) > SUM_TOLERANCE) {
        tp_faults_add_at(faults, place, "weights: they add up to %g (expected 1)", sum);
    }
}

static bool read_bound(const tp_node *node, const char *id, tp_quantity *bound, tp_faults *faults) {
    const char *text = node == NULL ? NULL : tp_node_text(node);
    tp_error error = {0};
    if (text == NULL) {
        return false;
    }
    if (tp_quantity_parse(text, bound, &error) != TP_OK) {
        tp_faults_add_at(faults, tp_node_place(node), "bounds: %s: %s", id, error.message);
        return false;
    }
    return true;
}

static bool same_unit(const tp_quantity *a, const tp_quantity *b) {
    return a->dimension == b->dimension && strcmp(a->unit, b->unit) == 0;
}

/* Sets the bounds of the parts whose threshold has that unit. */
static void set_bounds(const tp_criterion *criterion, const tp_quantity pair[2], tp_place place,
                       tp_score_bounds *bounds, tp_faults *faults) {
    bool found = false;
    for (size_t p = 0; p < criterion->n_parts; p++) {
        const tp_part *part = &criterion->parts[p];
        if (!same_unit(&part->threshold, &pair[0]) || !same_unit(&part->threshold, &pair[1])) {
            continue;
        }
        found = true;
        bounds[p] = (tp_score_bounds){pair[0].value, pair[1].value};
        bool more_is_better = part->comparison == TP_AT_LEAST;
        if (pair[0].value == pair[1].value || (pair[1].value > pair[0].value) != more_is_better) {
            tp_faults_add_at(faults, place, "bounds: %s is %s its threshold: expected [worst, best], the best one %s",
                             criterion->id, more_is_better ? "at least" : "at most",
                             more_is_better ? "larger" : "smaller");
            return;
        }
    }
    if (!found && criterion->n_parts > 0) {
        tp_faults_add_at(faults, place, "bounds: %s is not measured in these units (its threshold is %g %s)",
                         criterion->id, criterion->parts[0].threshold.value, criterion->parts[0].threshold.unit);
    }
}

static void read_bounds(const tp_node *map, const size_t *first, tp_weighting *weighting, tp_faults *faults) {
    for (size_t i = 0; map != NULL && i < tp_node_count(map); i++) {
        const tp_node *pair = tp_node_at(map, i);
        const char *id = tp_node_key(map, i);
        size_t criterion = 0;
        tp_quantity read[2];
        if (!find_criterion(weighting->profile, id, tp_node_key_place(map, i), &criterion, faults)) {
            continue;
        }
        if (tp_node_get_kind(pair) != TP_NODE_LIST || tp_node_count(pair) != 2) {
            tp_faults_add_at(faults, tp_node_place(pair), "bounds: %s: expected [worst, best]", id);
        } else if (read_bound(tp_node_at(pair, 0), id, &read[0], faults) &&
                   read_bound(tp_node_at(pair, 1), id, &read[1], faults)) {
            set_bounds(&weighting->profile->criteria[criterion], read, tp_node_place(pair),
                       weighting->bounds + first[criterion], faults);
        }
    }
}

/* Twice the threshold and 0; a threshold of 0 is all or nothing. */
static tp_score_bounds usual_bounds(const tp_part *part) {
    double twice = 2 * part->threshold.value;
    return part->comparison == TP_AT_LEAST ? (tp_score_bounds){0, twice} : (tp_score_bounds){twice, 0};
}

void tp_weighting_read(const tp_profile *profile, const tp_node *weights, const tp_node *bounds, tp_place place,
                       tp_weighting *weighting, tp_faults *faults) {
    *weighting = (tp_weighting){.profile = profile};
    size_t n_parts = 0, *first = calloc(profile->n_criteria + 1, sizeof *first);
    for (size_t c = 0; c < profile->n_criteria; c++) {
        if (first != NULL) {
            first[c] = n_parts;
        }
        n_parts += profile->criteria[c].n_parts;
    }
    weighting->weight = calloc(profile->n_criteria + 1, sizeof *weighting->weight);
    weighting->bounds = calloc(n_parts + 1, sizeof *weighting->bounds);
    if (first == NULL || weighting->weight == NULL || weighting->bounds == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
    } else {
        for (size_t c = 0; c < profile->n_criteria; c++) {
            for (size_t p = 0; p < profile->criteria[c].n_parts; p++) {
                weighting->bounds[first[c] + p] = usual_bounds(&profile->criteria[c].parts[p]);
            }
        }
        read_weights(weights, place, weighting, faults);
        read_bounds(bounds, first, weighting, faults);
    }
    free(first);
}

/* ---- the score of a row ---- */

static double share_of(const tp_score_bounds *bounds, double value) {
    if (bounds->best == bounds->worst) { /* a threshold of 0 */
        return value == bounds->best ? 1 : 0;
    }
    if (isinf(value)) {
        return (value > 0) == (bounds->best > bounds->worst) ? 1 : 0;
    }
    return fmin(fmax((value - bounds->worst) / (bounds->best - bounds->worst), 0), 1);
}

static tp_score score_part(const tp_score_bounds *bounds, const tp_measure *measure, int64_t row) {
    if (!measure->known[row] && measure->low[row] >= measure->high[row]) {
        return (tp_score){0, 0};
    }
    double a = share_of(bounds, measure->low[row]), b = share_of(bounds, measure->high[row]);
    return (tp_score){fmin(a, b), fmax(a, b)};
}

/* Inside a band more is neither better nor worse. */
static tp_score score_band(const tp_part *part, const tp_measure *measure, int64_t row) {
    bool unreachable = !measure->known[row] && measure->low[row] >= measure->high[row];
    tp_verdict verdict =
        unreachable ? TP_NOT_MET : tp_part_compare(part, part->threshold.value, measure->low[row], measure->high[row]);
    return (tp_score){verdict == TP_MET, verdict != TP_NOT_MET};
}

tp_score tp_score_criterion(const tp_weighting *weighting, const tp_trial *trial, size_t criterion, int64_t row) {
    const tp_criterion *of = &trial->profile->criteria[criterion];
    size_t first = trial->first[criterion];
    bool all = of->combine == TP_COMBINE_ALL, any_part = false;
    tp_score score = {0, 1};
    for (size_t p = 0; p < of->n_parts; p++) {
        const tp_measure *measure = trial->measures[first + p];
        if (measure == NULL) {
            continue;
        }
        tp_score part = of->parts[p].banded ? score_band(&of->parts[p], measure, row)
                                            : score_part(&weighting->bounds[first + p], measure, row);
        if (!any_part) {
            score = part;
        } else {
            score.low = all ? fmin(score.low, part.low) : fmax(score.low, part.low);
            score.high = all ? fmin(score.high, part.high) : fmax(score.high, part.high);
        }
        any_part = true;
    }
    return score;
}

tp_score tp_score_site(const tp_weighting *weighting, const tp_trial *trial, int64_t row) {
    tp_score sum = {0, 0};
    for (size_t c = 0; c < trial->profile->n_criteria; c++) {
        if (weighting->weight[c] > 0) {
            tp_score score = tp_score_criterion(weighting, trial, c, row);
            sum.low += weighting->weight[c] * score.low;
            sum.high += weighting->weight[c] * score.high;
        }
    }
    return sum;
}
