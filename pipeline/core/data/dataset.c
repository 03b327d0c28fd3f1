/* The dataset: see technopolis/dataset.h. */
#include "technopolis/dataset.h"

#include "technopolis/mask.h"

#include "technopolis/transport.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

tp_code tp_dataset_new(tp_dataset **dataset, tp_error *error) {
    *dataset = calloc(1, sizeof **dataset);
    if (*dataset == NULL) {
        return tp_error_memory(error);
    }
    tp_ellipsoid_init_grs80(&(*dataset)->ellipsoid);
    return TP_OK;
}

void tp_result_free(tp_result *result) {
    if (result == NULL) {
        return;
    }
    free(result->measures);
    free(result->also);
    free(result->verdict);
    free(result->part);
    free(result->known);
    free(result->value);
    free(result->margin);
    free(result);
}

static void free_source(tp_source *source) {
    free(source->layer);
    free(source->file);
    free(source->sha256);
    free(source->driver);
    free(source->encoding);
    free(source->encoding_origin);
    free(source->crs);
    free(source->crs_origin);
    free(source->crs_definition);
    free(source->operation);
    free(source->coverage);
    free(source->schema);
    free(source->product);
    free(source->edition);
    free(source->decided);
}

static void free_finding(tp_finding *finding) {
    free(finding->step);
    free(finding->subject);
    free(finding->text);
}

void tp_dataset_free(tp_dataset *dataset) {
    if (dataset == NULL) {
        return;
    }
    tp_transport_free(dataset->network);
    for (size_t i = 0; i < dataset->n_results; i++) {
        tp_result_free(dataset->results[i]);
    }
    for (size_t i = 0; i < dataset->n_measures; i++) {
        tp_measure_free(dataset->measures[i]);
    }
    for (size_t i = 0; i < dataset->n_layers; i++) {
        tp_layer_free(dataset->layers[i]);
    }
    for (size_t i = 0; i < dataset->n_rejects; i++) {
        free(dataset->rejects[i].layer);
        free(dataset->rejects[i].detail);
    }
    for (size_t i = 0; i < dataset->n_sources; i++) {
        free_source(&dataset->sources[i]);
    }
    for (size_t i = 0; i < dataset->n_parameters; i++) {
        free(dataset->parameters[i].step);
        free(dataset->parameters[i].key);
        free(dataset->parameters[i].value);
    }
    for (size_t i = 0; i < dataset->n_findings; i++) {
        free_finding(&dataset->findings[i]);
    }
    free(dataset->findings);
    free(dataset->results);
    free(dataset->measures);
    free(dataset->layers);
    free(dataset->rejects);
    free(dataset->sources);
    free(dataset->parameters);
    free(dataset->site_verdict);
    free(dataset->profiles);
    free(dataset->geographic_crs);
    free(dataset);
}

tp_code tp_dataset_add_layer(tp_dataset *dataset, tp_layer *layer, tp_error *error) {
    tp_code code = TP_OK;
    tp_layer **layers = realloc(dataset->layers, sizeof(tp_layer *) * (dataset->n_layers + 1));
    if (layers == NULL) {
        code = tp_error_memory(error);
    } else {
        dataset->layers = layers;
        if (tp_dataset_layer(dataset, layer->name) != NULL) {
            code = tp_error_set(error, TP_E_INTERNAL, "the dataset already has a layer %s", layer->name);
        }
    }
    if (code != TP_OK) {
        tp_layer_free(layer);
        return code;
    }
    dataset->layers[dataset->n_layers++] = layer;
    return TP_OK;
}

tp_code tp_dataset_add_measure(tp_dataset *dataset, tp_measure *measure, tp_error *error) {
    tp_code code = TP_OK;
    tp_measure **measures = realloc(dataset->measures, sizeof(tp_measure *) * (dataset->n_measures + 1));
    if (measures == NULL) {
        code = tp_error_memory(error);
    } else {
        dataset->measures = measures;
        if (tp_dataset_measure(dataset, measure->name) != NULL) {
            code = tp_error_set(error, TP_E_INTERNAL, "the dataset already has a measure %s", measure->name);
        }
    }
    if (code != TP_OK) {
        tp_measure_free(measure);
        return code;
    }
    dataset->measures[dataset->n_measures++] = measure;
    return TP_OK;
}

tp_code tp_dataset_add_result(tp_dataset *dataset, tp_result *result, tp_error *error) {
    tp_result **results = realloc(dataset->results, sizeof(tp_result *) * (dataset->n_results + 1));
    if (results == NULL) {
        tp_result_free(result);
        return tp_error_memory(error);
    }
    dataset->results = results;
    dataset->results[dataset->n_results++] = result;
    return TP_OK;
}

