/*
 * kernel: against a sum over all points with geodesic distances; closed forms (the peak of one point, the mass, a dense
 * field); threads and order; both kinds of grid; the local plane's error as stated.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/kernel.h"
#include "technopolis/random.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 20000 };

typedef struct cloud {
    int64_t n;
    double lon[MOST], lat[MOST], weight[MOST], fraction[MOST][2];
    tp_mesh_cell cell[MOST];
    uint8_t inside[MOST];
} cloud;

static cloud *random_cloud(int64_t n, double west, double south, double size) {
    cloud *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->n = n;
    for (int64_t i = 0; i < n; i++) {
        tp_random random = tp_random_of(12, (uint64_t)i, 0);
        c->lon[i] = west + size * tp_random_uniform(&random);
        c->lat[i] = south + size * tp_random_uniform(&random);
        c->weight[i] = i % 5 == 0 ? 3.5 : 1;
    }
    return c;
}

static tp_grid *japan_grid(tp_mesh_level level, tp_ellipsoid *grs80) {
    tp_grid *grid = NULL;
    tp_ellipsoid_init_grs80(grs80);
    assert_int_equal(tp_grid_new_mesh(level, grs80, &grid, NULL), TP_OK);
    return grid;
}

static void smooth(const tp_grid *grid, cloud *c, tp_kernel kernel, double bandwidth_m, tp_surface *surface) {
    assert_int_equal(tp_grid_locate(grid, c->lon, c->lat, c->n, c->cell, c->fraction, c->inside, NULL), TP_OK);
    assert_int_equal(
        tp_kernel_surface(grid, (const double(*)[2])c->fraction, c->weight, c->n, kernel, bandwidth_m, surface, NULL),
        TP_OK);
}

static double brute(const tp_ellipsoid *ellipsoid, const cloud *c, tp_kernel kernel, double bandwidth_m, double lon,
                    double lat) {
    double sum = 0;
    for (int64_t i = 0; i < c->n; i++) {
        sum += c->weight[i] *
               tp_kernel_value(kernel, bandwidth_m, tp_geodesic_distance_m(ellipsoid, lon, lat, c->lon[i], c->lat[i]));
    }
    return sum;
}

/* Every cell of the surface; and around it nothing was left out that has a density. */
static void against_all_points(tp_kernel kernel, double bandwidth_m, double tolerance) {
    tp_ellipsoid grs80;
    tp_grid *grid = japan_grid(TP_MESH_1KM, &grs80);
    cloud *c = random_cloud(60, 139, 42, 0.3);
    tp_surface surface = {0};
    smooth(grid, c, kernel, bandwidth_m, &surface);
    assert_true(surface.n > 100);
    double largest = 0, mass = 0, found = 0;
    int32_t west = INT32_MAX, east = 0;
    for (int64_t i = 0; i < surface.n; i++) {
        largest = fmax(largest, surface.density[i]);
        west = surface.cell[i].column < west ? surface.cell[i].column : west;
        east = surface.cell[i].column > east ? surface.cell[i].column : east;
        found += surface.density[i] * tp_grid_area_km2(grid, surface.cell[i].row);
        assert_true(i == 0 || surface.cell[i].row > surface.cell[i - 1].row ||
                    surface.cell[i].column > surface.cell[i - 1].column);
        double lon, lat;
        tp_grid_centres(grid, &surface.cell[i], 1, &lon, &lat);
        assert_true(fabs(surface.density[i] - brute(&grs80, c, kernel, bandwidth_m, lon, lat)) <=
                    tolerance * largest + 1e-15);
    }
    tp_mesh_cell low = surface.cell[0], high = surface.cell[surface.n - 1];
    for (int32_t row = low.row - 1; row <= high.row + 1; row++) {
        for (int32_t column = west - 2; column <= east + 2; column++) {
            double lon, lat;
            tp_grid_centres(grid, &(tp_mesh_cell){row, column}, 1, &lon, &lat);
            mass += brute(&grs80, c, kernel, bandwidth_m, lon, lat) * tp_grid_area_km2(grid, row);
        }
    }
    assert_true(fabs(mass - found) < 1e-4 * mass);
    tp_surface_reset(&surface);
    tp_grid_free(grid);
    free(c);
}

