/** The heads of all files of a read entry, and the one head that they make together. */
#ifndef TP_READ_HEADS_H
#define TP_READ_HEADS_H

#include "1_read/read.h"

typedef struct tp_read_heads {
    tp_read_head *items; /**< one a file; `path` NULL where the file was skipped */
    size_t n;
    char **skipped; /**< why, or NULL */
    tp_head all;    /**< the layer's columns: first the id when it is made, then those of the files; coverage, where */
    size_t id;      /**< number of all.fields */
    int label;      /**< number of all.fields, or -1 */
    bool makes_id;
} tp_read_heads;

/**
 * Opens the heads of all files of a step, and sees that their CRS lead to the run's. With on_error TP_SKIP a file of several that cannot be used is passed over
 * with a warning, unless none is left. Returns the code of what it added to `faults`; reset in any case.
 */
TP_NODISCARD tp_code tp_read_heads_open(const tp_step *step, const tp_run *run, unsigned flags, tp_read_heads *heads,
                                        tp_faults *faults);
void tp_read_heads_reset(tp_read_heads *heads);

#endif
