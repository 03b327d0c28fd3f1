/** One bounded search a group of facilities, and for each every place within the limit. */
#ifndef TECHNOPOLIS_CORE_NETWORK_SWEEP_H
#define TECHNOPOLIS_CORE_NETWORK_SWEEP_H

#include "technopolis/search.h"

/** A place that group `group` serves in `time_ms`; each pair comes once. False when memory is out. */
typedef bool (*tp_visit)(void *own, int64_t place, int64_t group, uint32_t time_ms);

typedef struct tp_sweep {
    const tp_network *network;
    tp_search_rule rule;
    const tp_join *places;
    int64_t n_places;
    const tp_join *facilities;
    int64_t n_facilities;
    const int64_t *group_of; /**< NULL: each facility is a group of its own */
    int64_t n_groups;        /**< taken only with group_of */
    tp_visit visit;
    int n_threads; /**< as wanted; own[t] is handed to `visit` by thread t */
    void **own;
} tp_sweep;

/** How many threads a sweep over so many groups uses. */
int tp_sweep_threads(int n_threads, int64_t n_groups);

/** In parallel over groups, which are taken in the order of their nodes. */
TP_NODISCARD tp_code tp_sweep_run(const tp_sweep *sweep, tp_error *error);

#endif
