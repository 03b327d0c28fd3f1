/* Evidence of a criterion, put together from what its measures say. See evidence.h. */
#include "5_write/evidence.h"

#include "technopolis/schema.h"
#include "technopolis/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Puts `; ` between what stands from `start` on and what comes; gives the size to return to when nothing comes. */
static size_t begin_item(tp_text *text, size_t start) {
    size_t before = text->size;
    if (text->size > start) {
        tp_text_add(text, "; ");
    }
    return before;
}

static void end_item(tp_text *text, size_t before, size_t begun) {
    if (!text->lost && text->size == begun && text->size > before) {
        text->size = before;
        text->data[before] = '\0';
    }
}

/* Was this missing layer already named by one of the first `n` measures? */
static bool is_said(const tp_measure *const *measures, size_t n, const char *layer) {
    for (size_t i = 0; i < n; i++) {
        if (measures[i] != NULL && measures[i]->missing_layer != NULL &&
            strcmp(measures[i]->missing_layer, layer) == 0) {
            return true;
        }
    }
    return false;
}

static void write_measure(const tp_measure *measure, int64_t row, size_t start, tp_text *text) {
    size_t before = begin_item(text, start);
    size_t begun = text->size;
    if (measure->missing_layer != NULL) {
        tp_text_add(text, "layer %s is not read", measure->missing_layer);
    } else {
        measure->kind->evidence(measure, row, text);
    }
    end_item(text, before, begun);
}

/* A layer of another time than the run's, said once: "cities: of 2020, 36 years after the run's year". */
static void write_layer_years(const tp_layer *layer, size_t start, tp_text *text) {
    if (layer == NULL || layer->years_apart == 0) {
        return;
    }
    char item[200];
    bool one = layer->first_year == layer->last_year;
    int n = snprintf(item, sizeof item, "%.80s: of %lld", layer->name, (long long)layer->first_year);
    if (!one) {
        n += snprintf(item + n, sizeof item - (size_t)n, " to %lld", (long long)layer->last_year);
    }
    snprintf(item + n, sizeof item - (size_t)n, ", %s%lld years %s the run's year", one ? "" : "up to ",
             llabs(layer->years_apart), layer->years_apart > 0 ? "after" : "before");
    if (strstr(tp_text_get(text) + start, item) == NULL) {
        (void)begin_item(text, start);
        tp_text_add(text, "%s", item);
    }
}

/* The layers that a measure rests on: what it measures to, the roads it goes by, the trains and flights of a journey. */
static void write_years(const tp_dataset *dataset, const tp_measure *measure, size_t start, tp_text *text) {
    for (size_t i = 0; i < measure->n_to; i++) {
        write_layer_years(measure->to[i], start, text);
    }
    const tp_transport *network = dataset->network;
    if (measure->by_network && network != NULL) {
        write_layer_years(network->roads, start, text);
    }
    if (strcmp(measure->kind->name, "day_return") == 0) {
        write_layer_years(network != NULL ? network->rail : tp_dataset_layer(dataset, "rail"), start, text);
        write_layer_years(network != NULL ? network->flights : tp_dataset_layer(dataset, "flights"), start, text);
    }
}

/* A standard layer that a left-out part names in its settings and that is not there; NULL where it names none. */
static const char *absent_layer(const tp_dataset *dataset, const tp_node *node) {
    if (node == NULL) {
        return NULL;
    }
    const char *name = tp_node_text(node);
    if (name != NULL) {
        return tp_schema_is_standard(name) && tp_dataset_layer(dataset, name) == NULL ? name : NULL;
    }
    for (size_t i = 0; i < tp_node_count(node); i++) {
        const char *found = absent_layer(dataset, tp_node_at(node, i));
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

static void write_left_out(const tp_dataset *dataset, const tp_part *part, size_t start, tp_text *text) {
    bool touching = strcmp(part->kind, "touching") == 0;
    const char *what = touching ? "own and touching municipality" : part->kind;
    /* Where several layers are not there, the polygons are why an optional part is left out. */
    const char *layer = absent_layer(dataset, part->settings != NULL ? tp_node_find(part->settings, "polygons") : NULL);
    layer = layer != NULL ? layer : absent_layer(dataset, part->settings);
    if (layer == NULL && touching) {
        layer = "municipalities"; /* what it looks at by default */
    }
    (void)begin_item(text, start);
    if (layer != NULL) {
        tp_text_add(text, "layer %s is not read: %s left out", layer, what);
    } else {
        tp_text_add(text, "%s left out: a layer that it needs is not read", what);
    }
}

/* Whether any measure of the result starts from the core of the site's polygon. */
static bool starts_from_core(const tp_result *result) {
    for (size_t i = 0; i < result->criterion->n_parts; i++) {
        const tp_measure *measure = result->measures[i];
        if (measure != NULL && measure->missing_layer == NULL && measure->from_core) {
            return true;
        }
    }
    return false;
}

/* "; from the core Kumamoto University (best_place)" */
static void write_core(const tp_layer *sites, int64_t row, size_t start, tp_text *text) {
    const tp_column *rule = tp_layer_column(sites, "core_rule"), *name = tp_layer_column(sites, "core_name");
    const char *rule_text = rule == NULL ? NULL : tp_column_text(rule, row);
    const char *name_text = name == NULL ? NULL : tp_column_text(name, row);
    if (rule_text == NULL || text->size == start) {
        return;
    }
    if (name_text != NULL) {
        tp_text_add(text, "; from the core %s (%s)", name_text, rule_text);
    } else {
        tp_text_add(text, "; from a point on the zone's surface, since no core and no actor lies inside");
    }
}

static void write_also(const tp_result *result, int64_t row, size_t start, tp_text *text) {
    const tp_criterion *criterion = result->criterion;
    for (size_t i = 0; i < criterion->n_also; i++) {
        const tp_measure *measure = result->also[i];
        if (measure == NULL) {
            continue;
        }
        if (measure->missing_layer == NULL || (!is_said(result->measures, criterion->n_parts, measure->missing_layer) &&
                                               !is_said(result->also, i, measure->missing_layer))) {
            write_measure(measure, row, start, text);
        }
    }
}

void tp_evidence_write(const tp_dataset *dataset, const tp_result *result, int64_t row, tp_text *text) {
    const tp_criterion *criterion = result->criterion;
    size_t start = text->size;
    for (size_t i = 0; i < criterion->n_parts; i++) {
        const tp_measure *measure = result->measures[i];
        if (measure == NULL) {
            write_left_out(dataset, &criterion->parts[i], start, text);
        } else if (measure->missing_layer == NULL || !is_said(result->measures, i, measure->missing_layer)) {
            write_measure(measure, row, start, text);
        }
    }
    write_also(result, row, start, text);
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    if (sites != NULL && sites->geometry == TP_GEOMETRY_POLYGON && starts_from_core(result)) {
        write_core(sites, row, start, text);
    }
    for (size_t i = 0; i < criterion->n_parts + criterion->n_also; i++) {
        bool part = i < criterion->n_parts;
        const tp_measure *measure = part ? result->measures[i] : result->also[i - criterion->n_parts];
        if (measure != NULL) {
            write_years(dataset, measure, start, text);
        }
    }
}
