/*
 * From YAML to a tree, on libyaml's events. Events and not libyaml's own documents, because anchors, deep nesting and
 * large files can then be refused before anything is built from them.
 */
#include "core/config/node_tree.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { DEPTH_MAX = 32, NODES_MAX = 50000, FAULTS_MAX = 50 };

/* A list or map that is being filled. */
typedef struct frame {
    tp_node *node;
    char *key; /* of a map: read, its value is still to come */
    tp_place key_place;
    bool is_key; /* the node stands where a key should: it is read on and dropped */
} frame;

typedef struct builder {
    const char *name;
    tp_node_document *document;
    tp_node *root;
    frame stack[DEPTH_MAX];
    size_t depth, n_nodes, n_documents;
    tp_faults *faults;
    size_t n_faults;
    bool memory; /* it ran out */
    bool stop;   /* no sense in reading on */
} builder;

/* ---------------------------------------------------------------- faults */

/* Counts a fault; false when enough were told (a hostile file has as many as it has lines). */
static bool may_tell(builder *b) {
    b->n_faults++;
    if (b->n_faults == FAULTS_MAX) {
        tp_faults_add_at(b->faults, (tp_place){.file = b->name}, "too many faults to tell all of them");
    }
    b->stop = b->stop || b->n_faults >= FAULTS_MAX;
    return b->n_faults < FAULTS_MAX;
}

static tp_place place_of(const builder *b, const yaml_mark_t *mark) {
    return (tp_place){.file = b->name, .line = (int)mark->line + 1, .column = (int)mark->column + 1};
}

