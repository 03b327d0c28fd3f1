/**
 * Reading a table of a file as it is, without sources and rejects: for what looks into an earlier result, which is no
 * input layer of a run.
 */
#ifndef TECHNOPOLIS_TABLE_H
#define TECHNOPOLIS_TABLE_H

#include "technopolis/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Reads a layer of a file, whatever its geometry. The result, which the caller frees, has no id column (`id` is NULL;
 * `source_fid` holds the features' ids). `where` (OGR SQL) may be NULL. TP_E_DATA when the file or the layer is not
 * there or cannot be read. O(rows). Not thread-safe beside other readers: GDAL's error handler is the process's.
 */
TP_NODISCARD tp_code tp_read_table(const char *path, const char *layer, const char *where, tp_layer **table,
                                   tp_error *error);

/**
 * The names of a file's layers and tables in its own order. `names` is freed by the caller with tp_read_names_free.
 * TP_E_DATA when the file cannot be opened.
 */
TP_NODISCARD tp_code tp_read_names(const char *path, char ***names, size_t *n, tp_error *error);
void tp_read_names_free(char **names, size_t n);

#ifdef __cplusplus
}
#endif

#endif
