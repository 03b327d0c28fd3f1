/* A folder of files, one a layer. See vector_sink.h. */
#include "5_write/vector_sink.h"

#include "5_write/dbf_names.h"
#include "5_write/gdal_listener.h"
#include "5_write/gpkg_file.h"
#include "5_write/ogr_fields.h"
#include "5_write/ogr_geometry.h"
#include "5_write/ogr_row.h"
#include "technopolis/text.h"

#include <cpl_string.h>
#include <cpl_vsi.h>
#include <errno.h>
#include <gdal.h>
#include <inttypes.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a column's values are like; for what a .dbf must be told or cannot hold. */
typedef struct column_facts {
    size_t longest; /* bytes of the longest text */
    double largest; /* absolute value of the largest number */
    int64_t n_cut, n_empty, n_missing;
} column_facts;

typedef struct vector_sink {
    tp_sink sink;
    const tp_vector_format *format;
    char *folder, *partial;
    bool (*wants)(const void *user, const char *layer);
    const void *user;
    OGRSpatialReferenceH srs;
    tp_projector projector;
    GDALDatasetH memory; /* the layer that is open; NULL: it is not wanted */
    OGRLayerH layer;
    OGRFeatureH feature;
    tp_sink_layer head;
    bool open, spoiled;
    int first;              /* fields before the layer's own: of positions */
    int64_t n_rows, n_bare; /* bare: without geometry */
    column_facts *facts;
    tp_text columns, limits; /* of the tables beside the files */
    size_t n_limits;
} vector_sink;

static tp_code cannot_write(vector_sink *sink, const char *why, tp_error *error) {
    sink->spoiled = true;
    return tp_error_set(error, TP_E_MACHINE, "'%s'%s%s cannot be written: %s", sink->folder,
                        sink->head.name != NULL ? " layer " : "", sink->head.name != NULL ? sink->head.name : "", why);
}

static const char *reason(const tp_gdal_listener *listener) {
    return listener->failed ? listener->message : "GDAL gives no reason";
}

static bool add_field(OGRLayerH layer, const char *name, OGRFieldType type) {
    OGRFieldDefnH field = OGR_Fld_Create(name, type);
    OGRErr fault = OGR_L_CreateField(layer, field, FALSE);
    OGR_Fld_Destroy(field);
    return fault == OGRERR_NONE;
}

static bool make_memory(vector_sink *sink) {
    const tp_sink_layer *head = &sink->head;
    GDALDriverH driver = GDALGetDriverByName("Memory");
    sink->memory = driver == NULL ? NULL : GDALCreate(driver, "", 0, 0, 0, GDT_Unknown, NULL);
    sink->layer = sink->memory == NULL ? NULL
                                       : GDALDatasetCreateLayer(sink->memory, head->name, NULL,
                                                                tp_ogr_geometry_type(head->geometry), NULL);
    bool made = sink->layer != NULL && tp_ogr_fields_create(sink->layer, head);
    if (made) {
        sink->feature = OGR_F_Create(OGR_L_GetLayerDefn(sink->layer));
    }
    return made && sink->feature != NULL;
}

static tp_code begin_layer(tp_sink *base, const tp_sink_layer *head, tp_error *error) {
    vector_sink *sink = (vector_sink *)base;
    if (sink->open || sink->spoiled) {
        return tp_error_set(error, TP_E_INTERNAL, "layer '%s' is begun before another has ended", head->name);
    }
    sink->open = true;
    if (!sink->wants(sink->user, head->name)) {
        return TP_OK;
    }
    sink->head = *head;
    sink->n_rows = sink->n_bare = 0;
    sink->facts = calloc(head->n_fields + 1, sizeof *sink->facts);
    if (sink->facts == NULL) {
        return tp_error_memory(error);
    }
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    bool made = make_memory(sink);
    tp_gdal_listener_end();
    return made ? TP_OK : cannot_write(sink, reason(&listener), error);
}

