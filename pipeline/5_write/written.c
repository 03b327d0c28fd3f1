/* What has been written to an output so far. See written.h. */
#include "5_write/written.h"

#include "technopolis/text.h"

#include <cpl_conv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void reset_layer(tp_written_layer *layer) {
    for (size_t i = 0; i < layer->n_columns; i++) {
        free(layer->columns[i]);
        free(layer->titles[i]);
    }
    free(layer->titles);
    free(layer->columns);
    free(layer->name);
}

tp_code tp_written_add(tp_written *written, const tp_sink_layer *layer, tp_error *error) {
    tp_written_layer *layers = realloc(written->layers, (written->n + 1) * sizeof *layers);
    if (layers == NULL) {
        return tp_error_memory(error);
    }
    written->layers = layers;
    tp_written_layer made = {.name = tp_text_copy(layer->name),
                             .geometry = layer->geometry,
                             .columns = calloc(layer->n_fields + 1, sizeof *made.columns),
                             .titles = calloc(layer->n_fields + 1, sizeof *made.titles)};
    bool copied = made.name != NULL && made.columns != NULL && made.titles != NULL;
    for (size_t i = 0; copied && i < layer->n_fields; i++) {
        made.columns[i] = tp_text_copy(layer->fields[i].name);
        const char *title = layer->words != NULL ? layer->words[i].title : NULL;
        made.titles[i] = title == NULL ? NULL : tp_text_copy(title);
        copied = made.columns[i] != NULL && (title == NULL || made.titles[i] != NULL);
        made.n_columns = i + 1;
    }
    if (!copied) {
        reset_layer(&made);
        return tp_error_memory(error);
    }
    written->layers[written->n++] = made;
    return TP_OK;
}

bool tp_written_has(const tp_written_layer *layer, const char *column) {
    for (size_t i = 0; i < layer->n_columns; i++) {
        if (strcmp(layer->columns[i], column) == 0) {
            return true;
        }
    }
    return false;
}

void tp_written_reset(tp_written *written) {
    for (size_t i = 0; i < written->n; i++) {
        reset_layer(&written->layers[i]);
    }
    free(written->layers);
    *written = (tp_written){0};
}

const char *tp_written_moment(char moment[TP_MOMENT_SIZE]) {
    const char *set = CPLGetConfigOption("OGR_CURRENT_DATE", NULL);
    if (set != NULL && strlen(set) < TP_MOMENT_SIZE) {
        (void)snprintf(moment, TP_MOMENT_SIZE, "%s", set);
        return moment;
    }
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) == NULL || strftime(moment, TP_MOMENT_SIZE, "%Y-%m-%dT%H:%M:%S.000Z", &utc) == 0) {
        moment[0] = '\0';
    }
    return moment;
}
