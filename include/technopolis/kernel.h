/**
 * Kernel density: how dense points lie around each cell of a grid, each point smoothed over its surroundings (B. W.
 * Silverman, "Density Estimation for Statistics and Data Analysis", 1986, chapter 4; the quartic or biweight kernel is
 * its equation 4.5).
 *
 * The density at a cell is that at its centre. Distances are those of the local plane at the mean latitude of point and
 * centre (tp_grid_cell_metres): right to about (d / R)², 1e-6 of a kernel 10 km wide; in a CRS its own metres.
 */
#ifndef TECHNOPOLIS_KERNEL_H
#define TECHNOPOLIS_KERNEL_H

#include "technopolis/grid.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tp_kernel {
    TP_KERNEL_QUARTIC, /**< 3 / (pi h²) (1 - (d / h)²)² within the bandwidth h, 0 beyond */
    TP_KERNEL_GAUSSIAN /**< exp(-(d / h)² / 2) / (2 pi h²), cut at 5 h, beyond which 3.7e-6 of the mass lies */
} tp_kernel;

/** How far a kernel reaches, in bandwidths: 1 or 5. */
double tp_kernel_reach(tp_kernel kernel);

/** A kernel's value in 1 / km² at a distance. */
double tp_kernel_value(tp_kernel kernel, double bandwidth_m, double distance_m);

/** Cells with a density above 0, by row and column; initialise with `= {0}`. */
typedef struct tp_surface {
    int64_t n;
    tp_mesh_cell *cell;
    double *density; /**< weight per km² */
} tp_surface;

/**
 * The density of n points at `fraction` (columns, rows: tp_grid_locate) with weights (finite, >= 0). The result depends
 * neither on threads nor on the order of points. TP_E_DATA when the cells in reach of the points span more than 2^31
 * columns or rows. Work: one multiplication or two a point and cell in its reach. In parallel over rows.
 */
TP_NODISCARD tp_code tp_kernel_surface(const tp_grid *grid, const double (*fraction)[2], const double *weight,
                                       int64_t n, tp_kernel kernel, double bandwidth_m, tp_surface *surface,
                                       tp_error *error);
void tp_surface_reset(tp_surface *surface);

#ifdef __cplusplus
}
#endif

#endif