static void look_at(vector_sink *sink, const tp_cell *cells) {
    for (size_t i = 0; i < sink->head.n_fields; i++) {
        column_facts *facts = &sink->facts[i];
        tp_type type = sink->head.fields[i].type;
        bool text = type == TP_TYPE_TEXT || type == TP_TYPE_VERDICT;
        if (cells[i].missing || (text && cells[i].text == NULL)) {
            facts->n_missing++;
        } else if (text) {
            size_t size = strlen(cells[i].text);
            facts->longest = size > facts->longest ? size : facts->longest;
            facts->n_cut += size > TP_DBF_TEXT_BYTES;
            facts->n_empty += size == 0;
        } else {
            facts->largest = fmax(facts->largest, fabs(type == TP_TYPE_INT64 ? (double)cells[i].i64 : cells[i].f64));
        }
    }
}

static tp_code write_row(tp_sink *base, const tp_cell *cells, const tp_shape *shape, tp_error *error) {
    vector_sink *sink = (vector_sink *)base;
    if (!sink->open || sink->spoiled) {
        return tp_error_set(error, TP_E_INTERNAL, "a row is written outside of a layer");
    }
    if (sink->memory == NULL) {
        return TP_OK;
    }
    tp_code code = tp_ogr_row_set(sink->feature, &sink->head, &sink->projector, cells, shape, sink->n_rows, error);
    if (code != TP_OK) {
        sink->spoiled = true;
        return code;
    }
    sink->n_bare += sink->head.geometry != TP_GEOMETRY_NONE && sink->projector.n == 0;
    look_at(sink, cells);
    tp_gdal_listener listener;
    bool appended = tp_ogr_row_append(sink->layer, sink->feature, &listener);
    sink->n_rows++;
    return appended ? TP_OK : cannot_write(sink, reason(&listener), error);
}

static void tell_limit(vector_sink *sink, const char *column, int64_t n, const char *what) {
    tp_text_add(&sink->limits, "%s,%s,%" PRId64 ",%s\n", sink->head.name, column, n, what);
    sink->n_limits++;
}

static void tell_limits(vector_sink *sink, size_t i, const char *name) {
    const tp_field *field = &sink->head.fields[i];
    const column_facts *facts = &sink->facts[i];
    bool text = field->type == TP_TYPE_TEXT || field->type == TP_TYPE_VERDICT;
    tp_text_add(&sink->columns, "%s,%s,%s\n", sink->head.name, name, field->name);
    if (strcmp(name, field->name) != 0) {
        char what[80];
        (void)snprintf(what, sizeof what, "the name is cut to %s", name);
        tell_limit(sink, field->name, sink->n_rows, what);
    }
    if (facts->n_cut > 0) {
        tell_limit(sink, field->name, facts->n_cut, "texts are cut at 254 bytes");
    }
    if (facts->n_empty > 0) {
        tell_limit(sink, field->name, facts->n_empty, "empty texts cannot be told from missing ones");
    }
    if (!text && facts->n_missing > 0) {
        tell_limit(sink, field->name, facts->n_missing, "missing numbers are blank, which some programs read as 0");
    }
    if (!text && facts->largest >= 1e15) {
        tell_limit(sink, field->name, sink->n_rows, "numbers of more than 15 digits lose digits");
    }
}

/* A field of the .dbf wide enough for what the column holds. */
static bool add_dbf_field(vector_sink *sink, OGRLayerH to, size_t i, const char *name) {
    const column_facts *facts = &sink->facts[i];
    tp_type type = sink->head.fields[i].type;
    OGRFieldDefnH field = OGR_Fld_Create(name, tp_ogr_field_type(type));
    if (type == TP_TYPE_TEXT || type == TP_TYPE_VERDICT) {
        size_t width = facts->longest < 1 ? 1 : facts->longest > TP_DBF_TEXT_BYTES ? TP_DBF_TEXT_BYTES : facts->longest;
        OGR_Fld_SetWidth(field, (int)width);
    } else if (type == TP_TYPE_DOUBLE) {
        int digits = facts->largest < 10 ? 1 : (int)floor(log10(facts->largest)) + 1;
        int decimals = TP_DBF_NUMBER_WIDTH - 2 - digits;
        OGR_Fld_SetWidth(field, TP_DBF_NUMBER_WIDTH);
        OGR_Fld_SetPrecision(field, decimals > 15 ? 15 : decimals < 0 ? 0 : decimals);
    } else {
        OGR_Fld_SetWidth(field, facts->largest < 1e9 ? 10 : 20);
    }
    OGRErr fault = OGR_L_CreateField(to, field, FALSE);
    OGR_Fld_Destroy(field);
    return fault == OGRERR_NONE;
}

