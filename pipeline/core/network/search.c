/* One search: its workspace, its starts, and what may be asked after a run. */
#include "search_parts.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BUCKETS = 512 };

/* More buckets than the longest edge spans, unless that is very long: what is farther ahead goes to the far list. */
static uint32_t buckets_for(const tp_network *network) {
    uint32_t n = 64;
    while (n < MAX_BUCKETS && network->longest_ms >> network->bucket_bits >= n - 1) {
        n *= 2;
    }
    return n;
}

int tp_search_threads(int n_threads, int64_t n_searches) {
    int64_t n = n_threads > 0 ? n_threads : omp_get_max_threads();
    n = n_searches < n ? n_searches : n;
    return n > 1 ? (int)n : 1;
}

void *tp_own_lines(size_t size) {
    enum { LINE = 128 };
    size_t whole = (size + LINE - 1) / LINE * LINE;
    void *memory = aligned_alloc(LINE, whole);
    return memory != NULL ? memset(memory, 0, whole) : NULL;
}

tp_code tp_search_new_part(const tp_network *network, uint64_t *label, uint32_t first_node, uint32_t n_own,
                           tp_search **search, tp_error *error) {
    *search = NULL;
    tp_search *s = tp_own_lines(sizeof *s);
    if (s == NULL) {
        return tp_error_memory(error);
    }
    s->network = network;
    s->first_node = first_node;
    s->n_own = n_own;
    s->borrowed = true;
    s->label = label;
    s->far_first = UINT64_MAX;
    s->n_buckets = buckets_for(network);
    s->touched = malloc(((size_t)n_own + 1) * sizeof *s->touched);
    s->bucket = tp_own_lines(s->n_buckets * sizeof *s->bucket);
    tp_code code = s->touched == NULL || s->bucket == NULL ? tp_error_memory(error) : tp_search_reset_buckets(s, error);
    if (code != TP_OK) {
        tp_search_free(s);
        return code;
    }
    *search = s;
    return TP_OK;
}

tp_code tp_search_new(const tp_network *network, tp_search **search, tp_error *error) {
    *search = NULL;
    size_t size = ((size_t)network->n_nodes + 1) * sizeof(uint64_t);
    uint64_t *label = malloc(size);
    if (label == NULL) {
        return tp_error_memory(error);
    }
    memset(label, 0xFF, size);
    tp_code code = tp_search_new_part(network, label, 0, network->n_nodes, search, error);
    if (code != TP_OK) {
        free(label);
        return code;
    }
    (*search)->borrowed = false;
    return TP_OK;
}

void tp_search_free(tp_search *search) {
    if (search == NULL) {
        return;
    }
    if (!search->borrowed) {
        free(search->label);
    }
    free(search->touched);
    free(search->slot);
    free(search->bucket);
    free(search->far.items);
    free(search->out.items);
    free(search->start);
    free(search->place);
    free(search->reached);
    free(search);
}

void tp_search_clear(tp_search *s, const tp_search_rule *rule) {
    for (uint32_t i = 0; i < s->n_touched; i++) {
        s->label[s->touched[i]] = TP_BLANK;
    }
    s->n_touched = 0;
    s->far.n = s->out.n = 0;
    s->far_first = UINT64_MAX;
    s->n_starts = s->n_places = 0;
    s->n_reached = -1;
    s->rule = *rule;
    s->rule.limit_ms = rule->limit_ms > TP_TIME_MAX_MS ? TP_TIME_MAX_MS : rule->limit_ms;
}

tp_code tp_search_add(tp_search *s, tp_start start, uint32_t number, tp_error *error) {
    if (start.node >= s->network->n_nodes) {
        return tp_error_set(error, TP_E_INTERNAL, "a search begins at node %lu, of %lu", (unsigned long)start.node,
                            (unsigned long)s->network->n_nodes);
    }
    if (start.time_ms > s->rule.limit_ms) {
        return TP_OK;
    }
    if (s->n_starts == s->start_capacity) {
        int64_t capacity = s->start_capacity < 8 ? 8 : s->start_capacity * 2;
        tp_labelled *larger = realloc(s->start, (size_t)capacity * sizeof *larger);
        if (larger == NULL) {
            return tp_error_memory(error);
        }
        s->start = larger;
        s->start_capacity = capacity;
    }
    s->start[s->n_starts++] = (tp_labelled){start.node, tp_label(start.time_ms, number)};
    return TP_OK;
}

tp_code tp_search_add_place(tp_search *s, const tp_join *facility, uint32_t number, tp_error *error) {
    if (facility->way < 0) {
        return TP_OK;
    }
    if (s->n_places == s->place_capacity) {
        int64_t capacity = s->place_capacity < 8 ? 8 : s->place_capacity * 2;
        tp_search_place *larger = realloc(s->place, (size_t)capacity * sizeof *larger);
        if (larger == NULL) {
            return tp_error_memory(error);
        }
        s->place = larger;
        s->place_capacity = capacity;
    }
    s->place[s->n_places++] = (tp_search_place){*facility, number};
    tp_start starts[2];
    int n = tp_join_starts(s->network, facility, s->rule.direction == TP_FROM_FACILITY, starts);
    tp_code code = TP_OK;
    for (int i = 0; i < n && code == TP_OK; i++) {
        code = tp_search_add(s, starts[i], number, error);
    }
    return code;
}