static void as_all_points(void **state) {
    (void)state;
    against_all_points(TP_KERNEL_QUARTIC, 8000, 2e-6);
    against_all_points(TP_KERNEL_GAUSSIAN, 2500, 5e-6);
    against_all_points(TP_KERNEL_QUARTIC, 900, 1e-6);
}

/* One point at a cell's centre: 3 / (pi h²) there; 0.75² of it at half the bandwidth; the mass is its weight. */
static void one_point(void **state) {
    (void)state;
    tp_ellipsoid grs80;
    tp_grid *grid = japan_grid(TP_MESH_250M, &grs80);
    for (tp_kernel kernel = TP_KERNEL_QUARTIC; kernel <= TP_KERNEL_GAUSSIAN; kernel++) {
        cloud *c = random_cloud(1, 139, 35, 0.1);
        tp_mesh_cell at = {17000, 12500};
        tp_surface surface = {0};
        tp_grid_centres(grid, &at, 1, &c->lon[0], &c->lat[0]);
        c->weight[0] = 4;
        smooth(grid, c, kernel, 5000, &surface);
        double mass = 0, peak = 0;
        for (int64_t i = 0; i < surface.n; i++) {
            mass += surface.density[i] * tp_grid_area_km2(grid, surface.cell[i].row);
            peak = surface.cell[i].row == at.row && surface.cell[i].column == at.column ? surface.density[i] : peak;
        }
        double wanted = 4 * (kernel == TP_KERNEL_QUARTIC ? 3 / (M_PI * 25) : 1 / (2 * M_PI * 25));
        assert_true(fabs(peak / wanted - 1) < 1e-12);
        assert_true(fabs(mass / 4 - 1) < (kernel == TP_KERNEL_QUARTIC ? 1e-5 : 1e-5));
        tp_surface_reset(&surface);
        free(c);
    }
    assert_true(fabs(tp_kernel_value(TP_KERNEL_QUARTIC, 2000, 1000) - 3 / (M_PI * 4) * 0.5625) < 1e-15);
    assert_true(tp_kernel_value(TP_KERNEL_QUARTIC, 2000, 2000) == 0);
    assert_true(tp_kernel_value(TP_KERNEL_GAUSSIAN, 2000, 10000.1) == 0);
    tp_grid_free(grid);
}

/* One point in the middle of every cell of 60 x 60: far from the rim the density is one a cell. */
static void a_dense_field(void **state) {
    (void)state;
    tp_ellipsoid grs80;
    tp_grid *grid = japan_grid(TP_MESH_1KM, &grs80);
    cloud *c = random_cloud(3600, 0, 0, 0);
    tp_surface surface = {0};
    for (int i = 0; i < 3600; i++) {
        tp_mesh_cell cell = {4200 + i / 60, 3100 + i % 60};
        tp_grid_centres(grid, &cell, 1, &c->lon[i], &c->lat[i]);
        c->weight[i] = 1;
    }
    smooth(grid, c, TP_KERNEL_QUARTIC, 12000, &surface);
    int n = 0;
    for (int64_t i = 0; i < surface.n; i++) {
        int row = surface.cell[i].row - 4200, column = surface.cell[i].column - 3100;
        if (row > 15 && row < 45 && column > 15 && column < 45) {
            assert_true(fabs(surface.density[i] * tp_grid_area_km2(grid, surface.cell[i].row) - 1) < 2e-4);
            n++;
        }
    }
    assert_int_equal(n, 29 * 29);
    tp_surface_reset(&surface);
    tp_grid_free(grid);
    free(c);
}

