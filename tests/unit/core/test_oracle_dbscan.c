/* DBSCAN of 300,000 made-up plants against what R's dbscan and scikit-learn said: see tests/oracle/dbscan.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_plants.h"
#include "technopolis/cluster.h"
#include "technopolis/digest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 300000, BORDER = -2 };

typedef struct plants {
    double *lon, *lat;
    tp_ellipsoid grs80;
    tp_clustering found;
} plants;

static void find(plants *p, tp_metric metric) {
    p->lon = malloc(N * sizeof *p->lon);
    p->lat = malloc(N * sizeof *p->lat);
    assert_true(p->lon != NULL && p->lat != NULL);
    tp_ellipsoid_init_grs80(&p->grs80);
    made_plants(1, N, p->lon, p->lat);
    assert_int_equal(tp_dbscan(&p->grs80, p->lon, p->lat, NULL, N, 2000, 10, metric, &p->found, NULL), TP_OK);
}

static void reset(plants *p) {
    free(p->lon);
    free(p->lat);
    tp_clustering_reset(&p->found);
}

/* One number a point, as the stored digest has it; bytes in the order of small machines first. */
static int32_t *codes_of(const tp_clustering *c, int64_t counts[4]) {
    int32_t *codes = malloc(N * sizeof *codes), *number = malloc(((size_t)c->n_clusters + 1) * sizeof *number), n = 0;
    assert_true(codes != NULL && number != NULL);
    for (int64_t i = 0; i <= c->n_clusters; i++) {
        number[i] = -1;
    }
    memset(counts, 0, 4 * sizeof *counts);
    for (int64_t i = 0; i < N; i++) {
        codes[i] = c->cluster[i] < 0 ? TP_NOISE : BORDER;
        if (c->core[i]) {
            number[c->cluster[i]] = number[c->cluster[i]] < 0 ? n++ : number[c->cluster[i]];
            codes[i] = number[c->cluster[i]];
        }
        counts[c->core[i] ? 1 : codes[i] == BORDER ? 2 : 3]++;
    }
    counts[0] = n;
    free(number);
    return codes;
}

static void test_core_and_noise_as_others(void **state) {
    (void)state;
    plants p = {0};
    int64_t counts[4];
    find(&p, TP_METRIC_CHORD);
    int32_t *codes = codes_of(&p.found, counts);
    char sha256[TP_DIGEST_SIZE], expected[256], line[512];
    assert_int_equal(tp_digest_bytes(codes, N * sizeof *codes, sha256, NULL), TP_OK);
    (void)snprintf(expected, sizeof expected, " points %d clusters %lld core %lld border %lld noise %lld sha256 %s\n",
                   N, (long long)counts[0], (long long)counts[1], (long long)counts[2], (long long)counts[3], sha256);
    FILE *file = fopen(TP_PROJECT "/tests/oracle/data/dbscan.txt", "r");
    assert_non_null(file);
    int n_lines = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        assert_non_null(strchr(line, ' '));
        assert_string_equal(strchr(line, ' '), expected);
        n_lines++;
    }
    assert_int_equal(n_lines, 2);
    fclose(file);
    free(codes);
    reset(&p);
}

/* Each border point lies in the cluster of the first core point within eps; all of them are looked at. */
static void test_border_points(void **state) {
    (void)state;
    plants p = {0};
    find(&p, TP_METRIC_GEODESIC);
    int64_t n_border = 0;
    for (int64_t i = 0; i < N && n_border < 300; i++) {
        if (p.found.core[i] || p.found.cluster[i] == TP_NOISE) {
            continue;
        }
        int64_t of = -1;
        for (int64_t j = 0; j < N && of < 0; j++) {
            if (p.found.core[j] && fabs(p.lat[i] - p.lat[j]) < 0.02 &&
                tp_geodesic_distance_m(&p.grs80, p.lon[i], p.lat[i], p.lon[j], p.lat[j]) <= 2000) {
                of = j;
            }
        }
        assert_true(of >= 0);
        assert_int_equal(p.found.cluster[i], p.found.cluster[of]);
        n_border++;
    }
    assert_true(n_border > 200);
    reset(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_core_and_noise_as_others),
        cmocka_unit_test(test_border_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
