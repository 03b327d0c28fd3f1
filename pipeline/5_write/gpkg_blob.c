/* Geometries of a GeoPackage. See gpkg_blob.h. */
#include "5_write/gpkg_blob.h"

#include <string.h>

enum {
    WKB_POINT = 1,
    WKB_LINE = 2,
    WKB_POLYGON = 3,
    WKB_MULTI = 3, /* what is added to make it several */
    HEADER = 8,
    ENVELOPE = 32,
    LITTLE_ENDIAN_FLAG = 1,
    ENVELOPE_FLAG = 1 << 1,
    WKB_HEAD = 5 /* byte order and type */
};

/* Numbers go out in the machine's order, which must be the one that the flags promise. */
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "this writer is for little-endian machines"
#endif

static uint8_t *put(uint8_t *at, const void *value, size_t size) {
    memcpy(at, value, size);
    return at + size;
}

static uint8_t *put_count(uint8_t *at, int64_t n) {
    uint32_t count = (uint32_t)n;
    return put(at, &count, sizeof count);
}

static uint8_t *put_type(uint8_t *at, uint32_t type) {
    *at++ = 1; /* little-endian */
    return put(at, &type, sizeof type);
}

size_t tp_gpkg_blob_size(tp_geometry kind, const tp_projector *projector, const tp_shapes *shapes, int64_t row) {
    if (kind == TP_GEOMETRY_POINT) {
        return HEADER + WKB_HEAD + 2 * sizeof(double);
    }
    int64_t first = shapes->row_first[row], end = shapes->row_first[row + 1];
    size_t parts = (size_t)(end - first), rings = (size_t)(shapes->part_first[end] - shapes->part_first[first]);
    size_t heads = kind == TP_GEOMETRY_POLYGON ? parts : rings,
           counts = kind == TP_GEOMETRY_POLYGON ? parts + rings : rings;
    return HEADER + ENVELOPE + (1 + heads) * WKB_HEAD + (1 + counts) * sizeof(uint32_t) +
           (size_t)projector->n * 2 * sizeof(double);
}

static uint8_t *put_ring(uint8_t *at, const tp_projector *projector, int64_t first, int64_t n) {
    at = put_count(at, n);
    for (int64_t i = first; i < first + n; i++) {
        at = put(at, &projector->x[i], sizeof(double));
        at = put(at, &projector->y[i], sizeof(double));
    }
    return at;
}

/* A polygon has its rings inside; of a line every ring is a line of its own. */
static void put_parts(uint8_t *at, tp_geometry kind, const tp_projector *projector, const tp_shapes *shapes,
                      int64_t row) {
    bool is_polygon = kind == TP_GEOMETRY_POLYGON;
    uint32_t type = is_polygon ? WKB_POLYGON : WKB_LINE;
    int64_t first = shapes->row_first[row], end = shapes->row_first[row + 1];
    int64_t base = shapes->ring_first[shapes->part_first[first]];
    at = put_count(put_type(at, type + WKB_MULTI),
                   is_polygon ? end - first : shapes->part_first[end] - shapes->part_first[first]);
    for (int64_t part = first; part < end; part++) {
        if (is_polygon) {
            at = put_count(put_type(at, type), shapes->part_first[part + 1] - shapes->part_first[part]);
        }
        for (int64_t ring = shapes->part_first[part]; ring < shapes->part_first[part + 1]; ring++) {
            int64_t start = shapes->ring_first[ring];
            at = is_polygon ? at : put_type(at, type);
            at = put_ring(at, projector, start - base, shapes->ring_first[ring + 1] - start);
        }
    }
}

void tp_gpkg_blob_write(tp_geometry kind, const tp_projector *projector, const tp_shapes *shapes, int64_t row,
                        int32_t srs_id, const double envelope[4], uint8_t *to) {
    bool is_point = kind == TP_GEOMETRY_POINT;
    uint8_t head[] = {'G', 'P', 0, (uint8_t)(LITTLE_ENDIAN_FLAG | (is_point ? 0 : ENVELOPE_FLAG))};
    uint8_t *at = put(put(to, head, sizeof head), &srs_id, sizeof srs_id);
    if (is_point) {
        at = put_type(at, WKB_POINT);
        at = put(at, &projector->x[0], sizeof(double));
        (void)put(at, &projector->y[0], sizeof(double));
        return;
    }
    put_parts(put(at, envelope, ENVELOPE), kind, projector, shapes, row);
}
