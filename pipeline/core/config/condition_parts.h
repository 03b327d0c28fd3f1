/** The inside of a condition: shared by condition.c, which parses and tests rows, and implies.c, which compares two. */
#ifndef TP_CONFIG_CONDITION_PARTS_H
#define TP_CONFIG_CONDITION_PARTS_H

#include "technopolis/condition.h"

typedef enum tp_relation {
    TP_EQUAL,
    TP_NOT_EQUAL,
    TP_LESS,
    TP_LESS_OR_EQUAL,
    TP_GREATER,
    TP_GREATER_OR_EQUAL
} tp_relation;

/** One `column relation value`. */
typedef struct tp_condition_part {
    char *column;
    tp_relation relation;
    char *text;      /**< the value as written, without quotes */
    bool is_number;  /**< written as a number and not in quotes */
    double number;   /**< of a number */
    bool is_integer; /**< the number is an integer that fits, and `integer` is it exactly */
    int64_t integer;
} tp_condition_part;

struct tp_condition {
    char *text;
    tp_condition_part *parts;
    size_t n, capacity;
};

#endif
