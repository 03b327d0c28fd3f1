/**
 * Reading one layer of one or several files into columns. OGR stays behind this header.
 *
 * Coordinates are handed on as they stand in the file (x, y of the file's CRS, in traditional GIS order); `prepare`
 * reprojects and mends them. What cannot be read is a reject or, for a whole file, an error.
 */
#ifndef TP_READ_H
#define TP_READ_H

#include "1_read/cells.h"
#include "technopolis/stage.h"
#include "technopolis/table.h"

/** The settings of a read entry; see layer.c for what each means. */
typedef struct tp_read_options {
    tp_texts file;
    const char *layer, *id, *name, *where, *coverage, *encoding, *crs, *lon, *lat;
    const tp_node *columns; /**< map: our name -> the file's name */
    bool dissolve;
    const char *from, *to; /**< columns of years: when a feature began and ceased to exist */
    int unknown_year;      /**< 0 keep, 1 leave_out: rows of which `from` or `to` is not known */
    const char *year;      /**< the year that the layer is about, or a column of such years */
    const tp_node *since;  /**< map: a column -> the column of the year from which its value holds */
    const char *product;
    const tp_node *merge;          /**< map: settings of the stage `merge` */
    const tp_product *description; /**< of the product, set once the options are filled; not a setting */
} tp_read_options;

/** Where the configuration says what concerns a file, for messages. */
typedef struct tp_read_places {
    tp_place file, layer, id, name, encoding, crs, lon, lat, product;
} tp_read_places;

/** How much of a file tp_read_head_open looks at. */
enum {
    TP_HEAD_DECIDE_ENCODING = 1, /**< look at all texts where nothing declares their encoding */
    TP_HEAD_MAY_BE_EMPTY = 2     /**< a layer without features is no fault */
};

/** One file's head. */
typedef struct tp_read_head {
    char *path;                  /**< usable by GDAL */
    char *shown;                 /**< as the configuration writes it */
    char *driver;                /**< GDAL's short name */
    char *layer;                 /**< name inside the file */
    char *crs;                   /**< AUTHORITY:CODE or WKT2; NULL for a table */
    const char *crs_origin;      /**< "file", "option", "product"; NULL for a table */
    double accuracy_m;           /**< of the way to the run's CRS: 0 exact, NaN not stated */
    char *encoding;              /**< NULL while it is not decided */
    const char *encoding_origin; /**< "option", "cpg", "ldid", "utf-8", "detected", "format", "product" */
    char **digested;             /**< the files that make up this input, in the order of their digest */
    size_t n_digested;
    tp_head head;              /**< the file's fields as they will be named and typed after reading; n_features */
    int *field;                /**< of each of head.fields: its number in the file */
    int id, label;             /**< numbers of head.fields; -1: the feature's id / no label */
    int lon_field, lat_field;  /**< numbers in the file of the columns that hold the position, or -1 */
    const tp_product *product; /**< with its edition; NULL: none */
    const tp_product_edition *edition;
    int64_t skip;        /**< rows below the header that are no data */
    char *decided;       /**< on what grounds, for `sources`; NULL without a product */
    tp_cell_rule *rules; /**< n_rules: of each of head.fields; NULL without a product */
    size_t n_rules;
    int mesh;            /**< number of head.fields of the codes of grid squares that stand for geometries, or -1 */
    char *reference;     /**< the file whose points stand for this one's features; NULL: none */
    int reference_field; /**< number in the file of what names that point */
    bool texts_only;     /**< the format knows no types: numbers are read from text */
} tp_read_head;

/**
 * Opens the head of one file. Faults are located where the configuration speaks of the thing: no such file, cannot be
 * read, cut short, no such layer, several layers and none named, no features, geometry mixed, no CRS, no such column.
 * Returns the code of what it added to `faults`; the head must be reset in any case.
 */
TP_NODISCARD tp_code tp_read_head_open(const char *path, const char *shown, const tp_read_options *options,
                                       const tp_read_places *places, unsigned flags, tp_read_head *head,
                                       tp_faults *faults);
void tp_read_head_reset(tp_read_head *head);

#endif