/* The line and column (in characters) of a byte. */
static tp_place place_of_byte(const builder *b, const char *text, size_t size, size_t offset) {
    tp_place place = {.file = b->name, .line = 1, .column = 1};
    for (size_t i = 0; i < offset && i < size; i++) {
        if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == size || text[i + 1] != '\n'))) {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

/* The length of the UTF-8 character that `text` begins with, 0 when it is none. */
static size_t character_length(const char *text, size_t left) {
    unsigned char lead = (unsigned char)text[0];
    size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return n <= left && tp_text_is_utf8(text, n) ? n : 0;
}

/* libyaml stops at the first such byte and tells no line; here every run of them is told. */
static void check_utf8(builder *b, const char *text, size_t size) {
    bool inside = false;
    for (size_t i = 0; i < size && !b->stop;) {
        size_t n = character_length(text + i, size - i);
        if (n == 0 && !inside && may_tell(b)) {
            tp_faults_add_at(b->faults, place_of_byte(b, text, size, i),
                             "byte 0x%02X is not UTF-8 (expected UTF-8 text)", (unsigned char)text[i]);
        }
        inside = n == 0;
        i += n == 0 ? 1 : n;
    }
}

static void tell_parser_fault(builder *b, const yaml_parser_t *parser, const char *text, size_t size) {
    const char *problem = parser->problem == NULL ? "it cannot be read" : parser->problem;
    if (parser->error == YAML_MEMORY_ERROR) {
        b->memory = true;
        return;
    }
    if (!may_tell(b)) {
        return;
    }
    if (parser->error == YAML_READER_ERROR) {
        tp_faults_add_at(b->faults, place_of_byte(b, text, size, parser->problem_offset), "not valid YAML: %s",
                         problem);
    } else if (parser->context == NULL) {
        tp_faults_add_at(b->faults, place_of(b, &parser->problem_mark), "not valid YAML: %s", problem);
    } else {
        tp_faults_add_at(b->faults, place_of(b, &parser->problem_mark), "not valid YAML: %s (%s that begins at %d:%d)",
                         problem, parser->context, (int)parser->context_mark.line + 1,
                         (int)parser->context_mark.column + 1);
    }
}

/* ---------------------------------------------------------------- duplicate keys */

static int compare_entries(const void *a, const void *b) {
    const tp_node_entry *left = *(const tp_node_entry *const *)a, *right = *(const tp_node_entry *const *)b;
    int order = strcmp(left->key, right->key);
    return order != 0 ? order : (left > right) - (left < right);
}

/* Sorted, since a hostile map may have very many keys. */
static void check_duplicates(builder *b, const tp_node *map) {
    if (map->n < 2) {
        return;
    }
    const tp_node_entry **sorted = malloc(map->n * sizeof(const tp_node_entry *));
    if (sorted == NULL) {
        b->memory = true;
        return;
    }
    for (size_t i = 0; i < map->n; i++) {
        sorted[i] = &map->entries[i];
    }
    qsort(sorted, map->n, sizeof(const tp_node_entry *), compare_entries);
    for (size_t i = 1, first = 0; i < map->n && !b->stop; i++) {
        if (strcmp(sorted[first]->key, sorted[i]->key) != 0) {
            first = i;
        } else if (sorted[i]->key[0] != '\0' && may_tell(b)) {
            tp_faults_add_at(b->faults, sorted[i]->key_place, "key '%s' is written twice (first in line %d)",
                             sorted[i]->key, sorted[first]->key_place.line);
        }
    }
    free(sorted);
}

/* ---------------------------------------------------------------- building */

static bool expects_key(const builder *b) {
    const frame *top = b->depth == 0 ? NULL : &b->stack[b->depth - 1];
    return top != NULL && top->node->kind == TP_NODE_MAP && top->key == NULL;
}

/* Takes a key; an empty one stands for a key that was refused, so that its value still finds its place. */
static void take_key(builder *b, const char *text, size_t size, tp_place place) {
    frame *top = &b->stack[b->depth - 1];
    top->key = malloc(size + 1);
    if (top->key == NULL) {
        b->memory = true;
        return;
    }
    if (size > 0) {
        memcpy(top->key, text, size);
    }
    top->key[size] = '\0';
    top->key_place = place;
}

/* Puts a finished node where it belongs. Takes it. */
static void attach(builder *b, tp_node *node) {
    frame *top = b->depth == 0 ? NULL : &b->stack[b->depth - 1];
    if (node == NULL) {
        b->memory = true;
    } else if (top == NULL) {
        b->root = node;
    } else if (tp_node_append(top->node, top->key, top->key_place, node)) {
        top->key = NULL;
    } else {
        tp_node_free(node);
        b->memory = true;
    }
}

static void check_node(builder *b, tp_place place, const yaml_char_t *anchor, const yaml_char_t *tag) {
    if (anchor != NULL && may_tell(b)) {
        tp_faults_add_at(b->faults, place, "anchor '&%s' (anchors and aliases are not used here: write the value out)",
                         (const char *)anchor);
    }
    if (tag != NULL && may_tell(b)) {
        tp_faults_add_at(b->faults, place, "tag '%s' (tags are not used here: write the plain value)",
                         (const char *)tag);
    }
    if (++b->n_nodes > NODES_MAX && !b->stop) {
        tp_faults_add_at(b->faults, place, "more than %d values (no configuration needs that many)", NODES_MAX);
        b->n_faults++;
        b->stop = true;
    }
}

/* Control characters would end texts early or disturb terminals. */
static void check_characters(builder *b, tp_place place, const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7F) {
            if (may_tell(b)) {
                tp_faults_add_at(b->faults, place, "control character U+%04X in a text", c);
            }
            return;
        }
    }
}

static void add_text(builder *b, tp_place place, const char *text, size_t size) {
    if (expects_key(b)) {
        take_key(b, text, size, place);
    } else {
        attach(b, tp_node_new(TP_NODE_TEXT, place, text, size));
    }
}

