/**
 * Municipalities as polygons: in which one a point lies, which ones touch it, and which cities they belong to.
 *
 * A polygon belongs to a city (a point of a `to` layer) in one of two ways:
 *
 *   - Its id equals the city's id.
 *   - The city is a designated city that the layer gives as wards. Japan's municipality codes (JIS X 0402) have five
 *     digits, the first two for the prefecture; the third is 1 for designated cities, for their wards, and for the
 *     special wards of Tokyo; wards are numbered after their city, whose code is a full ten: 14130 Kawasaki has 14131
 *     to 14137, 13100 (the special wards as one) has 13101 to 13123. So, for a city with such a code and no polygon of
 *     its own, its wards are the polygons with such ids above its code and below the next city's in the prefecture.
 *     All rows of the `to` layer set these bounds, whatever the filter says of them, and so do polygons that are whole
 *     cities: one layer may give a city as wards and the next as one polygon. (A designated city that stands in
 *     neither leaves its wards to the one before it.) The numbers are believed only when the city's hall (its point)
 *     lies in one of those wards.
 *
 * Otherwise those wards, if any, and the polygon in which the hall lies belong to the city unproven: codes of another
 * year may hide a polygon of it, so a measure must not say that there is none.
 */
#ifndef TP_MEASURE_MUNICIPAL_H
#define TP_MEASURE_MUNICIPAL_H

#include "reach.h"

/** A facility to which a polygon belongs. */
typedef struct tp_municipal_city {
    int64_t facility;
    bool unproven;
} tp_municipal_city;

typedef struct tp_municipal {
    const tp_layer *polygons;
    bool complete;           /**< the layer holds all municipalities */
    int64_t *own;            /**< a row of the measured layer: the polygon that holds the point, or -1 */
    int64_t *near_first;     /**< polygons + 1 */
    int64_t *near;           /**< of each polygon that holds a point: the polygons that touch it, ascending rows */
    int64_t *city_first;     /**< polygons + 1 */
    tp_municipal_city *city; /**< of each polygon: the facilities it belongs to, in the order of their ids */
} tp_municipal;

/**
 * Finds all of this for the rows of `measure->of` and the facilities gathered from `measure->to`.
 * O(edges log edges + rows log edges); only the polygons that hold a point are compared with their neighbours.
 */
TP_NODISCARD tp_code tp_municipal_new(const tp_layer *polygons, const tp_measure *measure,
                                      const tp_facilities *facilities, tp_municipal **municipal, tp_error *error);
void tp_municipal_free(tp_municipal *municipal);

/** The polygon itself for k = 0, then those that touch it; -1 past the last. */
int64_t tp_municipal_around(const tp_municipal *municipal, int64_t polygon, int64_t k);

/** "Kumamoto", or "Kita-ku of Kumamoto" for a ward of the city that stands in row `row` of `cities`. */
void tp_municipal_write_polygon(const tp_municipal *municipal, int64_t polygon, const tp_layer *cities, int64_t row,
                                tp_text *text);

/** For checks: that the layer of setting `key` is one of polygons. */
void tp_municipal_check_polygons(const tp_step *step, const tp_plan *plan, const char *layer, const char *key,
                                 tp_faults *faults);

#endif
