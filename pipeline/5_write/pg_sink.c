/*
 * The sink that writes into PostGIS through OGR: everything in one transaction, so that a reader of the database sees the
 * tables of the run before until commit, and a server that dies in between leaves nothing.
 */
#include "5_write/gdal_listener.h"
#include "5_write/gpkg_file.h"
#include "5_write/ogr_fields.h"
#include "5_write/ogr_geometry.h"
#include "5_write/ogr_row.h"
#include "5_write/sink.h"
#include "technopolis/mask.h"
#include "technopolis/text.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>
#include <ogr_srs_api.h>
#include <stdlib.h>
#include <string.h>

typedef struct pg_sink {
    tp_sink sink;
    char *shown, *schema; /* shown: the connection without its password */
    GDALDatasetH dataset;
    OGRSpatialReferenceH srs;
    tp_projector projector;
    OGRLayerH layer;
    OGRFeatureH feature;
    tp_sink_layer head;
    int64_t n_rows;
    bool spoiled;
} pg_sink;

static tp_code cannot_write(pg_sink *sink, const tp_gdal_listener *listener, tp_error *error) {
    sink->spoiled = true;
    const char *why = listener->failed ? listener->message : "the database gives no reason";
    return tp_error_set(error, TP_E_MACHINE, "%s%s%s cannot be written: %.*s", sink->shown,
                        sink->head.name != NULL ? " layer " : "", sink->head.name != NULL ? sink->head.name : "",
                        (int)strcspn(why, "\n"), why);
}

static void add_quoted(tp_text *sql, char quote, const char *text) {
    tp_text_add_bytes(sql, &quote, 1);
    for (const char *c = text; *c != '\0'; c++) {
        tp_text_add_bytes(sql, c, 1);
        if (*c == quote) {
            tp_text_add_bytes(sql, c, 1);
        }
    }
    tp_text_add_bytes(sql, &quote, 1);
}

/* Carries a statement out; it is emptied. False: the listener knows why. */
static bool execute(pg_sink *sink, tp_text *sql, const tp_gdal_listener *listener) {
    bool lost = sql->lost;
    if (!lost) {
        OGRLayerH result = GDALDatasetExecuteSQL(sink->dataset, tp_text_get(sql), NULL, NULL);
        if (result != NULL) {
            GDALDatasetReleaseResultSet(sink->dataset, result);
        }
    }
    tp_text_clear(sql);
    return !lost && !listener->failed;
}

static OGRLayerH create_layer(pg_sink *sink, const tp_sink_layer *head) {
    char **options = CSLSetNameValue(NULL, "FID", "fid");
    options = CSLSetNameValue(options, "SCHEMA", sink->schema);
    options = CSLSetNameValue(options, "OVERWRITE", "YES");
    options = CSLSetNameValue(options, "LAUNDER", "NO");
    if (head->geometry != TP_GEOMETRY_NONE) {
        options = CSLSetNameValue(options, "GEOMETRY_NAME", "geom");
        options = CSLSetNameValue(options, "SPATIAL_INDEX", "GIST");
    }
    OGRLayerH layer =
        GDALDatasetCreateLayer(sink->dataset, head->name, head->geometry != TP_GEOMETRY_NONE ? sink->srs : NULL,
                               tp_ogr_geometry_type(head->geometry), options);
    CSLDestroy(options);
    return layer;
}

/* What the table and its columns are, for whoever looks into the database. */
static bool comment(pg_sink *sink, const tp_gdal_listener *listener) {
    const tp_sink_layer *head = &sink->head;
    tp_text sql = {0};
    tp_text_add(&sql, "COMMENT ON TABLE ");
    add_quoted(&sql, '"', sink->schema);
    tp_text_add(&sql, ".");
    add_quoted(&sql, '"', head->name);
    tp_text_add(&sql, " IS ");
    add_quoted(&sql, '\'', head->description != NULL && head->description[0] != '\0' ? head->description : head->title);
    bool done = execute(sink, &sql, listener);
    for (size_t i = 0; done && head->words != NULL && i < head->n_fields; i++) {
        const tp_column_words *words = &head->words[i];
        if (words->title == NULL && words->description == NULL) {
            continue;
        }
        tp_text text = {0};
        tp_text_add(&text, "%s%s%s", words->title != NULL ? words->title : "",
                    words->title != NULL && words->description != NULL ? ": " : "",
                    words->description != NULL ? words->description : "");
        tp_text_add(&sql, "COMMENT ON COLUMN ");
        add_quoted(&sql, '"', sink->schema);
        tp_text_add(&sql, ".");
        add_quoted(&sql, '"', head->name);
        tp_text_add(&sql, ".");
        add_quoted(&sql, '"', head->fields[i].name);
        tp_text_add(&sql, " IS ");
        add_quoted(&sql, '\'', tp_text_get(&text));
        sql.lost = sql.lost || text.lost;
        tp_text_reset(&text);
        done = execute(sink, &sql, listener);
    }
    tp_text_reset(&sql);
    return done;
}

