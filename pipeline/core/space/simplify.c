/* Douglas and Peucker between the points where borders meet: see simplify.h. */
#include "core/space/simplify.h"

#include <math.h>
#include <stdlib.h>

enum { RING_VERTICES_MIN = 4 };

/* Vertices by their place: those at one place have one number, so that rows can be compared. */
typedef struct work {
    const tp_shapes *from;
    bool closed;
    double tolerance_deg;
    int64_t *order; /* vertices sorted by x, y */
    int64_t *place; /* of each vertex: its number, numbers ascend with x, y */
    int64_t *near;  /* of each place: two different neighbours, or -1 */
    uint8_t *keep;  /* of each place */
    int64_t *stack; /* stretches still to be looked at, as pairs */
} work;

static void work_reset(work *w) {
    free(w->order);
    free(w->place);
    free(w->near);
    free(w->keep);
    free(w->stack);
}

static int by_position(const void *a, const void *b, void *user) {
    const tp_shapes *s = user;
    int64_t i = *(const int64_t *)a, k = *(const int64_t *)b;
    if (s->x[i] != s->x[k]) {
        return s->x[i] < s->x[k] ? -1 : 1;
    }
    return s->y[i] != s->y[k] ? (s->y[i] < s->y[k] ? -1 : 1) : 0;
}

static void number_places(work *w) {
    const tp_shapes *s = w->from;
    for (int64_t i = 0; i < s->n_vertices; i++) {
        w->order[i] = i;
    }
    qsort_r(w->order, (size_t)s->n_vertices, sizeof *w->order, by_position, (void *)(uintptr_t)s);
    int64_t number = -1;
    for (int64_t i = 0; i < s->n_vertices; i++) {
        bool same = i > 0 && by_position(&w->order[i - 1], &w->order[i], (void *)(uintptr_t)s) == 0;
        number += same ? 0 : 1;
        w->place[w->order[i]] = number;
        w->near[2 * number] = same ? w->near[2 * number] : -1;
        w->near[2 * number + 1] = same ? w->near[2 * number + 1] : -1;
    }
}

/* A place with a third neighbour is one where borders meet. */
static void add_neighbour(work *w, int64_t place, int64_t other) {
    int64_t *near = &w->near[2 * place];
    if (other == place || near[0] == other || near[1] == other) {
        return;
    }
    if (near[0] < 0) {
        near[0] = other;
    } else if (near[1] < 0) {
        near[1] = other;
    } else {
        w->keep[place] = 1;
    }
}

static void find_meetings(work *w) {
    const tp_shapes *s = w->from;
    for (int64_t ring = 0; ring < s->n_rings; ring++) {
        int64_t first = s->ring_first[ring], end = s->ring_first[ring + 1];
        for (int64_t i = first; i + 1 < end; i++) {
            add_neighbour(w, w->place[i], w->place[i + 1]);
            add_neighbour(w, w->place[i + 1], w->place[i]);
        }
        if (!w->closed && end > first) {
            w->keep[w->place[first]] = 1;
            w->keep[w->place[end - 1]] = 1;
        }
    }
}

/* Distance of vertex v from the stretch a-b, in degrees of latitude; the same for b-a. */
static double distance(const work *w, int64_t v, int64_t a, int64_t b) {
    const tp_shapes *s = w->from;
    if (w->place[a] > w->place[b]) {
        int64_t t = a;
        a = b;
        b = t;
    }
    double shrink = cos(s->y[a] * (3.14159265358979323846 / 180));
    double dx = (s->x[b] - s->x[a]) * shrink, dy = s->y[b] - s->y[a];
    double px = (s->x[v] - s->x[a]) * shrink, py = s->y[v] - s->y[a];
    double length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? (px * dx + py * dy) / length2 : 0;
    t = fmin(fmax(t, 0), 1);
    return hypot(px - t * dx, py - t * dy);
}

/* `at` turns steps along a stretch into vertices: rings are walked round their end. */
static int64_t at(const work *w, int64_t ring, int64_t step) {
    int64_t first = w->from->ring_first[ring], n = w->from->ring_first[ring + 1] - first - (w->closed ? 1 : 0);
    return first + (w->closed ? step % n : step);
}

/* Marks what is kept between two steps of a ring, both kept already. */
static void simplify_stretch(work *w, int64_t ring, int64_t from, int64_t to) {
    int64_t top = 0;
    w->stack[top++] = from;
    w->stack[top++] = to;
    while (top > 0) {
        int64_t last = w->stack[--top], first = w->stack[--top], far = -1;
        double most = w->tolerance_deg;
        int64_t a = at(w, ring, first), b = at(w, ring, last);
        for (int64_t step = first + 1; step < last; step++) {
            int64_t v = at(w, ring, step);
            double d = distance(w, v, a, b);
            if (d > most || (far >= 0 && d == most && w->place[v] < w->place[at(w, ring, far)])) {
                most = d;
                far = step;
            }
        }
        if (far >= 0) {
            w->keep[w->place[at(w, ring, far)]] = 1;
            w->stack[top++] = first;
            w->stack[top++] = far;
            w->stack[top++] = far;
            w->stack[top++] = last;
        }
    }
}

