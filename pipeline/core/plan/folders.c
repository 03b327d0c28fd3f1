/* Where files lie: paths of a configuration, and the program's own data. */
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *tp_plan_path(const char *base, const char *path) {
    bool stays = path[0] == '/' || strncmp(path, "PG:", 3) == 0;
    return stays ? tp_text_copy(path) : tp_text_format("%s%s", base, path);
}

static bool holds_profiles(const char *folder) {
    char *probe = tp_text_format("%s/profiles/list1982.yaml", folder);
    FILE *file = probe == NULL ? NULL : fopen(probe, "rb");
    free(probe);
    if (file != NULL) {
        fclose(file);
    }
    return file != NULL;
}

/* The folder of the program that runs, with its slash; NULL where the system does not say. Owned. */
static char *program_folder(void) {
    char path[4096];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
    if (size <= 0 || (size_t)size >= sizeof path - 1) {
        return NULL;
    }
    path[size] = '\0';
    char *slash = strrchr(path, '/');
    return slash == NULL ? NULL : tp_text_format("%.*s", (int)(slash - path + 1), path);
}

char *tp_data_folder(void) {
    /* From X/bin, then from a checkout's build/PRESET and build/PRESET/tests. */
    static const char *const beside[] = {"../share/technopolis", "../../configs", "../../../configs"};
    const char *named = getenv("TECHNOPOLIS_DATA");
    if (named != NULL && named[0] != '\0') {
        return tp_text_copy(named);
    }
    char *program = program_folder();
    char *found = NULL;
    for (size_t i = 0; program != NULL && found == NULL && i < sizeof beside / sizeof beside[0]; i++) {
        found = tp_text_format("%s%s", program, beside[i]);
        if (found != NULL && !holds_profiles(found)) {
            free(found);
            found = NULL;
        }
    }
    free(program);
    if (found != NULL) {
        return found;
    }
    return tp_text_copy(holds_profiles(TP_INSTALLED_DATA) ? TP_INSTALLED_DATA : TP_SOURCE_DATA);
}
