/* Fields and the current row's cells of a table being written. See record.h. */
#include "5_write/record.h"

#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void tp_record_reset(tp_record *record) {
    for (size_t i = 0; !record->borrows && i < record->n; i++) {
        free(record->fields[i].name);
        free(record->fields[i].unit);
        free(record->fields[i].help);
    }
    free(record->borrows ? NULL : record->fields);
    free(record->cells);
    *record = (tp_record){0};
}

bool tp_record_has(const tp_record *record, const char *name) {
    for (size_t i = 0; i < record->n; i++) {
        if (strcasecmp(record->fields[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_free(const tp_record *record, const char *name) {
    return strcasecmp(name, "fid") != 0 && strcasecmp(name, "geom") != 0 && !tp_record_has(record, name);
}

static char *free_name(const tp_record *record, const char *name) {
    char *result = tp_text_copy(name);
    for (size_t i = 2; result != NULL && !is_free(record, result); i++) {
        free(result);
        result = tp_text_format("%s_%zu", name, i);
    }
    return result;
}

static tp_code grow(tp_record *record, tp_error *error) {
    if (record->n < record->capacity) {
        return TP_OK;
    }
    size_t capacity = record->capacity == 0 ? 16 : 2 * record->capacity;
    tp_field *fields = realloc(record->fields, capacity * sizeof *fields);
    if (fields != NULL) {
        record->fields = fields;
    }
    tp_cell *cells = realloc(record->cells, capacity * sizeof *cells);
    if (cells != NULL) {
        record->cells = cells;
    }
    if (fields == NULL || cells == NULL) {
        return tp_error_memory(error);
    }
    record->capacity = capacity;
    return TP_OK;
}

tp_code tp_record_add(tp_record *record, const char *name, tp_type type, const char *unit, const char *help,
                      tp_error *error) {
    tp_code code = grow(record, error);
    if (code != TP_OK) {
        return code;
    }
    tp_field field = {.name = free_name(record, name),
                      .type = type,
                      .unit = tp_text_copy(unit != NULL ? unit : ""),
                      .help = tp_text_copy(help != NULL ? help : "")};
    if (field.name == NULL || field.unit == NULL || field.help == NULL) {
        free(field.name);
        free(field.unit);
        free(field.help);
        return tp_error_memory(error);
    }
    record->cells[record->n] = (tp_cell){.missing = true};
    record->fields[record->n++] = field;
    return TP_OK;
}

static bool is_ours(const char *name) {
    return strcasecmp(name, "source_file") == 0 || strcasecmp(name, "source_fid") == 0;
}

tp_code tp_record_add_column(tp_record *record, const tp_column *column, tp_error *error) {
    bool measured = column->origin != NULL && strcmp(column->origin, "file") != 0;
    char *name = is_free(record, column->name) && !is_ours(column->name)
                     ? tp_text_copy(column->name)
                     : tp_text_format("%s_%s", column->name, measured ? "measured" : "input");
    tp_code code =
        name == NULL ? tp_error_memory(error) : tp_record_add(record, name, column->type, column->unit, NULL, error);
    free(name);
    return code;
}

tp_code tp_record_add_all(tp_record *record, const tp_record_field *fields, size_t n, tp_error *error) {
    tp_code code = TP_OK;
    for (size_t i = 0; code == TP_OK && i < n; i++) {
        code = tp_record_add(record, fields[i].name, fields[i].type, fields[i].unit, fields[i].help, error);
    }
    return code;
}

tp_code tp_record_fork(const tp_record *from, tp_record *record, tp_error *error) {
    *record = (tp_record){.fields = from->fields, .n = from->n, .borrows = true};
    record->cells = malloc((from->n + 1) * sizeof *record->cells);
    return record->cells == NULL ? tp_error_memory(error) : TP_OK;
}
