/* What the dataset will hold, known before it is read: see technopolis/schema.h. */
#include "technopolis/schema.h"

#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

void tp_head_reset(tp_head *head) {
    free(head->name);
    for (size_t i = 0; i < head->n_fields; i++) {
        free(head->fields[i].name);
        free(head->fields[i].unit);
        free(head->fields[i].help);
    }
    free(head->fields);
    tp_condition_free(head->coverage_condition);
    tp_condition_free(head->where);
    *head = (tp_head){0};
}

void tp_schema_reset(tp_schema *schema) {
    for (size_t i = 0; i < schema->n_heads; i++) {
        tp_head_reset(&schema->heads[i]);
    }
    free(schema->heads);
    *schema = (tp_schema){0};
}

tp_code tp_schema_add(tp_schema *schema, const char *name, tp_geometry geometry, tp_place place, tp_head **head,
                      tp_error *error) {
    *head = NULL;
    if (tp_schema_find(schema, name) != NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "the schema already has a layer %s", name);
    }
    tp_head *heads = realloc(schema->heads, sizeof *heads * (schema->n_heads + 1));
    if (heads == NULL) {
        return tp_error_memory(error);
    }
    schema->heads = heads;
    char *copy = tp_text_copy(name);
    if (copy == NULL) {
        return tp_error_memory(error);
    }
    *head = &heads[schema->n_heads++];
    **head = (tp_head){.name = copy, .geometry = geometry, .place = place, .n_features = -1};
    return TP_OK;
}

tp_code tp_head_add_field(tp_head *head, const char *name, tp_type type, const char *unit, const char *help,
                          tp_error *error) {
    if (tp_head_field(head, name) != NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "layer %s already has a column %s", head->name, name);
    }
    tp_field *fields = realloc(head->fields, sizeof *fields * (head->n_fields + 1));
    if (fields == NULL) {
        return tp_error_memory(error);
    }
    head->fields = fields;
    tp_field field = {.name = tp_text_copy(name),
                      .type = type,
                      .unit = tp_text_copy(unit == NULL ? "" : unit),
                      .help = tp_text_copy(help == NULL ? "" : help)};
    if (field.name == NULL || field.unit == NULL || field.help == NULL) {
        free(field.name);
        free(field.unit);
        free(field.help);
        return tp_error_memory(error);
    }
    head->fields[head->n_fields++] = field;
    return TP_OK;
}

tp_head *tp_schema_find(const tp_schema *schema, const char *name) {
    for (size_t i = 0; name != NULL && i < schema->n_heads; i++) {
        if (strcmp(schema->heads[i].name, name) == 0) {
            return &schema->heads[i];
        }
    }
    return NULL;
}

const tp_field *tp_head_field(const tp_head *head, const char *name) {
    for (size_t i = 0; name != NULL && i < head->n_fields; i++) {
        if (strcmp(head->fields[i].name, name) == 0) {
            return &head->fields[i];
        }
    }
    return NULL;
}

void tp_head_check_condition(const tp_head *head, const tp_condition *condition, tp_place place, tp_faults *faults) {
    for (size_t i = 0; condition != NULL && i < tp_condition_count(condition); i++) {
        const char *column = tp_condition_column(condition, i);
        const tp_field *field = tp_head_field(head, column);
        if (field == NULL) {
            tp_faults_add_code_at(faults, TP_E_DATA, place, "layer %s has no column '%s', which '%s' asks for",
                                  head->name, column, tp_condition_text(condition));
        } else if (!tp_condition_is_number(condition, i) && field->type != TP_TYPE_TEXT) {
            tp_faults_add_at(faults, place, "column '%s' of layer %s holds numbers, so '%s' needs a number", column,
                             head->name, tp_condition_text(condition));
        }
    }
}

bool tp_schema_is_standard(const char *name) {
    static const char *const names[] = {"prefectures",
                                        "municipalities",
                                        "cities",
                                        "universities",
                                        "institutes",
                                        "plants",
                                        "airports",
                                        "stations",
                                        "roads",
                                        "rail",
                                        "flights",
                                        "prefectural_offices",
                                        "designated",
                                        "cores",
                                        "region_schemes",
                                        "sites",
                                        "junctions",
                                        "overconcentrated",
                                        "technology_parks",
                                        "incubators",
                                        "basic_institutes",
                                        "applied_institutes"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

bool tp_coverage_holds(tp_coverage coverage, const tp_condition *coverage_condition, const tp_condition *where,
                       const tp_condition *filter) {
    if (where != NULL && !tp_condition_implies(filter, NULL, where)) {
        return false; /* the layer was read without some of what the filter asks for */
    }
    switch (coverage) {
    case TP_COVERAGE_COMPLETE:
        return true;
    case TP_COVERAGE_SAMPLE:
        return false;
    case TP_COVERAGE_CONDITION:
        return tp_condition_implies(filter, where, coverage_condition);
    }
    return false;
}

bool tp_layer_holds(const tp_layer *layer, const tp_condition *filter) {
    return layer->n_lost == 0 && tp_coverage_holds(layer->coverage, layer->coverage_condition, layer->where, filter);
}
