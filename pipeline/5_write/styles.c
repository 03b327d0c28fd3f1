/* The table `layer_styles`. See styles.h. */
#include "5_write/styles.h"

#include "technopolis/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TEMPLATE_BYTES = 1 << 20, NAME_SIZE = 128, JAPANESE = 1 };

/* The whole of a file that may not be there: `*text` NULL. */
static tp_code read_template(const char *path, char **text, tp_error *error) {
    *text = NULL;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return errno == ENOMEM ? tp_error_memory(error) : TP_OK;
    }
    char *bytes = malloc(MOST_TEMPLATE_BYTES + 1);
    size_t size = bytes == NULL ? 0 : fread(bytes, 1, MOST_TEMPLATE_BYTES, file);
    bool whole = bytes != NULL && feof(file) != 0 && ferror(file) == 0;
    fclose(file);
    if (bytes == NULL) {
        return tp_error_memory(error);
    }
    if (!whole) {
        free(bytes);
        return tp_error_set(error, TP_E_CONFIG, "%s: cannot be read as a style", path);
    }
    bytes[size] = '\0';
    *text = bytes;
    return TP_OK;
}

/* True where the column may tell something: it has a value, or what it holds is not known here. */
static bool has_values(const tp_layer *layer, const char *name) {
    const tp_column *column = layer == NULL ? NULL : tp_layer_column(layer, name);
    if (column == NULL || column->type == TP_TYPE_VERDICT) {
        return true;
    }
    for (int64_t row = 0; row < column->n_rows; row++) {
        if (column->valid[row] != 0) {
            return true;
        }
    }
    return false;
}

static tp_code try_template(const char *folder, const char *stem, const char *geometry, char **text, tp_error *error) {
    char *path = tp_text_format("%s/styles/%s.%s.qml", folder, stem, geometry);
    tp_code code = path == NULL ? tp_error_memory(error) : read_template(path, text, error);
    free(path);
    return code;
}

/* The layer's template and its name; `*text` NULL where there is none. */
static tp_code find_template(const char *folder, const tp_written_layer *written, const tp_layer *layer, char **text,
                             char name[NAME_SIZE], tp_error *error) {
    const char *geometry = tp_geometry_text(written->geometry);
    *text = NULL;
    (void)snprintf(name, NAME_SIZE, "%s", written->name);
    tp_code code =
        strchr(written->name, '/') != NULL ? TP_OK : try_template(folder, written->name, geometry, text, error);
    for (size_t i = written->n_columns; code == TP_OK && *text == NULL && i-- > 0;) {
        const char *column = written->columns[i];
        if (strlen(column) + 2 < NAME_SIZE && strchr(column, '/') == NULL) {
            (void)snprintf(name, NAME_SIZE, "+%s", column);
            code = try_template(folder, name, geometry, text, error);
        }
        if (*text != NULL && !has_values(layer, column)) {
            free(*text);
            *text = NULL;
        }
    }
    if (code == TP_OK && *text == NULL) {
        (void)snprintf(name, NAME_SIZE, "any");
        code = try_template(folder, name, geometry, text, error);
    }
    return code;
}

static void add_escaped(tp_text *out, const char *text) {
    for (const char *c = text; *c != '\0'; c++) {
        const char *entity = *c == '&'   ? "&amp;"
                             : *c == '<' ? "&lt;"
                             : *c == '>' ? "&gt;"
                             : *c == '"' ? "&quot;"
                                         : NULL;
        if (entity != NULL) {
            tp_text_add(out, "%s", entity);
        } else {
            tp_text_add_bytes(out, c, 1);
        }
    }
}

/* An expression that gives the first of the layer's names that a row has. */
static void add_label(tp_text *out, const tp_written_layer *written, const tp_layer *layer, int language) {
    const char *own = layer != NULL && layer->label != NULL ? layer->label->name : NULL;
    const char *const english[] = {own, "name_en", "name", "name_ja"}, *const japanese[] = {"name_ja", own, "name"};
    const char *const *names = language == JAPANESE ? japanese : english;
    size_t n = language == JAPANESE ? 3 : 4, found = 0;
    tp_text list = {0};
    for (size_t i = 0; i < n; i++) {
        if (names[i] != NULL && tp_written_has(written, names[i])) {
            tp_text_add(&list, "%s\"", found++ == 0 ? "" : ", ");
            for (const char *c = names[i]; *c != '\0'; c++) {
                tp_text_add(&list, "%s%c", *c == '"' ? "\"" : "", *c);
            }
            tp_text_add(&list, "\"");
        }
    }
    tp_text_add(out, "%s", found > 0 ? "coalesce(" : "''");
    add_escaped(out, tp_text_get(&list));
    tp_text_add(out, "%s", found > 0 ? ")" : "");
    out->lost = out->lost || list.lost;
    tp_text_reset(&list);
}

