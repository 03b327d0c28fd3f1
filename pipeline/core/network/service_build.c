/* Making the table of who serves a place: bounded searches in parallel, their finds filed by node. */
#include "service_parts.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* What a search found at a node. */
typedef struct find {
    uint32_t node;
    tp_pair pair;
    double length_m;
} find;

/* Groups in the order of their nodes, so that searches one after another meet the same memory. */
typedef struct group_order {
    uint32_t node;
    int64_t group;
} group_order;

/* What all threads read. */
typedef struct build {
    const tp_service_request *request;
    tp_service *service;
    uint8_t *wanted; /* n_nodes: 1 next to a place */
    int64_t n_groups;
    int64_t *group_first, *member; /* the facilities of each group */
    group_order *order;
} build;

/* What one thread works with. */
typedef struct worker {
    tp_search *search;
    tp_path_lengths lengths;
    find *finds;
    size_t n, capacity;
} worker;

/* ---- what is asked ---- */

static void want_nodes(const tp_service_request *request, uint8_t *wanted) {
    const tp_ways *ways = &request->network->ways;
    for (int64_t p = 0; p < request->n_places; p++) {
        int64_t way = request->places[p].way;
        if (way >= 0) {
            wanted[ways->from[way]] = wanted[ways->to[way]] = 1;
        }
    }
}

static int64_t group_of(const tp_service_request *request, int64_t facility) {
    return request->group_of != NULL ? request->group_of[facility] : facility;
}

static int compare_order(const void *a, const void *b) {
    const group_order *x = a, *y = b;
    if (x->node != y->node) {
        return x->node < y->node ? -1 : 1;
    }
    return (x->group > y->group) - (x->group < y->group);
}

static tp_code file_groups(build *b, tp_error *error) {
    const tp_service_request *request = b->request;
    b->group_first = calloc((size_t)b->n_groups + 1, sizeof *b->group_first);
    b->member = malloc(((size_t)request->n_facilities + 1) * sizeof *b->member);
    b->order = malloc(((size_t)b->n_groups + 1) * sizeof *b->order);
    if (b->group_first == NULL || b->member == NULL || b->order == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t f = 0; f < request->n_facilities; f++) {
        if (group_of(request, f) < 0 || group_of(request, f) >= b->n_groups) {
            return tp_error_set(error, TP_E_INTERNAL, "facility %lld is of group %lld, of %lld", (long long)f,
                                (long long)group_of(request, f), (long long)b->n_groups);
        }
        b->group_first[group_of(request, f)]++;
    }
    for (int64_t g = 0; g < b->n_groups; g++) {
        b->group_first[g + 1] += b->group_first[g];
        b->order[g] = (group_order){UINT32_MAX, g};
    }
    for (int64_t f = request->n_facilities - 1; f >= 0; f--) {
        int64_t way = request->facilities[f].way;
        b->member[--b->group_first[group_of(request, f)]] = f;
        if (way >= 0) {
            b->order[group_of(request, f)].node = (uint32_t)request->network->ways.from[way];
        }
    }
    if (b->n_groups > 1) {
        qsort(b->order, (size_t)b->n_groups, sizeof *b->order, compare_order);
    }
    return TP_OK;
}

static int compare_on_way(const void *a, const void *b) {
    const tp_on_way *x = a, *y = b;
    if (x->join.way != y->join.way) {
        return x->join.way < y->join.way ? -1 : 1;
    }
    return (x->group > y->group) - (x->group < y->group);
}

static tp_code file_on_ways(const tp_service_request *request, tp_service *service, tp_error *error) {
    service->on_way = malloc(((size_t)request->n_facilities + 1) * sizeof *service->on_way);
    service->way_served = calloc((size_t)request->network->ways.n_ways + 1, 1);
    if (service->on_way == NULL || service->way_served == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t f = 0; f < request->n_facilities; f++) {
        const tp_join *join = &request->facilities[f];
        if (join->way >= 0) {
            service->on_way[service->n_on_way++] = (tp_on_way){*join, (int32_t)group_of(request, f)};
            service->way_served[join->way] = 1;
        }
    }
    if (service->n_on_way > 1) {
        qsort(service->on_way, (size_t)service->n_on_way, sizeof *service->on_way, compare_on_way);
    }
    return TP_OK;
}

/* ---- searching ---- */

static tp_code worker_init(worker *w, const tp_network *network, tp_error *error) {
    tp_code code = tp_search_new(network, &w->search, error);
    return code == TP_OK ? tp_path_lengths_new(network, &w->lengths, error) : code;
}