tp_layer *tp_dataset_layer(const tp_dataset *dataset, const char *name) {
    for (size_t i = 0; i < dataset->n_layers; i++) {
        if (strcmp(dataset->layers[i]->name, name) == 0) {
            return dataset->layers[i];
        }
    }
    return NULL;
}

tp_measure *tp_dataset_measure(const tp_dataset *dataset, const char *name) {
    for (size_t i = 0; i < dataset->n_measures; i++) {
        if (strcmp(dataset->measures[i]->name, name) == 0) {
            return dataset->measures[i];
        }
    }
    return NULL;
}

/* A formatted text, to be freed; NULL: no memory. */
static char *format_text(const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    char *text = size < 0 ? NULL : malloc((size_t)size + 1);
    if (text != NULL) {
        vsnprintf(text, (size_t)size + 1, format, again);
    }
    va_end(again);
    return text;
}

tp_code tp_dataset_reject(tp_dataset *dataset, const char *layer, int32_t source, int64_t source_fid,
                          const char *reason, tp_error *error, const char *detail_format, ...) {
    if (dataset->n_rejects == dataset->rejects_capacity) {
        size_t capacity = dataset->rejects_capacity == 0 ? 16 : dataset->rejects_capacity * 2;
        tp_reject *rejects = realloc(dataset->rejects, sizeof *rejects * capacity);
        if (rejects == NULL) {
            return tp_error_memory(error);
        }
        dataset->rejects = rejects;
        dataset->rejects_capacity = capacity;
    }
    va_list arguments;
    va_start(arguments, detail_format);
    char *detail = format_text(detail_format, arguments);
    va_end(arguments);
    char *name = tp_text_copy(layer);
    if (detail == NULL || name == NULL) {
        free(detail);
        free(name);
        return tp_error_memory(error);
    }
    dataset->rejects[dataset->n_rejects++] =
        (tp_reject){.layer = name, .source = source, .source_fid = source_fid, .reason = reason, .detail = detail};
    return TP_OK;
}

tp_code tp_dataset_add_source(tp_dataset *dataset, const char *layer, const char *file, int32_t *source,
                              tp_error *error) {
    tp_source *sources = realloc(dataset->sources, sizeof *sources * (dataset->n_sources + 1));
    if (sources == NULL) {
        return tp_error_memory(error);
    }
    dataset->sources = sources;
    tp_source *made = &sources[dataset->n_sources];
    *made = (tp_source){.layer = tp_text_copy(layer), .file = tp_masked(file), .accuracy_m = NAN};
    if (made->layer == NULL || made->file == NULL) {
        free_source(made);
        return tp_error_memory(error);
    }
    *source = (int32_t)dataset->n_sources++;
    return TP_OK;
}

tp_code tp_dataset_add_parameter(tp_dataset *dataset, const char *step, const char *key, const char *value,
                                 const char *origin, tp_error *error) {
    tp_parameter *parameters = realloc(dataset->parameters, sizeof *parameters * (dataset->n_parameters + 1));
    if (parameters == NULL) {
        return tp_error_memory(error);
    }
    dataset->parameters = parameters;
    tp_parameter *made = &parameters[dataset->n_parameters];
    *made = (tp_parameter){
        .step = tp_text_copy(step), .key = tp_text_copy(key), .value = tp_masked(value), .origin = origin};
    if (made->step == NULL || made->key == NULL || made->value == NULL) {
        free(made->step);
        free(made->key);
        free(made->value);
        return tp_error_memory(error);
    }
    dataset->n_parameters++;
    return TP_OK;
}

tp_code tp_dataset_add_finding(tp_dataset *dataset, const char *step, const char *subject, bool warning,
                               tp_error *error, const char *format, ...) {
    tp_finding *findings = realloc(dataset->findings, sizeof *findings * (dataset->n_findings + 1));
    if (findings == NULL) {
        return tp_error_memory(error);
    }
    dataset->findings = findings;
    tp_finding *made = &findings[dataset->n_findings];
    va_list arguments;
    va_start(arguments, format);
    *made = (tp_finding){.step = tp_text_copy(step),
                         .subject = tp_text_copy(subject),
                         .text = format_text(format, arguments),
                         .warning = warning};
    va_end(arguments);
    if (made->step == NULL || made->subject == NULL || made->text == NULL) {
        free_finding(made);
        return tp_error_memory(error);
    }
    dataset->n_findings++;
    return TP_OK;
}
