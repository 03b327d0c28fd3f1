/* The options that run, validate and site share: see request.h. */
#include "request.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum {
    KEY_OUTPUT = 'o',
    KEY_SET = 's',
    KEY_THREADS = 't',
    KEY_QUIET = 'q',
    KEY_JSON = 'j',
    KEY_LON = 256,
    KEY_LAT,
    KEY_NAME
};

#define SET_OPTION                                                                                                     \
    { "set", KEY_SET, "KEY=VALUE", 0, "Change a setting: measure.AS.within=20min, run.year=1984", 0 }
#define THREADS_OPTION                                                                                                 \
    { "threads", KEY_THREADS, "N", 0, "Work with N threads; the result is the same", 0 }

#define JSON_OPTION                                                                                                    \
    { "json", KEY_JSON, NULL, 0, "One JSON document on the standard output, for machines", 0 }

const struct argp_option TP_RUN_OPTIONS[] = {
    {"output", KEY_OUTPUT, "FILE", 0, "Write the first geopackage here; other outputs take its stem", 0},
    SET_OPTION,
    THREADS_OPTION,
    {"quiet", KEY_QUIET, NULL, 0, "No progress and no summary", 0},
    JSON_OPTION,
    {0},
};

const struct argp_option TP_VALIDATE_OPTIONS[] = {SET_OPTION, JSON_OPTION, {0}};

const struct argp_option TP_SITE_OPTIONS[] = {
    {"lon", KEY_LON, "DEG", 0, "Longitude in degrees, east positive", 0},
    {"lat", KEY_LAT, "DEG", 0, "Latitude in degrees, north positive", 0},
    {"name", KEY_NAME, "NAME", 0, "What to call the place", 0},
    SET_OPTION,
    THREADS_OPTION,
    JSON_OPTION,
    {0},
};

static double parse_degrees(const char *text, double limit, struct argp_state *state, const char *option) {
    char *end = NULL;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(value) || fabs(value) > limit) {
        argp_error(state, "--%s '%s': expected degrees between -%g and %g", option, text, limit, limit);
    }
    return value;
}

static void add_set(tp_request_input *input, const char *text, struct argp_state *state) {
    const char **sets = realloc(input->sets, sizeof *sets * (input->request.n_sets + 1));
    if (sets == NULL) {
        argp_failure(state, TP_E_MACHINE, 0, "out of memory");
        return;
    }
    sets[input->request.n_sets++] = text;
    input->sets = sets;
    input->request.sets = sets;
}

static void check_complete(const tp_request_input *input, struct argp_state *state) {
    if (input->request.config_path == NULL) {
        argp_error(state, "a configuration is missing");
    }
    if (input->takes_place && (!input->has_lon || !input->has_lat)) {
        argp_error(state, "--lon and --lat are both needed");
    }
}

error_t tp_request_parse(int key, char *argument, struct argp_state *state) {
    tp_request_input *input = state->input;
    long number = 0;
    switch (key) {
    case KEY_OUTPUT:
        input->request.output = argument;
        return 0;
    case KEY_SET:
        add_set(input, argument, state);
        return 0;
    case KEY_THREADS:
        if (!tp_parse_count(argument, 1, &number) || number > 1024) {
            argp_error(state, "--threads '%s': expected a number from 1 to 1024", argument);
        }
        input->request.threads = number;
        return 0;
    case KEY_QUIET:
        input->quiet = true;
        return 0;
    case KEY_JSON:
        input->json = true;
        return 0;
    case KEY_LON:
        input->request.site_lon_deg = parse_degrees(argument, 180, state, "lon");
        input->has_lon = true;
        return 0;
    case KEY_LAT:
        input->request.site_lat_deg = parse_degrees(argument, 90, state, "lat");
        input->has_lat = true;
        return 0;
    case KEY_NAME:
        input->request.site_name = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (input->request.config_path != NULL) {
            argp_error(state, "one configuration at a time, but '%s' is a second one", argument);
        }
        input->request.config_path = argument;
        return 0;
    case ARGP_KEY_END:
        check_complete(input, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}
