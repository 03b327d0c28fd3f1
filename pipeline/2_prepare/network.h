/**
 * How lines become a network, step by step. Private to the stage `network` and its helpers:
 *
 *     network_speeds.c     of each row: may it be used, how fast, which way round      (tp_roads)
 *     network_osm.c        the same from OpenStreetMap's tags
 *     network_clean.c      of each row: lines without repeated points, split where they touch themselves  (tp_pieces)
 *     network_crossings.c  where asked for: split where they cross
 *     network_join.c       ends become nodes: the same point (or node id), then within the tolerance
 *     network_roads.c      lengths, times, repeated lines; what is left becomes ways
 *     network_rail.c, network_air.c, network_places.c   stations, trains, flights; their way to the road
 */
#ifndef TP_PREPARE_NETWORK_H
#define TP_PREPARE_NETWORK_H

#include "technopolis/stage.h"
#include "technopolis/transport.h"

/** The settings of the stage; see network.c for what each means. */
typedef struct tp_network_options {
    const char *roads, *rail, *stations, *flights, *airports;
    const char *speed, *class_column, *oneway, *through_only, *cache;
    const tp_node *speeds;
    tp_quantity default_speed, ferry_speed, tolerance; /**< unit "" where not written */
    double maxspeed_factor;
    bool toll, ferry, node_crossings, model;
    int components; /**< 0 largest, 1 any */
    tp_quantity offroad, snap;
    const char *rail_minutes, *rail_speed;
    tp_quantity rail_wait, rail_egress, transfer, check_in, air_egress;
} tp_network_options;

/* ---- rows ---- */

/** What becomes of a row of the road layer. From TP_FATE_REJECTED on it is left out with a line in `rejects`. */
typedef enum tp_fate {
    TP_FATE_USED,
    TP_FATE_NOT_ROAD,
    TP_FATE_CLOSED,
    TP_FATE_TOLL,
    TP_FATE_FERRY,
    TP_FATE_REJECTED,
    TP_FATE_SPEED_MISSING = TP_FATE_REJECTED,
    TP_FATE_SPEED_BAD,
    TP_FATE_CLASS_UNKNOWN,
    TP_FATE_ONE_POINT,
    TP_FATE_TINY,
    TP_FATE_REPEATED,
    TP_FATE_TOO_LONG
} tp_fate;

/** What is said of a row that is used; bits. */
enum {
    TP_NOTE_SELF_TOUCHING = 1,
    TP_NOTE_PARTS_LEFT_OUT = 2,
    TP_NOTE_ONEWAY = 4,
    TP_NOTE_MAXSPEED = 8,
    TP_NOTE_DEFAULT_SPEED = 16 /**< only counted */
};

typedef struct tp_road {
    double km_h;
    bool forward, backward; /**< may be used that way */
    bool through_only;
    uint8_t mode;  /**< tp_mode */
    uint8_t fate;  /**< tp_fate */
    uint8_t notes; /**< TP_NOTE_… */
    int8_t level;  /**< above (bridge) or below (tunnel) the others; 0 where not known */
} tp_road;

/** One item a row. */
typedef struct tp_roads {
    const tp_network_options *options;
    tp_dataset *dataset;
    tp_layer *layer;
    tp_road *items;
    double tolerance_m;
    int threads;
    int64_t *count; /**< TP_NETWORK_COUNTS of them: the transport's */
} tp_roads;

/** Fills roads->items from the columns. Errors are those of the machine. */
TP_NODISCARD tp_code tp_roads_read_speeds(tp_roads *roads, tp_error *error);

/** Gives a row that is used so far another fate. */
void tp_road_set_fate(tp_road *road, tp_fate fate);

/* ---- tags of OpenStreetMap, which other layers may have as well ---- */

enum { TP_CELL_SIZE = 64 };

/** A cell as text without blanks around it, in lower case, "" where it is missing or longer than `cell`. */
const char *tp_cell_text(const tp_column *column, int64_t row, char cell[TP_CELL_SIZE]);

