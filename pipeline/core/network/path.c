/*
 * Telling the shortest path that a search found. No parents are kept: an edge on a shortest path is one whose time adds
 * up exactly. The steps are listed from the place (or node) asked for to the start; after a search away from the
 * facilities that is against the travel, so the list is turned round in the end.
 */
#include "service_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void tp_path_reset(tp_path *path) {
    free(path->steps);
    *path = (tp_path){0};
}

static bool add_step(tp_path *path, const tp_path_step *step) {
    if (path->n == path->capacity) {
        int64_t capacity = path->capacity < 16 ? 16 : path->capacity * 2;
        tp_path_step *larger = realloc(path->steps, (size_t)capacity * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        path->steps = larger;
        path->capacity = capacity;
    }
    path->steps[path->n++] = *step;
    return true;
}

/* ---- from node to node ---- */

static bool is_start(const tp_search *s, uint32_t node, uint64_t label) {
    int64_t low = 0, high = s->n_starts;
    while (low < high) { /* sorted by node, then by label */
        int64_t middle = low + (high - low) / 2;
        const tp_labelled *start = &s->start[middle];
        if (start->node < node || (start->node == node && start->label < label)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < s->n_starts && s->start[low].node == node && s->start[low].label == label;
}

static const uint32_t no_edge = UINT32_MAX;

/* The edge by which a node got its label, from one with a smaller time; of several the one with the smallest way, since
 * a node's edges stand in the order of the ways. */
static uint32_t edge_back(const tp_search *s, uint32_t node) {
    const tp_edges *back = tp_search_edges_back(s);
    for (uint32_t e = back->first[node]; e < back->first[node + 1]; e++) {
        const tp_edge *edge = &back->edge[e];
        uint64_t other = s->label[edge->head];
        if (edge->time_ms > 0 && (s->rule.modes >> edge->mode & 1) && other != TP_BLANK &&
            other + tp_label(edge->time_ms, 0) == s->label[node]) {
            return e;
        }
    }
    return no_edge;
}

static tp_path_step step_of(const tp_search *s, uint32_t node, uint32_t e) {
    const tp_edges *back = tp_search_edges_back(s);
    const tp_ways *ways = &s->network->ways;
    bool leaving = s->rule.direction == TP_TO_FACILITY; /* travel leads from the node to the edge's other end */
    int64_t way = back->way[e], tail = leaving ? node : back->edge[e].head;
    return (tp_path_step){.way = way,
                          .forward = ways->from[way] == tail,
                          .begin = 0,
                          .end = 1,
                          .mode = (tp_mode)back->edge[e].mode,
                          .time_ms = back->edge[e].time_ms,
                          .length_m = ways->length_m[way],
                          .node = leaving ? back->edge[e].head : node};
}

/* A node that edges of 0 ms join to the node at hand, and by which of them. */
typedef struct joined {
    uint32_t node, edge;
    int64_t from;
} joined;

/*
 * Where no edge of some time leads back and the node is no start, its label came over edges of 0 ms: looks along them,
 * breadth first, for the nearest node where the path goes on, and adds the steps to it. O(k^2) for k nodes so joined.
 */
static tp_code cross_zero(const tp_search *s, uint32_t *node, tp_path *path, tp_error *error) {
    const tp_edges *back = tp_search_edges_back(s);
    joined *list = malloc(64 * sizeof *list);
    int64_t n = 0, capacity = 64, at = 0;
    if (list == NULL) {
        return tp_error_memory(error);
    }
    list[n++] = (joined){*node, no_edge, -1};
    for (; at < n && !is_start(s, list[at].node, s->label[*node]) && edge_back(s, list[at].node) == no_edge; at++) {
        for (uint32_t e = back->first[list[at].node]; e < back->first[list[at].node + 1]; e++) {
            const tp_edge *edge = &back->edge[e];
            bool fits =
                edge->time_ms == 0 && (s->rule.modes >> edge->mode & 1) && s->label[edge->head] == s->label[*node];
            for (int64_t i = 0; i < n && fits; i++) {
                fits = list[i].node != edge->head;
            }
            if (!fits) {
                continue;
            }
            if (n == capacity) {
                joined *larger = realloc(list, (size_t)(capacity *= 2) * sizeof *larger);
                if (larger == NULL) {
                    free(list);
                    return tp_error_memory(error);
                }
                list = larger;
            }
            list[n++] = (joined){edge->head, e, at};
        }
    }
    tp_code code = at < n ? TP_OK : tp_error_set(error, TP_E_INTERNAL, "a path leads to no start");
    int64_t first = path->n;
    for (int64_t i = at; code == TP_OK && list[i].from >= 0; i = list[i].from) {
        tp_path_step step = step_of(s, list[list[i].from].node, list[i].edge);
        code = add_step(path, &step) ? TP_OK : tp_error_memory(error);
    }
    for (int64_t i = first, j = path->n - 1; i < j; i++, j--) { /* they were listed from the far end */
        tp_path_step step = path->steps[i];
        path->steps[i] = path->steps[j];
        path->steps[j] = step;
    }
    *node = code == TP_OK ? list[at].node : *node;
    free(list);
    return code;
}

/* From a node to the start whose label it has; *node is where that start is. */
static tp_code walk_back(const tp_search *s, uint32_t *node, tp_path *path, tp_error *error) {
    while (!is_start(s, *node, s->label[*node])) {
        uint32_t e = edge_back(s, *node);
        if (e == no_edge) {
            tp_code code = cross_zero(s, node, path, error);
            if (code != TP_OK) {
                return code;
            }
            continue;
        }
        tp_path_step step = step_of(s, *node, e);
        if (!add_step(path, &step)) {
            return tp_error_memory(error);
        }
        *node = tp_search_edges_back(s)->edge[e].head;
    }
    return TP_OK;
}

/* ---- the ends ---- */

static bool add_off_road(tp_path *path, const tp_join *join) {
    if (join->off_road_ms == 0 && join->distance_m == 0) {
        return true;
    }
    tp_path_step step = {
        .way = -1, .mode = TP_MODE_ROAD, .time_ms = join->off_road_ms, .length_m = join->distance_m, .node = -1};
    return add_step(path, &step);
}

/* A stretch of a way between two fractions, in the direction of travel. */
static bool add_stretch(const tp_network *network, tp_path *path, int64_t way, double begin, double end,
                        uint32_t time_ms, int64_t node) {
    if (begin == end && time_ms == 0) {
        return true;
    }
    tp_path_step step = {.way = way,
                         .forward = begin < end || (begin == end && begin > 0.5),
                         .begin = fmin(begin, end),
                         .end = fmax(begin, end),
                         .mode = (tp_mode)network->ways.mode[way],
                         .time_ms = time_ms,
                         .length_m = network->ways.length_m[way] * fabs(end - begin),
                         .node = node};
    return add_step(path, &step);
}

/* The stretch between a place and the node next to it. `leaving`: travel leads from the place to the node. */
static bool add_end(const tp_search *s, tp_path *path, const tp_join *join, const tp_join_end *end, bool leaving) {
    double at_node = end->forward == leaving ? 1 : 0;
    return add_stretch(s->network, path, join->way, leaving ? join->fraction : at_node,
                       leaving ? at_node : join->fraction, end->time_ms, leaving ? (int64_t)end->node : -1);
}

/* Whether this facility is what a label at a node began with; then the end of its way that lies there. */
static bool begins_at(const tp_search *s, const tp_search_place *place, uint32_t node, uint64_t label,
                      tp_join_end *end) {
    tp_join_end ends[2];
    bool leaving = s->rule.direction == TP_FROM_FACILITY;
    int n = place->number == (uint32_t)label ? tp_join_ends(s->network, &place->join, leaving, ends) : 0;
    for (int k = 0; k < n; k++) {
        if (ends[k].node == node && place->join.off_road_ms + ends[k].time_ms == tp_label_ms(label)) {
            *end = ends[k];
            return true;
        }
    }
    return false;
}

/* The first of the facilities that joined a way and began with the label; -1: none. */
static int64_t facility_on(const tp_search *s, int64_t way, uint32_t node, uint64_t label, tp_join_end *end) {
    for (int64_t i = tp_search_first_on_way(s, way); i < s->n_places && s->place[i].join.way == way; i++) {
        if (begins_at(s, &s->place[i], node, label, end)) {
            return i;
        }
    }
    return -1;
}

/*
 * The facility whose start is at `node`; -1: none, as after a search from nodes. It joined one of the ways that meet
 * there: of many facilities only these are looked at, or all where the way is a loop, which has no edges.
 */
static int64_t facility_at(const tp_search *s, uint32_t node, uint64_t label, tp_join_end *end) {
    const tp_edges *sides[] = {&s->network->out, &s->network->in};
    int64_t found = -1;
    for (int side = 0; side < 2 && s->n_places > 0; side++) {
        for (uint32_t e = sides[side]->first[node]; e < sides[side]->first[node + 1] && found < 0; e++) {
            found = facility_on(s, sides[side]->way[e], node, label, end);
        }
    }
    for (int64_t i = 0; i < s->n_places && found < 0; i++) {
        found = begins_at(s, &s->place[i], node, label, end) ? i : -1;
    }
    return found;
}

/* The stretches at the facility whose start is at `node`. */
static bool add_facility(const tp_search *s, tp_path *path, uint32_t node, uint64_t label) {
    tp_join_end end;
    int64_t i = facility_at(s, node, label, &end);
    const tp_join *join = i >= 0 ? &s->place[i].join : NULL;
    bool leaving = s->rule.direction == TP_FROM_FACILITY;
    return join == NULL || (add_end(s, path, join, &end, leaving) && add_off_road(path, join));
}

static void finish(const tp_search *s, uint64_t label, tp_path *path) {
    if (s->rule.direction == TP_FROM_FACILITY) {
        for (int64_t i = 0, j = path->n - 1; i < j; i++, j--) {
            tp_path_step step = path->steps[i];
            path->steps[i] = path->steps[j];
            path->steps[j] = step;
        }
    }
    path->time_ms = tp_label_ms(label);
    path->start = (int64_t)(label & UINT32_MAX);
    path->length_m = 0;
    for (int64_t i = 0; i < path->n; i++) {
        path->length_m += path->steps[i].length_m;
    }
}

static tp_code path_from(const tp_search *s, uint32_t node, tp_path *path, tp_error *error) {
    tp_code code = walk_back(s, &node, path, error);
    if (code == TP_OK && !add_facility(s, path, node, s->label[node])) {
        code = tp_error_memory(error);
    }
    return code;
}

tp_code tp_search_path(const tp_search *search, uint32_t node, tp_path *path, bool *reached, tp_error *error) {
    path->n = 0;
    path->time_ms = TP_NO_TIME;
    path->length_m = 0;
    path->start = -1;
    *reached = search->label[node] != TP_BLANK;
    if (!*reached) {
        return TP_OK;
    }
    tp_code code = path_from(search, node, path, error);
    finish(search, search->label[node], path);
    return code;
}

/* The facility on the place's own way that the label comes from, NULL when it comes over a node. */
static const tp_join *direct_facility(const tp_search *s, const tp_join *place, uint64_t label) {
    bool leaving = s->rule.direction == TP_TO_FACILITY;
    for (int64_t i = tp_search_first_on_way(s, place->way); i < s->n_places && s->place[i].join.way == place->way;
         i++) {
        const tp_join *facility = &s->place[i].join;
        if (s->place[i].number == (uint32_t)label &&
            (leaving ? tp_join_direct_ms(s->network, place, facility)
                     : tp_join_direct_ms(s->network, facility, place)) == tp_label_ms(label)) {
            return facility;
        }
    }
    return NULL;
}

static tp_code direct_path(const tp_search *s, const tp_join *place, const tp_join *facility, uint64_t label,
                           tp_path *path, tp_error *error) {
    bool leaving = s->rule.direction == TP_TO_FACILITY;
    uint32_t time_ms = tp_label_ms(label) - place->off_road_ms - facility->off_road_ms;
    double begin = leaving ? place->fraction : facility->fraction;
    double end = leaving ? facility->fraction : place->fraction;
    if (!add_off_road(path, place) || !add_stretch(s->network, path, place->way, begin, end, time_ms, -1) ||
        !add_off_road(path, facility)) {
        return tp_error_memory(error);
    }
    finish(s, label, path);
    return TP_OK;
}

tp_code tp_search_place_path(const tp_search *s, const tp_join *place, tp_path *path, bool *reached, tp_error *error) {
    bool leaving = s->rule.direction == TP_TO_FACILITY;
    uint64_t label = tp_search_place_label(s, place);
    path->n = 0;
    path->time_ms = TP_NO_TIME;
    path->length_m = 0;
    path->start = -1;
    *reached = label != TP_BLANK;
    if (!*reached) {
        return TP_OK;
    }
    const tp_join *facility = direct_facility(s, place, label);
    if (facility != NULL) {
        return direct_path(s, place, facility, label, path, error);
    }
    tp_join_end ends[2];
    int n = tp_join_ends(s->network, place, leaving, ends), i = 0;
    while (i < n - 1 && (s->label[ends[i].node] == TP_BLANK ||
                         s->label[ends[i].node] + tp_label(place->off_road_ms + ends[i].time_ms, 0) != label)) {
        i++;
    }
    if (!add_off_road(path, place) || !add_end(s, path, place, &ends[i], leaving)) {
        return tp_error_memory(error);
    }
    tp_code code = path_from(s, ends[i].node, path, error);
    finish(s, label, path);
    return code;
}

/* ---- lengths alone ---- */

tp_code tp_path_lengths_new(const tp_network *network, tp_path_lengths *lengths, tp_error *error) {
    size_t n = (size_t)network->n_nodes + 1;
    *lengths = (tp_path_lengths){0};
    lengths->length_m = malloc(n * sizeof *lengths->length_m);
    lengths->node = malloc(n * sizeof *lengths->node);
    lengths->edge = malloc(n * sizeof *lengths->edge);
    if (lengths->length_m == NULL || lengths->node == NULL || lengths->edge == NULL) {
        tp_path_lengths_reset(lengths);
        return tp_error_memory(error);
    }
    for (size_t v = 0; v < n; v++) {
        lengths->length_m[v] = NAN;
    }
    return TP_OK;
}

void tp_path_lengths_reset(tp_path_lengths *lengths) {
    free(lengths->length_m);
    free(lengths->node);
    free(lengths->edge);
    tp_path_reset(&lengths->path);
    *lengths = (tp_path_lengths){0};
}

void tp_path_lengths_forget(tp_path_lengths *lengths, const tp_search *search) {
    for (uint32_t i = 0; i < search->n_touched; i++) {
        lengths->length_m[search->touched[i]] = NAN;
    }
}

/* The length where no plain edge leads on: at the facility, or over edges of 0 ms. */
static tp_code length_at_end(tp_path_lengths *lengths, const tp_search *s, uint32_t node, tp_error *error) {
    bool reached = false;
    tp_code code = tp_search_path(s, node, &lengths->path, &reached, error);
    lengths->length_m[node] = lengths->path.length_m;
    return code;
}

tp_code tp_path_length(tp_path_lengths *lengths, const tp_search *s, uint32_t node, double *length_m, tp_error *error) {
    const tp_edges *back = tp_search_edges_back(s);
    tp_code code = TP_OK;
    int64_t n = 0;
    uint32_t at = node;
    while (code == TP_OK && isnan(lengths->length_m[at])) {
        uint32_t e = is_start(s, at, s->label[at]) ? no_edge : edge_back(s, at);
        if (e == no_edge) {
            code = length_at_end(lengths, s, at, error);
        } else {
            lengths->node[n] = at;
            lengths->edge[n++] = e;
            at = back->edge[e].head;
        }
    }
    while (code == TP_OK && n > 0) {
        n--;
        double on_m = lengths->length_m[back->edge[lengths->edge[n]].head];
        lengths->length_m[lengths->node[n]] = on_m + s->network->ways.length_m[back->way[lengths->edge[n]]];
    }
    *length_m = lengths->length_m[node];
    return code;
}

int64_t tp_path_legs(const tp_path *path, tp_leg *legs, int64_t capacity) {
    int64_t n = 0;
    for (int64_t i = 0; i < path->n; i++) {
        const tp_path_step *step = &path->steps[i], *before = i > 0 ? step - 1 : NULL;
        bool same = before != NULL && before->mode == step->mode && (before->way < 0) == (step->way < 0);
        n += !same;
        if (n > capacity) {
            continue;
        }
        tp_leg *leg = &legs[n - 1];
        if (!same) {
            *leg = (tp_leg){.mode = step->mode, .off_road = step->way < 0, .first_step = i};
        }
        leg->n_steps++;
        leg->time_ms += step->time_ms;
        leg->length_m += step->length_m;
        leg->node = step->node;
    }
    return n;
}
