/** What the terminal can do: how wide it is and whether it shows colours. */
#ifndef TP_COMMAND_TERMINAL_H
#define TP_COMMAND_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/** The cells of a line: the terminal's (40 to 120), else what COLUMNS says, else 100. */
int tp_terminal_width(FILE *out);

/** Whether it is a terminal: elsewhere a sentence stays one line, so that `grep` finds it. */
bool tp_terminal_is(FILE *out);

/** True on a terminal unless NO_COLOR is set (https://no-color.org) or TERM is `dumb` or not set. */
bool tp_terminal_has_colour(FILE *out);

/** Prints a text in the colour of a verdict ("met", "not_met", "unknown") where the terminal has colours. */
void tp_terminal_verdict(FILE *out, const char *verdict, const char *text);

#endif
