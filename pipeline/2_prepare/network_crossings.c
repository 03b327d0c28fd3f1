/*
 * Lines are split where they cross or touch: see tp_pieces_cross in network.h. Crossings are found on the plane of
 * longitude and latitude, whose straight lines are what a map shows; whether lines meet is decided exactly. Lines on
 * different levels (layer, bridge, tunnel) do not meet.
 */
#include "2_prepare/network.h"
#include "core/space/box_tree.h"
#include "core/space/robust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where a piece is to be split: on segment `v` (from vertex v to v + 1) at `share` of it, at this point. */
typedef struct cut {
    int64_t v;
    double share, lon_deg, lat_deg;
} cut;

typedef struct cuts {
    cut *items;
    int64_t n, capacity;
} cuts;

typedef struct crossing_work {
    tp_roads *roads;
    const tp_pieces *pieces;
    int64_t *piece_of; /* of each vertex */
    tp_box_tree tree;  /* of the segments, each by its first vertex */
    cuts cuts;
} crossing_work;

/* A cut at an end of its piece would split nothing: joining sees to ends. */
static bool is_end(const crossing_work *w, int64_t v, double lon_deg, double lat_deg) {
    const tp_pieces *p = w->pieces;
    int64_t first = p->first[w->piece_of[v]], last = p->first[w->piece_of[v] + 1] - 1;
    return (p->lon_deg[first] == lon_deg && p->lat_deg[first] == lat_deg) ||
           (p->lon_deg[last] == lon_deg && p->lat_deg[last] == lat_deg);
}

static tp_code add_cut(crossing_work *w, int64_t v, double share, double lon_deg, double lat_deg, tp_error *error) {
    cuts *c = &w->cuts;
    if (is_end(w, v, lon_deg, lat_deg)) {
        return TP_OK;
    }
    if (c->n == c->capacity) {
        int64_t wanted = c->capacity == 0 ? 256 : 2 * c->capacity;
        cut *items = realloc(c->items, sizeof *items * (size_t)wanted);
        if (items == NULL) {
            return tp_error_memory(error);
        }
        c->items = items;
        c->capacity = wanted;
    }
    c->items[c->n++] = (cut){v, share, lon_deg, lat_deg};
    return TP_OK;
}

/* ---- two segments ---- */

/* How far along the segment at v the point lies, between 0 and 1: by the axis on which the segment is longer. */
static double share_of(const tp_pieces *p, int64_t v, double lon_deg, double lat_deg) {
    double dx = p->lon_deg[v + 1] - p->lon_deg[v], dy = p->lat_deg[v + 1] - p->lat_deg[v];
    double share = fabs(dx) >= fabs(dy) ? (lon_deg - p->lon_deg[v]) / dx : (lat_deg - p->lat_deg[v]) / dy;
    return fmin(fmax(share, 0), 1);
}

static int side(const tp_pieces *p, int64_t v, int64_t point) {
    return tp_orient(p->lon_deg[v], p->lat_deg[v], p->lon_deg[v + 1], p->lat_deg[v + 1], p->lon_deg[point],
                     p->lat_deg[point]);
}

/* Where two segments cross in the inside of both. */
static tp_code cut_both(crossing_work *w, int64_t a, int64_t b, tp_error *error) {
    const tp_pieces *p = w->pieces;
    double ax = p->lon_deg[a], ay = p->lat_deg[a], dx = p->lon_deg[a + 1] - ax, dy = p->lat_deg[a + 1] - ay;
    double ex = p->lon_deg[b + 1] - p->lon_deg[b], ey = p->lat_deg[b + 1] - p->lat_deg[b];
    double denominator = dx * ey - dy * ex;
    double share = denominator == 0 ? 0.5 : ((p->lon_deg[b] - ax) * ey - (p->lat_deg[b] - ay) * ex) / denominator;
    share = fmin(fmax(share, 0), 1);
    double lon_deg = ax + share * dx, lat_deg = ay + share * dy;
    tp_code code = add_cut(w, a, share, lon_deg, lat_deg, error);
    return code == TP_OK ? add_cut(w, b, share_of(p, b, lon_deg, lat_deg), lon_deg, lat_deg, error) : code;
}

