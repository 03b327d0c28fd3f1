/*
 * One search by several threads. Each has a part of the nodes (a stretch of the Hilbert curve), on which it searches
 * alone; improvements of nodes of other parts are handed over when all are done, and the round is repeated until none
 * is left. Labels only ever fall, and to the same end in whatever order they do: the result does not depend on the
 * number of threads. What is searched twice are the surroundings of the borders, little when starts are everywhere.
 */
#include "search_parts.h"

#include <stdlib.h>
#include <string.h>

/* The node at which part t of n begins: parts have about the same number of edges. */
static uint32_t part_begin(const tp_edges *edges, uint32_t n_nodes, int t, int n) {
    uint32_t wanted = (uint32_t)((uint64_t)edges->first[n_nodes] * (unsigned)t / (unsigned)n), low = 0, high = n_nodes;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (edges->first[middle] < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return t == n ? n_nodes : low;
}

typedef struct team {
    int n;
    tp_search **part;
} team;

static tp_code make_team(tp_search *s, int n_threads, team *t, tp_error *error) {
    t->n = n_threads;
    t->part = calloc((size_t)n_threads, sizeof(tp_search *));
    if (t->part == NULL) {
        return tp_error_memory(error);
    }
    const tp_edges *edges = tp_search_edges(s);
    uint32_t n_nodes = s->network->n_nodes;
    for (int i = 0; i < n_threads; i++) {
        uint32_t begin = part_begin(edges, n_nodes, i, n_threads), end = part_begin(edges, n_nodes, i + 1, n_threads);
        tp_code code = tp_search_new_part(s->network, s->label, begin, end - begin, &t->part[i], error);
        if (code != TP_OK) {
            return code;
        }
        t->part[i]->rule = s->rule;
    }
    return TP_OK;
}

static void free_team(team *t) {
    for (int i = 0; t->part != NULL && i < t->n; i++) {
        tp_search_free(t->part[i]);
    }
    free(t->part);
}

/* Every part searches from what is new in it: the first time the starts, later what the others found. */
static bool search_round(const tp_search *s, team *t, bool first) {
    bool good = true;
#pragma omp parallel for schedule(static, 1) num_threads(t->n) reduction(&& : good)
    for (int i = 0; i < t->n; i++) {
        good = good && (!first || tp_search_take(t->part[i], s->start, s->n_starts));
        for (int j = 0; j < t->n && !first && good; j++) {
            good = tp_search_take(t->part[i], t->part[j]->out.items, t->part[j]->out.n);
        }
    }
#pragma omp parallel for schedule(static, 1) num_threads(t->n) reduction(&& : good)
    for (int i = 0; i < t->n; i++) {
        t->part[i]->out.n = 0;
        good = good && tp_search_scan(t->part[i]);
    }
    return good;
}

static bool handed_over(const team *t) {
    for (int i = 0; i < t->n; i++) {
        if (t->part[i]->out.n > 0) {
            return true;
        }
    }
    return false;
}

tp_code tp_search_go_team(tp_search *s, int n_threads, tp_error *error) {
    enum { WORTH = 1 << 14 }; /* nodes a thread */
    int most = (int)(s->network->n_nodes / WORTH);
    n_threads = n_threads < most ? n_threads : most;
    if (n_threads < 2) {
        return tp_search_go(s, error);
    }
    team t = {0};
    tp_search_sort_starts(s);
    tp_code code = make_team(s, n_threads, &t, error);
    bool good = code == TP_OK && search_round(s, &t, true);
    while (good && handed_over(&t)) {
        good = search_round(s, &t, false);
    }
    for (int i = 0; code == TP_OK && i < t.n; i++) { /* so that the next run can clear them */
        memcpy(s->touched + s->n_touched, t.part[i]->touched, t.part[i]->n_touched * sizeof *s->touched);
        s->n_touched += t.part[i]->n_touched;
    }
    if (code == TP_OK && !good) {
        code = tp_error_memory(error);
    }
    free_team(&t);
    return code;
}
