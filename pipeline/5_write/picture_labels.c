/* Greedy placement of names. See picture_labels.h. */
#include "5_write/picture_labels.h"

#include <math.h>

/* Right, upper right, lower right, left, upper left, lower left, above, below: which way, in halves of the label. */
static const struct {
    double across, down;
} PLACES[] = {{1, 0}, {1, -1}, {1, 1}, {-1, 0}, {-1, -1}, {-1, 1}, {0, -1}, {0, 1}};
enum { N_PLACES = sizeof PLACES / sizeof PLACES[0], DISTANCES = 2 };

static tp_box box_at(const tp_label *label, int place, int distance) {
    double gap = label->reach * (1.5 + 0.9 * distance);
    bool diagonal = PLACES[place].across != 0 && PLACES[place].down != 0;
    double aside = PLACES[place].across * (label->width / 2 + gap * (diagonal ? 0.8 : 1));
    double down = PLACES[place].down * (label->height / 2 + gap * (diagonal ? 0.4 : 0.9));
    double x = label->x + aside, y = label->y + down;
    return (tp_box){x - label->width / 2, y - label->height / 2, x + label->width / 2, y + label->height / 2};
}

static bool is_free(const tp_box *box, const tp_label *labels, int64_t n, const tp_box *obstacles, int64_t n_obstacles,
                    const tp_box *map) {
    if (box->left < map->left || box->right > map->right || box->top < map->top || box->bottom > map->bottom) {
        return false;
    }
    for (int64_t i = 0; i < n_obstacles; i++) {
        if (tp_box_overlaps(box, &obstacles[i])) {
            return false;
        }
    }
    for (int64_t i = 0; i < n; i++) {
        if (labels[i].placed && tp_box_overlaps(box, &labels[i].box)) {
            return false;
        }
    }
    return true;
}

static void place(tp_label *label, tp_label *labels, int64_t n, const tp_box *obstacles, int64_t n_obstacles,
                  const tp_box *map) {
    for (int distance = 0; distance < DISTANCES; distance++) {
        for (int i = 0; i < N_PLACES; i++) {
            tp_box box = box_at(label, i, distance);
            if (is_free(&box, labels, n, obstacles, n_obstacles, map)) {
                label->box = box;
                label->placed = true;
                return;
            }
        }
    }
}

int64_t tp_labels_place(tp_label *labels, int64_t n, const tp_box *obstacles, int64_t n_obstacles, const tp_box *map) {
    int64_t left_out = 0;
    int lowest = 0;
    for (int64_t i = 0; i < n; i++) {
        labels[i].placed = false;
        lowest = labels[i].priority > lowest ? labels[i].priority : lowest;
    }
    for (int priority = 0; priority <= lowest; priority++) {
        for (int64_t i = 0; i < n; i++) {
            if (labels[i].priority == priority && isfinite(labels[i].x) && isfinite(labels[i].y)) {
                place(&labels[i], labels, n, obstacles, n_obstacles, map);
                left_out += labels[i].placed ? 0 : 1;
            }
        }
    }
    return left_out;
}
