/* technopolis run: checks the plan, works it, and says what came out. */
#include "request.h"
#include "summary.h"

#include <stdlib.h>
#include <unistd.h>

static const struct argp ARGP = {TP_RUN_OPTIONS,
                                 tp_request_parse,
                                 "CONFIG",
                                 "Runs the pipeline that the configuration describes.",
                                 NULL,
                                 NULL,
                                 NULL};

/* One line that is written over, on a terminal only: `write    [######..................]  25 % sites (12,288 of …)`. */
static void show_progress(void *user, tp_phase phase, const char *step, int64_t done, int64_t total) {
    (void)user;
    enum { WIDTH = 24 };
    char bar[WIDTH + 1];
    int full = total > 0 ? (int)(WIDTH * done / total) : 0;
    for (int i = 0; i < WIDTH; i++) {
        bar[i] = i < full ? '#' : '.';
    }
    bar[WIDTH] = '\0';
    fprintf(stderr, "\r\033[K%-8s [%s] %3d %% %s (%lld of %lld)", tp_phase_text(phase), bar,
            total > 0 ? (int)(100 * done / total) : 0, step, (long long)done + 1, (long long)total);
    fflush(stderr);
}

int tp_command_run(int argc, char **argv) {
    tp_request_input input = {.takes_run_options = true};
    int failed = tp_command_parse(&ARGP, argc, argv, &input);
    if (failed != 0) {
        return failed;
    }
    tp_faults faults = {0};
    tp_plan *plan = NULL;
    tp_dataset *dataset = NULL;
    tp_error error = {0};
    tp_code code = tp_plan_new(&input.request, &plan, &faults);
    tp_print_faults(&faults);
    bool terminal = isatty(STDERR_FILENO) != 0 && !input.quiet;
    if (code == TP_OK) {
        plan->run.progress = terminal ? show_progress : NULL;
        code = tp_plan_run(plan, &dataset, &error);
        if (terminal) {
            fprintf(stderr, "\r\033[K");
        }
        if (code != TP_OK) {
            tp_print_error(&error);
        } else if (!input.quiet) {
            tp_summary_print(plan, dataset, stdout);
        }
    }
    tp_dataset_free(dataset);
    tp_plan_free(plan);
    tp_faults_reset(&faults);
    free(input.sets);
    return (int)code;
}
