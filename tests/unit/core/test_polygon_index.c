/* The polygon index against GEOS, against plain loops over all edges, and on cases by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "space_fixture.h"
#include "technopolis/polygon_index.h"

#include <geos_c.h>
#include <math.h>
#include <stdlib.h>

/* Every test runs with and without a raster; see main. */
static bool prepares;

static tp_polygon_index *indexed(const tp_layer *layer) {
    tp_polygon_index *index = NULL;
    assert_int_equal(tp_polygon_index_new(layer, &index, NULL), TP_OK);
    if (prepares) {
        assert_int_equal(tp_polygon_index_prepare(index, 40000, NULL), TP_OK);
    }
    return index;
}

static void is_in(const tp_polygon_index *index, double x, double y, int64_t row) {
    assert_int_equal(tp_polygon_index_find(index, x, y), row);
}

/* ---- by hand ---- */

/* A square with a square hole, in which lies an island, in which lies a pond; the second row fills the first hole. */
static void holes_and_islands(void **state) {
    (void)state;
    tp_layer *layer = new_polygons();
    add_row(layer, "b");
    add_part(layer);
    add_box(layer, 0, 0, 10, 10);
    add_box(layer, 2, 2, 8, 8);
    add_part(layer);
    add_box(layer, 4, 4, 6, 6);
    add_box(layer, 4.5, 4.5, 5.5, 5.5);
    add_row(layer, "a");
    add_part(layer);
    add_box(layer, 2, 2, 8, 8);
    add_box(layer, 4, 4, 6, 6);
    tp_polygon_index *index = indexed(layer);
    is_in(index, 1, 1, 0);
    is_in(index, 0, 0, 0);      /* a corner */
    is_in(index, 10, 10, 0);    /* another */
    is_in(index, 5, 0, 0);      /* a level edge */
    is_in(index, 5, 10, 0);     /* the other one */
    is_in(index, 0, 5, 0);      /* an upright edge */
    is_in(index, 10, 5, 0);     /* the other one */
    is_in(index, 3, 3, 1);      /* the second row's ring */
    is_in(index, 2, 5, 1);      /* a border of both: the smaller id, "a" */
    is_in(index, 2, 2, 1);      /* its corner */
    is_in(index, 4, 5, 1);      /* the island's shore */
    is_in(index, 4.25, 5, 0);   /* on the island, level with the pond */
    is_in(index, 4.5, 5, 0);    /* the pond's shore */
    is_in(index, 5, 5, -1);     /* in the pond */
    is_in(index, 4.25, 4.5, 0); /* level with an edge of the pond, on land */
    is_in(index, 1, 2, 0);      /* level with an edge of the hole */
    is_in(index, 1, 8, 0);
    is_in(index, nextafter(10, 11), 5, -1);
    is_in(index, 5, nextafter(0, -1), -1);
    is_in(index, nextafter(10, 0), 5, 0);
    is_in(index, NAN, 5, -1);
    is_in(index, 5, INFINITY, -1);
    assert_true(tp_polygon_index_holds(index, 0, 2, 5));
    assert_true(tp_polygon_index_holds(index, 1, 2, 5));
    assert_false(tp_polygon_index_holds(index, 0, 3, 3));
    assert_false(tp_polygon_index_holds(index, 1, 1, 1));
    assert_false(tp_polygon_index_holds(index, 0, 11, 5));
    tp_polygon_index_free(index);
    tp_layer_free(layer);
}

