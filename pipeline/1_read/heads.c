/* The head of a layer that several files make up: see heads.h. */
#include "1_read/heads.h"

#include "technopolis/crs.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

void tp_read_heads_reset(tp_read_heads *heads) {
    for (size_t i = 0; i < heads->n; i++) {
        tp_read_head_reset(&heads->items[i]);
        free(heads->skipped[i]);
    }
    free(heads->items);
    free(heads->skipped);
    tp_head_reset(&heads->all);
    *heads = (tp_read_heads){0};
}

static tp_place place_of(const tp_step *step, const char *key) {
    return tp_options_place(&step->options, step->stage->settings, key, step->place);
}

static tp_code out_of_memory(tp_faults *faults) {
    tp_faults_add(faults, TP_E_MACHINE, "out of memory");
    return TP_E_MACHINE;
}

/*
 * All faults of a file in one line, for the reject that stands for it; NULL: out of memory. Without the places in the
 * configuration: what is written must not depend on the path by which that was named.
 */
static char *join(const tp_faults *faults, const char *shown) {
    tp_text text = {0};
    for (size_t i = 0; i < faults->n; i++) {
        const char *message = faults->items[i].message, *begins = strstr(message, shown);
        tp_text_add(&text, "%s%s", i == 0 ? "" : "; ", begins == NULL ? message : begins);
    }
    return text.lost ? NULL : text.data;
}

/* A file's faults become the entry's, or a warning when the file may be passed over. */
static tp_code settle(tp_read_heads *heads, size_t i, const char *shown, bool may_skip, const tp_faults *own,
                      tp_faults *faults) {
    tp_code code = tp_faults_code(own);
    if (may_skip && code == TP_E_DATA) {
        heads->skipped[i] = join(own, shown);
        tp_read_head_reset(&heads->items[i]);
        if (heads->skipped[i] == NULL) {
            return out_of_memory(faults);
        }
        tp_faults_warn(faults, "%s (skipped)", heads->skipped[i]);
        return TP_OK;
    }
    for (size_t f = 0; f < own->n; f++) {
        tp_faults_add_fault(faults, &own->items[f]);
    }
    return code;
}

/* That there is a way from the file's CRS to the run's. A CRS of the run that is none is said elsewhere. */
static tp_code check_operation(tp_read_head *head, const char *run_crs, const tp_read_places *places, tp_faults *own) {
    char *geographic = NULL;
    tp_ellipsoid ellipsoid;
    tp_transform *transform = NULL;
    tp_error error = {0};
    if (head->crs == NULL || run_crs == NULL || tp_crs_geographic(run_crs, &geographic, &ellipsoid, NULL) != TP_OK) {
        return TP_OK;
    }
    tp_code code = tp_transform_new(head->crs, geographic, NULL, &transform, &error);
    if (code == TP_OK && strcmp(tp_transform_operation(transform), "none") != 0) {
        head->accuracy_m = tp_transform_accuracy_m(transform);
    }
    if (code == TP_E_MACHINE) {
        tp_faults_add_error(own, &error);
    } else if (code != TP_OK && strcmp(head->crs_origin, "option") == 0) {
        code = TP_E_CONFIG;
        tp_faults_add_at(own, places->crs, "%s", error.message);
    } else if (code != TP_OK) {
        code = TP_E_DATA;
        tp_faults_add_code_at(own, code, places->file, "%s: its CRS cannot be used: %s", head->shown, error.message);
    }
    tp_transform_free(transform);
    free(geographic);
    return code;
}

static tp_code open_one(const tp_step *step, const tp_run *run, unsigned flags, size_t i, tp_read_head *head,
                        tp_faults *own) {
    const tp_read_options *options = step->options.values;
    tp_read_places places = {.file = options->file.places[i],
                             .layer = place_of(step, "layer"),
                             .id = place_of(step, "id"),
                             .name = place_of(step, "name"),
                             .encoding = place_of(step, "encoding"),
                             .crs = place_of(step, "crs"),
                             .lon = place_of(step, "lon"),
                             .lat = place_of(step, "lat"),
                             .product = place_of(step, "product")};
    char *path = tp_plan_path(run->base, options->file.items[i]);
    if (path == NULL) {
        return out_of_memory(own);
    }
    tp_code code = tp_read_head_open(path, options->file.items[i], options, &places, flags, head, own);
    free(path);
    return code == TP_OK ? check_operation(head, run->crs, &places, own) : code;
}