static void worker_reset(worker *w) {
    tp_search_free(w->search);
    tp_path_lengths_reset(&w->lengths);
    free(w->finds);
}

static tp_code keep(worker *w, uint32_t node, int32_t facility, tp_error *error) {
    if (w->n == w->capacity) {
        size_t capacity = w->capacity < 1024 ? 1024 : w->capacity * 2;
        find *larger = realloc(w->finds, capacity * sizeof *larger);
        if (larger == NULL) {
            return tp_error_memory(error);
        }
        w->finds = larger;
        w->capacity = capacity;
    }
    find *found = &w->finds[w->n++];
    *found = (find){.node = node, .pair = {facility, tp_label_ms(w->search->label[node])}};
    return tp_path_length(&w->lengths, w->search, node, &found->length_m, error);
}

static tp_code run_group(const build *b, worker *w, int64_t group, tp_error *error) {
    tp_search_clear(w->search, &b->service->rule);
    tp_code code = TP_OK;
    for (int64_t i = b->group_first[group]; i < b->group_first[group + 1] && code == TP_OK; i++) {
        code = tp_search_add_place(w->search, &b->request->facilities[b->member[i]], 0, error);
    }
    if (code == TP_OK) {
        code = tp_search_go(w->search, error);
    }
    for (uint32_t i = 0; i < w->search->n_touched && code == TP_OK; i++) {
        uint32_t node = w->search->touched[i];
        code = b->wanted[node] ? keep(w, node, (int32_t)group, error) : TP_OK;
    }
    tp_path_lengths_forget(&w->lengths, w->search);
    return code;
}

static tp_code run_groups(const build *b, worker *workers, int n_threads, tp_error *error) {
    tp_code code = TP_OK;
#pragma omp parallel for schedule(dynamic, 16) num_threads(n_threads)
    for (int64_t i = 0; i < b->n_groups; i++) {
        tp_error fault = {0};
        if (run_group(b, &workers[omp_get_thread_num()], b->order[i].group, &fault) != TP_OK) {
#pragma omp critical(tp_service_fault)
            code = tp_error_set(error, fault.code, "%s", fault.message);
        }
    }
    return code;
}

/* One search from all: a node's label tells which facility is its nearest. */
static tp_code run_nearest(const build *b, worker *w, tp_error *error) {
    const tp_service_request *request = b->request;
    tp_search_clear(w->search, &b->service->rule);
    tp_code code = TP_OK;
    for (int64_t f = 0; f < request->n_facilities && code == TP_OK; f++) {
        code = tp_search_add_place(w->search, &request->facilities[f], (uint32_t)f, error);
    }
    if (code == TP_OK) {
        code = tp_search_go_team(w->search, error);
    }
    for (uint32_t v = 0; v < request->network->n_nodes && code == TP_OK; v++) {
        uint64_t label = w->search->label[v];
        code = b->wanted[v] && label != TP_BLANK ? keep(w, v, (int32_t)(label & UINT32_MAX), error) : TP_OK;
    }
    return code;
}

/* ---- filing ---- */

static bool comes_later(const tp_pair *a, const tp_pair *b) {
    return a->time_ms != b->time_ms ? a->time_ms > b->time_ms : a->facility > b->facility;
}

/* Sorts the pairs of a node with their lengths, by insertion up to a few, then by halves. */
static void sort_pairs(tp_pair *pair, double *length_m, int64_t n, tp_pair *spare, double *spare_m) {
    if (n > 24) {
        int64_t half = n / 2, i = 0, j = half;
        sort_pairs(pair, length_m, half, spare, spare_m);
        sort_pairs(pair + half, length_m + half, n - half, spare, spare_m);
        for (int64_t k = 0; k < n; k++) {
            int64_t from = j == n || (i < half && !comes_later(&pair[i], &pair[j])) ? i++ : j++;
            spare[k] = pair[from];
            spare_m[k] = length_m[from];
        }
        memcpy(pair, spare, (size_t)n * sizeof *pair);
        memcpy(length_m, spare_m, (size_t)n * sizeof *length_m);
        return;
    }
    for (int64_t k = 1; k < n; k++) {
        tp_pair at = pair[k];
        double at_m = length_m[k];
        int64_t i = k;
        for (; i > 0 && comes_later(&pair[i - 1], &at); i--) {
            pair[i] = pair[i - 1];
            length_m[i] = length_m[i - 1];
        }
        pair[i] = at;
        length_m[i] = at_m;
    }
}

