/* The head of one input file: see tp_read_head_open in read.h. What is in it, whether it can be used, in which encoding
 * and CRS. Its columns are listed in fields.c. */
#include "1_read/dbf.h"
#include "1_read/files.h"
#include "1_read/ogr_file.h"
#include "1_read/osm.h"
#include "1_read/osm_places.h"
#include "1_read/product_head.h"
#include "1_read/shapefile.h"
#include "technopolis/crs.h"
#include "technopolis/mask.h"
#include "technopolis/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the steps of opening share. */
typedef struct opening {
    const tp_read_options *options;
    const tp_read_places *places;
    unsigned flags;
    tp_read_head *head;
    tp_faults *faults;
    tp_gdal_scope scope;
    tp_ogr_file file;
    tp_type *inferred; /* of each field of a file that holds only texts; NULL for others */
} opening;

void tp_read_head_reset(tp_read_head *head) {
    tp_head_reset(&head->head);
    for (size_t i = 0; i < head->n_digested; i++) {
        free(head->digested[i]);
    }
    free(head->digested);
    free(head->field);
    free(head->path);
    free(head->shown);
    free(head->driver);
    free(head->layer);
    free(head->crs);
    free(head->encoding);
    free(head->decided);
    free(head->reference);
    tp_cell_rules_free(head->rules, head->n_rules);
    *head = (tp_read_head){0};
}

static tp_code out_of_memory(opening *open) {
    tp_faults_add(open->faults, TP_E_MACHINE, "out of memory");
    return TP_E_MACHINE;
}

/* What GDAL said, with the file called as the configuration calls it. */
static void add_gdal_message(tp_text *text, const opening *open, const char *otherwise) {
    const char *message = tp_gdal_message(&open->scope, otherwise), *path = open->head->path;
    for (const char *found; path != NULL && (found = strstr(message, path)) != NULL; message = found + strlen(path)) {
        tp_text_add(text, "%.*s%s", (int)(found - message), message, open->head->shown);
    }
    tp_text_add(text, "%s", message);
}

static tp_code unusable(opening *open, const char *otherwise) {
    tp_text text = {0};
    add_gdal_message(&text, open, otherwise);
    tp_faults_add_code_at(open->faults, TP_E_DATA, open->places->file, "%s: %s", open->head->shown, tp_text_get(&text));
    tp_text_reset(&text);
    return TP_E_DATA;
}

/* The layer named, or the only one. */
static tp_code choose_layer(opening *open) {
    const char *wanted = open->options->layer;
    int n = GDALDatasetGetLayerCount(open->file.dataset);
    tp_text names = {0};
    for (int i = 0; i < n; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(open->file.dataset, i);
        const char *name = OGR_L_GetName(layer);
        tp_text_add(&names, "%s%s", i == 0 ? "" : ", ", name);
        if (wanted == NULL ? n == 1 : strcmp(wanted, name) == 0) {
            open->file.layer = layer;
        }
    }
    if (open->file.layer == NULL && wanted != NULL && tp_files_is_database(open->head->path)) {
        open->file.layer = GDALDatasetGetLayerByName(open->file.dataset, wanted); /* "public.x" is listed as "x" */
    }
    tp_code code = TP_OK;
    const char *shown = open->head->shown;
    if (n == 0 && open->file.layer == NULL) {
        code = unusable(open, "holds no layer");
    } else if (open->file.layer == NULL && wanted != NULL) {
        code = TP_E_DATA;
        tp_faults_add_code_at(open->faults, code, open->places->layer, "%s: no layer '%s' (there are: %s)", shown,
                              wanted, tp_text_get(&names));
    } else if (open->file.layer == NULL) {
        code = TP_E_CONFIG;
        tp_faults_add_code_at(open->faults, code, open->places->file,
                              "%s: holds several layers; name one with 'layer' (there are: %s)", shown,
                              tp_text_get(&names));
    }
    tp_text_reset(&names);
    return code;
}

/* Places of OpenStreetMap; how many is known only once they are read. */
static tp_code open_places(opening *open) {
    tp_read_head *head = open->head;
    tp_error error = {0};
    if (tp_pbf_is(head->path) && tp_pbf_check(head->path, head->shown, &error) != TP_OK) {
        tp_faults_add_code_at(open->faults, error.code, open->places->file, "%s", error.message);
        return error.code;
    }
    tp_osm_places_open_head(open->options->description, &open->file);
    head->driver = tp_text_copy(TP_OSM_PLACES_DRIVER);
    head->layer = tp_text_copy(TP_OSM_PLACES_LAYER);
    head->head.n_features = -1;
    return open->file.layer == NULL || head->driver == NULL || head->layer == NULL ? out_of_memory(open) : TP_OK;
}