static bool has_column(const tp_sink_layer *head, const char *name) {
    for (size_t i = 0; i < head->n_fields; i++) {
        if (strcasecmp(head->fields[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Positions as columns, in front: where a column is called so already, with _shown behind. */
static bool add_position_fields(vector_sink *sink, OGRLayerH to) {
    sink->first = 0;
    if (!sink->format->columns || sink->head.geometry == TP_GEOMETRY_NONE) {
        return true;
    }
    if (sink->head.geometry != TP_GEOMETRY_POINT) {
        sink->first = 1;
        return add_field(to, has_column(&sink->head, "wkt") ? "wkt_shown" : "wkt", OFTString);
    }
    sink->first = 2;
    return add_field(to, has_column(&sink->head, "lon_deg") ? "lon_deg_shown" : "lon_deg", OFTReal) &&
           add_field(to, has_column(&sink->head, "lat_deg") ? "lat_deg_shown" : "lat_deg", OFTReal);
}

static bool add_fields(vector_sink *sink, OGRLayerH to, bool *memory_out) {
    size_t n = sink->head.n_fields;
    if (!sink->format->dbf) {
        return add_position_fields(sink, to) && tp_ogr_fields_create(to, &sink->head);
    }
    sink->first = 0;
    char(*names)[TP_DBF_NAME_SIZE] = calloc(n + 1, sizeof *names);
    *memory_out = names == NULL;
    bool done = names != NULL;
    for (size_t i = 0; done && i < n; i++) {
        tp_dbf_name(sink->head.fields, i, (const char(*)[TP_DBF_NAME_SIZE])names, names[i]);
        tell_limits(sink, i, names[i]);
        done = add_dbf_field(sink, to, i, names[i]);
    }
    free(names);
    return done;
}

static void set_position(vector_sink *sink, OGRFeatureH from, OGRFeatureH to) {
    OGRGeometryH geometry = OGR_F_GetGeometryRef(from);
    if (geometry == NULL) {
        return;
    }
    if (sink->first == 2) {
        OGR_F_SetFieldDouble(to, 0, OGR_G_GetX(geometry, 0));
        OGR_F_SetFieldDouble(to, 1, OGR_G_GetY(geometry, 0));
    } else {
        char *wkt = NULL;
        if (OGR_G_ExportToWkt(geometry, &wkt) == OGRERR_NONE) {
            OGR_F_SetFieldString(to, 0, wkt);
        }
        VSIFree(wkt);
    }
}

static void copy_cells(vector_sink *sink, OGRFeatureH from, OGRFeatureH to) {
    for (size_t i = 0; i < sink->head.n_fields; i++) {
        int source = (int)i, target = sink->first + (int)i;
        if (!OGR_F_IsFieldSetAndNotNull(from, source)) {
            OGR_F_SetFieldNull(to, target);
        } else if (sink->head.fields[i].type == TP_TYPE_INT64) {
            OGR_F_SetFieldInteger64(to, target, OGR_F_GetFieldAsInteger64(from, source));
        } else if (sink->head.fields[i].type == TP_TYPE_DOUBLE) {
            OGR_F_SetFieldDouble(to, target, OGR_F_GetFieldAsDouble(from, source));
        } else {
            const char *text = OGR_F_GetFieldAsString(from, source);
            char cut[TP_DBF_TEXT_BYTES + 1];
            if (sink->format->dbf && strlen(text) > TP_DBF_TEXT_BYTES) {
                (void)snprintf(cut, sizeof cut, "%.*s", (int)tp_dbf_cut(text), text);
                text = cut;
            }
            OGR_F_SetFieldString(to, target, text);
        }
    }
}

static bool copy_rows(vector_sink *sink, OGRLayerH to, const tp_gdal_listener *listener) {
    bool done = true;
    OGR_L_ResetReading(sink->layer);
    for (OGRFeatureH from; done && (from = OGR_L_GetNextFeature(sink->layer)) != NULL;) {
        OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(to));
        copy_cells(sink, from, feature);
        if (sink->first > 0) {
            set_position(sink, from, feature);
        } else if (OGR_F_GetGeometryRef(from) != NULL) {
            (void)OGR_F_SetGeometryDirectly(feature, OGR_F_StealGeometry(from));
        }
        done = OGR_L_CreateFeature(to, feature) == OGRERR_NONE && !listener->failed;
        OGR_F_Destroy(feature);
        OGR_F_Destroy(from);
    }
    return done;
}

static bool is_table(const vector_sink *sink) {
    return sink->head.geometry == TP_GEOMETRY_NONE && sink->format->table_extension != NULL;
}

static char **layer_options(const vector_sink *sink) {
    if (is_table(sink) && sink->format->table_driver != NULL) {
        return CSLDuplicate((char **)sink->format->table_options);
    }
    char **options = CSLDuplicate((char **)sink->format->options);
    if (sink->format->indexed) { /* GDAL writes no byte of a layer without rows and without index */
        bool index = sink->head.geometry != TP_GEOMETRY_NONE && sink->n_bare == 0;
        options = CSLSetNameValue(options, "SPATIAL_INDEX", index ? "YES" : "NO");
    }
    return options;
}

static bool write_file(vector_sink *sink, const char *path, const tp_gdal_listener *listener, bool *no_memory) {
    const tp_vector_format *format = sink->format;
    bool table = is_table(sink) && format->table_driver != NULL;
    GDALDriverH driver = GDALGetDriverByName(table ? format->table_driver : format->driver);
    GDALDatasetH dataset = driver == NULL ? NULL : GDALCreate(driver, path, 0, 0, 0, GDT_Unknown, NULL);
    if (dataset == NULL) {
        return false;
    }
    bool drawn = sink->head.geometry != TP_GEOMETRY_NONE && !format->columns;
    char **options = layer_options(sink);
    OGRLayerH to = GDALDatasetCreateLayer(dataset, sink->head.name, drawn ? sink->srs : NULL,
                                          drawn ? tp_ogr_geometry_type(sink->head.geometry) : wkbNone, options);
    CSLDestroy(options);
    bool done = to != NULL && add_fields(sink, to, no_memory) && copy_rows(sink, to, listener);
    GDALClose(dataset);
    return done && !listener->failed;
}

static void drop_memory(vector_sink *sink) {
    if (sink->feature != NULL) {
        OGR_F_Destroy(sink->feature);
    }
    if (sink->memory != NULL) {
        GDALClose(sink->memory);
    }
    free(sink->facts);
    sink->feature = NULL;
    sink->memory = NULL;
    sink->facts = NULL;
}

static tp_code end_layer(tp_sink *base, tp_error *error) {
    vector_sink *sink = (vector_sink *)base;
    if (!sink->open || sink->spoiled) {
        return tp_error_set(error, TP_E_INTERNAL, "a layer is ended that was not begun");
    }
    sink->open = false;
    if (sink->memory == NULL) {
        return TP_OK;
    }
    char *path = tp_text_format("%s/%s.%s", sink->partial, sink->head.name,
                                is_table(sink) ? sink->format->table_extension : sink->format->extension);
    if (path == NULL) {
        return tp_error_memory(error);
    }
    tp_gdal_listener listener;
    bool no_memory = false;
    tp_gdal_listener_start(&listener);
    bool done = write_file(sink, path, &listener, &no_memory);
    tp_gdal_listener_end();
    tp_code code = no_memory ? tp_error_memory(error) : done ? TP_OK : cannot_write(sink, reason(&listener), error);
    drop_memory(sink);
    sink->head = (tp_sink_layer){0};
    free(path);
    return code;
}

static tp_code save_table(vector_sink *sink, const char *name, const char *heads, const tp_text *rows,
                          tp_error *error) {
    char *path = tp_text_format("%s/%s", sink->partial, name);
    FILE *file = path == NULL ? NULL : fopen(path, "wb");
    bool done = file != NULL && fprintf(file, "%s\n%s", heads, tp_text_get(rows)) >= 0;
    int number = errno;
    done = (file == NULL || fclose(file) == 0) && done;
    free(path);
    return rows->lost ? tp_error_memory(error) : done ? TP_OK : cannot_write(sink, strerror(number), error);
}

/* All files to the disk and into the folder; the partial folder is then gone. */
static tp_code move_files(vector_sink *sink, tp_error *error) {
    if (rename(sink->partial, sink->folder) == 0) {
        return TP_OK;
    }
    char **names = VSIReadDir(sink->partial);
    tp_code code = TP_OK;
    for (int i = 0; code == TP_OK && names != NULL && names[i] != NULL; i++) {
        char *from = tp_text_format("%s/%s", sink->partial, names[i]);
        char *to = tp_text_format("%s/%s", sink->folder, names[i]);
        if (from == NULL || to == NULL) {
            code = tp_error_memory(error);
        } else if (strcmp(names[i], ".") != 0 && strcmp(names[i], "..") != 0 && rename(from, to) != 0) {
            code = cannot_write(sink, strerror(errno), error);
        }
        free(from);
        free(to);
    }
    CSLDestroy(names);
    if (code == TP_OK && rmdir(sink->partial) != 0) {
        code = cannot_write(sink, strerror(errno), error);
    }
    return code;
}

static tp_code commit(tp_sink *base, tp_error *error) {
    vector_sink *sink = (vector_sink *)base;
    if (sink->spoiled || sink->open) {
        return tp_error_set(error, TP_E_INTERNAL, "'%s' is committed before it is complete", sink->folder);
    }
    tp_code code = TP_OK;
    if (sink->format->dbf) {
        code = save_table(sink, "_columns.csv", "layer,name_in_file,name", &sink->columns, error);
    }
    if (code == TP_OK && sink->n_limits > 0) {
        code = save_table(sink, "_limits.csv", "layer,column,rows,what", &sink->limits, error);
    }
    if (code == TP_OK) {
        sync();
        code = move_files(sink, error);
    }
    return code;
}

static void free_sink(tp_sink *base) {
    vector_sink *sink = (vector_sink *)base;
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    drop_memory(sink);
    if (sink->partial != NULL) {
        (void)VSIRmdirRecursive(sink->partial);
    }
    OSRDestroySpatialReference(sink->srs);
    tp_gdal_listener_end();
    tp_projector_reset(&sink->projector);
    tp_text_reset(&sink->columns);
    tp_text_reset(&sink->limits);
    free(sink->folder);
    free(sink->partial);
    free(sink);
}

static tp_code start(vector_sink *sink, tp_error *error) {
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    GDALAllRegister();
    (void)VSIRmdirRecursive(sink->partial); /* of an interrupted run */
    bool made = VSIMkdirRecursive(sink->partial, 0777) == 0;
    tp_gdal_listener_end();
    return made ? TP_OK : cannot_write(sink, "the folder cannot be made", error);
}

tp_code tp_sink_new_vector(const tp_vector_format *format, const char *folder, const char *geographic_crs,
                           const char *output_crs, bool (*wants)(const void *user, const char *layer), const void *user,
                           tp_sink **out, tp_error *error) {
    static const tp_sink_kind kind = {
        .begin_layer = begin_layer, .row = write_row, .end_layer = end_layer, .commit = commit, .free = free_sink};
    *out = NULL;
    vector_sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL) {
        return tp_error_memory(error);
    }
    size_t size = strlen(folder);
    while (size > 1 && folder[size - 1] == '/') {
        size--;
    }
    *sink = (vector_sink){.sink = {&kind}, .format = format, .wants = wants, .user = user};
    sink->folder = tp_text_format("%.*s", (int)size, folder);
    char *partial = tp_text_format("%.*s.partial", (int)size, folder);
    /* Positions in columns are degrees, whatever the run's CRS. */
    const char *crs = format->crs != NULL ? format->crs : format->columns ? geographic_crs : output_crs;
    tp_code code = sink->folder == NULL || partial == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        code = tp_gpkg_srs_new(crs, &sink->srs, error);
    }
    if (code == TP_OK) {
        code = tp_projector_open(&sink->projector, geographic_crs, crs, error);
    }
    if (code == TP_OK) {
        sink->partial = partial;
        partial = NULL;
        code = start(sink, error);
    }
    free(partial);
    if (code != TP_OK) {
        free_sink(&sink->sink);
        return code;
    }
    *out = &sink->sink;
    return TP_OK;
}

size_t tp_vector_sink_limits(const tp_sink *sink) {
    return ((const vector_sink *)sink)->n_limits;
}