/* A vertex that lies on a segment cuts it, and its own line there. */
static tp_code cut_at_vertex(crossing_work *w, int64_t v, int64_t vertex, tp_error *error) {
    const tp_pieces *p = w->pieces;
    double lon_deg = p->lon_deg[vertex], lat_deg = p->lat_deg[vertex];
    tp_code code = add_cut(w, v, share_of(p, v, lon_deg, lat_deg), lon_deg, lat_deg, error);
    bool last = vertex == p->first[w->piece_of[vertex] + 1] - 1;
    return code == TP_OK ? add_cut(w, last ? vertex - 1 : vertex, last ? 1 : 0, lon_deg, lat_deg, error) : code;
}

static bool in_box(const tp_pieces *p, int64_t v, int64_t vertex) {
    tp_box box = TP_BOX_EMPTY;
    tp_box_add(&box, p->lon_deg[v], p->lat_deg[v]);
    tp_box_add(&box, p->lon_deg[v + 1], p->lat_deg[v + 1]);
    return tp_box_holds(&box, p->lon_deg[vertex], p->lat_deg[vertex]);
}

static tp_code cross(crossing_work *w, int64_t a, int64_t b, tp_error *error) {
    const tp_pieces *p = w->pieces;
    int sides[4] = {side(p, a, b), side(p, a, b + 1), side(p, b, a), side(p, b, a + 1)};
    if (sides[0] * sides[1] < 0 && sides[2] * sides[3] < 0) {
        return cut_both(w, a, b, error);
    }
    tp_code code = TP_OK;
    for (int k = 0; k < 4 && code == TP_OK; k++) {
        int64_t segment = k < 2 ? a : b, vertex = (k < 2 ? b : a) + k % 2;
        if (sides[k] == 0 && in_box(p, segment, vertex)) {
            code = cut_at_vertex(w, segment, vertex, error);
        }
    }
    return code;
}

/* ---- all segments ---- */

static bool is_segment(const crossing_work *w, int64_t v) {
    return v + 1 < w->pieces->n_vertices && w->piece_of[v] == w->piece_of[v + 1];
}

static bool may_meet(const crossing_work *w, int64_t a, int64_t b) {
    int64_t row_a = w->pieces->row[w->piece_of[a]], row_b = w->pieces->row[w->piece_of[b]];
    bool neighbours = w->piece_of[a] == w->piece_of[b] && (a - b == 1 || b - a == 1);
    return !neighbours && w->roads->items[row_a].level == w->roads->items[row_b].level;
}

static tp_box box_of(const crossing_work *w, int64_t v) {
    tp_box box = TP_BOX_EMPTY;
    if (is_segment(w, v)) {
        tp_box_add(&box, w->pieces->lon_deg[v], w->pieces->lat_deg[v]);
        tp_box_add(&box, w->pieces->lon_deg[v + 1], w->pieces->lat_deg[v + 1]);
    }
    return box;
}

static tp_code open_work(crossing_work *w, tp_error *error) {
    const tp_pieces *p = w->pieces;
    tp_box *boxes = malloc(sizeof *boxes * (size_t)(p->n_vertices + 1));
    w->piece_of = malloc(sizeof *w->piece_of * (size_t)(p->n_vertices + 1));
    tp_code code = boxes == NULL || w->piece_of == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t piece = 0; piece < p->n && code == TP_OK; piece++) {
        for (int64_t v = p->first[piece]; v < p->first[piece + 1]; v++) {
            w->piece_of[v] = piece;
        }
    }
    for (int64_t v = 0; v < p->n_vertices && code == TP_OK; v++) {
        boxes[v] = box_of(w, v);
    }
    if (code == TP_OK) {
        code = tp_box_tree_new(&w->tree, boxes, p->n_vertices, error);
    }
    free(boxes);
    return code;
}

