/*
 * candidates: the squares of a screened grid that meet everything, or do not fail, become zones where they hang together.
 *
 * Two kinds of zones are made, each ranked by itself: `met`, all of whose squares meet every required criterion, and
 * `met_or_unknown`, none of whose squares fails one; the second hold the first and show how far a zone may reach once the
 * samples are complete. How they are ranked stands in candidates.h. Criteria are those of one profile, by default the
 * first.
 */
#include "4_judge/candidates.h"

#include "core/plan/added_layer.h"
#include "core/space/cells.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct candidates_options {
    const char *profile, *as;
    tp_quantity limit;
    int64_t minimum;
    int neighbours;
    bool unknown;
} candidates_options;

static const tp_setting SETTINGS[] = {
    {.key = "profile",
     .kind = TP_SETTING_TEXT,
     .help = "the id of the profile whose verdicts count; by default the first",
     .offset = offsetof(candidates_options, profile)},
    {.key = "neighbours",
     .kind = TP_SETTING_CHOICE,
     .choices = "edges|corners",
     .fallback = "edges",
     .help = "whether squares that touch at a corner only hang together, too",
     .offset = offsetof(candidates_options, neighbours)},
    {.key = "unknown",
     .kind = TP_SETTING_YES_NO,
     .fallback = "yes",
     .help = "whether zones of squares that are met or unknown are made, too",
     .offset = offsetof(candidates_options, unknown)},
    {.key = "minimum",
     .kind = TP_SETTING_INTEGER,
     .fallback = "1",
     .min = 1,
     .max = 1e9,
     .help = "how many squares a zone has at least",
     .offset = offsetof(candidates_options, minimum)},
    {.key = "limit",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_AREA,
     .fallback = "1300 km2",
     .min = 0,
     .max = 1e9,
     .help = "zones up to this area go first",
     .offset = offsetof(candidates_options, limit)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .fallback = "candidates",
     .help = "the layer that is made",
     .offset = offsetof(candidates_options, as)},
};

enum {
    C_ID,
    C_NAME,
    C_KIND,
    C_RANK,
    C_CELLS,
    C_CELLS_MET,
    C_AREA,
    C_WITHIN,
    C_WEAKEST,
    C_WEAKEST_PERCENT,
    C_UNKNOWN,
    C_MOTHER,
    C_PREFECTURES,
    C_PREFECTURE_NAMES,
    C_BEST,
    C_BEST_LON,
    C_BEST_LAT,
    C_LON,
    C_LAT,
    N_COLUMNS
};
static const tp_stage_column ADDS[N_COLUMNS] = {
    {"{as}", "candidate_id", TP_TYPE_TEXT, "", "kind and rank"},
    {"{as}", "name", TP_TYPE_TEXT, "", "the mother city of most squares, else the best square's name"},
    {"{as}", "kind", TP_TYPE_TEXT, "", "met: every square meets all required criteria; met_or_unknown: none fails one"},
    {"{as}", "rank", TP_TYPE_INT64, "", "within the kind"},
    {"{as}", "cells", TP_TYPE_INT64, "", "squares"},
    {"{as}", "cells_met", TP_TYPE_INT64, "", "squares that meet all required criteria"},
    {"{as}", "area_km2", TP_TYPE_DOUBLE, "km2", "of the squares, on the ellipsoid"},
    {"{as}", "within_limit", TP_TYPE_INT64, "", "1: the area is within the limit; such zones go first"},
    {"{as}", "weakest_criterion", TP_TYPE_TEXT, "", "the required criterion of the smallest mean relative margin"},
    {"{as}", "weakest_margin_percent", TP_TYPE_DOUBLE, "%", "that mean margin over the squares, of the threshold"},
    {"{as}", "unknown_criteria", TP_TYPE_TEXT, "",
     "required criteria that are unknown, with the squares where they are"},
    {"{as}", "mother_city", TP_TYPE_TEXT, "", "the nearest qualifying city of most squares"},
    {"{as}", "prefectures", TP_TYPE_INT64, "", "how many prefectures the squares lie in"},
    {"{as}", "prefecture_names", TP_TYPE_TEXT, "", "which, in the order of their codes"},
    {"{as}", "best_site", TP_TYPE_TEXT, "", "the square whose smallest relative margin is the largest"},
    {"{as}", "best_lon", TP_TYPE_DOUBLE, "degrees", "its centre"},
    {"{as}", "best_lat", TP_TYPE_DOUBLE, "degrees", NULL},
    {"{as}", "centre_lon", TP_TYPE_DOUBLE, "degrees", "of the box around the zone"},
    {"{as}", "centre_lat", TP_TYPE_DOUBLE, "degrees", NULL},
};