static int compare_starts(const void *a, const void *b) {
    const tp_labelled *x = a, *y = b;
    if (x->node != y->node) {
        return x->node < y->node ? -1 : 1;
    }
    return (x->label > y->label) - (x->label < y->label);
}

static int compare_places(const void *a, const void *b) {
    const tp_search_place *x = a, *y = b;
    if (x->join.way != y->join.way) {
        return x->join.way < y->join.way ? -1 : 1;
    }
    return (x->number > y->number) - (x->number < y->number);
}

void tp_search_sort_starts(tp_search *s) {
    if (s->n_starts > 1) {
        qsort(s->start, (size_t)s->n_starts, sizeof *s->start, compare_starts);
    }
    if (s->n_places > 1) {
        qsort(s->place, (size_t)s->n_places, sizeof *s->place, compare_places);
    }
}

tp_code tp_search_go(tp_search *s, tp_error *error) {
    tp_search_sort_starts(s);
    tp_code code = s->dirty ? tp_search_reset_buckets(s, error) : TP_OK;
    if (code == TP_OK && !(tp_search_take(s, s->start, s->n_starts) && tp_search_scan(s))) {
        code = tp_error_memory(error);
    }
    return code;
}

tp_code tp_search_run(tp_search *search, const tp_search_rule *rule, const tp_start *starts, int64_t n,
                      tp_error *error) {
    tp_search_clear(search, rule);
    tp_code code = TP_OK;
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        code = tp_search_add(search, starts[i], (uint32_t)i, error);
    }
    return code == TP_OK ? tp_search_go(search, error) : code;
}

tp_code tp_search_run_places(tp_search *search, const tp_search_rule *rule, const tp_join *facilities, int64_t n,
                             tp_error *error) {
    tp_search_clear(search, rule);
    tp_code code = TP_OK;
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        code = tp_search_add_place(search, &facilities[i], (uint32_t)i, error);
    }
    return code == TP_OK ? tp_search_go(search, error) : code;
}

uint32_t tp_search_time_ms(const tp_search *search, uint32_t node) {
    return tp_label_ms(search->label[node]); /* of TP_BLANK that is TP_NO_TIME */
}

int64_t tp_search_start(const tp_search *search, uint32_t node) {
    return search->label[node] == TP_BLANK ? -1 : (int64_t)(search->label[node] & UINT32_MAX);
}

int64_t tp_search_first_on_way(const tp_search *s, int64_t way) {
    int64_t low = 0, high = s->n_places;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (s->place[middle].join.way < way) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint64_t tp_search_place_label(const tp_search *s, const tp_join *place) {
    bool leaving = s->rule.direction == TP_TO_FACILITY;
    uint64_t best = TP_BLANK;
    tp_start ends[2];
    for (int i = tp_join_starts(s->network, place, leaving, ends) - 1; i >= 0; i--) {
        uint64_t label = s->label[ends[i].node];
        if (label != TP_BLANK && ends[i].time_ms <= s->rule.limit_ms) {
            uint64_t whole = label + tp_label(ends[i].time_ms, 0);
            best = whole < best ? whole : best;
        }
    }
    for (int64_t i = tp_search_first_on_way(s, place->way); i < s->n_places && s->place[i].join.way == place->way;
         i++) {
        const tp_join *facility = &s->place[i].join;
        uint32_t direct_ms =
            leaving ? tp_join_direct_ms(s->network, place, facility) : tp_join_direct_ms(s->network, facility, place);
        if (direct_ms != TP_NO_TIME && tp_label(direct_ms, s->place[i].number) < best) {
            best = tp_label(direct_ms, s->place[i].number);
        }
    }
    return tp_label_ms(best) <= s->rule.limit_ms ? best : TP_BLANK;
}

uint32_t tp_search_place_ms(const tp_search *search, const tp_join *place) {
    return tp_label_ms(tp_search_place_label(search, place));
}

static int compare_reached(const void *a, const void *b) {
    const tp_reached *x = a, *y = b;
    if (x->time_ms != y->time_ms) {
        return x->time_ms < y->time_ms ? -1 : 1;
    }
    return (x->node > y->node) - (x->node < y->node);
}

tp_code tp_search_reached(tp_search *s, const tp_reached **reached, int64_t *n, tp_error *error) {
    *reached = NULL;
    *n = 0;
    if (s->n_reached < 0) {
        if (s->reached_capacity < s->n_touched) {
            free(s->reached);
            s->reached = malloc(s->n_touched * sizeof *s->reached);
            s->reached_capacity = s->reached == NULL ? 0 : s->n_touched;
        }
        if (s->reached == NULL && s->n_touched > 0) {
            return tp_error_memory(error);
        }
        s->n_reached = s->n_touched;
        for (uint32_t i = 0; i < s->n_touched; i++) {
            s->reached[i] = (tp_reached){s->touched[i], tp_label_ms(s->label[s->touched[i]])};
        }
        if (s->n_reached > 0) {
            qsort(s->reached, (size_t)s->n_reached, sizeof *s->reached, compare_reached);
        }
    }
    *reached = s->reached;
    *n = s->n_reached;
    return TP_OK;
}
