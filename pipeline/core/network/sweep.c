/* One bounded search a group of facilities: which places it reaches. Only places near what is reached are looked at. */
#include "sweep.h"

#include "search_parts.h"

#include <omp.h>
#include <stdlib.h>

/* An end of a place, filed by its node. */
typedef struct place_end {
    uint32_t place;
    uint32_t time_ms; /* between the node and the place */
} place_end;

typedef struct place_by_way {
    int64_t way;
    uint32_t place;
} place_by_way;

/* Groups in the order of their nodes, each with its facilities. */
typedef struct group_order {
    uint32_t node;
    int64_t group;
} group_order;

typedef struct tables {
    uint32_t *end_first; /* n_nodes + 1: the ends at each node */
    place_end *end;
    place_by_way *by_way; /* the places on ways that facilities join */
    int64_t n_by_way;
    int64_t *group_first; /* n_groups + 1 */
    int64_t *member;      /* facilities by group */
    group_order *order;
    int64_t n_groups;
} tables;

static void free_tables(tables *t) {
    free(t->end_first);
    free(t->end);
    free(t->by_way);
    free(t->group_first);
    free(t->member);
    free(t->order);
}

static int compare_by_way(const void *a, const void *b) {
    const place_by_way *x = a, *y = b;
    if (x->way != y->way) {
        return x->way < y->way ? -1 : 1;
    }
    return (x->place > y->place) - (x->place < y->place);
}

static int compare_order(const void *a, const void *b) {
    const group_order *x = a, *y = b;
    if (x->node != y->node) {
        return x->node < y->node ? -1 : 1;
    }
    return (x->group > y->group) - (x->group < y->group);
}

static bool leaves_places(const tp_sweep *sweep) {
    return sweep->rule.direction == TP_TO_FACILITY;
}

/* Places on the facilities' own ways, which may be reached without a node between. */
static tp_code file_by_way(const tp_sweep *sweep, tables *t, tp_error *error) {
    uint8_t *joined = calloc((size_t)sweep->network->ways.n_ways + 1, 1);
    int64_t n = 0;
    if (joined == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t f = 0; f < sweep->n_facilities; f++) {
        if (sweep->facilities[f].way >= 0) {
            joined[sweep->facilities[f].way] = 1;
        }
    }
    for (int64_t p = 0; p < sweep->n_places; p++) {
        n += sweep->places[p].way >= 0 && joined[sweep->places[p].way] != 0;
    }
    t->by_way = malloc(((size_t)n + 1) * sizeof *t->by_way);
    for (int64_t p = 0; t->by_way != NULL && p < sweep->n_places; p++) {
        if (sweep->places[p].way >= 0 && joined[sweep->places[p].way] != 0) {
            t->by_way[t->n_by_way++] = (place_by_way){sweep->places[p].way, (uint32_t)p};
        }
    }
    free(joined);
    if (t->by_way == NULL) {
        return tp_error_memory(error);
    }
    qsort(t->by_way, (size_t)t->n_by_way, sizeof *t->by_way, compare_by_way);
    return TP_OK;
}

static tp_code file_places(const tp_sweep *sweep, tables *t, tp_error *error) {
    uint32_t n_nodes = sweep->network->n_nodes;
    t->end_first = calloc((size_t)n_nodes + 1, sizeof *t->end_first);
    t->end = malloc(((size_t)sweep->n_places * 2 + 1) * sizeof *t->end);
    if (t->end_first == NULL || t->end == NULL) {
        return tp_error_memory(error);
    }
    tp_start ends[2];
    for (int64_t p = 0; p < sweep->n_places; p++) {
        int n = tp_join_starts(sweep->network, &sweep->places[p], leaves_places(sweep), ends);
        for (int i = 0; i < n; i++) {
            t->end_first[ends[i].node]++;
        }
    }
    for (uint32_t v = 0; v < n_nodes; v++) {
        t->end_first[v + 1] += t->end_first[v];
    }
    for (int64_t p = sweep->n_places - 1; p >= 0; p--) { /* backwards, so that each ends where it begins */
        int n = tp_join_starts(sweep->network, &sweep->places[p], leaves_places(sweep), ends);
        for (int i = n - 1; i >= 0; i--) {
            t->end[--t->end_first[ends[i].node]] = (place_end){(uint32_t)p, ends[i].time_ms};
        }
    }
    return file_by_way(sweep, t, error);
}

static int64_t group_of(const tp_sweep *sweep, int64_t facility) {
    return sweep->group_of != NULL ? sweep->group_of[facility] : facility;
}

static tp_code file_facilities(const tp_sweep *sweep, tables *t, tp_error *error) {
    t->n_groups = sweep->group_of != NULL ? sweep->n_groups : sweep->n_facilities;
    t->group_first = calloc((size_t)t->n_groups + 1, sizeof *t->group_first);
    t->member = malloc(((size_t)sweep->n_facilities + 1) * sizeof *t->member);
    t->order = malloc(((size_t)t->n_groups + 1) * sizeof *t->order);
    if (t->group_first == NULL || t->member == NULL || t->order == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t f = 0; f < sweep->n_facilities; f++) {
        if (group_of(sweep, f) < 0 || group_of(sweep, f) >= t->n_groups) {
            return tp_error_set(error, TP_E_INTERNAL, "facility %lld is of group %lld, of %lld", (long long)f,
                                (long long)group_of(sweep, f), (long long)t->n_groups);
        }
        t->group_first[group_of(sweep, f)]++;
    }
    for (int64_t g = 0; g < t->n_groups; g++) {
        t->group_first[g + 1] += t->group_first[g];
        t->order[g] = (group_order){UINT32_MAX, g};
    }
    for (int64_t f = sweep->n_facilities - 1; f >= 0; f--) {
        int64_t way = sweep->facilities[f].way;
        t->member[--t->group_first[group_of(sweep, f)]] = f;
        if (way >= 0) {
            t->order[group_of(sweep, f)].node = (uint32_t)sweep->network->ways.from[way];
        }
    }
    qsort(t->order, (size_t)t->n_groups, sizeof *t->order, compare_order);
    return TP_OK;
}

