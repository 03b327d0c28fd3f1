/* The columns of a file as they will be named and typed after reading: see tp_head_list_fields in ogr_file.h. */
#include "1_read/ogr_file.h"
#include "1_read/product_head.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct listing {
    OGRFeatureDefnH definition;
    int n;          /* fields in the file */
    char **written; /* their names in UTF-8, as the file writes them; NULL for those left out (binary) */
    const tp_read_options *options;
    const tp_read_places *places;
    tp_read_head *head;
    tp_faults *faults;
} listing;

static tp_code memory_fault(tp_faults *faults) {
    tp_faults_add(faults, TP_E_MACHINE, "out of memory");
    return TP_E_MACHINE;
}

/* "a, b, c": the columns for a message, not all of very many: the product's, or else the file's. */
static char *describe(const listing *list) {
    tp_text text = {0};
    bool of_product = list->head->edition != NULL;
    int left = 0, n = of_product ? (int)list->head->head.n_fields : list->n;
    for (int i = 0; i < n; i++) {
        const char *name = of_product ? list->head->head.fields[i].name : list->written[i];
        if (name != NULL && text.size < 300) {
            tp_text_add(&text, "%s%s", text.size == 0 ? "" : ", ", name);
        } else {
            left += name != NULL;
        }
    }
    if (left > 0) {
        tp_text_add(&text, " and %d more", left);
    }
    return text.lost ? NULL : text.data;
}

static void no_such_column(const listing *list, tp_place place, const char *name) {
    char *columns = describe(list);
    tp_faults_add_code_at(list->faults, TP_E_DATA, place, "%s: no column '%s' (there are: %s)", list->head->shown, name,
                          columns == NULL ? "none" : columns);
    free(columns);
}

