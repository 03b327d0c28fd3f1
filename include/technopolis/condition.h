/**
 * Conditions: `column (= != < <= > >=) value`, joined by `and`, as in `where: population >= 200000 and kind = national`.
 * A value that is a number compares as a number; text (which may stand in single or double quotes) compares bytewise,
 * and only = and != are allowed for it. A missing cell makes its part unknown.
 *
 * A number against a column of texts: = and != compare the texts as written (`code = 01100` is not `1100`), the others
 * compare cells that are numbers and leave the rest unknown. A quoted text against a column of numbers is a fault.
 */
#ifndef TECHNOPOLIS_CONDITION_H
#define TECHNOPOLIS_CONDITION_H

#include "technopolis/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tp_condition tp_condition;

/** Parses; errors are TP_E_CONFIG without a place and say at which character. An empty text is an error. */
TP_NODISCARD tp_code tp_condition_parse(const char *text, tp_condition **condition, tp_error *error);
void tp_condition_free(tp_condition *condition);

/** The text it was parsed from. */
const char *tp_condition_text(const tp_condition *condition);

/** The number of parts, and of each the column's name and whether it compares a number (else text). */
size_t tp_condition_count(const tp_condition *condition);
const char *tp_condition_column(const tp_condition *condition, size_t part);
bool tp_condition_is_number(const tp_condition *condition, size_t part);

/** Whether a part compares by < <= > or >= with a number, and with which one. */
bool tp_condition_ordered(const tp_condition *condition, size_t part, double *number);

/** The condition's text with another number in one part; NULL: no memory. Caller frees. */
char *tp_condition_with_number(const tp_condition *condition, size_t part, double number);

/**
 * True when every row for which `narrow` (a conjunction of up to two conditions, either may be NULL = true) is met also
 * meets `wide`. Works on intervals of numbers and on equal texts; where it cannot tell, false.
 */
bool tp_condition_implies(const tp_condition *narrow, const tp_condition *also, const tp_condition *wide);

/** A condition with its columns found in a layer; borrows both. */
typedef struct tp_filter tp_filter;
TP_NODISCARD tp_code tp_filter_new(const tp_condition *condition, const tp_layer *layer, tp_filter **filter,
                                   tp_error *error);
void tp_filter_free(tp_filter *filter);

/** Met, not met, or unknown for a row; a NULL filter is always met. Thread-safe, allocates nothing. */
tp_verdict tp_filter_test(const tp_filter *filter, int64_t row);

#ifdef __cplusplus
}
#endif

#endif
