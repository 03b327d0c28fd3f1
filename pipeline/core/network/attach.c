/* Hanging stations and other points on the roads: the roads are cut at the feet, and access ways lead there. */
#include "network_parts.h"
#include "way_index.h"

#include <math.h>
#include <stdlib.h>

/* Where a way is cut. */
typedef struct cut {
    int64_t way, vertex; /* between this vertex and the next */
    double part, fraction;
    double lon_deg, lat_deg;
    int64_t item;
} cut;

static int compare_cuts(const void *a, const void *b) {
    const cut *x = a, *y = b;
    if (x->way != y->way) {
        return x->way < y->way ? -1 : 1;
    }
    if (x->vertex != y->vertex) {
        return x->vertex < y->vertex ? -1 : 1;
    }
    if (x->part != y->part) {
        return x->part < y->part ? -1 : 1;
    }
    return (x->item > y->item) - (x->item < y->item);
}

/* The way whose number is `way` in `from`, its times and length not yet set. */
static tp_way template_of(const tp_ways *from, int64_t way) {
    return (tp_way){.from = from->from[way],
                    .to = from->to[way],
                    .forward_ms = from->forward_ms[way],
                    .backward_ms = from->backward_ms[way],
                    .length_m = from->length_m[way],
                    .mode = (tp_mode)from->mode[way],
                    .through_only = from->through_only[way] != 0,
                    .source_row = from->source_row[way],
                    .lon_deg = from->vertex_lon_deg + from->vertex_first[way],
                    .lat_deg = from->vertex_lat_deg + from->vertex_first[way],
                    .n_vertices = from->vertex_first[way + 1] - from->vertex_first[way]};
}

/* The time between two fractions: differences of rounded sums, so that the pieces add up to the whole. */
static uint32_t piece_ms(uint32_t whole_ms, double begin, double end) {
    if (whole_ms == TP_NO_TIME) {
        return TP_NO_TIME;
    }
    uint32_t time_ms = (uint32_t)llround(end * whole_ms) - (uint32_t)llround(begin * whole_ms);
    return time_ms > 0 ? time_ms : 1;
}

/* A piece between two cuts (NULL: the way's own end), with their nodes. */
typedef struct piece {
    const cut *begin, *end;
    int64_t from, to;
} piece;

/* Adds a piece; `x` and `y` have room for the way's vertices and two more. */
static tp_code add_piece(tp_ways *into, const tp_ways *from, int64_t way, const piece *p, double *x, double *y,
                         tp_error *error) {
    tp_way whole = template_of(from, way);
    int64_t first = from->vertex_first[way], n = 0;
    int64_t last = first + whole.n_vertices - 1;
    if (p->end != NULL) { /* a cut at a vertex stands for it */
        last = p->end->part == 0 ? p->end->vertex - 1 : p->end->vertex;
    }
    double begin = p->begin != NULL ? p->begin->fraction : 0, end = p->end != NULL ? p->end->fraction : 1;
    if (p->begin != NULL) {
        x[n] = p->begin->lon_deg;
        y[n++] = p->begin->lat_deg;
    }
    for (int64_t v = p->begin != NULL ? p->begin->vertex + 1 : first; v <= last; v++) {
        x[n] = from->vertex_lon_deg[v];
        y[n++] = from->vertex_lat_deg[v];
    }
    if (p->end != NULL) {
        x[n] = p->end->lon_deg;
        y[n++] = p->end->lat_deg;
    }
    whole.from = p->from;
    whole.to = p->to;
    whole.forward_ms = piece_ms(whole.forward_ms, begin, end);
    whole.backward_ms = piece_ms(whole.backward_ms, begin, end);
    whole.length_m *= end - begin;
    whole.lon_deg = x;
    whole.lat_deg = y;
    whole.n_vertices = n;
    return tp_ways_add(into, &whole, error);
}

/* Whether a foot is one of the way's ends, and then which node. */
static int64_t end_node(const tp_ways *ways, const tp_foot *foot) {
    if (foot->vertex == ways->vertex_first[foot->way] && foot->part == 0) {
        return ways->from[foot->way];
    }
    if (foot->vertex == ways->vertex_first[foot->way + 1] - 2 && foot->part == 1) {
        return ways->to[foot->way];
    }
    return -1;
}

/* Finds all feet; lists the cuts in order. */
static tp_code find_feet(const tp_ways *ways, const tp_ellipsoid *ellipsoid, const tp_join_rule *rule,
                         tp_attachment *attachments, int64_t n, cut *cuts, int64_t *n_cuts, tp_error *error) {
    tp_edges out = {0};
    tp_way_index *index = NULL;
    uint32_t n_strong, *size = NULL, *strong = malloc(((size_t)ways->n_nodes + 1) * sizeof *strong);
    tp_code code = strong == NULL ? tp_error_memory(error) : tp_edges_new(ways, true, &out, error);
    if (code == TP_OK) {
        code = tp_strong_components(&out, (uint32_t)ways->n_nodes, strong, &size, &n_strong, error);
    }
    if (code == TP_OK) {
        code = tp_way_index_new(ways, strong, &index, error);
    }
    *n_cuts = 0;
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        tp_attachment *a = &attachments[i];
        if (a->node < 0 || a->node >= ways->n_nodes) {
            code = tp_error_set(error, TP_E_INTERNAL, "node %lld cannot be attached", (long long)a->node);
            break;
        }
        tp_foot foot =
            tp_way_index_nearest(index, ways, ellipsoid, rule, ways->lon_deg[a->node], ways->lat_deg[a->node], -1);
        a->way = foot.way;
        a->foot = foot.way >= 0 ? end_node(ways, &foot) : -1;
        a->distance_m = foot.way >= 0 ? foot.distance_m : 0;
        if (foot.way >= 0 && a->foot < 0) {
            bool at_next = foot.part == 1; /* one form for a foot at a vertex */
            cuts[(*n_cuts)++] = (cut){
                foot.way, foot.vertex + at_next, at_next ? 0 : foot.part, foot.fraction, foot.lon_deg, foot.lat_deg, i};
        }
    }
    if (*n_cuts > 0) {
        qsort(cuts, (size_t)*n_cuts, sizeof *cuts, compare_cuts);
    }
    tp_way_index_free(index);
    tp_edges_reset(&out);
    free(strong);
    free(size);
    return code;
}

