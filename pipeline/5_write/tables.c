/* The tables that say what was found and where the result comes from: `findings`, `rejects`, `run_info`, `sources`,
 * `parameters`. */
#include "5_write/contents.h"

#include "technopolis/mask.h"
#include "technopolis/transport.h"
#include "technopolis/version.h"

#include <gdal.h>
#include <geos_c.h>
#include <math.h>
#include <proj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Declares the fields and begins the table; `record` is reset by finish_table. */
static tp_code begin_table(const tp_output *output, const char *name, const tp_record_field *fields, size_t n,
                           tp_record *record, tp_error *error) {
    tp_code code = tp_record_add_all(record, fields, n, error);
    return code == TP_OK ? tp_output_begin(output, name, TP_GEOMETRY_NONE, record, error) : code;
}

static tp_code finish_table(const tp_output *output, tp_record *record, tp_code code, tp_error *error) {
    if (code == TP_OK) {
        code = tp_output_end(output, error);
    }
    tp_record_reset(record);
    return code;
}

tp_code tp_write_rejects(const tp_output *output, tp_error *error) {
    static const tp_record_field fields[] = {
        {"layer", TP_TYPE_TEXT, NULL, NULL},       {"source_file", TP_TYPE_TEXT, NULL, NULL},
        {"source_fid", TP_TYPE_INT64, NULL, NULL}, {"reason", TP_TYPE_TEXT, NULL, NULL},
        {"detail", TP_TYPE_TEXT, NULL, NULL},
    };
    const tp_dataset *dataset = output->dataset;
    tp_record record = {0};
    tp_code code = begin_table(output, "rejects", fields, sizeof fields / sizeof fields[0], &record, error);
    for (size_t i = 0; code == TP_OK && i < dataset->n_rejects; i++) {
        const tp_reject *reject = &dataset->rejects[i];
        bool has_source = reject->source >= 0 && (size_t)reject->source < dataset->n_sources;
        tp_record_start(&record);
        tp_put_text(&record, reject->layer);
        tp_put_text(&record, has_source ? dataset->sources[reject->source].file : NULL);
        tp_put_int64(&record, reject->source_fid, reject->source_fid >= 0);
        tp_put_text(&record, reject->reason);
        tp_put_text(&record, reject->detail);
        code = tp_output_row(output, &record, NULL, error);
    }
    return finish_table(output, &record, code, error);
}

tp_code tp_write_findings(const tp_output *output, tp_error *error) {
    static const tp_record_field fields[] = {
        {"step", TP_TYPE_TEXT, NULL, NULL},
        {"subject", TP_TYPE_TEXT, NULL, NULL},
        {"kind", TP_TYPE_TEXT, NULL, "finding or warning"},
        {"finding", TP_TYPE_TEXT, NULL, NULL},
    };
    const tp_dataset *dataset = output->dataset;
    if (dataset->n_findings == 0) {
        return TP_OK;
    }
    tp_record record = {0};
    tp_code code = begin_table(output, "findings", fields, sizeof fields / sizeof fields[0], &record, error);
    for (size_t i = 0; code == TP_OK && i < dataset->n_findings; i++) {
        const tp_finding *finding = &dataset->findings[i];
        tp_record_start(&record);
        tp_put_text(&record, finding->step);
        tp_put_text(&record, finding->subject);
        tp_put_text(&record, finding->warning ? "warning" : "finding");
        tp_put_text(&record, finding->text);
        code = tp_output_row(output, &record, NULL, error);
    }
    return finish_table(output, &record, code, error);
}

