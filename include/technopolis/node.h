/**
 * A YAML document as a tree of maps, lists and texts, each node with its line and column.
 *
 * Built on libyaml's events. Anchors and aliases, tags and several documents in one file are refused, as are
 * duplicate keys, invalid UTF-8, files over 4 MiB and nesting deeper than 32: a configuration needs none of them, and
 * refusing keeps a hostile file cheap. Every fault of a file that can be found is reported, not only the first.
 */
#ifndef TECHNOPOLIS_NODE_H
#define TECHNOPOLIS_NODE_H

#include "technopolis/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tp_node_kind { TP_NODE_TEXT, TP_NODE_LIST, TP_NODE_MAP } tp_node_kind;

typedef struct tp_node tp_node;

/**
 * Reads a file. On success (TP_OK) `*root` is a map, list or text owned by the caller. On faults returns the code of
 * the list (TP_E_CONFIG for what is written in it and for a file that does not exist or cannot be read) and leaves `*root` NULL.
 * `name` is how the file is called in messages; it is copied. O(size).
 */
TP_NODISCARD tp_code tp_node_load(const char *path, const char *name, tp_node **root, tp_faults *faults);

/** The same from memory. */
TP_NODISCARD tp_code tp_node_parse(const char *text, size_t size, const char *name, tp_node **root, tp_faults *faults);

/** Frees a root and everything below it; NULL is allowed. */
void tp_node_free(tp_node *root);

tp_node_kind tp_node_get_kind(const tp_node *node);
tp_place tp_node_place(const tp_node *node);

/** The scalar's text ("" for an empty value), or NULL for a list or map. */
const char *tp_node_text(const tp_node *node);

/** Entries of a list or pairs of a map; 0 for a text. */
size_t tp_node_count(const tp_node *node);

/** Entry i of a list, or value i of a map. */
const tp_node *tp_node_at(const tp_node *node, size_t i);

/** Key i of a map, and where it stands. */
const char *tp_node_key(const tp_node *node, size_t i);
tp_place tp_node_key_place(const tp_node *node, size_t i);

/** The value of a key, or NULL when the node is not a map or has no such key. O(pairs). */
const tp_node *tp_node_find(const tp_node *node, const char *key);

/** The whole file's text as read, for `run_info` and its hash; only for a root. */
const char *tp_node_source(const tp_node *root, size_t *size);

/**
 * Sets `map[key]` to what `text` says (parsed as YAML, so lists work), replacing or adding; its place becomes `place`,
 * whose file is copied. `map` must belong to `root` (which owns the new node).
 */
TP_NODISCARD tp_code tp_node_set(tp_node *root, tp_node *map, const char *key, const char *text, tp_place place,
                                 tp_faults *faults);

/** The same node for writing; the tree is the caller's own. */
tp_node *tp_node_at_mutable(tp_node *node, size_t i);
tp_node *tp_node_find_mutable(tp_node *node, const char *key);

#ifdef __cplusplus
}
#endif

#endif
