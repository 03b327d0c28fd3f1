/** The line on the terminal that tells how far a run is: phase, bar, step, rate and time left. */
#ifndef TP_COMMAND_PROGRESS_H
#define TP_COMMAND_PROGRESS_H

#include "technopolis/stage.h"

#include <time.h>

/** Initialise with `= {0}`. */
typedef struct tp_progress {
    char step[64];
    tp_phase phase;
    struct timespec begin, shown; /* of the step; of the last line */
} tp_progress;

/** For tp_run.progress, with a tp_progress as its user. Writes at most ten times a second. */
void tp_progress_show(void *user, tp_phase phase, const char *step, int64_t done, int64_t total);

/** Clears the line. */
void tp_progress_end(void);

/** "1.5 h", "2 min", "40 s". */
void tp_progress_duration(double seconds, char text[16]);

#endif
