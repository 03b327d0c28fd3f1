/*
 * hotspot: against R's spdep (stored answers, see tests/oracle/spdep_hotspots.R) on four layers; p-values against every
 * possible sample; noise; threads and order; q-values by hand and by R. Sums over neighbours: test_neighbours.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/hotspot.h"
#include "technopolis/random.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the stored answers ---- */

enum { MOST = 4000 };

typedef struct stored {
    int64_t n;
    int32_t row[MOST], column[MOST];
    double x[MOST], gi_z[MOST], moran[MOST], moran_z[MOST], count[MOST];
    double global[4]; /* I, expected, variance, p */
    int64_t *first, *to;
} stored;

static double number_or_nan(const char *text) {
    return strcmp(text, "NA") == 0 ? NAN : strtod(text, NULL);
}

static void read_unit(stored *s, char *field[7]) {
    int64_t i = s->n++;
    assert_true(i < MOST);
    s->row[i] = atoi(field[0]);
    s->column[i] = atoi(field[1]);
    s->x[i] = strtod(field[2], NULL);
    s->count[i] = strtod(field[3], NULL);
    if (s->row[i] < 0) {
        s->first[i + 1] = s->first[i];
        for (char *at = field[3], *end; *at != '\0'; at = end) {
            s->to[s->first[i + 1]++] = strtoll(at, &end, 10);
        }
    }
    s->gi_z[i] = number_or_nan(field[4]);
    s->moran[i] = number_or_nan(field[5]);
    s->moran_z[i] = number_or_nan(field[6]);
}

static stored *read_stored(const char *name) {
    char path[512], line[4096];
    (void)snprintf(path, sizeof path, "%s/tests/oracle/data/%s.csv", TP_PROJECT, name);
    FILE *file = fopen(path, "r");
    stored *s = calloc(1, sizeof *s);
    assert_true(file != NULL && s != NULL);
    s->first = calloc(MOST + 1, sizeof *s->first);
    s->to = calloc((size_t)MOST * 8, sizeof *s->to);
    assert_true(s->first != NULL && s->to != NULL);
    assert_non_null(fgets(line, sizeof line, file));
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file) != NULL) {
        char *field[7] = {NULL}, *rest = line;
        line[strcspn(line, "\n")] = '\0';
        for (int i = 0; i < 7; i++) {
            field[i] = strsep(&rest, ",");
        }
        if (strcmp(field[0], "global") == 0) {
            for (int i = 0; i < 4; i++) {
                s->global[i] = number_or_nan(field[i + 1]);
            }
        } else {
            read_unit(s, field);
        }
    }
    (void)fclose(file);
    return s;
}

static void same(double found, double wanted) {
    if (isnan(wanted) ? !isnan(found) : !(fabs(found - wanted) <= 1e-9 * fmax(fabs(wanted), 1e-3))) {
        fail_msg("%.17g instead of %.17g", found, wanted);
    }
}

static void check_stored(const char *name, const tp_span_rule *rule) {
    stored *s = read_stored(name);
    tp_neighbours neighbours = {0};
    tp_local_statistics statistics = {0};
    if (rule != NULL) {
        assert_int_equal(tp_neighbours_of_grid(s->row, s->column, s->n, rule, &neighbours, NULL), TP_OK);
        for (int64_t i = 0; i < s->n; i++) {
            assert_int_equal(tp_neighbours_count(&neighbours, i), (int64_t)s->count[i]);
        }
        free(s->first);
        free(s->to);
    } else {
        assert_int_equal(tp_neighbours_of_lists(s->n, s->first, s->to, &neighbours, NULL), TP_OK);
    }
    assert_int_equal(tp_local_statistics_of(&neighbours, s->x, TP_LOCAL_SUMS | TP_LOCAL_MORAN, &statistics, NULL),
                     TP_OK);
    for (int64_t i = 0; i < s->n; i++) {
        same(statistics.gi_z[i], s->gi_z[i]);
        same(statistics.moran[i], s->moran[i]);
        same(statistics.moran_z[i], s->moran_z[i]);
    }
    same(statistics.global.i, s->global[0]);
    same(statistics.global.expected, s->global[1]);
    same(statistics.global.variance, s->global[2]);
    same(statistics.global.p, s->global[3]);
    tp_local_statistics_reset(&statistics);
    tp_neighbours_reset(&neighbours);
    free(s);
}

