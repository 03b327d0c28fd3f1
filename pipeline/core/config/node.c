/* The tree of a configuration: reading it, and setting single values from the command line. Built in yaml.c. */
#include "technopolis/node.h"

#include "core/config/node_tree.h"
#include "technopolis/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_SIZE_MAX = 4 * 1024 * 1024 };

/* ---------------------------------------------------------------- building */

tp_node *tp_node_new(tp_node_kind kind, tp_place place, const char *text, size_t size) {
    tp_node *node = calloc(1, sizeof *node);
    if (node == NULL) {
        return NULL;
    }
    node->kind = kind;
    node->place = place;
    if (kind == TP_NODE_TEXT) {
        node->text = malloc(size + 1);
        if (node->text == NULL) {
            free(node);
            return NULL;
        }
        if (size > 0) {
            memcpy(node->text, text, size);
        }
        node->text[size] = '\0';
    }
    return node;
}

bool tp_node_append(tp_node *node, char *key, tp_place key_place, tp_node *value) {
    if (node->n == node->capacity) {
        size_t capacity = node->capacity == 0 ? 8 : node->capacity * 2;
        tp_node_entry *entries = realloc(node->entries, capacity * sizeof *entries);
        if (entries == NULL) {
            return false;
        }
        node->entries = entries;
        node->capacity = capacity;
    }
    node->entries[node->n++] = (tp_node_entry){.key = key, .key_place = key_place, .value = value};
    return true;
}

tp_node_document *tp_node_document_new(const char *source, size_t size) {
    tp_node_document *document = calloc(1, sizeof *document);
    if (document == NULL) {
        return NULL;
    }
    document->source = malloc(size + 1);
    if (document->source == NULL) {
        free(document);
        return NULL;
    }
    if (size > 0) {
        memcpy(document->source, source, size);
    }
    document->source[size] = '\0';
    document->source_size = size;
    return document;
}

void tp_node_document_free(tp_node_document *document) {
    if (document == NULL) {
        return;
    }
    for (size_t i = 0; i < document->n_names; i++) {
        free(document->names[i]);
    }
    free(document->names);
    free(document->source);
    free(document);
}

const char *tp_node_document_keep(tp_node_document *document, const char *name) {
    for (size_t i = 0; i < document->n_names; i++) {
        if (strcmp(document->names[i], name) == 0) {
            return document->names[i];
        }
    }
    char **names = realloc(document->names, (document->n_names + 1) * sizeof *names);
    if (names == NULL) {
        return NULL;
    }
    document->names = names;
    names[document->n_names] = tp_text_copy(name);
    return names[document->n_names] == NULL ? NULL : names[document->n_names++];
}

void tp_node_free(tp_node *root) {
    if (root == NULL) {
        return;
    }
    for (size_t i = 0; i < root->n; i++) {
        free(root->entries[i].key);
        tp_node_free(root->entries[i].value);
    }
    tp_node_document_free(root->document);
    free(root->entries);
    free(root->text);
    free(root);
}

/* ---------------------------------------------------------------- files and texts */

static tp_code add_memory_fault(tp_faults *faults) {
    tp_error error = {0};
    (void)tp_error_memory(&error);
    tp_faults_add_error(faults, &error);
    return TP_E_MACHINE;
}

tp_code tp_node_parse(const char *text, size_t size, const char *name, tp_node **root, tp_faults *faults) {
    tp_place whole = {.file = name};
    *root = NULL;
    if (size > FILE_SIZE_MAX) {
        tp_faults_add_at(faults, whole, "larger than 4 MiB (no configuration needs that much)");
        return TP_E_CONFIG;
    }
    tp_code code = tp_yaml_build(text, size, name, root, faults);
    if (code == TP_OK && *root == NULL) {
        tp_faults_add_at(faults, whole, "nothing is written in it (expected YAML)");
        return TP_E_CONFIG;
    }
    return code;
}

