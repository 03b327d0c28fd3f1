/* Places of OpenStreetMap: see osm_places.h. */
#include "1_read/osm_places.h"

#include "1_read/edition.h"
#include "technopolis/text.h"

#include <cpl_vsi.h>
#include <ogr_srs_api.h>
#include <stdlib.h>
#include <string.h>

/* The key of "key=value"; its length. */
static size_t key_size(const char *tag) {
    return strcspn(tag, "=");
}

/* Calls back with each tag's key that is needed: those of `places`, then the fields of the editions. */
static void each_key(const tp_product *product, void (*found)(void *user, const char *key, size_t size), void *user) {
    for (size_t i = 0; i < tp_node_count(product->places); i++) {
        const tp_node *tags = tp_node_at(product->places, i);
        for (size_t k = 0; k < tp_node_count(tags); k++) {
            const char *tag = tp_node_text(tp_node_at(tags, k));
            found(user, tag, key_size(tag));
        }
    }
    for (size_t e = 0; e < product->n_editions; e++) {
        for (size_t c = 0; c < product->n_columns; c++) {
            const tp_product_from *from = &product->editions[e].from[c];
            for (size_t f = 0; from->fill != TP_FILL_VALUE && f < from->fields.n; f++) {
                found(user, from->fields.items[f], tp_edition_name_size(from, f));
            }
        }
    }
}

static void add_field(void *user, const char *key, size_t size) {
    OGRLayerH layer = user;
    char *name = tp_text_format("%.*s", (int)size, key);
    if (name != NULL && OGR_FD_GetFieldIndex(OGR_L_GetLayerDefn(layer), name) < 0) {
        OGRFieldDefnH field = OGR_Fld_Create(name, OFTString);
        (void)OGR_L_CreateField(layer, field, 0);
        OGR_Fld_Destroy(field);
    }
    free(name);
}

void tp_osm_places_open_head(const tp_product *product, tp_ogr_file *file) {
    *file = (tp_ogr_file){0};
    GDALDriverH driver = GDALGetDriverByName("Memory");
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    file->dataset = driver == NULL ? NULL : GDALCreate(driver, "", 0, 0, 0, GDT_Unknown, NULL);
    if (file->dataset != NULL && crs != NULL && OSRImportFromEPSG(crs, 4326) == OGRERR_NONE) {
        OSRSetAxisMappingStrategy(crs, OAMS_TRADITIONAL_GIS_ORDER);
        file->layer = GDALDatasetCreateLayer(file->dataset, TP_OSM_PLACES_LAYER, crs, wkbPoint, NULL);
    }
    if (file->layer != NULL) {
        add_field(file->layer, "osm_id", 6);
        add_field(file->layer, "kind", 4);
        each_key(product, add_field, file->layer);
    }
    if (crs != NULL) {
        OSRRelease(crs);
    }
}

/* ---------------------------------------------------------------- the driver's configuration */

/* Each key once: the driver fills only one of two fields of one name. */
static void list_key(void *user, const char *key, size_t size) {
    tp_text *list = user;
    bool known = (size == 6 && memcmp(key, "osm_id", 6) == 0) || (size == 4 && memcmp(key, "kind", 4) == 0);
    for (const char *at = list->data; at != NULL && !known; at = strchr(at, ',') == NULL ? NULL : strchr(at, ',') + 1) {
        known = strcspn(at, ",") == size && memcmp(at, key, size) == 0;
    }
    if (!known) {
        tp_text_add(list, "%s%.*s", list->size == 0 ? "" : ",", (int)size, key);
    }
}

/* A file of OGR's driver: which tags become fields, and that every closed way with one of the tags is an area. */
static char *write_configuration(const tp_product *product) {
    tp_text keys = {0}, text = {0};
    each_key(product, list_key, &keys);
    /* with `area` among them the driver takes no closed way for an area at all */
    tp_text_add(&text, "closed_ways_are_polygons=amenity,office,aeroway,railway,landuse,man_made,building\n"
                       "report_all_nodes=no\nreport_all_ways=no\nattribute_name_laundering=no\n");
    static const char *const layers[] = {"points", "multipolygons"};
    for (size_t i = 0; i < 2; i++) {
        tp_text_add(&text, "[%s]\nosm_id=yes\nother_tags=no\nattributes=%s\n", layers[i], tp_text_get(&keys));
    }
    static const char *const others[] = {"lines", "multilinestrings", "other_relations"};
    for (size_t i = 0; i < 3; i++) {
        tp_text_add(&text, "[%s]\nosm_id=yes\nother_tags=no\nattributes=name\n", others[i]);
    }
    char *path =
        text.lost || keys.lost ? NULL : tp_text_format("/vsimem/technopolis_osm_%p.ini", (const void *)product);
    VSILFILE *file = path == NULL ? NULL : VSIFOpenL(path, "wb");
    bool written = file != NULL && VSIFWriteL(text.data, 1, text.size, file) == text.size;
    if (file != NULL) {
        VSIFCloseL(file);
    }
    if (!written) {
        free(path);
        path = NULL;
    }
    tp_text_reset(&keys);
    tp_text_reset(&text);
    return path;
}

/* ---------------------------------------------------------------- features */

