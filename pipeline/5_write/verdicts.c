/* The tables `verdicts` (every profile, site, criterion) and `criteria` (what each asks for). */
#include "5_write/contents.h"
#include "5_write/describe.h"
#include "5_write/evidence.h"
#include "core/data/near.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

tp_outcome tp_result_outcome(const tp_result *result, int64_t row) {
    size_t part = result->part[row];
    const tp_measure *measure = result->measures[part];
    tp_outcome outcome = {
        .verdict = tp_verdict_text((tp_verdict)result->verdict[row]),
        .value = result->value[row],
        .margin = result->margin[row],
        .unit = result->criterion->parts[part].threshold.unit,
        .has_value = (result->known[row] & 1) != 0,
        .has_margin = (result->known[row] & 2) != 0,
    };
    const tp_part *decides = &result->criterion->parts[part];
    tp_comparison comparison = decides->comparison;
    outcome.threshold = decides->threshold.value;
    if (decides->banded) {
        (void)tp_part_margin(decides, decides->threshold.value, outcome.has_value ? outcome.value : -INFINITY,
                             &comparison, &outcome.threshold);
    }
    outcome.at_least = comparison == TP_AT_LEAST;
    if (measure != NULL && measure->missing_layer == NULL) {
        outcome.method = tp_method_text((tp_method)measure->method[row]);
    }
    return outcome;
}

bool tp_criterion_has_one_threshold(const tp_criterion *criterion) {
    const tp_part *first = NULL;
    for (size_t i = 0; i < criterion->n_parts; i++) {
        const tp_part *part = &criterion->parts[i];
        if (part->left_out) {
            continue;
        }
        first = first == NULL ? part : first;
        bool same_unit = strcmp(part->threshold.unit, first->threshold.unit) == 0;
        if (!same_unit || part->comparison != first->comparison || part->threshold.value != first->threshold.value) {
            return false;
        }
    }
    return true;
}

/* The bound of two parts together: the better one where any part is enough, the worse one where all are needed. */
static double joined(double a, double b, const tp_part *part, tp_combine how) {
    bool larger = (part->comparison == TP_AT_LEAST) == (how != TP_COMBINE_ALL);
    return larger ? fmax(a, b) : fmin(a, b);
}

/* `whole`: of all parts together, else of the one that is told. */
static tp_interval interval_of(const tp_result *result, bool whole, int64_t row) {
    const tp_criterion *criterion = result->criterion;
    bool any = false;
    tp_interval interval = {-INFINITY, INFINITY};
    for (size_t i = 0; i < criterion->n_parts; i++) {
        const tp_measure *measure = result->measures[i];
        if (measure == NULL || (!whole && i != result->part[row])) {
            continue;
        }
        double low = measure->low[row], high = measure->high[row];
        interval.low = any ? joined(interval.low, low, &criterion->parts[i], criterion->combine) : low;
        interval.high = any ? joined(interval.high, high, &criterion->parts[i], criterion->combine) : high;
        any = true;
    }
    return interval;
}

tp_interval tp_result_interval(const tp_result *result, int64_t row) {
    return interval_of(result, tp_criterion_has_one_threshold(result->criterion), row);
}

tp_result *const *tp_profile_results(const tp_dataset *dataset, size_t profile, size_t *n) {
    *n = 0;
    if (profile >= dataset->n_profiles) {
        return NULL;
    }
    size_t first = 0;
    while (first < dataset->n_results && dataset->results[first]->profile != dataset->profiles[profile]) {
        first++;
    }
    while (first + *n < dataset->n_results && dataset->results[first + *n]->profile == dataset->profiles[profile]) {
        (*n)++;
    }
    return *n > 0 ? dataset->results + first : NULL;
}

static const tp_record_field VERDICT_FIELDS[] = {
    {"profile", TP_TYPE_TEXT, NULL, NULL},
    {"site_id", TP_TYPE_TEXT, NULL, NULL},
    {"criterion_id", TP_TYPE_TEXT, NULL, NULL},
    {"verdict", TP_TYPE_TEXT, NULL, "met, not_met or unknown"},
    {"value", TP_TYPE_DOUBLE, NULL, "in the criterion's unit; NULL: nothing found, unreachable or not known"},
    {"threshold", TP_TYPE_DOUBLE, NULL, "in the criterion's unit"},
    {"margin", TP_TYPE_DOUBLE, NULL, "in the criterion's unit; at least 0 exactly when met"},
    {"evidence", TP_TYPE_TEXT, NULL, NULL},
    {"method", TP_TYPE_TEXT, NULL, "road, road_model, straight_line, polygon or table"},
    {"unit", TP_TYPE_TEXT, NULL, "of value, threshold and margin: those of the part that decides"},
    {"comparison", TP_TYPE_TEXT, NULL, "at_most or at_least, of the part that decides"},
    {"margin_percent", TP_TYPE_DOUBLE, "%", "margin in percent of the threshold; NULL where that is 0"},
    {"low", TP_TYPE_DOUBLE, NULL, "the truth is at least this; NULL: no bound, or unreachable"},
    {"high", TP_TYPE_DOUBLE, NULL, "the truth is at most this; NULL: no bound, or unreachable"},
};

