/* What a criterion asks for, as text. See describe.h. */
#include "5_write/describe.h"

/* A setting's value: a text, or the texts of a list or map with commas. */
static void describe_value(const tp_node *node, tp_text *text) {
    if (tp_node_get_kind(node) == TP_NODE_TEXT) {
        tp_text_add(text, "%s", tp_node_text(node));
        return;
    }
    bool map = tp_node_get_kind(node) == TP_NODE_MAP;
    for (size_t i = 0; i < tp_node_count(node); i++) {
        tp_text_add(text, "%s%s%s", i > 0 ? " + " : "", map ? tp_node_key(node, i) : "", map ? " " : "");
        describe_value(tp_node_at(node, i), text);
    }
}

/* `count (to institutes, within 30 min) at least 2 institutes` */
void tp_describe_part(const tp_part *part, tp_text *text) {
    tp_text_add(text, "%s", part->kind);
    size_t n =
        part->settings != NULL && tp_node_get_kind(part->settings) == TP_NODE_MAP ? tp_node_count(part->settings) : 0;
    for (size_t i = 0; i < n; i++) {
        tp_text_add(text, "%s%s ", i == 0 ? " (" : ", ", tp_node_key(part->settings, i));
        describe_value(tp_node_at(part->settings, i), text);
    }
    tp_text_add(text, "%s %s ", n > 0 ? ")" : "", part->comparison == TP_AT_LEAST ? "at least" : "at most");
    tp_text_add_number(text, part->threshold.value, 6);
    if (part->banded) {
        tp_text_add(text, " and at most ");
        tp_text_add_number(text, part->upper.value, 6);
    }
    tp_text_add(text, "%s%s%s", part->threshold.unit[0] != '\0' ? " " : "", part->threshold.unit,
                part->left_out ? " [left out: its layers are not read]" : "");
}

void tp_describe_criterion(const tp_criterion *criterion, tp_text *text) {
    static const char *const joins[] = {
        [TP_COMBINE_ALL] = " and ", [TP_COMBINE_ANY] = " or ", [TP_COMBINE_FIRST] = ", else "};
    for (size_t i = 0; i < criterion->n_parts; i++) {
        if (i > 0) {
            tp_text_add(text, "%s", joins[criterion->combine]);
        }
        tp_describe_part(&criterion->parts[i], text);
    }
}
