/*
 * Whether one condition lies within another. It must never say so wrongly, and it does not know whether a column holds
 * numbers or texts: `code = 01100` compares bytes where the column is text and numbers where it is not. So each rule
 * below holds for both; where only one of them would be true the answer is false.
 */
#include "core/config/condition_parts.h"

#include <math.h>
#include <string.h>

/* The sign of a - b, exact where both are integers. Both are numbers. */
static int compare(const tp_condition_part *a, const tp_condition_part *b) {
    if (a->is_integer && b->is_integer) {
        return (a->integer > b->integer) - (a->integer < b->integer);
    }
    return (a->number > b->number) - (a->number < b->number);
}

/* Beyond 2^53 doubles skip integers, so that only integers compare exactly there. */
static bool comparable(const tp_condition_part *a, const tp_condition_part *b) {
    double limit = 9007199254740992.0;
    return a->is_number && b->is_number &&
           ((a->is_integer && b->is_integer) || (fabs(a->number) < limit && fabs(b->number) < limit));
}

/* Every number that meets the bound `a` lies above the number of `b`, or at least at it. */
static bool lies_above(const tp_condition_part *a, const tp_condition_part *b, bool or_at) {
    if (a->relation != TP_EQUAL && a->relation != TP_GREATER && a->relation != TP_GREATER_OR_EQUAL) {
        return false;
    }
    int order = compare(a, b);
    return order > 0 || (order == 0 && (or_at || a->relation == TP_GREATER));
}

static bool lies_below(const tp_condition_part *a, const tp_condition_part *b, bool or_at) {
    if (a->relation != TP_EQUAL && a->relation != TP_LESS && a->relation != TP_LESS_OR_EQUAL) {
        return false;
    }
    int order = compare(a, b);
    return order < 0 || (order == 0 && (or_at || a->relation == TP_LESS));
}

/* A cell that meets `a` differs from the value of `b`. */
static bool excludes(const tp_condition_part *a, const tp_condition_part *b) {
    bool same_text = strcmp(a->text, b->text) == 0;
    if (a->relation == TP_NOT_EQUAL) {
        return same_text;
    }
    if (a->is_number && b->is_number) {
        return comparable(a, b) && (lies_above(a, b, false) || lies_below(a, b, false));
    }
    return a->relation == TP_EQUAL && !same_text; /* one is a text, so the column is */
}

/* Every row that meets the part `a` meets the part `b`. */
static bool part_implies(const tp_condition_part *a, const tp_condition_part *b) {
    bool numbers = comparable(a, b);
    if (strcmp(a->column, b->column) != 0) {
        return false;
    }
    switch (b->relation) {
    case TP_EQUAL:
        return a->relation == TP_EQUAL && strcmp(a->text, b->text) == 0;
    case TP_NOT_EQUAL:
        return excludes(a, b);
    case TP_LESS:
        return numbers && lies_below(a, b, false);
    case TP_LESS_OR_EQUAL:
        return numbers && lies_below(a, b, true);
    case TP_GREATER:
        return numbers && lies_above(a, b, false);
    case TP_GREATER_OR_EQUAL:
        return numbers && lies_above(a, b, true);
    }
    return false;
}

static bool some_part_implies(const tp_condition *condition, const tp_condition_part *wide) {
    for (size_t i = 0; condition != NULL && i < condition->n; i++) {
        if (part_implies(&condition->parts[i], wide)) {
            return true;
        }
    }
    return false;
}

/*
 * A bound, an equality or an exclusion follows from a conjunction of such parts on one column exactly when it follows
 * from one of them, or the conjunction contradicts itself, or two bounds meet in a point (then "cannot tell").
 */
bool tp_condition_implies(const tp_condition *narrow, const tp_condition *also, const tp_condition *wide) {
    for (size_t i = 0; wide != NULL && i < wide->n; i++) {
        if (!some_part_implies(narrow, &wide->parts[i]) && !some_part_implies(also, &wide->parts[i])) {
            return false;
        }
    }
    return true;
}
