/* How many groups of facilities each place has within each of several times. */
#include "sweep.h"

#include "count.h"

#include <stdlib.h>
#include <string.h>

typedef struct tally {
    uint32_t *count;
    const uint32_t *limits_ms;
    int n_limits;
} tally;

static bool add_to_tally(void *own, int64_t place, int64_t group, uint32_t time_ms) {
    tally *t = own;
    (void)group;
    int k = 0;
    while (time_ms > t->limits_ms[k]) {
        k++;
    }
    t->count[place * t->n_limits + k]++;
    return true;
}

tp_code tp_count_places(const tp_network *network, const tp_search_rule *rule, const tp_join *places, int64_t n_places,
                        const tp_join *facilities, int64_t n_facilities, const int64_t *group_of, int64_t n_groups,
                        const uint32_t *limits_ms, int n_limits, int n_threads, uint32_t *count, tp_error *error) {
    tp_code code = tp_count_check_limits(limits_ms, n_limits, error);
    if (code != TP_OK) {
        return code;
    }
    int threads = tp_sweep_threads(n_threads, group_of != NULL ? n_groups : n_facilities);
    size_t n_counts = (size_t)n_places * (size_t)n_limits;
    tally *tallies = calloc((size_t)threads, sizeof *tallies);
    void **own = calloc((size_t)threads, sizeof *own);
    uint32_t **parts = calloc((size_t)threads, sizeof *parts);
    if (tallies == NULL || own == NULL || parts == NULL) {
        code = tp_error_memory(error);
        goto done;
    }
    memset(count, 0, n_counts * sizeof *count);
    for (int t = 0; t < threads; t++) {
        parts[t] = t == 0 ? count : calloc(n_counts + 1, sizeof *count);
        tallies[t] = (tally){parts[t], limits_ms, n_limits};
        own[t] = &tallies[t];
        if (parts[t] == NULL) {
            code = tp_error_memory(error);
            goto done;
        }
    }
    tp_sweep sweep = {network,  *rule,    places,       n_places, facilities, n_facilities,
                      group_of, n_groups, add_to_tally, threads,  own};
    sweep.rule.limit_ms = limits_ms[n_limits - 1];
    code = tp_sweep_run(&sweep, error);
    if (code == TP_OK) {
        tp_count_sum_up(parts, threads, n_places, n_limits);
    }
done:
    for (int t = 1; parts != NULL && t < threads; t++) {
        free(parts[t]);
    }
    free(tallies);
    free(own);
    free(parts);
    return code;
}
