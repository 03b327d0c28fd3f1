/** What a criterion asks for in words: for the table `criteria` and for `technopolis list criteria`. */
#ifndef TP_WRITE_DESCRIBE_H
#define TP_WRITE_DESCRIBE_H

#include "technopolis/profile.h"
#include "technopolis/text.h"

/** Appends `count (to institutes, within 30 min) at least 2 institutes`. */
void tp_describe_part(const tp_part *part, tp_text *text);

/** Appends all parts, joined by what combines them. */
void tp_describe_criterion(const tp_criterion *criterion, tp_text *text);

#endif
