/*
 * The inner loop of every search: buckets of improvements, scanned in the order of time.
 *
 * An improvement of a node's label is appended to one array and linked into the bucket of its time. Whether an edge
 * improves its head is a coin's toss that no processor can foresee, so the loop over edges has no branch for it: the
 * label, the place in the array and the bucket's list are always written, and advance only when it does.
 *
 * A bucket is scanned until it stays empty: edges shorter than its width put improvements into the bucket at hand. A
 * push that is no longer its node's label is left out. Pushes farther ahead than the circular array reaches go to a
 * list of their own, which is looked through when its first bucket comes.
 */
#include "search_parts.h"

#include <stdlib.h>

static bool make_room(tp_search *s, uint32_t needed) {
    if (needed > UINT32_MAX - s->n_pushes - 1) {
        return false;
    }
    uint64_t capacity = (uint64_t)s->push_capacity * 2;
    if (capacity < (uint64_t)s->n_pushes + needed + 1) {
        capacity = (uint64_t)s->n_pushes + needed + 1024;
    }
    capacity = capacity > UINT32_MAX ? UINT32_MAX : capacity;
    tp_push *larger = realloc(s->push, capacity * sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    s->push = larger;
    s->push_capacity = (uint32_t)capacity;
    return true;
}

static void put_far(tp_search *s, uint32_t push, uint64_t bucket) {
    s->push[push].next = s->far;
    s->far = push;
    s->n_far++;
    s->far_first = bucket < s->far_first ? bucket : s->far_first;
}

/* Moves what the buckets now reach from the far list into them; gives how many. */
static uint32_t draw_near(tp_search *s, uint64_t current, unsigned bits) {
    uint32_t push = s->far, moved = 0;
    s->far = 0;
    s->n_far = 0;
    s->far_first = UINT64_MAX;
    while (push != 0) {
        uint32_t next = s->push[push].next;
        uint64_t bucket = tp_label_ms(s->push[push].label) >> bits;
        if (s->push[push].label != s->label[s->push[push].node]) {
            /* improved meanwhile */
        } else if (bucket - current < s->n_buckets) {
            uint32_t *list = &s->bucket[bucket & (s->n_buckets - 1)];
            s->push[push].next = *list;
            *list = push;
            moved++;
        } else {
            put_far(s, push, bucket);
        }
        push = next;
    }
    return moved;
}

/*
 * One list of pushes. `waiting` counts what is in the buckets. `masked`: some edges are not to be used; `far`: some
 * edges lead beyond the buckets. Both are constants of the caller, so there are four loops.
 */
static inline __attribute__((always_inline)) bool scan_list(tp_search *s, uint32_t list, uint64_t current,
                                                            uint32_t *waiting, bool masked, bool far) {
    const tp_edges *edges = tp_search_edges(s);
    const uint32_t *restrict first = edges->first;
    const tp_edge *restrict edge = edges->edge;
    const uint32_t ring = s->n_buckets - 1, modes = s->rule.modes;
    const unsigned bits = 32 + s->network->bucket_bits;
    const uint64_t last = tp_label(s->rule.limit_ms, UINT32_MAX);
    uint64_t *label = s->label;
    uint32_t *bucket = s->bucket;
    uint32_t n = s->n_pushes;
    while (list != 0) {
        const tp_push from = s->push[list];
        list = from.next;
        --*waiting;
        if (label[from.node] != from.label) {
            continue;
        }
        uint32_t e = first[from.node];
        const uint32_t end = first[from.node + 1];
        if (end - e >= s->push_capacity - n) {
            s->n_pushes = n;
            if (!make_room(s, end - e)) {
                return false;
            }
        }
        tp_push *push = s->push;
        const uint32_t before = n;
        for (; e < end; e++) {
            const uint32_t head = edge[e].head;
            const uint64_t arrival = from.label + ((uint64_t)edge[e].time_ms << 32), old = label[head];
            bool better = (arrival < old) & (arrival <= last);
            if (masked) {
                better &= modes >> edge[e].mode & 1;
            }
            label[head] = better ? arrival : old;
            if (far && (arrival >> bits) - current > ring) {
                push[n] = (tp_push){arrival, head, 0};
                if (better) {
                    put_far(s, n++, arrival >> bits);
                    --*waiting; /* as it is counted below */
                }
                continue;
            }
            uint32_t *at = &bucket[(arrival >> bits) & ring];
            const uint32_t next = *at;
            push[n] = (tp_push){arrival, head, next};
            *at = better ? n : next;
            n += better;
        }
        *waiting += n - before;
    }
    s->n_pushes = n;
    return true;
}

static inline __attribute__((always_inline)) bool scan_all(tp_search *s, bool masked, bool far) {
    const unsigned bits = s->network->bucket_bits;
    uint64_t current = 0;
    uint32_t waiting = 0;
    while (true) {
        if (waiting == 0) {
            if (s->n_far == 0) {
                return true;
            }
            current = s->far_first;
        }
        if (current >= s->far_first) {
            waiting += draw_near(s, current, bits);
        }
        uint32_t *list = &s->bucket[current & (s->n_buckets - 1)];
        while (*list != 0) {
            uint32_t pushes = *list;
            *list = 0;
            if (!scan_list(s, pushes, current, &waiting, masked, far)) {
                return false;
            }
        }
        current++;
    }
}

/* The starts wait in the far list, wherever they lie. */
static bool put_starts(tp_search *s) {
    if ((uint64_t)s->n_starts + 1 >= UINT32_MAX ||
        ((uint64_t)s->n_starts + 2 > s->push_capacity && !make_room(s, (uint32_t)s->n_starts + 1))) {
        return false;
    }
    for (int64_t i = s->n_starts - 1; i >= 0; i--) { /* lists are last in, first out: so they are scanned in order */
        const tp_labelled *start = &s->start[i];
        if (start->label < s->label[start->node]) {
            s->label[start->node] = start->label;
            s->push[s->n_pushes] = (tp_push){start->label, start->node, 0};
            put_far(s, s->n_pushes++, tp_label_ms(start->label) >> s->network->bucket_bits);
        }
    }
    return true;
}

tp_code tp_search_scan(tp_search *s, tp_error *error) {
    bool masked = (s->network->modes & ~s->rule.modes) != 0;
    bool far = s->network->longest_ms >> s->network->bucket_bits >= s->n_buckets - 1;
    bool done = put_starts(s);
    if (done && masked) {
        done = far ? scan_all(s, true, true) : scan_all(s, true, false);
    } else if (done) {
        done = far ? scan_all(s, false, true) : scan_all(s, false, false);
    }
    return done ? TP_OK : tp_error_memory(error);
}
