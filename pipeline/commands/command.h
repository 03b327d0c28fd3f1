/** The commands: one file, one prototype, one row in the table of command.c each. Only they and main.c print or exit. */
#ifndef TP_COMMAND_H
#define TP_COMMAND_H

#include "technopolis/error.h"

#include <argp.h>
#include <stdio.h>

typedef struct tp_command {
    const char *name;
    const char *usage;                 /**< what follows the name */
    const char *purpose;               /**< one line */
    int (*run)(int argc, char **argv); /**< argv[0] is the command's name; returns the exit code */
} tp_command;

/** Ends with a row whose name is NULL. */
extern const tp_command TP_COMMANDS[];

int tp_command_run(int argc, char **argv);
int tp_command_validate(int argc, char **argv);
int tp_command_explain(int argc, char **argv);
int tp_command_site(int argc, char **argv);
int tp_command_report(int argc, char **argv);
int tp_command_list(int argc, char **argv);

/** `--version`, `--help`, no command, or an unknown one. */
int tp_command_overview(int argc, char **argv);

/** Parses with argp under the name "technopolis COMMAND"; 0, or the exit code 2 after argp has said what is wrong. */
int tp_command_parse(const struct argp *argp, int argc, char **argv, void *input);

/** Writes `technopolis: …` lines to stderr, warnings marked as such. */
void tp_print_faults(const tp_faults *faults);
void tp_print_error(const tp_error *error);

/** Reads a whole number of at least `least`; false when the text is not one. */
bool tp_parse_count(const char *text, long least, long *number);

#endif
