/* Small .osm.pbf files for tests, encoded by hand (wiki.openstreetmap.org, "PBF Format"): nodes and ways go into one
 * block each. Blobs are zlib streams of stored bytes, so that no compressor is needed. */
#ifndef TP_TEST_MADE_PBF_H
#define TP_TEST_MADE_PBF_H

#include "technopolis/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PBF_STRINGS_MAX = 256 };

typedef struct pbf {
    tp_text nodes, lats, lons; /* dense: packed, differences */
    tp_text plain, ways;       /* messages with their keys */
    int64_t last_id, last_lat, last_lon;
    char *strings[PBF_STRINGS_MAX];
    size_t n_strings;
} pbf;

static void pbf_varint(tp_text *out, uint64_t value) {
    do {
        char byte = (char)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
        tp_text_add_bytes(out, &byte, 1);
        value >>= 7;
    } while (value > 0);
}

static void pbf_signed(tp_text *out, int64_t value) {
    pbf_varint(out, value < 0 ? 2 * (uint64_t)(-(value + 1)) + 1 : 2 * (uint64_t)value);
}

static void pbf_number(tp_text *out, int field, uint64_t value) {
    pbf_varint(out, (uint64_t)field << 3);
    pbf_varint(out, value);
}

static void pbf_bytes(tp_text *out, int field, const char *bytes, size_t size) {
    pbf_varint(out, (uint64_t)field << 3 | 2);
    pbf_varint(out, size);
    tp_text_add_bytes(out, bytes, size);
}

/* Moves a message into another. */
static void pbf_message(tp_text *out, int field, tp_text *message) {
    pbf_bytes(out, field, tp_text_get(message), message->size);
    tp_text_reset(message);
}

static uint32_t pbf_string(pbf *p, const char *text) {
    for (size_t i = 1; i < p->n_strings; i++) {
        if (strcmp(p->strings[i], text) == 0) {
            return (uint32_t)i;
        }
    }
    if (p->n_strings == 0) {
        p->strings[p->n_strings++] = tp_text_copy("");
    }
    p->strings[p->n_strings] = tp_text_copy(text);
    return (uint32_t)p->n_strings++;
}

/* In units of 1e-7 degrees, so that tests can say them exactly. */
__attribute__((unused)) static void pbf_node(pbf *p, int64_t id, int64_t lon_e7, int64_t lat_e7) {
    pbf_signed(&p->nodes, id - p->last_id);
    pbf_signed(&p->lats, lat_e7 - p->last_lat);
    pbf_signed(&p->lons, lon_e7 - p->last_lon);
    p->last_id = id;
    p->last_lat = lat_e7;
    p->last_lon = lon_e7;
}

__attribute__((unused)) static void pbf_plain_node(pbf *p, int64_t id, int64_t lon_e7, int64_t lat_e7) {
    tp_text node = {0};
    const int64_t values[] = {id, lat_e7, lon_e7};
    const int fields[] = {1, 8, 9};
    for (int i = 0; i < 3; i++) {
        pbf_varint(&node, (uint64_t)fields[i] << 3);
        pbf_signed(&node, values[i]);
    }
    pbf_message(&p->plain, 1, &node);
}

/* A way through `refs`, which end with 0; `tags` are "key=value" texts that end with NULL. */
__attribute__((unused)) static void pbf_way(pbf *p, int64_t id, const int64_t *refs, const char *const *tags) {
    tp_text way = {0}, keys = {0}, values = {0}, nodes = {0};
    for (int i = 0; tags[i] != NULL; i++) {
        const char *equals = strchr(tags[i], '=');
        char *key = tp_text_format("%.*s", (int)(equals - tags[i]), tags[i]);
        pbf_varint(&keys, pbf_string(p, key));
        pbf_varint(&values, pbf_string(p, equals + 1));
        free(key);
    }
    int64_t last = 0;
    for (int i = 0; refs[i] != 0; i++) {
        pbf_signed(&nodes, refs[i] - last);
        last = refs[i];
    }
    pbf_number(&way, 1, (uint64_t)id);
    pbf_message(&way, 2, &keys);
    pbf_message(&way, 3, &values);
    pbf_message(&way, 8, &nodes);
    pbf_message(&p->ways, 3, &way);
}

/* A zlib stream of one stored block. */
static void pbf_zlib(tp_text *out, const tp_text *data) {
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < data->size; i++) {
        a = (a + (uint8_t)data->data[i]) % 65521;
        b = (b + a) % 65521;
    }
    uint8_t head[] = {0x78,
                      0x01,
                      1,
                      (uint8_t)data->size,
                      (uint8_t)(data->size >> 8),
                      (uint8_t)~data->size,
                      (uint8_t)(~data->size >> 8)};
    uint8_t tail[] = {(uint8_t)(b >> 8), (uint8_t)b, (uint8_t)(a >> 8), (uint8_t)a};
    tp_text_add_bytes(out, (const char *)head, sizeof head);
    tp_text_add_bytes(out, tp_text_get(data), data->size);
    tp_text_add_bytes(out, (const char *)tail, sizeof tail);
}

/* Appends a block of the file. */
static void pbf_block(tp_text *file, const char *type, tp_text *content) {
    tp_text packed = {0}, blob = {0}, header = {0};
    pbf_zlib(&packed, content);
    pbf_number(&blob, 2, content->size);
    pbf_message(&blob, 3, &packed);
    pbf_bytes(&header, 1, type, strlen(type));
    pbf_number(&header, 3, blob.size);
    uint8_t size[] = {0, 0, (uint8_t)(header.size >> 8), (uint8_t)header.size};
    tp_text_add_bytes(file, (const char *)size, sizeof size);
    tp_text_add_bytes(file, tp_text_get(&header), header.size);
    tp_text_add_bytes(file, tp_text_get(&blob), blob.size);
    tp_text_reset(content);
    tp_text_reset(&header);
    tp_text_reset(&blob);
}

static void pbf_primitives(tp_text *file, pbf *p, tp_text *group) {
    tp_text block = {0}, strings = {0};
    for (size_t i = 0; i < p->n_strings; i++) {
        pbf_bytes(&strings, 1, p->strings[i], strlen(p->strings[i]));
    }
    pbf_message(&block, 1, &strings);
    pbf_message(&block, 2, group);
    pbf_block(file, "OSMData", &block);
}

/* The whole file in memory; forgets what was put in. */
__attribute__((unused)) static void pbf_end(pbf *p, tp_text *file) {
    tp_text head = {0}, group = {0}, dense = {0};
    pbf_bytes(&head, 4, "OsmSchema-V0.6", strlen("OsmSchema-V0.6"));
    pbf_bytes(&head, 4, "DenseNodes", strlen("DenseNodes"));
    pbf_block(file, "OSMHeader", &head);
    if (p->nodes.size > 0) {
        pbf_message(&dense, 1, &p->nodes);
        pbf_message(&dense, 8, &p->lats);
        pbf_message(&dense, 9, &p->lons);
        pbf_message(&group, 2, &dense);
        pbf_primitives(file, p, &group);
    }
    if (p->plain.size > 0) {
        pbf_primitives(file, p, &p->plain);
    }
    if (p->ways.size > 0) {
        pbf_primitives(file, p, &p->ways);
    }
    for (size_t i = 0; i < p->n_strings; i++) {
        free(p->strings[i]);
    }
    *p = (pbf){0};
}

#define PBF_REFS(...) ((const int64_t[]){__VA_ARGS__, 0})
#define PBF_TAGS(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
