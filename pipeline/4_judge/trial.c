/* A profile judged as often as wanted: see trial.h. */
#include "4_judge/trial.h"

#include "core/data/near.h"

#include <stdlib.h>
#include <string.h>

void tp_trial_reset(tp_trial *trial) {
    free(trial->first);
    free(trial->measures);
    free(trial->bounds);
    free(trial->verdict);
    free(trial->site);
    *trial = (tp_trial){0};
}

static tp_code bind(const tp_dataset *dataset, tp_trial *trial, tp_error *error) {
    for (size_t c = 0; c < trial->profile->n_criteria; c++) {
        const tp_criterion *criterion = &trial->profile->criteria[c];
        for (size_t p = 0; p < criterion->n_parts; p++) {
            const tp_part *part = &criterion->parts[p];
            size_t at = trial->first[c] + p;
            trial->bounds[at] = tp_part_bounds(part);
            trial->measures[at] = part->left_out ? NULL : tp_dataset_measure(dataset, part->measure_name);
            if (!part->left_out && trial->measures[at] == NULL) {
                return tp_error_set(error, TP_E_INTERNAL, "criterion %s: the measure %s is missing", criterion->id,
                                    part->measure_name);
            }
        }
    }
    return TP_OK;
}

void tp_trial_fetch(const tp_trial *trial, int64_t first, int64_t end) {
    for (size_t i = 0; i < trial->n_parts; i++) {
        if (trial->measures[i] != NULL) {
            tp_near_array(trial->measures[i]->known, 1, first, end);
            tp_near_array(trial->measures[i]->low, sizeof(double), first, end);
            tp_near_array(trial->measures[i]->high, sizeof(double), first, end);
        }
    }
}

static void judge_stretch(tp_trial *trial, int64_t first, int64_t end) {
    const tp_profile *profile = trial->profile;
    tp_trial_fetch(trial, first, end);
    for (int64_t row = first; row < end; row++) {
        tp_verdict whole = TP_MET;
        for (size_t c = 0; c < profile->n_criteria; c++) {
            tp_verdict verdict = tp_trial_judge(trial, c, NULL, NULL, row);
            trial->verdict[(int64_t)c * trial->n_rows + row] = (uint8_t)verdict;
            if (profile->criteria[c].required) {
                whole = tp_verdict_all((tp_verdict[]){whole, verdict}, 2);
            }
        }
        trial->site[row] = (uint8_t)whole;
    }
}

static void judge(tp_trial *trial) {
#pragma omp parallel for schedule(static)
    for (int64_t first = 0; first < trial->n_rows; first += TP_TRIAL_STRETCH) {
        int64_t end = first + TP_TRIAL_STRETCH;
        judge_stretch(trial, first, end < trial->n_rows ? end : trial->n_rows);
    }
}

tp_code tp_trial_new(const tp_profile *profile, const tp_dataset *dataset, int64_t n_rows, tp_trial *trial,
                     tp_error *error) {
    *trial = (tp_trial){.profile = profile, .n_rows = n_rows};
    size_t rows = (size_t)n_rows + 1;
    trial->first = calloc(profile->n_criteria + 1, sizeof *trial->first);
    for (size_t c = 0; trial->first != NULL && c < profile->n_criteria; c++) {
        trial->first[c + 1] = trial->n_parts += profile->criteria[c].n_parts;
    }
    trial->measures = calloc(trial->n_parts + 1, sizeof(const tp_measure *));
    trial->bounds = calloc(trial->n_parts + 1, sizeof *trial->bounds);
    trial->verdict = malloc(rows * (profile->n_criteria + 1));
    trial->site = malloc(rows);
    bool there = trial->first != NULL && trial->measures != NULL && trial->bounds != NULL && trial->verdict != NULL &&
                 trial->site != NULL;
    tp_code code = there ? bind(dataset, trial, error) : tp_error_memory(error);
    if (code != TP_OK) {
        tp_trial_reset(trial);
        return code;
    }
    judge(trial);
    return TP_OK;
}

tp_verdict tp_trial_judge(const tp_trial *trial, size_t criterion, const tp_measure *const *measures,
                          const tp_bounds *bounds, int64_t row) {
    size_t at = trial->first[criterion];
    return tp_criterion_verdict(&trial->profile->criteria[criterion],
                                measures != NULL ? measures : trial->measures + at,
                                bounds != NULL ? bounds : trial->bounds + at, row);
}

tp_verdict tp_trial_site_with(const tp_trial *trial, size_t criterion, tp_verdict with, int64_t row) {
    tp_verdict whole = TP_MET;
    for (size_t c = 0; c < trial->profile->n_criteria; c++) {
        if (trial->profile->criteria[c].required) {
            tp_verdict own = c == criterion ? with : tp_trial_verdict(trial, c, row);
            whole = tp_verdict_all((tp_verdict[]){whole, own}, 2);
        }
    }
    return whole;
}

tp_tally tp_tally_of(const uint8_t *verdicts, int64_t n) {
    tp_tally tally = {{0}};
    for (int64_t row = 0; row < n; row++) {
        tally.n[verdicts[row]]++;
    }
    return tally;
}
