/** What stages share that put the points of a layer on a grid: which grid, which points, how much each weighs. */
#ifndef TP_MEASURE_GRID_POINTS_H
#define TP_MEASURE_GRID_POINTS_H

#include "technopolis/grid.h"
#include "technopolis/stage.h"

/** The settings `mesh`, `cell` and `crs`; `level` is -1 where `mesh` is not written. */
typedef struct tp_grid_choice {
    const char *mesh, *crs;
    tp_quantity cell;
} tp_grid_choice;

#define TP_GRID_SETTINGS(struct_type)                                                                                  \
    {.key = "mesh",                                                                                                    \
     .kind = TP_SETTING_TEXT,                                                                                          \
     .help = "Japan's standard squares of 80, 10, 5, 2 or 1 km, or of 500, 250, 125 or 100 m",                         \
     .offset = offsetof(struct_type, grid.mesh)},                                                                      \
        {.key = "cell",                                                                                                \
         .kind = TP_SETTING_QUANTITY,                                                                                  \
         .dimension = TP_DIMENSION_LENGTH,                                                                             \
         .min = 1,                                                                                                     \
         .max = 1000000,                                                                                               \
         .help = "outside Japan, instead of mesh: the side of the squares, in whole metres",                           \
         .offset = offsetof(struct_type, grid.cell)},                                                                  \
    {                                                                                                                  \
        .key = "crs", .kind = TP_SETTING_TEXT, .help = "the equal-area CRS in which these are squares",                \
        .offset = offsetof(struct_type, grid.crs)                                                                      \
    }

/** Checks the three settings: one grid, which can be made. */
void tp_grid_choice_check(const tp_step *step, const tp_plan *plan, const tp_grid_choice *choice, tp_faults *faults);

TP_NODISCARD tp_code tp_grid_choice_make(const tp_dataset *dataset, const tp_grid_choice *choice, tp_grid **grid,
                                         tp_error *error);

/** Points of a layer on a grid, in the order of the layer's rows; those outside the grid are left out. */
typedef struct tp_grid_points {
    int64_t n;
    int64_t n_unknown;     /**< rows left out because the condition is unknown */
    int64_t n_weightless;  /**< points whose weight is missing: they count, but weigh 0 */
    int64_t n_outside;     /**< rows that are in `rejects` */
    tp_mesh_cell *cell;    /**< n */
    double (*fraction)[2]; /**< n: place in columns and rows */
    double *weight;        /**< n: 1 without a weight column */
    double total;          /**< of the weights */
    bool sample;           /**< the layer need not hold all that meet `where`, or of some that is not known */
} tp_grid_points;

/**
 * Gathers the points for which `where` (may be NULL) is met, weighed by column `weight` (may be NULL). Points outside the
 * grid get a line in `rejects`. TP_E_DATA when a weight is negative.
 */
TP_NODISCARD tp_code tp_grid_points_gather(tp_dataset *dataset, const tp_layer *layer, const char *where,
                                           const char *weight, const tp_grid *grid, tp_grid_points *points,
                                           tp_error *error);
void tp_grid_points_reset(tp_grid_points *points);

#endif
