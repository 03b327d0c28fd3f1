/* What the command line changes in a configuration before the plan is made of it: --set and --output. */
#include "plan_parts.h"

#include "technopolis/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const tp_place SET_PLACE = {.file = "--set", .line = 0, .column = 0};

/* The name by which --set finds an entry: its `as`, a read entry's layer, a clean-up's layer, else the stage's name. */
static const char *entry_name(const tp_node *entry) {
    const tp_node *value = tp_node_at(entry, 0);
    const tp_node *as = tp_node_find(value, "as");
    const char *text = as == NULL ? NULL : tp_node_text(as);
    return text != NULL ? text : tp_node_key(entry, 0);
}

static tp_node *find_entry(tp_node *list, const char *name, size_t size) {
    for (size_t i = 0; list != NULL && i < tp_node_count(list); i++) {
        tp_node *entry = tp_node_at_mutable(list, i);
        if (tp_node_get_kind(entry) != TP_NODE_MAP || tp_node_count(entry) != 1) {
            continue;
        }
        const char *found = entry_name(entry);
        if (strlen(found) == size && memcmp(found, name, size) == 0) {
            return entry;
        }
    }
    return NULL;
}

static tp_node *find_section(tp_node *root, const char *name, size_t size) {
    char key[64];
    if (size >= sizeof key) {
        return NULL;
    }
    memcpy(key, name, size);
    key[size] = '\0';
    return tp_node_find_mutable(root, key);
}

/* `run.year=1984` has two names before the value, `measure.AS.within=20 min` three. */
static void apply_set(tp_node *root, const char *set, tp_faults *faults) {
    const char *equals = strchr(set, '=');
    const char *dot = equals == NULL ? NULL : memchr(set, '.', (size_t)(equals - set));
    if (dot == NULL) {
        tp_faults_add(faults, TP_E_CONFIG, "--set '%s': expected PHASE.ENTRY.KEY=VALUE or run.KEY=VALUE", set);
        return;
    }
    tp_node *section = find_section(root, set, (size_t)(dot - set));
    bool nothing = section == NULL || (tp_node_get_kind(section) == TP_NODE_TEXT && tp_node_text(section)[0] == '\0');
    if (nothing && strncmp(set, "run.", 4) == 0) {
        if (tp_node_set(root, root, "run", "{}", SET_PLACE, faults) != TP_OK) {
            return;
        }
        section = tp_node_find_mutable(root, "run");
    }
    if (section == NULL) {
        tp_faults_add(faults, TP_E_CONFIG, "--set '%s': the configuration has no section '%.*s'", set, (int)(dot - set),
                      set);
        return;
    }
    const char *rest = dot + 1;
    tp_node *map = section;
    if (tp_node_get_kind(section) == TP_NODE_LIST) {
        const char *second = memchr(rest, '.', (size_t)(equals - rest));
        const char *end = second == NULL ? equals : second;
        map = find_entry(section, rest, (size_t)(end - rest));
        if (map == NULL) {
            tp_faults_add(faults, TP_E_CONFIG, "--set '%s': the section '%.*s' has no entry named '%.*s'", set,
                          (int)(dot - set), set, (int)(end - rest), rest);
            return;
        }
        if (second != NULL) {
            map = tp_node_at_mutable(map, 0);
            rest = second + 1;
        } else {
            rest = tp_node_key(map, 0); /* `write.geopackage=x.gpkg`: the entry's bare value */
        }
    }
    size_t size = rest >= set && rest <= equals ? (size_t)(equals - rest) : strlen(rest);
    char *key = tp_text_format("%.*s", (int)size, rest);
    if (key == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
    } else if (tp_node_get_kind(map) != TP_NODE_MAP || key[0] == '\0') {
        tp_faults_add(faults, TP_E_CONFIG, "--set '%s': the entry has no settings of its own to change", set);
    } else {
        (void)!tp_node_set(root, map, key, equals + 1, SET_PLACE, faults); /* its faults are in the list */
    }
    free(key);
}

void tp_plan_apply_sets(tp_node *root, const char *const *sets, size_t n, tp_faults *faults) {
    for (size_t i = 0; i < n; i++) {
        apply_set(root, sets[i], faults);
    }
}

/* A text as a YAML scalar in double quotes, whatever is in it. */
static char *quoted(const char *text) {
    tp_text yaml = {0};
    tp_text_add_bytes(&yaml, "\"", 1);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            tp_text_add_bytes(&yaml, "\\", 1);
        }
        tp_text_add_bytes(&yaml, c, 1);
    }
    tp_text_add_bytes(&yaml, "\"", 1);
    if (yaml.lost) {
        tp_text_reset(&yaml);
        return NULL;
    }
    return yaml.data;
}

