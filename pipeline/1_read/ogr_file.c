/* Opening a layer with OGR: see ogr_file.h. */
#include "1_read/ogr_file.h"

#include "1_read/files.h"
#include "technopolis/text.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <ogr_srs_api.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void tp_ogr_open(const char *path, tp_ogr_file *file) {
    *file = (tp_ogr_file){0};
    /* Drivers take what they know of these; the others only warn, into the scope. Texts come as raw bytes (an empty
     * ENCODING), and the columns of a CSV file as text: their types are inferred in infer.c. */
    const char *shapefile[] = {"ENCODING=", NULL};
    const char *tables[] = {"LIST_ALL_TABLES=YES", NULL}; /* also those without geometry */
    const char *csv[] = {"HEADERS=YES", "AUTODETECT_TYPE=NO", "EMPTY_STRING_AS_NULL=NO", NULL};
    const char *gzip = tp_files_ends(path, "gz") ? path + strlen(path) - 3 : path + strlen(path);
    char *bare = tp_text_format("%.*s", (int)(gzip - path), path);
    bool is_text = bare != NULL && tp_files_ends(bare, "txt");
    bool is_csv = is_text || (bare != NULL && (tp_files_ends(bare, "csv") || tp_files_ends(bare, "tsv")));
    bool is_shape = bare != NULL && (tp_files_ends(bare, "shp") || tp_files_ends(bare, "dbf"));
    char *named = is_text ? tp_text_format("CSV:%s", path) : tp_text_copy(path);
    if (named != NULL) {
        file->dataset = GDALOpenEx(named, GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, NULL,
                                   tp_files_is_database(path) ? tables
                                   : is_csv                   ? csv
                                   : is_shape                 ? shapefile
                                                              : NULL,
                                   NULL);
    }
    free(named);
    free(bare);
}

void tp_ogr_close(tp_ogr_file *file) {
    if (file->dataset != NULL) {
        GDALClose(file->dataset);
    }
    *file = (tp_ogr_file){0};
}

/* GeoPackage's srs_id 0 and -1 come as systems with these names. */
static bool is_undefined(OGRSpatialReferenceH crs) {
    const char *name = OSRGetName(crs);
    return OSRIsLocal(crs) || (name != NULL && strncasecmp(name, "undefined", 9) == 0);
}

char *tp_ogr_crs(OGRLayerH layer) {
    OGRSpatialReferenceH found = OGR_L_GetSpatialRef(layer);
    if (found == NULL || is_undefined(found)) {
        return NULL;
    }
    OGRSpatialReferenceH crs = OSRClone(found);
    if (crs == NULL) {
        return NULL;
    }
    OSRStripVertical(crs);
    OSRDemoteTo2D(crs, NULL);
    char *text = NULL;
    const char *authority = OSRGetAuthorityName(crs, NULL), *code = OSRGetAuthorityCode(crs, NULL);
    if (authority != NULL && code != NULL) {
        text = tp_text_format("%s:%s", authority, code);
    } else {
        const char *options[] = {"FORMAT=WKT2_2019", NULL};
        char *wkt = NULL;
        if (OSRExportToWktEx(crs, &wkt, options) == OGRERR_NONE && wkt != NULL) {
            text = tp_text_copy(wkt);
        }
        CPLFree(wkt);
    }
    OSRRelease(crs);
    return text;
}

bool tp_ogr_geometry(OGRwkbGeometryType type, tp_geometry *geometry) {
    switch (OGR_GT_GetLinear(OGR_GT_Flatten(type))) {
    case wkbNone:
        *geometry = TP_GEOMETRY_NONE;
        return true;
    case wkbPoint:
    case wkbMultiPoint:
        *geometry = TP_GEOMETRY_POINT;
        return true;
    case wkbLineString:
    case wkbMultiLineString:
        *geometry = TP_GEOMETRY_LINE;
        return true;
    case wkbPolygon:
    case wkbMultiPolygon:
    case wkbTriangle:
        *geometry = TP_GEOMETRY_POLYGON;
        return true;
    default:
        return false;
    }
}
