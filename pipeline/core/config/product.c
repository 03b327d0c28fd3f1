/* Reading a product and checking its form: see product.h. Columns and editions are in product_parts.c. */
#include "technopolis/product.h"

#include "core/config/product_form.h"
#include "core/config/profile_form.h"
#include "technopolis/condition.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

size_t tp_product_find(const tp_product *product, const char *column) {
    size_t i = 0;
    while (i < product->n_columns &&
           (product->columns[i].name == NULL || strcmp(product->columns[i].name, column) != 0)) {
        i++;
    }
    return i;
}

const tp_node *tp_product_key(const tp_product *product, const char *key) {
    const tp_node *own = tp_node_find(product->root, key);
    return own != NULL || product->base == NULL ? own : tp_node_find(product->base, key);
}

const char *tp_product_optional(const tp_node *map, const char *key, tp_faults *faults) {
    return tp_node_find(map, key) == NULL ? NULL : tp_form_text(map, key, faults);
}

bool tp_product_read_texts(const tp_node *node, const char *what, tp_product_texts *texts, tp_faults *faults) {
    bool one = tp_node_get_kind(node) == TP_NODE_TEXT, right = true;
    size_t n = one ? 1 : tp_node_count(node);
    if (tp_node_get_kind(node) == TP_NODE_MAP || n == 0) {
        tp_faults_add_at(faults, tp_node_place(node), "%s: expected a text or a list of texts", what);
        return false;
    }
    texts->items = calloc(n, sizeof *texts->items);
    if (texts->items == NULL) {
        tp_form_memory(faults);
        return false;
    }
    texts->n = n;
    for (size_t i = 0; i < n; i++) {
        const tp_node *item = one ? node : tp_node_at(node, i);
        texts->items[i] = tp_node_text(item);
        if (texts->items[i] == NULL) {
            tp_faults_add_at(faults, tp_node_place(item), "%s: expected a text", what);
            right = false;
        }
    }
    return right;
}

/* ---------------------------------------------------------------- top-level keys */

/* Lower-case letters, digits and single hyphens, a letter first. */
static bool is_id(const char *text) {
    return text[0] >= 'a' && text[0] <= 'z' && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0' &&
           strlen(text) <= 40;
}

static const char *required(const tp_product *product, const char *key, tp_faults *faults) {
    bool own = product->base == NULL || tp_node_find(product->root, key) != NULL;
    return tp_form_text(own ? product->root : product->base, key, faults);
}

static const char *optional(const tp_product *product, const char *key, tp_faults *faults) {
    return tp_product_key(product, key) == NULL ? NULL : required(product, key, faults);
}

/* One of the words of a key, counted from 1; 0 where the key is not written or is none of them (a fault). */
static int choose(const tp_product *product, const char *key, const char *const *words, int n, tp_faults *faults) {
    const char *text = optional(product, key, faults);
    for (int i = 0; text != NULL && i < n; i++) {
        if (strcmp(text, words[i]) == 0) {
            return i + 1;
        }
    }
    if (text != NULL) {
        tp_faults_add_at(faults, tp_node_place(tp_product_key(product, key)), "%s: expected %s or %s, found '%s'", key,
                         words[0], words[n - 1], text);
    }
    return 0;
}

static void read_reference(tp_product *product, tp_faults *faults) {
    static const char *const known[] = {"members", "key", "from"};
    const tp_node *map = tp_product_key(product, "reference");
    if (map == NULL || !tp_form_is_map(map, "reference", faults)) {
        return;
    }
    tp_form_keys(map, known, COUNT(known), faults);
    product->reference_key = tp_form_text(map, "key", faults);
    product->reference_from = tp_form_text(map, "from", faults);
    const tp_node *members = tp_node_find(map, "members");
    if (members == NULL) {
        tp_faults_add_at(faults, tp_node_place(map), "key 'members' is missing (expected patterns of names)");
    } else {
        (void)tp_product_read_texts(members, "members", &product->reference_members, faults);
    }
}

