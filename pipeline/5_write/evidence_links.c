/*
 * The layer `evidence_links`: a line from a site to each feature that a criterion of the first profile rests on, each
 * feature once a site and criterion. A feature of a table has no position: its row has no line.
 */
#include "5_write/contents.h"
#include "5_write/position.h"

#include <math.h>
#include <stdlib.h>

static const tp_record_field FIELDS[] = {
    {"site_id", TP_TYPE_TEXT, NULL, NULL},
    {"criterion_id", TP_TYPE_TEXT, NULL, NULL},
    {"feature_layer", TP_TYPE_TEXT, NULL, NULL},
    {"feature_id", TP_TYPE_TEXT, NULL, NULL},
    {"feature_name", TP_TYPE_TEXT, NULL, NULL},
    {"minutes", TP_TYPE_DOUBLE, "min", NULL},
    {"km", TP_TYPE_DOUBLE, "km", "geodesic length for straight_line, length along the path for road"},
    {"method", TP_TYPE_TEXT, NULL, "road, road_model, straight_line, polygon or table"},
};

/* A feature that the criterion has a line to already. */
typedef struct linked {
    const tp_layer *layer;
    int64_t row;
} linked;

typedef struct link_writer {
    const tp_output *output;
    const tp_layer *sites;
    tp_result *const *results; /* of the first profile */
    size_t n_results;
    tp_positions *positions; /* of `sites` and of every layer measured to */
    size_t n_positions, capacity;
    size_t n_measures_most; /* of one result */
    linked *linked;         /* room for the links of one result; a thread's own, as line and record */
    tp_shapes line;         /* one row of two vertices, used again and again */
    tp_record record;
} link_writer;

static size_t n_measures(const tp_result *result) {
    return result->criterion->n_parts + result->criterion->n_also;
}

/* Measure i of a result, parts first; NULL where it has none or it says nothing. */
static const tp_measure *measure_at(const tp_result *result, size_t i) {
    size_t n_parts = result->criterion->n_parts;
    const tp_measure *measure = i < n_parts ? result->measures[i] : result->also[i - n_parts];
    return measure != NULL && measure->missing_layer == NULL ? measure : NULL;
}

static const tp_positions *find_positions(const link_writer *writer, const tp_layer *layer) {
    for (size_t i = 0; i < writer->n_positions; i++) {
        if (writer->positions[i].layer == layer) {
            return &writer->positions[i];
        }
    }
    return NULL;
}

static tp_code add_positions(link_writer *writer, const tp_layer *layer, tp_error *error) {
    if (find_positions(writer, layer) != NULL) {
        return TP_OK;
    }
    if (writer->n_positions == writer->capacity) {
        size_t capacity = writer->capacity + 16;
        tp_positions *positions = realloc(writer->positions, capacity * sizeof *positions);
        if (positions == NULL) {
            return tp_error_memory(error);
        }
        writer->positions = positions;
        writer->capacity = capacity;
    }
    tp_code code = tp_positions_new(layer, &writer->positions[writer->n_positions], error);
    writer->n_positions += code == TP_OK ? 1 : 0;
    return code;
}

static tp_code make_line_room(tp_shapes *line, tp_error *error) {
    static const double zeros[2] = {0};
    tp_code code = tp_shapes_add_row(line, error);
    if (code == TP_OK) {
        code = tp_shapes_add_part(line, error);
    }
    return code == TP_OK ? tp_shapes_add_ring(line, zeros, zeros, 2, error) : code;
}

/* The positions of the sites and of all layers that links lead to. */
static tp_code prepare(link_writer *writer, tp_error *error) {
    tp_code code = add_positions(writer, writer->sites, error);
    for (size_t i = 0; i < writer->n_results; i++) {
        size_t n = n_measures(writer->results[i]);
        writer->n_measures_most = n > writer->n_measures_most ? n : writer->n_measures_most;
        for (size_t k = 0; k < n; k++) {
            const tp_measure *measure = measure_at(writer->results[i], k);
            for (size_t to = 0; code == TP_OK && measure != NULL && to < measure->n_to; to++) {
                code = add_positions(writer, measure->to[to], error);
            }
        }
    }
    return code;
}

/* The measures in the order of writing: that of the part that decides first, so that its way of reaching a feature is
 * the one told, then the others as they stand. */
static const tp_measure *measure_in_order(const tp_result *result, int64_t row, size_t place) {
    size_t first = result->part[row];
    return measure_at(result, place == 0 ? first : place <= first ? place - 1 : place);
}

/* Was this feature linked before? Some 10 x 10 at most. */
static bool is_linked(const link_writer *writer, size_t n_linked, const linked *feature) {
    for (size_t i = 0; i < n_linked; i++) {
        if (writer->linked[i].row == feature->row && writer->linked[i].layer == feature->layer) {
            return true;
        }
    }
    return false;
}