/* Roads of a .osm.pbf: how many there are is known only once they are read. */
static tp_code open_osm(opening *open) {
    tp_read_head *head = open->head;
    tp_error error = {0};
    if (tp_pbf_check(head->path, head->shown, &error) != TP_OK) {
        tp_faults_add_code_at(open->faults, error.code, open->places->file, "%s", error.message);
        return error.code;
    }
    tp_osm_open_head(&open->file);
    head->driver = tp_text_copy(TP_OSM_DRIVER);
    head->layer = tp_text_copy(TP_OSM_LAYER);
    head->head.n_features = -1;
    return open->file.layer == NULL || head->driver == NULL || head->layer == NULL ? out_of_memory(open) : TP_OK;
}

static tp_code open_file(opening *open) {
    tp_read_head *head = open->head;
    if (open->options->description != NULL && open->options->description->places != NULL) {
        return open_places(open);
    }
    if (tp_osm_is_wanted(head->path, open->options->layer)) {
        return open_osm(open);
    }
    tp_ogr_open(head->path, &open->file);
    if (open->file.dataset == NULL) {
        bool csv = tp_files_ends(head->path, "csv") || tp_files_ends(head->path, "csv.gz");
        if (csv) { /* GDAL would say no more than that it does not know the format */
            tp_gdal_clear(&open->scope);
        }
        return unusable(open, csv ? "cannot be read as CSV (expected at least two columns, separated by commas)"
                                  : "cannot be read (no format that GDAL knows)");
    }
    tp_code code = choose_layer(open);
    if (code != TP_OK) {
        return code;
    }
    head->driver = tp_text_copy(GDALGetDriverShortName(GDALGetDatasetDriver(open->file.dataset)));
    head->layer = tp_text_copy(OGR_L_GetName(open->file.layer));
    if (head->driver == NULL || head->layer == NULL) {
        return out_of_memory(open);
    }
    head->texts_only = strcmp(head->driver, "CSV") == 0;
    tp_gdal_clear(&open->scope);
    head->head.n_features = OGR_L_GetFeatureCount(open->file.layer, 1);
    if (head->head.n_features < 0 || open->scope.failures > 0) {
        return unusable(open, "cannot be read");
    }
    if (head->head.n_features == 0 && (open->flags & TP_HEAD_MAY_BE_EMPTY) == 0) {
        tp_faults_add_code_at(open->faults, TP_E_DATA, open->places->file, "%s: layer '%s' has no features",
                              head->shown, head->layer);
        return TP_E_DATA;
    }
    return TP_OK;
}

/* Where the format lets every feature have its own kind of geometry, the features say what the layer is. */
static tp_code scan_geometry(opening *open) {
    int64_t n[TP_GEOMETRY_POLYGON + 1] = {0}, others = 0;
    OGR_L_ResetReading(open->file.layer);
    for (OGRFeatureH feature; (feature = OGR_L_GetNextFeature(open->file.layer)) != NULL;) {
        OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
        tp_geometry kind;
        if (geometry != NULL && tp_ogr_geometry(OGR_G_GetGeometryType(geometry), &kind)) {
            n[kind]++;
        } else {
            others += geometry != NULL;
        }
        OGR_F_Destroy(feature);
    }
    if (open->scope.failures > 0) {
        return unusable(open, "cannot be read");
    }
    tp_geometry *geometry = &open->head->head.geometry;
    *geometry = n[TP_GEOMETRY_POINT] > 0     ? TP_GEOMETRY_POINT
                : n[TP_GEOMETRY_LINE] > 0    ? TP_GEOMETRY_LINE
                : n[TP_GEOMETRY_POLYGON] > 0 ? TP_GEOMETRY_POLYGON
                                             : TP_GEOMETRY_NONE;
    int kinds = (n[TP_GEOMETRY_POINT] > 0) + (n[TP_GEOMETRY_LINE] > 0) + (n[TP_GEOMETRY_POLYGON] > 0);
    if (kinds > 1 || (kinds == 0 && others > 0)) {
        tp_faults_add_code_at(open->faults, TP_E_DATA, open->places->file,
                              "%s: layer '%s' mixes kinds of geometry: %lld points, %lld lines, %lld polygons, %lld "
                              "others (expected one kind)",
                              open->head->shown, open->head->layer, (long long)n[TP_GEOMETRY_POINT],
                              (long long)n[TP_GEOMETRY_LINE], (long long)n[TP_GEOMETRY_POLYGON], (long long)others);
        return TP_E_DATA;
    }
    return TP_OK;
}

