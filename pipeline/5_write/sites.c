/*
 * The layer `sites`: names, prefecture, the verdict, then five columns a criterion of the first profile and what it
 * measures beside it, then what the user's own measures added, then the rest of the file's columns.
 */
#include "5_write/contents.h"
#include "5_write/evidence.h"
#include "core/data/near.h"

#include "technopolis/search.h"
#include "technopolis/transport.h"

#include <stdlib.h>
#include <string.h>

static const tp_record_field HEAD_FIELDS[] = {
    {"site_id", TP_TYPE_TEXT, NULL, NULL},
    {"name", TP_TYPE_TEXT, NULL, NULL},
    {"name_ja", TP_TYPE_TEXT, NULL, NULL},
    {"prefecture_code", TP_TYPE_TEXT, NULL, NULL},
    {"prefecture_name", TP_TYPE_TEXT, NULL, NULL},
    {"prefecture_method", TP_TYPE_TEXT, NULL, "how the prefecture was found"},
    {"verdict", TP_TYPE_TEXT, NULL, "met, not_met or unknown, from the required criteria of the first profile"},
    {"criteria_met", TP_TYPE_INT64, NULL, "of all criteria of the first profile"},
    {"criteria_not_met", TP_TYPE_INT64, NULL, NULL},
    {"criteria_unknown", TP_TYPE_INT64, NULL, NULL},
};
enum { N_HEAD_FIELDS = sizeof HEAD_FIELDS / sizeof HEAD_FIELDS[0] };

/* The columns of HEAD_FIELDS that are copied from a column of that name, where there is one. */
static const char *const COPIED[] = {"name_ja", "prefecture_code", "prefecture_name", "prefecture_method"};
enum { N_COPIED = sizeof COPIED / sizeof COPIED[0] };

typedef struct site_writer {
    const tp_output *output;
    const tp_layer *sites;
    tp_result *const *results; /* of the first profile; NULL: nothing was judged */
    size_t n_results;
    const tp_column *copied[N_COPIED];
    const tp_join *joins;   /* where the sites join the network; NULL: there is none */
    const tp_column **rest; /* measured columns, then the file's, that were not written before */
    size_t n_rest;
    bool read;                       /* from a file, so that rows have a source */
    const tp_verdict_rows *verdicts; /* written beside; NULL: not now */
    tp_text *evidence; /* one a criterion, all alive until the row is handed over; a thread's own, as the records */
    tp_record record, verdict;
} site_writer;

static tp_code declare_criterion(tp_record *record, const tp_criterion *criterion, tp_error *error) {
    static const struct {
        const char *suffix;
        tp_type type;
        const char *help;
    } columns[] = {
        {"verdict", TP_TYPE_TEXT, "met, not_met or unknown"},
        {"value", TP_TYPE_DOUBLE, "what was measured"},
        {"margin", TP_TYPE_DOUBLE, "at least 0 exactly when met"},
        {"evidence", TP_TYPE_TEXT, NULL},
        {"method", TP_TYPE_TEXT, "road, road_model, straight_line, polygon or table"},
    };
    const char *unit = criterion->parts[0].threshold.unit;
    tp_code code = TP_OK;
    for (size_t i = 0; code == TP_OK && i < sizeof columns / sizeof columns[0]; i++) {
        char *name = tp_text_format("%s_%s", criterion->id, columns[i].suffix);
        code = name == NULL ? tp_error_memory(error)
                            : tp_record_add(record, name, columns[i].type,
                                            columns[i].type == TP_TYPE_DOUBLE ? unit : NULL, columns[i].help, error);
        free(name);
    }
    return code;
}

static tp_code declare_also(tp_record *record, const tp_result *result, tp_error *error) {
    const tp_criterion *criterion = result->criterion;
    tp_code code = TP_OK;
    for (size_t i = 0; code == TP_OK && i < criterion->n_also; i++) {
        char *name = tp_text_format("%s_%s", criterion->id, criterion->also[i].name);
        const char *unit = result->also[i] != NULL ? result->also[i]->unit : NULL;
        code = name == NULL ? tp_error_memory(error)
                            : tp_record_add(record, name, TP_TYPE_DOUBLE, unit, "measured beside the criterion", error);
        free(name);
    }
    return code;
}

/* True for what the first columns show already: the id, the label and the copied ones under those very names. */
static bool is_shown(const site_writer *writer, const tp_column *column) {
    if ((column == writer->sites->id && strcmp(column->name, "site_id") == 0) ||
        (column == writer->sites->label && strcmp(column->name, "name") == 0)) {
        return true;
    }
    for (size_t i = 0; i < N_COPIED; i++) {
        if (column == writer->copied[i]) {
            return true;
        }
    }
    return false;
}

