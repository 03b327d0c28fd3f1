/* Roads of OpenStreetMap as rows of a layer: see osm.h. Finding them in the file is the matter of osm_ways.c. */
#include "1_read/osm.h"
#include "1_read/rejects.h"
#include "technopolis/text.h"

#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool tp_osm_is_wanted(const char *path, const char *layer) {
    return (layer == NULL || strcmp(layer, TP_OSM_LAYER) == 0) && tp_pbf_is(path);
}

void tp_osm_open_head(tp_ogr_file *file) {
    *file = (tp_ogr_file){0};
    GDALDriverH driver = GDALGetDriverByName("Memory");
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    if (driver != NULL && crs != NULL && OSRImportFromEPSG(crs, 4326) == OGRERR_NONE) {
        OSRSetAxisMappingStrategy(crs, OAMS_TRADITIONAL_GIS_ORDER);
        file->dataset = GDALCreate(driver, "", 0, 0, 0, GDT_Unknown, NULL);
    }
    if (file->dataset != NULL) {
        file->layer = GDALDatasetCreateLayer(file->dataset, TP_OSM_LAYER, crs, wkbLineString, NULL);
    }
    for (int i = 0; file->layer != NULL && i < TP_OSM_IDS + TP_OSM_TAGS; i++) {
        OGRFieldDefnH field = OGR_Fld_Create(TP_OSM_COLUMNS[i], i < TP_OSM_IDS ? OFTInteger64 : OFTString);
        if (OGR_L_CreateField(file->layer, field, 0) != OGRERR_NONE) {
            file->layer = NULL;
        }
        OGR_Fld_Destroy(field);
    }
    if (crs != NULL) {
        OSRRelease(crs);
    }
}

/* Filling the layer. */
typedef struct filling {
    tp_read_task *task;
    const tp_osm_ways *ways;
    tp_column *columns[TP_OSM_IDS + TP_OSM_TAGS]; /* NULL where the layer has no such column */
    double *lon_deg, *lat_deg;                    /* room for the longest way */
} filling;

static tp_code set_integer(const filling *f, int field, int64_t value, tp_error *error) {
    tp_column *column = f->columns[field];
    int64_t row = f->task->n_rows;
    char text[32];
    if (column == NULL) {
        return TP_OK;
    }
    if (column->type == TP_TYPE_INT64) {
        tp_column_set_int64(column, row, value);
        return TP_OK;
    }
    int n = snprintf(text, sizeof text, "%lld", (long long)value);
    return tp_column_set_text(column, row, text, (size_t)n, error);
}

static tp_code set_tag(const filling *f, int64_t way, int tag, tp_error *error) {
    tp_column *column = f->columns[TP_OSM_IDS + tag];
    uint32_t at = f->ways->tag[way * TP_OSM_TAGS + tag];
    if (column == NULL || at == 0) {
        return TP_OK;
    }
    const char *text = f->ways->texts + at;
    size_t size = strlen(text);
    if (!tp_text_is_utf8(text, size)) {
        return tp_read_notes_add(f->task->notes, f->task->n_rows, false, TP_REJECT_NOT_DECODED, error, "%s",
                                 column->name);
    }
    return tp_column_set_text(column, f->task->n_rows, text, size, error);
}

/* "4256484/2", or "1-4256484/2" in the first of several files. */
static tp_code set_id(const filling *f, int64_t way, int64_t stretch, tp_error *error) {
    const tp_read_task *task = f->task;
    tp_layer *layer = task->layer;
    if (layer->id == NULL || task->head->id >= 0) {
        const char *id = layer->id == NULL ? "" : tp_column_text(layer->id, task->n_rows);
        return id != NULL ? TP_OK
                          : tp_read_notes_add(task->notes, task->n_rows, true, TP_REJECT_ID_MISSING, error, "%s",
                                              layer->id->name);
    }
    char text[80];
    int n = task->id_prefix > 0 ? snprintf(text, sizeof text, "%lld-", (long long)task->id_prefix) : 0;
    n += snprintf(text + n, sizeof text - (size_t)n, "%lld/%lld", (long long)f->ways->id[way], (long long)stretch);
    return tp_column_set_text(layer->id, task->n_rows, text, (size_t)n, error);
}