static void as_spdep(void **state) {
    (void)state;
    double radius = 5;
    tp_span_rule queen = tp_span_queen(), rook = tp_span_rook(), disc = tp_span_disc(&radius);
    check_stored("hotspots_queen", &queen);
    check_stored("hotspots_rook", &rook);
    check_stored("hotspots_sparse", &disc);
    check_stored("hotspots_nearest", NULL);
}

/* ---- what is kept ---- */

static double uniform(uint64_t *seed) {
    tp_random random = tp_random_of((*seed)++, 9, 0);
    return tp_random_uniform(&random);
}

/* What is not wanted is not kept, and what is has the same bytes with it and without, on one thread and on two. */
static void only_what_is_wanted(void **state) {
    (void)state;
    enum { ROWS = 300, COLUMNS = 200 };
    static double value[ROWS * COLUMNS];
    tp_span_rule rule = tp_span_queen();
    tp_neighbours neighbours = {0};
    tp_local_statistics all = {0}, least = {0};
    uint64_t seed = 12;
    int before = omp_get_max_threads();
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        value[i] = uniform(&seed);
    }
    assert_int_equal(tp_neighbours_of_rectangle(0, ROWS, COLUMNS, &rule, &neighbours, NULL), TP_OK);
    omp_set_num_threads(1);
    assert_int_equal(tp_local_statistics_of(&neighbours, value, TP_LOCAL_SUMS | TP_LOCAL_MORAN, &all, NULL), TP_OK);
    omp_set_num_threads(2);
    assert_int_equal(tp_local_statistics_of(&neighbours, value, 0, &least, NULL), TP_OK);
    omp_set_num_threads(before);
    assert_true(least.sum == NULL && least.moran == NULL && least.moran_z == NULL);
    assert_memory_equal(all.gi_z, least.gi_z, sizeof value);
    assert_true(all.global.i == least.global.i && all.global.z == least.global.z);
    tp_local_statistics_reset(&all);
    tp_local_statistics_reset(&least);
    tp_neighbours_reset(&neighbours);
}

/* ---- permutations ---- */

