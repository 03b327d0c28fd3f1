/**
 * Japan's standard grid squares (JIS X 0410, "Grid square code"; the 100 m squares are its one-tenth subdivision): from
 * a position to the square that holds it, to the square's code and back, its box, neighbours and area.
 *
 * All of it works in whole micro-seconds of arc. The usual formula in floating point puts positions that lie on a
 * square's edge into the square beside it (1,024 of the 2,560 edges in longitude of the 1 km squares); here a position
 * is rounded once, to the nearest 0.000001" (0.03 mm), and what follows is division of integers. A square holds its
 * southern and western edge, not its northern and eastern one: [south, north) x [west, east).
 *
 * The codes say nothing about the datum. Squares of data made before 2002 are on the Tokyo datum, about 450 m off.
 *
 * All functions are pure and thread-safe, allocate nothing and take O(1).
 */
#ifndef TECHNOPOLIS_MESH_H
#define TECHNOPOLIS_MESH_H

#include "technopolis/geodesic.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How large the squares are, from large to small. Sizes are latitude x longitude. */
typedef enum tp_mesh_level {
    TP_MESH_80KM, /**< primary, 40' x 1 degree, 4 digits */
    TP_MESH_10KM, /**< secondary, 5' x 7.5', 6 digits: 8 x 8 of a primary */
    TP_MESH_5KM,  /**< 2' 30" x 3' 45", 7 digits: 2 x 2 of a secondary, the last digit 1 SW, 2 SE, 3 NW, 4 NE */
    TP_MESH_2KM,  /**< 1' x 1' 30", 9 digits: 5 x 5 of a secondary, two even digits and a 5 */
    TP_MESH_1KM,  /**< third or basic, 30" x 45", 8 digits: 10 x 10 of a secondary */
    TP_MESH_500M, /**< half, 15" x 22.5", 9 digits: 2 x 2 of a third, the last digit 1 to 4 */
    TP_MESH_250M, /**< quarter, 7.5" x 11.25", 10 digits */
    TP_MESH_125M, /**< eighth, 3.75" x 5.625", 11 digits */
    TP_MESH_100M, /**< one tenth of a third, 3" x 4.5", 10 digits, the last two 0 to 9 */
    TP_MESH_LEVELS
} tp_mesh_level;

/** The levels' names in the order of tp_mesh_level, as the `choices` of a setting. */
#define TP_MESH_CHOICES "80 km|10 km|5 km|2 km|1 km|500 m|250 m|125 m|100 m"

/** "1 km" and so on; and the level of such a name, false where it is none. */
const char *tp_mesh_level_text(tp_mesh_level level);
bool tp_mesh_level_find(const char *text, tp_mesh_level *level);

/** The number of digits of a level's codes. */
int tp_mesh_digits(tp_mesh_level level);

/** The height and width of a level's squares in micro-seconds of arc: 30,000,000 and 45,000,000 for 1 km. */
int64_t tp_mesh_height_uas(tp_mesh_level level);
int64_t tp_mesh_width_uas(tp_mesh_level level);

/**
 * A square of some level by its place: rows count from the equator northwards, columns from 100 degrees east eastwards.
 * The square beside (row, column) is (row + 1, column) and so on, across all borders of larger squares.
 */
typedef struct tp_mesh_cell {
    int32_t row, column;
} tp_mesh_cell;

/** How many rows and columns the standard can number at a level: latitude [0, 66 2/3), longitude [100, 180). */
int32_t tp_mesh_rows(tp_mesh_level level);
int32_t tp_mesh_columns(tp_mesh_level level);

/** True when the cell can be numbered, which is all that codes need. */
bool tp_mesh_valid(tp_mesh_level level, tp_mesh_cell cell);

/** True when the cell is valid and lies in one of the 176 primary squares that hold land of Japan. */
bool tp_mesh_in_japan(tp_mesh_level level, tp_mesh_cell cell);

