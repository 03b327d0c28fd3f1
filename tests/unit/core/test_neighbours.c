/*
 * Neighbours on grids and sums over them, against all pairs and against the definition; rectangles, of which nothing is
 * stored a cell.
 */
#include "technopolis/hotspot.h"
#include "technopolis/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 2000 };

static double uniform(uint64_t *seed) {
    tp_random random = tp_random_of((*seed)++, 9, 0);
    return tp_random_uniform(&random);
}

/* A grid of `rows` x `columns` of which a part is there; the number of cells. */
static int64_t some_cells(int rows, int columns, double part, uint64_t *seed, int32_t *row, int32_t *column,
                          double *value) {
    int64_t n = 0;
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
            if (uniform(seed) < part) {
                row[n] = r * (r > rows / 2 ? 2 : 1) - 5; /* rows that are not there at all */
                column[n] = c - 3;
                value[n++] = floor(10 * uniform(seed));
            }
        }
    }
    return n;
}

static int32_t wider_southwards(const void *user, int32_t row, int32_t away) {
    (void)user;
    int32_t between = 2 * row + away; /* the same from both ends */
    return abs(away) > 2 ? -1 : 20 - between / 8 - abs(away);
}

static void sums_as_all_pairs(void **state) {
    (void)state;
    static int32_t row[MOST], column[MOST];
    static double value[MOST], sum[MOST];
    uint64_t seed = 1;
    double radii[] = {1, M_SQRT2, 3.7, 20};
    for (int turn = 0; turn < 24; turn++) {
        int64_t n = some_cells(30, 60, turn % 3 == 0 ? 1 : turn % 3 == 1 ? 0.5 : 0.03, &seed, row, column, value);
        tp_span_rule rule = turn / 3 < 4    ? tp_span_disc(&radii[turn / 3])
                            : turn / 3 == 4 ? tp_span_queen()
                            : turn / 3 == 5 ? tp_span_rook()
                                            : (tp_span_rule){2, wider_southwards, NULL};
        tp_neighbours neighbours = {0};
        assert_int_equal(tp_neighbours_of_grid(row, column, n, &rule, &neighbours, NULL), TP_OK);
        assert_int_equal(tp_neighbours_sum(&neighbours, value, sum, NULL), TP_OK);
        for (int64_t i = 0; i < n; i++) {
            int64_t count = 0;
            double wanted = 0;
            for (int64_t k = 0; k < n; k++) {
                int32_t away = row[k] - row[i];
                int32_t width = abs(away) > rule.reach ? -1 : rule.half_width(rule.user, row[i], away);
                if (k != i && abs(column[k] - column[i]) <= width) {
                    count++;
                    wanted += value[k];
                }
            }
            assert_int_equal(tp_neighbours_count(&neighbours, i), count);
            assert_true(sum[i] == wanted); /* whole numbers: exact */
        }
        tp_neighbours_reset(&neighbours);
    }
}

/* Sums and counts of a rectangle against the definition, its rows beginning at `first_row`. */
static void check_rectangle(const tp_neighbours *neighbours, const tp_span_rule *rule, int first_row, int rows,
                            int columns, const double *value) {
    double *sum = calloc((size_t)neighbours->n + 1, sizeof *sum);
    int64_t n_links = 0, n_islands = 0;
    assert_non_null(sum);
    assert_int_equal(neighbours->n, rows * columns);
    assert_int_equal(tp_neighbours_sum(neighbours, value, sum, NULL), TP_OK);
    for (int i = 0; i < rows * columns; i++) {
        int32_t count = 0;
        double wanted = 0;
        for (int away = -rule->reach; away <= rule->reach; away++) {
            int32_t row = i / columns, width = rule->half_width(rule->user, first_row + row, away);
            for (int32_t k = i % columns - width; k <= i % columns + width && width >= 0; k++) {
                bool is_there = row + away >= 0 && row + away < rows && k >= 0 && k < columns;
                if (is_there && (away != 0 || k != i % columns)) {
                    count++;
                    wanted += value[(row + away) * columns + k];
                }
            }
        }
        n_links += count;
        n_islands += count == 0;
        assert_int_equal(tp_neighbours_count(neighbours, i), count);
        assert_true(sum[i] == wanted);
    }
    assert_int_equal(neighbours->n_links, n_links);
    assert_int_equal(neighbours->n_islands, n_islands);
    free(sum);
}

static void rectangles(void **state) {
    (void)state;
    static int32_t row[MOST], column[MOST];
    static double value[MOST];
    const int shape[][2] = {{1, 1}, {1, 50}, {50, 1}, {2, 3}, {31, 29}, {29, 60}};
    double none = 0, near = 3.7, far = 20;
    const tp_span_rule rules[] = {tp_span_queen(),     tp_span_rook(),     tp_span_disc(&none),
                                  tp_span_disc(&near), tp_span_disc(&far), {2, wider_southwards, NULL}};
    uint64_t seed = 4;
    for (int turn = 0; turn < 36; turn++) {
        const tp_span_rule *rule = &rules[turn % 6];
        int rows = shape[turn / 6][0], columns = shape[turn / 6][1];
        for (int i = 0; i < rows * columns; i++) {
            row[i] = i / columns - 5;
            column[i] = i % columns + 4;
            value[i] = floor(10 * uniform(&seed));
        }
        tp_neighbours whole = {0}, cells = {0};
        assert_int_equal(tp_neighbours_of_rectangle(-5, rows, columns, rule, &whole, NULL), TP_OK);
        assert_int_equal(tp_neighbours_of_grid(row, column, rows * columns, rule, &cells, NULL), TP_OK);
        assert_true(cells.n_columns > 0); /* seen to be one */
        check_rectangle(&whole, rule, -5, rows, columns, value);
        check_rectangle(&cells, rule, -5, rows, columns, value);
        tp_neighbours_reset(&whole);
        tp_neighbours_reset(&cells);
        /* With its last cell farther east it is none. */
        if (columns > 1 && rows > 1) {
            column[rows * columns - 1] = columns + 9;
            assert_int_equal(tp_neighbours_of_grid(row, column, rows * columns, rule, &cells, NULL), TP_OK);
            assert_int_equal(cells.n_columns, 0);
            tp_neighbours_reset(&cells);
        }
    }
    tp_neighbours empty = {0};
    assert_int_equal(tp_neighbours_of_rectangle(0, 0, 7, &rules[0], &empty, NULL), TP_OK);
    tp_neighbours_reset(&empty);
    assert_int_equal(tp_neighbours_of_rectangle(0, 7, 0, &rules[0], &empty, NULL), TP_OK);
    tp_neighbours_reset(&empty);
}

static void a_radius_in_cells_is_inclusive(void **state) {
    (void)state;
    const double at = 5, below = 4.999; /* (3, 4) is five cells away */
    tp_span_rule rule = tp_span_disc(&at);
    assert_int_equal(rule.half_width(rule.user, 0, 3), 4);
    assert_int_equal(rule.half_width(rule.user, 0, 5), 0);
    rule = tp_span_disc(&below);
    assert_int_equal(rule.half_width(rule.user, 0, 3), 3);
    assert_int_equal(rule.reach, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_as_all_pairs),
        cmocka_unit_test(rectangles),
        cmocka_unit_test(a_radius_in_cells_is_inclusive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