/** True for yes, true and 1. */
bool tp_cell_is_yes(const tp_column *column, int64_t row);

/** The speed of a class of highway where nothing else is known (km/h); 0 when it is no road for cars. */
double tp_osm_class_km_h(const char *highway);

/** What a maxspeed tag says. */
typedef enum tp_maxspeed { TP_MAXSPEED_NONE, TP_MAXSPEED_KNOWN, TP_MAXSPEED_UNCLEAR } tp_maxspeed;

/** "50", "50 km/h", "30 mph", "50;60" (the lowest), "walk", "none", "JP:urban"; NONE for "", "signals", "variable". */
tp_maxspeed tp_osm_maxspeed(const char *text, double *km_h);

/** True when an access tag keeps cars out: no, private and the like; `known` false when it says nothing. */
bool tp_osm_access_closed(const char *text, bool *known);

/** Minutes of a duration tag: "00:40", "1:10:00", "40"; false when it is none. */
bool tp_osm_duration_min(const char *text, double *minutes);

/* ---- lines ---- */

/** Stretches of line, each between two ends, in flat arrays. Initialise with `= {0}`. */
typedef struct tp_pieces {
    int64_t n, capacity;
    int64_t *row;      /**< of the layer */
    int64_t *first;    /**< n + 1: vertices */
    int64_t *end_id;   /**< 2 n: the layer's own node ids of both ends; only where has_ids */
    int64_t *end_node; /**< 2 n: nodes, after joining */
    int64_t n_vertices, vertex_capacity;
    double *lon_deg, *lat_deg;
    bool has_ids;
    int64_t n_nodes; /**< after joining */
    double *node_lon_deg, *node_lat_deg;
} tp_pieces;

void tp_pieces_reset(tp_pieces *pieces);

/** Appends a piece of at least two vertices. */
TP_NODISCARD tp_code tp_pieces_add(tp_pieces *pieces, int64_t row, const double *lon_deg, const double *lat_deg,
                                   int64_t n, tp_error *error);

/** True when the columns from_node and to_node hold integers in every row, and every row is one line. O(rows). */
bool tp_roads_have_ids(const tp_layer *roads);

/** All usable rows as pieces; rows without a line of any length get their fate. */
TP_NODISCARD tp_code tp_pieces_gather(tp_roads *roads, tp_pieces *pieces, tp_error *error);

/** Splits pieces of one level where they cross, touch, or end within the tolerance of another. */
TP_NODISCARD tp_code tp_pieces_cross(tp_roads *roads, tp_pieces *pieces, tp_error *error);

/**
 * Gives every end its node: equal node ids, or equal points, make one; then nodes within the tolerance of each other
 * (all of a chain of such) become one, at the position of the first of them, and the lines are drawn to it. Nodes are
 * numbered in the order of their first end.
 */
TP_NODISCARD tp_code tp_pieces_join(tp_roads *roads, tp_pieces *pieces, tp_error *error);

/** Writes a line in `rejects` for every row left out or mended, drops the rows left out, and counts all fates. */
TP_NODISCARD tp_code tp_roads_report(tp_roads *roads, tp_error *error);

/** Adds the roads to `ways` and settles every row's fate; source rows are those after tp_roads_report. */
TP_NODISCARD tp_code tp_network_add_roads(tp_roads *roads, tp_ways *ways, tp_error *error);

/* ---- stations, trains, flights ---- */

/** The stops while they are made: `node` is a number in `ways`. Initialise with `= {0}`. */
typedef struct tp_stops {
    tp_stop *items;
    int64_t n, capacity;
} tp_stops;

/** What rail and flights are added with. */
typedef struct tp_lines {
    const tp_network_options *options;
    int64_t year; /**< 0: all that the layers hold is in service */
    tp_dataset *dataset;
    tp_transport *transport; /**< its layers and metros; counts */
    tp_ways *ways;
    tp_stops stops;
} tp_lines;

