/* Nodes and ways of one block: see osm_block.h. Field numbers are those of osmformat.proto. */
#include "1_read/osm_block.h"

#include <stdlib.h>

void tp_pbf_block_reset(tp_pbf_block *block) {
    free(block->strings);
    free(block->tags);
    free(block->a.items);
    free(block->b.items);
    free(block->c.items);
    *block = (tp_pbf_block){0};
}

/* Makes room for `n` texts. */
static bool reserve_texts(tp_pbf_text **texts, int64_t *capacity, int64_t n) {
    if (n <= *capacity) {
        return true;
    }
    int64_t wanted = 2 * n + 64;
    tp_pbf_text *bigger = realloc(*texts, sizeof *bigger * (size_t)wanted);
    if (bigger != NULL) {
        *texts = bigger;
        *capacity = wanted;
    }
    return bigger != NULL;
}

static bool push(tp_pbf_numbers *numbers, int64_t value) {
    if (numbers->n == numbers->capacity) {
        int64_t wanted = 2 * numbers->capacity + 1024;
        int64_t *items = realloc(numbers->items, sizeof *items * (size_t)wanted);
        if (items == NULL) {
            return false;
        }
        numbers->items = items;
        numbers->capacity = wanted;
    }
    numbers->items[numbers->n++] = value;
    return true;
}

/* Adds a field's numbers, packed or single. `delta`: signed differences from one to the next, which may wrap. */
static bool push_field(tp_pbf_numbers *numbers, const tp_pbf_field *field, bool delta, bool *bad) {
    if (!field->is_bytes) {
        *bad = true; /* the format packs all of them */
        return true;
    }
    tp_bytes bytes = field->bytes;
    uint64_t last = delta && numbers->n > 0 ? (uint64_t)numbers->items[numbers->n - 1] : 0;
    while (bytes.at < bytes.end && !bytes.bad) {
        uint64_t value = delta ? (uint64_t)tp_bytes_signed(&bytes) : tp_bytes_varint(&bytes);
        last = delta ? last + value : value;
        if (!bytes.bad && !push(numbers, (int64_t)last)) {
            return false;
        }
    }
    *bad = *bad || bytes.bad;
    return true;
}

static void clear(tp_pbf_block *block) {
    block->a.n = block->b.n = block->c.n = 0;
}

/* ---- nodes ---- */

/* Degrees, correctly rounded: both sides of the division are whole numbers below 2^53 for any place on the earth. */
static double degrees(int64_t offset, int64_t granularity, int64_t value) {
    return ((double)offset + (double)granularity * (double)value) / 1e9;
}

static tp_code tell_node(const tp_pbf_block *block, const tp_pbf_visitor *visitor, int64_t id, int64_t lat, int64_t lon,
                         tp_error *error) {
    return visitor->node(visitor->user, id, degrees(block->lon_offset, block->granularity, lon),
                         degrees(block->lat_offset, block->granularity, lat), error);
}

static tp_code read_dense(tp_pbf_block *block, tp_bytes message, const tp_pbf_visitor *visitor, bool *bad,
                          tp_error *error) {
    bool room = true;
    clear(block);
    for (tp_pbf_field field; room && tp_bytes_field(&message, &field);) {
        tp_pbf_numbers *numbers = field.number == 1   ? &block->a
                                  : field.number == 8 ? &block->b
                                  : field.number == 9 ? &block->c
                                                      : NULL;
        room = numbers == NULL || push_field(numbers, &field, true, bad);
    }
    *bad = *bad || message.bad || block->b.n != block->a.n || block->c.n != block->a.n;
    tp_code code = room ? TP_OK : tp_error_memory(error);
    for (int64_t i = 0; i < block->a.n && code == TP_OK && !*bad; i++) {
        code = tell_node(block, visitor, block->a.items[i], block->b.items[i], block->c.items[i], error);
    }
    return code;
}

static tp_code read_plain(const tp_pbf_block *block, tp_bytes message, const tp_pbf_visitor *visitor, bool *bad,
                          tp_error *error) {
    int64_t values[3] = {0};
    int found = 0;
    for (tp_pbf_field field; tp_bytes_field(&message, &field);) {
        int which = field.number == 1 ? 0 : field.number == 8 ? 1 : field.number == 9 ? 2 : -1;
        if (which >= 0 && !field.is_bytes) {
            values[which] = (int64_t)(field.value >> 1) ^ -(int64_t)(field.value & 1);
            found |= 1 << which;
        }
    }
    *bad = *bad || message.bad || found != 7;
    return *bad ? TP_OK : tell_node(block, visitor, values[0], values[1], values[2], error);
}

