/*
 * The stage that makes ids unique: of the rows of one id the first in the order of the files stays. As the last of those
 * that clean a layer it also sees whether anything is left of it.
 */
#include "1_read/rejects.h"
#include "2_prepare/groups.h"
#include "2_prepare/rejects.h"
#include "2_prepare/rows.h"
#include "technopolis/stage.h"
#include "technopolis/text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

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

/* Whether a line in rejects stands for a feature that the layer has lost. */
static bool is_loss(const tp_reject *reject, const char *layer) {
    static const char *const others[] = {TP_REJECT_FILE,       TP_REJECT_NOT_FINITE, TP_REJECT_NOT_DECODED,
                                         TP_REJECT_NOT_NUMBER, TP_REJECT_DUPLICATE,  TP_REJECT_CUT,
                                         TP_REJECT_CODE,       TP_REJECT_REFERENCE,  TP_REJECT_UNASSIGNED,
                                         TP_REJECT_ATTRIBUTES, TP_REJECT_SWAPPED,    TP_REJECT_MENDED};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(reject->reason, others[i]) == 0) {
            return false;
        }
    }
    return strcmp(reject->layer, layer) == 0;
}

/* Of the features lost, the reason that most of them have: its first line, and how many. NULL: no line. */
static const tp_reject *commonest_loss(const tp_dataset *dataset, const char *layer, int64_t *n_most) {
    enum { MOST_REASONS = 32 }; /* more than there are */
    const tp_reject *first[MOST_REASONS] = {NULL};
    int64_t n[MOST_REASONS] = {0};
    size_t n_reasons = 0, most = 0;
    for (size_t i = 0; i < dataset->n_rejects; i++) {
        const tp_reject *one = &dataset->rejects[i];
        size_t at = 0;
        while (at < n_reasons && strcmp(first[at]->reason, one->reason) != 0) {
            at++;
        }
        if (at == MOST_REASONS || !is_loss(one, layer)) {
            continue;
        }
        if (at == n_reasons) {
            first[n_reasons++] = one;
        }
        n[at]++;
        most = n[at] > n[most] ? at : most;
    }
    *n_most = n[most];
    return first[most];
}

/* A layer of which every feature was left out cannot be used; one that `where` or the year has emptied can. */
static tp_code check_left(const tp_dataset *dataset, const tp_layer *layer, tp_error *error) {
    int64_t n_most = 0, filtered = 0;
    const tp_source *source = NULL;
    const tp_reject *most =
        layer->n_rows > 0 || layer->n_lost == 0 ? NULL : commonest_loss(dataset, layer->name, &n_most);
    if (most == NULL) {
        return TP_OK;
    }
    for (size_t i = 0; i < dataset->n_sources; i++) {
        if (strcmp(dataset->sources[i].layer, layer->name) == 0) {
            filtered += dataset->sources[i].features_filtered;
            source = source == NULL || (int32_t)i == most->source ? &dataset->sources[i] : source;
        }
    }
    if (filtered > 0 && n_most == layer->n_lost && strcmp(most->reason, TP_REJECT_WHERE_UNKNOWN) == 0) {
        return TP_OK;
    }
    tp_text why = {0};
    tp_text_add(&why, "%s", most->reason);
    if (most->detail[0] != '\0') {
        tp_text_add(&why, " (such as %s)", most->detail);
    }
    if (strcmp(most->reason, TP_REJECT_OUTSIDE) == 0 || strcmp(most->reason, TP_REJECT_NOT_TRANSFORMED) == 0) {
        bool named = source != NULL && source->crs != NULL;
        tp_text_add(&why, "; is its CRS %s%sthe right one? (see 'crs')", named ? source->crs : "", named ? " " : "");
    }
    tp_code code =
        tp_error_set(error, TP_E_DATA, "%s layer %s: nothing usable is left: %lld features left out, %lld of them: %s",
                     source == NULL ? "?" : source->file, layer->name, (long long)layer->n_lost, (long long)n_most,
                     tp_text_get(&why));
    tp_text_reset(&why);
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
    if (code == TP_OK) {
        code = check_left(dataset, rows.layer, error);
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