/* A node for each place of a cut; cuts at the same place share one and become one. */
static tp_code add_feet(tp_ways *ways, tp_attachment *attachments, cut *cuts, int64_t *n_cuts, tp_error *error) {
    int64_t kept = 0;
    for (int64_t i = 0; i < *n_cuts; i++) {
        tp_attachment *a = &attachments[cuts[i].item];
        const cut *before = kept > 0 ? &cuts[kept - 1] : NULL;
        if (before != NULL && before->way == cuts[i].way && before->vertex == cuts[i].vertex &&
            before->part == cuts[i].part) {
            a->foot = attachments[before->item].foot;
            continue;
        }
        tp_code code = tp_ways_add_node(ways, cuts[i].lon_deg, cuts[i].lat_deg, &a->foot, error);
        if (code != TP_OK) {
            return code;
        }
        cuts[kept++] = cuts[i];
    }
    *n_cuts = kept;
    return TP_OK;
}

/* All ways with their numbers, those that are cut shortened to their first piece; then the other pieces. */
static tp_code add_cut_ways(tp_ways *into, const tp_ways *from, const tp_attachment *attachments, const cut *cuts,
                            int64_t n_cuts, double *x, double *y, tp_error *error) {
    tp_code code = TP_OK;
    int64_t next = 0;
    for (int64_t w = 0; w < from->n_ways && code == TP_OK; w++) {
        if (next == n_cuts || cuts[next].way != w) {
            tp_way whole = template_of(from, w);
            code = tp_ways_add(into, &whole, error);
            continue;
        }
        piece first = {NULL, &cuts[next], from->from[w], attachments[cuts[next].item].foot};
        code = add_piece(into, from, w, &first, x, y, error);
        while (next < n_cuts && cuts[next].way == w) {
            next++;
        }
    }
    for (int64_t i = 0; i < n_cuts && code == TP_OK; i++) {
        const cut *end = i + 1 < n_cuts && cuts[i + 1].way == cuts[i].way ? &cuts[i + 1] : NULL;
        piece p = {&cuts[i], end, attachments[cuts[i].item].foot,
                   end != NULL ? attachments[end->item].foot : from->to[cuts[i].way]};
        code = add_piece(into, from, cuts[i].way, &p, x, y, error);
    }
    return code;
}

static tp_code add_access(tp_ways *ways, const tp_join_rule *rule, const tp_attachment *a, tp_error *error) {
    uint32_t time_ms = tp_off_road_ms(rule, a->distance_m);
    time_ms = time_ms > 0 ? time_ms : 1;
    tp_way access = {.from = a->node,
                     .to = a->foot,
                     .forward_ms = time_ms,
                     .backward_ms = time_ms,
                     .length_m = a->distance_m,
                     .mode = TP_MODE_ROAD,
                     .through_only = true,
                     .source_row = -1};
    return tp_ways_add(ways, &access, error);
}

static int64_t most_vertices(const tp_ways *ways) {
    int64_t most = 0;
    for (int64_t w = 0; w < ways->n_ways; w++) {
        int64_t n = ways->vertex_first[w + 1] - ways->vertex_first[w];
        most = n > most ? n : most;
    }
    return most;
}

tp_code tp_ways_attach(tp_ways *ways, const tp_ellipsoid *ellipsoid, const tp_join_rule *rule,
                       tp_attachment *attachments, int64_t n, tp_error *error) {
    tp_code code = tp_join_rule_check(rule, error);
    if (code != TP_OK) {
        return code;
    }
    tp_ways made = {0};
    int64_t n_cuts = 0, room = most_vertices(ways) + 2;
    cut *cuts = malloc(((size_t)n + 1) * sizeof *cuts);
    double *xy = malloc(2 * (size_t)room * sizeof *xy);
    if (cuts == NULL || xy == NULL) {
        code = tp_error_memory(error);
        goto done;
    }
    code = find_feet(ways, ellipsoid, rule, attachments, n, cuts, &n_cuts, error);
    if (code == TP_OK) {
        code = add_feet(ways, attachments, cuts, &n_cuts, error);
    }
    for (int64_t i = 0; i < ways->n_nodes && code == TP_OK; i++) {
        int64_t node;
        code = tp_ways_add_node(&made, ways->lon_deg[i], ways->lat_deg[i], &node, error);
    }
    if (code == TP_OK) {
        code = add_cut_ways(&made, ways, attachments, cuts, n_cuts, xy, xy + room, error);
    }
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        code = attachments[i].way >= 0 ? add_access(&made, rule, &attachments[i], error) : TP_OK;
    }
    if (code == TP_OK) {
        tp_ways_reset(ways);
        *ways = made;
        made = (tp_ways){0};
    }
done:
    tp_ways_reset(&made);
    free(cuts);
    free(xy);
    return code;
}
