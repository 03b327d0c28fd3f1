/* The stage that judges sites against profiles: required and informative criteria, several profiles in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judge_fixture.h"
#include "technopolis/stage.h"

enum { N_CRITERIA = 3, N_ROWS = 27 };

static tp_verdict verdict_of(int row, int criterion) {
    return (tp_verdict)(criterion == 0 ? row % 3 : criterion == 1 ? row / 3 % 3 : row / 9);
}

static char NAMES[N_CRITERIA][4] = {"m0", "m1", "m2"};

static tp_dataset *all_combinations(void) {
    tp_dataset *dataset = dataset_of_sites(N_ROWS);
    for (int i = 0; i < N_CRITERIA; i++) {
        tp_measure *measure = add_measure(dataset, NAMES[i]);
        for (int row = 0; row < N_ROWS; row++) {
            set_verdict(measure, row, verdict_of(row, i), verdict_of(row, i) == TP_MET ? 1 : -1);
        }
    }
    return dataset;
}

typedef struct made_profile {
    tp_profile profile;
    tp_criterion criteria[N_CRITERIA];
    tp_part parts[N_CRITERIA];
} made_profile;

/* Criterion i of the profile is required where bit i of `required` is set. */
static void make_profile(made_profile *made, const char *id, int required) {
    *made = (made_profile){.profile = {.id = id, .n_criteria = N_CRITERIA}};
    made->profile.criteria = made->criteria;
    for (int i = 0; i < N_CRITERIA; i++) {
        made->parts[i] = part_over(NAMES[i]);
        made->criteria[i] = (tp_criterion){
            .id = NAMES[i], .required = (required >> i & 1) != 0, .parts = &made->parts[i], .n_parts = 1};
    }
}

static void list_profiles(tp_dataset *dataset, const tp_profile *first, const tp_profile *second) {
    dataset->profiles = calloc(2, sizeof(const tp_profile *));
    assert_non_null(dataset->profiles);
    dataset->profiles[0] = first;
    dataset->profiles[1] = second;
    dataset->n_profiles = second == NULL ? 1 : 2;
}

static tp_code run_profile(tp_dataset *dataset, tp_error *error) {
    char name[] = "p";
    const tp_stage *stage = tp_stage_find(TP_JUDGE, "profile");
    assert_non_null(stage);
    tp_step step = {.stage = stage, .name = name};
    tp_run run = {.base = ""};
    return stage->run(&step, &run, dataset, error);
}

/* Not met if a required one is not met, else unknown if a required one is unknown, else met. */
static tp_verdict expected(int row, int required) {
    bool unknown = false;
    for (int i = 0; i < N_CRITERIA; i++) {
        tp_verdict verdict = verdict_of(row, i);
        if ((required >> i & 1) != 0 && verdict == TP_NOT_MET) {
            return TP_NOT_MET;
        }
        unknown = unknown || ((required >> i & 1) != 0 && verdict == TP_UNKNOWN);
    }
    return unknown ? TP_UNKNOWN : TP_MET;
}

static void only_required_criteria_decide(void **state) {
    (void)state;
    for (int required = 0; required < 8; required++) {
        made_profile made;
        make_profile(&made, "p", required);
        tp_dataset *dataset = all_combinations();
        list_profiles(dataset, &made.profile, NULL);
        assert_int_equal(run_profile(dataset, NULL), TP_OK);
        assert_int_equal(dataset->n_results, N_CRITERIA);
        for (int row = 0; row < N_ROWS; row++) {
            assert_int_equal(dataset->site_verdict[row], expected(row, required));
            for (int i = 0; i < N_CRITERIA; i++) {
                assert_ptr_equal(dataset->results[i]->criterion, &made.criteria[i]);
                assert_int_equal(dataset->results[i]->verdict[row], verdict_of(row, i)); /* informative ones too */
            }
        }
        tp_dataset_free(dataset);
    }
}

static void several_profiles_one_after_another(void **state) {
    (void)state;
    made_profile first, second;
    make_profile(&first, "first", 1);
    make_profile(&second, "second", 6);
    tp_dataset *dataset = all_combinations();
    list_profiles(dataset, &first.profile, &second.profile);
    assert_int_equal(run_profile(dataset, NULL), TP_OK);
    assert_int_equal(dataset->n_results, N_CRITERIA);
    assert_int_equal(run_profile(dataset, NULL), TP_OK);
    assert_int_equal(dataset->n_results, 2 * N_CRITERIA);
    for (int i = 0; i < 2 * N_CRITERIA; i++) {
        assert_ptr_equal(dataset->results[i]->profile, i < N_CRITERIA ? &first.profile : &second.profile);
    }
    for (int row = 0; row < N_ROWS; row++) {
        assert_int_equal(dataset->site_verdict[row], expected(row, 1));
        assert_int_equal(dataset->site_verdict[N_ROWS + row], expected(row, 6));
    }
    tp_error error = {0};
    assert_int_equal(run_profile(dataset, &error), TP_E_INTERNAL); /* nothing is left to judge */
    tp_dataset_free(dataset);
}

static void no_sites_at_all(void **state) {
    (void)state;
    made_profile made;
    make_profile(&made, "p", 7);
    tp_dataset *dataset = NULL;
    tp_error error = {0};
    assert_int_equal(tp_dataset_new(&dataset, NULL), TP_OK);
    list_profiles(dataset, &made.profile, NULL);
    assert_int_equal(run_profile(dataset, &error), TP_E_INTERNAL);
    tp_dataset_free(dataset);
    dataset = dataset_of_sites(0);
    for (int i = 0; i < N_CRITERIA; i++) {
        (void)add_measure(dataset, NAMES[i]);
    }
    list_profiles(dataset, &made.profile, NULL);
    assert_int_equal(run_profile(dataset, NULL), TP_OK);
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_required_criteria_decide),
        cmocka_unit_test(several_profiles_one_after_another),
        cmocka_unit_test(no_sites_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
