/**
 * Disjoint sets of numbers that several threads may join at once: R. J. Anderson and H. Woll, "Wait-free parallel
 * algorithms for the union-find problem", STOC 1991. A set is called by its smallest number, so what comes out does not
 * depend on the order of joining. Begin with set[i] = i.
 */
#ifndef TP_CORE_JOINED_SETS_H
#define TP_CORE_JOINED_SETS_H

#include "technopolis/cluster.h"

/** The set of a number: the smallest in it, once all joining is done. Nearly O(1). */
static inline int32_t tp_sets_find(int32_t *set, int32_t i) {
    int32_t above = __atomic_load_n(&set[i], __ATOMIC_RELAXED);
    while (above != i) {
        int32_t next = __atomic_load_n(&set[above], __ATOMIC_RELAXED);
        if (next != above) { /* halve the way for whoever comes next; losing the race does no harm */
            __atomic_compare_exchange_n(&set[i], &above, next, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
        }
        i = next;
        above = __atomic_load_n(&set[i], __ATOMIC_RELAXED);
    }
    return i;
}

/** Whether two numbers are known to be of one set; false may be out of date while others join. */
static inline bool tp_sets_same(int32_t *set, int32_t i, int32_t j) {
    return tp_sets_find(set, i) == tp_sets_find(set, j);
}

static inline void tp_sets_join(int32_t *set, int32_t i, int32_t j) {
    for (;;) {
        i = tp_sets_find(set, i);
        j = tp_sets_find(set, j);
        if (i == j) {
            return;
        }
        int32_t low = i < j ? i : j, high = i < j ? j : i, expected = high;
        if (__atomic_compare_exchange_n(&set[high], &expected, low, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            return;
        }
    }
}

/** n points, all noise. For the files that cluster. */
TP_NODISCARD tp_code tp_clustering_open(tp_clustering *clustering, int64_t n, tp_error *error);

#endif
