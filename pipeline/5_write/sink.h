/**
 * A sink: where layers and tables are written, whatever the format. begin layer, rows, end layer; then commit or abort.
 * Nothing appears under the final name before commit; abort (also called by free) leaves what was there untouched.
 *
 * A format is a file that fills a tp_sink_kind and offers a constructor below; whatever writes contents knows only the
 * functions tp_sink_*.
 */
#ifndef TP_WRITE_SINK_H
#define TP_WRITE_SINK_H

#include "technopolis/schema.h"

/** One cell handed to a sink, of its field's type. A text is borrowed until the call returns. */
typedef struct tp_cell {
    bool missing;
    uint32_t size; /**< bytes of the text; 0: all up to its NUL (which it always has) */
    union {
        double f64;
        int64_t i64;
        const char *text; /**< also for a verdict column */
    };
} tp_cell;

/** The geometry of a row, in longitude and latitude of the run's geographic CRS. */
typedef struct tp_shape {
    tp_geometry geometry;    /**< TP_GEOMETRY_NONE: no geometry */
    double lon_deg, lat_deg; /**< of a point */
    const tp_shapes *shapes; /**< of a line or polygon: row `row` */
    int64_t row;
} tp_shape;

/** A column in words for a reader, in the run's language; either may be NULL. */
typedef struct tp_column_words {
    const char *title, *description;
} tp_column_words;

/** What a layer is, for begin_layer. Texts are borrowed until end_layer, `words` until begin_layer returns. */
typedef struct tp_sink_layer {
    const char *name, *title, *description;
    tp_geometry geometry;
    const tp_field *fields;
    size_t n_fields;
    const tp_column_words *words; /**< n_fields; NULL: nothing is said about the columns */
    const char *fid;              /**< the column of feature ids; NULL: fid */
} tp_sink_layer;

typedef struct tp_sink tp_sink;
typedef struct tp_sink_part tp_sink_part;

/** What a format does; see the functions of the same names. The first member of a format's own struct is a tp_sink. */
typedef struct tp_sink_kind {
    tp_code (*begin_layer)(tp_sink *sink, const tp_sink_layer *layer, tp_error *error);
    tp_code (*row)(tp_sink *sink, const tp_cell *cells, const tp_shape *shape, tp_error *error);
    tp_code (*end_layer)(tp_sink *sink, tp_error *error);
    tp_code (*commit)(tp_sink *sink, tp_error *error);
    void (*free)(tp_sink *sink);
    /* Parts; all NULL where rows can only be written one after the other. */
    tp_code (*part_new)(tp_sink *sink, tp_sink_part **part, tp_error *error);
    tp_code (*part_row)(tp_sink_part *part, const tp_cell *cells, const tp_shape *shape, tp_error *error);
    tp_code (*part_take)(tp_sink *sink, tp_sink_part *part, tp_error *error);
    void (*part_free)(tp_sink_part *part);
    /* A table beside a layer; all NULL where tables can only be written one after the other. */
    tp_code (*beside_begin)(tp_sink *sink, const tp_sink_layer *table, tp_error *error);
    tp_code (*beside_row)(tp_sink *sink, const tp_cell *cells, tp_error *error);
    tp_code (*part_beside_row)(tp_sink_part *part, const tp_cell *cells, tp_error *error);
    /** NULL: the format has no place for metadata. */
    tp_code (*describe)(tp_sink *sink, const char *metadata, tp_error *error);
} tp_sink_kind;

struct tp_sink {
    const tp_sink_kind *kind;
};

/**
 * ogr_sink.c: a GeoPackage through OGR. Creates beside `path` (path + ".partial"); `geographic_crs` is that of the
 * shapes, `output_crs` that of the file.
 */
TP_NODISCARD tp_code tp_sink_new_ogr(const char *path, const char *geographic_crs, const char *output_crs,
                                     tp_sink **sink, tp_error *error);

/**
 * gpkg_sink.c: the same content many times faster: rows are made into the pages of the file in a second thread, and the
 * spatial index is packed instead of being grown.
 */
TP_NODISCARD tp_code tp_sink_new_gpkg(const char *path, const char *geographic_crs, const char *output_crs,
                                      tp_sink **sink, tp_error *error);

/**
 * pg_sink.c: the tables of a schema in a PostGIS database; `connection` is "PG:…". All in one transaction: before commit
 * nothing is seen, and when the server dies nothing is left.
 */
TP_NODISCARD tp_code tp_sink_new_pg(const char *connection, const char *schema, const char *geographic_crs,
                                    const char *output_crs, tp_sink **sink, tp_error *error);

/** One layer at a time. TP_E_MACHINE: the disk; TP_E_INTERNAL: called out of order, or a number that is not finite. */
TP_NODISCARD tp_code tp_sink_begin_layer(tp_sink *sink, const tp_sink_layer *layer, tp_error *error);

/** `cells` are the layer's n_fields; `shape` NULL or of no geometry: a row without one. TP_E_DATA: see project.h. */
TP_NODISCARD tp_code tp_sink_row(tp_sink *sink, const tp_cell *cells, const tp_shape *shape, tp_error *error);
TP_NODISCARD tp_code tp_sink_end_layer(tp_sink *sink, tp_error *error);

/**
 * A stretch of the rows of the layer that is begun, made by one thread while others make theirs; NULL where the format
 * has none. It is used again for other stretches of the same layer, and freed before the layer ends.
 */
TP_NODISCARD tp_code tp_sink_part_new(tp_sink *sink, tp_sink_part **part, tp_error *error);
void tp_sink_part_free(tp_sink *sink, tp_sink_part *part);

/** As tp_sink_row, for different parts from different threads. Numbers of rows in messages count from the part's first. */
TP_NODISCARD tp_code tp_sink_part_row(tp_sink *sink, tp_sink_part *part, const tp_cell *cells, const tp_shape *shape,
                                      tp_error *error);

/** Appends the part's rows to the layer and empties it; one at a time, in the order in which the rows shall stand. */
TP_NODISCARD tp_code tp_sink_part_take(tp_sink *sink, tp_sink_part *part, tp_error *error);

/**
 * Begins a table without geometry beside the layer that was just begun, whose rows are made with those of the layer. When
 * the layer ends, this table is the layer that is begun: more rows may follow, and it ends like any other.
 */
bool tp_sink_has_beside(const tp_sink *sink);
TP_NODISCARD tp_code tp_sink_beside_begin(tp_sink *sink, const tp_sink_layer *table, tp_error *error);

/** As tp_sink_row or, where `part` is not NULL, tp_sink_part_row, for the table beside. */
TP_NODISCARD tp_code tp_sink_beside_row(tp_sink *sink, tp_sink_part *part, const tp_cell *cells, tp_error *error);

/** Says what the whole is: ISO 19139 XML, once, between layers. Nothing happens in a format without a place for it. */
TP_NODISCARD tp_code tp_sink_describe(tp_sink *sink, const char *metadata, tp_error *error);

/** Completes the file and gives it its name. */
TP_NODISCARD tp_code tp_sink_commit(tp_sink *sink, tp_error *error);

/** Aborts what was not committed. NULL is allowed. */
void tp_sink_free(tp_sink *sink);

#endif