/* The line from ref `first` to ref `last`; without two of them the row is empty and has a note. */
static tp_code set_line(const filling *f, int64_t first, int64_t last, tp_error *error) {
    tp_shapes *shapes = &f->task->layer->shapes;
    tp_code code = tp_shapes_add_row(shapes, error);
    if (code != TP_OK || last <= first) {
        return code != TP_OK ? code
                             : tp_read_notes_add(f->task->notes, f->task->n_rows, true, TP_REJECT_EMPTY_GEOMETRY, error,
                                                 "a way of %s", last == first ? "one node" : "no nodes");
    }
    for (int64_t i = first; i <= last; i++) {
        f->lon_deg[i - first] = f->ways->lon_deg[f->ways->ref[i]];
        f->lat_deg[i - first] = f->ways->lat_deg[f->ways->ref[i]];
    }
    code = tp_shapes_add_part(shapes, error);
    return code == TP_OK ? tp_shapes_add_ring(shapes, f->lon_deg, f->lat_deg, last - first + 1, error) : code;
}

static tp_code add_row(filling *f, int64_t way, int64_t stretch, int64_t first, int64_t last, tp_error *error) {
    tp_read_task *task = f->task;
    if (task->n_rows == task->layer->n_rows) {
        tp_code code = tp_layer_add_rows(task->layer, task->n_rows / 2 + 1024, error);
        if (code != TP_OK) {
            return code;
        }
    }
    task->layer->source_fid[task->n_rows] = f->ways->id[way];
    task->layer->source[task->n_rows] = task->source;
    tp_code code = set_integer(f, 0, f->ways->id[way], error);
    for (int end = 0; end < 2 && code == TP_OK && last >= first; end++) {
        code = set_integer(f, 1 + end, f->ways->node_id[f->ways->ref[end == 0 ? first : last]], error);
    }
    for (int tag = 0; tag < TP_OSM_TAGS && code == TP_OK; tag++) {
        code = set_tag(f, way, tag, error);
    }
    if (code == TP_OK) {
        code = set_id(f, way, stretch, error);
    }
    if (code == TP_OK) {
        code = set_line(f, first, last, error);
    }
    task->n_rows++;
    return code;
}

static tp_code add_way(filling *f, int64_t way, tp_error *error) {
    const tp_osm_ways *ways = f->ways;
    int64_t first = ways->ref_first[way], last = ways->ref_first[way + 1] - 1, stretch = 1;
    if (last <= first) {
        return add_row(f, way, stretch, first, last, error);
    }
    tp_code code = TP_OK;
    for (int64_t i = first + 1; i <= last && code == TP_OK; i++) {
        if (i == last || ways->junction[ways->ref[i]]) {
            code = add_row(f, way, stretch++, first, i, error);
            first = i;
        }
    }
    return code;
}

/* Finds the layer's columns (which may have other names there) and makes room for lines. */
static tp_code prepare(filling *f, tp_error *error) {
    const tp_read_head *head = f->task->head;
    for (size_t i = 0; i < head->head.n_fields; i++) {
        f->columns[head->field[i]] = tp_layer_column(f->task->layer, head->head.fields[i].name);
    }
    int64_t longest = 1;
    for (int64_t way = 0; way < f->ways->n; way++) {
        int64_t n = f->ways->ref_first[way + 1] - f->ways->ref_first[way];
        longest = n > longest ? n : longest;
    }
    f->lon_deg = malloc(sizeof *f->lon_deg * (size_t)longest);
    f->lat_deg = malloc(sizeof *f->lat_deg * (size_t)longest);
    return f->lon_deg == NULL || f->lat_deg == NULL ? tp_error_memory(error) : TP_OK;
}

tp_code tp_osm_read_rows(tp_read_task *task, tp_error *error) {
    tp_osm_ways ways = {0};
    filling f = {.task = task, .ways = &ways};
    tp_gdal_scope scope;
    tp_gdal_begin(&scope);
    tp_code code = tp_osm_load(task->head->path, task->head->shown, &ways, error);
    tp_gdal_end(&scope);
    if (code == TP_OK) {
        code = prepare(&f, error);
    }
    for (int64_t way = 0; way < ways.n && code == TP_OK; way++) {
        code = add_way(&f, way, error);
    }
    free(f.lon_deg);
    free(f.lat_deg);
    tp_osm_ways_reset(&ways);
    return code;
}
