/*
 * The network kept in a file: see tp_network_cache in network.h. The network itself is saved by core; beside it, in
 * PATH.rows, stand the digest of the inputs, the digest of what follows, the counts, and three bytes a row of the roads.
 */
#include "2_prepare/network.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"
#include "technopolis/version.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char FORMAT[] = "technopolis network rows 1\n";
enum { FORMAT_SIZE = sizeof FORMAT - 1, HEX_SIZE = TP_DIGEST_SIZE - 1, ROW_SIZE = 3 };

/* ---- the inputs ---- */

/* Adds the digest of some bytes to the list of what was digested. */
static tp_code add_bytes(tp_text *list, const char *what, const void *bytes, size_t size, tp_error *error) {
    char hex[TP_DIGEST_SIZE];
    tp_code code = tp_digest_bytes(size == 0 ? "" : bytes, size, hex, error);
    if (code == TP_OK) {
        tp_text_add(list, "%s %s\n", what, hex);
    }
    return code;
}

/* Cells that are missing hold no value to be digested. */
static tp_code add_numbers(tp_text *list, const tp_column *column, tp_error *error) {
    uint64_t *values = calloc((size_t)column->n_rows + 1, sizeof *values);
    if (values == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < column->n_rows; row++) {
        if (column->valid[row]) {
            memcpy(&values[row],
                   column->type == TP_TYPE_DOUBLE ? (const void *)&column->f64[row] : (const void *)&column->i64[row],
                   sizeof *values);
        }
    }
    tp_code code = add_bytes(list, "numbers", values, sizeof *values * (size_t)column->n_rows, error);
    free(values);
    return code == TP_OK ? add_bytes(list, "valid", column->valid, (size_t)column->n_rows, error) : code;
}

static tp_code add_texts(tp_text *list, const tp_column *column, tp_error *error) {
    tp_text all = {0};
    for (int64_t row = 0; row < column->n_rows; row++) {
        const char *text = tp_column_text(column, row);
        tp_text_add_bytes(&all, text == NULL ? "\1" : text, text == NULL ? 2 : strlen(text) + 1);
    }
    tp_code code = all.lost ? tp_error_memory(error) : add_bytes(list, "texts", tp_text_get(&all), all.size, error);
    tp_text_reset(&all);
    return code;
}

static tp_code add_positions(tp_text *list, const tp_layer *layer, tp_error *error) {
    const tp_shapes *s = &layer->shapes;
    size_t n = (size_t)layer->n_rows;
    if (layer->geometry == TP_GEOMETRY_POINT) {
        tp_code code = add_bytes(list, "lon", layer->lon_deg, n * sizeof(double), error);
        return code == TP_OK ? add_bytes(list, "lat", layer->lat_deg, n * sizeof(double), error) : code;
    }
    if (layer->geometry == TP_GEOMETRY_NONE || s->n_rows == 0) {
        return TP_OK;
    }
    const struct {
        const void *bytes;
        size_t size;
    } arrays[] = {{s->row_first, sizeof(int64_t) * (size_t)(s->n_rows + 1)},
                  {s->part_first, sizeof(int64_t) * (size_t)(s->n_parts + 1)},
                  {s->ring_first, sizeof(int64_t) * (size_t)(s->n_rings + 1)},
                  {s->x, sizeof(double) * (size_t)s->n_vertices},
                  {s->y, sizeof(double) * (size_t)s->n_vertices}};
    tp_code code = TP_OK;
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0] && code == TP_OK; i++) {
        code = add_bytes(list, "shapes", arrays[i].bytes, arrays[i].size, error);
    }
    return code;
}

static tp_code add_layer(tp_text *list, const tp_layer *layer, tp_error *error) {
    if (layer == NULL) {
        tp_text_add(list, "no layer\n");
        return TP_OK;
    }
    tp_text_add(list, "layer %lld\n", (long long)layer->n_rows);
    tp_code code = add_positions(list, layer, error);
    for (size_t i = 0; i < layer->n_columns && code == TP_OK; i++) {
        const tp_column *column = layer->columns[i];
        tp_text_add(list, "column %s %s\n", column->name, tp_type_text(column->type));
        if (column->type == TP_TYPE_TEXT) {
            code = add_texts(list, column, error);
        } else if (column->type != TP_TYPE_VERDICT) {
            code = add_numbers(list, column, error);
        }
    }
    return code;
}

