/**
 * Grids of cells that layers are counted or smoothed on: Japan's standard squares of a level (mesh.h), or squares of so
 * many metres in an equal-area CRS for everywhere else. One face for both; a cell is a row (northwards) and a column
 * (eastwards), and a text that says which.
 *
 * A layer of cells carries the cell's text in the column `mesh_code` and the grid's in `level`, so that a later stage can
 * make the same grid again by tp_grid_parse.
 */
#ifndef TECHNOPOLIS_GRID_H
#define TECHNOPOLIS_GRID_H

#include "technopolis/crs.h"
#include "technopolis/mesh.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tp_grid tp_grid;

/** Japan's squares of a level; positions are on the datum of the data. The ellipsoid is for areas and is copied. */
TP_NODISCARD tp_code tp_grid_new_mesh(tp_mesh_level level, const tp_ellipsoid *ellipsoid, tp_grid **grid,
                                      tp_error *error);

/**
 * Squares of `cell_m` whole metres (1 to 1,000,000) whose edges are at multiples of it in the projected CRS `crs`;
 * positions are in the geographic CRS `geographic`. TP_E_CONFIG when `crs` is no CRS or not equal-area: the squares'
 * geodesic areas at nine places of its area of use must agree with cell_m² to 1e-4.
 */
TP_NODISCARD tp_code tp_grid_new_square(const char *crs, double cell_m, const char *geographic,
                                        const tp_ellipsoid *ellipsoid, tp_grid **grid, tp_error *error);

/** A grid from its text: "1 km", or "1000 m EPSG:3035". TP_E_DATA when it is none. */
TP_NODISCARD tp_code tp_grid_parse(const char *text, const char *geographic, const tp_ellipsoid *ellipsoid,
                                   tp_grid **grid, tp_error *error);
void tp_grid_free(tp_grid *grid);

/** The grid's text, as above. Lives as long as the grid. */
const char *tp_grid_text(const tp_grid *grid);

/** The level of Japan's squares, or TP_MESH_LEVELS for squares in a CRS. */
tp_mesh_level tp_grid_level(const tp_grid *grid);

/** The CRS in which the cells are squares; "" for Japan's, which are regular in the degrees of the data. */
const char *tp_grid_crs(const tp_grid *grid);

/**
 * Positions in cells: where a point lies in units of columns and rows, whole numbers at the cells' edges. `fraction` may
 * be NULL. inside[i] is 0 where a point has no place on the grid: outside the 176 primary squares of Japan, or where the
 * CRS cannot show it. Not thread-safe for one grid. O(n).
 */
TP_NODISCARD tp_code tp_grid_locate(const tp_grid *grid, const double *lon_deg, const double *lat_deg, int64_t n,
                                    tp_mesh_cell *cell, double (*fraction)[2], uint8_t *inside, tp_error *error);

/** A cell's text: its code, or `N4000E3000`, the metres of its south-west corner. Thread-safe. */
enum { TP_GRID_CELL_SIZE = 40 };
void tp_grid_cell_text(const tp_grid *grid, tp_mesh_cell cell, char text[TP_GRID_CELL_SIZE]);

/** The cell of such a text; false (nothing written) when it is none of this grid. Thread-safe. */
bool tp_grid_cell_of_text(const tp_grid *grid, const char *text, tp_mesh_cell *cell);

/** The true area of a cell of a row in km²: see mesh.h; of squares in an equal-area CRS the square. Thread-safe. */
double tp_grid_area_km2(const tp_grid *grid, int32_t row);

/** The centres of n cells in degrees. Not thread-safe for one grid. */
void tp_grid_centres(const tp_grid *grid, const tp_mesh_cell *cell, int64_t n, double *lon_deg, double *lat_deg);

/** Appends the outlines of n cells as n rows of polygons in degrees. Not thread-safe for one grid. */
TP_NODISCARD tp_code tp_grid_outlines(const tp_grid *grid, const tp_mesh_cell *cell, int64_t n, tp_shapes *shapes,
                                      tp_error *error);

/**
 * The size of a cell in metres between two rows (whole numbers at edges, the mean latitude counts): along a parallel and
 * along a meridian, on the local plane of the ellipsoid. Distances of d metres from these are right to about (d / R)²
 * of themselves: 1e-6 at 10 km, 2e-4 at 100 km. In a CRS its own metres. Thread-safe.
 */
void tp_grid_cell_metres(const tp_grid *grid, double row, double other_row, double *east_m, double *north_m);

/** Where the grid's row and column 0 begin in its CRS, and how large a cell is there (degrees or metres). */
void tp_grid_frame(const tp_grid *grid, double *x0, double *y0, double *width, double *height);

#ifdef __cplusplus
}
#endif

#endif