static void set_file(tp_node *root, tp_node *entry, const char *file, tp_faults *faults) {
    char *yaml = quoted(file);
    if (yaml == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        return;
    }
    tp_node *value = tp_node_at_mutable(entry, 0);
    tp_place place = {.file = "--output", .line = 0, .column = 0};
    bool map = tp_node_get_kind(value) == TP_NODE_MAP;
    const char *key = !map ? tp_node_key(entry, 0) : tp_node_find(value, "folder") != NULL ? "folder" : "file";
    (void)!tp_node_set(root, map ? value : entry, key, yaml, place, faults);
    free(yaml);
}

static const char *written_file(const tp_node *entry) {
    const tp_node *value = tp_node_at(entry, 0);
    const tp_node *file = tp_node_get_kind(value) == TP_NODE_MAP ? tp_node_find(value, "file") : value;
    if (file == NULL) {
        file = tp_node_find(value, "folder");
    }
    return file == NULL ? NULL : tp_node_text(file);
}

/* The extension with its dot, or "". */
static const char *extension(const char *path) {
    const char *name = strrchr(path, '/');
    const char *dot = strrchr(name == NULL ? path : name, '.');
    return dot == NULL ? "" : dot;
}

/* An entry's `also`, a second file with the same content, goes where the first one goes. */
static void set_second_file(tp_node *root, tp_node *entry, const char *first, tp_faults *faults) {
    tp_node *value = tp_node_at_mutable(entry, 0);
    const tp_node *also = tp_node_get_kind(value) == TP_NODE_MAP ? tp_node_find(value, "also") : NULL;
    const char *written = also == NULL ? NULL : tp_node_text(also);
    if (written == NULL) {
        return;
    }
    char *second = tp_text_format("%.*s%s", (int)(strlen(first) - strlen(extension(first))), first, extension(written));
    char *yaml = second == NULL ? NULL : quoted(second);
    if (yaml == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
    } else {
        (void)!tp_node_set(root, value, "also", yaml, (tp_place){.file = "--output", .line = 0, .column = 0}, faults);
    }
    free(yaml);
    free(second);
}

/* A path of the command line starts at the current folder, not at the configuration's. */
static char *absolute(const char *path) {
    char folder[PATH_MAX];
    if (path[0] == '/' || getcwd(folder, sizeof folder) == NULL) {
        return tp_text_copy(path);
    }
    return tp_text_format("%s/%s", folder, path);
}

static void replace_files(tp_node *root, const char *output, tp_faults *faults) {
    tp_node *list = tp_node_find_mutable(root, "write");
    bool replaced = false;
    for (size_t i = 0; list != NULL && i < tp_node_count(list); i++) {
        tp_node *entry = tp_node_at_mutable(list, i);
        if (tp_node_get_kind(entry) != TP_NODE_MAP || tp_node_count(entry) != 1 || written_file(entry) == NULL) {
            continue;
        }
        if (!replaced && strcmp(tp_node_key(entry, 0), "geopackage") == 0) {
            set_file(root, entry, output, faults);
            replaced = true;
            continue;
        }
        if (strncmp(written_file(entry), "PG:", 3) == 0) {
            continue; /* a database is no file */
        }
        /* The stem of the output with the entry's own extension; a further file of one kind is numbered: x-2.gpkg. */
        const char *own = extension(written_file(entry));
        int stem = (int)(strlen(output) - strlen(extension(output))), number = 1;
        for (size_t k = 0; k < i; k++) {
            const tp_node *earlier = tp_node_at(list, k);
            bool file = tp_node_get_kind(earlier) == TP_NODE_MAP && tp_node_count(earlier) == 1 &&
                        written_file(earlier) != NULL;
            number += file && strcmp(extension(written_file(earlier)), own) == 0;
        }
        const tp_stage *stage = tp_stage_find(TP_WRITE, tp_node_key(entry, 0));
        bool folder =
            stage != NULL && stage->main_key != NULL && strcmp(stage->main_key, "folder") == 0; /* x_geojson */
        char *sibling = folder        ? tp_text_format("%.*s_%s", stem, output, tp_node_key(entry, 0))
                        : number == 1 ? tp_text_format("%.*s%s", stem, output, own)
                                      : tp_text_format("%.*s-%d%s", stem, output, number, own);
        if (sibling == NULL) {
            tp_faults_add(faults, TP_E_MACHINE, "out of memory");
            return;
        }
        set_file(root, entry, sibling, faults);
        set_second_file(root, entry, sibling, faults);
        free(sibling);
    }
    if (!replaced) {
        tp_faults_add(faults, TP_E_CONFIG, "--output '%s': the configuration writes no geopackage", output);
    }
}

void tp_plan_apply_output(tp_node *root, const char *output, tp_faults *faults) {
    char *path = absolute(output);
    if (path == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        return;
    }
    replace_files(root, path, faults);
    free(path);
}
