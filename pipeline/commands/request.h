/** The options that run, validate and site share. */
#ifndef TP_COMMAND_REQUEST_H
#define TP_COMMAND_REQUEST_H

#include "command.h"
#include "technopolis/plan.h"

typedef struct tp_request_input {
    tp_plan_request request;
    const char **sets; /* grown with realloc; owned */
    bool quiet, json;
    bool takes_run_options; /* --output, --threads, --quiet */
    bool takes_place;       /* --lon, --lat, --name */
    bool has_lon, has_lat;
} tp_request_input;

extern const struct argp_option TP_RUN_OPTIONS[], TP_VALIDATE_OPTIONS[], TP_SITE_OPTIONS[];

/** argp parser over a tp_request_input. */
error_t tp_request_parse(int key, char *argument, struct argp_state *state);

#endif
