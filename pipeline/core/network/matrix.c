/* All pairs of a place and a facility within a time: what the table of services tells of each place. */
#include "technopolis/service.h"

#include <omp.h>
#include <stdlib.h>

void tp_matrix_reset(tp_matrix *matrix) {
    free(matrix->first);
    free(matrix->pair);
    free(matrix->length_m);
    *matrix = (tp_matrix){0};
}

/* Of each place how many facilities serve it, into first[place + 1]. */
static tp_code count_pairs(const tp_service *service, const tp_join *places, int64_t n_places, int64_t n_facilities,
                           int n_threads, int64_t *first, tp_error *error) {
    size_t n_words = (size_t)tp_service_words(service);
    bool lost = false;
#pragma omp parallel num_threads(n_threads) reduction(|| : lost)
    {
        uint64_t *seen = malloc(n_words * sizeof *seen);
        int32_t *found = malloc(((size_t)n_facilities + 1) * sizeof *found);
        lost = seen == NULL || found == NULL;
#pragma omp for schedule(dynamic, 1024)
        for (int64_t p = 0; p < n_places; p++) {
            first[p + 1] = lost ? 0 : tp_service_all(service, &places[p], seen, found);
        }
        free(seen);
        free(found);
    }
    return lost ? tp_error_memory(error) : TP_OK;
}

static tp_code fill_pairs(const tp_service *service, const tp_join *places, int n_threads, tp_matrix *matrix,
                          tp_error *error) {
    size_t n_words = (size_t)tp_service_words(service);
    bool lost = false;
#pragma omp parallel num_threads(n_threads) reduction(|| : lost)
    {
        uint64_t *seen = malloc(n_words * sizeof *seen);
        lost = seen == NULL;
#pragma omp for schedule(dynamic, 1024)
        for (int64_t p = 0; p < matrix->n_places; p++) {
            tp_service_walk walk;
            tp_served served;
            if (!lost && matrix->first[p] < matrix->first[p + 1]) {
                tp_service_begin(&walk, service, &places[p], seen);
                for (int64_t i = matrix->first[p]; tp_service_next(&walk, &served); i++) {
                    matrix->pair[i] = (tp_pair){served.facility, served.time_ms};
                    matrix->length_m[i] = served.length_m;
                }
            }
        }
        free(seen);
    }
    return lost ? tp_error_memory(error) : TP_OK;
}

tp_code tp_matrix_of(const tp_network *network, const tp_search_rule *rule, const tp_join *places, int64_t n_places,
                     const tp_join *facilities, int64_t n_facilities, int n_threads, tp_matrix *matrix,
                     tp_error *error) {
    tp_service_request request = {.network = network,
                                  .rule = *rule,
                                  .places = places,
                                  .n_places = n_places,
                                  .facilities = facilities,
                                  .n_facilities = n_facilities,
                                  .n_threads = n_threads};
    tp_service *service = NULL;
    int threads = n_threads > 0 ? n_threads : omp_get_max_threads();
    *matrix = (tp_matrix){.n_places = n_places};
    matrix->first = calloc((size_t)n_places + 1, sizeof *matrix->first);
    tp_code code = matrix->first == NULL ? tp_error_memory(error) : tp_service_new(&request, &service, error);
    if (code == TP_OK) {
        code = count_pairs(service, places, n_places, n_facilities, threads, matrix->first, error);
    }
    if (code == TP_OK) {
        for (int64_t p = 0; p < n_places; p++) {
            matrix->first[p + 1] += matrix->first[p];
        }
        matrix->n_pairs = matrix->first[n_places];
        matrix->pair = malloc(((size_t)matrix->n_pairs + 1) * sizeof *matrix->pair);
        matrix->length_m = malloc(((size_t)matrix->n_pairs + 1) * sizeof *matrix->length_m);
        bool lost = matrix->pair == NULL || matrix->length_m == NULL;
        code = lost ? tp_error_memory(error) : fill_pairs(service, places, threads, matrix, error);
    }
    tp_service_free(service);
    if (code != TP_OK) {
        tp_matrix_reset(matrix);
    }
    return code;
}