/* Nine cells, one of them with two neighbours: every pair of the other eight values is equally likely. */
static void p_as_all_samples(void **state) {
    (void)state;
    const int32_t row[] = {0, 0, 0, 2, 2, 2, 4, 4, 4}, column[] = {0, 1, 2, 0, 1, 2, 0, 1, 2};
    const double value[] = {7, 5, 6, 1, 0, 2, 2, 4, 1};
    const uint64_t stream[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    enum { N = 9, R = 199999 };
    tp_neighbours neighbours = {0};
    tp_local_statistics statistics = {0};
    tp_span_rule rule = tp_span_rook();
    double p[N];
    assert_int_equal(tp_neighbours_of_grid(row, column, N, &rule, &neighbours, NULL), TP_OK);
    assert_int_equal(tp_local_statistics_of(&neighbours, value, TP_LOCAL_SUMS | TP_LOCAL_MORAN, &statistics, NULL),
                     TP_OK);
    for (tp_side side = TP_SIDE_TWO; side <= TP_SIDE_LOW; side++) {
        assert_int_equal(tp_permutation_p(&neighbours, value, &statistics, stream, 3, R, side, p, NULL), TP_OK);
        for (int i = 1; i < N; i += 3) { /* the middle ones have two neighbours */
            double expected = 2 * (28 - value[i]) / 8, observed = value[i - 1] + value[i + 1];
            int extreme = 0, all = 0;
            for (int a = 0; a < N; a++) {
                for (int b = 0; b < a; b++) {
                    double sum = value[a] + value[b];
                    bool far = fabs(sum - expected) >= fabs(observed - expected) - 1e-9;
                    if (a != i && b != i) {
                        all++;
                        extreme += side == TP_SIDE_TWO ? far : side == TP_SIDE_HIGH ? sum >= observed : sum <= observed;
                    }
                }
            }
            assert_int_equal(all, 28);
            assert_true(fabs(p[i] - (double)extreme / all) < 0.005);
        }
    }
    tp_local_statistics_reset(&statistics);
    tp_neighbours_reset(&neighbours);
}

/* Many neighbours and more than half: the other two ways of drawing, against a band in which few are left out. */
static void large_bands(void **state) {
    (void)state;
    enum { N = 60, R = 20000 };
    static int32_t row[N], column[N];
    static double value[N], p[N], exact[N];
    static uint64_t stream[N];
    uint64_t seed = 77;
    for (int i = 0; i < N; i++) {
        column[i] = i;
        value[i] = uniform(&seed);
        stream[i] = (uint64_t)i;
    }
    for (int turn = 0; turn < 2; turn++) {
        double radius = turn == 0 ? 13 : 28;
        tp_neighbours neighbours = {0};
        tp_local_statistics statistics = {0};
        tp_span_rule rule = tp_span_disc(&radius);
        assert_int_equal(tp_neighbours_of_grid(row, column, N, &rule, &neighbours, NULL), TP_OK);
        assert_int_equal(tp_local_statistics_of(&neighbours, value, TP_LOCAL_SUMS | TP_LOCAL_MORAN, &statistics, NULL),
                         TP_OK);
        assert_int_equal(tp_permutation_p(&neighbours, value, &statistics, stream, 4, R, TP_SIDE_TWO, p, NULL), TP_OK);
        for (int i = 0; i < N; i++) { /* shuffles of all the others, as the definition has it */
            int64_t other[N], k = tp_neighbours_count(&neighbours, i), m = 0, extreme = 0;
            for (int j = 0; j < N; j++) {
                other[m] = j;
                m += j != i;
            }
            double total = 0;
            for (int64_t j = 0; j < m; j++) {
                total += value[other[j]];
            }
            for (int r = 0; r < 2000; r++) {
                tp_random random = tp_random_of(5, (uint64_t)i, (uint32_t)r);
                double sum = 0, expected = total * (double)k / (double)m;
                tp_random_shuffle(&random, other, m);
                for (int64_t j = 0; j < k; j++) {
                    sum += value[other[j]];
                }
                extreme += fabs(sum - expected) >= fabs(statistics.sum[i] - expected) - 1e-12;
            }
            exact[i] = (double)extreme / 2000;
            assert_true(fabs(p[i] - exact[i]) < 0.05);
        }
        tp_local_statistics_reset(&statistics);
        tp_neighbours_reset(&neighbours);
    }
}

/* A field of 20 x 20 with values from `draw`, its p and q; the units in any order of ids. */
typedef struct field {
    int32_t row[400], column[400];
    double value[400], p[400], q[400];
    uint64_t stream[400];
} field;

static void work_field(field *f, int64_t permutations) {
    tp_neighbours neighbours = {0};
    tp_local_statistics statistics = {0};
    tp_span_rule rule = tp_span_queen();
    assert_int_equal(tp_neighbours_of_grid(f->row, f->column, 400, &rule, &neighbours, NULL), TP_OK);
    assert_int_equal(tp_local_statistics_of(&neighbours, f->value, TP_LOCAL_SUMS | TP_LOCAL_MORAN, &statistics, NULL),
                     TP_OK);
    assert_int_equal(
        tp_permutation_p(&neighbours, f->value, &statistics, f->stream, 1, permutations, TP_SIDE_TWO, f->p, NULL),
        TP_OK);
    assert_int_equal(tp_q_values(f->p, 400, TP_CORRECTION_BH, f->q, NULL), TP_OK);
    tp_local_statistics_reset(&statistics);
    tp_neighbours_reset(&neighbours);
}

static void noise_field(field *f, uint32_t number) {
    for (int i = 0; i < 400; i++) {
        tp_random random = tp_random_of(2026, (uint64_t)i, number);
        f->row[i] = i / 20;
        f->column[i] = i % 20;
        f->value[i] = tp_random_normal(&random);
        f->stream[i] = ((uint64_t)number << 32) + (uint64_t)i;
    }
}

/* A build that checks itself is many times slower and has fewer to do. */
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
enum { NOISE_PERMUTATIONS = 9999 };
#else
enum { NOISE_PERMUTATIONS = 999 };
#endif

/* Of noise, 5 of 100 cells have p < 0.05, and at most 12 of 100 fields any cell with q < 0.05. */
static void noise(void **state) {
    (void)state;
    static field f;
    int64_t low = 0, fields = 0;
    for (uint32_t number = 0; number < 100; number++) {
        bool any = false;
        noise_field(&f, number);
        work_field(&f, NOISE_PERMUTATIONS);
        for (int i = 0; i < 400; i++) {
            low += f.p[i] < 0.05;
            any |= f.q[i] < 0.05;
        }
        fields += any;
    }
    print_message("p < 0.05 in %.2f %% of the cells, any q < 0.05 in %d of 100 fields\n", (double)low / 400,
                  (int)fields);
    assert_true(low >= 1600 && low <= 2400);
    assert_true(fields <= 12);
}

/* A block of high values in noise is found, and little else. */
static void a_hot_spot_is_found(void **state) {
    (void)state;
    static field f;
    noise_field(&f, 500);
    for (int i = 0; i < 400; i++) {
        f.value[i] += f.row[i] >= 5 && f.row[i] < 9 && f.column[i] >= 11 && f.column[i] < 15 ? 3 : 0;
    }
    work_field(&f, 9999);
    int inside = 0, far = 0;
    for (int i = 0; i < 400; i++) {
        bool core = f.row[i] >= 6 && f.row[i] < 8 && f.column[i] >= 12 && f.column[i] < 14;
        bool near = f.row[i] >= 4 && f.row[i] < 10 && f.column[i] >= 10 && f.column[i] < 16;
        inside += core && f.q[i] < 0.05;
        far += !near && f.q[i] < 0.05;
    }
    assert_int_equal(inside, 4);
    assert_true(far <= 2);
}

static void the_same_at_any_number_of_threads(void **state) {
    (void)state;
    static field one, two;
    int before = omp_get_max_threads();
    noise_field(&one, 7);
    two = one;
    omp_set_num_threads(1);
    work_field(&one, 999);
    omp_set_num_threads(2);
    work_field(&two, 999);
    omp_set_num_threads(before);
    assert_memory_equal(one.p, two.p, sizeof one.p);
    assert_memory_equal(one.q, two.q, sizeof one.q);
}

/* ---- what is not defined ---- */

static void nothing_is_defined_of_equal_values(void **state) {
    (void)state;
    static field f;
    noise_field(&f, 1);
    for (int i = 0; i < 400; i++) {
        f.value[i] = 0.1;
    }
    work_field(&f, 99);
    for (int i = 0; i < 400; i++) {
        assert_true(isnan(f.p[i]) && isnan(f.q[i]));
    }
}

static void none_one_and_islands(void **state) {
    (void)state;
    const int32_t row[] = {0, 5, 5, 9}, column[] = {0, 0, 1, 0};
    const double value[] = {1, 2, 4, 8};
    const uint64_t stream[] = {1, 2, 3, 4};
    double p[4];
    tp_span_rule rule = tp_span_queen();
    for (int64_t n = 0; n <= 4; n++) {
        tp_neighbours neighbours = {0};
        tp_local_statistics s = {0};
        assert_int_equal(tp_neighbours_of_grid(row, column, n, &rule, &neighbours, NULL), TP_OK);
        assert_int_equal(tp_local_statistics_of(&neighbours, value, TP_LOCAL_SUMS | TP_LOCAL_MORAN, &s, NULL), TP_OK);
        assert_int_equal(tp_permutation_p(&neighbours, value, &s, stream, 1, 99, TP_SIDE_TWO, p, NULL), TP_OK);
        assert_int_equal(neighbours.n_islands, n <= 2 ? n : n - 2);
        for (int64_t i = 0; i < n; i++) {
            bool island = n <= 2 || i == 0 || i == 3;
            assert_true(isnan(s.gi_z[i]) == island && isnan(p[i]) == island);
        }
        tp_local_statistics_reset(&s);
        tp_neighbours_reset(&neighbours);
    }
    /* Everything is near everything. */
    const int32_t square_row[] = {0, 0, 1, 1}, square_column[] = {0, 1, 0, 1};
    tp_neighbours neighbours = {0};
    tp_local_statistics s = {0};
    assert_int_equal(tp_neighbours_of_grid(square_row, square_column, 4, &rule, &neighbours, NULL), TP_OK);
    assert_int_equal(tp_local_statistics_of(&neighbours, value, TP_LOCAL_SUMS | TP_LOCAL_MORAN, &s, NULL), TP_OK);
    assert_true(isnan(s.gi_z[0]) && !isnan(s.moran[0]));
    tp_local_statistics_reset(&s);
    tp_neighbours_reset(&neighbours);
    /* So it is for many: Moran's I says nothing, and no rounding makes a z or p of it. */
    enum { MANY = 60 };
    double many[MANY], radius = MANY;
    int32_t many_row[MANY] = {0}, many_column[MANY];
    for (int32_t n = 5; n <= MANY; n++) {
        for (int32_t i = 0; i < n; i++) {
            many_column[i] = i;
            many[i] = sqrt(i + 0.3) * 1e5;
        }
        rule = tp_span_disc(&radius);
        assert_int_equal(tp_neighbours_of_grid(many_row, many_column, n, &rule, &neighbours, NULL), TP_OK);
        assert_int_equal(tp_local_statistics_of(&neighbours, many, 0, &s, NULL), TP_OK);
        assert_true(isnan(s.global.z) && isnan(s.global.p));
        tp_local_statistics_reset(&s);
        tp_neighbours_reset(&neighbours);
    }
    rule = tp_span_queen();
    /* The same cell twice, or out of order. */
    const int32_t twice[] = {3, 3}, back[] = {4, 3};
    tp_error error = {0};
    assert_int_equal(tp_neighbours_of_grid(twice, twice, 2, &rule, &neighbours, &error), TP_E_DATA);
    assert_int_equal(tp_neighbours_of_grid(back, twice, 2, &rule, &neighbours, &error), TP_E_DATA);
}

/* ---- many tests ---- */

/* p = 0.01, 0.02, 0.03, 0.5, and one not tested: n p / i = 0.04, 0.04, 0.04, 0.5. BY: times 1 + 1/2 + 1/3 + 1/4. */
static void q_by_hand(void **state) {
    (void)state;
    const double p[] = {0.03, NAN, 0.5, 0.01, 0.02}, bh[] = {0.04, NAN, 0.5, 0.04, 0.04};
    double q[5];
    assert_int_equal(tp_q_values(p, 5, TP_CORRECTION_BH, q, NULL), TP_OK);
    for (int i = 0; i < 5; i++) {
        same(q[i], bh[i]);
    }
    assert_int_equal(tp_q_values(p, 5, TP_CORRECTION_BY, q, NULL), TP_OK);
    for (int i = 0; i < 5; i++) {
        same(q[i], i == 2 ? 1 : bh[i] * 25 / 12);
    }
    assert_int_equal(tp_q_values(NULL, 0, TP_CORRECTION_BH, NULL, NULL), TP_OK);
}

static void q_as_r(void **state) {
    (void)state;
    FILE *file = fopen(TP_PROJECT "/tests/oracle/data/q_values.csv", "r");
    double p[200], bh[200], by[200], q[200];
    char line[256];
    int64_t n = 0;
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file) != NULL) {
        assert_int_equal(sscanf(line, "%lf,%lf,%lf", &p[n], &bh[n], &by[n]), 3);
        n++;
    }
    (void)fclose(file);
    assert_int_equal(n, 65);
    assert_int_equal(tp_q_values(p, n, TP_CORRECTION_BH, q, NULL), TP_OK);
    for (int64_t i = 0; i < n; i++) {
        same(q[i], bh[i]);
    }
    assert_int_equal(tp_q_values(p, n, TP_CORRECTION_BY, q, NULL), TP_OK);
    for (int64_t i = 0; i < n; i++) {
        same(q[i], by[i]);
    }
}