/* The product's word for the first of its tags that a feature has, or NULL. */
static const char *kind_of(const tp_product *product, OGRFeatureH feature) {
    for (size_t i = 0; i < tp_node_count(product->places); i++) {
        const tp_node *tags = tp_node_at(product->places, i);
        for (size_t k = 0; k < tp_node_count(tags); k++) {
            const char *tag = tp_node_text(tp_node_at(tags, k));
            size_t size = key_size(tag);
            int field = tp_edition_field(OGR_F_GetDefnRef(feature), tag, size);
            bool has = field >= 0 && OGR_F_IsFieldSetAndNotNull(feature, field);
            if (has && strcmp(OGR_F_GetFieldAsString(feature, field), tag + size + 1) == 0) {
                return tp_node_key(product->places, i);
            }
        }
    }
    return NULL;
}

/* "n12", "w12", "r12". */
static char *id_of(OGRFeatureH feature, bool area) {
    int way = area ? OGR_F_GetFieldIndex(feature, "osm_way_id") : -1;
    bool is_way = way >= 0 && OGR_F_IsFieldSetAndNotNull(feature, way);
    int field = is_way ? way : OGR_F_GetFieldIndex(feature, "osm_id");
    return tp_text_format("%c%s", !area ? 'n' : is_way ? 'w' : 'r', OGR_F_GetFieldAsString(feature, field));
}

static bool add_place(const tp_product *product, OGRFeatureH feature, bool area, OGRLayerH to) {
    const char *kind = kind_of(product, feature);
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    if (kind == NULL || geometry == NULL) {
        return true;
    }
    OGRFeatureH made = OGR_F_Create(OGR_L_GetLayerDefn(to));
    OGRGeometryH point = OGR_G_CreateGeometry(wkbPoint);
    char *id = id_of(feature, area);
    bool right = made != NULL && point != NULL && id != NULL;
    if (right && area) {
        right = OGR_G_Centroid(geometry, point) == OGRERR_NONE && !OGR_G_IsEmpty(point);
    } else if (right) {
        OGR_G_SetPoint_2D(point, 0, OGR_G_GetX(geometry, 0), OGR_G_GetY(geometry, 0));
    }
    bool usable = right; /* an area without a centre is left to be one without a geometry */
    for (int i = 0; made != NULL && i < OGR_F_GetFieldCount(made); i++) {
        const char *name = OGR_Fld_GetNameRef(OGR_F_GetFieldDefnRef(made, i));
        int from = tp_edition_field(OGR_F_GetDefnRef(feature), name, strlen(name));
        if (from >= 0 && OGR_F_IsFieldSetAndNotNull(feature, from)) {
            OGR_F_SetFieldString(made, i, OGR_F_GetFieldAsString(feature, from));
        }
    }
    right = made != NULL && point != NULL && id != NULL;
    if (right) {
        OGR_F_SetFieldString(made, OGR_F_GetFieldIndex(made, "osm_id"), id);
        OGR_F_SetFieldString(made, OGR_F_GetFieldIndex(made, "kind"), kind);
        right =
            (!usable || OGR_F_SetGeometry(made, point) == OGRERR_NONE) && OGR_L_CreateFeature(to, made) == OGRERR_NONE;
    }
    OGR_F_Destroy(made);
    OGR_G_DestroyGeometry(point);
    free(id);
    return right;
}

/* All features in the order in which the driver finds them: it cannot read one layer alone of a large file. */
static bool add_all(const tp_product *product, GDALDatasetH from, OGRLayerH to) {
    bool right = true;
    OGRLayerH layer = NULL;
    GDALDatasetResetReading(from);
    for (OGRFeatureH feature; right && (feature = GDALDatasetGetNextFeature(from, &layer, NULL, NULL, NULL)) != NULL;) {
        const char *name = layer == NULL ? "" : OGR_L_GetName(layer);
        bool point = strcmp(name, "points") == 0, area = strcmp(name, "multipolygons") == 0;
        right = (!point && !area) || add_place(product, feature, area, to);
        OGR_F_Destroy(feature);
    }
    return right;
}

tp_code tp_osm_places_open(const char *path, const char *shown, const tp_product *product, tp_ogr_file *file,
                           tp_error *error) {
    tp_osm_places_open_head(product, file);
    char *configuration = write_configuration(product);
    char *option = configuration == NULL ? NULL : tp_text_format("CONFIG_FILE=%s", configuration);
    if (file->layer == NULL || option == NULL) {
        free(configuration);
        free(option);
        return tp_error_memory(error);
    }
    const char *drivers[] = {"OSM", NULL}, *options[] = {option, NULL};
    tp_code code = TP_OK;
    tp_gdal_scope scope; /* of our own: the driver ends at a fault as at the end of the file */
    tp_gdal_begin(&scope);
    GDALDatasetH from =
        GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, drivers, options, NULL);
    if (from == NULL) {
        code = tp_error_set(error, TP_E_DATA, "%s: cannot be read as OpenStreetMap", shown);
    } else if (!add_all(product, from, file->layer)) {
        code = tp_error_memory(error);
    } else if (scope.failures > 0) {
        code = tp_error_set(error, TP_E_DATA, "%s: is cut short or damaged: %s", shown,
                            tp_gdal_message(&scope, "cannot be read to its end"));
    }
    if (from != NULL) {
        GDALClose(from);
    }
    tp_gdal_end(&scope);
    VSIUnlink(configuration);
    free(configuration);
    free(option);
    return code;
}
