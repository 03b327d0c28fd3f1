/* What measures over straight lines share: see reach.h. */
#include "reach.h"

#include "technopolis/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double tp_reach_minutes(const tp_reach *reach, double distance_m) {
    return distance_m * reach->detour / (reach->speed_kmh * 1000.0 / 60.0);
}

double tp_reach_limit_m(const tp_reach *reach, double minutes) {
    return isinf(minutes) ? INFINITY
                          : minutes * (reach->speed_kmh * 1000.0 / 60.0) / reach->detour * (1 + 1e-12) + 1e-9;
}

double tp_reach_longest_m(const tp_reach *reach, double minutes) {
    double within_m = 0, beyond_m = tp_reach_limit_m(reach, minutes);
    if (isinf(beyond_m) || tp_reach_minutes(reach, beyond_m) <= minutes) {
        return beyond_m;
    }
    for (;;) { /* halves what is between two numbers until none is */
        double middle_m = within_m + (beyond_m - within_m) / 2;
        if (middle_m <= within_m || middle_m >= beyond_m) {
            return within_m;
        }
        if (tp_reach_minutes(reach, middle_m) <= minutes) {
            within_m = middle_m;
        } else {
            beyond_m = middle_m;
        }
    }
}

void tp_facilities_reset(tp_facilities *facilities) {
    free(facilities->lon_deg);
    free(facilities->lat_deg);
    free(facilities->layer);
    free(facilities->row);
    free(facilities->maybe);
    free(facilities->rank);
    *facilities = (tp_facilities){0};
}

static tp_code reserve(tp_facilities *facilities, int64_t n, tp_error *error) {
    size_t size = (size_t)(n > 0 ? n : 1);
    facilities->lon_deg = malloc(size * sizeof *facilities->lon_deg);
    facilities->lat_deg = malloc(size * sizeof *facilities->lat_deg);
    facilities->layer = malloc(size * sizeof *facilities->layer);
    facilities->row = malloc(size * sizeof *facilities->row);
    facilities->maybe = malloc(size);
    facilities->rank = malloc(size * sizeof *facilities->rank);
    bool there = facilities->lon_deg != NULL && facilities->lat_deg != NULL && facilities->layer != NULL &&
                 facilities->row != NULL && facilities->maybe != NULL && facilities->rank != NULL;
    return there ? TP_OK : tp_error_memory(error);
}

/* An id with its number, to be sorted. */
typedef struct ranked {
    const char *id;
    int64_t number;
} ranked;

static int compare_ranked(const void *a, const void *b) {
    const ranked *left = a, *right = b;
    int order = strcmp(left->id, right->id);
    return order != 0 ? order : (left->number > right->number) - (left->number < right->number);
}

tp_code tp_rank_ids(const char *const *ids, int64_t n, int64_t *rank, tp_error *error) {
    ranked *order = malloc(sizeof *order * (size_t)(n > 0 ? n : 1));
    if (order == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        order[i] = (ranked){ids[i], i};
    }
    qsort(order, (size_t)n, sizeof *order, compare_ranked);
    for (int64_t i = 0; i < n; i++) {
        rank[order[i].number] = i;
    }
    free(order);
    return TP_OK;
}

static tp_code rank(const tp_measure *measure, tp_facilities *facilities, tp_error *error) {
    const char **ids = malloc(sizeof *ids * (size_t)(facilities->n > 0 ? facilities->n : 1));
    if (ids == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < facilities->n; i++) {
        ids[i] = tp_layer_id(measure->to[facilities->layer[i]], facilities->row[i]);
    }
    tp_code code = tp_rank_ids(ids, facilities->n, facilities->rank, error);
    free(ids);
    return code;
}

static tp_code add_layer(const tp_layer *layer, int32_t number, const tp_condition *condition,
                         tp_facilities *facilities, tp_error *error) {
    tp_filter *filter = NULL;
    if (condition != NULL) {
        tp_code code = tp_filter_new(condition, layer, &filter, error);
        if (code != TP_OK) {
            return code;
        }
    }
    for (int64_t row = 0; row < layer->n_rows; row++) {
        tp_verdict counts = tp_filter_test(filter, row);
        if (counts == TP_NOT_MET) {
            continue;
        }
        int64_t i = facilities->n++;
        facilities->lon_deg[i] = layer->lon_deg[row];
        facilities->lat_deg[i] = layer->lat_deg[row];
        facilities->layer[i] = number;
        facilities->row[i] = row;
        facilities->maybe[i] = counts == TP_UNKNOWN;
        facilities->n_maybe += counts == TP_UNKNOWN;
    }
    tp_filter_free(filter);
    return TP_OK;
}

