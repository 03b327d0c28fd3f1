/* Where files lie: paths of a configuration, and the program's own data. */
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

const char *tp_data_folder(void) {
    const char *named = getenv("TECHNOPOLIS_DATA");
    if (named != NULL && named[0] != '\0') {
        return named;
    }
    return holds_profiles(TP_INSTALLED_DATA) ? TP_INSTALLED_DATA : TP_SOURCE_DATA;
}