/* A judged criterion with what is the same in all its rows. */
typedef struct tp_judged {
    const tp_result *result;
    tp_word id;
    bool one_threshold;
} tp_judged;

tp_code tp_verdicts_declare(tp_record *record, tp_error *error) {
    return tp_record_add_all(record, VERDICT_FIELDS, sizeof VERDICT_FIELDS / sizeof VERDICT_FIELDS[0], error);
}

bool tp_verdicts_beside(const tp_output *output) {
    size_t n;
    return output->evidence != TP_EVIDENCE_NONE && tp_sink_has_beside(output->sink) &&
           tp_profile_results(output->dataset, 0, &n) != NULL;
}

tp_code tp_verdict_rows_open(const tp_output *output, size_t profile, tp_verdict_rows *rows, tp_error *error) {
    const tp_dataset *dataset = output->dataset;
    tp_result *const *results = tp_profile_results(dataset, profile, &rows->n_results);
    rows->profile = profile;
    rows->profile_id = tp_word_of(dataset->profiles[profile]->id);
    rows->sites = tp_dataset_layer(dataset, "sites");
    rows->results = calloc(rows->n_results + 1, sizeof *rows->results);
    if (rows->results == NULL) {
        return tp_error_memory(error);
    }
    for (size_t i = 0; i < rows->n_results; i++) {
        const tp_criterion *criterion = results[i]->criterion;
        rows->results[i] =
            (tp_judged){results[i], tp_word_of(criterion->id), tp_criterion_has_one_threshold(criterion)};
    }
    return TP_OK;
}

void tp_verdict_rows_reset(tp_verdict_rows *rows) {
    free(rows->results);
    *rows = (tp_verdict_rows){0};
}

void tp_verdict_put(const tp_verdict_rows *rows, size_t i, int64_t row, const tp_text *evidence, tp_record *record) {
    const tp_judged *of = &rows->results[i];
    const tp_result *result = of->result;
    tp_outcome outcome = tp_result_outcome(result, row);
    tp_record_start(record);
    tp_put_word(record, rows->profile_id);
    tp_put_text(record, tp_layer_id(rows->sites, row));
    tp_put_word(record, of->id);
    tp_put_verdict(record, (tp_verdict)result->verdict[row]);
    tp_put_double(record, outcome.value, outcome.has_value);
    tp_put_double(record, outcome.threshold, true);
    tp_put_double(record, outcome.margin, outcome.has_margin);
    tp_put_text(record, evidence->size > 0 ? tp_text_get(evidence) : NULL);
    tp_put_text(record, outcome.method);
    tp_put_text(record, outcome.unit);
    tp_put_text(record, outcome.at_least ? "at_least" : "at_most");
    bool has_percent = outcome.has_margin && outcome.threshold != 0;
    tp_put_double(record, has_percent ? 100 * outcome.margin / fabs(outcome.threshold) : 0, has_percent);
    tp_interval interval = interval_of(result, of->one_threshold, row);
    tp_put_double(record, interval.low, isfinite(interval.low));
    tp_put_double(record, interval.high, isfinite(interval.high));
}

typedef struct verdict_writer {
    const tp_verdict_rows *rows;
    const tp_output *output;
    tp_record record;
    tp_text evidence;
} verdict_writer;

static void stop_verdicts(void *worker) {
    verdict_writer *writer = worker;
    tp_record_reset(&writer->record);
    tp_text_reset(&writer->evidence);
    free(writer);
}

static tp_code start_verdicts(const void *shared, const tp_output *output, void **worker, tp_error *error) {
    verdict_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        return tp_error_memory(error);
    }
    writer->rows = shared;
    writer->output = output;
    tp_code code = tp_record_fork(output->verdicts, &writer->record, error);
    if (code != TP_OK) {
        stop_verdicts(writer);
        return code;
    }
    *worker = writer;
    return TP_OK;
}

static tp_code make_verdicts(void *worker, int64_t row, tp_error *error) {
    verdict_writer *writer = worker;
    const tp_verdict_rows *rows = writer->rows;
    bool told = tp_output_has_evidence(writer->output, rows->profile, row);
    tp_code code = TP_OK;
    for (size_t i = 0; code == TP_OK && i < rows->n_results; i++) {
        tp_text_clear(&writer->evidence);
        if (told) {
            tp_evidence_write(writer->output->dataset, rows->results[i].result, row, &writer->evidence);
        }
        if (writer->evidence.lost) {
            return tp_error_memory(error);
        }
        tp_verdict_put(rows, i, row, &writer->evidence, &writer->record);
        code = tp_output_row(writer->output, &writer->record, NULL, error);
    }
    return code;
}

