/* What a product says of a file's head: see product_head.h. */
#include "1_read/product_head.h"

#include "1_read/edition.h"
#include "1_read/files.h"
#include "1_read/members.h"
#include "technopolis/text.h"

#include <cpl_vsi.h>
#include <stdlib.h>
#include <string.h>

static tp_code out_of_memory(tp_faults *faults) {
    tp_faults_add(faults, TP_E_MACHINE, "out of memory");
    return TP_E_MACHINE;
}

bool tp_product_head_members(const char *path, const char *shown, const tp_product *product, tp_place place,
                             tp_faults *faults) {
    VSIStatBufL status;
    if (product == NULL || VSIStatL(path, &status) != 0 || !tp_members_is_container(path)) {
        return true;
    }
    tp_members members = {0};
    tp_text all = {0}, wanted = {0};
    bool right = true;
    if (tp_members_choose(path, &product->members, &members, &all, NULL) == TP_OK && all.size > 0) {
        tp_members_describe(&product->members, &wanted);
        tp_faults_add_code_at(faults, TP_E_DATA, place,
                              "%s: holds no file of product %s (looked for %s; there are: %s)", shown, product->id,
                              tp_text_get(&wanted), tp_text_get(&all));
        right = false;
    }
    tp_members_reset(&members);
    tp_text_reset(&all);
    tp_text_reset(&wanted);
    return right;
}

tp_code tp_product_head_edition(OGRLayerH layer, const tp_product *product, const tp_read_places *places,
                                tp_read_head *head, tp_faults *faults) {
    if (product == NULL) {
        return TP_OK;
    }
    head->product = product;
    tp_text why = {0};
    head->edition = tp_edition_choose(product, layer, &why);
    tp_code code = why.lost ? out_of_memory(faults) : TP_OK;
    if (code == TP_OK && head->edition == NULL) {
        code = TP_E_DATA;
        tp_faults_add_code_at(faults, code, places->product, "%s: fits no edition of product %s: %s", head->shown,
                              product->id, tp_text_get(&why));
    } else if (code == TP_OK) {
        head->decided = tp_text_format("%s%s", tp_text_get(&why),
                                       head->edition->verified ? "" : "; the columns of this edition are not verified");
        code = head->decided == NULL ? out_of_memory(faults) : TP_OK;
        head->skip = tp_edition_skip(head->edition, layer);
        head->head.n_features -= head->head.n_features > 0 ? head->skip : 0;
    }
    tp_text_reset(&why);
    return code;
}

/* Adds to head->decided on what other grounds. */
static tp_code add_to_decided(tp_read_head *head, const char *text, tp_faults *faults) {
    char *longer = tp_text_format("%s%s%s", head->decided, head->decided[0] == '\0' ? "" : "; ", text);
    if (longer == NULL) {
        return out_of_memory(faults);
    }
    free(head->decided);
    head->decided = longer;
    return TP_OK;
}

tp_code tp_product_head_crs(tp_read_head *head, tp_faults *faults) {
    const char *crs = head->edition != NULL && head->edition->crs != NULL ? head->edition->crs
                      : head->product != NULL                             ? head->product->crs
                                                                          : NULL;
    if (crs == NULL) {
        return TP_OK;
    }
    char *prj = tp_files_ends(head->path, "shp") ? tp_files_side(head->path, "prj") : NULL;
    bool not_understood = prj != NULL;
    free(prj);
    head->crs = tp_text_copy(crs);
    head->crs_origin = "product";
    return head->crs == NULL ? out_of_memory(faults)
           : not_understood  ? add_to_decided(head, "its .prj is not understood: the product's CRS", faults)
                             : TP_OK;
}

/* ---------------------------------------------------------------- geometry */

