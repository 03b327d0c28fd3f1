/*
 * One search in parts. Each part is a stretch of the Hilbert curve, so a compact piece of the map, that is searched
 * alone; improvements of nodes of other parts are handed over when all are done, and the round is repeated until none is
 * left. Labels only ever fall, and to the same end in whatever order they do, so the result depends neither on the parts
 * nor on the threads.
 *
 * A part's nodes, edges and labels fit in a processor's cache, which a search of the whole country would leave at every
 * step: with starts everywhere, parts are faster even on one thread, though the surroundings of the borders are searched
 * again. With few starts most nodes would be searched again and again; then there are no parts.
 */
#include "search_parts.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_A_PART = 1 << 16, LEAST_NODES_A_PART = 1 << 14, STARTS_A_PART = 32, LARGE_ROUND = 1 << 14 };

typedef struct team {
    int n;
    tp_search **part;
    uint32_t *begin;      /* n + 1: the nodes of each */
    tp_labelled_list *in; /* what the others handed to each in the round before */
} team;

/* Parts have about the same number of edges. */
static uint32_t part_begin(const tp_edges *edges, uint32_t n_nodes, int t, int n) {
    uint64_t wanted = (uint64_t)edges->first[n_nodes] * (unsigned)t / (unsigned)n;
    uint32_t low = 0, high = n_nodes;
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

static tp_code make_team(tp_search *s, int n_parts, team *t, tp_error *error) {
    t->n = n_parts;
    t->part = calloc((size_t)n_parts, sizeof(tp_search *));
    t->begin = malloc(((size_t)n_parts + 1) * sizeof *t->begin);
    t->in = calloc((size_t)n_parts, sizeof *t->in);
    if (t->part == NULL || t->begin == NULL || t->in == NULL) {
        return tp_error_memory(error);
    }
    for (int i = 0; i <= n_parts; i++) {
        t->begin[i] = part_begin(tp_search_edges(s), s->network->n_nodes, i, n_parts);
    }
    for (int i = 0; i < n_parts; i++) {
        tp_code code =
            tp_search_new_part(s->network, s->label, t->begin[i], t->begin[i + 1] - t->begin[i], &t->part[i], error);
        if (code != TP_OK) {
            return code;
        }
        t->part[i]->rule = s->rule;
    }
    return TP_OK;
}

static void free_team(team *t) {
    for (int i = 0; i < t->n; i++) {
        tp_search_free(t->part != NULL ? t->part[i] : NULL);
        free(t->in != NULL ? t->in[i].items : NULL);
    }
    free(t->part);
    free(t->begin);
    free(t->in);
}

/* Hands labels to the parts that have their nodes: the last part that begins at or before them. */
static bool hand_over(team *t, const tp_labelled *list, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        int low = 0, high = t->n;
        while (high - low > 1) {
            int middle = low + (high - low) / 2;
            *(t->begin[middle] <= list[i].node ? &low : &high) = middle;
        }
        if (!tp_labelled_add(&t->in[low], list[i].label, list[i].node)) {
            return false;
        }
    }
    return true;
}

/* Every part searches from what it was handed; the threads are called for the first round, and for others as large. */
static bool search_round(team *t, bool large) {
    bool good = true;
#pragma omp parallel for schedule(dynamic, 1) reduction(&& : good) if (large)
    for (int i = 0; i < t->n; i++) {
        good = good && tp_search_take(t->part[i], t->in[i].items, t->in[i].n) && tp_search_scan(t->part[i]);
        t->in[i].n = 0;
    }
    return good;
}

/* Hands over what the parts found for each other, and tells how much. */
static bool exchange(team *t, int64_t *n_handed) {
    bool good = true;
    *n_handed = 0;
    for (int i = 0; i < t->n && good; i++) {
        *n_handed += t->part[i]->out.n;
        good = hand_over(t, t->part[i]->out.items, t->part[i]->out.n);
        t->part[i]->out.n = 0;
    }
    return good;
}

tp_code tp_search_go_parts(tp_search *s, int n_parts, tp_error *error) {
    team t = {0};
    tp_search_sort_starts(s);
    tp_code code = make_team(s, n_parts, &t, error);
    int64_t n_handed = INT64_MAX;
    bool good = code == TP_OK && hand_over(&t, s->start, s->n_starts);
    while (good && n_handed > 0) {
        good = search_round(&t, n_handed >= LARGE_ROUND) && exchange(&t, &n_handed);
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

tp_code tp_search_go_team(tp_search *s, tp_error *error) {
    int64_t n_parts = s->network->n_nodes / NODES_A_PART, most = s->network->n_nodes / LEAST_NODES_A_PART;
    int64_t n_threads = omp_get_max_threads();
    n_parts = n_parts < n_threads ? (n_threads < most ? n_threads : most) : n_parts;
    n_parts = n_parts < s->n_starts / STARTS_A_PART ? n_parts : s->n_starts / STARTS_A_PART;
    return n_parts > 1 ? tp_search_go_parts(s, (int)n_parts, error) : tp_search_go(s, error);
}