tp_code tp_write_sources(const tp_output *output, tp_error *error) {
    static const tp_record_field fields[] = {
        {"layer", TP_TYPE_TEXT, NULL, NULL},
        {"file", TP_TYPE_TEXT, NULL, "relative to the configuration"},
        {"sha256", TP_TYPE_TEXT, NULL, NULL},
        {"driver", TP_TYPE_TEXT, NULL, NULL},
        {"features_read", TP_TYPE_INT64, NULL, NULL},
        {"features_kept", TP_TYPE_INT64, NULL, NULL},
        {"features_filtered", TP_TYPE_INT64, NULL, "not meeting the entry's `where`, or of another year"},
        {"encoding", TP_TYPE_TEXT, NULL, NULL},
        {"encoding_origin", TP_TYPE_TEXT, NULL, NULL},
        {"crs", TP_TYPE_TEXT, NULL, NULL},
        {"crs_origin", TP_TYPE_TEXT, NULL, NULL},
        {"operation", TP_TYPE_TEXT, NULL, "PROJ's name of the transformation used"},
        {"accuracy_m", TP_TYPE_DOUBLE, "m", "of the operation; NULL: not stated"},
        {"coverage", TP_TYPE_TEXT, NULL, NULL},
        {"schema", TP_TYPE_TEXT, NULL, NULL},
        {"product", TP_TYPE_TEXT, NULL, NULL},
        {"edition", TP_TYPE_TEXT, NULL, "of the product"},
        {"decided", TP_TYPE_TEXT, NULL, "on what grounds the edition was decided, and what stands for the geometry"},
    };
    const tp_dataset *dataset = output->dataset;
    tp_record record = {0};
    tp_code code = begin_table(output, "sources", fields, sizeof fields / sizeof fields[0], &record, error);
    for (size_t i = 0; code == TP_OK && i < dataset->n_sources; i++) {
        const tp_source *source = &dataset->sources[i];
        tp_record_start(&record);
        tp_put_text(&record, source->layer);
        tp_put_text(&record, source->file);
        tp_put_text(&record, source->sha256);
        tp_put_text(&record, source->driver);
        tp_put_int64(&record, source->features_read, true);
        tp_put_int64(&record, source->features_kept, true);
        tp_put_int64(&record, source->features_filtered, true);
        tp_put_text(&record, source->encoding);
        tp_put_text(&record, source->encoding_origin);
        tp_put_text(&record, source->crs);
        tp_put_text(&record, source->crs_origin);
        tp_put_text(&record, source->operation);
        tp_put_double(&record, source->accuracy_m, !isnan(source->accuracy_m));
        tp_put_text(&record, source->coverage);
        tp_put_text(&record, source->schema);
        tp_put_text(&record, source->product);
        tp_put_text(&record, source->edition);
        tp_put_text(&record, source->decided);
        code = tp_output_row(output, &record, NULL, error);
    }
    return finish_table(output, &record, code, error);
}

tp_code tp_write_parameters(const tp_output *output, tp_error *error) {
    static const tp_record_field fields[] = {
        {"step", TP_TYPE_TEXT, NULL, NULL},
        {"key", TP_TYPE_TEXT, NULL, NULL},
        {"value", TP_TYPE_TEXT, NULL, NULL},
        {"origin", TP_TYPE_TEXT, NULL, "default, configuration, command line, profile or product"},
    };
    const tp_dataset *dataset = output->dataset;
    tp_record record = {0};
    tp_code code = begin_table(output, "parameters", fields, sizeof fields / sizeof fields[0], &record, error);
    for (size_t i = 0; code == TP_OK && i < dataset->n_parameters; i++) {
        const tp_parameter *parameter = &dataset->parameters[i];
        tp_record_start(&record);
        tp_put_text(&record, parameter->step);
        tp_put_text(&record, parameter->key);
        tp_put_text(&record, parameter->value);
        tp_put_text(&record, parameter->origin);
        code = tp_output_row(output, &record, NULL, error);
    }
    return finish_table(output, &record, code, error);
}

/* GEOSversion gives "3.11.1-CAPI-1.17.1": the library's own version stands first. */
static void geos_version(char *version, size_t size) {
    const char *text = GEOSversion();
    (void)snprintf(version, size, "%.*s", (int)strcspn(text, "-"), text);
}