tp_code tp_node_load(const char *path, const char *name, tp_node **root, tp_faults *faults) {
    tp_place whole = {.file = name};
    tp_code code = TP_E_CONFIG;
    char *text = NULL;
    *root = NULL;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        tp_faults_add_at(faults, whole, "cannot be read: %s", strerror(errno));
        return TP_E_CONFIG;
    }
    text = malloc(FILE_SIZE_MAX + 1);
    if (text == NULL) {
        code = add_memory_fault(faults);
        goto done;
    }
    size_t size = fread(text, 1, FILE_SIZE_MAX + 1, file);
    if (ferror(file)) {
        tp_faults_add_at(faults, whole, "cannot be read: %s", strerror(errno));
        goto done;
    }
    code = tp_node_parse(text, size, name, root, faults);
done:
    free(text);
    (void)fclose(file);
    return code;
}

/* ---------------------------------------------------------------- reading */

tp_node_kind tp_node_get_kind(const tp_node *node) {
    return node->kind;
}

tp_place tp_node_place(const tp_node *node) {
    return node->place;
}

const char *tp_node_text(const tp_node *node) {
    return node->text;
}

size_t tp_node_count(const tp_node *node) {
    return node->n;
}

const tp_node *tp_node_at(const tp_node *node, size_t i) {
    return node->entries[i].value;
}

const char *tp_node_key(const tp_node *node, size_t i) {
    return node->entries[i].key;
}

tp_place tp_node_key_place(const tp_node *node, size_t i) {
    return node->entries[i].key_place;
}

static tp_node_entry *find_entry(const tp_node *node, const char *key) {
    for (size_t i = 0; node->kind == TP_NODE_MAP && i < node->n; i++) {
        if (strcmp(node->entries[i].key, key) == 0) {
            return &node->entries[i];
        }
    }
    return NULL;
}

const tp_node *tp_node_find(const tp_node *node, const char *key) {
    const tp_node_entry *entry = find_entry(node, key);
    return entry == NULL ? NULL : entry->value;
}

tp_node *tp_node_at_mutable(tp_node *node, size_t i) {
    return node->entries[i].value;
}

tp_node *tp_node_find_mutable(tp_node *node, const char *key) {
    tp_node_entry *entry = find_entry(node, key);
    return entry == NULL ? NULL : entry->value;
}

const char *tp_node_source(const tp_node *root, size_t *size) {
    if (size != NULL) {
        *size = root->document == NULL ? 0 : root->document->source_size;
    }
    return root->document == NULL ? NULL : root->document->source;
}

/* ---------------------------------------------------------------- setting */

static void move_to(tp_node *node, tp_place place) {
    node->place = place;
    for (size_t i = 0; i < node->n; i++) {
        node->entries[i].key_place = place;
        move_to(node->entries[i].value, place);
    }
}

/* Puts `value` under a key; a new key is at the place of its value. */
static bool put(tp_node *map, const char *key, tp_node *value) {
    tp_node_entry *entry = find_entry(map, key);
    if (entry != NULL) {
        tp_node_free(entry->value);
        entry->value = value;
        return true;
    }
    char *copy = tp_text_copy(key);
    if (copy != NULL && tp_node_append(map, copy, value->place, value)) {
        return true;
    }
    free(copy);
    return false;
}

tp_code tp_node_set(tp_node *root, tp_node *map, const char *key, const char *text, tp_place place, tp_faults *faults) {
    tp_node *value = NULL;
    if (map->kind != TP_NODE_MAP) {
        tp_faults_add_at(faults, place, "'%s' cannot be set here (expected a map)", key);
        return TP_E_CONFIG;
    }
    tp_code code = tp_yaml_build(text, strlen(text), place.file == NULL ? key : place.file, &value, faults);
    if (code != TP_OK) {
        return code;
    }
    code = TP_E_MACHINE;
    if (place.file != NULL) {
        place.file = tp_node_document_keep(root->document, place.file);
        if (place.file == NULL) {
            goto done;
        }
    }
    if (value == NULL && (value = tp_node_new(TP_NODE_TEXT, place, "", 0)) == NULL) {
        goto done;
    }
    tp_node_document_free(value->document);
    value->document = NULL;
    move_to(value, place);
    if (put(map, key, value)) {
        value = NULL;
        code = TP_OK;
    }
done:
    tp_node_free(value);
    return code == TP_OK ? TP_OK : add_memory_fault(faults);
}