/* Teeth whose tips and notches lie at one height, level edges at that height, and a vertex twice. */
static void vertices_at_the_height_asked(void **state) {
    (void)state;
    const double x[] = {0, 2, 3, 4, 5, 6, 7, 7, 8, 9, 9, 12, 12, 0, 0};
    const double y[] = {0, 0, 5, 0, 5, 5, 0, 0, 5, 5, 9, 9, -3, -3, 0};
    tp_layer *layer = new_polygons();
    add_row(layer, "comb");
    add_part(layer);
    add_ring(layer, x, y, 15);
    tp_polygon_index *index = indexed(layer);
    is_in(index, 1, 0, 0);
    is_in(index, 1, 1, -1);
    is_in(index, 3, 5, 0);    /* a tip */
    is_in(index, 2.5, 5, -1); /* west of it, level with it */
    is_in(index, 4, 5, -1);   /* between tips */
    is_in(index, 5.5, 5, 0);  /* on the flat top */
    is_in(index, 7, 5, -1);   /* between a flat top and the next */
    is_in(index, 8.5, 5, 0);  /* on the shoulder */
    is_in(index, 10, 5, 0);   /* inside, level with all that */
    is_in(index, 13, 5, -1);  /* east of all */
    is_in(index, -1, 5, -1);  /* west of all */
    is_in(index, 4, 0, 0);    /* a notch */
    is_in(index, 7, 0, 0);    /* the vertex that stands twice */
    is_in(index, 4, -1, 0);   /* below it, inside */
    is_in(index, -1, 0, -1);
    is_in(index, -1, -3, -1); /* level with the bottom edge */
    is_in(index, 0, -3, 0);
    tp_polygon_index_free(index);
    tp_layer_free(layer);
}

/* Joined rows may hold a part twice, or parts side by side: a row is the union of its parts. */
static void parts_that_overlap(void **state) {
    (void)state;
    tp_layer *layer = new_polygons();
    add_row(layer, "1");
    add_part(layer);
    add_box(layer, 0, 0, 4, 4);
    add_part(layer);
    add_box(layer, 0, 0, 4, 4);
    add_part(layer);
    add_box(layer, 4, 0, 8, 4);
    add_row(layer, "none");
    add_row(layer, "empty part");
    add_part(layer);
    tp_polygon_index *index = indexed(layer);
    is_in(index, 2, 2, 0);
    is_in(index, 4, 2, 0);
    is_in(index, 6, 2, 0);
    assert_false(tp_polygon_index_holds(index, 1, 2, 2));
    assert_int_equal(tp_polygon_index_touching(index, 1, NULL, 0), 0);
    tp_polygon_index_free(index);
    tp_layer_free(layer);
    layer = new_polygons();
    index = indexed(layer);
    double distance_m;
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    is_in(index, 0, 0, -1);
    assert_int_equal(tp_polygon_index_nearest(index, &grs80, 0, 0, INFINITY, &distance_m), -1);
    tp_polygon_index_free(index);
    tp_polygon_index_free(NULL);
    tp_layer_free(layer);
}

/* Holes that overlap are wrong, but their borders still belong to the polygon. */
static void border_of_a_hole_in_a_hole(void **state) {
    (void)state;
    tp_layer *layer = new_polygons();
    add_row(layer, "1");
    add_part(layer);
    add_box(layer, 0, 0, 10, 10);
    add_box(layer, 2, 2, 8, 8);
    add_box(layer, 4, 4, 6, 6);
    tp_polygon_index *index = indexed(layer);
    is_in(index, 4, 5, 0);
    is_in(index, 2, 5, 0);
    is_in(index, 3, 5, -1);
    is_in(index, 5, 5, 0); /* even-odd */
    tp_polygon_index_free(index);
    tp_layer_free(layer);
}

/* Ids compare as bytes: "10" comes before "2", and case and non-ASCII letters as their bytes. */
static void smallest_id_wins(void **state) {
    (void)state;
    static const char *const ids[] = {"2", "10", "b", "B", "\xe6\x9d\xb1", "z"};
    tp_layer *layer = new_polygons();
    for (int i = 0; i < 6; i++) {
        add_box_row(layer, ids[i], 10 * (i / 2) + i % 2, 0, 10 * (i / 2) + i % 2 + 1, 1);
    }
    tp_polygon_index *index = indexed(layer);
    is_in(index, 1, 0.5, 1);
    is_in(index, 11, 0.5, 3);
    is_in(index, 21, 0.5, 5);
    tp_polygon_index_free(index);
    tp_layer_free(layer);
}

