/*
 * Monte Carlo: each site judged many times under speeds, thresholds and positions drawn at random; the share of the draws
 * in which it is met is its probability.
 *
 * The speed factor is one for all sites of a draw, lognormal with median 1, and stratified: the draws share a few equally
 * likely factors, one drawn from each stratum (M. D. McKay, R. J. Beckman, W. J. Conover, Technometrics 21, 1979), so that
 * the network is made and searched once a stratum, for all copies of the sites at once, and not once a draw. A threshold
 * is multiplied by 1 + spread x a standard normal (not below 0), one a threshold and draw; one that counts stays a whole
 * number. Positions: moved_sites.h. What is drawn depends on the seed, on what it is drawn for, and on the number of the
 * draw: not on threads or on the order.
 */
#include "4_judge/moved_sites.h"
#include "4_judge/sensitivity.h"

#include "technopolis/random.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_AT_ONCE = 1000000 };

/* The value below which a share u of the standard normal lies, by bisection of its distribution. */
static double normal_quantile(double u) {
    double low = -9, high = 9;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        *(0.5 * erfc(-middle / sqrt(2)) < u ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

static double speed_factor(const tp_monte_carlo *of, uint64_t seed, int64_t stratum, int64_t n_strata) {
    if (of->speed == 0) {
        return 1;
    }
    tp_random random = tp_random_of(seed, tp_random_stream("monte_carlo/speed"), (uint32_t)stratum);
    double u = ((double)stratum + tp_random_uniform(&random)) / (double)n_strata;
    return exp(log1p(of->speed) * normal_quantile(u));
}

typedef struct drawing {
    tp_sensitivity_work *work;
    const tp_monte_carlo *of;
    uint64_t seed;
    double *error_m;
    bool moving;    /* some site has an error of its position */
    int64_t *draws; /* of this batch */
    int64_t n_draws;
    tp_bounds *bounds; /* n_draws x parts of the profile */
    tp_tally *tally;   /* (criteria + 1) a site: the site as a whole last */
} drawing;

/* A threshold in a draw; the sequence is that of its criterion, name and value. */
static double draw_threshold(const drawing *d, const tp_assumption *of, int64_t draw) {
    char name[160];
    (void)snprintf(name, sizeof name, "monte_carlo/%s/%s/%s/%.17g", d->work->trial.profile->criteria[of->criterion].id,
                   of->name, of->unit, of->value);
    tp_random random = tp_random_of(d->seed, tp_random_stream(name), (uint32_t)draw);
    double drawn = of->value * fmax(0, 1 + d->of->thresholds * tp_random_normal(&random));
    return of->dimension == TP_DIMENSION_COUNT && of->value == rint(of->value) ? rint(drawn) : drawn;
}

/* The bounds of each draw; parts that share a threshold get the same one. */
static void draw_thresholds(const drawing *d) {
    const tp_trial *trial = &d->work->trial;
    const tp_assumptions *all = &d->work->of->all;
    for (int64_t k = 0; k < d->n_draws; k++) {
        tp_bounds *of_draw = d->bounds + k * (int64_t)trial->n_parts;
        memcpy(of_draw, trial->bounds, trial->n_parts * sizeof *of_draw);
        for (size_t i = 0; i < all->n && d->of->thresholds > 0; i++) {
            const tp_assumption *of = &all->items[i];
            double drawn = of->kind == TP_ASSUMED_THRESHOLD ? draw_threshold(d, of, d->draws[k]) : 0;
            size_t n = trial->profile->criteria[of->criterion].n_parts;
            for (size_t p = 0; p < n; p++) {
                tp_assumption_set(of, p, drawn, &of_draw[trial->first[of->criterion] + p]);
            }
        }
    }
}

static tp_code measure_scene(const drawing *d, tp_scene *scene, const tp_measure **measures, tp_error *error) {
    const tp_profile *profile = d->work->trial.profile;
    size_t at = 0;
    tp_code code = TP_OK;
    for (size_t c = 0; c < profile->n_criteria && code == TP_OK; c++) {
        for (size_t p = 0; p < profile->criteria[c].n_parts && code == TP_OK; p++, at++) {
            const tp_part *part = &profile->criteria[c].parts[p];
            code = part->left_out ? TP_OK
                                  : tp_scene_measure(scene, &d->work->run, part->kind, part->settings,
                                                     part->measure_name, NULL, &measures[at], error);
        }
    }
    return code;
}

/* Judges every draw of every site; `copies` 1: all draws look at the same rows. */
static void judge_draws(const drawing *d, const tp_measure *const *measures, int64_t copies) {
    const tp_trial *trial = &d->work->trial;
    size_t n = trial->profile->n_criteria;
#pragma omp parallel for schedule(dynamic, 4)
    for (int64_t site = 0; site < trial->n_rows; site++) {
        tp_tally *tally = d->tally + site * (int64_t)(n + 1);
        for (int64_t k = 0; k < d->n_draws; k++) {
            int64_t row = copies == 1 ? site : site * copies + k;
            const tp_bounds *bounds = d->bounds + k * (int64_t)trial->n_parts;
            tp_verdict whole = TP_MET;
            for (size_t c = 0; c < n; c++) {
                size_t first = trial->first[c];
                tp_verdict verdict = tp_trial_judge(trial, c, measures + first, bounds + first, row);
                tally[c].n[verdict]++;
                if (trial->profile->criteria[c].required) {
                    whole = tp_verdict_all((tp_verdict[]){whole, verdict}, 2);
                }
            }
            tally[n].n[whole]++;
        }
    }
}

/* One batch of draws of one stratum. */
static tp_code work_batch(drawing *d, double factor, tp_error *error) {
    const tp_trial *trial = &d->work->trial;
    tp_layer *moved = NULL;
    tp_scene *scene = NULL;
    const tp_measure **measures = calloc(trial->n_parts + 1, sizeof(const tp_measure *));
    d->bounds = malloc(((size_t)d->n_draws * trial->n_parts + 1) * sizeof *d->bounds);
    tp_code code = measures == NULL || d->bounds == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && d->moving) {
        code = tp_sites_moved(d->work->sites, &d->work->dataset->ellipsoid, d->error_m, d->of->law, d->seed, d->draws,
                              d->n_draws, &moved, error);
    }
    if (code == TP_OK) {
        code = tp_scene_new(d->work->dataset, moved, factor, &scene, error);
    }
    if (code == TP_OK) {
        draw_thresholds(d);
        code = measure_scene(d, scene, measures, error);
    }
    if (code == TP_OK) {
        judge_draws(d, measures, d->moving ? d->n_draws : 1);
    }
    tp_scene_free(scene);
    free(measures);
    free(d->bounds);
    d->bounds = NULL;
    return code;
}

static void tell_progress(const drawing *d, int64_t done, int64_t total) {
    const tp_run *run = d->work->outer;
    if (run->progress != NULL) {
        run->progress(run->progress_user, TP_JUDGE, d->work->step->name, done, total);
    }
}

/* Stratum s has the draws s, s + strata, s + 2 x strata, …, in batches that fit into memory. */
static tp_code work_strata(drawing *d, tp_error *error) {
    int64_t n_draws = d->of->draws, n_strata = d->of->strata < n_draws ? d->of->strata : n_draws;
    int64_t rows = d->work->trial.n_rows > 0 ? d->work->trial.n_rows : 1;
    int64_t batch = ROWS_AT_ONCE / rows > 0 ? ROWS_AT_ONCE / rows : 1;
    tp_code code = TP_OK;
    if (d->of->speed == 0) { /* one factor: one stratum */
        n_strata = 1;
    }
    d->draws = malloc(((size_t)(batch < n_draws ? batch : n_draws) + 1) * sizeof *d->draws);
    if (d->draws == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t s = 0; s < n_strata && code == TP_OK; s++) {
        double factor = speed_factor(d->of, d->seed, s, n_strata);
        tell_progress(d, s, n_strata);
        for (int64_t draw = s; draw < n_draws && code == TP_OK;) {
            d->n_draws = 0;
            for (; d->n_draws < batch && draw < n_draws; draw += n_strata) {
                d->draws[d->n_draws++] = draw;
            }
            code = work_batch(d, factor, error);
        }
    }
    return code;
}

/* ---- what came of it ---- */

static tp_code add_rows(const drawing *d, tp_error *error) {
    const tp_trial *trial = &d->work->trial;
    size_t n = trial->profile->n_criteria;
    tp_code code = TP_OK;
    for (int64_t site = 0; site < trial->n_rows; site++) {
        for (size_t i = 0; i <= n && code == TP_OK; i++) {
            size_t c = i == 0 ? n : i - 1; /* the site as a whole first */
            tp_sensitivity_row row = {.kind = "monte_carlo",
                                      .criterion = c == n ? NULL : trial->profile->criteria[c].id,
                                      .scope = c == n ? "site" : "criterion",
                                      .value = NAN,
                                      .change_percent = NAN,
                                      .site = site,
                                      .tally = d->tally[site * (int64_t)(n + 1) + (int64_t)c],
                                      .draws = d->of->draws};
            code = tp_sensitivity_add(&d->work->rows, &row, error);
        }
    }
    return code;
}

static tp_code add_findings(const drawing *d, tp_error *error) {
    const tp_trial *trial = &d->work->trial;
    const tp_monte_carlo *of = d->of;
    size_t n = trial->profile->n_criteria;
    int64_t firm = 0, open = 0, unlike = 0;
    for (int64_t site = 0; site < trial->n_rows; site++) {
        const tp_tally *tally = &d->tally[site * (int64_t)(n + 1) + (int64_t)n];
        double share = (double)tally->n[trial->site[site]] / (double)of->draws;
        firm += share >= 0.95;
        open += share < 0.95;
        unlike += share < 0.5;
    }
    tp_text what = {0};
    tp_text_add(&what, "speed within a factor of 1 +- %g %%, thresholds +- %g %%, ", 100 * of->speed,
                100 * of->thresholds);
    tp_text_add(&what, d->moving ? "positions moved by their errors" : "positions as given");
    tp_code code = tp_dataset_add_finding(
        d->work->dataset, d->work->step->name, "Monte Carlo", false, error,
        "%s, %lld draws (%s; one standard deviation): %lld of %lld sites keep their verdict in at least 95 %% of the "
        "draws, %lld do not, %lld of these lose it in most; the sampling error of a probability is at most %.1f points",
        trial->profile->id, (long long)of->draws, tp_text_get(&what), (long long)firm, (long long)trial->n_rows,
        (long long)open, (long long)unlike, 100 * 1.96 * 0.5 / sqrt((double)of->draws));
    tp_text_reset(&what);
    bool asked = of->position_error_m > 0 || of->position_column != NULL;
    if (code == TP_OK && asked && d->work->sites->geometry != TP_GEOMETRY_POINT) {
        code = tp_dataset_add_finding(d->work->dataset, d->work->step->name, "Monte Carlo", true, error,
                                      "the sites are no points, so their positions are not moved");
    }
    return code;
}

tp_code tp_sensitivity_monte_carlo(tp_sensitivity_work *work, tp_error *error) {
    const tp_monte_carlo *of = &work->of->monte_carlo;
    if (!of->wanted) {
        return TP_OK;
    }
    drawing d = {.work = work, .of = of, .seed = (uint64_t)work->run.seed};
    size_t n = work->trial.profile->n_criteria + 1;
    d.tally = calloc((size_t)work->trial.n_rows * n + 1, sizeof *d.tally);
    tp_code code =
        d.tally == NULL ? tp_error_memory(error) : tp_position_errors(work->sites, of, &d.error_m, &d.moving, error);
    if (code == TP_OK) {
        code = work_strata(&d, error);
    }
    if (code == TP_OK) {
        code = add_rows(&d, error);
    }
    if (code == TP_OK) {
        code = add_findings(&d, error);
    }
    free(d.tally);
    free(d.error_m);
    free(d.draws);
    return code;
}