/* A ring that meets no other begins at its smallest place, wherever its row begins it. */
static int64_t smallest_step(const work *w, int64_t ring, int64_t n) {
    int64_t best = 0;
    for (int64_t step = 1; step < n; step++) {
        best = w->place[at(w, ring, step)] < w->place[at(w, ring, best)] ? step : best;
    }
    return best;
}

/* `meeting` is keep as it was before any stretch was simplified. */
static void simplify_ring(work *w, int64_t ring, const uint8_t *meeting) {
    int64_t n = w->from->ring_first[ring + 1] - w->from->ring_first[ring] - (w->closed ? 1 : 0);
    if (n < 2) {
        return;
    }
    int64_t start = 0;
    while (w->closed && start < n && meeting[w->place[at(w, ring, start)]] == 0) {
        start++;
    }
    if (start == n) {
        start = smallest_step(w, ring, n);
        w->keep[w->place[at(w, ring, start)]] = 1;
    }
    int64_t end = w->closed ? start + n : n - 1, begin = start;
    for (int64_t step = start + 1; step <= end; step++) {
        if (step == end || meeting[w->place[at(w, ring, step)]] != 0) {
            simplify_stretch(w, ring, begin, step);
            begin = step;
        }
    }
}

/* The vertices of a ring that are kept; with `all` every one. Returns how many. */
static int64_t gather(const work *w, int64_t ring, bool all, double *x, double *y) {
    const tp_shapes *s = w->from;
    int64_t n = 0, first = s->ring_first[ring], end = s->ring_first[ring + 1] - (w->closed ? 1 : 0);
    for (int64_t i = first; i < end; i++) {
        if (all || w->keep[w->place[i]] != 0) {
            x[n] = s->x[i];
            y[n++] = s->y[i];
        }
    }
    if (w->closed && n > 0) {
        x[n] = x[0];
        y[n++] = y[0];
    }
    return n;
}

static int64_t longest_ring(const tp_shapes *s, int64_t row) {
    int64_t best = -1, most = 0;
    for (int64_t part = s->row_first[row]; part < s->row_first[row + 1]; part++) {
        int64_t ring = s->part_first[part];
        int64_t n = ring < s->part_first[part + 1] ? s->ring_first[ring + 1] - s->ring_first[ring] : 0;
        if (n > most) {
            most = n;
            best = ring;
        }
    }
    return best;
}

static tp_code copy_part(const work *w, int64_t part, int64_t longest, double *x, double *y, tp_shapes *to,
                         tp_error *error) {
    const tp_shapes *s = w->from;
    int64_t least = w->closed ? RING_VERTICES_MIN : 2;
    tp_code code = TP_OK;
    for (int64_t ring = s->part_first[part]; ring < s->part_first[part + 1] && code == TP_OK; ring++) {
        int64_t n = gather(w, ring, false, x, y);
        if (n < least && ring == longest) {
            n = gather(w, ring, true, x, y);
        }
        bool shell = ring == s->part_first[part];
        if (n < least && shell) {
            return TP_OK; /* its holes go with it */
        }
        if (n >= least) {
            code = shell ? tp_shapes_add_part(to, error) : TP_OK;
            code = code == TP_OK ? tp_shapes_add_ring(to, x, y, n, error) : code;
        }
    }
    return code;
}

static tp_code copy_rows(const work *w, double *x, double *y, tp_shapes *to, tp_error *error) {
    const tp_shapes *s = w->from;
    tp_code code = TP_OK;
    for (int64_t row = 0; row < s->n_rows && code == TP_OK; row++) {
        int64_t longest = longest_ring(s, row);
        code = tp_shapes_add_row(to, error);
        for (int64_t part = s->row_first[row]; part < s->row_first[row + 1] && code == TP_OK; part++) {
            code = copy_part(w, part, longest, x, y, to, error);
        }
    }
    return code;
}

tp_code tp_simplify(const tp_shapes *from, bool closed, double tolerance_deg, tp_shapes *to, tp_error *error) {
    size_t n = (size_t)from->n_vertices + 1;
    work w = {.from = from, .closed = closed, .tolerance_deg = tolerance_deg};
    w.order = malloc(n * sizeof *w.order);
    w.place = malloc(n * sizeof *w.place);
    w.near = malloc(2 * n * sizeof *w.near);
    w.keep = calloc(n, 1);
    w.stack = malloc(4 * n * sizeof *w.stack);
    uint8_t *meeting = malloc(n);
    double *x = malloc(n * sizeof *x), *y = malloc(n * sizeof *y);
    tp_code code = TP_OK;
    if (w.order == NULL || w.place == NULL || w.near == NULL || w.keep == NULL || w.stack == NULL || meeting == NULL ||
        x == NULL || y == NULL) {
        code = tp_error_memory(error);
        goto done;
    }
    number_places(&w);
    find_meetings(&w);
    for (size_t i = 0; i < n; i++) {
        w.keep[i] = tolerance_deg > 0 ? w.keep[i] : 1;
        meeting[i] = w.keep[i];
    }
    for (int64_t ring = 0; ring < from->n_rings && tolerance_deg > 0; ring++) {
        simplify_ring(&w, ring, meeting);
    }
    code = copy_rows(&w, x, y, to, error);
done:
    free(meeting);
    free(x);
    free(y);
    work_reset(&w);
    return code;
}