/* Looks the layers up; the first that is not there is remembered, and the measure stays unknown for every row. */
static tp_code find_layers(const tp_dataset *dataset, const tp_texts *to, tp_measure *measure, int64_t *rows,
                           tp_error *error) {
    *rows = 0;
    for (size_t i = 0; i < to->n; i++) {
        const tp_layer *layer = tp_dataset_layer(dataset, to->items[i]);
        if (layer == NULL) {
            measure->missing_layer = tp_text_copy(to->items[i]);
            return measure->missing_layer == NULL ? tp_error_memory(error) : TP_OK;
        }
        tp_code code = tp_measure_add_to(measure, layer, error);
        if (code != TP_OK) {
            return code;
        }
        *rows += layer->n_rows;
    }
    return TP_OK;
}

tp_code tp_facilities_gather(const tp_dataset *dataset, const tp_texts *to, const char *where, tp_measure *measure,
                             tp_facilities *facilities, tp_error *error) {
    tp_condition *condition = NULL;
    int64_t rows = 0;
    tp_code code = find_layers(dataset, to, measure, &rows, error);
    if (code != TP_OK || measure->missing_layer != NULL) {
        return code;
    }
    if (where != NULL) {
        measure->where = tp_text_copy(where);
        code = measure->where == NULL ? tp_error_memory(error) : tp_condition_parse(where, &condition, error);
    }
    if (code == TP_OK) {
        code = reserve(facilities, rows, error);
    }
    for (size_t i = 0; i < measure->n_to && code == TP_OK; i++) {
        const tp_layer *layer = measure->to[i];
        code = add_layer(layer, (int32_t)i, condition, facilities, error);
        if (!tp_layer_holds(layer, condition)) {
            measure->sample = true;
        }
    }
    if (code == TP_OK) {
        code = rank(measure, facilities, error);
    }
    tp_condition_free(condition);
    return code;
}

tp_code tp_facility_index_new(const tp_ellipsoid *ellipsoid, const tp_facilities *facilities, int which,
                              tp_facility_index *index, tp_error *error) {
    size_t size = (size_t)(facilities->n > 0 ? facilities->n : 1);
    double *lon_deg = malloc(sizeof *lon_deg * size), *lat_deg = malloc(sizeof *lat_deg * size);
    int64_t *ranks = malloc(sizeof *ranks * size);
    index->facility = malloc(sizeof *index->facility * size);
    tp_code code = TP_OK;
    if (lon_deg == NULL || lat_deg == NULL || ranks == NULL || index->facility == NULL) {
        code = tp_error_memory(error);
    } else {
        int64_t n = 0;
        for (int64_t i = 0; i < facilities->n; i++) {
            if (which == TP_ALL || facilities->maybe[i] == which) {
                lon_deg[n] = facilities->lon_deg[i];
                lat_deg[n] = facilities->lat_deg[i];
                ranks[n] = facilities->rank[i];
                index->facility[n++] = i;
            }
        }
        code = tp_point_index_new(ellipsoid, lon_deg, lat_deg, ranks, n, &index->points, error);
    }
    free(lon_deg);
    free(lat_deg);
    free(ranks);
    return code;
}

void tp_facility_index_reset(tp_facility_index *index) {
    tp_point_index_free(index->points);
    free(index->facility);
    *index = (tp_facility_index){0};
}

void tp_reach_check_points(const tp_step *step, const tp_plan *plan, const char *layer, const char *key,
                           tp_faults *faults) {
    const tp_head *head = tp_schema_find(&plan->schema, layer);
    bool by_core = head != NULL && head->has_core && strcmp(key, "of") == 0;
    if (head != NULL && head->geometry != TP_GEOMETRY_POINT && !by_core) {
        tp_faults_add_at(faults, tp_options_place(&step->options, step->stage->settings, key, step->place),
                         "'%s' needs a layer of points, but %s is a %s layer", step->stage->name, layer,
                         tp_geometry_text(head->geometry));
    }
}

void tp_reach_write_link(const tp_measure *measure, const tp_link *link, tp_text *text) {
    tp_text_add(text, "%s (", tp_layer_label(measure->to[link->layer], link->row));
    tp_text_add_number(text, link->minutes, 1);
    tp_text_add(text, " min, ");
    tp_text_add_number(text, link->distance_m / 1000, 1);
    tp_text_add(text, " km)");
}

const char *tp_reach_sample_text(const tp_measure *measure) {
    for (size_t i = 0; i < measure->n_to; i++) {
        if (measure->to[i]->n_lost > 0) {
            return "features of it were left out (see rejects)";
        }
    }
    return "a sample";
}

void tp_reach_write_wanted(const tp_measure *measure, tp_text *text) {
    for (size_t i = 0; i < measure->n_to; i++) {
        tp_text_add(text, "%s%s", i == 0 ? "" : i + 1 == measure->n_to ? " and " : ", ", measure->to[i]->name);
    }
    if (measure->where != NULL) {
        tp_text_add(text, " (%s)", measure->where);
    }
}
