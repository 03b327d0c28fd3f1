/* The program: finds the command and hands over. */
#include "commands/command.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    if (argc >= 2) {
        for (const tp_command *command = TP_COMMANDS; command->name != NULL; command++) {
            if (strcmp(argv[1], command->name) == 0) {
                return command->run(argc - 1, argv + 1);
            }
        }
    }
    return tp_command_overview(argc, argv);
}