/* ---- random polygons against GEOS ---- */

/* A star-shaped ring round a centre, its vertices on a grid so that level edges and meeting vertices are frequent. */
static int64_t star(uint64_t *seed, double cx, double cy, double inner, double outer, double grid, int64_t n, double *x,
                    double *y) {
    for (int64_t i = 0; i < n; i++) {
        double angle = 2 * M_PI * ((double)i + random_between(seed, 0, 0.8)) / (double)n;
        double radius = random_between(seed, inner, outer);
        x[i] = rint((cx + radius * cos(angle)) * grid) / grid;
        y[i] = rint((cy + radius * sin(angle)) * grid) / grid;
    }
    x[n] = x[0];
    y[n] = y[0];
    return n + 1;
}

static GEOSGeometry *geos_ring(GEOSContextHandle_t geos, const tp_shapes *s, int64_t ring) {
    int64_t first = s->ring_first[ring], n = s->ring_first[ring + 1] - first;
    GEOSCoordSequence *points = GEOSCoordSeq_create_r(geos, (unsigned)n, 2);
    for (int64_t i = 0; i < n; i++) {
        GEOSCoordSeq_setXY_r(geos, points, (unsigned)i, s->x[first + i], s->y[first + i]);
    }
    return GEOSGeom_createLinearRing_r(geos, points);
}

static GEOSGeometry *geos_row(GEOSContextHandle_t geos, const tp_shapes *s, int64_t row) {
    int64_t n_parts = s->row_first[row + 1] - s->row_first[row];
    GEOSGeometry **parts = malloc(sizeof *parts * (size_t)n_parts);
    assert_non_null(parts);
    for (int64_t p = 0; p < n_parts; p++) {
        int64_t shell = s->part_first[s->row_first[row] + p], end = s->part_first[s->row_first[row] + p + 1];
        GEOSGeometry *outside = geos_ring(geos, s, shell), *holes[64];
        for (int64_t r = shell + 1; r < end; r++) {
            holes[r - shell - 1] = geos_ring(geos, s, r);
        }
        parts[p] = GEOSGeom_createPolygon_r(geos, outside, holes, (unsigned)(end - shell - 1));
    }
    GEOSGeometry *all = GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, parts, (unsigned)n_parts);
    free(parts);
    return all;
}

/* Rows of up to three parts (an island in a lake among them); invalid ones are drawn again. */
static tp_layer *random_layer(GEOSContextHandle_t geos, uint64_t *seed, int64_t n_rows, int64_t most_vertices,
                              double grid) {
    tp_layer *layer = new_polygons();
    double *x = malloc(sizeof *x * (size_t)(most_vertices + 1)), *y = malloc(sizeof *y * (size_t)(most_vertices + 1));
    assert_non_null(x);
    assert_non_null(y);
    while (layer->n_rows < n_rows) {
        tp_layer *one = new_polygons();
        char id[16];
        snprintf(id, sizeof id, "%03d", (int)(next_random(seed) % 1000));
        add_row(one, id);
        for (uint64_t parts = 1 + next_random(seed) % 3; parts > 0; parts--) {
            double cx = random_between(seed, 0, 20), cy = random_between(seed, 0, 20);
            uint64_t kind = next_random(seed) % 3;
            int64_t n = 3 + (int64_t)(next_random(seed) % (uint64_t)(most_vertices - 2));
            add_part(one);
            add_ring(one, x, y, star(seed, cx, cy, 2, 3.5, grid, n, x, y));
            if (kind > 0) {
                add_ring(one, x, y, star(seed, cx, cy, 1.2, 1.6, grid, n, x, y));
            }
            if (kind > 1) {
                add_part(one);
                add_ring(one, x, y, star(seed, cx, cy, 0.5, 0.9, grid, n, x, y));
            }
        }
        GEOSGeometry *g = geos_row(geos, &one->shapes, 0);
        if (GEOSisValid_r(geos, g) == 1) {
            add_row(layer, id);
            assert_int_equal(tp_shapes_copy_parts(&layer->shapes, &one->shapes, 0, NULL), TP_OK);
        }
        GEOSGeom_destroy_r(geos, g);
        tp_layer_free(one);
    }
    free(x);
    free(y);
    return layer;
}