/* The line from the site to the feature; none where one of them has no position. */
static tp_shape make_line(link_writer *writer, int64_t site, const tp_layer *layer, int64_t feature) {
    const tp_positions *from = find_positions(writer, writer->sites);
    const tp_positions *to = find_positions(writer, layer);
    tp_shape shape = {.geometry = TP_GEOMETRY_NONE};
    if (from->lon_deg == NULL || to->lon_deg == NULL || isnan(from->lon_deg[site]) || isnan(to->lon_deg[feature])) {
        return shape;
    }
    writer->line.x[0] = from->lon_deg[site];
    writer->line.y[0] = from->lat_deg[site];
    writer->line.x[1] = to->lon_deg[feature];
    writer->line.y[1] = to->lat_deg[feature];
    return (tp_shape){.geometry = TP_GEOMETRY_LINE, .shapes = &writer->line, .row = 0};
}

static tp_code write_link(link_writer *writer, const tp_result *result, const tp_measure *measure, const tp_link *link,
                          int64_t row, tp_error *error) {
    const tp_layer *layer = measure->to[link->layer];
    tp_record *record = &writer->record;
    tp_record_start(record);
    tp_put_text(record, tp_layer_id(writer->sites, row));
    tp_put_text(record, result->criterion->id);
    tp_put_text(record, layer->name);
    tp_put_text(record, tp_layer_id(layer, link->row));
    tp_put_text(record, tp_layer_label(layer, link->row));
    tp_put_double(record, link->minutes, !isnan(link->minutes));
    tp_put_double(record, link->distance_m / 1000, !isnan(link->distance_m));
    tp_put_text(record, tp_method_text((tp_method)measure->method[row]));
    tp_shape shape = make_line(writer, row, layer, link->row);
    return tp_output_row(writer->output, record, &shape, error);
}

static tp_code write_result(link_writer *writer, const tp_result *result, int64_t row, tp_error *error) {
    tp_code code = TP_OK;
    size_t n_linked = 0;
    for (size_t k = 0; k < n_measures(result); k++) {
        const tp_measure *measure = measure_in_order(result, row, k);
        tp_link links[TP_LINKS_MAX];
        int n = measure == NULL ? 0 : tp_measure_links(measure, row, links);
        if (n < 0) {
            return tp_error_memory(error);
        }
        for (int i = 0; code == TP_OK && i < n; i++) {
            linked feature = {measure->to[links[i].layer], links[i].row};
            if (!is_linked(writer, n_linked, &feature)) {
                writer->linked[n_linked++] = feature;
                code = write_link(writer, result, measure, &links[i], row, error);
            }
        }
    }
    return code;
}

static void stop_links(void *worker) {
    link_writer *writer = worker;
    tp_shapes_reset(&writer->line);
    tp_record_reset(&writer->record);
    free(writer->linked);
    free(writer);
}

/* A copy with a line and a row of its own; positions are shared. */
static tp_code start_links(const void *shared, const tp_output *output, void **worker, tp_error *error) {
    const link_writer *all = shared;
    link_writer *writer = malloc(sizeof *writer);
    if (writer == NULL) {
        return tp_error_memory(error);
    }
    *writer = *all;
    writer->output = output;
    writer->line = (tp_shapes){0};
    writer->linked = malloc((writer->n_measures_most * TP_LINKS_MAX + 1) * sizeof *writer->linked);
    tp_code code = tp_record_fork(&all->record, &writer->record, error);
    if (code == TP_OK && writer->linked == NULL) {
        code = tp_error_memory(error);
    }
    if (code == TP_OK) {
        code = make_line_room(&writer->line, error);
    }
    if (code != TP_OK) {
        stop_links(writer);
        return code;
    }
    *worker = writer;
    return TP_OK;
}

static tp_code make_links(void *worker, int64_t row, tp_error *error) {
    link_writer *writer = worker;
    tp_code code = TP_OK;
    bool told = tp_output_has_evidence(writer->output, 0, row);
    for (size_t i = 0; code == TP_OK && told && i < writer->n_results; i++) {
        code = write_result(writer, writer->results[i], row, error);
    }
    return code;
}

tp_code tp_write_evidence_links(const tp_output *output, tp_error *error) {
    link_writer writer = {.output = output, .sites = tp_dataset_layer(output->dataset, "sites")};
    writer.results = tp_profile_results(output->dataset, 0, &writer.n_results);
    if (writer.sites == NULL || writer.results == NULL) {
        return TP_OK;
    }
    tp_code code = tp_record_add_all(&writer.record, FIELDS, sizeof FIELDS / sizeof FIELDS[0], error);
    if (code == TP_OK) {
        code = prepare(&writer, error);
    }
    if (code == TP_OK) {
        code = tp_output_begin(output, "evidence_links", TP_GEOMETRY_LINE, &writer.record, error);
    }
    if (code == TP_OK) {
        tp_row_maker maker = {"evidence_links", &writer, start_links, make_links, stop_links, NULL};
        code = tp_output_items(output, &maker, writer.sites->n_rows, error);
    }
    if (code == TP_OK) {
        code = tp_output_end(output, error);
    }
    for (size_t i = 0; i < writer.n_positions; i++) {
        tp_positions_reset(&writer.positions[i]);
    }
    free(writer.positions);
    tp_record_reset(&writer.record);
    return code;
}
