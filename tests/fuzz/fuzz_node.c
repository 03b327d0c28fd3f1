/* Fuzzing target: any bytes as a configuration file. A tree that is built must be walkable and settable. */
#include "technopolis/node.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t walk(const tp_node *node, int depth) {
    size_t bytes = tp_node_text(node) == NULL ? 0 : strlen(tp_node_text(node));
    bool leaf = tp_node_get_kind(node) == TP_NODE_TEXT; /* lists and maps nest 32 deep, and hold texts below that */
    if (depth > (leaf ? 33 : 32) || tp_node_place(node).line < 1 || tp_node_place(node).column < 1) {
        abort();
    }
    for (size_t i = 0; i < tp_node_count(node); i++) {
        if (tp_node_get_kind(node) == TP_NODE_MAP && tp_node_find(node, tp_node_key(node, i)) != tp_node_at(node, i)) {
            abort(); /* a duplicate key */
        }
        bytes += walk(tp_node_at(node, i), depth + 1);
    }
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    tp_faults faults = {0};
    tp_node *root = NULL;
    tp_code code = tp_node_parse((const char *)data, size, "fuzz.yaml", &root, &faults);
    if ((code == TP_OK) != (root != NULL) || (code == TP_OK) != (faults.n == 0) || code == TP_E_INTERNAL) {
        abort();
    }
    if (root != NULL) {
        (void)walk(root, 1);
        if (tp_node_get_kind(root) == TP_NODE_MAP) {
            tp_place place = {.file = "--set"};
            size_t source_size = 0;
            code = tp_node_set(root, root, "key", tp_node_source(root, &source_size), place, &faults);
        }
    }
    tp_node_free(root);
    tp_faults_reset(&faults);
    return 0;
}
