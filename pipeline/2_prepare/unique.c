/* The stage that makes ids unique: of the rows of one id the first in the order of the files stays. */
#include "2_prepare/groups.h"
#include "2_prepare/rejects.h"
#include "2_prepare/rows.h"
#include "technopolis/stage.h"
#include "technopolis/text.h"

#include <stddef.h>
#include <stdlib.h>

typedef struct options {
    const char *layer;
} options;

static const tp_setting SETTINGS[] = {
    {.key = "layer",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the layer whose ids are made unique",
     .offset = offsetof(options, layer)},
};

static tp_code leave_out_repeats(tp_rows *rows, const int64_t *first, tp_error *error) {
    tp_text detail = {0};
    tp_code code = TP_OK;
    const tp_layer *layer = rows->layer;
    for (int64_t row = 0; row < layer->n_rows && code == TP_OK; row++) {
        if (first[row] == row) {
            continue;
        }
        tp_text_clear(&detail);
        tp_text_add(&detail, "%s; kept: feature %lld", tp_layer_id(layer, row),
                    (long long)layer->source_fid[first[row]]);
        if (layer->source[row] != layer->source[first[row]] && layer->source[first[row]] >= 0) {
            tp_text_add(&detail, " of %s", rows->dataset->sources[layer->source[first[row]]].file);
        }
        code = detail.lost ? tp_error_memory(error)
                           : tp_rows_leave_out(rows, row, TP_REJECT_DUPLICATE, tp_text_get(&detail), error);
    }
    tp_text_reset(&detail);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    (void)run;
    const options *wanted = step->options.values;
    tp_rows rows = {0};
    int64_t *first = NULL;
    tp_code code = tp_rows_begin(dataset, wanted->layer, &rows, error);
    if (code == TP_OK) {
        code = tp_groups_find(rows.layer, &first, error);
    }
    if (code == TP_OK) {
        code = leave_out_repeats(&rows, first, error);
    }
    if (code == TP_OK) {
        code = tp_rows_apply(&rows, error);
    }
    free(first);
    tp_rows_end(&rows);
    return code;
}

const tp_stage tp_stage_unique = {
    .name = "unique",
    .phase = TP_PREPARE,
    .purpose = "leaves out rows whose id an earlier row has",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(options),
    .main_key = "layer",
    .as_key = "layer",
    .for_every_layer = true,
    .run = run,
};
