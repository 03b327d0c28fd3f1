/*
 * Coordinate reference systems: names, the geographic base, the area of use, on PROJ. Operations are in transform.c.
 */
#include "technopolis/crs.h"

#include "crs_open.h"
#include "technopolis/text.h"

#include <math.h>
#include <string.h>

PJ_CONTEXT *tp_proj_context(void) {
    PJ_CONTEXT *context = proj_context_create();
    if (context != NULL) {
        proj_log_level(context, PJ_LOG_NONE);
        proj_context_set_enable_network(context, 0); /* the same answer on every machine, connected or not */
    }
    return context;
}

/* Replaces *object by `next` (which may be NULL). */
static void step(PJ **object, PJ *next) {
    proj_destroy(*object);
    *object = next;
}

/* The horizontal, two-dimensional part of a CRS; one bound to a transformation (TOWGS84) stays bound. */
static void reduce_to_horizontal(PJ_CONTEXT *context, PJ **crs) {
    if (*crs != NULL && proj_get_type(*crs) == PJ_TYPE_COMPOUND_CRS) {
        step(crs, proj_crs_get_sub_crs(context, *crs, 0));
    }
    if (*crs != NULL && proj_get_type(*crs) == PJ_TYPE_GEOGRAPHIC_3D_CRS) {
        step(crs, proj_crs_demote_to_2D(context, NULL, *crs));
    }
}

static void unbind(PJ_CONTEXT *context, PJ **crs) {
    if (*crs != NULL && proj_get_type(*crs) == PJ_TYPE_BOUND_CRS) {
        step(crs, proj_get_source_crs(context, *crs));
        reduce_to_horizontal(context, crs);
    }
}

static bool is_horizontal(PJ_CONTEXT *context, const PJ *crs) {
    PJ_TYPE type = proj_get_type(crs);
    if (type == PJ_TYPE_BOUND_CRS) {
        PJ *source = proj_get_source_crs(context, crs);
        type = source != NULL ? proj_get_type(source) : PJ_TYPE_UNKNOWN;
        proj_destroy(source);
    }
    return type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_PROJECTED_CRS;
}

/* Whether two CRS say the same but for the order of their axes. */
static bool same_but_axes(PJ_CONTEXT *context, PJ *a, PJ *b) {
    if (proj_is_equivalent_to_with_ctx(context, a, b, PJ_COMP_EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS)) {
        return true;
    }
    PJ *a_east_north = proj_normalize_for_visualization(context, a);
    PJ *b_east_north = proj_normalize_for_visualization(context, b);
    bool same = a_east_north != NULL && b_east_north != NULL &&
                proj_is_equivalent_to_with_ctx(context, a_east_north, b_east_north, PJ_COMP_EQUIVALENT);
    proj_destroy(a_east_north);
    proj_destroy(b_east_north);
    return same;
}

/*
 * Gives a CRS that carries no code (as from a .prj file, where names are spelt as ESRI does) the authority's own
 * definition, if there is one that says the same but for the order of the axes.
 */
static void identify(PJ_CONTEXT *context, PJ **crs) {
    if (proj_get_id_code(*crs, 0) != NULL || proj_get_type(*crs) == PJ_TYPE_BOUND_CRS) {
        return;
    }
    int *confidence = NULL;
    PJ_OBJ_LIST *found = proj_identify(context, *crs, "EPSG", NULL, &confidence);
    int n = found != NULL ? proj_list_get_count(found) : 0;
    for (int i = 0; i < n; i++) {
        PJ *candidate = proj_list_get(context, found, i);
        if (candidate != NULL && same_but_axes(context, candidate, *crs)) {
            step(crs, candidate);
            break;
        }
        proj_destroy(candidate);
    }
    proj_int_list_destroy(confidence);
    proj_list_destroy(found);
}

/* Any kind of CRS from a text. */
static tp_code open_any(PJ_CONTEXT *context, const char *text, PJ **crs, tp_error *error) {
    *crs = NULL;
    if (context == NULL) {
        return tp_error_memory(error);
    }
    if (text[0] != '\0' && strspn(text, "0123456789") == strlen(text)) {
        /* PROJ would look for a name with these digits in it, and find one: 6668 is part of Rangiroa's. */
        return tp_error_set(error, TP_E_CONFIG, "'%.40s' is not a coordinate reference system (expected EPSG:%.40s?)",
                            text, text);
    }
    *crs = proj_create(context, text);
    if (*crs == NULL || !proj_is_crs(*crs)) {
        proj_destroy(*crs);
        *crs = NULL;
        return tp_error_set(error, TP_E_CONFIG,
                            "'%.200s' is not a coordinate reference system (expected one such as EPSG:6668, or WKT)",
                            text);
    }
    return TP_OK;
}

tp_code tp_crs_open(PJ_CONTEXT *context, const char *text, PJ **crs, tp_error *error) {
    tp_code code = open_any(context, text, crs, error);
    if (code != TP_OK) {
        return code;
    }
    reduce_to_horizontal(context, crs);
    if (*crs == NULL || !is_horizontal(context, *crs)) {
        proj_destroy(*crs);
        *crs = NULL;
        return tp_error_set(error, TP_E_CONFIG,
                            "'%.200s' is not a horizontal coordinate reference system (expected a geographic or "
                            "projected one)",
                            text);
    }
    identify(context, crs);
    return TP_OK;
}

