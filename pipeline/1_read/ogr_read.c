/* Reading the rows of a file into a layer's columns: see tp_read_rows in ogr_file.h. */
#include "1_read/osm.h"
#include "1_read/osm_places.h"
#include "1_read/row_values.h"
#include "1_read/shape_rows.h"
#include "1_read/stream_rows.h"

#include <stdlib.h>
#include <string.h>

/* One value that cannot be decoded is a reject; when it is as good as all of them, what states the encoding is wrong. */
static tp_code check_decoding(const tp_reader *r, tp_error *error) {
    const tp_read_head *head = r->task->head;
    int64_t decoded = r->decoded + r->product.decoded, lost = r->not_decoded + r->product.not_decoded;
    bool all = lost >= 2 && decoded == 0;
    bool most = lost >= 20 && lost > decoded;
    if (!all && !most) {
        return TP_OK;
    }
    const char *stated_by = strcmp(head->encoding_origin, "option") == 0    ? "stated in the configuration"
                            : strcmp(head->encoding_origin, "cpg") == 0     ? "stated in the .cpg file"
                            : strcmp(head->encoding_origin, "ldid") == 0    ? "stated in the .dbf file"
                            : strcmp(head->encoding_origin, "product") == 0 ? "assumed by the product"
                                                                            : "fixed by the format";
    return tp_error_set(error, TP_E_DATA,
                        "%s: the encoding %s (%s) is wrong: %lld of %lld texts beyond ASCII cannot be decoded, first "
                        "%s",
                        head->shown, head->encoding, stated_by, (long long)lost, (long long)(lost + decoded),
                        r->not_decoded > 0 ? r->first_lost : r->product.first_lost);
}

static tp_code read_all(tp_reader *r, const tp_ogr_file *file, tp_gdal_scope *scope, tp_error *error) {
    tp_read_task *task = r->task;
    bool done = false;
    r->first = task->n_rows;
    tp_code code = task->by_features ? TP_OK : tp_shape_rows_read(r, file->layer, &done, error);
    if (code == TP_OK && !done && !task->by_features) {
        code = tp_stream_rows_read(r, file->layer, scope, &done, error);
    }
    if (code == TP_OK && !done) {
        tp_gdal_clear(scope);
        code = tp_row_read_features(r, file->layer, error);
    }
    int64_t n = task->n_rows - r->first;
    if (code != TP_OK) {
        return code;
    }
    if (scope->failures > 0) {
        return tp_error_set(error, TP_E_DATA, "%s layer %s feature %lld: %s", task->head->shown, task->head->layer,
                            n > 0 ? (long long)task->layer->source_fid[task->n_rows - 1] : 0LL, scope->message);
    }
    /* of a shapefile GDAL counts deleted records too; that it is whole was seen from its headers */
    bool counts_deleted = strcmp(task->head->driver, "ESRI Shapefile") == 0;
    if (task->filter == NULL && n < task->head->head.n_features && (!counts_deleted || n == 0)) {
        return tp_error_set(error, TP_E_DATA, "%s: ends after %lld of %lld features", task->head->shown, (long long)n,
                            (long long)task->head->head.n_features);
    }
    return check_decoding(r, error);
}

/* Finds the layer's column for each of the file's fields, and makes room for its rows. */
static tp_code prepare(tp_reader *r, OGRLayerH layer, tp_error *error) {
    tp_read_task *task = r->task;
    size_t n = task->head->head.n_fields;
    r->columns = calloc(n + 1, sizeof(tp_column *));
    r->types = calloc(n + 1, sizeof *r->types);
    if (r->columns == NULL || r->types == NULL) {
        return tp_error_memory(error);
    }
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
    for (size_t i = 0; i < n; i++) {
        r->columns[i] = tp_layer_column(task->layer, task->head->head.fields[i].name);
        if (r->columns[i] == NULL || task->head->field[i] >= OGR_FD_GetFieldCount(definition)) {
            return tp_error_set(error, TP_E_DATA, "%s: changed while it was read", task->head->shown);
        }
        if (task->head->field[i] < 0) {
            continue; /* nothing in the file fills it */
        }
        r->types[i] = OGR_Fld_GetType(OGR_FD_GetFieldDefn(definition, task->head->field[i]));
    }
    int64_t missing = task->n_rows + task->head->head.n_features - task->layer->n_rows;
    /* A head may claim any number: room beyond the first step is made as rows really come. */
    enum { FIRST_ROWS = 1 << 16 };
    missing = missing < FIRST_ROWS ? missing : FIRST_ROWS;
    tp_code code = missing > 0 ? tp_layer_add_rows(task->layer, missing, error) : TP_OK;
    if (code == TP_OK) {
        code = tp_product_rows_begin(&r->product, task, r->columns, error);
    }
    return code == TP_OK ? tp_decoder_new(task->head->encoding, &r->decoder, error) : code;
}

tp_code tp_read_rows(tp_read_task *task, tp_error *error) {
    if (strcmp(task->head->driver, TP_OSM_DRIVER) == 0) {
        return tp_osm_read_rows(task, error);
    }
    tp_reader r = {.task = task};
    tp_ogr_file file = {0};
    tp_gdal_scope scope;
    tp_gdal_begin(&scope);
    tp_code code = TP_OK;
    if (strcmp(task->head->driver, TP_OSM_PLACES_DRIVER) == 0) {
        code = tp_osm_places_open(task->head->path, task->head->shown, task->head->product, &file, error);
    } else {
        tp_ogr_open(task->head->path, &file);
    }
    file.layer = file.dataset == NULL ? NULL : GDALDatasetGetLayerByName(file.dataset, task->head->layer);
    if (code != TP_OK) {
        /* said */
    } else if (file.layer == NULL) {
        code = tp_error_set(error, TP_E_DATA, "%s: %s", task->head->shown, tp_gdal_message(&scope, "cannot be read"));
    } else if (task->filter != NULL && OGR_L_SetAttributeFilter(file.layer, task->filter) != OGRERR_NONE) {
        code = tp_error_set(error, TP_E_INTERNAL, "%s: filter '%s': %s", task->head->shown, task->filter,
                            tp_gdal_message(&scope, "not understood"));
    } else {
        tp_gdal_clear(&scope);
        code = prepare(&r, file.layer, error);
    }
    if (code == TP_OK) {
        code = read_all(&r, &file, &scope, error);
    }
    tp_ogr_close(&file);
    tp_gdal_end(&scope);
    tp_geometry_reader_reset(&r.geometry);
    tp_decoder_free(r.decoder);
    tp_product_rows_end(&r.product);
    free(r.columns);
    free(r.types);
    return code;
}