/* By which names rows are looked up: the same columns with another one as the id are other inputs. */
static tp_code add_ids(tp_text *list, const tp_layer *layer, tp_error *error) {
    return layer == NULL || layer->id == NULL ? TP_OK : add_texts(list, layer->id, error);
}

/* All settings but the cache itself and the label. */
static void add_settings(tp_text *list, const tp_step *step) {
    for (size_t i = 0; i < step->stage->n_settings; i++) {
        const char *key = step->stage->settings[i].key, *text = step->options.texts[i];
        if (text != NULL && strcmp(key, "cache") != 0 && strcmp(key, "model") != 0) {
            tp_text_add(list, "%s: %s\n", key, text);
        }
    }
    const tp_network_options *options = step->options.values;
    for (size_t i = 0; options->speeds != NULL && i < tp_node_count(options->speeds); i++) {
        const char *text = tp_node_text(tp_node_at(options->speeds, i));
        tp_text_add(list, "%s = %s\n", tp_node_key(options->speeds, i), text == NULL ? "" : text);
    }
}

tp_code tp_network_cache_open(const tp_step *step, const tp_run *run, const tp_dataset *dataset,
                              const tp_transport *transport, tp_network_cache *cache, tp_error *error) {
    const tp_network_options *options = step->options.values;
    const tp_layer *layers[] = {transport->roads, transport->rail, transport->stations, transport->flights,
                                transport->airports};
    tp_text list = {0};
    *cache = (tp_network_cache){.path = tp_plan_path(run->base, options->cache)};
    cache->rows_path = cache->path == NULL ? NULL : tp_text_format("%s.rows", cache->path);
    tp_text_add(&list, "%sprogram %s\nyear %lld\nellipsoid %.17g %.17g\n", FORMAT, TP_VERSION, (long long)run->year,
                dataset->ellipsoid.a_m, dataset->ellipsoid.f);
    add_settings(&list, step);
    tp_code code = cache->rows_path == NULL ? tp_error_memory(error) : TP_OK;
    for (size_t i = 0; i < sizeof layers / sizeof layers[0] && code == TP_OK; i++) {
        code = add_layer(&list, layers[i], error);
        if (code == TP_OK) {
            code = add_ids(&list, layers[i], error);
        }
    }
    if (code == TP_OK) {
        code =
            list.lost ? tp_error_memory(error) : tp_digest_bytes(tp_text_get(&list), list.size, cache->inputs, error);
    }
    tp_text_reset(&list);
    return code;
}

void tp_network_cache_reset(tp_network_cache *cache) {
    free(cache->path);
    free(cache->rows_path);
    *cache = (tp_network_cache){0};
}

/* ---- the rows ---- */

tp_code tp_network_cache_rows(const tp_roads *roads, uint8_t **rows, tp_error *error) {
    *rows = malloc(ROW_SIZE * (size_t)roads->layer->n_rows + 1);
    if (*rows == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < roads->layer->n_rows; row++) {
        const tp_road *road = &roads->items[row];
        (*rows)[ROW_SIZE * row] = road->fate;
        (*rows)[ROW_SIZE * row + 1] = road->notes;
        (*rows)[ROW_SIZE * row + 2] = road->forward != road->backward;
    }
    return TP_OK;
}

static size_t payload_size(int64_t n_rows) {
    return sizeof(int64_t) * (TP_NETWORK_COUNTS + 1) + ROW_SIZE * (size_t)n_rows;
}

