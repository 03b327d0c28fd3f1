/*
 * Fuzzing target: any bytes as the unpacked content of a block of a .osm.pbf, and as a whole file. Nothing may be read
 * beyond the bytes, and a way that is told has as many references and tags as it says.
 */
#include "1_read/osm_block.h"

#include <cpl_vsi.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static tp_code see_way(void *user, const tp_pbf_way *way, tp_error *error) {
    uint64_t *sum = user;
    (void)error;
    for (int64_t i = 0; i < way->n_refs; i++) {
        *sum += (uint64_t)way->refs[i];
    }
    for (int64_t i = 0; i < way->n_tags; i++) {
        for (size_t k = 0; k < way->keys[i].size; k++) {
            *sum += (uint8_t)way->keys[i].bytes[k];
        }
        for (size_t k = 0; k < way->values[i].size; k++) {
            *sum += (uint8_t)way->values[i].bytes[k];
        }
    }
    return TP_OK;
}

static tp_code see_node(void *user, int64_t id, double lon_deg, double lat_deg, tp_error *error) {
    uint64_t *sum = user;
    (void)error;
    *sum += (uint64_t)id + (lon_deg > lat_deg);
    return TP_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t sum = 0;
    tp_pbf_visitor visitor = {&sum, see_node, see_way};
    tp_pbf_block block = {0};
    tp_error error = {0};
    bool bad = false;
    tp_bytes content = {.at = data, .end = data + size};
    tp_code code = tp_pbf_block_read(&block, content, &visitor, &bad, &error);
    tp_pbf_block_reset(&block);
    if (code == TP_E_INTERNAL) {
        abort();
    }
    VSILFILE *file = VSIFileFromMemBuffer("/vsimem/fuzz.osm.pbf", (GByte *)(uintptr_t)data, size, FALSE);
    if (file != NULL) {
        (void)VSIFCloseL(file);
        code = tp_pbf_check("/vsimem/fuzz.osm.pbf", "fuzz", &error);
        code = tp_pbf_read("/vsimem/fuzz.osm.pbf", "fuzz", &visitor, &error);
        (void)VSIUnlink("/vsimem/fuzz.osm.pbf");
    }
    return 0;
}