static tp_code sort_nodes(tp_service *service, uint32_t n_nodes, int n_threads, tp_error *error) {
    int64_t most = 0;
    bool lost = false;
    for (uint32_t v = 0; v < n_nodes; v++) {
        int64_t n = service->first[v + 1] - service->first[v];
        most = n > most ? n : most;
    }
#pragma omp parallel num_threads(n_threads) reduction(|| : lost)
    {
        tp_pair *spare = malloc(((size_t)most + 1) * sizeof *spare);
        double *spare_m = malloc(((size_t)most + 1) * sizeof *spare_m);
        lost = spare == NULL || spare_m == NULL;
#pragma omp for schedule(dynamic, 1024)
        for (uint32_t v = 0; v < n_nodes; v++) {
            int64_t first = service->first[v];
            if (!lost) {
                sort_pairs(service->pair + first, service->length_m + first, service->first[v + 1] - first, spare,
                           spare_m);
            }
        }
        free(spare);
        free(spare_m);
    }
    return lost ? tp_error_memory(error) : TP_OK;
}

/* Files the finds by node; sorting makes the threads disappear. */
static tp_code gather(const build *b, worker *workers, int n_threads, tp_error *error) {
    tp_service *service = b->service;
    uint32_t n_nodes = b->request->network->n_nodes;
    size_t n_pairs = 0;
    for (int t = 0; t < n_threads; t++) {
        n_pairs += workers[t].n;
    }
    service->first = calloc((size_t)n_nodes + 1, sizeof *service->first);
    service->pair = malloc((n_pairs + 1) * sizeof *service->pair);
    service->length_m = malloc((n_pairs + 1) * sizeof *service->length_m);
    if (service->first == NULL || service->pair == NULL || service->length_m == NULL) {
        return tp_error_memory(error);
    }
    for (int t = 0; t < n_threads; t++) {
        for (size_t i = 0; i < workers[t].n; i++) {
            service->first[workers[t].finds[i].node]++;
        }
    }
    for (uint32_t v = 0; v < n_nodes; v++) {
        service->first[v + 1] += service->first[v];
    }
    for (int t = 0; t < n_threads; t++) {
        for (size_t i = 0; i < workers[t].n; i++) {
            const find *found = &workers[t].finds[i];
            int64_t at = --service->first[found->node];
            service->pair[at] = found->pair;
            service->length_m[at] = found->length_m;
        }
    }
    return sort_nodes(service, n_nodes, n_threads, error);
}

/* ---- all of it ---- */

static tp_code search_all(build *b, int n_threads, tp_error *error) {
    worker *workers = calloc((size_t)n_threads, sizeof *workers);
    tp_code code = workers == NULL ? tp_error_memory(error) : TP_OK;
    for (int t = 0; t < n_threads && code == TP_OK; t++) {
        code = worker_init(&workers[t], b->request->network, error);
    }
    if (code == TP_OK) {
        code = b->request->nearest ? run_nearest(b, &workers[0], error) : run_groups(b, workers, n_threads, error);
    }
    if (code == TP_OK) {
        code = gather(b, workers, n_threads, error);
    }
    for (int t = 0; workers != NULL && t < n_threads; t++) {
        worker_reset(&workers[t]);
    }
    free(workers);
    return code;
}

tp_code tp_service_new(const tp_service_request *request, tp_service **service, tp_error *error) {
    *service = NULL;
    int64_t n_groups = request->group_of != NULL ? request->n_groups : request->n_facilities;
    if (request->n_facilities >= INT32_MAX || n_groups >= INT32_MAX) {
        return tp_error_set(error, TP_E_DATA, "%lld facilities (at most %d are possible)",
                            (long long)request->n_facilities, INT32_MAX - 1);
    }
    tp_service *made = calloc(1, sizeof *made);
    build b = {.request = request, .service = made, .n_groups = n_groups};
    b.wanted = calloc((size_t)request->network->n_nodes + 1, 1);
    tp_code code = made == NULL || b.wanted == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        made->network = request->network;
        made->rule = request->rule;
        made->rule.limit_ms = request->rule.limit_ms > TP_TIME_MAX_MS ? TP_TIME_MAX_MS : request->rule.limit_ms;
        made->n_groups = n_groups;
        made->nearest = request->nearest;
        want_nodes(request, b.wanted);
        code = file_groups(&b, error);
    }
    if (code == TP_OK) {
        code = file_on_ways(request, made, error);
    }
    if (code == TP_OK) {
        code = search_all(&b, tp_search_threads(request->n_threads, request->nearest ? 1 : n_groups), error);
    }
    free(b.wanted);
    free(b.group_first);
    free(b.member);
    free(b.order);
    if (code != TP_OK) {
        tp_service_free(made);
        return code;
    }
    *service = made;
    return TP_OK;
}