static const char CODES[] = "mesh_code";

/* ---- check ---- */

/* The number of the profile that the settings name; n_profiles where there is none. */
static size_t find_profile(const candidates_options *options, const tp_profile *const *profiles, size_t n) {
    size_t i = 0;
    while (options->profile != NULL && i < n && strcmp(profiles[i]->id, options->profile) != 0) {
        i++;
    }
    return i;
}

/* Whether the sites are judged before this step. */
static bool is_judged_before(const tp_plan *plan, const tp_step *step) {
    for (size_t i = 0; i < plan->n_steps && plan->steps[i] != step; i++) {
        if (plan->steps[i]->stage->phase == TP_JUDGE && strcmp(plan->steps[i]->stage->name, "profile") == 0) {
            return true;
        }
    }
    return false;
}

static void check_sites(const tp_step *step, const tp_plan *plan, tp_faults *faults) {
    const tp_head *sites = tp_schema_find(&plan->schema, "sites");
    const tp_field *codes = tp_head_field(sites, CODES);
    if (sites != NULL && plan->request.site_id == NULL && (codes == NULL || codes->type != TP_TYPE_TEXT)) {
        tp_faults_add_at(faults, step->place,
                         "candidates are zones of squares, but the layer sites has no column of texts '%s' (expected a "
                         "step `grid` in `prepare`)",
                         CODES);
    }
}

static void check_margins(const tp_step *step, tp_plan *plan, const tp_profile *profile, tp_faults *faults) {
    static const char *const suffixes[] = {"least", "mean"};
    static const char *const helps[] = {"the smallest margin of a square", "the mean margin of the squares"};
    for (size_t i = 0; i < profile->n_criteria; i++) {
        const tp_criterion *criterion = &profile->criteria[i];
        for (size_t k = 0; k < 2; k++) {
            char *name = tp_text_format("%s_margin_%s", criterion->id, suffixes[k]);
            const char *unit = criterion->n_parts > 0 ? criterion->parts[0].threshold.unit : "";
            if (name != NULL) {
                tp_plan_add_field(plan, step, step->name, name, TP_TYPE_DOUBLE, unit, helps[k], faults);
            }
            free(name);
        }
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const candidates_options *options = step->options.values;
    size_t number = find_profile(options, (const tp_profile *const *)plan->profiles, plan->n_profiles);
    check_sites(step, plan, faults);
    tp_added_layer_check(step, plan, TP_GEOMETRY_POLYGON, faults);
    if (!is_judged_before(plan, step)) {
        tp_faults_add_at(faults, step->place, "candidates needs judged sites (expected a step `profile` before it)");
    } else if (number == plan->n_profiles && options->profile != NULL) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "profile", step->place),
                         "no profile of this configuration has the id '%s'", options->profile);
    } else if (number < plan->n_profiles) {
        check_margins(step, plan, plan->profiles[number], faults);
    }
}

/* ---- the layer ---- */

typedef struct writer {
    const tp_step *step;
    const tp_dataset *dataset;
    const tp_layer *sites;
    const tp_profile *profile;
    const tp_candidates *found;
    tp_layer *layer;
    tp_column *columns[N_COLUMNS];
    tp_column **least, **mean; /* one a criterion */
    tp_text text;
} writer;

static tp_code put_text(tp_column *column, int64_t row, const char *text, tp_error *error) {
    return text == NULL || text[0] == '\0' ? TP_OK : tp_column_set_text(column, row, text, strlen(text), error);
}

/* "leading_industries (12), research_base (3)" */
static void write_unknown(const writer *w, const tp_candidate *zone, tp_text *text) {
    tp_text_clear(text);
    for (size_t i = 0; i < w->profile->n_criteria; i++) {
        if (w->profile->criteria[i].required && zone->criteria[i].n_unknown > 0) {
            tp_text_add(text, "%s%s (%lld)", text->size > 0 ? ", " : "", w->profile->criteria[i].id,
                        (long long)zone->criteria[i].n_unknown);
        }
    }
}

/* A square's prefecture. */
typedef struct prefecture {
    const char *code, *name;
} prefecture;