/* The folder or zip that a file lies in, down to the last `.zip` or else the last folder. */
static char *container_of(const char *path) {
    const char *end = strstr(path, "}");
    if (strncmp(path, "/vsizip/{", 9) == 0 && end != NULL) {
        return tp_text_format("%.*s", (int)(end - path - 9), path + 9);
    }
    const char *slash = strrchr(path, '/');
    return slash == NULL ? tp_text_copy(".") : tp_text_format("%.*s", (int)(slash - path), path);
}

/* The file whose points stand for the features: beside this one, in the same folder of the same zip. */
static tp_code find_reference(const tp_product *product, tp_read_head *head, tp_faults *faults) {
    char *container = container_of(head->path);
    tp_members members = {0};
    tp_error error = {0};
    tp_code code = container == NULL
                       ? tp_error_memory(&error)
                       : tp_members_choose(container, &product->reference_members, &members, NULL, &error);
    bool in_zip = strncmp(head->path, "/vsizip/", 8) == 0;
    if (code == TP_OK && members.n > 0) {
        head->reference = tp_text_format(in_zip ? "/vsizip/{%s}/%s" : "%s/%s", container, members.items[0]);
        code = head->reference == NULL ? tp_error_memory(&error) : TP_OK;
    }
    if (code != TP_OK) {
        tp_faults_add_error(faults, &error);
    }
    tp_members_reset(&members);
    free(container);
    return code;
}

tp_code tp_product_head_geometry(OGRLayerH layer, const tp_read_options *options, tp_read_head *head,
                                 tp_faults *faults) {
    const tp_product *product = head->product;
    if (product == NULL || head->edition == NULL || options->lon != NULL) {
        return TP_OK;
    }
    for (size_t i = 0; product->mesh != NULL && head->head.geometry == TP_GEOMETRY_NONE && i < head->head.n_fields;
         i++) {
        head->mesh = strcmp(head->head.fields[i].name, product->mesh) == 0 ? (int)i : head->mesh;
    }
    if (head->mesh >= 0) {
        return add_to_decided(head, "cells by their mesh codes", faults);
    }
    if (product->reference_key == NULL || head->head.geometry == TP_GEOMETRY_POINT) {
        return TP_OK;
    }
    head->reference_field =
        tp_edition_field(OGR_L_GetLayerDefn(layer), product->reference_from, strlen(product->reference_from));
    tp_code code = head->reference_field < 0 ? TP_OK : find_reference(product, head, faults);
    if (code == TP_OK && head->reference != NULL) {
        code = add_to_decided(head, "points of the reference layer", faults);
    } else if (code == TP_OK) {
        code = add_to_decided(head, "no reference layer beside it: own geometry", faults);
    }
    return code;
}

/* ---------------------------------------------------------------- columns */

/* The field that the entry's own `columns` names for a column, or NULL. */
static const char *named_by_entry(const tp_read_options *options, const char *column) {
    const tp_node *node = options->columns == NULL ? NULL : tp_node_find(options->columns, column);
    return node == NULL ? NULL : tp_node_text(node);
}

static tp_code add_rule(tp_read_head *head, const tp_product_column *column, const char *name, int field,
                        tp_faults *faults) {
    tp_error error = {0};
    tp_type type = column == NULL ? TP_TYPE_TEXT : column->type;
    tp_code code = tp_head_add_field(&head->head, name, type, column == NULL ? NULL : column->unit,
                                     column == NULL ? NULL : column->help_en, &error);
    if (code != TP_OK) {
        tp_faults_add_error(faults, &error);
        return code;
    }
    head->rules[head->n_rules++] = (tp_cell_rule){.column = column, .fill = TP_FILL_NONE, .if_field = -1};
    head->field[head->head.n_fields - 1] = field;
    return TP_OK;
}