/* Columns added by measures first (`from_file` false), then the file's own. */
static tp_code declare_rest(site_writer *writer, bool from_file, tp_error *error) {
    const tp_layer *sites = writer->sites;
    tp_code code = TP_OK;
    for (size_t i = 0; code == TP_OK && i < sites->n_columns; i++) {
        const tp_column *column = sites->columns[i];
        bool of_file = column->origin == NULL || strcmp(column->origin, "file") == 0;
        if (of_file == from_file && !is_shown(writer, column)) {
            writer->rest[writer->n_rest++] = column;
            code = tp_record_add_column(&writer->record, column, error);
        }
    }
    return code;
}

static tp_code declare(site_writer *writer, tp_error *error) {
    tp_record *record = &writer->record;
    tp_code code = tp_record_add_all(record, HEAD_FIELDS, N_HEAD_FIELDS, error);
    for (size_t i = 0; code == TP_OK && i < writer->n_results; i++) {
        code = declare_criterion(record, writer->results[i]->criterion, error);
        if (code == TP_OK) {
            code = declare_also(record, writer->results[i], error);
        }
    }
    if (code == TP_OK && writer->joins != NULL) {
        code = tp_record_add(record, "off_road_m", TP_TYPE_DOUBLE, "m",
                             "from the site to the road by which it joins the network; NULL: it does not join", error);
    }
    for (int from_file = 0; code == TP_OK && from_file <= 1; from_file++) {
        code = declare_rest(writer, from_file == 1, error);
    }
    if (code == TP_OK && writer->read) {
        code = tp_record_add(record, "source_file", TP_TYPE_TEXT, NULL, NULL, error);
    }
    if (code == TP_OK && writer->read) {
        code = tp_record_add(record, "source_fid", TP_TYPE_INT64, NULL, NULL, error);
    }
    return code;
}

static void put_head(site_writer *writer, int64_t row) {
    tp_record *record = &writer->record;
    const tp_dataset *dataset = writer->output->dataset;
    int64_t counts[3] = {0};
    for (size_t i = 0; i < writer->n_results; i++) {
        counts[writer->results[i]->verdict[row]]++;
    }
    bool judged = writer->n_results > 0;
    tp_put_text(record, tp_layer_id(writer->sites, row));
    tp_put_text(record, tp_layer_label(writer->sites, row));
    for (size_t i = 0; i < N_COPIED; i++) {
        tp_put_column(record, writer->copied[i], row);
    }
    bool has_verdict = judged && dataset->site_verdict != NULL;
    if (has_verdict) {
        tp_put_verdict(record, (tp_verdict)dataset->site_verdict[row]);
    } else {
        tp_put_text(record, NULL);
    }
    tp_put_int64(record, counts[TP_MET], judged);
    tp_put_int64(record, counts[TP_NOT_MET], judged);
    tp_put_int64(record, counts[TP_UNKNOWN], judged);
}

static tp_code put_criterion(site_writer *writer, size_t i, int64_t row, tp_error *error) {
    tp_record *record = &writer->record;
    const tp_result *result = writer->results[i];
    tp_outcome outcome = tp_result_outcome(result, row);
    tp_text *evidence = &writer->evidence[i];
    tp_text_clear(evidence);
    if (tp_output_has_evidence(writer->output, 0, row)) {
        tp_evidence_write(writer->output->dataset, result, row, evidence);
    }
    if (evidence->lost) {
        return tp_error_memory(error);
    }
    tp_put_verdict(record, (tp_verdict)result->verdict[row]);
    tp_put_double(record, outcome.value, outcome.has_value);
    tp_put_double(record, outcome.margin, outcome.has_margin);
    tp_put_text(record, evidence->size > 0 ? tp_text_get(evidence) : NULL);
    tp_put_text(record, outcome.method);
    for (size_t k = 0; k < result->criterion->n_also; k++) {
        const tp_measure *also = result->also[k];
        bool known = also != NULL && also->missing_layer == NULL && also->known[row] != 0;
        tp_put_double(record, known ? also->value[row] : 0, known);
    }
    return TP_OK;
}

static tp_code make_verdicts(site_writer *writer, int64_t row, tp_error *error) {
    tp_code code = TP_OK;
    for (size_t i = 0; code == TP_OK && i < writer->n_results; i++) {
        tp_verdict_put(writer->verdicts, i, row, &writer->evidence[i], &writer->verdict);
        code = tp_output_row_beside(writer->output, &writer->verdict, error);
    }
    return code;
}

static tp_code make_site(void *worker, int64_t row, tp_error *error) {
    site_writer *writer = worker;
    tp_record *record = &writer->record;
    tp_record_start(record);
    put_head(writer, row);
    for (size_t i = 0; i < writer->n_results; i++) {
        tp_code code = put_criterion(writer, i, row, error);
        if (code != TP_OK) {
            return code;
        }
    }
    if (writer->joins != NULL) {
        const tp_join *join = &writer->joins[row];
        tp_put_double(record, join->way >= 0 ? join->distance_m : 0, join->way >= 0);
    }
    for (size_t i = 0; i < writer->n_rest; i++) {
        tp_put_column(record, writer->rest[i], row);
    }
    if (writer->read) {
        int64_t fid = 0;
        bool has_fid = tp_layer_source_fid(writer->sites, row, &fid);
        tp_put_text(record, tp_layer_source_file(writer->output->dataset, writer->sites, row));
        tp_put_int64(record, fid, has_fid);
    }
    tp_shape shape = tp_layer_shape(writer->sites, row);
    tp_code code = tp_output_row(writer->output, record, &shape, error);
    return code == TP_OK && writer->verdicts != NULL ? make_verdicts(writer, row, error) : code;
}

