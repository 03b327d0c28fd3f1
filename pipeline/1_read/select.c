/* Which rows stay: see select.h. */
#include "1_read/select.h"

#include "1_read/rejects.h"
#include "technopolis/condition.h"

#include <stdlib.h>

typedef struct selection {
    tp_layer *layer;
    tp_dataset *dataset;
    tp_filter *filter;
    const tp_column *from, *to; /* NULL: not said */
    int64_t year;
    int64_t *kept;
    int64_t n_kept;
} selection;

static tp_code reject(selection *s, int64_t row, const char *reason, const char *detail, tp_error *error) {
    return tp_dataset_reject(s->dataset, s->layer->name, s->layer->source[row], s->layer->source_fid[row], reason,
                             error, "%s", detail);
}

/* Known not to have existed in the year: begun after it, or ended in it or before. */
static bool is_of_another_year(const selection *s, int64_t row) {
    double year;
    return (s->from != NULL && tp_column_number(s->from, row, &year) && year > (double)s->year) ||
           (s->to != NULL && tp_column_number(s->to, row, &year) && year <= (double)s->year);
}

/* One row and the notes on it. */
static tp_code select_row(selection *s, int64_t row, const tp_read_note *notes, size_t n, tp_error *error) {
    tp_source *source = &s->dataset->sources[s->layer->source[row]];
    tp_verdict verdict = tp_filter_test(s->filter, row);
    source->features_read++;
    if (verdict == TP_NOT_MET || is_of_another_year(s, row)) {
        source->features_filtered++;
        return TP_OK;
    }
    for (size_t i = 0; i < n; i++) {
        if (notes[i].leaves_out) {
            s->layer->n_lost++;
            return reject(s, row, notes[i].reason, notes[i].detail, error);
        }
    }
    if (verdict == TP_UNKNOWN) {
        s->layer->n_lost++;
        return reject(s, row, TP_REJECT_WHERE_UNKNOWN, tp_condition_text(s->layer->where), error);
    }
    source->features_kept++;
    s->kept[s->n_kept++] = row;
    for (size_t i = 0; i < n; i++) {
        tp_code code = reject(s, row, notes[i].reason, notes[i].detail, error);
        if (code != TP_OK) {
            return code;
        }
    }
    return TP_OK;
}

/* The column of years, or NULL where none is asked for or the run is about no year. */
static const tp_column *year_column(const tp_layer *layer, const tp_read_period *period, const char *name) {
    return period->year == 0 || name == NULL ? NULL : tp_layer_column(layer, name);
}

tp_code tp_read_select(tp_layer *layer, int64_t n_rows, const tp_read_notes *notes, const tp_read_period *period,
                       tp_dataset *dataset, tp_error *error) {
    selection s = {.layer = layer,
                   .dataset = dataset,
                   .from = year_column(layer, period, period->from),
                   .to = year_column(layer, period, period->to),
                   .year = period->year,
                   .kept = malloc(sizeof(int64_t) * (size_t)(n_rows + 1))};
    tp_code code = s.kept == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && layer->where != NULL) {
        code = tp_filter_new(layer->where, layer, &s.filter, error);
    }
    size_t at = 0;
    for (int64_t row = 0; row < n_rows && code == TP_OK; row++) {
        size_t first = at;
        while (at < notes->n && notes->items[at].row == row) {
            at++;
        }
        code = select_row(&s, row, notes->items + first, at - first, error);
    }
    tp_filter_free(s.filter);
    if (code == TP_OK) {
        code = tp_layer_keep(layer, s.kept, s.n_kept, error);
    }
    free(s.kept);
    return code;
}
