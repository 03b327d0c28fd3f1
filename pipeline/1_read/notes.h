/** What was found while reading rows, kept until it is known which rows stay. */
#ifndef TP_READ_NOTES_H
#define TP_READ_NOTES_H

#include "technopolis/layer.h"

typedef struct tp_read_note {
    int64_t row;
    const char *reason; /**< one of rejects.h */
    char *detail;
    bool leaves_out; /**< the row cannot stay; else a value became NULL */
} tp_read_note;

/** In ascending order of rows. Initialise with `= {0}`. */
typedef struct tp_read_notes {
    tp_read_note *items;
    size_t n, capacity;
} tp_read_notes;

void tp_read_notes_reset(tp_read_notes *notes);

/** Forgets all but the first n. */
void tp_read_notes_cut(tp_read_notes *notes, size_t n);

TP_NODISCARD tp_code tp_read_notes_add(tp_read_notes *notes, int64_t row, bool leaves_out, const char *reason,
                                       tp_error *error, const char *detail_format, ...) TP_PRINTF(6, 7);

#endif
