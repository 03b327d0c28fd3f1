/** A folder of small files for plans: a configuration, tables as CSV, profiles. */
#ifndef TP_TEST_PLAN_FIXTURE_H
#define TP_TEST_PLAN_FIXTURE_H

#include "technopolis/plan.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct bench {
    char folder[256], config[300];
    tp_faults faults;
    tp_plan *plan;
    tp_plan_request request; /**< what to ask beside config_path and profile_folder */
} bench;

static inline void write_text(const bench *b, const char *name, const char *text) {
    char path[600];
    (void)snprintf(path, sizeof path, "%s/%s", b->folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/** A new folder with sites.csv, cities.csv, airports.csv and plants.csv. */
static inline void open_bench(bench *b) {
    *b = (bench){0};
    const char *temporary = getenv("TMPDIR");
    (void)snprintf(b->folder, sizeof b->folder, "%s/tp_plan_XXXXXX", temporary == NULL ? "/tmp" : temporary);
    assert_non_null(mkdtemp(b->folder));
    write_text(b, "sites.csv", "id,name,lon,lat\ns1,One,130.7,32.8\ns2,Two,135.5,34.7\n");
    write_text(b, "cities.csv", "id,name,lon,lat,population\nc1,Near,130.75,32.8,300000\nc2,Small,135.5,34.7,1000\n");
    write_text(b, "airports.csv", "iata,name,lon,lat,scheduled\nKMJ,Kumamoto,130.86,32.84,1\n");
    write_text(b, "plants.csv", "id,name,lon,lat,industry\np1,Plant,130.7,32.81,machines\n");
}

static inline void forget_plan(bench *b) {
    tp_plan_free(b->plan);
    b->plan = NULL;
    tp_faults_reset(&b->faults);
}

static inline void close_bench(bench *b) {
    forget_plan(b);
    DIR *folder = opendir(b->folder);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[600];
        (void)snprintf(path, sizeof path, "%s/%s", b->folder, entry->d_name);
        if (entry->d_name[0] != '.') {
            assert_int_equal(unlink(path), 0);
        }
    }
    assert_int_equal(closedir(folder), 0);
    assert_int_equal(rmdir(b->folder), 0);
}

/** Plans the configuration, which is written as c.yaml. The plan before it is forgotten. */
static inline tp_code plan_of(bench *b, const char *yaml) {
    forget_plan(b);
    write_text(b, "c.yaml", yaml);
    (void)snprintf(b->config, sizeof b->config, "%s/c.yaml", b->folder);
    b->request.config_path = b->config;
    b->request.profile_folder = b->folder;
    tp_code code = tp_plan_new(&b->request, &b->plan, &b->faults);
    assert_int_equal(code, tp_faults_code(&b->faults));
    assert_int_equal(b->plan != NULL, code == TP_OK);
    return code;
}

static inline size_t count_faults(const bench *b, bool warnings) {
    size_t n = 0;
    for (size_t i = 0; i < b->faults.n; i++) {
        n += b->faults.items[i].warning == warnings;
    }
    return n;
}

/** True when a message says `text` at `place` ("c.yaml:4:5", "" for anywhere); prints all when none does. */
static inline bool said(const bench *b, const char *place, const char *text) {
    for (size_t i = 0; i < b->faults.n; i++) {
        const char *message = b->faults.items[i].message;
        const char *at = place[0] == '\0' ? message : strstr(message, place);
        if (at != NULL && (place[0] == '\0' || at[strlen(place)] == ':') && strstr(message, text) != NULL) {
            return true;
        }
    }
    print_error("nothing says '%s' at '%s' among:\n", text, place);
    for (size_t i = 0; i < b->faults.n; i++) {
        print_error("  %s%s\n", b->faults.items[i].warning ? "(warning) " : "", b->faults.items[i].message);
    }
    return false;
}

static inline const tp_step *find_step(const bench *b, const char *stage, const char *name) {
    for (size_t i = 0; i < b->plan->n_steps; i++) {
        const tp_step *step = b->plan->steps[i];
        if (strcmp(step->stage->name, stage) == 0 && strcmp(step->name, name) == 0) {
            return step;
        }
    }
    return NULL;
}

/** The text in force of a step's setting, and where it came from. */
static inline const char *setting_text(const tp_step *step, const char *key, tp_origin *origin) {
    for (size_t i = 0; i < step->stage->n_settings; i++) {
        if (strcmp(step->stage->settings[i].key, key) == 0) {
            *origin = step->options.origins[i];
            return step->options.texts[i];
        }
    }
    return NULL;
}

#define READ_SITES "  - sites: { file: sites.csv, id: id, name: name, crs: 'EPSG:6668' }\n"
#define READ_CITIES "  - cities: { file: cities.csv, id: id, name: name, crs: 'EPSG:6668' }\n"
#define READ_AIRPORTS "  - airports: { file: airports.csv, id: iata, name: name, crs: 'EPSG:6668' }\n"
#define READ_PLANTS "  - plants: { file: plants.csv, id: id, name: name, crs: 'EPSG:6668' }\n"
#define WRITE "write:\n  - geopackage: out.gpkg\n"

#endif