/* ---- ways ---- */

/* Puts the texts in place of their numbers. */
static tp_code find_tags(tp_pbf_block *block, bool *bad, tp_error *error) {
    int64_t n = block->b.n;
    if (block->c.n != n) {
        *bad = true;
        return TP_OK;
    }
    if (!reserve_texts(&block->tags, &block->tag_capacity, 2 * n)) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t key = block->b.items[i], value = block->c.items[i];
        if (key < 0 || key >= block->n_strings || value < 0 || value >= block->n_strings) {
            *bad = true;
            return TP_OK;
        }
        block->tags[i] = block->strings[key];
        block->tags[n + i] = block->strings[value];
    }
    return TP_OK;
}

static tp_code read_way(tp_pbf_block *block, tp_bytes message, const tp_pbf_visitor *visitor, bool *bad,
                        tp_error *error) {
    tp_pbf_way way = {0};
    bool room = true, has_id = false;
    clear(block);
    for (tp_pbf_field field; room && tp_bytes_field(&message, &field);) {
        if (field.number == 1 && !field.is_bytes) {
            way.id = (int64_t)field.value;
            has_id = true;
        } else if (field.number == 2) {
            room = push_field(&block->b, &field, false, bad);
        } else if (field.number == 3) {
            room = push_field(&block->c, &field, false, bad);
        } else if (field.number == 8) {
            room = push_field(&block->a, &field, true, bad);
        }
    }
    *bad = *bad || message.bad || !has_id;
    tp_code code = room ? find_tags(block, bad, error) : tp_error_memory(error);
    if (code != TP_OK || *bad) {
        return code;
    }
    way.refs = block->a.items;
    way.n_refs = block->a.n;
    way.keys = block->tags;
    way.values = block->tags == NULL ? NULL : block->tags + block->b.n;
    way.n_tags = block->b.n;
    return visitor->way(visitor->user, &way, error);
}

/* ---- the block ---- */

static tp_code read_group(tp_pbf_block *block, tp_bytes message, const tp_pbf_visitor *visitor, bool *bad,
                          tp_error *error) {
    tp_code code = TP_OK;
    for (tp_pbf_field field; code == TP_OK && !*bad && tp_bytes_field(&message, &field);) {
        if (!field.is_bytes) {
            continue;
        }
        if (field.number == 1 && visitor->node != NULL) {
            code = read_plain(block, field.bytes, visitor, bad, error);
        } else if (field.number == 2 && visitor->node != NULL) {
            code = read_dense(block, field.bytes, visitor, bad, error);
        } else if (field.number == 3 && visitor->way != NULL) {
            code = read_way(block, field.bytes, visitor, bad, error);
        }
    }
    *bad = *bad || message.bad;
    return code;
}

static tp_code read_strings(tp_pbf_block *block, tp_bytes message, bool *bad, tp_error *error) {
    for (tp_pbf_field field; tp_bytes_field(&message, &field);) {
        if (field.number != 1 || !field.is_bytes) {
            continue;
        }
        if (!reserve_texts(&block->strings, &block->string_capacity, block->n_strings + 1)) {
            return tp_error_memory(error);
        }
        block->strings[block->n_strings++] =
            (tp_pbf_text){(const char *)field.bytes.at, (size_t)(field.bytes.end - field.bytes.at)};
    }
    *bad = *bad || message.bad;
    return TP_OK;
}

tp_code tp_pbf_block_read(tp_pbf_block *block, tp_bytes content, const tp_pbf_visitor *visitor, bool *bad,
                          tp_error *error) {
    tp_bytes first = content, second = content; /* what the groups need may stand behind them */
    tp_code code = TP_OK;
    block->n_strings = 0;
    block->granularity = 100;
    block->lon_offset = block->lat_offset = 0;
    for (tp_pbf_field field; code == TP_OK && tp_bytes_field(&first, &field);) {
        if (field.number == 1 && field.is_bytes) {
            code = read_strings(block, field.bytes, bad, error);
        } else if (field.number == 17 && !field.is_bytes) {
            block->granularity = (int32_t)field.value;
        } else if (field.number == 19 && !field.is_bytes) {
            block->lat_offset = (int64_t)field.value;
        } else if (field.number == 20 && !field.is_bytes) {
            block->lon_offset = (int64_t)field.value;
        }
    }
    *bad = *bad || first.bad;
    for (tp_pbf_field field; code == TP_OK && !*bad && tp_bytes_field(&second, &field);) {
        if (field.number == 2 && field.is_bytes) {
            code = read_group(block, field.bytes, visitor, bad, error);
        }
    }
    return code;
}
