/** What hotspots and mesh_density share: Gi* and local Moran of a column, written beside it. */
#ifndef TP_MEASURE_HOTSPOTS_H
#define TP_MEASURE_HOTSPOTS_H

#include "technopolis/hotspot.h"
#include "technopolis/stage.h"

enum { TP_NEAR_QUEEN, TP_NEAR_ROOK, TP_NEAR_BAND, TP_NEAR_NEAREST };

typedef struct tp_hotspots_request {
    const char *column, *prefix; /**< of the new columns; "" for none */
    int neighbours;              /**< TP_NEAR_… */
    double band_m, band_cells;   /**< of a band, one of them above 0 */
    int64_t nearest, permutations;
    tp_side side;
    tp_correction correction;
    bool local_moran;
} tp_hotspots_request;

/** Who is near whom among the rows that have a value. `rows`: in canonical order. */
typedef struct tp_hotspots_units {
    int64_t n;
    int64_t *row;
    int32_t *cell_row, *cell_column; /**< of a layer of cells, else NULL */
    tp_neighbours neighbours;
} tp_hotspots_units;

/** Finds the rows with a value and their neighbours. */
TP_NODISCARD tp_code tp_hotspots_units_find(const tp_dataset *dataset, const tp_layer *layer,
                                            const tp_hotspots_request *request, tp_hotspots_units *units,
                                            tp_error *error);
void tp_hotspots_units_reset(tp_hotspots_units *units);

/** Adds PREFIXgi_z, gi_p, gi_q, class (and moran, moran_z, moran_p, moran_q, moran_class) to a layer, and the findings. */
TP_NODISCARD tp_code tp_hotspots_add(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_layer *layer,
                                     const tp_hotspots_request *request, tp_error *error);

#endif