static void fetch_verdicts(const void *shared, int64_t first, int64_t end) {
    const tp_verdict_rows *rows = shared;
    tp_near_column(rows->sites->id, first, end);
    for (size_t i = 0; i < rows->n_results; i++) {
        tp_near_result(rows->results[i].result, true, first, end);
    }
}

static tp_code write_profile(const tp_output *output, size_t profile, tp_error *error) {
    tp_verdict_rows rows = {0};
    tp_code code = tp_verdict_rows_open(output, profile, &rows, error);
    if (code == TP_OK) {
        tp_row_maker maker = {"verdicts", &rows, start_verdicts, make_verdicts, stop_verdicts, fetch_verdicts};
        code = tp_output_items(output, &maker, rows.sites->n_rows, error);
    }
    tp_verdict_rows_reset(&rows);
    return code;
}

tp_code tp_write_verdicts(const tp_output *output, tp_error *error) {
    const tp_dataset *dataset = output->dataset;
    if (tp_dataset_layer(dataset, "sites") == NULL || dataset->n_results == 0) {
        return TP_OK;
    }
    bool begun = tp_verdicts_beside(output);
    tp_code code = begun ? TP_OK : tp_output_begin(output, "verdicts", TP_GEOMETRY_NONE, output->verdicts, error);
    for (size_t profile = begun ? 1 : 0; code == TP_OK && profile < dataset->n_profiles; profile++) {
        code = write_profile(output, profile, error);
    }
    return code == TP_OK ? tp_output_end(output, error) : code;
}

static const tp_record_field CRITERION_FIELDS[] = {
    {"profile", TP_TYPE_TEXT, NULL, NULL},
    {"criterion_id", TP_TYPE_TEXT, NULL, NULL},
    {"title_en", TP_TYPE_TEXT, NULL, NULL},
    {"title_ja", TP_TYPE_TEXT, NULL, NULL},
    {"required", TP_TYPE_INT64, NULL, "1: decides the site's verdict; 0: informative"},
    {"measure", TP_TYPE_TEXT, NULL, "what is measured, part by part with its threshold"},
    {"comparison", TP_TYPE_TEXT, NULL, "at_least, at_most, or between (then see `measure` for both bounds)"},
    {"threshold", TP_TYPE_DOUBLE, NULL, "of the first part, in `unit`; inclusive"},
    {"unit", TP_TYPE_TEXT, NULL, NULL},
    {"source", TP_TYPE_TEXT, NULL, "who asks for it"},
    {"one_threshold", TP_TYPE_INT64, NULL,
     "1: all parts share comparison, threshold and unit, so that `low` and `high` of `verdicts` judge it under another "
     "threshold too"},
};

static tp_code write_criterion(const tp_output *output, const tp_profile *profile, const tp_criterion *criterion,
                               tp_record *record, tp_text *measure, tp_error *error) {
    tp_text_clear(measure);
    tp_describe_criterion(criterion, measure);
    if (measure->lost) {
        return tp_error_memory(error);
    }
    const tp_part *first = &criterion->parts[0];
    tp_record_start(record);
    tp_put_text(record, profile->id);
    tp_put_text(record, criterion->id);
    tp_put_text(record, criterion->title_en);
    tp_put_text(record, criterion->title_ja);
    tp_put_int64(record, criterion->required ? 1 : 0, true);
    tp_put_text(record, tp_text_get(measure));
    tp_put_text(record, first->banded ? "between" : first->comparison == TP_AT_LEAST ? "at_least" : "at_most");
    tp_put_double(record, first->threshold.value, true);
    tp_put_text(record, first->threshold.unit);
    tp_put_text(record, criterion->source);
    tp_put_int64(record, tp_criterion_has_one_threshold(criterion) ? 1 : 0, true);
    return tp_output_row(output, record, NULL, error);
}

tp_code tp_write_criteria(const tp_output *output, tp_error *error) {
    const tp_dataset *dataset = output->dataset;
    if (tp_dataset_layer(dataset, "sites") == NULL || dataset->n_results == 0) {
        return TP_OK;
    }
    tp_record record = {0};
    tp_text measure = {0};
    size_t n_fields = sizeof CRITERION_FIELDS / sizeof CRITERION_FIELDS[0];
    tp_code code = tp_record_add_all(&record, CRITERION_FIELDS, n_fields, error);
    if (code == TP_OK) {
        code = tp_output_begin(output, "criteria", TP_GEOMETRY_NONE, &record, error);
    }
    for (size_t i = 0; i < dataset->n_profiles; i++) {
        const tp_profile *profile = dataset->profiles[i];
        for (size_t k = 0; code == TP_OK && k < profile->n_criteria; k++) {
            code = write_criterion(output, profile, &profile->criteria[k], &record, &measure, error);
        }
    }
    if (code == TP_OK) {
        code = tp_output_end(output, error);
    }
    tp_text_reset(&measure);
    tp_record_reset(&record);
    return code;
}