static tp_code write_count(const tp_output *output, tp_record *record, const char *key, int64_t value,
                           tp_error *error) {
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)value);
    tp_record_start(record);
    tp_put_text(record, key);
    tp_put_text(record, text);
    return tp_output_row(output, record, NULL, error);
}

/* What the network is made of, and what was found while it was made; counts of nothing are left out. */
static tp_code write_network(const tp_output *output, tp_record *record, tp_error *error) {
    const tp_transport *transport = output->dataset->network;
    if (transport == NULL) {
        return TP_OK;
    }
    tp_network_statistics of;
    tp_network_statistics_of(transport->network, &of);
    const struct {
        const char *key;
        int64_t value;
    } rows[] = {
        {"network.nodes", of.n_nodes},
        {"network.ways", of.n_ways},
        {"network.edges", of.n_edges},
        {"network.one_way", of.n_one_way},
        {"network.weak_components", of.n_weak},
        {"network.strong_components", of.n_strong},
        {"network.largest_weak_component", of.largest_weak},
        {"network.largest_strong_component", of.largest_strong},
    };
    tp_code code = TP_OK;
    for (size_t i = 0; code == TP_OK && i < sizeof rows / sizeof rows[0]; i++) {
        code = write_count(output, record, rows[i].key, rows[i].value, error);
    }
    for (int mode = 0; code == TP_OK && mode < TP_MODE_COUNT; mode++) {
        char key[48];
        (void)snprintf(key, sizeof key, "network.km_%s", tp_mode_text((tp_mode)mode));
        if (of.ways[mode] > 0) {
            code = write_count(output, record, key, (int64_t)llround(of.length_km[mode]), error);
        }
    }
    for (int i = 0; code == TP_OK && i < TP_NETWORK_COUNTS; i++) {
        char key[80];
        (void)snprintf(key, sizeof key, "network.%s", tp_network_count_text((tp_network_count)i));
        if (transport->count[i] > 0) {
            code = write_count(output, record, key, transport->count[i], error);
        }
    }
    return code;
}

tp_code tp_write_run_info(const tp_output *output, tp_error *error) {
    static const tp_record_field fields[] = {{"key", TP_TYPE_TEXT, NULL, NULL}, {"value", TP_TYPE_TEXT, NULL, NULL}};
    const tp_run *run = output->run;
    char year[24], seed[24], geos[32];
    char *text = run->config_text == NULL ? NULL : tp_masked(run->config_text);
    if (run->config_text != NULL && text == NULL) {
        return tp_error_memory(error);
    }
    (void)snprintf(year, sizeof year, "%lld", (long long)run->year);
    (void)snprintf(seed, sizeof seed, "%lld", (long long)run->seed);
    geos_version(geos, sizeof geos);
    const struct {
        const char *key, *value;
    } rows[] = {
        {"title", run->title},
        {"technopolis", TP_VERSION},
        {"gdal", GDALVersionInfo("RELEASE_NAME")},
        {"proj", proj_info().version},
        {"geos", geos},
        {"configuration", run->config_name},
        {"configuration_sha256", run->config_sha256},
        {"configuration_text", text},
        {"year", run->year != 0 ? year : NULL},
        {"seed", seed},
        {"crs", run->crs},
        {"geographic_crs", output->dataset->geographic_crs},
        {"language", run->language == 1 ? "ja" : "en"},
    };
    tp_record record = {0};
    tp_code code = begin_table(output, "run_info", fields, sizeof fields / sizeof fields[0], &record, error);
    for (size_t i = 0; code == TP_OK && i < sizeof rows / sizeof rows[0]; i++) {
        tp_record_start(&record);
        tp_put_text(&record, rows[i].key);
        tp_put_text(&record, rows[i].value);
        code = tp_output_row(output, &record, NULL, error);
    }
    if (code == TP_OK) {
        code = write_network(output, &record, error);
    }
    free(text);
    return finish_table(output, &record, code, error);
}
