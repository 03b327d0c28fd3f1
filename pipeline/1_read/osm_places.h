/**
 * Places of OpenStreetMap (.osm.pbf, .osm) as a layer of points: nodes, and areas by their centres, that have one of the
 * tags which a product lists under `places`. OGR's driver reads them; roads have a decoder of our own (osm.h), since they
 * need the ids of nodes.
 *
 * The fields are osm_id (n, w or r and the number), kind (the product's word for the tag), and every tag that an edition
 * of the product names. A place with tags of several kinds is of the first.
 */
#ifndef TP_READ_OSM_PLACES_H
#define TP_READ_OSM_PLACES_H

#include "1_read/ogr_file.h"

/** What such a file's head has for a driver, and the name of its layer. */
#define TP_OSM_PLACES_DRIVER "OSM places"
#define TP_OSM_PLACES_LAYER "places"

/** An empty layer with the fields, for whatever looks at heads; NULL layer: no memory. */
void tp_osm_places_open_head(const tp_product *product, tp_ogr_file *file);

/** The same with its features. Within a tp_gdal_scope. TP_E_DATA: `shown` cannot be read. */
TP_NODISCARD tp_code tp_osm_places_open(const char *path, const char *shown, const tp_product *product,
                                        tp_ogr_file *file, tp_error *error);

#endif