/* What one thread works with. `seen[p]` is the turn in which place p was told last. */
typedef struct worker {
    const tp_sweep *sweep;
    const tables *tables;
    tp_search *search;
    uint32_t *seen, turn;
    void *own;
} worker;

static bool tell(worker *w, uint32_t place, int64_t group) {
    if (w->seen[place] == w->turn) {
        return true;
    }
    w->seen[place] = w->turn;
    uint32_t time_ms = tp_search_place_ms(w->search, &w->sweep->places[place]);
    return time_ms == TP_NO_TIME || w->sweep->visit(w->own, place, group, time_ms);
}

static int64_t first_on_way(const tables *t, int64_t way) {
    int64_t low = 0, high = t->n_by_way;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (t->by_way[middle].way < way) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Places next to a reached node whose end alone is within the limit; then those on the facilities' own ways. */
static bool tell_group(worker *w, int64_t group) {
    const tp_search *s = w->search;
    const tables *t = w->tables;
    w->turn++;
    for (uint32_t i = 0; i < s->n_touched; i++) {
        uint32_t v = s->touched[i], left_ms = s->rule.limit_ms - tp_label_ms(s->label[v]);
        for (uint32_t e = t->end_first[v]; e < t->end_first[v + 1]; e++) {
            if (t->end[e].time_ms <= left_ms && !tell(w, t->end[e].place, group)) {
                return false;
            }
        }
    }
    for (int64_t i = 0; i < s->n_places; i++) {
        int64_t way = s->place[i].join.way;
        for (int64_t at = first_on_way(t, way); at < t->n_by_way && t->by_way[at].way == way; at++) {
            if (!tell(w, t->by_way[at].place, group)) {
                return false;
            }
        }
    }
    return true;
}

static tp_code run_group(worker *w, int64_t group, tp_error *error) {
    const tp_sweep *sweep = w->sweep;
    tp_search_clear(w->search, &sweep->rule);
    tp_code code = TP_OK;
    for (int64_t i = w->tables->group_first[group]; i < w->tables->group_first[group + 1] && code == TP_OK; i++) {
        code = tp_search_add_place(w->search, &sweep->facilities[w->tables->member[i]], 0, error);
    }
    if (code == TP_OK) {
        code = tp_search_go(w->search, error);
    }
    if (code == TP_OK && !tell_group(w, group)) {
        code = tp_error_memory(error);
    }
    return code;
}

static tp_code make_workers(const tp_sweep *sweep, const tables *t, int n, worker *workers, tp_error *error) {
    for (int i = 0; i < n; i++) {
        workers[i] = (worker){.sweep = sweep, .tables = t, .own = sweep->own[i]};
        tp_code code = tp_search_new(sweep->network, &workers[i].search, error);
        if (code != TP_OK) {
            return code;
        }
        workers[i].seen = calloc((size_t)sweep->n_places + 1, sizeof *workers[i].seen);
        if (workers[i].seen == NULL) {
            return tp_error_memory(error);
        }
    }
    return TP_OK;
}

int tp_sweep_threads(int n_threads, int64_t n_groups) {
    int64_t n = n_threads > 0 ? n_threads : omp_get_max_threads();
    n = n_groups < n ? n_groups : n;
    return n > 1 ? (int)n : 1;
}

tp_code tp_sweep_run(const tp_sweep *sweep, tp_error *error) {
    tables t = {0};
    int n_threads = tp_sweep_threads(sweep->n_threads, sweep->group_of ? sweep->n_groups : sweep->n_facilities);
    worker *workers = calloc((size_t)n_threads, sizeof *workers);
    tp_code code = workers == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && (sweep->n_places >= INT32_MAX || sweep->n_facilities >= INT32_MAX)) {
        code = tp_error_set(error, TP_E_DATA, "%lld places and %lld facilities (at most %d are possible)",
                            (long long)sweep->n_places, (long long)sweep->n_facilities, INT32_MAX - 1);
    }
    if (code == TP_OK) {
        code = file_places(sweep, &t, error);
    }
    if (code == TP_OK) {
        code = file_facilities(sweep, &t, error);
    }
    if (code == TP_OK) {
        code = make_workers(sweep, &t, n_threads, workers, error);
    }
    if (code != TP_OK) {
        goto done;
    }
#pragma omp parallel for schedule(dynamic, 16) num_threads(n_threads)
    for (int64_t i = 0; i < t.n_groups; i++) {
        tp_error fault = {0};
        if (run_group(&workers[omp_get_thread_num()], t.order[i].group, &fault) != TP_OK) {
#pragma omp critical(tp_sweep_fault)
            code = tp_error_set(error, fault.code, "%s", fault.message);
        }
    }
done:
    for (int i = 0; workers != NULL && i < n_threads; i++) {
        tp_search_free(workers[i].search);
        free(workers[i].seen);
    }
    free(workers);
    free_tables(&t);
    return code;
}
