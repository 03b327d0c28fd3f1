/** Small checks that every level of a profile shares. Each tells its faults and goes on. */
#ifndef TP_CONFIG_PROFILE_FORM_H
#define TP_CONFIG_PROFILE_FORM_H

#include "technopolis/profile.h"

/** True for a map; else tells that `what` should be one. */
bool tp_form_is_map(const tp_node *node, const char *what, tp_faults *faults);

/** Tells every key of a map that is not among n known ones. */
void tp_form_keys(const tp_node *map, const char *const *known, size_t n, tp_faults *faults);

/** The text of a key that must be there and not empty; NULL otherwise. */
const char *tp_form_text(const tp_node *map, const char *key, tp_faults *faults);

/** The same for an id or name: lower-case letters, digits and _, beginning with a letter. */
bool tp_form_is_id(const char *text);
const char *tp_form_id(const tp_node *map, const char *key, tp_faults *faults);

/** `title: { en: …, ja: … }`. */
void tp_form_titles(const tp_node *map, const char **title_en, const char **title_ja, tp_faults *faults);

/** yes or no under a key; `fallback` where it is not written, which is a fault when it is `required`. */
bool tp_form_yes_no(const tp_node *map, const char *key, bool required, bool fallback, tp_faults *faults);

/** `{ KIND: { settings } }`: false, with the fault told, when it has not this form. */
bool tp_form_measure(const tp_node *node, const char **kind, const tp_node **settings, tp_faults *faults);

/** The parts and the further measures of a criterion, from its map. False on lack of memory, which is told. */
bool tp_form_parts(const tp_node *map, tp_criterion *criterion, tp_faults *faults);

/** Tells every column that two criteria, or a criterion and the layer `sites` itself, would both add to `sites`. */
void tp_form_columns(const tp_profile *profile, tp_faults *faults);

/** Tells that memory ran out. */
void tp_form_memory(tp_faults *faults);

#endif
