/** Reading one setting's value into an options struct: the part of setting.c that knows the kinds. */
#ifndef TP_CONFIG_SETTING_VALUE_H
#define TP_CONFIG_SETTING_VALUE_H

#include "technopolis/setting.h"

/** A value as written (`node`), or a default (`node` NULL, then `text` is its text). */
typedef struct tp_setting_value {
    const tp_node *node;
    const char *text; /**< NULL for a list or a map */
    tp_place place;
} tp_setting_value;

/** The memory behind a list; options own a chain of them. */
typedef struct tp_setting_list {
    struct tp_setting_list *next;
    const char **items;
    tp_quantity *quantities;
    tp_place *places;
    char *owned; /**< the texts themselves where they are copies, else NULL */
} tp_setting_list;

/** Checks a value and writes it at `target`; what is wrong goes to `faults`. `lists` is the chain to add to. */
void tp_setting_read(const tp_setting *setting, const tp_setting_value *value, void *target, tp_setting_list **lists,
                     tp_faults *faults);

/** A list of copies of n texts, put before `*lists`; NULL on lack of memory. */
tp_setting_list *tp_setting_list_copy(const char *const *items, const tp_place *places, size_t n,
                                      tp_setting_list **lists);

void tp_setting_lists_free(tp_setting_list *lists);

/** True for the kinds that take one text or a list of them. */
bool tp_setting_is_list(const tp_setting *setting);

/** The value as one line, lists and maps as `[a, b]` and `{a: b}`; NULL on lack of memory. Caller frees. */
char *tp_setting_render(const tp_setting_value *value);

#endif
