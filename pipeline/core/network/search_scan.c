/*
 * The inner loop of every search: buckets of waiting improvements, scanned in the order of time.
 *
 * Whether an edge improves its head is a coin's toss that no processor can foresee, so the loop over edges has no branch
 * for it: the label, the slot in the bucket and the list of touched nodes are always written, and advance only when it
 * does. A bucket is a chain of blocks of slots, so scanning it is a walk through memory, and what its nodes need can be
 * asked for ahead: in a search of a whole country nearly every node is a cache miss otherwise.
 *
 * A bucket is scanned until it stays empty: edges shorter than its width put improvements into the bucket at hand. One
 * that is no longer its node's label is left out. Improvements farther ahead than the circular array reaches go to a
 * list of their own, which is looked through when its first bucket comes.
 */
#include "search_parts.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 32 };

/* A free block, its slot 0 cleared; 0 when memory is out. */
static uint32_t take_block(tp_search *s) {
    uint32_t block = s->free_block;
    if (block != 0) {
        s->free_block = s->slot[(size_t)block * BLOCK].node;
    } else {
        if (s->n_blocks == s->block_capacity) {
            uint32_t capacity = s->block_capacity * 2;
            if (capacity > UINT32_MAX / BLOCK) { /* slots are counted in 32 bits */
                return 0;
            }
            tp_waiting *larger = realloc(s->slot, (size_t)capacity * BLOCK * sizeof *larger);
            if (larger == NULL) {
                return 0;
            }
            s->slot = larger;
            s->block_capacity = capacity;
        }
        block = s->n_blocks++;
    }
    s->slot[(size_t)block * BLOCK].node = 0;
    return block;
}

static void give_back(tp_search *s, uint32_t block) {
    s->slot[(size_t)block * BLOCK].node = s->free_block;
    s->free_block = block;
}

tp_code tp_search_reset_buckets(tp_search *s, tp_error *error) {
    if (s->slot == NULL) {
        s->block_capacity = s->n_buckets + s->n_buckets / 2 + 2;
        s->slot = malloc((size_t)s->block_capacity * BLOCK * sizeof *s->slot);
        if (s->slot == NULL) {
            return tp_error_memory(error);
        }
    }
    s->n_blocks = 1;
    s->free_block = 0;
    for (uint32_t b = 0; b < s->n_buckets; b++) {
        s->bucket[b] = take_block(s) * BLOCK + 1; /* there is room for these */
    }
    s->dirty = false;
    return TP_OK;
}

/* A new block for a bucket whose last one is full. Returns the next free slot, 0 when memory is out. */
static __attribute__((noinline)) uint32_t next_block(tp_search *s, uint32_t full) {
    uint32_t block = take_block(s);
    s->slot[(size_t)block * BLOCK].node = full;
    return block == 0 ? 0 : block * BLOCK + 1;
}