/** Adds a node to `ways` and remembers what it stands for. */
TP_NODISCARD tp_code tp_lines_add_stop(tp_lines *lines, tp_stop_kind kind, int64_t row, int64_t service_row,
                                       double lon_deg, double lat_deg, int64_t *node, tp_error *error);

/** Adds a way of mode TP_MODE_CHANGE. */
TP_NODISCARD tp_code tp_lines_add_change(tp_lines *lines, int64_t from, int64_t to, double forward_min,
                                         double backward_min, tp_error *error);

/** The stop of a kind and row, its node, or -1. */
int64_t tp_lines_find(const tp_lines *lines, tp_stop_kind kind, int64_t row);

/** Lists the metros that stations and flights name, with their nodes in and out. Before rail and air. */
TP_NODISCARD tp_code tp_lines_add_metros(tp_lines *lines, tp_error *error);

/** The number of a metro by name, or -1. */
int64_t tp_lines_metro(const tp_lines *lines, const char *name);

/** The row of a layer that has this id (sorted numbers of rows in `by_id`), or -1. */
TP_NODISCARD tp_code tp_lines_sort_ids(const tp_layer *layer, int64_t **by_id, tp_error *error);
int64_t tp_lines_row_of(const tp_layer *layer, const int64_t *by_id, const char *id);

/** Stations, trains and their changes; leaves out segments that cannot be used. */
TP_NODISCARD tp_code tp_lines_add_rail(tp_lines *lines, tp_error *error);

/** Airports and flights; leaves out flights that cannot be used. After rail. */
TP_NODISCARD tp_code tp_lines_add_air(tp_lines *lines, tp_error *error);

/** Hangs stations and airports on the roads, which are in `ways` by now; counts those without a road. */
TP_NODISCARD tp_code tp_lines_attach(tp_lines *lines, tp_error *error);

/** Hands the stops to the transport, with the numbers of its network. */
void tp_lines_publish(tp_lines *lines);

/** A column's number above 0 that is finite; false otherwise (and where there is no column). */
bool tp_lines_positive(const tp_column *column, int64_t row, double *value);

/* ---- the cache ---- */

/** What is kept beside the network: what became of each road, so that the same is said as when it was made. */
typedef struct tp_network_cache {
    char *path, *rows_path; /**< of the network, and PATH.rows */
    char inputs[TP_DIGEST_SIZE];
} tp_network_cache;

/** Digests everything the network is made of: settings, year, ellipsoid, the layers as they are now. */
TP_NODISCARD tp_code tp_network_cache_open(const tp_step *step, const tp_run *run, const tp_dataset *dataset,
                                           const tp_transport *transport, tp_network_cache *cache, tp_error *error);
void tp_network_cache_reset(tp_network_cache *cache);

/** Fills transport->network and counts, and roads->items, when the cache is of these inputs; says in transport->cache. */
TP_NODISCARD tp_code tp_network_cache_load(const tp_network_cache *cache, tp_roads *roads, tp_transport *transport,
                                           tp_error *error);
TP_NODISCARD tp_code tp_network_cache_save(const tp_network_cache *cache, const uint8_t *rows, int64_t n_rows,
                                           const tp_transport *transport, tp_error *error);

/** Of each row the three bytes that are kept: fate, notes, one way. Caller frees. */
TP_NODISCARD tp_code tp_network_cache_rows(const tp_roads *roads, uint8_t **rows, tp_error *error);

/* ---- time ---- */

/** A time that a change may take: TP_NO_TIME for this. */
#define TP_CHANGE_NOT (-1.0)

/** Milliseconds for a length at a speed, rounded half up and at least 1; false when that is longer than a way may be. */
bool tp_network_ms(double length_m, double km_h, uint32_t *time_ms);

/** The same for minutes, where 0 stays 0. Not for negative ones. */
bool tp_network_minutes_ms(double minutes, uint32_t *time_ms);

#endif
