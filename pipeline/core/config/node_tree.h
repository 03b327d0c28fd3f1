/** The inside of a node: shared by node.c, which reads trees, and yaml.c, which builds them. */
#ifndef TP_CONFIG_NODE_TREE_H
#define TP_CONFIG_NODE_TREE_H

#include "technopolis/node.h"

/** One entry of a list (key NULL) or pair of a map. */
typedef struct tp_node_entry {
    char *key;
    tp_place key_place;
    tp_node *value;
} tp_node_entry;

/** What a whole tree shares; the root holds it. */
typedef struct tp_node_document {
    char **names; /**< of the files that places in the tree point at */
    size_t n_names;
    char *source;
    size_t source_size;
} tp_node_document;

struct tp_node {
    tp_node_kind kind;
    tp_place place;
    char *text; /**< of a text */
    tp_node_entry *entries;
    size_t n, capacity;
    tp_node_document *document; /**< of a root only */
};

/** A node without entries; `text` (copied, `size` bytes) only for a text. NULL on lack of memory. */
tp_node *tp_node_new(tp_node_kind kind, tp_place place, const char *text, size_t size);

/** Appends an entry, taking `key` (NULL in a list) and `value`; false on lack of memory, when both stay the caller's. */
bool tp_node_append(tp_node *node, char *key, tp_place key_place, tp_node *value);

/** A document with a copy of its source; NULL on lack of memory. */
tp_node_document *tp_node_document_new(const char *source, size_t size);
void tp_node_document_free(tp_node_document *document);

/** Keeps a copy of a file's name for places to point at; NULL on lack of memory. */
const char *tp_node_document_keep(tp_node_document *document, const char *name);

/**
 * Builds the tree of a text, its places pointing at `name`. Without a fault `*root` is the tree, or NULL when nothing
 * is written in the text.
 */
TP_NODISCARD tp_code tp_yaml_build(const char *text, size_t size, const char *name, tp_node **root, tp_faults *faults);

#endif
