/** Reading protocol buffers: a cursor over bytes that turns bad instead of running over its end. */
#ifndef TP_READ_OSM_BYTES_H
#define TP_READ_OSM_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct tp_bytes {
    const uint8_t *at, *end;
    bool bad;
} tp_bytes;

/** A field's number and what came with it: a number, or a run of bytes. */
typedef struct tp_pbf_field {
    uint64_t number;
    bool is_bytes;
    uint64_t value;
    tp_bytes bytes;
} tp_pbf_field;

/** A number in groups of 7 bits, the least significant first; 0 and bad at the end or beyond 64 bits. */
static inline uint64_t tp_bytes_varint(tp_bytes *bytes) {
    uint64_t value = 0;
    for (int shift = 0; bytes->at < bytes->end && shift < 64; shift += 7) {
        uint8_t byte = *bytes->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    bytes->bad = true;
    bytes->at = bytes->end;
    return 0;
}

/** The same for signed numbers: 0, -1, 1, -2, … */
static inline int64_t tp_bytes_signed(tp_bytes *bytes) {
    uint64_t value = tp_bytes_varint(bytes);
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

/** The next field of a message; false at its end, or when it is bad. */
static inline bool tp_bytes_field(tp_bytes *message, tp_pbf_field *field) {
    if (message->at >= message->end || message->bad) {
        return false;
    }
    uint64_t key = tp_bytes_varint(message);
    uint64_t skip = (key & 7) == 1 ? 8 : (key & 7) == 5 ? 4 : 0;
    *field = (tp_pbf_field){.number = key >> 3, .is_bytes = (key & 7) == 2};
    if (skip > 0) {
        message->bad = message->bad || skip > (uint64_t)(message->end - message->at);
    } else if ((key & 7) == 0 || (key & 7) == 2) {
        field->value = tp_bytes_varint(message);
        skip = field->is_bytes ? field->value : 0;
        message->bad = message->bad || skip > (uint64_t)(message->end - message->at);
    } else {
        message->bad = true;
    }
    if (message->bad) {
        return false;
    }
    field->bytes = (tp_bytes){.at = message->at, .end = message->at + skip};
    message->at += skip;
    return true;
}

#endif
