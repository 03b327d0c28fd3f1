/* Finding and ranking candidate zones: see candidates.h. */
#include "4_judge/candidates.h"

#include "4_judge/criterion.h"
#include "core/space/cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *tp_candidate_kind_text(tp_candidate_kind kind) {
    return kind == TP_CANDIDATE_MET ? "met" : "met_or_unknown";
}

void tp_candidates_reset(tp_candidates *candidates) {
    for (int64_t i = 0; i < candidates->n; i++) {
        free(candidates->items[i].criteria);
    }
    free(candidates->items);
    for (int kind = 0; kind < TP_CANDIDATE_KINDS; kind++) {
        free(candidates->squares[kind].cells);
        free(candidates->squares[kind].rows);
    }
    *candidates = (tp_candidates){0};
}

/* What looking at the dataset needs, and room for it. */
typedef struct finder {
    const tp_dataset *dataset;
    const tp_layer *sites;
    const tp_candidate_rule *rule;
    const tp_profile *profile;
    tp_result *const *results; /* one a criterion of the profile */
    const tp_result *mother;   /* of the criterion mother_city, or NULL */
} finder;

/* ---- squares, zone by zone ---- */

/* A square of the chosen kind, to be sorted by its zone. */
typedef struct chosen {
    tp_mesh_cell cell;
    int64_t row, group;
} chosen;

static int compare_by_cell(const void *a, const void *b) {
    return tp_cells_compare(&((const chosen *)a)->cell, &((const chosen *)b)->cell);
}

static int compare_by_group(const void *a, const void *b) {
    const chosen *p = a, *q = b;
    return p->group != q->group ? (p->group < q->group ? -1 : 1) : tp_cells_compare(&p->cell, &q->cell);
}

static tp_code choose(const finder *f, const tp_column *codes, tp_candidate_kind kind, chosen *list, int64_t *n,
                      tp_error *error) {
    const uint8_t *verdict = f->dataset->site_verdict + f->rule->profile * (size_t)f->sites->n_rows;
    *n = 0;
    for (int64_t row = 0; row < f->sites->n_rows; row++) {
        if (verdict[row] == TP_NOT_MET || (kind == TP_CANDIDATE_MET && verdict[row] != TP_MET)) {
            continue;
        }
        const char *code = tp_column_text(codes, row);
        if (code == NULL || !tp_mesh_cell_of_text(f->rule->level, code, &list[*n].cell)) {
            return tp_error_set(error, TP_E_DATA, "candidates: '%s' is no code of a square of %s (expected %d digits)",
                                code == NULL ? "" : code, tp_mesh_level_text(f->rule->level),
                                tp_mesh_digits(f->rule->level));
        }
        list[(*n)++].row = row;
    }
    return TP_OK;
}

/* The zone of each square: list[i].group, the list in order. A square that comes twice is a fault. */
static tp_code group(const finder *f, chosen *list, int64_t n, int64_t *n_groups, tp_error *error) {
    tp_mesh_cell *cells = malloc(sizeof *cells * ((size_t)n + 1));
    int64_t *groups = malloc(sizeof *groups * ((size_t)n + 1));
    tp_code code = cells == NULL || groups == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        qsort(list, (size_t)n, sizeof *list, compare_by_cell);
    }
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        cells[i] = list[i].cell;
        if (i > 0 && tp_cells_compare(&cells[i], &cells[i - 1]) == 0) {
            code = tp_error_set(error, TP_E_DATA, "candidates: the squares of %s and %s are the same",
                                tp_layer_id(f->sites, list[i - 1].row), tp_layer_id(f->sites, list[i].row));
        }
    }
    if (code == TP_OK) {
        code = tp_cells_group(cells, n, f->rule->corners, groups, n_groups, error);
    }
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        list[i].group = groups[i];
    }
    free(cells);
    free(groups);
    return code;
}

/* ---- what is known of a zone ---- */

static double relative(const tp_result *result, int64_t row) {
    double threshold = fabs(result->criterion->parts[result->part[row]].threshold.value);
    return threshold > 0 ? result->margin[row] / threshold : NAN;
}

/* The slack of a square: the smallest relative margin of the required criteria; infinite where none is known. */
static double slack_of(const finder *f, int64_t row) {
    double slack = INFINITY;
    for (size_t i = 0; i < f->profile->n_criteria; i++) {
        const tp_result *result = f->results[i];
        if (result->criterion->required && (result->known[row] & TP_KNOWN_MARGIN) != 0) {
            slack = fmin(slack, relative(result, row));
        }
    }
    return slack;
}