/* A place that is often on a border: a vertex, the middle of an edge, a grid point; else anywhere. */
static void random_place(uint64_t *seed, const tp_shapes *s, double *x, double *y) {
    int64_t v = (int64_t)(next_random(seed) % (uint64_t)(s->n_vertices - 1));
    switch (next_random(seed) % 4) {
    case 0:
        *x = s->x[v];
        *y = s->y[v];
        break;
    case 1:
        *x = (s->x[v] + s->x[v + 1]) / 2;
        *y = (s->y[v] + s->y[v + 1]) / 2;
        break;
    case 2:
        *x = rint(random_between(seed, -4, 24) * 64) / 64;
        *y = rint(random_between(seed, -4, 24) * 64) / 64;
        break;
    default:
        *x = random_between(seed, -4, 24);
        *y = random_between(seed, -4, 24);
    }
}

static void check_against_geos(GEOSContextHandle_t geos, uint64_t seed, int64_t n_rows, int64_t most_vertices,
                               double grid, int places) {
    tp_layer *layer = random_layer(geos, &seed, n_rows, most_vertices, grid);
    tp_polygon_index *index = indexed(layer);
    GEOSGeometry **rows = malloc(sizeof *rows * (size_t)n_rows);
    const GEOSPreparedGeometry **prepared = malloc(sizeof *prepared * (size_t)n_rows);
    int64_t touching[64], n_border = 0, n_inside = 0;
    assert_true(rows != NULL && prepared != NULL && n_rows <= 64);
    for (int64_t row = 0; row < n_rows; row++) {
        rows[row] = geos_row(geos, &layer->shapes, row);
        prepared[row] = GEOSPrepare_r(geos, rows[row]);
    }
    for (int i = 0; i < places; i++) {
        double x, y;
        random_place(&seed, &layer->shapes, &x, &y);
        GEOSGeometry *point = GEOSGeom_createPointFromXY_r(geos, x, y);
        int64_t expected = -1;
        for (int64_t row = 0; row < n_rows; row++) {
            bool in = GEOSPreparedIntersects_r(geos, prepared[row], point) == 1;
            n_border += in && GEOSPreparedContains_r(geos, prepared[row], point) == 0;
            n_inside += in;
            assert_int_equal(tp_polygon_index_holds(index, row, x, y), in);
            if (in && (expected < 0 || strcmp(tp_layer_id(layer, row), tp_layer_id(layer, expected)) < 0)) {
                expected = row;
            }
        }
        assert_int_equal(tp_polygon_index_find(index, x, y), expected);
        GEOSGeom_destroy_r(geos, point);
    }
    assert_true(n_border > places / 10 && n_inside > n_border); /* borders were really asked for */
    for (int64_t row = 0; row < n_rows; row++) {
        int64_t n = tp_polygon_index_touching(index, row, touching, 64), seen = 0;
        for (int64_t other = 0; other < n_rows; other++) {
            if (other != row && GEOSPreparedIntersects_r(geos, prepared[row], rows[other]) == 1) {
                assert_true(seen < n);
                assert_int_equal(touching[seen++], other);
            }
        }
        assert_int_equal(seen, n);
    }
    for (int64_t row = 0; row < n_rows; row++) {
        GEOSPreparedGeom_destroy_r(geos, prepared[row]);
        GEOSGeom_destroy_r(geos, rows[row]);
    }
    free(rows);
    free(prepared);
    tp_polygon_index_free(index);
    tp_layer_free(layer);
}