static int compare_prefectures(const void *a, const void *b) {
    return strcmp(((const prefecture *)a)->code, ((const prefecture *)b)->code);
}

/* Writes the names in the order of the codes and gives their number; 0 where the sites have no such columns. */
static tp_code write_prefectures(const writer *w, const tp_candidate *zone, tp_text *text, int64_t *n,
                                 tp_error *error) {
    const tp_column *codes = tp_layer_column(w->sites, "prefecture_code");
    const tp_column *names = tp_layer_column(w->sites, "prefecture_name");
    const tp_candidate_squares *squares = &w->found->squares[zone->kind];
    prefecture *list = malloc(sizeof *list * ((size_t)zone->n_squares + 1));
    int64_t n_list = 0;
    tp_text_clear(text);
    *n = 0;
    if (list == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; codes != NULL && codes->type == TP_TYPE_TEXT && i < zone->n_squares; i++) {
        int64_t row = squares->rows[zone->first_square + i];
        const char *code = tp_column_text(codes, row);
        const char *name = names == NULL || names->type != TP_TYPE_TEXT ? NULL : tp_column_text(names, row);
        if (code != NULL) {
            list[n_list++] = (prefecture){code, name != NULL ? name : code};
        }
    }
    qsort(list, (size_t)n_list, sizeof *list, compare_prefectures);
    for (int64_t i = 0; i < n_list; i++) {
        if (i == 0 || compare_prefectures(&list[i], &list[i - 1]) != 0) {
            tp_text_add(text, "%s%s", text->size > 0 ? ", " : "", list[i].name);
            (*n)++;
        }
    }
    free(list);
    return TP_OK;
}

static tp_code put_texts(writer *w, const tp_candidate *zone, int64_t row, tp_error *error) {
    const char *mother = zone->mother_layer == NULL ? NULL : tp_layer_label(zone->mother_layer, zone->mother_row);
    const char *best = tp_layer_id(w->sites, zone->best_row);
    int64_t n_prefectures = 0;
    tp_text_clear(&w->text);
    tp_text_add(&w->text, "%s-%lld", tp_candidate_kind_text(zone->kind), (long long)zone->rank);
    tp_code code = put_text(w->columns[C_ID], row, tp_text_get(&w->text), error);
    if (code == TP_OK) {
        const char *name = mother != NULL ? mother : tp_layer_label(w->sites, zone->best_row);
        code = put_text(w->columns[C_NAME], row, name, error);
    }
    if (code == TP_OK) {
        code = put_text(w->columns[C_KIND], row, tp_candidate_kind_text(zone->kind), error);
    }
    if (code == TP_OK && zone->weakest >= 0) {
        code = put_text(w->columns[C_WEAKEST], row, w->profile->criteria[zone->weakest].id, error);
    }
    if (code == TP_OK) {
        write_unknown(w, zone, &w->text);
        code = put_text(w->columns[C_UNKNOWN], row, tp_text_get(&w->text), error);
    }
    if (code == TP_OK) {
        code = put_text(w->columns[C_MOTHER], row, mother, error);
    }
    if (code == TP_OK) {
        code = put_text(w->columns[C_BEST], row, best, error);
    }
    if (code == TP_OK) {
        code = write_prefectures(w, zone, &w->text, &n_prefectures, error);
    }
    if (code == TP_OK && n_prefectures > 0) {
        tp_column_set_int64(w->columns[C_PREFECTURES], row, n_prefectures);
        code = put_text(w->columns[C_PREFECTURE_NAMES], row, tp_text_get(&w->text), error);
    }
    return code == TP_OK && w->text.lost ? tp_error_memory(error) : code;
}

static void put_numbers(writer *w, const tp_candidate *zone, int64_t row) {
    tp_column_set_int64(w->columns[C_RANK], row, zone->rank);
    tp_column_set_int64(w->columns[C_CELLS], row, zone->n_squares);
    tp_column_set_int64(w->columns[C_CELLS_MET], row, zone->n_met);
    tp_column_set_double(w->columns[C_AREA], row, zone->area_km2);
    tp_column_set_int64(w->columns[C_WITHIN], row, zone->within_limit);
    tp_column_set_double(w->columns[C_WEAKEST_PERCENT], row, zone->weakest >= 0 ? 100 * zone->weakest_share : NAN);
    tp_column_set_double(w->columns[C_BEST_LON], row, w->sites->lon_deg[zone->best_row]);
    tp_column_set_double(w->columns[C_BEST_LAT], row, w->sites->lat_deg[zone->best_row]);
    tp_column_set_double(w->columns[C_LON], row, (zone->west_deg + zone->east_deg) / 2);
    tp_column_set_double(w->columns[C_LAT], row, (zone->south_deg + zone->north_deg) / 2);
    for (size_t i = 0; i < w->profile->n_criteria; i++) {
        const tp_candidate_criterion *of = &zone->criteria[i];
        if (of->n_known > 0) {
            tp_column_set_double(w->least[i], row, of->least);
            tp_column_set_double(w->mean[i], row, of->sum / (double)of->n_known);
        }
    }
}