static tp_code open_all(const tp_step *step, const tp_run *run, unsigned flags, tp_read_heads *heads,
                        tp_faults *faults) {
    const tp_read_options *options = step->options.values;
    bool may_skip = run->on_error == TP_SKIP && heads->n > 1;
    tp_code worst = TP_OK;
    size_t usable = 0;
    for (size_t i = 0; i < heads->n; i++) {
        tp_faults own = {0};
        tp_code code = open_one(step, run, flags, i, &heads->items[i], &own);
        code = code == TP_OK ? TP_OK : settle(heads, i, options->file.items[i], may_skip, &own, faults);
        tp_faults_reset(&own);
        usable += heads->items[i].path != NULL;
        if (code != TP_OK && (worst == TP_OK || code < worst)) {
            worst = code;
        }
    }
    if (worst == TP_OK && usable == 0) {
        tp_faults_add_code_at(faults, TP_E_DATA, options->file.places[0], "none of the %zu files can be used",
                              heads->n);
        worst = TP_E_DATA;
    }
    return worst;
}

static tp_type promote(tp_type a, tp_type b) {
    if (a == b) {
        return a;
    }
    return a == TP_TYPE_TEXT || b == TP_TYPE_TEXT ? TP_TYPE_TEXT : TP_TYPE_DOUBLE;
}

static const tp_read_head *first_usable(const tp_read_heads *heads) {
    size_t i = 0;
    while (heads->items[i].path == NULL) {
        i++;
    }
    return &heads->items[i];
}

/* A free name for the ids that are made from feature ids. */
static tp_code add_made_id(tp_read_heads *heads, tp_error *error) {
    static const char *const names[] = {"id", "feature_id", "source_feature_id", "technopolis_id"};
    const char *free_name = NULL;
    for (size_t n = 0; n < sizeof names / sizeof names[0] && free_name == NULL; n++) {
        free_name = names[n];
        for (size_t i = 0; i < heads->n; i++) {
            if (tp_head_field(&heads->items[i].head, names[n]) != NULL) {
                free_name = NULL;
            }
        }
    }
    if (free_name == NULL) {
        return tp_error_set(error, TP_E_CONFIG, "no free name for the column of ids; name one with 'id'");
    }
    return tp_head_add_field(&heads->all, free_name, TP_TYPE_TEXT, NULL, "the id of the source feature", error);
}

static tp_code add_fields(tp_read_heads *heads, const tp_read_head *head, tp_error *error) {
    for (size_t i = 0; i < head->head.n_fields; i++) {
        const tp_field *field = &head->head.fields[i];
        size_t known = 0;
        while (known < heads->all.n_fields && strcmp(heads->all.fields[known].name, field->name) != 0) {
            known++;
        }
        if (known < heads->all.n_fields) {
            heads->all.fields[known].type = promote(heads->all.fields[known].type, field->type);
            continue;
        }
        tp_code code = tp_head_add_field(&heads->all, field->name, field->type, field->unit, field->help, error);
        if (code != TP_OK) {
            return code;
        }
    }
    return TP_OK;
}