static void random_polygons(void **state) {
    (void)state;
    GEOSContextHandle_t geos = GEOS_init_r();
    for (uint64_t seed = 1; seed <= 40; seed++) {
        check_against_geos(geos, seed, 1 + (int64_t)(seed % 20), 3 + (int64_t)(seed * 7 % 30), 64, 500);
    }
    for (uint64_t seed = 41; seed <= 46; seed++) { /* rings of many blocks */
        check_against_geos(geos, seed, 15, 2000, 65536, 500);
    }
    GEOS_finish_r(geos);
}

/* Rings of many blocks: the tree of edges has several levels. */
static void large_rings(void **state) {
    (void)state;
    GEOSContextHandle_t geos = GEOS_init_r();
    tp_layer *layer = new_polygons();
    uint64_t seed = 99;
    enum { N = 40000 };
    double *x = malloc(sizeof *x * (N + 1)), *y = malloc(sizeof *y * (N + 1));
    assert_true(x != NULL && y != NULL);
    add_row(layer, "large");
    add_part(layer);
    for (int ring = 0; ring < 2; ring++) { /* a shell and a hole, ragged like coasts */
        for (int64_t i = 0; i < N; i++) {
            double angle = 2 * M_PI * (double)i / N, radius = random_between(&seed, 9, 9.5) - 5 * ring;
            x[i] = 10 + radius * cos(angle);
            y[i] = 10 + radius * sin(angle);
        }
        x[N] = x[0];
        y[N] = y[0];
        add_ring(layer, x, y, N + 1);
    }
    tp_polygon_index *index = indexed(layer);
    GEOSGeometry *row = geos_row(geos, &layer->shapes, 0);
    const GEOSPreparedGeometry *prepared = GEOSPrepare_r(geos, row);
    for (int i = 0; i < 20000; i++) {
        double px, py;
        random_place(&seed, &layer->shapes, &px, &py);
        GEOSGeometry *point = GEOSGeom_createPointFromXY_r(geos, px, py);
        assert_int_equal(tp_polygon_index_holds(index, 0, px, py),
                         GEOSPreparedIntersects_r(geos, prepared, point) == 1);
        GEOSGeom_destroy_r(geos, point);
    }
    GEOSPreparedGeom_destroy_r(geos, prepared);
    GEOSGeom_destroy_r(geos, row);
    GEOS_finish_r(geos);
    tp_polygon_index_free(index);
    tp_layer_free(layer);
    free(x);
    free(y);
}

/* ---- touching by hand ---- */

static int64_t touches_first(const tp_layer *layer) {
    tp_polygon_index *index = indexed(layer);
    int64_t rows[8], n = tp_polygon_index_touching(index, 0, rows, 8);
    for (int64_t i = 0; i < n; i++) {
        int64_t back[8];
        assert_true(tp_polygon_index_touching(index, rows[i], back, 8) >= 1);
        assert_int_equal(back[0], 0);
    }
    tp_polygon_index_free(index);
    return n;
}

