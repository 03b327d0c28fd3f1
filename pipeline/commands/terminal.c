/* Width and colours: see terminal.h. */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int tp_terminal_width(FILE *out) {
    enum { NARROWEST = 40, WIDEST = 120, USUAL = 100 };
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    int width = USUAL;
    if (isatty(fileno(out)) && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        width = size.ws_col;
    } else if (columns != NULL && atoi(columns) > 0) {
        width = atoi(columns);
    }
    return width < NARROWEST ? NARROWEST : width > WIDEST ? WIDEST : width;
}

bool tp_terminal_is(FILE *out) {
    return isatty(fileno(out)) != 0;
}

bool tp_terminal_has_colour(FILE *out) {
    const char *terminal = getenv("TERM"), *none = getenv("NO_COLOR");
    return isatty(fileno(out)) && (none == NULL || none[0] == '\0') && terminal != NULL && terminal[0] != '\0' &&
           strcmp(terminal, "dumb") != 0;
}

void tp_terminal_verdict(FILE *out, const char *verdict, const char *text) {
    if (!tp_terminal_has_colour(out)) {
        fputs(text, out);
        return;
    }
    const char *colour = strcmp(verdict, "met") == 0       ? "\033[1;32m"
                         : strcmp(verdict, "not_met") == 0 ? "\033[1;31m"
                                                           : "\033[1;33m";
    fprintf(out, "%s%s\033[0m", colour, text);
}