tp_code tp_network_cache_save(const tp_network_cache *cache, const uint8_t *rows, int64_t n_rows,
                              const tp_transport *transport, tp_error *error) {
    size_t size = payload_size(n_rows);
    char hex[TP_DIGEST_SIZE];
    uint8_t *payload = malloc(size);
    char *temporary = tp_text_format("%s.part", cache->rows_path);
    if (payload == NULL || temporary == NULL) {
        free(payload);
        free(temporary);
        return tp_error_memory(error);
    }
    memcpy(payload, &n_rows, sizeof n_rows);
    memcpy(payload + sizeof n_rows, transport->count, sizeof transport->count);
    memcpy(payload + sizeof n_rows + sizeof transport->count, rows, ROW_SIZE * (size_t)n_rows);
    tp_code code = tp_digest_bytes(payload, size, hex, error);
    FILE *file = code == TP_OK ? fopen(temporary, "wb") : NULL;
    bool written = file != NULL && fwrite(FORMAT, 1, FORMAT_SIZE, file) == FORMAT_SIZE &&
                   fwrite(cache->inputs, 1, HEX_SIZE, file) == HEX_SIZE && fwrite(hex, 1, HEX_SIZE, file) == HEX_SIZE &&
                   fwrite(payload, 1, size, file) == size;
    written = (file == NULL || fclose(file) == 0) && written;
    if (code == TP_OK && (!written || rename(temporary, cache->rows_path) != 0)) {
        code = tp_error_set(error, TP_E_MACHINE, "%s: cannot be written: %s", cache->rows_path, strerror(errno));
        remove(temporary);
    }
    free(payload);
    free(temporary);
    return code == TP_OK ? tp_network_save(transport->network, cache->path, cache->inputs, error) : code;
}

/* The whole rows file; NULL when there is none (or no memory for it: then the network is made again). */
static uint8_t *read_file(const char *path, size_t expected, size_t *size) {
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = file == NULL ? NULL : malloc(expected + 1);
    *size = bytes == NULL ? 0 : fread(bytes, 1, expected + 1, file);
    if (file != NULL) {
        fclose(file);
    }
    return bytes;
}

/* Takes fates and counts from the file when it is of these inputs and whole. */
static tp_code load_rows(const tp_network_cache *cache, tp_roads *roads, tp_transport *transport, tp_error *error) {
    size_t head = FORMAT_SIZE + 2 * HEX_SIZE, body = payload_size(roads->layer->n_rows), size = 0;
    uint8_t *bytes = read_file(cache->rows_path, head + body, &size);
    char hex[TP_DIGEST_SIZE] = "";
    tp_code code = TP_OK;
    int64_t n_rows = -1;
    transport->cache = bytes == NULL ? TP_CACHE_ABSENT : TP_CACHE_DAMAGED;
    if (size >= head &&
        (memcmp(bytes, FORMAT, FORMAT_SIZE) != 0 || memcmp(bytes + FORMAT_SIZE, cache->inputs, HEX_SIZE) != 0)) {
        transport->cache = TP_CACHE_STALE;
    } else if (size == head + body) {
        code = tp_digest_bytes(bytes + head, body, hex, error);
        memcpy(&n_rows, bytes + head, sizeof n_rows);
        bool whole = code == TP_OK && memcmp(hex, bytes + FORMAT_SIZE + HEX_SIZE, HEX_SIZE) == 0;
        transport->cache = whole && n_rows == roads->layer->n_rows ? TP_CACHE_LOADED : TP_CACHE_DAMAGED;
    }
    if (transport->cache == TP_CACHE_LOADED) {
        const uint8_t *rows = bytes + head + sizeof n_rows + sizeof transport->count;
        memcpy(transport->count, bytes + head + sizeof n_rows, sizeof transport->count);
        for (int64_t row = 0; row < n_rows; row++) {
            roads->items[row] = (tp_road){.fate = rows[ROW_SIZE * row],
                                          .notes = rows[ROW_SIZE * row + 1],
                                          .forward = true,
                                          .backward = rows[ROW_SIZE * row + 2] == 0};
        }
    }
    free(bytes);
    return code;
}

tp_code tp_network_cache_load(const tp_network_cache *cache, tp_roads *roads, tp_transport *transport,
                              tp_error *error) {
    int64_t before[TP_NETWORK_COUNTS];
    memcpy(before, transport->count, sizeof before);
    tp_code code = load_rows(cache, roads, transport, error);
    if (code == TP_OK && transport->cache == TP_CACHE_LOADED) {
        code = tp_network_load(cache->path, cache->inputs, &transport->network, &transport->cache, error);
    }
    if (code == TP_OK && transport->cache != TP_CACHE_LOADED) {
        memcpy(transport->count, before, sizeof before);
    }
    return code;
}