static void add_square(const finder *f, tp_candidate *zone, int64_t row) {
    for (size_t i = 0; i < f->profile->n_criteria; i++) {
        const tp_result *result = f->results[i];
        tp_candidate_criterion *of = &zone->criteria[i];
        bool unknown = result->verdict[row] == TP_UNKNOWN;
        of->n_unknown += unknown;
        zone->unknown_share += unknown && result->criterion->required;
        if ((result->known[row] & TP_KNOWN_MARGIN) != 0) {
            of->least = of->n_known == 0 ? result->margin[row] : fmin(of->least, result->margin[row]);
            of->sum += result->margin[row];
            of->n_known++;
            double share = relative(result, row);
            of->n_relative += !isnan(share);
            of->relative_sum += isnan(share) ? 0 : share;
        }
    }
}

static int compare_links(const void *a, const void *b) {
    const tp_link *p = a, *q = b;
    return p->layer != q->layer ? (p->layer < q->layer ? -1 : 1) : (p->row > q->row) - (p->row < q->row);
}

/* The feature to which most of the squares' first links lead, ties to the smallest id. False when memory is out. */
static bool find_mother(const finder *f, const int64_t *rows, int64_t n, tp_link *links, tp_candidate *zone) {
    const tp_measure *measure = f->mother == NULL ? NULL : f->mother->measures[0];
    if (measure == NULL || measure->missing_layer != NULL) {
        return true;
    }
    int64_t n_links = 0, most = 0;
    for (int64_t i = 0; i < n; i++) {
        tp_link row_links[TP_LINKS_MAX];
        int found = tp_measure_links(measure, rows[i], row_links);
        if (found < 0) {
            return false;
        }
        if (found > 0) {
            links[n_links++] = row_links[0];
        }
    }
    qsort(links, (size_t)n_links, sizeof *links, compare_links);
    for (int64_t i = 0, k; i < n_links; i = k) {
        for (k = i; k < n_links && compare_links(&links[i], &links[k]) == 0; k++) {
        }
        const tp_layer *layer = measure->to[links[i].layer];
        bool before = k - i > most || (k - i == most && strcmp(tp_layer_id(layer, links[i].row),
                                                               tp_layer_id(zone->mother_layer, zone->mother_row)) < 0);
        if (before) {
            most = k - i;
            zone->mother_layer = layer;
            zone->mother_row = links[i].row;
        }
    }
    return true;
}

static void find_weakest(const finder *f, tp_candidate *zone) {
    zone->weakest = -1;
    zone->weakest_share = -INFINITY;
    for (size_t i = 0; i < f->profile->n_criteria; i++) {
        const tp_candidate_criterion *of = &zone->criteria[i];
        if (!f->results[i]->criterion->required || of->n_relative == 0) {
            continue;
        }
        double share = of->relative_sum / (double)of->n_relative;
        if (zone->weakest < 0 || share < zone->weakest_share) {
            zone->weakest = (int64_t)i;
            zone->weakest_share = share;
        }
    }
}

/* False when memory is out. */
static bool describe(const finder *f, const tp_candidate_squares *squares, tp_link *links, tp_candidate *zone) {
    const uint8_t *verdict = f->dataset->site_verdict + f->rule->profile * (size_t)f->sites->n_rows;
    double best = -INFINITY;
    zone->west_deg = zone->south_deg = INFINITY;
    zone->east_deg = zone->north_deg = -INFINITY;
    for (int64_t i = zone->first_square; i < zone->first_square + zone->n_squares; i++) {
        int64_t row = squares->rows[i];
        double box[4], slack = slack_of(f, row);
        tp_mesh_box(f->rule->level, squares->cells[i], box);
        zone->west_deg = fmin(zone->west_deg, box[0]);
        zone->south_deg = fmin(zone->south_deg, box[1]);
        zone->east_deg = fmax(zone->east_deg, box[2]);
        zone->north_deg = fmax(zone->north_deg, box[3]);
        zone->area_km2 += tp_mesh_area_km2(&f->dataset->ellipsoid, f->rule->level, squares->cells[i].row);
        zone->n_met += verdict[row] == TP_MET;
        if (i == zone->first_square || slack > best) {
            best = slack;
            zone->best_row = row;
        }
        add_square(f, zone, row);
    }
    zone->unknown_share /= (double)zone->n_squares;
    zone->within_limit = zone->area_km2 <= f->rule->limit_km2;
    find_weakest(f, zone);
    return find_mother(f, squares->rows + zone->first_square, zone->n_squares, links, zone);
}

/* ---- all of a kind ---- */

static int compare_candidates(const void *a, const void *b) {
    const tp_candidate *p = a, *q = b;
    if (p->within_limit != q->within_limit) {
        return p->within_limit ? -1 : 1;
    }
    if (p->unknown_share != q->unknown_share) {
        return p->unknown_share < q->unknown_share ? -1 : 1;
    }
    if (p->weakest_share != q->weakest_share) {
        return p->weakest_share > q->weakest_share ? -1 : 1;
    }
    if (p->n_squares != q->n_squares) {
        return p->n_squares > q->n_squares ? -1 : 1;
    }
    return (p->first_square > q->first_square) - (p->first_square < q->first_square);
}