__attribute__((noinline)) bool tp_labelled_add(tp_labelled_list *list, uint64_t label, uint32_t node) {
    if (list->n == list->capacity) {
        int64_t capacity = list->capacity < 64 ? 64 : list->capacity * 2;
        tp_labelled *larger = realloc(list->items, (size_t)capacity * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        list->items = larger;
        list->capacity = capacity;
    }
    list->items[list->n++] = (tp_labelled){node, label};
    return true;
}

static bool put_far(tp_search *s, uint64_t label, uint32_t node) {
    uint64_t bucket = tp_label_ms(label) >> s->network->bucket_bits;
    s->far_first = bucket < s->far_first ? bucket : s->far_first;
    return tp_labelled_add(&s->far, label, node);
}

/* Moves what the buckets now reach from the far list into them. */
static bool draw_near(tp_search *s, uint64_t current, uint64_t *n_waiting) {
    int64_t kept = 0;
    s->far_first = UINT64_MAX;
    for (int64_t i = 0; i < s->far.n; i++) {
        const tp_labelled *far = &s->far.items[i];
        uint64_t bucket = tp_label_ms(far->label) >> s->network->bucket_bits;
        if (far->label != s->label[far->node]) {
            continue; /* improved meanwhile */
        }
        if (bucket - current >= s->n_buckets) {
            s->far_first = bucket < s->far_first ? bucket : s->far_first;
            s->far.items[kept++] = *far;
            continue;
        }
        uint32_t *at = &s->bucket[bucket & (s->n_buckets - 1)];
        s->slot[*at] = (tp_waiting){far->label, far->node};
        if (++*at % BLOCK == 0 && (*at = next_block(s, *at / BLOCK - 1)) == 0) {
            return false;
        }
        ++*n_waiting;
    }
    s->far.n = kept;
    return true;
}

/* Asks for what scanning these slots will read. */
static inline __attribute__((always_inline)) void ask_ahead(const tp_search *s, const tp_edges *edges, uint32_t slot,
                                                            uint32_t end) {
    for (uint32_t i = slot; i < end; i++) {
        uint32_t node = s->slot[i].node;
        __builtin_prefetch(&s->label[node]);
        __builtin_prefetch(&edges->first[node]);
    }
    for (uint32_t i = slot; i < end; i++) {
        __builtin_prefetch(&edges->edge[edges->first[s->slot[i].node]]);
    }
}

/*
 * The slots from `slot` to `end`. `masked`: some edges are not to be used; `far`: some edges lead beyond the buckets;
 * `part`: the nodes of others are not to be touched, not even read. All are constants of the caller, so there are
 * eight loops.
 */
static inline __attribute__((always_inline)) bool scan_slots(tp_search *s, uint32_t slot, uint32_t end,
                                                             uint64_t current, uint64_t *n_waiting, bool masked,
                                                             bool far, bool part) {
    const tp_edges *edges = tp_search_edges(s);
    const uint32_t *restrict first = edges->first;
    const tp_edge *restrict edge = edges->edge;
    const uint32_t ring = s->n_buckets - 1, modes = s->rule.modes;
    const unsigned bits = 32 + s->network->bucket_bits;
    const uint64_t last = tp_label(s->rule.limit_ms, UINT32_MAX);
    uint64_t *const label = s->label;
    uint32_t *const bucket = s->bucket, *const touched = s->touched;
    tp_waiting *slots = s->slot;
    uint32_t n_touched = s->n_touched;
    uint64_t n_better = 0;
    for (; slot < end; slot++) {
        const tp_waiting from = slots[slot];
        if (label[from.node] != from.label) {
            continue;
        }
        const uint32_t stop = first[from.node + 1];
        for (uint32_t e = first[from.node]; e < stop; e++) {
            const uint32_t head = edge[e].head;
            const uint64_t arrival = from.label + ((uint64_t)edge[e].time_ms << 32);
            if (part && head - s->first_node >= s->n_own) {
                if (arrival <= last && (!masked || (modes >> edge[e].mode & 1)) &&
                    !tp_labelled_add(&s->out, arrival, head)) {
                    s->n_touched = n_touched;
                    return false;
                }
                continue;
            }
            const uint64_t old = label[head];
            bool better = (arrival < old) & (arrival <= last);
            if (masked) {
                better &= modes >> edge[e].mode & 1;
            }
            label[head] = better ? arrival : old;
            touched[n_touched] = head;
            n_touched += better & (old == TP_BLANK);
            if (far && (arrival >> bits) - current > ring) {
                if (better && !put_far(s, arrival, head)) {
                    s->n_touched = n_touched;
                    return false;
                }
                continue;
            }
            uint32_t *at = &bucket[(arrival >> bits) & ring];
            uint32_t free_slot = *at;
            slots[free_slot] = (tp_waiting){arrival, head};
            free_slot += better;
            n_better += better;
            if (__builtin_expect(free_slot % BLOCK == 0, 0)) {
                free_slot = next_block(s, free_slot / BLOCK - 1);
                slots = s->slot;
                if (free_slot == 0) {
                    s->n_touched = n_touched;
                    return false;
                }
            }
            *at = free_slot;
        }
    }
    s->n_touched = n_touched;
    *n_waiting += n_better;
    return true;
}

/* All blocks of a bucket. Meanwhile the bucket has a new block for what comes. */
static inline __attribute__((always_inline)) bool scan_bucket(tp_search *s, uint64_t current, uint64_t *n_waiting,
                                                              bool masked, bool far, bool part) {
    uint32_t *bucket = &s->bucket[current & (s->n_buckets - 1)];
    uint32_t end = *bucket, fresh = take_block(s);
    if (fresh == 0) {
        return false;
    }
    *bucket = fresh * BLOCK + 1;
    for (uint32_t block = end / BLOCK; block != 0;) {
        const uint32_t first = block * BLOCK + 1, before = s->slot[first - 1].node;
        ask_ahead(s, tp_search_edges(s), first, end);
        *n_waiting -= end - first;
        if (!scan_slots(s, first, end, current, n_waiting, masked, far, part)) {
            return false;
        }
        give_back(s, block);
        block = before;
        end = (block + 1) * BLOCK;
    }
    return true;
}

static inline __attribute__((always_inline)) bool scan_all(tp_search *s, bool masked, bool far, bool part) {
    uint64_t current = 0, n_waiting = 0;
    while (true) {
        if (n_waiting == 0) {
            if (s->far.n == 0) {
                return true;
            }
            current = s->far_first;
        }
        if (current >= s->far_first && !draw_near(s, current, &n_waiting)) {
            return false;
        }
        const uint32_t *bucket = &s->bucket[current & (s->n_buckets - 1)];
        while (*bucket % BLOCK != 1 || s->slot[*bucket - 1].node != 0) {
            if (!scan_bucket(s, current, &n_waiting, masked, far, part)) {
                return false;
            }
        }
        current++;
    }
}

bool tp_search_take(tp_search *s, const tp_labelled *list, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        if (list[i].node - s->first_node >= s->n_own) {
            continue;
        }
        uint64_t old = s->label[list[i].node];
        if (list[i].label < old) {
            if (old == TP_BLANK) {
                s->touched[s->n_touched++] = list[i].node;
            }
            s->label[list[i].node] = list[i].label;
            if (!put_far(s, list[i].label, list[i].node)) {
                return false;
            }
        }
    }
    return true;
}

/* One loop for each combination, so that none asks while it runs. */
static bool scan_as(tp_search *s, bool masked, bool far, bool part) {
    if (part) {
        return masked ? (far ? scan_all(s, true, true, true) : scan_all(s, true, false, true))
                      : (far ? scan_all(s, false, true, true) : scan_all(s, false, false, true));
    }
    return masked ? (far ? scan_all(s, true, true, false) : scan_all(s, true, false, false))
                  : (far ? scan_all(s, false, true, false) : scan_all(s, false, false, false));
}

bool tp_search_scan(tp_search *s) {
    bool masked = (s->network->modes & ~s->rule.modes) != 0;
    bool far = s->network->longest_ms >> s->network->bucket_bits >= s->n_buckets - 1;
    s->dirty = true;
    bool done = scan_as(s, masked, far, s->n_own < s->network->n_nodes);
    s->dirty = !done;
    return done;
}
