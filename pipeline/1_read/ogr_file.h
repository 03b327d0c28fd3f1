/** A layer of a file opened by OGR; only for the files of this folder. */
#ifndef TP_READ_OGR_FILE_H
#define TP_READ_OGR_FILE_H

#include "1_read/encoding.h"
#include "1_read/gdal_scope.h"
#include "1_read/infer.h"
#include "1_read/notes.h"
#include "1_read/read.h"

#include <gdal.h>
#include <ogr_api.h>

typedef struct tp_ogr_file {
    GDALDatasetH dataset;
    OGRLayerH layer; /**< NULL while none is chosen */
} tp_ogr_file;

/** Opens for reading, texts as raw bytes where the driver allows; NULL dataset: see the scope's message. */
void tp_ogr_open(const char *path, tp_ogr_file *file);
void tp_ogr_close(tp_ogr_file *file);

/** The CRS of a layer as AUTHORITY:CODE, else WKT2; NULL when it has none (or an undefined one). Caller frees. */
char *tp_ogr_crs(OGRLayerH layer);

/** The kind of geometry of a type, TP_GEOMETRY_NONE for none; false for types that are no layer's of ours. */
bool tp_ogr_geometry(OGRwkbGeometryType type, tp_geometry *geometry);

/**
 * Fills head->head.fields, field, id, label, lon_field and lat_field. `inferred` (may be NULL) has a type for each of
 * the file's fields; `decoder` (may be NULL: ASCII) is for their names. Faults as in tp_read_head_open.
 */
TP_NODISCARD tp_code tp_head_list_fields(OGRLayerH layer, const tp_read_options *options, const tp_read_places *places,
                                         const tp_type *inferred, tp_decoder *decoder, tp_read_head *head,
                                         tp_faults *faults);

/** What tp_read_rows works on. */
typedef struct tp_read_task {
    const tp_read_head *head;
    const char *layer_name; /**< the layer's name in the run */
    const char *filter;     /**< OGR SQL, or NULL */
    int32_t source;
    int64_t id_prefix; /**< > 0: ids made from feature ids begin with it, so that those of several files differ */
    tp_layer *layer;   /**< its columns are there */
    int64_t n_rows;    /**< rows filled so far; the layer may have more */
    tp_read_notes *notes;
    const tp_run *run; /**< for progress; NULL allowed */
    bool by_features;  /**< takes OGR's features even where there is a faster way; for tests */
} tp_read_task;

/** Appends the rows of a file to task->layer, every one of them: notes say which are to be left out. */
TP_NODISCARD tp_code tp_read_rows(tp_read_task *task, tp_error *error);

/** A geometry as the layer wants it, or the reason why not. */
typedef struct tp_geometry_reader {
    double *x, *y; /**< room for the longest ring so far */
    int64_t capacity;
} tp_geometry_reader;

void tp_geometry_reader_reset(tp_geometry_reader *reader);

/**
 * Puts a geometry (may be NULL) into row `row`: a point's position, or one row of shapes, empty when it is refused.
 * `*reason` is NULL or one of rejects.h; `detail` (size bytes) says more.
 */
TP_NODISCARD tp_code tp_geometry_read(tp_geometry_reader *reader, OGRGeometryH geometry, tp_layer *layer, int64_t row,
                                      const char **reason, char *detail, size_t size, tp_error *error);

#endif