static void stop_sites(void *worker) {
    site_writer *writer = worker;
    for (size_t i = 0; writer->evidence != NULL && i < writer->n_results; i++) {
        tp_text_reset(&writer->evidence[i]);
    }
    free(writer->evidence);
    tp_record_reset(&writer->record);
    tp_record_reset(&writer->verdict);
    free(writer);
}

/* A copy with a row and texts of its own; what the columns are is shared. */
static tp_code start_sites(const void *shared, const tp_output *output, void **worker, tp_error *error) {
    const site_writer *all = shared;
    site_writer *writer = malloc(sizeof *writer);
    if (writer == NULL) {
        return tp_error_memory(error);
    }
    *writer = *all;
    writer->output = output;
    writer->record = writer->verdict = (tp_record){0};
    writer->evidence = calloc(writer->n_results + 1, sizeof *writer->evidence);
    tp_code code = writer->evidence == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        code = tp_record_fork(&all->record, &writer->record, error);
    }
    if (code == TP_OK && writer->verdicts != NULL) {
        code = tp_record_fork(output->verdicts, &writer->verdict, error);
    }
    if (code != TP_OK) {
        stop_sites(writer);
        return code;
    }
    *worker = writer;
    return TP_OK;
}

static void fetch_sites(const void *shared, int64_t first, int64_t end) {
    const site_writer *writer = shared;
    const tp_layer *sites = writer->sites;
    for (size_t i = 0; i < sites->n_columns; i++) {
        tp_near_column(sites->columns[i], first, end);
    }
    for (size_t i = 0; i < writer->n_results; i++) {
        tp_near_result(writer->results[i], writer->verdicts != NULL, first, end);
        for (size_t k = 0; k < writer->results[i]->criterion->n_also; k++) {
            const tp_measure *also = writer->results[i]->also[k];
            tp_near_array(also != NULL ? also->known : NULL, 1, first, end);
            tp_near_array(also != NULL ? also->value : NULL, sizeof(double), first, end);
        }
    }
    tp_near_array(writer->joins, sizeof *writer->joins, first, end);
    tp_near_array(sites->lon_deg, sizeof *sites->lon_deg, first, end);
    tp_near_array(sites->lat_deg, sizeof *sites->lat_deg, first, end);
    tp_near_array(sites->source, sizeof *sites->source, first, end);
    tp_near_array(sites->source_fid, sizeof *sites->source_fid, first, end);
}

tp_code tp_write_sites(const tp_output *output, tp_error *error) {
    const tp_layer *sites = tp_dataset_layer(output->dataset, "sites");
    if (sites == NULL) {
        return TP_OK;
    }
    site_writer writer = {.output = output, .sites = sites, .read = tp_layer_is_read(output->dataset, sites)};
    writer.results = tp_profile_results(output->dataset, 0, &writer.n_results);
    for (size_t i = 0; i < N_COPIED; i++) {
        writer.copied[i] = tp_layer_column(sites, COPIED[i]);
    }
    tp_code code = TP_OK;
    writer.rest = calloc(sites->n_columns + 1, sizeof *writer.rest);
    if (writer.rest == NULL) {
        return tp_error_memory(error);
    }
    if (output->dataset->network != NULL && sites->lon_deg != NULL) {
        code = tp_transport_joins(output->dataset->network, &output->dataset->ellipsoid, sites, &writer.joins, error);
    }
    if (code == TP_OK) {
        code = declare(&writer, error);
    }
    if (code == TP_OK) {
        code = tp_output_begin(output, "sites", sites->geometry, &writer.record, error);
    }
    tp_verdict_rows verdicts = {0};
    if (code == TP_OK && tp_verdicts_beside(output)) {
        writer.verdicts = &verdicts;
        code = tp_verdict_rows_open(output, 0, &verdicts, error);
    }
    if (code == TP_OK && writer.verdicts != NULL) {
        code = tp_output_begin_beside(output, "verdicts", output->verdicts, error);
    }
    if (code == TP_OK) {
        tp_row_maker maker = {"sites", &writer, start_sites, make_site, stop_sites, fetch_sites};
        code = tp_output_items(output, &maker, sites->n_rows, error);
    }
    if (code == TP_OK) {
        code = tp_output_end(output, error);
    }
    tp_verdict_rows_reset(&verdicts);
    free(writer.rest);
    tp_record_reset(&writer.record);
    return code;
}
