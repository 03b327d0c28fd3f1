/* Whether an output can be written and is nobody else's file: see output_check.h. */
#include "5_write/output_check.h"

#include "5_write/output_file.h"

#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* The path with its folder's links and dots resolved; as it is where the folder is not there. Owned, NULL: no memory. */
static char *resolved(const char *path) {
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? tp_text_copy(".") : tp_text_format("%.*s/", (int)(slash - path), path);
    char *real = folder == NULL ? NULL : realpath(folder, NULL);
    char *whole = real == NULL ? tp_text_copy(path) : tp_text_format("%s/%s", real, slash == NULL ? path : slash + 1);
    free(folder);
    free(real);
    return whole;
}

static bool is_same_file(const char *path, const char *other) {
    struct stat a, b;
    if (stat(path, &a) == 0 && stat(other, &b) == 0) {
        return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
    }
    char *one = resolved(path), *two = resolved(other);
    bool same = one != NULL && two != NULL && strcmp(one, two) == 0;
    free(one);
    free(two);
    return same;
}

/* Is `path` one of the files that belong to `input`: itself, those beside it, or the zip that it lies in? */
static bool is_part_of(const char *path, const char *input) {
    static const char *const beside[] = {"shp", "SHP", "shx", "SHX", "dbf", "DBF", "prj", "PRJ", "cpg",  "CPG",
                                         "qpj", "QPJ", "qix", "QIX", "sbn", "SBN", "sbx", "SBX", "csvt", "CSVT"};
    static const char *const behind[] = {".rows", "-wal", "-shm", "-journal"};
    bool found = is_same_file(path, input);
    const char *slash = strrchr(input, '/'), *point = strrchr(input, '.');
    size_t stem = point == NULL || (slash != NULL && point < slash) ? strlen(input) : (size_t)(point - input);
    for (size_t i = 0; i < sizeof beside / sizeof beside[0] && !found; i++) {
        char *other = tp_text_format("%.*s.%s", (int)stem, input, beside[i]);
        found = other != NULL && is_same_file(path, other);
        free(other);
    }
    for (size_t i = 0; i < sizeof behind / sizeof behind[0] && !found; i++) {
        char *other = tp_text_format("%s%s", input, behind[i]);
        found = other != NULL && is_same_file(path, other);
        free(other);
    }
    for (const char *zip = input; !found && (zip = strcasestr(zip, ".zip/")) != NULL; zip++) {
        char *other = tp_text_format("%.*s", (int)(zip - input + 4), input);
        found = other != NULL && is_same_file(path, other);
        free(other);
    }
    return found;
}

/* Does the step name this file, or one that belongs to it, in a setting that holds a path or paths? */
static bool names_file(const tp_step *step, const char *base, const char *path) {
    bool found = false;
    for (size_t i = 0; step->options.values != NULL && i < step->stage->n_settings && !found; i++) {
        const tp_setting *setting = &step->stage->settings[i];
        const char *value = (const char *)step->options.values + setting->offset;
        tp_texts list = {0};
        const char *one = NULL;
        if (setting->kind == TP_SETTING_PATHS) {
            memcpy(&list, value, sizeof list);
        } else if (setting->kind == TP_SETTING_PATH) {
            memcpy(&one, value, sizeof one);
            list = (tp_texts){.n = one != NULL ? 1 : 0, .items = &one};
        }
        for (size_t k = 0; k < list.n && !found; k++) {
            char *other = tp_plan_path(base, list.items[k]);
            found =
                other != NULL && (step->stage->phase == TP_WRITE ? is_same_file(path, other) : is_part_of(path, other));
            free(other);
        }
    }
    return found;
}

/* What the file is to this run already, or NULL: it must be neither of its inputs nor another output of it. */
static const char *other_use(const tp_step *step, const tp_plan *plan, const char *path) {
    if (plan->config_name != NULL && is_same_file(path, plan->config_name)) {
        return "the configuration";
    }
    for (size_t i = 0; i < plan->n_profiles; i++) {
        if (is_same_file(path, plan->profiles[i]->file)) {
            return "a profile";
        }
    }
    for (size_t i = 0; i < plan->n_steps && plan->steps[i] != step; i++) {
        const tp_step *other = plan->steps[i];
        if (names_file(other, plan->base, path)) {
            return other->stage->phase == TP_WRITE  ? "another output"
                   : other->stage->phase == TP_READ ? "an input"
                                                    : "a file";
        }
    }
    return NULL;
}

/* Neither the output nor the file in which it grows may be anything else. */
static void check_other_uses(const tp_step *step, const tp_plan *plan, const char *shown, const char *path,
                             tp_place place, tp_faults *faults) {
    char *target = tp_output_file_target(path);
    char *partial = target == NULL ? NULL : tp_text_format("%s.partial", target);
    const char *use = partial == NULL ? NULL : other_use(step, plan, target);
    const char *partial_use = partial == NULL ? NULL : other_use(step, plan, partial);
    if (partial == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
    } else if (use != NULL) {
        tp_faults_add_at(faults, place, "'%s' is also %s of this run (expected a file of its own)", shown, use);
    } else if (partial_use != NULL) {
        tp_faults_add_at(faults, place, "'%s.partial', in which the output grows, is also %s of this run", shown,
                         partial_use);
    }
    free(partial);
    free(target);
}

void tp_output_check(const tp_step *step, const tp_plan *plan, const char *file, tp_place place, tp_faults *faults) {
    if (file[0] == '\0' || strncmp(file, "/vsi", 4) == 0) {
        tp_faults_add_at(faults, place, "'%s' cannot be written (expected the path of a file)", file);
        return;
    }
    char *path = tp_plan_path(plan->base, file);
    if (path == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        return;
    }
    tp_error error = {0};
    if (!tp_output_file_possible(path, &error)) {
        tp_faults_add_code_at(faults, TP_E_MACHINE, place, "%s", error.message);
    }
    check_other_uses(step, plan, file, path, place, faults);
    free(path);
}
