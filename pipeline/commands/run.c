/* technopolis run: checks the plan, works it, and says what came out. */
#include "json.h"
#include "progress.h"
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
    tp_progress progress = {0};
    tp_text json = {0};
    tp_code code = tp_plan_new(&input.request, &plan, &faults);
    tp_print_faults(&faults);
    bool terminal = isatty(STDERR_FILENO) != 0 && !input.quiet;
    if (code == TP_OK) {
        plan->run.progress = terminal ? tp_progress_show : NULL;
        plan->run.progress_user = &progress;
        code = tp_plan_run(plan, &dataset, &error);
        if (terminal) {
            tp_progress_end();
        }
        if (code != TP_OK) {
            tp_print_error(&error);
        } else if (!input.quiet && !input.json) {
            tp_summary_print(plan, dataset, stdout);
        }
    }
    int result = (int)code;
    if (input.json) {
        tp_json_begin(&json, "run", code, &faults, &error);
        if (code == TP_OK) {
            tp_json_add_result(&json, plan, dataset);
        }
        result = tp_json_end(&json, code);
    }
    tp_dataset_free(dataset);
    tp_plan_free(plan);
    tp_faults_reset(&faults);
    free(input.sets);
    return result;
}