static int find_written(const listing *list, const char *name) {
    for (int i = 0; i < list->n; i++) {
        if (list->written[i] != NULL && strcmp(list->written[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

static int find_listed(const tp_read_head *head, const char *name) {
    for (size_t i = 0; i < head->head.n_fields; i++) {
        if (strcmp(head->head.fields[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* The name that the entry's `columns` gives to a column of the file, or NULL. */
static const char *new_name(const listing *list, const char *written) {
    const tp_node *map = list->options->columns;
    for (size_t i = 0; map != NULL && i < tp_node_count(map); i++) {
        const char *text = tp_node_text(tp_node_at(map, i));
        if (text != NULL && strcmp(text, written) == 0) {
            return tp_node_key(map, i);
        }
    }
    return NULL;
}

static tp_code write_names(listing *list, tp_decoder *decoder) {
    list->written = calloc(list->n > 0 ? (size_t)list->n : 1, sizeof *list->written);
    if (list->written == NULL) {
        return memory_fault(list->faults);
    }
    for (int i = 0; i < list->n; i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(list->definition, i);
        const char *raw = OGR_Fld_GetNameRef(field), *text = raw;
        size_t size = strlen(raw);
        if (OGR_Fld_GetType(field) == OFTBinary) {
            continue;
        }
        bool decoded = decoder != NULL ? tp_decoder_text(decoder, raw, size, &text, &size) : tp_text_is_utf8(raw, size);
        list->written[i] =
            decoded && size > 0 ? tp_text_format("%.*s", (int)size, text) : tp_text_format("field_%d", i + 1);
        if (list->written[i] == NULL) {
            return memory_fault(list->faults);
        }
    }
    return TP_OK;
}

static tp_type type_of(OGRFieldDefnH field, const tp_type *inferred, int i) {
    switch (OGR_Fld_GetType(field)) {
    case OFTInteger:
    case OFTInteger64:
        return TP_TYPE_INT64;
    case OFTReal:
        return TP_TYPE_DOUBLE;
    case OFTString:
        return inferred == NULL ? TP_TYPE_TEXT : inferred[i];
    default:
        return TP_TYPE_TEXT;
    }
}

static tp_code add_field(listing *list, const char *name, tp_type type, int number) {
    tp_error error = {0};
    tp_read_head *head = list->head;
    tp_code code = tp_head_add_field(&head->head, name, type, NULL, NULL, &error);
    if (code != TP_OK) {
        tp_faults_add_error(list->faults, &error);
        return code;
    }
    head->field[head->head.n_fields - 1] = number;
    return TP_OK;
}

/* A second column of the same name becomes NAME_2. Renamed columns come first, so that their names are theirs. */
static tp_code add_free_name(listing *list, const char *name, tp_type type, int number) {
    if (find_listed(list->head, name) < 0) {
        return add_field(list, name, type, number);
    }
    for (int i = 2;; i++) {
        char *other = tp_text_format("%s_%d", name, i);
        if (other == NULL) {
            return memory_fault(list->faults);
        }
        tp_code code = TP_OK;
        bool is_free = find_listed(list->head, other) < 0 && find_written(list, other) < 0;
        if (is_free) {
            code = add_field(list, other, type, number);
        }
        free(other);
        if (is_free) {
            return code;
        }
    }
}

/* Every column that the entry renames must be there, and its new name must not hide another. */
static void check_renames(const listing *list) {
    const tp_node *map = list->options->columns;
    for (size_t i = 0; map != NULL && i < tp_node_count(map); i++) {
        const tp_node *value = tp_node_at(map, i);
        const char *text = tp_node_text(value), *key = tp_node_key(map, i);
        if (text == NULL) {
            continue; /* said by the stage's check */
        }
        if (find_written(list, text) < 0) {
            no_such_column(list, tp_node_place(value), text);
        }
        int hidden = find_written(list, key);
        if (hidden >= 0 && new_name(list, list->written[hidden]) == NULL) {
            tp_faults_add_at(list->faults, tp_node_key_place(map, i), "%s already has a column '%s'", list->head->shown,
                             key);
        }
    }
}

static tp_code add_fields(listing *list, const tp_type *inferred) {
    size_t n = list->n > 0 ? (size_t)list->n : 1;
    list->head->field = malloc(sizeof *list->head->field * n);
    if (list->head->field == NULL) {
        return memory_fault(list->faults);
    }
    for (int i = 0; i < list->n; i++) {
        if (list->written[i] == NULL) {
            continue;
        }
        const char *renamed = new_name(list, list->written[i]);
        tp_type type = type_of(OGR_FD_GetFieldDefn(list->definition, i), inferred, i);
        tp_code code = add_free_name(list, renamed == NULL ? list->written[i] : renamed, type, i);
        if (code != TP_OK) {
            return code;
        }
    }
    return TP_OK;
}

/* The number among head.fields of what the entry calls `name`: our name, or else the file's. -1 and a fault if none. */
static int choose(const listing *list, const char *name, tp_place place) {
    int found = find_listed(list->head, name);
    int number = found < 0 ? find_written(list, name) : -1;
    for (size_t i = 0; number >= 0 && i < list->head->head.n_fields; i++) {
        if (list->head->field[i] == number) {
            found = (int)i;
        }
    }
    if (found < 0) {
        no_such_column(list, place, name);
    }
    return found;
}

/* The column of positions that the entry names, or (in a CSV file) one of the usual pairs of names. */
static void find_position(listing *list, bool no_geometry) {
    static const char *const pairs[][2] = {{"lon_deg", "lat_deg"}, {"lon", "lat"}, {"longitude", "latitude"}};
    const tp_read_options *options = list->options;
    tp_read_head *head = list->head;
    const char *lon = options->lon, *lat = options->lat;
    if ((lon != NULL || lat != NULL) && !no_geometry) {
        tp_faults_add_at(list->faults, lon != NULL ? list->places->lon : list->places->lat,
                         "%s has a geometry of its own ('lon' and 'lat' are for tables)", head->shown);
        return;
    }
    if ((lon == NULL) != (lat == NULL)) {
        tp_faults_add_at(list->faults, lon != NULL ? list->places->lon : list->places->lat,
                         "'lon' and 'lat' go together: '%s' is missing", lon == NULL ? "lon" : "lat");
        return;
    }
    if (lon != NULL) {
        int x = choose(list, lon, list->places->lon), y = choose(list, lat, list->places->lat);
        head->lon_field = x < 0 ? -1 : head->field[x];
        head->lat_field = y < 0 ? -1 : head->field[y];
        return;
    }
    for (size_t p = 0; p < 3 && no_geometry && head->texts_only && head->lon_field < 0; p++) {
        int found[2] = {-1, -1};
        for (int i = 0; i < list->n; i++) {
            for (int side = 0; side < 2; side++) {
                if (list->written[i] != NULL && found[side] < 0 && strcasecmp(list->written[i], pairs[p][side]) == 0) {
                    found[side] = i;
                }
            }
        }
        if (found[0] >= 0 && found[1] >= 0) {
            head->lon_field = found[0];
            head->lat_field = found[1];
        }
    }
}

/* The columns that become the id and the label are text, whatever they are in the file. */
static void find_keys(listing *list, OGRLayerH layer) {
    const tp_read_options *options = list->options;
    tp_head *head = &list->head->head;
    if (options->id != NULL &&
        (find_listed(list->head, options->id) >= 0 || strcasecmp(options->id, OGR_L_GetFIDColumn(layer)) != 0)) {
        list->head->id = choose(list, options->id, list->places->id);
    }
    if (options->name != NULL) {
        list->head->label = choose(list, options->name, list->places->name);
    }
    int keys[] = {list->head->id, list->head->label};
    for (size_t i = 0; i < 2; i++) {
        if (keys[i] >= 0) {
            head->fields[keys[i]].type = TP_TYPE_TEXT;
        }
    }
}

tp_code tp_head_list_fields(OGRLayerH layer, const tp_read_options *options, const tp_read_places *places,
                            const tp_type *inferred, tp_decoder *decoder, tp_read_head *head, tp_faults *faults) {
    listing list = {
        .definition = OGR_L_GetLayerDefn(layer), .options = options, .places = places, .head = head, .faults = faults};
    list.n = OGR_FD_GetFieldCount(list.definition);
    tp_code code = write_names(&list, decoder);
    if (code == TP_OK && head->edition != NULL) {
        code = tp_product_head_fields(list.definition, options, head, faults);
    } else if (code == TP_OK) {
        check_renames(&list);
        code = add_fields(&list, inferred);
    }
    if (code == TP_OK) {
        find_position(&list, head->head.geometry == TP_GEOMETRY_NONE);
        find_keys(&list, layer);
    }
    for (int i = 0; i < list.n && list.written != NULL; i++) {
        free(list.written[i]);
    }
    free(list.written);
    return code;
}
