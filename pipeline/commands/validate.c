/* technopolis validate: the plan and every fault, without working it. */
#include "json.h"
#include "request.h"
#include "summary.h"

#include <stdlib.h>

static const struct argp ARGP = {TP_VALIDATE_OPTIONS,
                                 tp_request_parse,
                                 "CONFIG",
                                 "Checks a configuration and the heads of all its inputs; prints the plan and every "
                                 "fault. Writes nothing.",
                                 NULL,
                                 NULL,
                                 NULL};

int tp_command_validate(int argc, char **argv) {
    tp_request_input input = {0};
    int failed = tp_command_parse(&ARGP, argc, argv, &input);
    if (failed != 0) {
        return failed;
    }
    tp_faults faults = {0};
    tp_plan *plan = NULL;
    tp_code code = tp_plan_new(&input.request, &plan, &faults);
    if (code == TP_OK && !input.json) {
        tp_summary_print_plan(plan, stdout);
    }
    tp_print_faults(&faults);
    int result = (int)code;
    if (input.json) {
        tp_text json = {0};
        tp_json_begin(&json, "validate", code, &faults, NULL);
        if (code == TP_OK) {
            tp_json_add_plan(&json, plan);
        }
        result = tp_json_end(&json, code);
    } else if (code == TP_OK) {
        printf("%s: no faults\n", input.request.config_path);
    }
    tp_plan_free(plan);
    tp_faults_reset(&faults);
    free(input.sets);
    return result;
}
