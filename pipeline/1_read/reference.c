/* Reference points of another layer: see reference.h. */
#include "1_read/reference.h"

#include "1_read/edition.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct tp_reference_point {
    char *name;
    double x, y;
};

void tp_reference_reset(tp_reference *reference) {
    for (int64_t i = 0; i < reference->n; i++) {
        free(reference->points[i].name);
    }
    free(reference->points);
    *reference = (tp_reference){0};
}

static const char *bare(const char *name) {
    return name[0] == '#' ? name + 1 : name;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct tp_reference_point *)a)->name, ((const struct tp_reference_point *)b)->name);
}

static tp_code add(tp_reference *reference, const char *name, OGRGeometryH geometry, tp_error *error) {
    if (name[0] == '\0' || geometry == NULL || OGR_GT_Flatten(OGR_G_GetGeometryType(geometry)) != wkbPoint ||
        OGR_G_IsEmpty(geometry)) {
        return TP_OK;
    }
    if (reference->n == reference->capacity) {
        int64_t capacity = 2 * reference->capacity + 64;
        struct tp_reference_point *points = realloc(reference->points, sizeof *points * (size_t)capacity);
        if (points == NULL) {
            return tp_error_memory(error);
        }
        reference->points = points;
        reference->capacity = capacity;
    }
    struct tp_reference_point point = {tp_text_copy(bare(name)), OGR_G_GetX(geometry, 0), OGR_G_GetY(geometry, 0)};
    if (point.name == NULL) {
        return tp_error_memory(error);
    }
    if (!isfinite(point.x) || !isfinite(point.y)) {
        free(point.name);
        return TP_OK;
    }
    reference->points[reference->n++] = point;
    return TP_OK;
}

tp_code tp_reference_load(const char *path, const char *shown, const char *key, tp_reference *reference,
                          tp_error *error) {
    tp_ogr_file file = {0};
    tp_ogr_open(path, &file);
    file.layer = file.dataset == NULL ? NULL : GDALDatasetGetLayer(file.dataset, 0);
    int field = file.layer == NULL ? -1 : tp_edition_field(OGR_L_GetLayerDefn(file.layer), key, strlen(key));
    tp_code code = TP_OK;
    if (field < 0) {
        code = tp_error_set(error, TP_E_DATA, "%s: the layer of reference points beside it %s", shown,
                            file.layer == NULL ? "cannot be read" : "has not the field that names them");
    }
    for (OGRFeatureH feature; code == TP_OK && (feature = OGR_L_GetNextFeature(file.layer)) != NULL;) {
        code = add(reference, OGR_F_GetFieldAsString(feature, field), OGR_F_GetGeometryRef(feature), error);
        OGR_F_Destroy(feature);
    }
    tp_ogr_close(&file);
    if (reference->n > 1) {
        qsort(reference->points, (size_t)reference->n, sizeof *reference->points, by_name);
    }
    return code;
}

bool tp_reference_find(const tp_reference *reference, const char *name, double *x, double *y) {
    const struct tp_reference_point wanted = {.name = (char *)bare(name)};
    const struct tp_reference_point *found =
        reference->n == 0 ? NULL : bsearch(&wanted, reference->points, (size_t)reference->n, sizeof wanted, by_name);
    if (found != NULL) {
        *x = found->x;
        *y = found->y;
    }
    return found != NULL;
}
