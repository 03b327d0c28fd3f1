/**
 * OpenStreetMap's .osm.pbf as a layer of roads. OGR's driver gives lines without node ids, and nodes are what tells a
 * crossing from a bridge; libreadosm gives them, but is brought down by a hostile file and loses all plain (not dense)
 * nodes. So the format is read here: osm_pbf.c.
 *
 * A row is a stretch of a way between two junctions: nodes that two or more of the ways read share (or one way twice),
 * and the ends of ways. Ways are read that have a class of highway on which cars drive, and ferries. Its columns are
 * osm_id, from_node and to_node (node ids) and the tags listed in osm.c. The id is WAY/NUMBER, counted from 1.
 */
#ifndef TP_READ_OSM_H
#define TP_READ_OSM_H

#include "1_read/ogr_file.h"
#include "1_read/osm_pbf.h"

/** What such a file's head has for a driver. */
#define TP_OSM_DRIVER "OSM roads"

/** What the layer is called inside the file; the one that is read where none is named. Others are OGR's. */
#define TP_OSM_LAYER "roads"

/** True for a file that begins as a .osm.pbf does, whatever its name, when the layer `layer` (or NULL) is this one. */
bool tp_osm_is_wanted(const char *path, const char *layer);

/** An empty OGR layer with the columns and CRS of the rows, for whatever looks at heads. */
void tp_osm_open_head(tp_ogr_file *file);

/** As tp_read_rows. Nothing is added to the layer unless the whole file could be read. */
TP_NODISCARD tp_code tp_osm_read_rows(tp_read_task *task, tp_error *error);

/* ---- within osm*.c ---- */

enum { TP_OSM_IDS = 3, TP_OSM_TAGS = 18 };

/** The names of the columns: osm_id, from_node, to_node, then the tags. */
extern const char *const TP_OSM_COLUMNS[TP_OSM_IDS + TP_OSM_TAGS];

/** The ways of a file that are roads, in the file's order, and the nodes that they need. Initialise with `= {0}`. */
typedef struct tp_osm_ways {
    int64_t n, capacity;
    int64_t *id;
    int64_t *ref_first; /**< n + 1 */
    uint32_t *tag;      /**< n x TP_OSM_TAGS: where the value begins in `texts`; 0 none */
    int64_t n_refs, ref_capacity;
    int64_t *ref; /**< node ids; after tp_osm_load numbers of nodes */
    char *texts;
    size_t n_texts, text_capacity;
    int64_t n_nodes;
    int64_t *node_id; /**< ascending */
    double *lon_deg, *lat_deg;
    uint8_t *junction; /**< n_nodes: a road begins, ends or branches here */
} tp_osm_ways;

void tp_osm_ways_reset(tp_osm_ways *ways);

/** Reads a file in two passes, ways and then nodes. TP_E_DATA when it cannot be read or lacks a node of a road. */
TP_NODISCARD tp_code tp_osm_load(const char *path, const char *shown, tp_osm_ways *ways, tp_error *error);

#endif