static size_t number_of(const tp_head *head, const char *name) {
    size_t i = 0;
    while (strcmp(head->fields[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* The columns of all files together: a column that a file lacks is missing in its rows. */
static tp_code merge(tp_read_heads *heads, const char *name, tp_error *error) {
    const tp_read_head *first = first_usable(heads);
    heads->all.name = tp_text_copy(name);
    heads->all.geometry = first->head.geometry;
    heads->all.n_features = 0;
    heads->makes_id = first->id < 0;
    heads->label = -1;
    tp_code code = heads->all.name == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && heads->makes_id) {
        code = add_made_id(heads, error);
    }
    for (size_t i = 0; i < heads->n && code == TP_OK; i++) {
        if (heads->items[i].path != NULL) {
            int64_t n = heads->items[i].head.n_features, all = heads->all.n_features;
            heads->all.n_features = n < 0 || all < 0 ? -1 : all + n;
            code = add_fields(heads, &heads->items[i], error);
        }
    }
    if (code == TP_OK) {
        heads->id = heads->makes_id ? 0 : number_of(&heads->all, first->head.fields[first->id].name);
        heads->label = first->label < 0 ? -1 : (int)number_of(&heads->all, first->head.fields[first->label].name);
    }
    return code;
}

/* The first file of the kind of geometry that most of the usable ones have. */
static const tp_read_head *find_usual(const tp_read_heads *heads) {
    size_t n[TP_GEOMETRY_POLYGON + 1] = {0};
    const tp_read_head *usual = NULL;
    for (size_t i = 0; i < heads->n; i++) {
        n[heads->items[i].head.geometry] += heads->items[i].path != NULL;
    }
    for (size_t i = 0; i < heads->n; i++) {
        const tp_read_head *head = &heads->items[i];
        if (head->path != NULL && (usual == NULL || n[head->head.geometry] > n[usual->head.geometry])) {
            usual = head;
        }
    }
    return usual;
}

/* A file of another kind of geometry than most cannot be used with them. */
static tp_code check_geometry(const tp_step *step, const tp_run *run, tp_read_heads *heads, tp_faults *faults) {
    const tp_read_options *options = step->options.values;
    const tp_read_head *usual = find_usual(heads);
    tp_code worst = TP_OK;
    for (size_t i = 0; i < heads->n; i++) {
        const tp_read_head *head = &heads->items[i];
        if (head->path == NULL || head->head.geometry == usual->head.geometry) {
            continue;
        }
        tp_faults own = {0};
        tp_faults_add_code_at(&own, TP_E_DATA, options->file.places[i], "%s: is a %s layer, but %s is a %s layer",
                              head->shown, tp_geometry_text(head->head.geometry), usual->shown,
                              tp_geometry_text(usual->head.geometry));
        tp_code code = settle(heads, i, options->file.items[i], run->on_error == TP_SKIP, &own, faults);
        tp_faults_reset(&own);
        worst = code == TP_OK ? worst : code;
    }
    return worst;
}

static void set_conditions(const tp_step *step, tp_head *head, tp_faults *faults) {
    const tp_read_options *options = step->options.values;
    tp_error error = {0};
    if (options->where != NULL && tp_condition_parse(options->where, &head->where, &error) != TP_OK) {
        tp_faults_add_at(faults, place_of(step, "where"), "%s", error.message);
    }
    const char *coverage = options->coverage;
    if (coverage == NULL || strcmp(coverage, "complete") == 0) {
        head->coverage = TP_COVERAGE_COMPLETE;
    } else if (strcmp(coverage, "sample") == 0) {
        head->coverage = TP_COVERAGE_SAMPLE;
    } else if (tp_condition_parse(coverage, &head->coverage_condition, &error) == TP_OK) {
        head->coverage = TP_COVERAGE_CONDITION;
    } else {
        tp_faults_add_at(faults, place_of(step, "coverage"), "%s (expected complete, sample or a condition)",
                         error.message);
    }
    tp_head_check_condition(head, head->where, place_of(step, "where"), faults);
    tp_head_check_condition(head, head->coverage_condition, place_of(step, "coverage"), faults);
}

/* What may be dissolved is the matter of that stage; here, what it goes by. */
static void check_dissolve(const tp_step *step, tp_faults *faults) {
    const tp_read_options *options = step->options.values;
    if (options->dissolve && options->id == NULL) {
        tp_faults_add_at(faults, place_of(step, "dissolve"),
                         "'dissolve' joins rows of one id: 'id' must name a column");
    }
}

tp_code tp_read_heads_open(const tp_step *step, const tp_run *run, unsigned flags, tp_read_heads *heads,
                           tp_faults *faults) {
    const tp_read_options *options = step->options.values;
    *heads = (tp_read_heads){.items = calloc(options->file.n + 1, sizeof *heads->items),
                             .skipped = calloc(options->file.n + 1, sizeof *heads->skipped)};
    if (heads->items == NULL || heads->skipped == NULL) {
        return out_of_memory(faults);
    }
    heads->n = options->file.n;
    tp_code code = open_all(step, run, flags, heads, faults);
    if (code != TP_OK) {
        return code;
    }
    tp_code geometry = check_geometry(step, run, heads, faults);
    tp_faults own = {0};
    tp_error error = {0};
    if (merge(heads, step->name, &error) != TP_OK) {
        tp_faults_add_error(&own, &error);
    } else {
        set_conditions(step, &heads->all, &own);
        check_dissolve(step, &own);
    }
    for (size_t i = 0; i < own.n; i++) {
        tp_faults_add_fault(faults, &own.items[i]);
    }
    code = tp_faults_code(&own);
    tp_faults_reset(&own);
    return code == TP_OK ? geometry : code;
}