/* 47 prefectures and 999: 0.001 <= 0.05 / 47; 380,000 cells and 9,999: 760 must reach the least p. */
static void what_permutations_can_reach(void **state) {
    (void)state;
    assert_int_equal(tp_attainable(47, 999, TP_CORRECTION_BH, 0.05), 1);
    assert_int_equal(tp_attainable(50, 999, TP_CORRECTION_BH, 0.05), 1);
    assert_int_equal(tp_attainable(51, 999, TP_CORRECTION_BH, 0.05), 2);
    assert_int_equal(tp_attainable(380000, 9999, TP_CORRECTION_BH, 0.05), 760);
    assert_true(tp_attainable(400, 9, TP_CORRECTION_BH, 0.05) > 400);
    assert_true(tp_attainable(47, 999, TP_CORRECTION_BY, 0.05) > 1);
}

static void normal_p(void **state) {
    (void)state;
    assert_true(fabs(tp_normal_p(1.959963984540054, TP_SIDE_TWO) - 0.05) < 1e-12);
    assert_true(fabs(tp_normal_p(1.6448536269514722, TP_SIDE_HIGH) - 0.05) < 1e-12);
    assert_true(fabs(tp_normal_p(1.6448536269514722, TP_SIDE_LOW) - 0.95) < 1e-12);
    assert_true(isnan(tp_normal_p(NAN, TP_SIDE_TWO)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_spdep),
        cmocka_unit_test(only_what_is_wanted),
        cmocka_unit_test(p_as_all_samples),
        cmocka_unit_test(large_bands),
        cmocka_unit_test(noise),
        cmocka_unit_test(a_hot_spot_is_found),
        cmocka_unit_test(the_same_at_any_number_of_threads),
        cmocka_unit_test(nothing_is_defined_of_equal_values),
        cmocka_unit_test(none_one_and_islands),
        cmocka_unit_test(q_by_hand),
        cmocka_unit_test(q_as_r),
        cmocka_unit_test(what_permutations_can_reach),
        cmocka_unit_test(normal_p),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
