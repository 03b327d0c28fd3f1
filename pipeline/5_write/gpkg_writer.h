/**
 * The thread that owns a GeoPackage under work: it takes tables and batches of rows in the order in which they are
 * handed over, while the caller makes the next ones. At most a few batches wait, so memory is bounded. SQLite makes the
 * tables; the rows of layers and of their indexes go straight into pages (sqlite_pages.h).
 */
#ifndef TP_WRITE_GPKG_WRITER_H
#define TP_WRITE_GPKG_WRITER_H

#include "5_write/gpkg_tables.h"
#include "5_write/packed_rtree.h"
#include "5_write/sqlite_record.h"

typedef struct tp_gpkg_writer tp_gpkg_writer;

/** The one layer of the file that GDAL makes for the writer to begin with. */
#define TP_GPKG_TEMPLATE "template"

/**
 * Opens a GeoPackage with the one layer TP_GPKG_TEMPLATE, made by GDAL, removes that layer and starts the thread.
 * `shown` is the file's name in messages; `fd` is open for reading and writing on the same file, and borrowed.
 */
TP_NODISCARD tp_code tp_gpkg_writer_new(const char *path, const char *shown, int fd, tp_gpkg_writer **writer,
                                        tp_error *error);

/** The number of the template's CRS, which is that of all layers. */
int32_t tp_gpkg_writer_srs(const tp_gpkg_writer *writer);

/**
 * Orders to the thread; each waits while too many are waiting, and tells an error of an earlier one. What is handed
 * over is taken, also on failure: the layer's texts are copied, a batch is left empty, boxes (from malloc, may be NULL)
 * are freed. `beside`: of the table beside the layer, which is begun before any rows and takes the layer's place at its
 * end.
 */
TP_NODISCARD tp_code tp_gpkg_writer_begin(tp_gpkg_writer *writer, bool beside, const tp_sink_layer *layer,
                                          tp_error *error);
TP_NODISCARD tp_code tp_gpkg_writer_rows(tp_gpkg_writer *writer, bool beside, tp_row_batch *batch, tp_error *error);
TP_NODISCARD tp_code tp_gpkg_writer_end(tp_gpkg_writer *writer, const tp_sink_layer *layer,
                                        const tp_gpkg_extent *extent, tp_rtree_box *boxes, int64_t n_boxes,
                                        tp_error *error);

/** Waits for all orders, ends the transaction and closes the file; to be called once. */
TP_NODISCARD tp_code tp_gpkg_writer_close(tp_gpkg_writer *writer, tp_error *error);

/** Stops the thread at once. NULL is allowed. */
void tp_gpkg_writer_free(tp_gpkg_writer *writer);

#endif
