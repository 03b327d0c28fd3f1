/* One line that is written over. See progress.h. */
#include "progress.h"

#include "technopolis/text.h"

#include <stdio.h>
#include <string.h>

static double seconds_between(const struct timespec *from, const struct timespec *to) {
    return (double)(to->tv_sec - from->tv_sec) + 1e-9 * (double)(to->tv_nsec - from->tv_nsec);
}

void tp_progress_duration(double seconds, char text[16]) {
    if (seconds >= 3600) {
        (void)snprintf(text, 16, "%.1f h", seconds / 3600 < 9999 ? seconds / 3600 : 9999);
    } else if (seconds >= 90) {
        (void)snprintf(text, 16, "%.0f min", seconds / 60);
    } else {
        (void)snprintf(text, 16, "%.0f s", seconds);
    }
}

/* "(12,288 of 40,466, 5,000 a second, 6 s left)"; rate and rest once they mean something. */
static void add_counts(tp_text *line, int64_t done, int64_t total, double seconds) {
    static const double LEAST_SECONDS = 1;
    enum { MANY = 1000 };
    char left[16];
    tp_text_add(line, " (");
    tp_text_add_number(line, (double)done, 0);
    if (total > 0) {
        tp_text_add(line, " of ");
        tp_text_add_number(line, (double)total, 0);
    }
    if (done >= MANY && seconds >= LEAST_SECONDS) {
        tp_text_add(line, ", ");
        tp_text_add_number(line, (double)done / seconds, 0);
        tp_text_add(line, " a second");
        if (total > done) {
            tp_progress_duration(seconds * (double)(total - done) / (double)done, left);
            tp_text_add(line, ", %s left", left);
        }
    }
    tp_text_add(line, ")");
}

void tp_progress_show(void *user, tp_phase phase, const char *step, int64_t done, int64_t total) {
    enum { WIDTH = 24 };
    tp_progress *progress = user;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    bool other = strncmp(progress->step, step, sizeof progress->step - 1) != 0 || progress->phase != phase;
    if (!other && seconds_between(&progress->shown, &now) < 0.1) {
        return;
    }
    if (other || done == 0) {
        (void)snprintf(progress->step, sizeof progress->step, "%s", step);
        progress->phase = phase;
        progress->begin = now;
    }
    progress->shown = now;
    char bar[WIDTH + 1];
    int full = total > 0 && done <= total ? (int)(WIDTH * done / total) : 0;
    memset(bar, '.', WIDTH);
    memset(bar, '#', (size_t)full);
    bar[WIDTH] = '\0';
    tp_text line = {0};
    add_counts(&line, done, total, seconds_between(&progress->begin, &now));
    fprintf(stderr, "\r\033[K%-8s [%s] %3d %% %s%s", tp_phase_text(phase), bar,
            total > 0 && done <= total ? (int)(100 * done / total) : 0, step, tp_text_get(&line));
    fflush(stderr);
    tp_text_reset(&line);
}

void tp_progress_end(void) {
    fprintf(stderr, "\r\033[K");
}
