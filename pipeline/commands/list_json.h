/** What `technopolis list … --json` prints of one thing each: members of a list in a document. */
#ifndef TP_COMMAND_LIST_JSON_H
#define TP_COMMAND_LIST_JSON_H

#include "technopolis/plan.h"
#include "technopolis/text.h"

/** `,"run":[settings],"stages":[…]`. */
void tp_list_json_stages(tp_text *json);

void tp_list_json_profile(tp_text *json, const tp_profile *profile, bool with_criteria);
void tp_list_json_product(tp_text *json, const tp_product *product);

#endif
