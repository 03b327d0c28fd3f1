/* Weak and strong components of the network, numbered by size. */
#include "network_parts.h"

#include <stdlib.h>

enum { UNSEEN = 0 };

typedef struct sized {
    uint32_t size, first_node, number;
} sized;

static int compare_sized(const void *a, const void *b) {
    const sized *x = a, *y = b;
    if (x->size != y->size) {
        return x->size > y->size ? -1 : 1;
    }
    return (x->first_node > y->first_node) - (x->first_node < y->first_node);
}

/* Gives components numbered anyhow (0 … n_components - 1) their numbers by size. */
static tp_code number_by_size(uint32_t n, uint32_t *component, uint32_t n_components, uint32_t **size,
                              tp_error *error) {
    sized *list = calloc((size_t)n_components + 1, sizeof *list);
    uint32_t *new_number = malloc(((size_t)n_components + 1) * sizeof *new_number);
    *size = malloc(((size_t)n_components + 1) * sizeof **size);
    tp_code code = TP_OK;
    if (list == NULL || new_number == NULL || *size == NULL) {
        free(*size);
        *size = NULL;
        code = tp_error_memory(error);
        goto done;
    }
    for (uint32_t v = 0; v < n; v++) {
        sized *c = &list[component[v]];
        if (c->size++ == 0) {
            c->first_node = v;
            c->number = component[v];
        }
    }
    qsort(list, n_components, sizeof *list, compare_sized);
    for (uint32_t i = 0; i < n_components; i++) {
        new_number[list[i].number] = i;
        (*size)[i] = list[i].size;
    }
    for (uint32_t v = 0; v < n; v++) {
        component[v] = new_number[component[v]];
    }
done:
    free(list);
    free(new_number);
    return code;
}

/* The smallest node of v's set so far; paths are halved on the way. */
static uint32_t root_of(uint32_t *parent, uint32_t v) {
    while (parent[v] != v) {
        parent[v] = parent[parent[v]];
        v = parent[v];
    }
    return v;
}

tp_code tp_weak_components(const tp_edges *out, uint32_t n, uint32_t *component, uint32_t **size,
                           uint32_t *n_components, tp_error *error) {
    for (uint32_t v = 0; v < n; v++) {
        component[v] = v;
    }
    for (uint32_t v = 0; v < n; v++) {
        for (uint32_t e = out->first[v]; e < out->first[v + 1]; e++) {
            uint32_t a = root_of(component, v), b = root_of(component, out->edge[e].head);
            component[a > b ? a : b] = a > b ? b : a;
        }
    }
    *n_components = 0;
    for (uint32_t v = 0; v < n; v++) { /* a parent is never larger than its child, so it has its number already */
        component[v] = component[v] == v ? (*n_components)++ : component[component[v]];
    }
    return number_by_size(n, component, *n_components, size, error);
}

/* Tarjan's walk without recursion. `low` is UNSEEN, or 1 + the place in the order of the walk of the earliest node known
 * to be reachable; nodes wait on `stack` until their component is complete. */
typedef struct walk {
    const tp_edges *out;
    uint32_t *low, *index, *next_edge, *component;
    uint32_t *trail, n_trail; /* from the root to the node at hand */
    uint32_t *stack, n_stack;
    uint32_t n_seen, n_components;
} walk;

static const uint32_t none = UINT32_MAX;

static void enter(walk *w, uint32_t v) {
    w->index[v] = w->low[v] = ++w->n_seen;
    w->next_edge[v] = w->out->first[v];
    w->trail[w->n_trail++] = v;
    w->stack[w->n_stack++] = v;
}

static void leave(walk *w, uint32_t v) {
    w->n_trail--;
    if (w->n_trail > 0) {
        uint32_t parent = w->trail[w->n_trail - 1];
        w->low[parent] = w->low[v] < w->low[parent] ? w->low[v] : w->low[parent];
    }
    if (w->low[v] != w->index[v]) {
        return;
    }
    uint32_t member;
    do {
        member = w->stack[--w->n_stack];
        w->component[member] = w->n_components;
    } while (member != v);
    w->n_components++;
}

static void walk_from(walk *w, uint32_t root) {
    enter(w, root);
    while (w->n_trail > 0) {
        uint32_t v = w->trail[w->n_trail - 1];
        if (w->next_edge[v] == w->out->first[v + 1]) {
            leave(w, v);
            continue;
        }
        uint32_t head = w->out->edge[w->next_edge[v]++].head;
        if (w->index[head] == UNSEEN) {
            enter(w, head);
        } else if (w->component[head] == none && w->index[head] < w->low[v]) { /* still on the stack */
            w->low[v] = w->index[head];
        }
    }
}

tp_code tp_strong_components(const tp_edges *out, uint32_t n, uint32_t *component, uint32_t **size,
                             uint32_t *n_components, tp_error *error) {
    uint32_t *arrays = calloc((size_t)n * 5 + 1, sizeof *arrays);
    if (arrays == NULL) {
        return tp_error_memory(error);
    }
    walk w = {.out = out, .component = component};
    w.low = arrays;
    w.index = w.low + n;
    w.next_edge = w.index + n;
    w.trail = w.next_edge + n;
    w.stack = w.trail + n;
    for (uint32_t v = 0; v < n; v++) {
        component[v] = none;
    }
    for (uint32_t v = 0; v < n; v++) {
        if (w.index[v] == UNSEEN) {
            walk_from(&w, v);
        }
    }
    free(arrays);
    *n_components = w.n_components;
    return number_by_size(n, component, w.n_components, size, error);
}