static tp_code find_geometry(opening *open) {
    OGRwkbGeometryType type = OGR_L_GetGeomType(open->file.layer);
    if (OGR_GT_Flatten(type) == wkbUnknown) {
        return scan_geometry(open);
    }
    if (!tp_ogr_geometry(type, &open->head->head.geometry)) {
        tp_faults_add_code_at(open->faults, TP_E_DATA, open->places->file,
                              "%s: layer '%s' holds geometries of type %s (expected points, lines or polygons)",
                              open->head->shown, open->head->layer, OGRGeometryTypeToName(type));
        return TP_E_DATA;
    }
    return TP_OK;
}

static tp_code set_encoding(opening *open, const char *name, const char *origin) {
    open->head->encoding = tp_text_copy(name);
    open->head->encoding_origin = origin;
    return open->head->encoding == NULL ? out_of_memory(open) : TP_OK;
}

/* The encoding that something states: the entry, the format, the .cpg, the .dbf. */
static tp_code find_stated_encoding(opening *open) {
    char name[TP_ENCODING_SIZE], cpg[TP_ENCODING_SIZE];
    const tp_read_head *head = open->head;
    bool shapefile = strcmp(head->driver, "ESRI Shapefile") == 0;
    if (open->options->encoding != NULL) {
        if (!tp_encoding_name(open->options->encoding, name)) {
            tp_faults_add_at(open->faults, open->places->encoding,
                             "the encoding '%s' is not known (expected one such as UTF-8, CP932, ISO-8859-1)",
                             open->options->encoding);
            return TP_E_CONFIG;
        }
        return set_encoding(open, name, "option");
    }
    if (!shapefile && !head->texts_only) {
        return set_encoding(open, "UTF-8", "format");
    }
    if (shapefile && tp_shapefile_cpg(head->path, cpg, sizeof cpg) && tp_encoding_name(cpg, name)) {
        return set_encoding(open, name, "cpg");
    }
    const char *driver_id = shapefile ? tp_encoding_of_driver_id(tp_shapefile_driver_id(head->path)) : NULL;
    return driver_id == NULL ? TP_OK : set_encoding(open, driver_id, "ldid");
}

static void look_at_feature(opening *open, OGRFeatureH feature, OGRFeatureDefnH definition, int n,
                            tp_encoding_evidence *evidence, tp_inference *inferences) {
    for (int i = 0; i < n; i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(definition, i);
        if (OGR_Fld_GetType(field) != OFTString || !OGR_F_IsFieldSetAndNotNull(feature, i)) {
            continue;
        }
        const char *text = OGR_F_GetFieldAsString(feature, i);
        size_t size = strlen(text);
        if (inferences != NULL) {
            tp_infer_look(&inferences[i], text, size);
        }
        if (open->head->encoding == NULL) {
            tp_encoding_look(evidence, OGR_Fld_GetNameRef(field), (int64_t)OGR_F_GetFID(feature), text, size,
                             (size_t)OGR_Fld_GetWidth(field));
        }
    }
}

static tp_code look_at_all(opening *open, OGRFeatureDefnH definition, int n, tp_encoding_evidence *evidence,
                           tp_inference *inferences) {
    const char *no_geometry[] = {"OGR_GEOMETRY", NULL};
    OGRLayerH layer = open->file.layer;
    bool shapefile = strcmp(open->head->driver, "ESRI Shapefile") == 0;
    if (shapefile && inferences == NULL && tp_dbf_look(open->head->path, definition, evidence)) {
        return TP_OK;
    }
    bool ignores = OGR_L_TestCapability(layer, OLCIgnoreFields) != 0;
    if (ignores && OGR_L_SetIgnoredFields(layer, no_geometry) != OGRERR_NONE) {
        ignores = false;
    }
    tp_gdal_clear(&open->scope);
    OGR_L_ResetReading(layer);
    for (OGRFeatureH feature; (feature = OGR_L_GetNextFeature(layer)) != NULL;) {
        look_at_feature(open, feature, definition, n, evidence, inferences);
        OGR_F_Destroy(feature);
    }
    if (ignores && OGR_L_SetIgnoredFields(layer, NULL) != OGRERR_NONE) {
        return unusable(open, "cannot be read");
    }
    return open->scope.failures > 0 ? unusable(open, "cannot be read") : TP_OK;
}

