/**
 * What the texts of a column without types are: integers, numbers or text. An integer is written as a program writes
 * it: no leading zeros (a code such as 01100 stays text), no plus sign, within 64 bits.
 */
#ifndef TP_READ_INFER_H
#define TP_READ_INFER_H

#include "technopolis/column.h"

/** Initialise with `= {0}`. */
typedef struct tp_inference {
    bool seen_number, seen_fraction, seen_not_finite, seen_text;
} tp_inference;

/** Takes one NUL-terminated text of the column into account; an empty one says nothing. */
void tp_infer_look(tp_inference *inference, const char *text, size_t size);

/** TP_TYPE_INT64, TP_TYPE_DOUBLE or TP_TYPE_TEXT (also where nothing was seen). */
tp_type tp_infer_type(const tp_inference *inference);

/** True for nan, inf, infinity with a sign or without, in any case. */
bool tp_infer_is_not_finite(const char *text, size_t size);

#endif