/** The cell that holds a position in degrees; false (nothing written) outside, and for NaN and infinity. */
bool tp_mesh_cell_at(tp_mesh_level level, double lon_deg, double lat_deg, tp_mesh_cell *cell);

/** The cell `rows` to the north and `columns` to the east; false (nothing written) outside what can be numbered. */
bool tp_mesh_neighbour(tp_mesh_level level, tp_mesh_cell cell, int32_t rows, int32_t columns, tp_mesh_cell *neighbour);

/** The larger (or equal) cell that holds a cell. `larger` must be made of whole `level` cells: every level holds 125 m
 * or 100 m ones, but 2 km no 5 km, 500 m no 100 m; else false (nothing written). */
bool tp_mesh_parent(tp_mesh_level level, tp_mesh_cell cell, tp_mesh_level larger, tp_mesh_cell *parent);

/** The code as a number, 53394611 for 1 km; -1 for a cell that is not valid. Distinct within a level, not across. */
int64_t tp_mesh_code(tp_mesh_level level, tp_mesh_cell cell);

/** The cell of a code; false (nothing written) for digits that the level cannot have, such as 8 in a secondary. */
bool tp_mesh_cell_of_code(tp_mesh_level level, int64_t code, tp_mesh_cell *cell);

/** The code as text, leading zeros kept. "" for a cell that is not valid. */
enum { TP_MESH_TEXT_SIZE = 12 };
void tp_mesh_text(tp_mesh_level level, tp_mesh_cell cell, char text[TP_MESH_TEXT_SIZE]);

/** The cell of a code as text: exactly the level's digits and nothing else; else false (nothing written). */
bool tp_mesh_cell_of_text(tp_mesh_level level, const char *text, tp_mesh_cell *cell);

/**
 * The level that a code's digits can have: by their number and, of nine, by the last (5 is 2 km). Ten digits are 250 m,
 * since the 100 m codes look the same; who reads those must know it. False where no level fits.
 */
bool tp_mesh_level_of_text(const char *text, tp_mesh_level *level);

/**
 * The south-west corner, the whole box (west, south, east, north) and the centre in degrees, each the double nearest to
 * the true value, so that tp_mesh_cell_at of corner and centre gives the cell again.
 */
void tp_mesh_corner(tp_mesh_level level, tp_mesh_cell cell, double *lon_deg, double *lat_deg);
void tp_mesh_box(tp_mesh_level level, tp_mesh_cell cell, double box_deg[4]);
void tp_mesh_centre(tp_mesh_level level, tp_mesh_cell cell, double *lon_deg, double *lat_deg);

/** The closed ring of a cell, counter-clockwise from the south-west corner: five vertices. */
enum { TP_MESH_RING = 5 };
void tp_mesh_ring(tp_mesh_level level, tp_mesh_cell cell, double lon_deg[TP_MESH_RING], double lat_deg[TP_MESH_RING]);

/**
 * The true area in km² on the ellipsoid of any cell of a row: between two parallels and two meridians, by the closed
 * form of the authalic latitude (J. P. Snyder, "Map Projections: A Working Manual", USGS Professional Paper 1395, 1987,
 * equation 3-12, as a difference without cancellation; relative error below 1e-14). The polygon through the four corners
 * with geodesic edges is another figure: between 20 and 46 degrees north its area differs by less than 1e-9 of itself at
 * 500 m and smaller, 3e-9 at 1 km, 3e-7 at 10 km and 2e-5 at 80 km.
 */
double tp_mesh_area_km2(const tp_ellipsoid *ellipsoid, tp_mesh_level level, int32_t row);

/** The same for any box between two parallels and two meridians, in degrees; negative where north < south. */
double tp_mesh_box_area_km2(const tp_ellipsoid *ellipsoid, double west_deg, double south_deg, double east_deg,
                            double north_deg);

#ifdef __cplusplus
}
#endif

#endif
