/**
 * Titles of columns for a reader, in both languages: the data folder's `styles/columns.yaml`, a map from a column's name
 * to [English, Japanese]. A column CRITERION_x of `sites` is called by the criterion's title and the words of `x`.
 */
#ifndef TP_WRITE_WORDS_H
#define TP_WRITE_WORDS_H

#include "5_write/sink.h"
#include "technopolis/node.h"
#include "technopolis/profile.h"

/** Initialise with `= {0}`, which knows no words. */
typedef struct tp_words {
    tp_node *titles; /**< NULL: none */
    int language;    /**< 0 en, 1 ja */
} tp_words;

/** Reads the data folder's words; where there are none, none are known. TP_E_CONFIG for a file that is no YAML map. */
TP_NODISCARD tp_code tp_words_load(int language, tp_words *words, tp_error *error);
void tp_words_reset(tp_words *words);

/** The words of a layer's columns, texts owned by the caller. `profile` may be NULL. */
typedef struct tp_layer_words {
    tp_column_words *columns;
    char **owned;
    size_t n;
} tp_layer_words;
TP_NODISCARD tp_code tp_words_of(const tp_words *words, const tp_field *fields, size_t n, const tp_profile *profile,
                                 tp_layer_words *of, tp_error *error);
void tp_layer_words_reset(tp_layer_words *of);

#endif