static tp_code begin_layer(tp_sink *base, const tp_sink_layer *head, tp_error *error) {
    pg_sink *sink = (pg_sink *)base;
    if (sink->layer != NULL || sink->spoiled) {
        return tp_error_set(error, TP_E_INTERNAL, "layer '%s' is begun before another has ended", head->name);
    }
    sink->head = *head;
    sink->n_rows = 0;
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    sink->layer = create_layer(sink, head);
    if (sink->layer != NULL && tp_ogr_fields_create(sink->layer, head) && comment(sink, &listener)) {
        sink->feature = OGR_F_Create(OGR_L_GetLayerDefn(sink->layer));
    }
    tp_gdal_listener_end();
    return sink->feature != NULL ? TP_OK : cannot_write(sink, &listener, error);
}

static tp_code write_row(tp_sink *base, const tp_cell *cells, const tp_shape *shape, tp_error *error) {
    pg_sink *sink = (pg_sink *)base;
    if (sink->feature == NULL || sink->spoiled) {
        return tp_error_set(error, TP_E_INTERNAL, "a row is written outside of a layer");
    }
    tp_code code = tp_ogr_row_set(sink->feature, &sink->head, &sink->projector, cells, shape, sink->n_rows, error);
    if (code != TP_OK) {
        sink->spoiled = true;
        return code;
    }
    tp_gdal_listener listener;
    bool appended = tp_ogr_row_append(sink->layer, sink->feature, &listener);
    sink->n_rows++;
    return appended && !listener.failed ? TP_OK : cannot_write(sink, &listener, error);
}

static tp_code end_layer(tp_sink *base, tp_error *error) {
    pg_sink *sink = (pg_sink *)base;
    if (sink->layer == NULL || sink->spoiled) {
        return tp_error_set(error, TP_E_INTERNAL, "a layer is ended that was not begun");
    }
    OGR_F_Destroy(sink->feature);
    sink->feature = NULL;
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    bool done = OGR_L_SyncToDisk(sink->layer) == OGRERR_NONE;
    tp_gdal_listener_end();
    tp_code code = done && !listener.failed ? TP_OK : cannot_write(sink, &listener, error);
    sink->layer = NULL;
    sink->head = (tp_sink_layer){0};
    return code;
}

static tp_code commit(tp_sink *base, tp_error *error) {
    pg_sink *sink = (pg_sink *)base;
    if (sink->spoiled || sink->layer != NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "%s is committed before it is complete", sink->shown);
    }
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    bool done = GDALDatasetCommitTransaction(sink->dataset) == OGRERR_NONE;
    tp_gdal_listener_end();
    return done && !listener.failed ? TP_OK : cannot_write(sink, &listener, error);
}

static void free_sink(tp_sink *base) {
    pg_sink *sink = (pg_sink *)base;
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    if (sink->feature != NULL) {
        OGR_F_Destroy(sink->feature);
    }
    if (sink->dataset != NULL) {
        (void)GDALDatasetRollbackTransaction(sink->dataset); /* nothing after a commit */
        GDALClose(sink->dataset);
    }
    OSRDestroySpatialReference(sink->srs);
    tp_gdal_listener_end();
    tp_projector_reset(&sink->projector);
    free(sink->shown);
    free(sink->schema);
    free(sink);
}

static tp_code connect(pg_sink *sink, const char *connection, tp_error *error) {
    tp_gdal_listener listener;
    tp_text sql = {0};
    tp_gdal_listener_start(&listener);
    GDALAllRegister();
    const char *drivers[] = {"PostgreSQL", NULL};
    sink->dataset =
        GDALOpenEx(connection, GDAL_OF_VECTOR | GDAL_OF_UPDATE | GDAL_OF_VERBOSE_ERROR, drivers, NULL, NULL);
    bool begun = sink->dataset != NULL && GDALDatasetStartTransaction(sink->dataset, FALSE) == OGRERR_NONE;
    tp_text_add(&sql, "CREATE SCHEMA IF NOT EXISTS ");
    add_quoted(&sql, '"', sink->schema);
    begun = begun && execute(sink, &sql, &listener);
    tp_gdal_listener_end();
    tp_text_reset(&sql);
    return begun ? TP_OK : cannot_write(sink, &listener, error);
}

tp_code tp_sink_new_pg(const char *connection, const char *schema, const char *geographic_crs, const char *output_crs,
                       tp_sink **out, tp_error *error) {
    static const tp_sink_kind kind = {
        .begin_layer = begin_layer, .row = write_row, .end_layer = end_layer, .commit = commit, .free = free_sink};
    *out = NULL;
    pg_sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL) {
        return tp_error_memory(error);
    }
    sink->sink.kind = &kind;
    sink->shown = tp_masked(connection);
    sink->schema = tp_text_copy(schema);
    tp_code code = sink->shown == NULL || sink->schema == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        code = tp_gpkg_srs_new(output_crs, &sink->srs, error);
    }
    if (code == TP_OK) {
        code = tp_projector_open(&sink->projector, geographic_crs, output_crs, error);
    }
    if (code == TP_OK) {
        code = connect(sink, connection, error);
    }
    if (code != TP_OK) {
        free_sink(&sink->sink);
        return code;
    }
    *out = &sink->sink;
    return TP_OK;
}
