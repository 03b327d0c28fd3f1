/* Transformations between coordinate reference systems: the operation is chosen once and named, never ballpark. */
#include "crs_open.h"
#include "technopolis/crs.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct tp_transform {
    PJ_CONTEXT *context;
    PJ *operation; /* x east, y north, degrees, both ways; NULL: nothing to do */
    char *name;
    double accuracy_m;
};

static bool is_extent(const double e[4]) {
    return fabs(e[0]) <= 180 && fabs(e[2]) <= 180 && -90 <= e[1] && e[1] <= e[3] && e[3] <= 90;
}

/* The operations from one CRS to another, best first; NULL when PROJ fails. */
static PJ_OBJ_LIST *candidates(PJ_CONTEXT *context, const PJ *from, const PJ *to, const double extent_deg[4]) {
    PJ_OPERATION_FACTORY_CONTEXT *factory = proj_create_operation_factory_context(context, NULL);
    if (factory == NULL) {
        return NULL;
    }
    if (extent_deg != NULL && is_extent(extent_deg)) {
        /* A single place has no area, by which PROJ would choose another operation than for its surroundings. */
        double pad = 0.01;
        proj_operation_factory_context_set_area_of_interest(
            context, factory, fmax(extent_deg[0] - pad, -180), fmax(extent_deg[1] - pad, -90),
            fmin(extent_deg[2] + pad, 180), fmin(extent_deg[3] + pad, 90));
    }
    proj_operation_factory_context_set_spatial_criterion(context, factory, PROJ_SPATIAL_CRITERION_PARTIAL_INTERSECTION);
    /* Operations whose grids are missing drop out here, so that PROJ looks for a way round by another datum. */
    proj_operation_factory_context_set_grid_availability_use(context, factory,
                                                             PROJ_GRID_AVAILABILITY_DISCARD_OPERATION_IF_MISSING_GRID);
    proj_operation_factory_context_set_allow_ballpark_transformations(context, factory, 0);
    PJ_OBJ_LIST *list = proj_create_operations(context, from, to, factory);
    proj_operation_factory_context_destroy(factory);
    return list;
}

/* The first operation that can be used here; NULL: none. */
static PJ *choose(PJ_CONTEXT *context, PJ_OBJ_LIST *list) {
    int n = list != NULL ? proj_list_get_count(list) : 0;
    for (int i = 0; i < n; i++) {
        PJ *operation = proj_list_get(context, list, i);
        if (operation != NULL && proj_coordoperation_is_instantiable(context, operation) &&
            !proj_coordoperation_has_ballpark_transformation(context, operation)) {
            return operation;
        }
        proj_destroy(operation);
    }
    return NULL;
}

/* Takes an operation of the authority's axis order. Its name and accuracy are kept as they are without our change. */
static tp_code use(tp_transform *transform, PJ *operation, tp_error *error) {
    const char *name = proj_get_name(operation);
    double accuracy_m = proj_coordoperation_get_accuracy(transform->context, operation);
    transform->name = tp_text_copy(name != NULL && name[0] != '\0' ? name : "unnamed");
    bool projection_only = proj_get_type(operation) == PJ_TYPE_CONVERSION; /* exact: no datum changes */
    transform->accuracy_m = accuracy_m >= 0 ? accuracy_m : projection_only ? 0 : NAN;
    transform->operation = proj_normalize_for_visualization(transform->context, operation);
    return transform->name != NULL && transform->operation != NULL ? TP_OK : tp_error_memory(error);
}

static tp_code fill(tp_transform *transform, const char *from, const char *to, const double extent_deg[4],
                    tp_error *error) {
    PJ_CONTEXT *context = transform->context;
    PJ *source = NULL, *target = NULL, *operation = NULL;
    PJ_OBJ_LIST *list = NULL;
    tp_code code = tp_crs_open(context, from, &source, error);
    if (code != TP_OK) {
        goto done;
    }
    code = tp_crs_open(context, to, &target, error);
    if (code != TP_OK) {
        goto done;
    }
    if (tp_crs_same(context, source, target)) {
        transform->name = tp_text_copy("none");
        code = transform->name != NULL ? TP_OK : tp_error_memory(error);
        goto done;
    }
    list = candidates(context, source, target, extent_deg);
    operation = choose(context, list);
    if (operation == NULL) {
        code = tp_error_set(error, TP_E_DATA,
                            "no transformation from '%s' to '%s' can be used (expected one that is not ballpark and "
                            "whose grids are installed)",
                            proj_get_name(source), proj_get_name(target));
        goto done;
    }
    code = use(transform, operation, error);
done:
    proj_destroy(operation);
    proj_list_destroy(list);
    proj_destroy(source);
    proj_destroy(target);
    return code;
}

tp_code tp_transform_new(const char *from, const char *to, const double extent_deg[4], tp_transform **transform,
                         tp_error *error) {
    *transform = NULL;
    tp_transform *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return tp_error_memory(error);
    }
    made->context = tp_proj_context();
    tp_code code = fill(made, from, to, extent_deg, error);
    if (code != TP_OK) {
        tp_transform_free(made);
        return code;
    }
    *transform = made;
    return TP_OK;
}

void tp_transform_free(tp_transform *transform) {
    if (transform != NULL) {
        proj_destroy(transform->operation);
        proj_context_destroy(transform->context);
        free(transform->name);
        free(transform);
    }
}

const char *tp_transform_operation(const tp_transform *transform) {
    return transform->name;
}

double tp_transform_accuracy_m(const tp_transform *transform) {
    return transform->accuracy_m;
}

bool tp_transform_is_coarse(double accuracy_m, double finest_m) {
    return finest_m > 0 && !(accuracy_m <= finest_m / 4);
}

int64_t tp_transform_points(tp_transform *transform, double *x, double *y, int64_t n, uint8_t *failed) {
    enum { BLOCK = 512 };
    double bx[BLOCK], by[BLOCK];
    int64_t n_failed = 0;
    for (int64_t first = 0; first < n; first += BLOCK) {
        size_t size = (size_t)(n - first < BLOCK ? n - first : BLOCK);
        memcpy(bx, x + first, size * sizeof *bx);
        memcpy(by, y + first, size * sizeof *by);
        if (transform->operation != NULL) {
            proj_trans_generic(transform->operation, PJ_FWD, bx, sizeof *bx, size, by, sizeof *by, size, NULL, 0, 0,
                               NULL, 0, 0);
        }
        for (size_t i = 0; i < size; i++) {
            bool good = isfinite(bx[i]) && isfinite(by[i]); /* PROJ marks what it cannot do by infinity */
            failed[first + (int64_t)i] = !good;
            n_failed += !good;
            if (good) {
                x[first + (int64_t)i] = bx[i];
                y[first + (int64_t)i] = by[i];
            }
        }
    }
    return n_failed;
}