static tp_code add_zones(const finder *f, tp_candidate_kind kind, const chosen *list, int64_t n_groups,
                         tp_candidates *candidates, tp_error *error) {
    tp_candidate_squares *squares = &candidates->squares[kind];
    tp_candidate *items = realloc(candidates->items, sizeof *items * (size_t)(candidates->n + n_groups + 1));
    tp_link *links = malloc(sizeof *links * ((size_t)squares->n + 1));
    tp_code code = items == NULL || links == NULL ? tp_error_memory(error) : TP_OK;
    candidates->items = items != NULL ? items : candidates->items;
    int64_t first_item = candidates->n;
    for (int64_t i = 0, end; i < squares->n && code == TP_OK; i = end) {
        for (end = i; end < squares->n && list[end].group == list[i].group; end++) {
        }
        if (end - i < f->rule->minimum) {
            continue;
        }
        tp_candidate *zone = &candidates->items[candidates->n];
        *zone = (tp_candidate){.kind = kind, .first_square = i, .n_squares = end - i};
        zone->criteria = calloc(f->profile->n_criteria + 1, sizeof *zone->criteria);
        if (zone->criteria == NULL) {
            code = tp_error_memory(error);
        } else {
            candidates->n++;
            code = describe(f, squares, links, zone) ? TP_OK : tp_error_memory(error);
        }
    }
    free(links);
    if (code == TP_OK && candidates->n > first_item) {
        qsort(candidates->items + first_item, (size_t)(candidates->n - first_item), sizeof *items, compare_candidates);
    }
    for (int64_t i = first_item; i < candidates->n; i++) {
        candidates->items[i].rank = i - first_item + 1;
    }
    return code;
}

static tp_code find_kind(const finder *f, const tp_column *codes, tp_candidate_kind kind, tp_candidates *candidates,
                         tp_error *error) {
    tp_candidate_squares *squares = &candidates->squares[kind];
    int64_t n_groups = 0;
    chosen *list = malloc(sizeof *list * ((size_t)f->sites->n_rows + 1));
    tp_code code = list == NULL ? tp_error_memory(error) : choose(f, codes, kind, list, &squares->n, error);
    if (code == TP_OK) {
        code = group(f, list, squares->n, &n_groups, error);
    }
    if (code == TP_OK) {
        qsort(list, (size_t)squares->n, sizeof *list, compare_by_group);
        squares->cells = malloc(sizeof *squares->cells * ((size_t)squares->n + 1));
        squares->rows = malloc(sizeof *squares->rows * ((size_t)squares->n + 1));
        code = squares->cells == NULL || squares->rows == NULL ? tp_error_memory(error) : TP_OK;
    }
    for (int64_t i = 0; i < squares->n && code == TP_OK; i++) {
        squares->cells[i] = list[i].cell;
        squares->rows[i] = list[i].row;
    }
    if (code == TP_OK) {
        code = add_zones(f, kind, list, n_groups, candidates, error);
    }
    free(list);
    return code;
}

/* The results of the profile, which stand side by side in the order of its criteria. */
static bool find_results(finder *f) {
    for (size_t i = 0; i + f->profile->n_criteria <= f->dataset->n_results; i++) {
        if (f->dataset->results[i]->profile == f->profile) {
            f->results = f->dataset->results + i;
            break;
        }
    }
    for (size_t i = 0; f->results != NULL && i < f->profile->n_criteria; i++) {
        if (strcmp(f->results[i]->criterion->id, "mother_city") == 0) {
            f->mother = f->results[i];
        }
    }
    return f->results != NULL && f->dataset->site_verdict != NULL;
}

tp_code tp_candidates_find(const tp_dataset *dataset, const tp_layer *sites, const tp_column *codes,
                           const tp_candidate_rule *rule, tp_candidates *candidates, tp_error *error) {
    *candidates = (tp_candidates){.level = rule->level};
    finder f = {.dataset = dataset, .sites = sites, .rule = rule, .profile = dataset->profiles[rule->profile]};
    if (!find_results(&f)) {
        return tp_error_set(error, TP_E_INTERNAL, "candidates: the sites are not judged by %s", f.profile->id);
    }
    tp_code code = find_kind(&f, codes, TP_CANDIDATE_MET, candidates, error);
    if (code == TP_OK && rule->possible) {
        code = find_kind(&f, codes, TP_CANDIDATE_POSSIBLE, candidates, error);
    }
    return code;
}