static tp_code find_crossings(crossing_work *w, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t v = 0; v < w->pieces->n_vertices && code == TP_OK; v++) {
        tp_box_cursor cursor;
        if (!is_segment(w, v)) {
            continue;
        }
        tp_box_cursor_init(&cursor, &w->tree, box_of(w, v));
        for (int64_t other; code == TP_OK && (other = tp_box_cursor_next(&cursor)) >= 0;) {
            if (other > v && may_meet(w, v, other)) {
                code = cross(w, v, other, error);
            }
        }
    }
    return code;
}

/* ---- ends that nearly touch ---- */

enum { METRES_A_DEGREE = 110000 };

/* The point of the segment nearest to a vertex, on a plane at it: its share of the segment. */
static double nearest_share(const tp_pieces *p, int64_t v, int64_t vertex) {
    double scale = cos(p->lat_deg[vertex] * (M_PI / 180));
    double dx = (p->lon_deg[v + 1] - p->lon_deg[v]) * scale, dy = p->lat_deg[v + 1] - p->lat_deg[v];
    double px = (p->lon_deg[vertex] - p->lon_deg[v]) * scale, py = p->lat_deg[vertex] - p->lat_deg[v];
    double square = dx * dx + dy * dy;
    return square > 0 ? fmin(fmax((px * dx + py * dy) / square, 0), 1) : 0;
}

static tp_code touch(crossing_work *w, int64_t v, int64_t vertex, tp_error *error) {
    const tp_pieces *p = w->pieces;
    double share = nearest_share(p, v, vertex);
    double lon_deg = p->lon_deg[v] + share * (p->lon_deg[v + 1] - p->lon_deg[v]);
    double lat_deg = p->lat_deg[v] + share * (p->lat_deg[v + 1] - p->lat_deg[v]);
    double distance_m =
        tp_geodesic_distance_m(&w->roads->dataset->ellipsoid, p->lon_deg[vertex], p->lat_deg[vertex], lon_deg, lat_deg);
    bool at_end = (share <= 0 && v == p->first[w->piece_of[v]]) ||
                  (share >= 1 && v + 2 == p->first[w->piece_of[v] + 1]); /* joining will see to those */
    return distance_m <= w->roads->tolerance_m && !at_end
               ? add_cut(w, v, share, p->lon_deg[vertex], p->lat_deg[vertex], error)
               : TP_OK;
}

static tp_code find_touches(crossing_work *w, tp_error *error) {
    const tp_pieces *p = w->pieces;
    tp_code code = TP_OK;
    for (int64_t end = 0; end < 2 * p->n && code == TP_OK; end++) {
        int64_t piece = end / 2, vertex = end % 2 == 0 ? p->first[piece] : p->first[piece + 1] - 1;
        double high = w->roads->tolerance_m / METRES_A_DEGREE;
        double wide = high / fmax(cos((fabs(p->lat_deg[vertex]) + high) * (M_PI / 180)), 1e-6);
        tp_box_cursor cursor;
        tp_box_cursor_init(&cursor, &w->tree,
                           (tp_box){p->lon_deg[vertex] - wide, p->lat_deg[vertex] - high, p->lon_deg[vertex] + wide,
                                    p->lat_deg[vertex] + high});
        for (int64_t v; code == TP_OK && (v = tp_box_cursor_next(&cursor)) >= 0;) {
            if (w->piece_of[v] != piece && may_meet(w, v, vertex)) {
                code = touch(w, v, vertex, error);
            }
        }
    }
    return code;
}

/* ---- splitting ---- */

static int compare_cuts(const void *a, const void *b) {
    const cut *left = a, *right = b;
    if (left->v != right->v) {
        return left->v < right->v ? -1 : 1;
    }
    if (left->share != right->share) {
        return left->share < right->share ? -1 : 1;
    }
    if (left->lon_deg != right->lon_deg) {
        return left->lon_deg < right->lon_deg ? -1 : 1;
    }
    return (left->lat_deg > right->lat_deg) - (left->lat_deg < right->lat_deg);
}