static tp_code decide_encoding(opening *open, const tp_encoding_evidence *evidence) {
    const char *origin = NULL;
    const char *encoding = tp_encoding_decide(evidence, &origin);
    const tp_product *product = open->options->description;
    char name[TP_ENCODING_SIZE];
    if (product != NULL && product->encoding != NULL && evidence->not_utf8 &&
        tp_encoding_name(product->encoding, name)) {
        return set_encoding(open, name, "product");
    }
    if (encoding != NULL) {
        return set_encoding(open, encoding, origin);
    }
    char where[40] = "the fields' names";
    if (evidence->feature >= 0) {
        snprintf(where, sizeof where, "feature %lld", (long long)evidence->feature);
    }
    tp_faults_add_code_at(open->faults, TP_E_DATA, open->places->file,
                          "%s: the encoding cannot be decided: its texts are neither all UTF-8 nor all CP932 (seen at "
                          "field '%s' in %s); say which with 'encoding'",
                          open->head->shown, evidence->field, where);
    return TP_E_DATA;
}

static bool names_are_ascii(OGRFeatureDefnH definition, int n) {
    for (int i = 0; i < n; i++) {
        for (const char *c = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, i)); *c != '\0'; c++) {
            if ((unsigned char)*c >= 0x80) {
                return false;
            }
        }
    }
    return true;
}

/* One pass over the texts, where it is needed: to decide the encoding, to infer the types of a file of texts. */
static tp_code look_at_texts(opening *open) {
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(open->file.layer);
    int n = OGR_FD_GetFieldCount(definition);
    bool wants_encoding = open->head->encoding == NULL && ((open->flags & TP_HEAD_DECIDE_ENCODING) != 0 ||
                                                           open->head->texts_only || !names_are_ascii(definition, n));
    char *sidecar = open->head->texts_only ? tp_files_side(open->head->path, "csvt") : NULL;
    bool wants_types = open->head->texts_only && sidecar == NULL && open->options->description == NULL;
    free(sidecar);
    if (!wants_encoding && !wants_types) {
        return TP_OK;
    }
    tp_encoding_evidence evidence = {0};
    tp_inference *inferences = wants_types ? calloc((size_t)n + 1, sizeof *inferences) : NULL;
    open->inferred = wants_types ? calloc((size_t)n + 1, sizeof *open->inferred) : NULL;
    tp_error error = {0};
    tp_code code = tp_encoding_begin(&evidence, &error);
    if (code != TP_OK || (wants_types && (inferences == NULL || open->inferred == NULL))) {
        code = out_of_memory(open);
        goto done;
    }
    for (int i = 0; i < n; i++) {
        const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, i));
        tp_encoding_look(&evidence, name, -1, name, strlen(name), 0);
    }
    code = look_at_all(open, definition, n, &evidence, inferences);
    if (code == TP_OK && open->head->encoding == NULL) {
        code = decide_encoding(open, &evidence);
    }
    for (int i = 0; i < n && wants_types; i++) {
        open->inferred[i] = tp_infer_type(&inferences[i]);
    }
done:
    tp_encoding_end(&evidence);
    free(inferences);
    return code;
}

static tp_code list_fields(opening *open) {
    tp_decoder *decoder = NULL;
    tp_error error = {0};
    if (open->head->encoding != NULL && tp_decoder_new(open->head->encoding, &decoder, &error) != TP_OK) {
        tp_faults_add_error(open->faults, &error);
        return error.code;
    }
    tp_code code = tp_head_list_fields(open->file.layer, open->options, open->places, open->inferred, decoder,
                                       open->head, open->faults);
    tp_decoder_free(decoder);
    return code;
}

/* A CRS that coordinates can be in. PROJ takes a bare number for a part of a name, and finds something by it. */
static tp_code check_crs(const char *crs, tp_error *error) {
    if (crs[0] != '\0' && crs[strspn(crs, "0123456789")] == '\0') {
        return tp_error_set(error, TP_E_CONFIG, "'%.40s' is not a coordinate reference system (expected EPSG:%.40s?)",
                            crs, crs);
    }
    char *geographic = NULL;
    tp_ellipsoid ellipsoid;
    tp_code code = tp_crs_geographic(crs, &geographic, &ellipsoid, error);
    free(geographic);
    return code;
}

