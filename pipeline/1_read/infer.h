/**
 * What the texts of a column without types are: integers, numbers or text. An integer is written as a program writes
 * it: no leading zeros, no plus sign, within 64 bits. A code such as 01100, or of more digits than a number holds,
 * makes its column text. Of other cells that are no numbers (n/a, 1e400) a column of numbers may hold one in ten: they
 * are read as missing.
 */
#ifndef TP_READ_INFER_H
#define TP_READ_INFER_H

#include "technopolis/column.h"

/** Initialise with `= {0}`. */
typedef struct tp_inference {
    int64_t n_numbers, n_odd; /**< numbers (those that are not finite included), and cells that are none */
    bool seen_number, seen_fraction, seen_not_finite, seen_code;
} tp_inference;

/** Takes one NUL-terminated text of the column into account; an empty one says nothing. */
void tp_infer_look(tp_inference *inference, const char *text, size_t size);

/** TP_TYPE_INT64, TP_TYPE_DOUBLE or TP_TYPE_TEXT (also where nothing was seen). */
tp_type tp_infer_type(const tp_inference *inference);

/** True for nan, inf, infinity with a sign or without, in any case. */
bool tp_infer_is_not_finite(const char *text, size_t size);

#endif
