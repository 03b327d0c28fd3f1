/* How many groups of facilities reach every node within each of several times. */
#include "count.h"
#include "search_parts.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LIMITS = 32 };

tp_code tp_count_check_limits(const uint32_t *limits_ms, int n_limits, tp_error *error) {
    bool good = n_limits >= 1 && n_limits <= MAX_LIMITS;
    for (int k = 1; good && k < n_limits; k++) {
        good = limits_ms[k] >= limits_ms[k - 1];
    }
    if (!good) {
        return tp_error_set(error, TP_E_INTERNAL, "%d limits of time (expected 1 to %d, ascending)", n_limits,
                            MAX_LIMITS);
    }
    return TP_OK;
}

typedef struct ordered_group {
    int64_t group;
    uint32_t node;
} ordered_group;

static int compare_ordered(const void *a, const void *b) {
    const ordered_group *x = a, *y = b;
    if (x->node != y->node) {
        return x->node < y->node ? -1 : 1;
    }
    return (x->group > y->group) - (x->group < y->group);
}

/* The groups in the order of their first nodes: one search after another walks the same ground, which is then in the
 * processor's cache. */
static ordered_group *order_groups(const tp_groups *groups) {
    ordered_group *order = malloc(((size_t)groups->n + 1) * sizeof *order);
    for (int64_t g = 0; order != NULL && g < groups->n; g++) {
        bool empty = groups->first[g] == groups->first[g + 1];
        order[g] = (ordered_group){g, empty ? UINT32_MAX : groups->start[groups->first[g]].node};
    }
    if (order != NULL) {
        qsort(order, (size_t)groups->n, sizeof *order, compare_ordered);
    }
    return order;
}

/* Adds the search's nodes to the tally, and takes them out of the search, which saves walking them twice. */
static void tally_one(tp_search *s, uint32_t *tally) {
    for (uint32_t i = 0; i < s->n_touched; i++) {
        uint32_t v = s->touched[i];
        tally[v]++;
        s->label[v] = TP_BLANK;
    }
    s->n_touched = 0;
}

static void tally_several(tp_search *s, const uint32_t *limits_ms, int n_limits, uint32_t *tally) {
    for (uint32_t i = 0; i < s->n_touched; i++) {
        uint32_t v = s->touched[i], time_ms = tp_label_ms(s->label[v]);
        int k = 0;
        while (time_ms > limits_ms[k]) {
            k++;
        }
        tally[(size_t)v * (size_t)n_limits + (size_t)k]++;
        s->label[v] = TP_BLANK;
    }
    s->n_touched = 0;
}

static tp_code search_group(tp_search *s, const tp_search_rule *rule, const tp_groups *groups, int64_t group,
                            tp_error *error) {
    tp_search_clear(s, rule);
    tp_code code = TP_OK;
    for (int64_t i = groups->first[group]; i < groups->first[group + 1] && code == TP_OK; i++) {
        code = tp_search_add(s, groups->start[i], 0, error);
    }
    return code == TP_OK ? tp_search_go(s, error) : code;
}

/* Sums the threads' tallies into the first, and the limits: what is within a shorter time is within the longer ones. */
static void sum_up(uint32_t **tally, int n_threads, int64_t n, int n_limits) {
#pragma omp parallel for schedule(static) num_threads(n_threads)
    for (int64_t v = 0; v < n; v++) {
        uint32_t *count = tally[0] + v * n_limits;
        for (int t = 1; t < n_threads; t++) {
            const uint32_t *part = tally[t] + v * n_limits;
            for (int k = 0; k < n_limits; k++) {
                count[k] += part[k];
            }
        }
        for (int k = 1; k < n_limits; k++) {
            count[k] += count[k - 1];
        }
    }
}

typedef struct threads {
    int n;
    tp_search **search;
    uint32_t **tally;
} threads;

static void free_threads(threads *t) {
    for (int i = 0; i < t->n; i++) {
        tp_search_free(t->search != NULL ? t->search[i] : NULL);
        free(t->tally != NULL && i > 0 ? t->tally[i] : NULL);
    }
    free(t->search);
    free(t->tally);
}

static tp_code make_threads(const tp_network *network, int n_threads, size_t n_counts, uint32_t *count, threads *t,
                            tp_error *error) {
    *t = (threads){.n = n_threads};
    t->search = calloc((size_t)n_threads, sizeof(tp_search *));
    t->tally = calloc((size_t)n_threads, sizeof *t->tally);
    if (t->search == NULL || t->tally == NULL) {
        return tp_error_memory(error);
    }
    memset(count, 0, n_counts * sizeof *count);
    t->tally[0] = count;
    for (int i = 0; i < n_threads; i++) {
        tp_code code = tp_search_new(network, &t->search[i], error);
        if (code != TP_OK) {
            return code;
        }
        if (i > 0 && (t->tally[i] = calloc(n_counts + 1, sizeof *count)) == NULL) {
            return tp_error_memory(error);
        }
    }
    return TP_OK;
}

tp_code tp_count_nodes(const tp_network *network, const tp_search_rule *rule, const tp_groups *groups,
                       const uint32_t *limits_ms, int n_limits, int n_threads, uint32_t *count, tp_error *error) {
    tp_code code = tp_count_check_limits(limits_ms, n_limits, error);
    if (code != TP_OK) {
        return code;
    }
    threads t;
    ordered_group *order = order_groups(groups);
    code = make_threads(network, tp_search_threads(n_threads, groups->n), (size_t)network->n_nodes * (size_t)n_limits,
                        count, &t, error);
    if (code == TP_OK && order == NULL) {
        code = tp_error_memory(error);
    }
    if (code != TP_OK) {
        goto done;
    }
    tp_search_rule bounded = *rule;
    bounded.limit_ms = limits_ms[n_limits - 1] < TP_TIME_MAX_MS ? limits_ms[n_limits - 1] : TP_TIME_MAX_MS;
#pragma omp parallel for schedule(dynamic, 16) num_threads(t.n)
    for (int64_t i = 0; i < groups->n; i++) {
        tp_search *search = t.search[omp_get_thread_num()];
        uint32_t *tally = t.tally[omp_get_thread_num()];
        tp_error fault = {0};
        if (search_group(search, &bounded, groups, order[i].group, &fault) != TP_OK) {
#pragma omp critical(tp_count_fault)
            code = tp_error_set(error, fault.code, "%s", fault.message);
        } else if (n_limits == 1) {
            tally_one(search, tally);
        } else {
            tally_several(search, limits_ms, n_limits, tally);
        }
    }
    if (code == TP_OK) {
        sum_up(t.tally, t.n, network->n_nodes, n_limits);
    }
done:
    free_threads(&t);
    free(order);
    return code;
}