static void corner_of(const void *user, tp_mesh_cell cell, double *lon_deg, double *lat_deg) {
    tp_mesh_corner(*(const tp_mesh_level *)user, cell, lon_deg, lat_deg);
}

static tp_code put_zone(writer *w, int64_t row, tp_error *error) {
    const tp_candidate *zone = &w->found->items[row];
    const tp_candidate_squares *squares = &w->found->squares[zone->kind];
    put_numbers(w, zone, row);
    tp_code code = put_texts(w, zone, row, error);
    return code != TP_OK ? code
                         : tp_cells_outline(squares->cells + zone->first_square, zone->n_squares, corner_of,
                                            &w->found->level, &w->layer->shapes, error);
}

static tp_code add_margins(writer *w, tp_error *error) {
    size_t n = w->profile->n_criteria + 1;
    w->least = calloc(n, sizeof(tp_column *));
    w->mean = calloc(n, sizeof(tp_column *));
    tp_code code = w->least == NULL || w->mean == NULL ? tp_error_memory(error) : TP_OK;
    for (size_t i = 0; i < 2 * w->profile->n_criteria && code == TP_OK; i++) {
        const tp_criterion *criterion = &w->profile->criteria[i / 2];
        char *name = tp_text_format("%s_margin_%s", criterion->id, i % 2 == 0 ? "least" : "mean");
        code = name == NULL ? tp_error_memory(error)
                            : tp_layer_add_column(w->layer, name, TP_TYPE_DOUBLE, criterion->parts[0].threshold.unit,
                                                  "candidates", i % 2 == 0 ? &w->least[i / 2] : &w->mean[i / 2], error);
        free(name);
    }
    return code;
}

static tp_code make_layer(writer *w, tp_dataset *dataset, tp_error *error) {
    tp_code code = tp_added_layer_new(w->step, dataset, TP_GEOMETRY_POLYGON, &w->layer, error);
    if (code != TP_OK) {
        return code;
    }
    code = tp_added_layer_open(w->step, w->layer, w->found->n, w->columns, error);
    if (code == TP_OK) {
        code = add_margins(w, error);
    }
    for (int64_t row = 0; row < w->found->n && code == TP_OK; row++) {
        code = put_zone(w, row, error);
    }
    free(w->least);
    free(w->mean);
    tp_text_reset(&w->text);
    if (code != TP_OK) {
        tp_layer_free(w->layer);
        return code;
    }
    w->layer->id = w->columns[C_ID];
    w->layer->label = w->columns[C_NAME];
    return tp_dataset_add_layer(dataset, w->layer, error);
}

/* ---- findings ---- */

enum { MOST_TOLD = 5 };

static void write_zone(const writer *w, int64_t number, tp_text *text) {
    const tp_candidate *zone = &w->found->items[number];
    tp_text_clear(text);
    tp_text_add(text, "%lld. %s: ", (long long)zone->rank, tp_column_text(w->columns[C_NAME], number));
    tp_text_add_number(text, zone->area_km2, 1);
    tp_text_add(text, " km2 in %lld square%s", (long long)zone->n_squares, zone->n_squares == 1 ? "" : "s");
    if (zone->kind == TP_CANDIDATE_POSSIBLE) {
        tp_text_add(text, ", %lld of them met", (long long)zone->n_met);
    }
    if (zone->weakest >= 0) {
        tp_text_add(text, "; weakest %s, mean margin ", w->profile->criteria[zone->weakest].id);
        tp_text_add_number(text, 100 * zone->weakest_share, 0);
        tp_text_add(text, " %%");
    }
    const char *unknown = tp_column_text(w->columns[C_UNKNOWN], number);
    if (unknown != NULL) {
        tp_text_add(text, "; unknown: %s", unknown);
    }
    tp_text_add(text, "; best square %s", tp_layer_id(w->sites, zone->best_row));
}

