/* Notes on rows: see notes.h. */
#include "1_read/notes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void tp_read_notes_cut(tp_read_notes *notes, size_t n) {
    for (; notes->n > n; notes->n--) {
        free(notes->items[notes->n - 1].detail);
    }
}

void tp_read_notes_reset(tp_read_notes *notes) {
    tp_read_notes_cut(notes, 0);
    free(notes->items);
    *notes = (tp_read_notes){0};
}

tp_code tp_read_notes_add(tp_read_notes *notes, int64_t row, bool leaves_out, const char *reason, tp_error *error,
                          const char *detail_format, ...) {
    if (notes->n == notes->capacity) {
        size_t capacity = notes->capacity == 0 ? 16 : notes->capacity * 2;
        tp_read_note *items = realloc(notes->items, sizeof *items * capacity);
        if (items == NULL) {
            return tp_error_memory(error);
        }
        notes->items = items;
        notes->capacity = capacity;
    }
    va_list arguments, again;
    va_start(arguments, detail_format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, detail_format, arguments);
    va_end(arguments);
    char *detail = size < 0 ? NULL : malloc((size_t)size + 1);
    if (detail != NULL) {
        vsnprintf(detail, (size_t)size + 1, detail_format, again);
    }
    va_end(again);
    if (detail == NULL) {
        return tp_error_memory(error);
    }
    notes->items[notes->n++] = (tp_read_note){.row = row, .reason = reason, .detail = detail, .leaves_out = leaves_out};
    return TP_OK;
}