/* The CRS of the entry, else of the file. Only what has a position needs one. */
static tp_code find_crs(opening *open) {
    tp_read_head *head = open->head;
    bool in_columns = head->lon_field >= 0 || head->mesh >= 0;
    if (head->head.geometry == TP_GEOMETRY_NONE && !in_columns) {
        return TP_OK;
    }
    const char *wanted = open->options->crs;
    head->crs = wanted != NULL ? tp_text_copy(wanted) : in_columns ? NULL : tp_ogr_crs(open->file.layer);
    head->crs_origin = wanted != NULL ? "option" : "file";
    if (head->crs == NULL && tp_product_head_crs(head, open->faults) != TP_OK) {
        return TP_E_MACHINE;
    }
    tp_error error = {0};
    if (head->crs == NULL) {
        tp_faults_add_code_at(open->faults, TP_E_DATA, open->places->file,
                              "%s: has no CRS%s (give it with 'crs', such as crs: EPSG:6668)", head->shown,
                              in_columns                         ? " for its columns of longitude and latitude"
                              : tp_files_ends(head->path, "shp") ? " (no usable .prj file)"
                                                                 : "");
        return TP_E_DATA;
    }
    tp_code code = check_crs(head->crs, &error);
    if (code != TP_OK && code != TP_E_CONFIG) {
        tp_faults_add_error(open->faults, &error);
        return code;
    }
    if (code != TP_OK) {
        if (wanted != NULL) {
            tp_faults_add_at(open->faults, open->places->crs, "%s", error.message);
        } else {
            tp_faults_add_code_at(open->faults, TP_E_DATA, open->places->file, "%s: its CRS cannot be used: %s",
                                  head->shown, error.message);
        }
        return wanted != NULL ? TP_E_CONFIG : TP_E_DATA;
    }
    return TP_OK;
}

static tp_code open_all(opening *open, const char *path, const char *shown) {
    tp_read_head *head = open->head;
    head->shown = tp_masked(shown);
    tp_files files = {0};
    if (head->shown != NULL &&
        !tp_product_head_members(path, shown, open->options->description, open->places->file, open->faults)) {
        return TP_E_DATA;
    }
    tp_code code = head->shown == NULL
                       ? out_of_memory(open)
                       : tp_files_find(path, shown, open->options->layer, open->places->file, &files, open->faults);
    head->path = files.path;
    head->digested = files.list;
    head->n_digested = files.n;
    if (code == TP_OK) {
        code = open_file(open);
    }
    if (code == TP_OK) {
        code = find_geometry(open);
    }
    if (code == TP_OK) {
        code = find_stated_encoding(open);
    }
    if (code == TP_OK) {
        code = look_at_texts(open);
    }
    if (code == TP_OK) {
        code = tp_product_head_edition(open->file.layer, open->options->description, open->places, head, open->faults);
    }
    if (code == TP_OK) {
        code = list_fields(open);
    }
    if (code == TP_OK) {
        code = tp_product_head_geometry(open->file.layer, open->options, head, open->faults);
    }
    if (code == TP_OK) {
        code = find_crs(open);
    }
    if (code == TP_OK && head->lon_field >= 0) {
        head->head.geometry = TP_GEOMETRY_POINT;
    } else if (code == TP_OK && head->mesh >= 0) {
        head->head.geometry = TP_GEOMETRY_POLYGON;
    } else if (code == TP_OK && head->reference != NULL) {
        head->head.geometry = TP_GEOMETRY_POINT;
    }
    return code;
}

tp_code tp_read_head_open(const char *path, const char *shown, const tp_read_options *options,
                          const tp_read_places *places, unsigned flags, tp_read_head *head, tp_faults *faults) {
    *head = (tp_read_head){.id = -1, .label = -1, .lon_field = -1, .lat_field = -1, .mesh = -1};
    tp_faults own = {0}; /* to tell its faults from those that are already there */
    opening open = {.options = options, .places = places, .flags = flags, .head = head, .faults = &own};
    tp_gdal_begin(&open.scope);
    tp_code code = open_all(&open, path, shown);
    tp_ogr_close(&open.file);
    tp_gdal_end(&open.scope);
    free(open.inferred);
    for (size_t i = 0; i < own.n; i++) {
        tp_faults_add_fault(faults, &own.items[i]);
    }
    faults->lost |= own.lost;
    tp_code found = tp_faults_code(&own);
    tp_faults_reset(&own);
    return found != TP_OK ? found : code;
}