static void begin(builder *b, tp_node_kind kind, tp_place place) {
    if (b->depth == DEPTH_MAX) {
        tp_faults_add_at(b->faults, place, "nested deeper than %d (no configuration needs that)", DEPTH_MAX);
        b->n_faults++;
        b->stop = true;
        return;
    }
    bool is_key = expects_key(b);
    if (is_key && may_tell(b)) {
        tp_faults_add_at(b->faults, place, "a %s stands where a key should (expected a text)",
                         kind == TP_NODE_LIST ? "list" : "map");
    }
    tp_node *node = tp_node_new(kind, place, NULL, 0);
    if (node == NULL) {
        b->memory = true;
        return;
    }
    b->stack[b->depth++] = (frame){.node = node, .is_key = is_key};
}

static void end(builder *b) {
    frame done = b->stack[--b->depth];
    if (done.node->kind == TP_NODE_MAP) {
        check_duplicates(b, done.node);
    }
    if (done.is_key) {
        take_key(b, "", 0, done.node->place);
        tp_node_free(done.node);
    } else {
        attach(b, done.node);
    }
}

static void take_scalar(builder *b, const yaml_event_t *event, tp_place place) {
    const char *text = (const char *)event->data.scalar.value;
    size_t size = event->data.scalar.length;
    check_node(b, place, event->data.scalar.anchor, event->data.scalar.tag);
    check_characters(b, place, text, size);
    if (size == 0 && expects_key(b) && may_tell(b)) {
        tp_faults_add_at(b->faults, place, "an empty key (expected a text)");
    }
    add_text(b, place, text, size);
}

static void take_event(builder *b, const yaml_event_t *event) {
    tp_place place = place_of(b, &event->start_mark);
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++b->n_documents == 2 && may_tell(b)) {
            tp_faults_add_at(b->faults, place, "a second document begins here (expected one in a file)");
            b->stop = true;
        }
        break;
    case YAML_ALIAS_EVENT:
        if (may_tell(b)) {
            tp_faults_add_at(b->faults, place,
                             "alias '*%s' (anchors and aliases are not used here: write the value out)",
                             (const char *)event->data.alias.anchor);
        }
        add_text(b, place, "", 0);
        break;
    case YAML_SCALAR_EVENT:
        take_scalar(b, event, place);
        break;
    case YAML_SEQUENCE_START_EVENT:
        check_node(b, place, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        begin(b, TP_NODE_LIST, place);
        break;
    case YAML_MAPPING_START_EVENT:
        check_node(b, place, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        begin(b, TP_NODE_MAP, place);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        end(b);
        break;
    case YAML_STREAM_END_EVENT:
        b->stop = true;
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
}

static void build(builder *b, const char *text, size_t size) {
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        b->memory = true;
        return;
    }
    /* Set, because libyaml would otherwise take UTF-16 as well. */
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    while (!b->stop && !b->memory) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            tell_parser_fault(b, &parser, text, size);
            break;
        }
        take_event(b, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

static void release(builder *b) {
    while (b->depth > 0) {
        frame *top = &b->stack[--b->depth];
        free(top->key);
        tp_node_free(top->node);
    }
    tp_node_free(b->root);
    tp_node_document_free(b->document);
}

tp_code tp_yaml_build(const char *text, size_t size, const char *name, tp_node **root, tp_faults *faults) {
    builder b = {.faults = faults, .document = tp_node_document_new(text, size)};
    size_t mark = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0; /* a byte order mark is no character */
    tp_code code = TP_OK;
    *root = NULL;
    b.name = b.document == NULL ? NULL : tp_node_document_keep(b.document, name);
    b.memory = b.name == NULL;
    if (!b.memory) {
        check_utf8(&b, text + mark, size - mark);
    }
    if (!b.memory && b.n_faults == 0) {
        build(&b, text + mark, size - mark);
    }
    if (b.memory) {
        tp_error error = {0};
        code = tp_error_memory(&error);
        tp_faults_add_error(faults, &error);
    } else if (b.n_faults > 0) {
        code = TP_E_CONFIG;
    } else if (b.root != NULL) {
        b.root->document = b.document;
        *root = b.root;
        b.root = NULL;
        b.document = NULL;
    }
    release(&b);
    return code;
}
