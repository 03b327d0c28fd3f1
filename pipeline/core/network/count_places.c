/* How many groups of facilities each place has within each of several times. */
#include "count.h"
#include "technopolis/service.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* Those of one place: what is within a shorter time is within the longer ones. */
static void count_one(tp_service_walk *walk, const uint32_t *limits_ms, int n_limits, uint32_t *count) {
    tp_served served;
    uint32_t n = 0;
    int k = 0;
    while (tp_service_next(walk, &served)) {
        for (; served.time_ms > limits_ms[k]; k++) {
            count[k] = n;
        }
        n++;
    }
    for (; k < n_limits; k++) {
        count[k] = n;
    }
}

tp_code tp_count_places(const tp_network *network, const tp_search_rule *rule, const tp_join *places, int64_t n_places,
                        const tp_join *facilities, int64_t n_facilities, const int64_t *group_of, int64_t n_groups,
                        const uint32_t *limits_ms, int n_limits, int n_threads, uint32_t *count, tp_error *error) {
    tp_service_request request = {.network = network,
                                  .rule = *rule,
                                  .places = places,
                                  .n_places = n_places,
                                  .facilities = facilities,
                                  .n_facilities = n_facilities,
                                  .group_of = group_of,
                                  .n_groups = n_groups,
                                  .n_threads = n_threads};
    tp_service *service = NULL;
    tp_code code = tp_count_check_limits(limits_ms, n_limits, error);
    if (code == TP_OK) {
        request.rule.limit_ms = limits_ms[n_limits - 1];
        code = tp_service_new(&request, &service, error);
    }
    if (code != TP_OK) {
        return code;
    }
    size_t n_words = (size_t)tp_service_words(service);
    bool lost = false;
#pragma omp parallel num_threads(n_threads > 0 ? n_threads : omp_get_max_threads()) reduction(|| : lost)
    {
        uint64_t *seen = malloc(n_words * sizeof *seen);
        lost = seen == NULL;
#pragma omp for schedule(dynamic, 1024)
        for (int64_t p = 0; p < n_places; p++) {
            tp_service_walk walk;
            if (!lost) {
                tp_service_begin(&walk, service, &places[p], seen);
                count_one(&walk, limits_ms, n_limits, count + p * n_limits);
            }
        }
        free(seen);
    }
    tp_service_free(service);
    return lost ? tp_error_memory(error) : TP_OK;
}
