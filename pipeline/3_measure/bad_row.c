/* Errors about a row of a layer: see bad_row.h. */
#include "bad_row.h"

#include <stdarg.h>
#include <stdio.h>

tp_code tp_bad_row(const tp_dataset *dataset, const tp_layer *layer, int64_t row, tp_error *error, const char *format,
                   ...) {
    char what[300];
    int32_t source = layer->source[row];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return source < 0 || (size_t)source >= dataset->n_sources
               ? tp_error_set(error, TP_E_DATA, "layer %s feature %s: %s", layer->name, tp_layer_id(layer, row), what)
               : tp_error_set(error, TP_E_DATA, "%s layer %s feature %lld: %s", dataset->sources[source].file,
                              layer->name, (long long)layer->source_fid[row], what);
}