static int compare(const void *a, const void *b) {
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

/* The quantile of the values above 0: the smallest that is not below that share of them. */
static double quantile(const tp_layer *layer, const char *name, double share, bool *lost) {
    const tp_column *column = layer == NULL ? NULL : tp_layer_column(layer, name);
    double result = 0, value;
    size_t n = 0;
    double *values = column == NULL ? NULL : malloc(((size_t)column->n_rows + 1) * sizeof *values);
    *lost = *lost || (column != NULL && values == NULL);
    for (int64_t row = 0; values != NULL && row < column->n_rows; row++) {
        if (tp_column_number(column, row, &value) && value > 0) {
            values[n++] = value;
        }
    }
    if (n > 0) {
        qsort(values, n, sizeof *values, compare);
        double at = share * (double)n;
        size_t index = (size_t)at;
        index = at > (double)index ? index : index > 0 ? index - 1 : 0;
        result = values[index < n ? index : n - 1];
    }
    free(values);
    return result;
}

/* Rounded up at the fourth digit, so that no value lies above the last class. */
static void add_break(tp_text *out, double value) {
    char text[40];
    (void)snprintf(text, sizeof text, "%.4g", value);
    if (strtod(text, NULL) < value) {
        (void)snprintf(text, sizeof text, "%.4g", value * 1.0005);
    }
    tp_text_add(out, "%s", text);
}

static bool fill_one(const char *inner, const tp_written_layer *written, const tp_layer *layer, int language,
                     tp_text *out) {
    const char *bar = strchr(inner, '|'), *at = strchr(inner, '@');
    if (bar != NULL) {
        const char *text = language == JAPANESE ? bar + 1 : inner;
        tp_text_add_bytes(out, text, language == JAPANESE ? strlen(text) : (size_t)(bar - inner));
        return true;
    }
    if (strcmp(inner, "label") == 0) {
        add_label(out, written, layer, language);
        return true;
    }
    char *end = NULL;
    double share = at == NULL ? -1 : strtod(at + 1, &end);
    if (share < 0 || share > 1 || end == at + 1 || *end != '\0') {
        return false;
    }
    char *column = tp_text_format("%.*s", (int)(at - inner), inner);
    out->lost = out->lost || column == NULL;
    if (column != NULL) {
        add_break(out, quantile(layer, column, share, &out->lost));
    }
    free(column);
    return true;
}

tp_code tp_style_fill(const char *qml, const char *name, const tp_written_layer *written, const tp_layer *layer,
                      int language, tp_text *style, tp_error *error) {
    const char *from = qml;
    for (const char *open; (open = strstr(from, "{{")) != NULL;) {
        const char *close = strstr(open, "}}");
        char inner[200];
        tp_text_add_bytes(style, from, (size_t)(open - from));
        if (close == NULL || (size_t)(close - open) - 2 >= sizeof inner) {
            return tp_error_set(error, TP_E_CONFIG, "style %s: '%.40s' is not closed", name, open);
        }
        (void)snprintf(inner, sizeof inner, "%.*s", (int)(close - open - 2), open + 2);
        if (!fill_one(inner, written, layer, language, style)) {
            return tp_error_set(error, TP_E_CONFIG,
                                "style %s: '{{%s}}' is not known (expected {{English|Japanese}}, {{label}} or "
                                "{{COLUMN@QUANTILE}})",
                                name, inner);
        }
        from = close + 2;
    }
    tp_text_add(style, "%s", from);
    return style->lost ? tp_error_memory(error) : TP_OK;
}

static const tp_record_field FIELDS[] = {
    {"f_table_catalog", TP_TYPE_TEXT, NULL, NULL},
    {"f_table_schema", TP_TYPE_TEXT, NULL, NULL},
    {"f_table_name", TP_TYPE_TEXT, NULL, NULL},
    {"f_geometry_column", TP_TYPE_TEXT, NULL, NULL},
    {"styleName", TP_TYPE_TEXT, NULL, NULL},
    {"styleQML", TP_TYPE_TEXT, NULL, NULL},
    {"styleSLD", TP_TYPE_TEXT, NULL, NULL},
    {"useAsDefault", TP_TYPE_INT64, NULL, NULL},
    {"description", TP_TYPE_TEXT, NULL, NULL},
    {"owner", TP_TYPE_TEXT, NULL, NULL},
    {"ui", TP_TYPE_TEXT, NULL, NULL},
    {"update_time", TP_TYPE_TEXT, NULL, NULL},
};

static tp_code write_style(const tp_output *output, tp_record *record, const tp_written_layer *written,
                           const char *style, const char *name, tp_error *error) {
    char moment[TP_MOMENT_SIZE];
    tp_record_start(record);
    tp_put_text(record, "");
    tp_put_text(record, "");
    tp_put_text(record, written->name);
    tp_put_text(record, "geom");
    tp_put_text(record, written->name);
    tp_put_text(record, style);
    tp_put_text(record, NULL);
    tp_put_int64(record, 1, true);
    tp_put_text(record, name);
    tp_put_text(record, "technopolis");
    tp_put_text(record, NULL);
    tp_put_text(record, tp_written_moment(moment));
    return tp_output_row(output, record, NULL, error);
}

/* What columns are called, before the style's end: GDAL before 3.7 does not read it from the schema extension. */
static void add_aliases(tp_text *style, const tp_written_layer *written) {
    static const char end[] = "</qgis>";
    char *tail = style->size > 0 && !style->lost ? strstr(style->data, end) : NULL;
    if (tail == NULL) {
        return;
    }
    *tail = '\0';
    style->size = (size_t)(tail - style->data);
    tp_text_add(style, "  <aliases>\n");
    for (size_t i = 0; i < written->n_columns; i++) {
        if (written->titles[i] != NULL) {
            tp_text_add(style, "    <alias name=\"");
            add_escaped(style, written->titles[i]);
            tp_text_add(style, "\" index=\"%zu\" field=\"", i + 1);
            add_escaped(style, written->columns[i]);
            tp_text_add(style, "\"/>\n");
        }
    }
    tp_text_add(style, "  </aliases>\n%s\n", end);
}

static tp_code write_layer(const tp_output *output, tp_record *record, const char *folder,
                           const tp_written_layer *written, tp_error *error) {
    const tp_layer *layer = tp_dataset_layer(output->dataset, written->name);
    char *qml = NULL, name[NAME_SIZE];
    tp_text style = {0};
    tp_code code = find_template(folder, written, layer, &qml, name, error);
    if (code == TP_OK && qml != NULL) {
        code = tp_style_fill(qml, name, written, layer, output->run->language, &style, error);
        add_aliases(&style, written);
        if (code == TP_OK && style.lost) {
            code = tp_error_memory(error);
        }
        if (code == TP_OK) {
            code = write_style(output, record, written, tp_text_get(&style), name, error);
        }
    }
    tp_text_reset(&style);
    free(qml);
    return code;
}

/* A folder of one's own (TECHNOPOLIS_DATA) may hold profiles alone. */
static bool has_styles(const char *folder) {
    char *path = tp_text_format("%s/styles/any.point.qml", folder);
    FILE *file = path == NULL ? NULL : fopen(path, "rb");
    free(path);
    if (file != NULL) {
        fclose(file);
    }
    return file != NULL;
}

tp_code tp_write_styles(const tp_output *output, tp_error *error) {
    char *folder = tp_data_folder();
    if (folder == NULL) {
        return tp_error_memory(error);
    }
    bool drawn = false;
    for (size_t i = 0; i < output->written->n; i++) {
        drawn = drawn || output->written->layers[i].geometry != TP_GEOMETRY_NONE;
    }
    if (!drawn || !has_styles(folder)) {
        free(folder);
        return TP_OK;
    }
    /* What is written so far is what is styled: the table of styles itself joins the list meanwhile. */
    size_t n = output->written->n;
    tp_record record = {0};
    tp_code code = tp_record_add_all(&record, FIELDS, sizeof FIELDS / sizeof FIELDS[0], error);
    if (code == TP_OK) {
        code = tp_output_begin(output, "layer_styles", TP_GEOMETRY_NONE, &record, error);
    }
    for (size_t i = 0; code == TP_OK && i < n; i++) {
        if (output->written->layers[i].geometry != TP_GEOMETRY_NONE) {
            code = write_layer(output, &record, folder, &output->written->layers[i], error);
        }
    }
    if (code == TP_OK) {
        code = tp_output_end(output, error);
    }
    tp_record_reset(&record);
    free(folder);
    return code;
}
