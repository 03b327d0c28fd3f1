/* The table of commands, and what all of them share. */
#include "command.h"

#include "technopolis/version.h"

#include <errno.h>
#include <gdal.h>
#include <geos_c.h>
#include <proj.h>
#include <stdlib.h>
#include <string.h>

const tp_command TP_COMMANDS[] = {
    {"run", "CONFIG [--output FILE] [--set KEY=VALUE]… [--threads N] [--quiet] [--json]", "runs the pipeline",
     tp_command_run},
    {"validate", "CONFIG [--set KEY=VALUE]… [--json]",
     "checks a configuration and the heads of its inputs; writes nothing", tp_command_validate},
    {"explain", "FILE.gpkg SITE_ID [--profile NAME|all] [--json]",
     "one site of a result: each criterion with its evidence", tp_command_explain},
    {"site", "CONFIG --lon DEG --lat DEG [--name NAME] [--json]", "judges one ad-hoc place", tp_command_site},
    {"report", "FILE.gpkg --output FILE.html", "the map and the tables of a result as one self-contained page",
     tp_command_report},
    {"list", "stages|criteria|profiles|products [--json]", "what there is, with every option", tp_command_list},
    {NULL, NULL, NULL, NULL},
};

void tp_print_error(const tp_error *error) {
    fprintf(stderr, "technopolis: %s\n", error->message);
}

void tp_print_faults(const tp_faults *faults) {
    for (size_t i = 0; i < faults->n; i++) {
        const tp_fault *fault = &faults->items[i];
        fprintf(stderr, "technopolis: %s%s\n", fault->warning ? "warning: " : "", fault->message);
    }
    if (faults->lost) {
        fprintf(stderr, "technopolis: out of memory\n");
    }
}

bool tp_parse_count(const char *text, long least, long *number) {
    char *end = NULL;
    errno = 0;
    *number = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *number >= least;
}

/* Is it --help, --usage or the beginning of one of them, as argp takes them, or -?. */
static bool asks_for_help(int argc, char **argv) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        size_t size = strlen(argv[i]);
        bool begins = size >= 3 && (strncmp(argv[i], "--help", size) == 0 || strncmp(argv[i], "--usage", size) == 0);
        if (begins || strcmp(argv[i], "-?") == 0) {
            return true;
        }
    }
    return false;
}

/* What argp said, which is "NAME: the fault" and a hint on a line of its own, as one line of ours. */
static void print_usage_error(const char *name, const char *said) {
    size_t size = strlen(name);
    const char *fault = strncmp(said, name, size) == 0 && said[size] == ':' ? said + size + 1 : said;
    fault += strspn(fault, " ");
    fprintf(stderr, "technopolis: %.*s (see `%s --help`)\n", (int)strcspn(fault, "\n"), fault, name);
}

int tp_command_parse(const struct argp *argp, int argc, char **argv, void *input) {
    char name[64], *said = NULL, *kept = argv[0];
    size_t size = 0;
    snprintf(name, sizeof name, "technopolis %s", argv[0]);
    argp_err_exit_status = TP_E_CONFIG;
    argv[0] = name;
    if (asks_for_help(argc, argv)) {
        (void)argp_parse(argp, argc, argv, 0, NULL, input); /* prints and ends the process */
    }
    /* getopt, under argp, knows no other place for its messages than stderr. */
    FILE *terminal = stderr, *caught = open_memstream(&said, &size);
    if (caught == NULL) {
        argv[0] = kept;
        fprintf(stderr, "technopolis: out of memory\n");
        return TP_E_MACHINE;
    }
    stderr = caught;
    error_t failed = argp_parse(argp, argc, argv, ARGP_NO_EXIT, NULL, input);
    stderr = terminal;
    argv[0] = kept;
    bool complete = fclose(caught) == 0 && said != NULL;
    bool wrong = failed != 0 || size > 0;
    if (wrong) {
        print_usage_error(name, complete && size > 0 ? said : "the command line cannot be understood");
    }
    free(said);
    return wrong ? TP_E_CONFIG : 0;
}

static void print_overview(FILE *out) {
    fprintf(out, "technopolis judges candidate sites against Japan's Technopolis criteria, with evidence.\n\n");
    fprintf(out, "Usage: technopolis COMMAND …\n\n");
    for (const tp_command *command = TP_COMMANDS; command->name != NULL; command++) {
        fprintf(out, "  technopolis %s %s\n        %s\n", command->name, command->usage, command->purpose);
    }
    fprintf(out, "  technopolis --version\n        its own version and those of GDAL, PROJ and GEOS as loaded\n");
    fprintf(out, "\n`technopolis COMMAND --help` tells more.\n");
}

int tp_command_overview(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        PJ_INFO proj = proj_info();
        printf("technopolis %s\nGDAL %s\nPROJ %s\nGEOS %s\n", TP_VERSION, GDALVersionInfo("RELEASE_NAME"), proj.version,
               GEOSversion());
        return TP_OK;
    }
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_overview(stdout);
        return TP_OK;
    }
    if (argc > 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "--help") == 0)) {
        fprintf(stderr, "technopolis: '%s' is one argument too many (%s stands alone)\n", argv[2], argv[1]);
        return TP_E_CONFIG;
    }
    if (argc >= 2 && argv[1][0] == '-') {
        fprintf(stderr, "technopolis: unknown option '%s' (expected a command, --help or --version)\n", argv[1]);
        return TP_E_CONFIG;
    }
    if (argc >= 2) {
        fprintf(
            stderr,
            "technopolis: unknown command '%s' (expected run, validate, explain, site, report, list or --version)\n",
            argv[1]);
        return TP_E_CONFIG;
    }
    print_overview(stderr);
    return TP_E_CONFIG;
}
