/** What a .dbf file can hold: names of ten bytes, texts of 254, numbers of so many digits. */
#ifndef TP_WRITE_DBF_NAMES_H
#define TP_WRITE_DBF_NAMES_H

#include "5_write/sink.h"

enum { TP_DBF_NAME_SIZE = 11, TP_DBF_TEXT_BYTES = 254, TP_DBF_NUMBER_WIDTH = 24 };

/**
 * The name of field `i` in a .dbf: its first ten bytes (at a character's end), or, where an earlier one is called so, as
 * many as leave room for _1, _2 …; case does not count. `names` holds those of the fields before it.
 */
void tp_dbf_name(const tp_field *fields, size_t i, const char (*names)[TP_DBF_NAME_SIZE], char name[TP_DBF_NAME_SIZE]);

/** The longest beginning of a text of at most TP_DBF_TEXT_BYTES bytes that ends at a character's end. */
size_t tp_dbf_cut(const char *text);

#endif
