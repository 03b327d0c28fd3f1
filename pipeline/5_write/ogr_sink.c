/*
 * The sink that writes a GeoPackage through OGR: one transaction, one feature object used for all rows of a layer, an
 * R-tree on every layer with geometry. What GDAL has to say is caught call by call and becomes our error.
 */
#include "5_write/gdal_listener.h"
#include "5_write/gpkg_about.h"
#include "5_write/gpkg_file.h"
#include "5_write/ogr_fields.h"
#include "5_write/ogr_geometry.h"
#include "5_write/ogr_row.h"
#include "5_write/output_file.h"
#include "5_write/sink.h"

#include "technopolis/crs.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct ogr_sink {
    tp_sink sink;
    tp_output_file output;
    GDALDatasetH dataset;
    OGRSpatialReferenceH srs;
    tp_projector projector;
    OGRLayerH layer; /* while a layer is open */
    OGRFeatureH feature;
    tp_sink_layer head;
    int64_t n_rows;
    bool spoiled; /* something failed: the file must not be committed */
    tp_gpkg_about about;
} ogr_sink;

static tp_code cannot_write(ogr_sink *sink, const tp_gdal_listener *listener, tp_error *error) {
    sink->spoiled = true;
    const char *why = listener->failed ? listener->message : "GDAL gives no reason";
    if (sink->head.name == NULL) {
        return tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: %s", sink->output.path, why);
    }
    return tp_error_set(error, TP_E_MACHINE, "'%s' layer '%s' cannot be written: %s", sink->output.path,
                        sink->head.name, why);
}

static OGRLayerH create_layer(ogr_sink *sink, const tp_sink_layer *head) {
    char **options = CSLSetNameValue(NULL, "FID", head->fid != NULL ? head->fid : "fid");
    if (head->geometry != TP_GEOMETRY_NONE) {
        options = CSLSetNameValue(options, "GEOMETRY_NAME", "geom");
        options = CSLSetNameValue(options, "SPATIAL_INDEX", "YES");
    }
    options = CSLSetNameValue(options, "IDENTIFIER", head->title != NULL ? head->title : head->name);
    if (head->description != NULL && head->description[0] != '\0') {
        options = CSLSetNameValue(options, "DESCRIPTION", head->description);
    }
    OGRSpatialReferenceH srs = head->geometry != TP_GEOMETRY_NONE ? sink->srs : NULL;
    OGRLayerH layer =
        GDALDatasetCreateLayer(sink->dataset, head->name, srs, tp_ogr_geometry_type(head->geometry), options);
    CSLDestroy(options);
    return layer;
}

static tp_code begin_layer(tp_sink *base, const tp_sink_layer *head, tp_error *error) {
    ogr_sink *sink = (ogr_sink *)base;
    if (sink->layer != NULL || sink->dataset == NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "layer '%s' is begun before layer '%s' has ended", head->name,
                            sink->head.name != NULL ? sink->head.name : "?");
    }
    sink->head = *head;
    sink->n_rows = 0;
    tp_code code = tp_gpkg_about_layer(&sink->about, head, error);
    if (code != TP_OK) {
        return code;
    }
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    /* GDAL would build the first layer's R-tree in a second thread and a second database, which cannot be let go inside
     * our one transaction, and only on machines with two processors. */
    CPLSetThreadLocalConfigOption("OGR_GPKG_ALLOW_THREADED_RTREE", "NO");
    sink->layer = create_layer(sink, head);
    CPLSetThreadLocalConfigOption("OGR_GPKG_ALLOW_THREADED_RTREE", NULL);
    if (sink->layer != NULL && tp_ogr_fields_create(sink->layer, head)) {
        sink->feature = OGR_F_Create(OGR_L_GetLayerDefn(sink->layer));
    }
    tp_gdal_listener_end();
    return sink->feature != NULL ? TP_OK : cannot_write(sink, &listener, error);
}

static tp_code write_row(tp_sink *base, const tp_cell *cells, const tp_shape *shape, tp_error *error) {
    ogr_sink *sink = (ogr_sink *)base;
    if (sink->feature == NULL || sink->spoiled) {
        return tp_error_set(error, TP_E_INTERNAL, "a row is written outside of a layer");
    }
    tp_code code = tp_ogr_row_set(sink->feature, &sink->head, &sink->projector, cells, shape, sink->n_rows, error);
    if (code != TP_OK) {
        sink->spoiled = true;
        return code;
    }
    tp_gdal_listener listener;
    if (!tp_ogr_row_append(sink->layer, sink->feature, &listener) || listener.failed) {
        return cannot_write(sink, &listener, error);
    }
    sink->n_rows++;
    return TP_OK;
}