static void read_places(tp_product *product, tp_faults *faults) {
    const tp_node *map = tp_product_key(product, "places");
    if (map == NULL || !tp_form_is_map(map, "places", faults)) {
        return;
    }
    product->places = map;
    for (size_t i = 0; i < tp_node_count(map); i++) {
        const tp_node *tags = tp_node_at(map, i);
        bool right = tp_node_get_kind(tags) == TP_NODE_LIST && tp_node_count(tags) > 0;
        for (size_t k = 0; right && k < tp_node_count(tags); k++) {
            const char *tag = tp_node_text(tp_node_at(tags, k)), *sign = tag == NULL ? NULL : strchr(tag, '=');
            right = sign != NULL && sign > tag && sign[1] != '\0';
        }
        if (!right) {
            tp_faults_add_at(faults, tp_node_key_place(map, i),
                             "places: expected a list of tags such as [amenity=university]");
        }
    }
}

static void read_texts(tp_product *product, tp_faults *faults) {
    static const char *const tested[] = {"original", "made"}, *const wards[] = {"keep", "sum"};
    product->id = tp_form_text(product->root, "id", faults);
    if (product->id != NULL && !is_id(product->id)) {
        tp_faults_add_at(faults, tp_node_place(tp_node_find(product->root, "id")),
                         "id: '%s' is not an id (expected lower-case letters, digits and -, a letter first)",
                         product->id);
    }
    tp_form_titles(product->root, &product->title_en, &product->title_ja, faults);
    product->source = required(product, "source", faults);
    product->licence = required(product, "licence", faults);
    product->layer = required(product, "layer", faults);
    if (required(product, "tested", faults) != NULL) {
        product->original = choose(product, "tested", tested, 2, faults) == 1;
    }
    product->note = optional(product, "note", faults);
    product->encoding = optional(product, "encoding", faults);
    product->crs = optional(product, "crs", faults);
    product->needs = optional(product, "needs", faults);
    product->never = optional(product, "never", faults);
    product->mesh = optional(product, "mesh", faults);
    product->wards = (tp_product_wards)choose(product, "wards", wards, 2, faults);
    read_places(product, faults);
}

/* Columns that a key names must be columns of the product. */
static void check_column(const tp_product *product, const char *key, const char *column, tp_faults *faults) {
    if (column != NULL && product->n_columns > 0 && tp_product_find(product, column) == product->n_columns) {
        tp_faults_add_at(faults, tp_node_place(tp_product_key(product, key)), "%s: the product has no column '%s'", key,
                         column);
    }
}

static void check_never(const tp_product *product, tp_faults *faults) {
    tp_condition *condition = NULL;
    tp_error error = {0};
    if (product->never == NULL) {
        return;
    }
    if (tp_condition_parse(product->never, &condition, &error) != TP_OK) {
        tp_faults_add_at(faults, tp_node_place(tp_product_key(product, "never")), "never: %s", error.message);
        return;
    }
    for (size_t i = 0; i < tp_condition_count(condition); i++) {
        check_column(product, "never", tp_condition_column(condition, i), faults);
    }
    tp_condition_free(condition);
}

static void check_wards(const tp_product *product, tp_faults *faults) {
    static const char *const needed[] = {"code", "city", "name", "ward", "city_code", "wards"};
    for (size_t i = 0; product->wards != TP_WARDS_NONE && i < COUNT(needed); i++) {
        check_column(product, "wards", needed[i], faults);
    }
}

static void read_product(tp_product *product, tp_faults *faults) {
    static const char *const known[] = {"id",    "like",    "title",    "source", "licence",   "tested",   "layer",
                                        "note",  "members", "encoding", "crs",    "columns",   "defaults", "editions",
                                        "needs", "never",   "mesh",     "wards",  "reference", "places"};
    if (!tp_form_is_map(product->root, "a product", faults)) {
        return;
    }
    tp_form_keys(product->root, known, COUNT(known), faults);
    read_texts(product, faults);
    read_reference(product, faults);
    const tp_node *members = tp_product_key(product, "members");
    if (members != NULL) {
        (void)tp_product_read_texts(members, "members", &product->members, faults);
    }
    product->defaults = tp_product_key(product, "defaults");
    if (product->defaults != NULL && !tp_form_is_map(product->defaults, "defaults", faults)) {
        product->defaults = NULL;
    }
    if (tp_product_read_columns(product, faults)) {
        (void)tp_product_read_editions(product, faults);
    }
    check_column(product, "needs", product->needs, faults);
    check_column(product, "mesh", product->mesh, faults);
    check_never(product, faults);
    check_wards(product, faults);
}

