/* What a read entry leaves open, its product and its patterns: see complete.h. */
#include "1_read/complete.h"

#include "1_read/gdal_scope.h"
#include "1_read/members.h"
#include "1_read/read.h"
#include "technopolis/plan.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Files as they are gathered: the list that takes the setting's place. */
typedef struct gathering {
    const char *base;
    const tp_product *product;
    tp_members files;
    tp_place *places;
    tp_error *error;
} gathering;

static tp_code add(gathering *g, const char *file, tp_place place) {
    tp_place *places = realloc(g->places, sizeof *places * (g->files.n + 1));
    char **items = realloc(g->files.items, sizeof *items * (g->files.n + 1));
    char *copy = tp_text_copy(file);
    if (places != NULL) {
        g->places = places;
    }
    if (items != NULL) {
        g->files.items = items;
    }
    if (places == NULL || items == NULL || copy == NULL) {
        free(copy);
        return tp_error_memory(g->error);
    }
    g->places[g->files.n] = place;
    g->files.items[g->files.n++] = copy;
    return TP_OK;
}

/* A file as written, or the members of a zip or folder that the product wants. */
static tp_code add_file(gathering *g, const char *file, tp_place place) {
    char *path = tp_plan_path(g->base, file);
    if (path == NULL) {
        return tp_error_memory(g->error);
    }
    tp_members members = {0};
    tp_code code = TP_OK;
    if (g->product != NULL && access(path, R_OK) == 0 && tp_members_is_container(path)) {
        code = tp_members_choose(path, &g->product->members, &members, NULL, g->error);
    }
    free(path);
    for (size_t i = 0; i < members.n && code == TP_OK; i++) {
        char *member = tp_text_format("%s/%s", file, members.items[i]);
        code = member == NULL ? tp_error_memory(g->error) : add(g, member, place);
        free(member);
    }
    bool none = members.n == 0;
    tp_members_reset(&members);
    return code == TP_OK && none ? add(g, file, place) : code;
}

/* The files that a pattern fits, as they would be written in the configuration. */
static tp_code add_matches(gathering *g, const char *pattern, tp_place place) {
    char *path = tp_plan_path(g->base, pattern);
    tp_members found = {0};
    tp_code code = path == NULL ? tp_error_memory(g->error) : TP_OK;
    if (code == TP_OK && access(path, F_OK) != 0 && strpbrk(pattern, "*?[") != NULL) {
        code = tp_members_match(path, &found, g->error);
    }
    size_t base = path == NULL ? 0 : strlen(path) - strlen(pattern);
    free(path);
    for (size_t i = 0; i < found.n && code == TP_OK; i++) {
        code = add_file(g, found.items[i] + base, place);
    }
    bool none = found.n == 0;
    tp_members_reset(&found);
    return code == TP_OK && none ? add_file(g, pattern, place) : code;
}

void tp_read_complete(tp_step *step, tp_plan *plan, tp_faults *faults) {
    tp_read_options *options = step->options.values;
    const tp_setting *settings = step->stage->settings;
    tp_error error = {0};
    if (options->product != NULL) {
        tp_place place = tp_options_place(&step->options, settings, "product", step->place);
        options->description = tp_plan_product(plan, options->product, place, faults);
        if (options->description == NULL) {
            options->file.n = 0; /* nothing can be said of the files */
            return;
        }
        if (options->description->defaults != NULL) {
            (void)!tp_options_complete(settings, options->description->defaults, TP_ORIGIN_PRODUCT, &step->options,
                                       faults);
        }
    }
    gathering g = {.base = plan->base, .product = options->description, .error = &error};
    tp_gdal_scope scope;
    tp_gdal_begin(&scope);
    tp_code code = TP_OK;
    for (size_t i = 0; i < options->file.n && code == TP_OK; i++) {
        code = add_matches(&g, options->file.items[i], options->file.places[i]);
    }
    tp_gdal_end(&scope);
    if (code == TP_OK && g.files.n > 0) {
        code = tp_options_replace_list(settings, "file", (const char *const *)g.files.items, g.places, g.files.n,
                                       &step->options, &error);
    }
    if (code != TP_OK) {
        tp_faults_add_error(faults, &error);
    }
    tp_members_reset(&g.files);
    free(g.places);
}