/* The fields of the file that fill a column. */
static tp_code fill_rule(OGRFeatureDefnH definition, const tp_product_from *from, tp_cell_rule *rule, int *first,
                         tp_faults *faults) {
    rule->fill = from->fill;
    if (from->fill == TP_FILL_VALUE) {
        rule->value = from->fields.items[0];
        return TP_OK;
    }
    rule->fields = calloc(from->fields.n + 1, sizeof *rule->fields);
    if (rule->fields == NULL) {
        return out_of_memory(faults);
    }
    for (size_t i = 0; i < from->fields.n; i++) {
        int field = tp_edition_field(definition, from->fields.items[i], tp_edition_name_size(from, i));
        if (field >= 0) {
            rule->fields[rule->n_fields++] = field;
        }
    }
    if (from->if_field != NULL) {
        rule->if_field = tp_edition_field(definition, from->if_field, strlen(from->if_field));
        rule->is = &from->is;
    }
    *first = rule->n_fields > 0 ? rule->fields[0] : -1;
    return TP_OK;
}

static tp_code fill_rule_by_entry(OGRFeatureDefnH definition, const char *name, const tp_node *node, tp_cell_rule *rule,
                                  int *first, tp_faults *faults) {
    int field = tp_edition_field(definition, name, strlen(name));
    rule->fill = TP_FILL_JOIN;
    rule->fields = calloc(1, sizeof *rule->fields);
    if (rule->fields == NULL) {
        return out_of_memory(faults);
    }
    if (field < 0) {
        tp_faults_add_code_at(faults, TP_E_DATA, tp_node_place(node), "the file has no field '%s'", name);
        return TP_E_DATA;
    }
    rule->fields[rule->n_fields++] = field;
    *first = field;
    return TP_OK;
}

/* Columns that the entry adds to the product's own. */
static tp_code add_of_entry(OGRFeatureDefnH definition, const tp_read_options *options, tp_read_head *head,
                            tp_faults *faults) {
    tp_code code = TP_OK;
    for (size_t i = 0; options->columns != NULL && i < tp_node_count(options->columns) && code == TP_OK; i++) {
        const char *name = tp_node_key(options->columns, i), *text = tp_node_text(tp_node_at(options->columns, i));
        if (text == NULL || tp_product_find(head->product, name) < head->product->n_columns) {
            continue;
        }
        int field = tp_edition_field(definition, text, strlen(text));
        if (field < 0) {
            tp_faults_add_code_at(faults, TP_E_DATA, tp_node_place(tp_node_at(options->columns, i)),
                                  "%s: no column '%s'", head->shown, text);
            return TP_E_DATA;
        }
        code = add_rule(head, NULL, name, field, faults);
        OGRFieldType type = OGR_Fld_GetType(OGR_FD_GetFieldDefn(definition, field));
        if (code == TP_OK && type != OFTString) {
            head->head.fields[head->head.n_fields - 1].type = type == OFTInteger || type == OFTInteger64 ? TP_TYPE_INT64
                                                              : type == OFTReal ? TP_TYPE_DOUBLE
                                                                                : TP_TYPE_TEXT;
        }
    }
    return code;
}

tp_code tp_product_head_fields(OGRFeatureDefnH definition, const tp_read_options *options, tp_read_head *head,
                               tp_faults *faults) {
    const tp_product *product = head->product;
    size_t room = product->n_columns + (options->columns == NULL ? 0 : tp_node_count(options->columns)) + 1;
    head->field = malloc(sizeof *head->field * room);
    head->rules = calloc(room, sizeof *head->rules);
    if (head->field == NULL || head->rules == NULL) {
        return out_of_memory(faults);
    }
    tp_code code = TP_OK;
    for (size_t i = 0; i < product->n_columns && code == TP_OK; i++) {
        const char *name = product->columns[i].name, *by_entry = named_by_entry(options, name);
        code = add_rule(head, &product->columns[i], name, -1, faults);
        if (code == TP_OK && by_entry != NULL) {
            code = fill_rule_by_entry(definition, by_entry, tp_node_find(options->columns, name), &head->rules[i],
                                      &head->field[i], faults);
        } else if (code == TP_OK) {
            code = fill_rule(definition, &head->edition->from[i], &head->rules[i], &head->field[i], faults);
        }
    }
    return code == TP_OK ? add_of_entry(definition, options, head, faults) : code;
}