/* The heading of a kind: how many zones, squares and km². */
static void write_kind(const writer *w, tp_candidate_kind kind, tp_text *text) {
    int64_t n = 0, n_squares = 0, n_within = 0;
    double area_km2 = 0;
    for (int64_t i = 0; i < w->found->n; i++) {
        const tp_candidate *zone = &w->found->items[i];
        if (zone->kind == kind) {
            n++;
            n_squares += zone->n_squares;
            n_within += zone->within_limit;
            area_km2 += zone->area_km2;
        }
    }
    const candidates_options *options = w->step->options.values;
    tp_text_clear(text);
    tp_text_add(text, "%lld zone%s of %lld squares (", (long long)n, n == 1 ? "" : "s", (long long)n_squares);
    tp_text_add_number(text, area_km2, 0);
    tp_text_add(text, " km2) %s; %lld of at most ",
                kind == TP_CANDIDATE_MET ? "meet all required criteria" : "fail none of them, what is unknown included",
                (long long)n_within);
    tp_text_add_number(text, options->limit.value, 0);
    tp_text_add(text, " km2");
}

static tp_code tell(const writer *w, tp_dataset *dataset, tp_error *error) {
    const candidates_options *options = w->step->options.values;
    tp_text text = {0};
    tp_code code = TP_OK;
    int n_kinds = options->unknown ? TP_CANDIDATE_KINDS : TP_CANDIDATE_MET + 1;
    for (int kind = 0; kind < n_kinds && code == TP_OK; kind++) {
        const char *subject = kind == TP_CANDIDATE_MET ? "candidate zones" : "candidate zones, unknown included";
        write_kind(w, (tp_candidate_kind)kind, &text);
        code = tp_dataset_add_finding(dataset, w->step->name, subject, false, error, "%s", tp_text_get(&text));
        for (int64_t i = 0; i < w->found->n && code == TP_OK; i++) {
            const tp_candidate *zone = &w->found->items[i];
            if ((int)zone->kind == kind && zone->rank <= MOST_TOLD) {
                write_zone(w, i, &text);
                code = tp_dataset_add_finding(dataset, w->step->name, subject, false, error, "%s", tp_text_get(&text));
            }
        }
    }
    code = code == TP_OK && text.lost ? tp_error_memory(error) : code;
    tp_text_reset(&text);
    return code;
}

/* ---- the stage ---- */

/* The level that the codes' digits have. An ad-hoc site, which has none, makes no candidates. */
static bool find_level(const tp_layer *sites, const tp_column *codes, tp_mesh_level *level) {
    const char *code = sites->n_rows == 0 || codes == NULL ? NULL : tp_column_text(codes, 0);
    return code != NULL && tp_mesh_level_of_text(code, level);
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const candidates_options *options = step->options.values;
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    const tp_column *codes = sites == NULL ? NULL : tp_layer_column(sites, CODES);
    tp_candidate_rule rule = {.profile = find_profile(options, dataset->profiles, dataset->n_profiles),
                              .corners = options->neighbours == 1,
                              .possible = options->unknown,
                              .minimum = options->minimum,
                              .limit_km2 = options->limit.value};
    if (codes == NULL || rule.profile >= dataset->n_profiles) {
        return TP_OK;
    }
    if (!find_level(sites, codes, &rule.level)) {
        return tp_error_set(error, TP_E_DATA, "candidates: the column %s holds no codes of squares", CODES);
    }
    tp_candidates found = {0};
    tp_code code = tp_candidates_find(dataset, sites, codes, &rule, &found, error);
    writer w = {
        .step = step, .dataset = dataset, .sites = sites, .profile = dataset->profiles[rule.profile], .found = &found};
    if (code == TP_OK) {
        code = make_layer(&w, dataset, error);
    }
    if (code == TP_OK) {
        code = tell(&w, dataset, error);
    }
    tp_candidates_reset(&found);
    return code;
}

const tp_stage tp_stage_candidates = {
    .name = "candidates",
    .phase = TP_JUDGE,
    .purpose = "zones of squares that hang together and meet, or do not fail, all required criteria",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(candidates_options),
    .as_key = "as",
    .adds = ADDS,
    .n_adds = N_COLUMNS,
    .check = check,
    .run = run,
};
