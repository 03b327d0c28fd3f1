/** Saying that a word is not known, with the nearest one that is. */
#ifndef TP_CONFIG_UNKNOWN_WORD_H
#define TP_CONFIG_UNKNOWN_WORD_H

#include "technopolis/error.h"

/**
 * Adds a fault such as "unknown key 'wihin' (did you mean 'within'? known: to, where, within)". `what` is "key",
 * "stage", …; `known` are n words, told in their order. Upper and lower case count as alike.
 */
void tp_unknown_word(tp_faults *faults, tp_place place, const char *what, const char *word, const char *const *known,
                     size_t n);

/** The nearest of n words, or NULL when none is near: one letter, or at most a third of them, differ. */
const char *tp_nearest_word(const char *word, const char *const *known, size_t n);

#endif