static tp_code end_layer(tp_sink *base, tp_error *error) {
    ogr_sink *sink = (ogr_sink *)base;
    if (sink->layer == NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "a layer is ended that was not begun");
    }
    if (sink->feature != NULL) {
        OGR_F_Destroy(sink->feature);
        sink->feature = NULL;
    }
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    OGRErr fault = OGR_L_SyncToDisk(sink->layer);
    tp_gdal_listener_end();
    sink->layer = NULL;
    tp_code code = fault == OGRERR_NONE && !listener.failed ? TP_OK : cannot_write(sink, &listener, error);
    sink->head = (tp_sink_layer){0};
    return code;
}

static tp_code commit(tp_sink *base, tp_error *error) {
    ogr_sink *sink = (ogr_sink *)base;
    if (sink->spoiled || sink->layer != NULL || sink->dataset == NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "'%s' is committed before it is complete", sink->output.path);
    }
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    OGRErr fault = GDALDatasetCommitTransaction(sink->dataset);
    /* GDALClose gives no result before GDAL 3.7; what goes wrong in it is heard by the listener. */
    GDALClose(sink->dataset);
    tp_gdal_listener_end();
    sink->dataset = NULL;
    if (fault != OGRERR_NONE || listener.failed) {
        return cannot_write(sink, &listener, error);
    }
    tp_code code = tp_gpkg_about_write(&sink->about, sink->output.partial, sink->output.path, error);
    if (code != TP_OK) {
        return code;
    }
    if (!tp_gpkg_is_whole(sink->output.fd)) {
        return tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: it was cut short", sink->output.path);
    }
    return tp_output_file_commit(&sink->output, error);
}

static tp_code describe(tp_sink *base, const char *metadata, tp_error *error) {
    return tp_gpkg_about_all(&((ogr_sink *)base)->about, metadata, error);
}

static void free_sink(tp_sink *base) {
    ogr_sink *sink = (ogr_sink *)base;
    tp_gpkg_about_reset(&sink->about);
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    if (sink->feature != NULL) {
        OGR_F_Destroy(sink->feature);
    }
    if (sink->dataset != NULL) {
        (void)GDALDatasetRollbackTransaction(sink->dataset);
        GDALClose(sink->dataset);
    }
    OSRDestroySpatialReference(sink->srs);
    tp_gdal_listener_end();
    tp_projector_reset(&sink->projector);
    tp_output_file_reset(&sink->output);
    free(sink);
}

tp_code tp_sink_new_ogr(const char *path, const char *geographic_crs, const char *output_crs, tp_sink **out,
                        tp_error *error) {
    *out = NULL;
    static const tp_sink_kind kind = {.begin_layer = begin_layer,
                                      .row = write_row,
                                      .end_layer = end_layer,
                                      .commit = commit,
                                      .free = free_sink,
                                      .describe = describe};
    ogr_sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL) {
        return tp_error_memory(error);
    }
    sink->sink.kind = &kind;
    sink->output = (tp_output_file){.fd = -1, .folder_fd = -1, .made = -1};
    tp_code code = tp_gpkg_srs_new(output_crs, &sink->srs, error);
    if (code == TP_OK) {
        code = tp_projector_open(&sink->projector, geographic_crs, output_crs, error);
    }
    if (code == TP_OK) {
        code = tp_output_file_start(&sink->output, path, error);
    }
    if (code != TP_OK) {
        goto done;
    }
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    sink->dataset = tp_gpkg_create(sink->output.partial);
    bool begun = sink->dataset != NULL && GDALDatasetStartTransaction(sink->dataset, FALSE) == OGRERR_NONE;
    tp_gdal_listener_end();
    code = begun ? tp_output_file_hold(&sink->output, error) : cannot_write(sink, &listener, error);
done:
    if (code != TP_OK) {
        free_sink(&sink->sink);
        return code;
    }
    *out = &sink->sink;
    return TP_OK;
}
