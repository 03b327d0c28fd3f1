/* Which rows stay: see select.h. */
#include "1_read/select.h"

#include "1_read/rejects.h"
#include "technopolis/condition.h"

#include <stdlib.h>
#include <string.h>

typedef struct selection {
    tp_layer *layer;
    tp_dataset *dataset;
    tp_filter *filter;
    tp_read_years years;
    bool leave_out; /* rows whose years are not known */
    int64_t *kept;
    int64_t n_kept;
} selection;

static tp_code reject(selection *s, int64_t row, const char *reason, const char *detail, tp_error *error) {
    return tp_dataset_reject(s->dataset, s->layer->name, s->layer->source[row], s->layer->source_fid[row], reason,
                             error, "%s", detail);
}

/* One row and the notes on it. */
static tp_code select_row(selection *s, int64_t row, const tp_read_note *notes, size_t n, tp_error *error) {
    tp_source *source = &s->dataset->sources[s->layer->source[row]];
    tp_verdict verdict = tp_filter_test(s->filter, row);
    source->features_read++;
    if (verdict == TP_NOT_MET || !tp_read_years_stood(&s->years, row)) {
        source->features_filtered++;
        return TP_OK;
    }
    for (size_t i = 0; i < n; i++) {
        if (notes[i].leaves_out) {
            s->layer->n_lost += strcmp(notes[i].reason, TP_REJECT_UNASSIGNED) != 0;
            return reject(s, row, notes[i].reason, notes[i].detail, error);
        }
    }
    if (verdict == TP_UNKNOWN) {
        s->layer->n_lost++;
        return reject(s, row, TP_REJECT_WHERE_UNKNOWN, tp_condition_text(s->layer->where), error);
    }
    if (s->leave_out && tp_read_years_unknown(&s->years, row)) {
        s->layer->n_lost++;
        return reject(s, row, TP_REJECT_YEAR_UNKNOWN, "", error);
    }
    source->features_kept++;
    tp_read_years_count(&s->years, row);
    s->kept[s->n_kept++] = row;
    for (size_t i = 0; i < n; i++) {
        tp_code code = reject(s, row, notes[i].reason, notes[i].detail, error);
        if (code != TP_OK) {
            return code;
        }
    }
    return TP_OK;
}

tp_code tp_read_select(tp_layer *layer, int64_t n_rows, const tp_read_notes *notes, const tp_read_period *period,
                       tp_dataset *dataset, tp_error *error) {
    selection s = {.layer = layer,
                   .dataset = dataset,
                   .leave_out = period->leave_out,
                   .kept = malloc(sizeof(int64_t) * (size_t)(n_rows + 1))};
    tp_code code = s.kept == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && layer->where != NULL) {
        code = tp_filter_new(layer->where, layer, &s.filter, error);
    }
    if (code == TP_OK) {
        code = tp_read_years_begin(period, layer, n_rows, &s.years, error);
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
    if (code == TP_OK) {
        code = tp_read_years_end(period, &s.years, dataset, error);
    }
    free(s.kept);
    return code;
}