static void any_order_and_any_number_of_threads(void **state) {
    (void)state;
    tp_ellipsoid grs80;
    tp_grid *grid = japan_grid(TP_MESH_500M, &grs80);
    cloud *c = random_cloud(5000, 135, 34, 1);
    tp_surface one = {0}, two = {0};
    int before = omp_get_max_threads();
    c->lon[17] = c->lon[18];
    c->lat[17] = c->lat[18];
    omp_set_num_threads(1);
    smooth(grid, c, TP_KERNEL_QUARTIC, 4000, &one);
    for (int64_t i = 0; i < c->n / 2; i++) {
        int64_t k = c->n - 1 - i;
        double kept[] = {c->lon[i], c->lat[i], c->weight[i]};
        c->lon[i] = c->lon[k];
        c->lat[i] = c->lat[k];
        c->weight[i] = c->weight[k];
        c->lon[k] = kept[0];
        c->lat[k] = kept[1];
        c->weight[k] = kept[2];
    }
    omp_set_num_threads(2);
    smooth(grid, c, TP_KERNEL_QUARTIC, 4000, &two);
    omp_set_num_threads(before);
    assert_int_equal(one.n, two.n);
    assert_memory_equal(one.cell, two.cell, (size_t)one.n * sizeof *one.cell);
    assert_memory_equal(one.density, two.density, (size_t)one.n * sizeof *one.density);
    tp_surface_reset(&one);
    tp_surface_reset(&two);
    tp_grid_free(grid);
    free(c);
}

static void squares_in_a_crs(void **state) {
    (void)state;
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    tp_grid *grid = NULL;
    assert_int_equal(tp_grid_new_square("EPSG:3035", 500, "EPSG:4326", &grs80, &grid, NULL), TP_OK);
    cloud *c = random_cloud(200, 9, 50, 0.5);
    tp_surface surface = {0};
    double mass = 0, total = 0;
    smooth(grid, c, TP_KERNEL_QUARTIC, 6000, &surface);
    for (int64_t i = 0; i < c->n; i++) {
        total += c->weight[i];
    }
    for (int64_t i = 0; i < surface.n; i++) {
        mass += surface.density[i] * 0.25;
        double x = surface.cell[i].column + 0.5, y = surface.cell[i].row + 0.5, wanted = 0;
        for (int64_t k = 0; k < c->n; k++) {
            wanted += c->weight[k] * tp_kernel_value(TP_KERNEL_QUARTIC, 6000,
                                                     500 * hypot(x - c->fraction[k][0], y - c->fraction[k][1]));
        }
        assert_true(fabs(surface.density[i] - wanted) < 1e-9);
    }
    assert_true(fabs(mass / total - 1) < 1e-4);
    tp_surface_reset(&surface);
    tp_grid_free(grid);
    free(c);
}

static void no_points_and_no_weight(void **state) {
    (void)state;
    tp_ellipsoid grs80;
    tp_grid *grid = japan_grid(TP_MESH_1KM, &grs80);
    cloud *c = random_cloud(3, 139, 35, 0.1);
    tp_surface surface = {0};
    memset(c->weight, 0, sizeof c->weight);
    smooth(grid, c, TP_KERNEL_QUARTIC, 5000, &surface);
    assert_int_equal(surface.n, 0);
    tp_surface_reset(&surface);
    c->n = 0;
    smooth(grid, c, TP_KERNEL_GAUSSIAN, 5000, &surface);
    assert_int_equal(surface.n, 0);
    tp_surface_reset(&surface);
    tp_grid_free(grid);
    free(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_all_points),    cmocka_unit_test(one_point),
        cmocka_unit_test(a_dense_field),    cmocka_unit_test(any_order_and_any_number_of_threads),
        cmocka_unit_test(squares_in_a_crs), cmocka_unit_test(no_points_and_no_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