bool tp_crs_same(PJ_CONTEXT *context, PJ *a, PJ *b) {
    return proj_get_type(a) != PJ_TYPE_BOUND_CRS && proj_get_type(b) != PJ_TYPE_BOUND_CRS &&
           same_but_axes(context, a, b);
}

tp_code tp_crs_title(const char *crs, char **title, tp_error *error) {
    PJ_CONTEXT *context = tp_proj_context();
    PJ *object = NULL;
    *title = NULL;
    tp_code code = open_any(context, crs, &object, error);
    if (code != TP_OK) {
        goto done;
    }
    identify(context, &object);
    const char *authority = proj_get_id_auth_name(object, 0);
    const char *number = proj_get_id_code(object, 0);
    const char *name = proj_get_name(object);
    name = name != NULL ? name : "unnamed";
    *title =
        authority != NULL && number != NULL ? tp_text_format("%s:%s %s", authority, number, name) : tp_text_copy(name);
    code = *title != NULL ? TP_OK : tp_error_memory(error);
done:
    proj_destroy(object);
    proj_context_destroy(context);
    return code;
}

/* Angles in degrees, also where the authority counts in grads. The CRS then loses its code, since it is another. */
static void alter_to_degrees(PJ_CONTEXT *context, PJ **geographic) {
    double factor = 0;
    PJ *system = proj_crs_get_coordinate_system(context, *geographic);
    bool known =
        system != NULL && proj_cs_get_axis_info(context, system, 0, NULL, NULL, NULL, &factor, NULL, NULL, NULL) != 0;
    proj_destroy(system);
    if (known && fabs(factor - M_PI / 180) > 1e-14) {
        step(geographic, proj_crs_alter_cs_angular_unit(context, *geographic, "degree", M_PI / 180, "EPSG", "9122"));
    }
}

static tp_code read_ellipsoid(PJ_CONTEXT *context, const PJ *geographic, tp_ellipsoid *ellipsoid, tp_error *error) {
    double a_m = 0, b_m = 0, inverse_f = 0;
    PJ *figure = proj_get_ellipsoid(context, geographic);
    bool known = figure != NULL && proj_ellipsoid_get_parameters(context, figure, &a_m, &b_m, NULL, &inverse_f) != 0;
    proj_destroy(figure);
    double f = inverse_f != 0 ? 1 / inverse_f : 0;
    if (!known || !(a_m > 0) || !(f >= 0 && f < 1)) {
        return tp_error_set(error, TP_E_CONFIG, "the coordinate reference system '%s' has no usable ellipsoid",
                            proj_get_name(geographic));
    }
    tp_ellipsoid_init(ellipsoid, a_m, f);
    return TP_OK;
}

/* AUTHORITY:CODE, else WKT2 on one line. NULL: out of memory, or PROJ cannot write it. */
static char *text_of(PJ_CONTEXT *context, const PJ *crs) {
    static const char *const one_line[] = {"MULTILINE=NO", NULL};
    const char *authority = proj_get_id_auth_name(crs, 0);
    const char *number = proj_get_id_code(crs, 0);
    if (authority != NULL && number != NULL) {
        return tp_text_format("%s:%s", authority, number);
    }
    const char *wkt = proj_as_wkt(context, crs, PJ_WKT2_2019, one_line);
    return wkt != NULL ? tp_text_copy(wkt) : NULL;
}

tp_code tp_crs_geographic(const char *crs, char **geographic, tp_ellipsoid *ellipsoid, tp_error *error) {
    PJ_CONTEXT *context = tp_proj_context();
    PJ *object = NULL;
    *geographic = NULL;
    tp_code code = tp_crs_open(context, crs, &object, error);
    if (code != TP_OK) {
        goto done;
    }
    unbind(context, &object);
    step(&object, object != NULL ? proj_crs_get_geodetic_crs(context, object) : NULL);
    reduce_to_horizontal(context, &object);
    unbind(context, &object);
    if (object == NULL || proj_get_type(object) != PJ_TYPE_GEOGRAPHIC_2D_CRS) {
        code = tp_error_set(error, TP_E_CONFIG, "'%.200s' has no geographic base", crs);
        goto done;
    }
    identify(context, &object);
    alter_to_degrees(context, &object);
    if (object == NULL) {
        code = tp_error_set(error, TP_E_CONFIG, "the geographic base of '%.200s' cannot be had in degrees", crs);
        goto done;
    }
    code = read_ellipsoid(context, object, ellipsoid, error);
    if (code == TP_OK && (*geographic = text_of(context, object)) == NULL) {
        code = tp_error_memory(error);
    }
done:
    proj_destroy(object);
    proj_context_destroy(context);
    return code;
}

bool tp_crs_area(const char *crs, double *west_deg, double *south_deg, double *east_deg, double *north_deg) {
    PJ_CONTEXT *context = tp_proj_context();
    PJ *object = NULL;
    double west, south, east, north;
    bool known = tp_crs_open(context, crs, &object, NULL) == TP_OK;
    unbind(context, &object);
    known = known && object != NULL && proj_get_area_of_use(context, object, &west, &south, &east, &north, NULL) &&
            west >= -180;
    if (known) {
        *west_deg = west;
        *south_deg = south;
        *east_deg = east;
        *north_deg = north;
    }
    proj_destroy(object);
    proj_context_destroy(context);
    return known;
}