static int compare_points(const void *a, const void *b) {
    const cut *left = a, *right = b;
    if (left->lon_deg != right->lon_deg) {
        return left->lon_deg < right->lon_deg ? -1 : 1;
    }
    return (left->lat_deg > right->lat_deg) - (left->lat_deg < right->lat_deg);
}

/* A line while it is being cut. */
typedef struct strand {
    double *lon_deg, *lat_deg;
    int64_t n;
} strand;

static void push(strand *s, double lon_deg, double lat_deg) {
    if (s->n == 0 || s->lon_deg[s->n - 1] != lon_deg || s->lat_deg[s->n - 1] != lat_deg) {
        s->lon_deg[s->n] = lon_deg;
        s->lat_deg[s->n++] = lat_deg;
    }
}

/* Ends the strand as a piece and begins the next one where it ended. */
static tp_code finish(strand *s, int64_t row, tp_pieces *made, tp_error *error) {
    if (s->n < 2) {
        return TP_OK;
    }
    tp_code code = tp_pieces_add(made, row, s->lon_deg, s->lat_deg, s->n, error);
    s->lon_deg[0] = s->lon_deg[s->n - 1];
    s->lat_deg[0] = s->lat_deg[s->n - 1];
    s->n = 1;
    return code;
}

static tp_code split_all(const crossing_work *w, tp_pieces *made, tp_error *error) {
    const tp_pieces *p = w->pieces;
    size_t room = (size_t)(p->n_vertices + w->cuts.n + 1);
    strand s = {.lon_deg = malloc(sizeof(double) * room), .lat_deg = malloc(sizeof(double) * room)};
    tp_code code = s.lon_deg == NULL || s.lat_deg == NULL ? tp_error_memory(error) : TP_OK;
    int64_t at = 0;
    for (int64_t piece = 0; piece < p->n && code == TP_OK; piece++) {
        s.n = 0;
        for (int64_t v = p->first[piece]; v < p->first[piece + 1] && code == TP_OK; v++) {
            push(&s, p->lon_deg[v], p->lat_deg[v]);
            for (; at < w->cuts.n && w->cuts.items[at].v == v && code == TP_OK; at++) {
                push(&s, w->cuts.items[at].lon_deg, w->cuts.items[at].lat_deg);
                code = finish(&s, p->row[piece], made, error);
            }
        }
        if (code == TP_OK) {
            code = finish(&s, p->row[piece], made, error);
        }
    }
    free(s.lon_deg);
    free(s.lat_deg);
    return code;
}

static int64_t count_points(cuts *c) {
    int64_t n = 0;
    qsort(c->items, (size_t)c->n, sizeof *c->items, compare_points);
    for (int64_t i = 0; i < c->n; i++) {
        n += i == 0 || compare_points(&c->items[i - 1], &c->items[i]) != 0;
    }
    return n;
}

tp_code tp_pieces_cross(tp_roads *roads, tp_pieces *pieces, tp_error *error) {
    crossing_work w = {.roads = roads, .pieces = pieces};
    tp_pieces made = {0};
    tp_code code = pieces->has_ids || pieces->n == 0 ? TP_OK : open_work(&w, error);
    if (code == TP_OK && w.piece_of != NULL) {
        code = find_crossings(&w, error);
        if (code == TP_OK && roads->tolerance_m > 0) {
            code = find_touches(&w, error);
        }
        if (code == TP_OK && w.cuts.n > 0) {
            qsort(w.cuts.items, (size_t)w.cuts.n, sizeof *w.cuts.items, compare_cuts);
            code = split_all(&w, &made, error);
        }
        if (code == TP_OK && w.cuts.n > 0) {
            roads->count[TP_COUNT_CROSSINGS] = count_points(&w.cuts);
            tp_pieces_reset(pieces);
            *pieces = made;
            made = (tp_pieces){0};
        }
    }
    tp_pieces_reset(&made);
    tp_box_tree_reset(&w.tree);
    free(w.cuts.items);
    free(w.piece_of);
    return code;
}