/* ---------------------------------------------------------------- files */

/* The product that this one is like: its root, of the file beside this one's. */
static void load_base(tp_product *product, const char *name, tp_faults *faults) {
    product->like = tp_product_optional(product->root, "like", faults);
    if (product->like == NULL) {
        return;
    }
    tp_place place = tp_node_place(tp_node_find(product->root, "like"));
    if (product->file == NULL || !is_id(product->like)) {
        tp_faults_add_at(faults, place, "like: expected the id of a product in the same folder");
        return;
    }
    const char *slash = strrchr(product->file, '/'), *name_slash = strrchr(name, '/');
    char *path = tp_text_format("%.*s%s.yaml", slash == NULL ? 0 : (int)(slash - product->file + 1), product->file,
                                product->like);
    char *shown =
        tp_text_format("%.*s%s.yaml", name_slash == NULL ? 0 : (int)(name_slash - name + 1), name, product->like);
    if (path == NULL || shown == NULL) {
        tp_form_memory(faults);
    } else if (tp_node_load(path, shown, &product->base, faults) == TP_OK) {
        if (!tp_form_is_map(product->base, "a product", faults)) {
            tp_node_free(product->base);
            product->base = NULL;
        } else if (tp_node_find(product->base, "like") != NULL) {
            tp_faults_add_at(faults, place, "like: '%s' is itself like another product", product->like);
        }
    }
    free(path);
    free(shown);
}

/* Takes the root and moves what was found to the caller's list. */
static tp_code finish(tp_product *made, const char *name, tp_faults *found, tp_product **product, tp_faults *faults) {
    if (made != NULL && made->root != NULL && tp_faults_code(found) == TP_OK) {
        if (tp_node_get_kind(made->root) == TP_NODE_MAP) {
            load_base(made, name, found);
        }
        if (tp_faults_code(found) == TP_OK) {
            read_product(made, found);
        }
    }
    tp_code code = tp_faults_code(found);
    for (size_t i = 0; i < found->n; i++) {
        tp_faults_add_fault(faults, &found->items[i]);
    }
    if (found->lost) {
        tp_form_memory(faults);
    }
    tp_faults_reset(found);
    if (code == TP_OK) {
        *product = made;
        made = NULL;
    }
    tp_product_free(made);
    return code;
}

tp_code tp_product_load(const char *path, const char *name, tp_product **product, tp_faults *faults) {
    tp_faults found = {0};
    *product = NULL;
    tp_product *made = calloc(1, sizeof *made);
    if (made == NULL || (made->file = tp_text_copy(path)) == NULL) {
        tp_form_memory(&found);
    } else {
        (void)!tp_node_load(path, name, &made->root, &found);
    }
    return finish(made, name, &found, product, faults);
}

tp_code tp_product_parse(const char *text, size_t size, const char *name, tp_product **product, tp_faults *faults) {
    tp_faults found = {0};
    *product = NULL;
    tp_product *made = calloc(1, sizeof *made);
    if (made == NULL) {
        tp_form_memory(&found);
    } else {
        (void)!tp_node_parse(text, size, name, &made->root, &found);
    }
    return finish(made, name, &found, product, faults);
}

void tp_product_free(tp_product *product) {
    if (product == NULL) {
        return;
    }
    for (size_t i = 0; i < product->n_columns; i++) {
        free(product->columns[i].missing.items);
    }
    for (size_t e = 0; e < product->n_editions; e++) {
        tp_product_edition *edition = &product->editions[e];
        for (size_t i = 0; edition->from != NULL && i < product->n_columns; i++) {
            free(edition->from[i].fields.items);
            free(edition->from[i].optional);
            free(edition->from[i].is.items);
        }
        free(edition->from);
        free(edition->lacks.items);
        free(edition->value_fields.items);
        free(edition->value_patterns.items);
    }
    free(product->editions);
    free(product->columns);
    free(product->members.items);
    free(product->reference_members.items);
    tp_node_free(product->root);
    tp_node_free(product->base);
    free(product->file);
    free(product);
}
