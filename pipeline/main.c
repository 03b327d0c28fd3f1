/* The program: finds the command and hands over. Also what holds for a whole process: its streams and its signals. */
#include "5_write/output_file.h"
#include "commands/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file opened later must not take the number of a standard stream that was closed; writing to it still has to fail. */
static void open_standard_streams(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

/* Whoever reads our output must learn that it is not all there. At exit, since argp ends the process after --help. */
static void check_output(void) {
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        int fault = errno;
        fprintf(stderr, "technopolis: the standard output cannot be written%s%s\n", fault == 0 ? "" : ": ",
                fault == 0 ? "" : strerror(fault));
        _exit(TP_E_MACHINE);
    }
}

/* Set to end the process when it is raised again (SA_RESETHAND). Only async-signal-safe calls here. */
static void stop(int number) {
    tp_output_files_abandon();
    (void)raise(number);
}

static void handle_signals(void) {
    static const int STOPPING[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof STOPPING / sizeof STOPPING[0]; i++) {
        struct sigaction before, action = {.sa_handler = stop, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
        (void)sigemptyset(&action.sa_mask);
        if (sigaction(STOPPING[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            (void)sigaction(STOPPING[i], &action, NULL);
        }
    }
    (void)signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is then an error of writing */
}

int main(int argc, char **argv) {
    open_standard_streams();
    handle_signals();
    if (atexit(check_output) != 0) {
        return TP_E_MACHINE;
    }
    if (argc >= 2) {
        for (const tp_command *command = TP_COMMANDS; command->name != NULL; command++) {
            if (strcmp(argv[1], command->name) == 0) {
                return command->run(argc - 1, argv + 1);
            }
        }
    }
    return tp_command_overview(argc, argv);
}
