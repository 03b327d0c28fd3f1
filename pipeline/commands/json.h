/** One JSON document on stdout for machines (`--json`): the pieces that commands share. The form is in man/technopolis.1. */
#ifndef TP_COMMAND_JSON_H
#define TP_COMMAND_JSON_H

#include "technopolis/plan.h"
#include "technopolis/text.h"

/** `"key":"text"` or null, with a comma before it unless it is the first of its object. */
void tp_json_add(tp_text *json, const char *key, const char *text);
void tp_json_add_number(tp_text *json, const char *key, bool known, double value);
void tp_json_add_yes_no(tp_text *json, const char *key, bool value);

/** `"key":` with the comma that belongs before it; what follows is the caller's. */
void tp_json_add_key(tp_text *json, const char *key);

/** A comma between items of a list: nothing after `[`. */
void tp_json_next(tp_text *json);

/** `{"command":…,"code":…,"faults":[…]`: the begin of every document; `error` NULL or of code 0: none. */
void tp_json_begin(tp_text *json, const char *command, tp_code code, const tp_faults *faults, const tp_error *error);

/** Closes the document, prints it and frees it; TP_E_MACHINE where memory has run out. */
int tp_json_end(tp_text *json, tp_code code);

/** `,"profiles":[…],"findings":[…],"rejects":N` of a run. */
void tp_json_add_result(tp_text *json, const tp_plan *plan, const tp_dataset *dataset);

/** `,"steps":[…]` of a plan. */
void tp_json_add_plan(tp_text *json, const tp_plan *plan);

#endif