static void touching_by_hand(void **state) {
    (void)state;
    static const struct {
        double west, south, east, north;
        int64_t touches;
    } cases[] = {
        {4, 0, 8, 4, 1},                  /* a whole side */
        {4, 4, 8, 8, 1},                  /* one corner */
        {4, 1, 8, 3, 1},                  /* part of a side: vertices on an edge */
        {4, -9, 8, 9, 1},                 /* a longer side */
        {1, 1, 3, 3, 1},                  /* inside */
        {-9, -9, 9, 9, 1},                /* round it */
        {1, -1, 3, 5, 1},                 /* crossing, no vertex in the other */
        {0, 0, 4, 4, 1},                  /* the same */
        {4.0000000000000009, 0, 8, 4, 0}, /* one unit in the last place off */
        {5, 0, 8, 4, 0},
        {4, 4.0000000000000009, 8, 8, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tp_layer *layer = new_polygons();
        add_box_row(layer, "one", 0, 0, 4, 4);
        add_box_row(layer, "two", cases[i].west, cases[i].south, cases[i].east, cases[i].north);
        assert_int_equal(touches_first(layer), cases[i].touches);
        tp_layer_free(layer);
    }
    /* In the hole of the other, apart; and touching the hole's border. */
    for (int i = 0; i < 2; i++) {
        tp_layer *layer = new_polygons();
        add_row(layer, "ring");
        add_part(layer);
        add_box(layer, 0, 0, 10, 10);
        add_box(layer, 2, 2, 8, 8);
        add_box_row(layer, "inner", i == 0 ? 3 : 2, 3, 7, 7);
        assert_int_equal(touches_first(layer), i);
        tp_layer_free(layer);
    }
    /* A vertex on a slanted edge: exactly on it, then one unit off. */
    for (int i = 0; i < 2; i++) {
        const double x[] = {0, 3, 3, 0}, y[] = {0, 3, 0, 0};
        const double tip_x[] = {i == 0 ? 1 : nextafter(1, 0), 0, 0.5, 0}, tip_y[] = {1, 2, 2, 0};
        double x2[4] = {tip_x[0], 0, 0.5, tip_x[0]}, y2[4] = {tip_y[0], 2, 2, tip_y[0]};
        tp_layer *layer = new_polygons();
        add_row(layer, "triangle");
        add_part(layer);
        add_ring(layer, x, y, 4);
        add_row(layer, "tip");
        add_part(layer);
        add_ring(layer, x2, y2, 4);
        assert_int_equal(touches_first(layer), 1 - i);
        tp_layer_free(layer);
    }
}

/* More neighbours than there is room for: all counted, the first ones written, in ascending order. */
static void touching_capacity(void **state) {
    (void)state;
    tp_layer *layer = new_polygons();
    for (int i = 0; i < 12; i++) {
        int at = i * 5 % 12;
        add_box_row(layer, "x", at, i == 7 ? -1 : 0, at + 1, i == 7 ? 2 : 1);
    }
    add_box_row(layer, "long", -1, 1, 13, 2);
    tp_polygon_index *index = indexed(layer);
    int64_t rows[6] = {-7, -7, -7, -7, -7, -7};
    assert_int_equal(tp_polygon_index_touching(index, 12, rows, 5), 12);
    for (int64_t i = 0; i < 5; i++) {
        assert_int_equal(rows[i], i);
    }
    assert_int_equal(rows[5], -7);
    assert_int_equal(tp_polygon_index_touching(index, 12, NULL, 0), 12);
    tp_polygon_index_free(index);
    tp_layer_free(layer);
}

/* ---- the nearest border ---- */

/* The same foot as polygon_index.h promises, over all edges without any index. */
static double plain_nearest(const tp_layer *layer, const tp_ellipsoid *e, double lon, double lat, int64_t *best) {
    const tp_shapes *s = &layer->shapes;
    double best_m = INFINITY, rad = M_PI / 180, e2 = e->f * (2 - e->f), w2 = 1 - e2 * pow(sin(lat * rad), 2);
    double kx = e->a_m / sqrt(w2) * cos(lat * rad) * rad, ky = e->a_m * (1 - e2) / (w2 * sqrt(w2)) * rad;
    *best = -1;
    for (int64_t row = 0; row < s->n_rows; row++) {
        for (int64_t ring = s->part_first[s->row_first[row]]; ring < s->part_first[s->row_first[row + 1]]; ring++) {
            for (int64_t i = s->ring_first[ring]; i + 1 < s->ring_first[ring + 1]; i++) {
                int64_t a = i, b = i + 1;
                if (s->x[a] > s->x[b] || (s->x[a] == s->x[b] && s->y[a] > s->y[b])) {
                    a = i + 1;
                    b = i;
                }
                double ux = (s->x[b] - s->x[a]) * kx, uy = (s->y[b] - s->y[a]) * ky;
                double wx = (lon - s->x[a]) * kx, wy = (lat - s->y[a]) * ky, u2 = ux * ux + uy * uy;
                double t = u2 > 0 ? fmax(0, fmin(1, (wx * ux + wy * uy) / u2)) : 0;
                double fx = t == 1 ? s->x[b] : s->x[a] + t * (s->x[b] - s->x[a]);
                double fy = t == 1 ? s->y[b] : s->y[a] + t * (s->y[b] - s->y[a]);
                double m = tp_geodesic_distance_m(e, lon, lat, fx, fy);
                bool smaller_id = m == best_m && strcmp(tp_layer_id(layer, row), tp_layer_id(layer, *best)) < 0;
                if (m < best_m || smaller_id) {
                    best_m = m;
                    *best = row;
                }
            }
        }
    }
    return best_m;
}

static void nearest_border(void **state) {
    (void)state;
    GEOSContextHandle_t geos = GEOS_init_r();
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    for (uint64_t k = 1; k <= 12; k++) {
        uint64_t seed = 1000 + k;
        tp_layer *layer = random_layer(geos, &seed, 1 + (int64_t)k, 60, 64);
        tp_polygon_index *index = indexed(layer);
        for (int i = 0; i < 150; i++) {
            double lon = random_between(&seed, -8, 28), lat = random_between(&seed, -30, 40), distance_m;
            if (i % 5 == 0) {
                random_place(&seed, &layer->shapes, &lon, &lat);
            }
            int64_t expected, row;
            double expected_m = plain_nearest(layer, &grs80, lon, lat, &expected);
            row = tp_polygon_index_nearest(index, &grs80, lon, lat, INFINITY, &distance_m);
            assert_true(distance_m == expected_m);
            assert_string_equal(tp_layer_id(layer, row), tp_layer_id(layer, expected));
            row = tp_polygon_index_nearest(index, &grs80, lon, lat, expected_m, &distance_m); /* inclusive */
            assert_true(row >= 0 && distance_m == expected_m);
            if (expected_m > 0) {
                double below_m = nextafter(expected_m, 0);
                assert_int_equal(tp_polygon_index_nearest(index, &grs80, lon, lat, below_m, &distance_m), -1);
                assert_true(isinf(distance_m));
            }
        }
        tp_polygon_index_free(index);
        tp_layer_free(layer);
    }
    GEOS_finish_r(geos);
}

static void nearest_by_hand(void **state) {
    (void)state;
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    tp_layer *layer = new_polygons();
    add_box_row(layer, "b", 0, 0, 1, 1); /* a common side from (1, 0) to (1, 1), drawn in either direction */
    add_box_row(layer, "a", 1, 0, 2, 1);
    add_box_row(layer, "east", 179, 10, 180, 11);
    tp_polygon_index *index = indexed(layer);
    double distance_m;
    /* Off the end of the common side both are equally far, to the last bit. */
    assert_int_equal(tp_polygon_index_nearest(index, &grs80, 1, 1.01, INFINITY, &distance_m), 1);
    assert_true(distance_m == tp_geodesic_distance_m(&grs80, 1, 1.01, 1, 1));
    assert_int_equal(tp_polygon_index_nearest(index, &grs80, 0.99, 0.4, INFINITY, &distance_m), 1);
    assert_int_equal(tp_polygon_index_nearest(index, &grs80, -0.1, 0.5, INFINITY, &distance_m), 0);
    assert_true(fabs(distance_m - tp_geodesic_distance_m(&grs80, -0.1, 0.5, 0, 0.5)) <= 0.01);
    /* On the other side of 180 degrees. */
    assert_int_equal(tp_polygon_index_nearest(index, &grs80, -179.9, 10.5, 20e3, &distance_m), 2);
    assert_true(fabs(distance_m - tp_geodesic_distance_m(&grs80, -179.9, 10.5, 180, 10.5)) <= 0.01);
    assert_int_equal(tp_polygon_index_nearest(index, &grs80, 100, 50, 20e3, &distance_m), -1);
    assert_int_equal(tp_polygon_index_nearest(index, &grs80, 1, 1, 0, &distance_m), 1); /* on a corner of both */
    assert_true(distance_m == 0);
    assert_int_equal(tp_polygon_index_nearest(index, &grs80, NAN, 1, 1, &distance_m), -1);
    tp_polygon_index_free(index);
    tp_layer_free(layer);
}

/* ---- prepared ---- */

/* Places everywhere, on vertices and edges, and on the borders of the raster's cells or next to them. */
static void a_raster_changes_no_answer(void **state) {
    (void)state;
    GEOSContextHandle_t geos = GEOS_init_r();
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    for (uint64_t seed = 1; seed <= 12; seed++) {
        uint64_t random = seed;
        tp_layer *layer = random_layer(geos, &random, seed % 3 == 0 ? 2 : 30, seed % 2 == 0 ? 2000 : 12, 65536);
        tp_polygon_index *plain = NULL, *quick = NULL;
        assert_int_equal(tp_polygon_index_new(layer, &plain, NULL), TP_OK);
        assert_int_equal(tp_polygon_index_new(layer, &quick, NULL), TP_OK);
        int64_t cells = (int64_t)1 << (14 + seed % 7);
        assert_int_equal(tp_polygon_index_prepare(quick, cells, NULL), TP_OK);
        assert_int_equal(tp_polygon_index_prepare(quick, cells, NULL), TP_OK); /* again is allowed */
        int n_in = 0;
        for (int i = 0; i < 20000; i++) {
            double x, y, near_m, quick_m;
            random_place(&random, &layer->shapes, &x, &y);
            x = i % 5 == 0 ? nextafter(x, i % 2 == 0 ? -1e9 : 1e9) : x;
            int64_t row = tp_polygon_index_find(plain, x, y);
            n_in += row >= 0;
            assert_int_equal(tp_polygon_index_find(quick, x, y), row);
            int64_t any = (int64_t)(random % (uint64_t)layer->n_rows);
            assert_int_equal(tp_polygon_index_holds(quick, any, x, y), tp_polygon_index_holds(plain, any, x, y));
            double limit_m = i % 3 == 0 ? 1e3 : i % 3 == 1 ? 30e3 : 300e3;
            if (i % 20 == 0) {
                assert_int_equal(tp_polygon_index_nearest(quick, &grs80, x, y, limit_m, &quick_m),
                                 tp_polygon_index_nearest(plain, &grs80, x, y, limit_m, &near_m));
                assert_true(quick_m == near_m);
            }
        }
        assert_true(n_in > 1000);
        tp_polygon_index_free(plain);
        tp_polygon_index_free(quick);
        tp_layer_free(layer);
    }
    GEOS_finish_r(geos);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_and_islands),  cmocka_unit_test(vertices_at_the_height_asked),
        cmocka_unit_test(parts_that_overlap), cmocka_unit_test(border_of_a_hole_in_a_hole),
        cmocka_unit_test(smallest_id_wins),   cmocka_unit_test(random_polygons),
        cmocka_unit_test(large_rings),        cmocka_unit_test(touching_by_hand),
        cmocka_unit_test(touching_capacity),  cmocka_unit_test(nearest_border),
        cmocka_unit_test(nearest_by_hand),    cmocka_unit_test(a_raster_changes_no_answer),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    prepares = true;
    return failed + cmocka_run_group_tests_name("prepared", tests, NULL, NULL);
}
