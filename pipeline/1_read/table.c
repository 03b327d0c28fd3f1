/* Reading one layer of a file as a plain table: see technopolis/table.h. */
#include "1_read/ogr_file.h"

#include "technopolis/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static tp_code make_table(const tp_read_head *head, const char *name, tp_layer **table, tp_error *error) {
    tp_code code = tp_layer_new(name, head->head.geometry, table, error);
    for (size_t i = 0; i < head->head.n_fields && code == TP_OK; i++) {
        tp_column *column = NULL;
        const tp_field *field = &head->head.fields[i];
        code = tp_layer_add_column(*table, field->name, field->type, NULL, "file", &column, error);
    }
    if (code == TP_OK && head->crs != NULL) {
        (*table)->crs = tp_text_copy(head->crs);
        code = (*table)->crs == NULL ? tp_error_memory(error) : TP_OK;
    }
    return code;
}

/* Rows were made for all features; those that the filter left out are cut off. */
static tp_code cut_to(tp_layer *table, int64_t n_rows, tp_error *error) {
    for (size_t i = 0; i < table->n_columns; i++) {
        tp_code code = tp_column_resize(table->columns[i], n_rows, error);
        if (code != TP_OK) {
            return code;
        }
    }
    table->n_rows = n_rows;
    return TP_OK;
}

tp_code tp_read_table(const char *path, const char *layer, const char *where, tp_layer **table, tp_error *error) {
    *table = NULL;
    tp_read_options options = {.layer = layer};
    tp_read_places places = {0};
    tp_read_head head = {0};
    tp_faults faults = {0};
    tp_read_notes notes = {0};
    tp_layer *made = NULL;
    tp_code code = tp_read_head_open(path, path, &options, &places, TP_HEAD_DECIDE_ENCODING | TP_HEAD_MAY_BE_EMPTY,
                                     &head, &faults);
    if (code != TP_OK) {
        code = faults.n > 0 ? tp_error_set(error, faults.items[0].code, "%s", faults.items[0].message)
                            : tp_error_memory(error);
    } else {
        code = make_table(&head, layer, &made, error);
    }
    if (code == TP_OK) {
        tp_read_task task = {
            .head = &head, .layer_name = layer, .filter = where, .source = -1, .layer = made, .notes = &notes};
        code = tp_read_rows(&task, error);
        if (code == TP_OK) {
            code = cut_to(made, task.n_rows, error);
        }
    }
    if (code == TP_OK) {
        *table = made;
        made = NULL;
    }
    tp_layer_free(made);
    tp_read_notes_reset(&notes);
    tp_read_head_reset(&head);
    tp_faults_reset(&faults);
    return code;
}

void tp_read_names_free(char **names, size_t n) {
    for (size_t i = 0; names != NULL && i < n; i++) {
        free(names[i]);
    }
    free(names);
}

static tp_code list_names(GDALDatasetH dataset, char ***names, size_t *n, tp_error *error) {
    int count = GDALDatasetGetLayerCount(dataset);
    *names = calloc((size_t)count + 1, sizeof **names);
    for (int i = 0; *names != NULL && i < count; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(dataset, i);
        (*names)[*n] = tp_text_copy(layer == NULL ? "" : OGR_L_GetName(layer));
        if ((*names)[(*n)++] == NULL) {
            tp_read_names_free(*names, *n);
            *names = NULL;
        }
    }
    return *names == NULL ? tp_error_memory(error) : TP_OK;
}

tp_code tp_read_names(const char *path, char ***names, size_t *n, tp_error *error) {
    *names = NULL;
    *n = 0;
    if (access(path, R_OK) != 0) {
        const char *why = errno == ENOENT ? "no such file" : strerror(errno);
        return tp_error_set(error, TP_E_DATA, "%s: %s", path, why);
    }
    tp_gdal_scope scope;
    tp_ogr_file file = {0};
    tp_gdal_begin(&scope);
    tp_ogr_open(path, &file);
    tp_code code = file.dataset != NULL ? list_names(file.dataset, names, n, error)
                                        : tp_error_set(error, TP_E_DATA, "%s: cannot be read: %s", path,
                                                       tp_gdal_message(&scope, "no format that GDAL knows"));
    tp_ogr_close(&file);
    tp_gdal_end(&scope);
    return code;
}
