/**
 * A stretch of work with GDAL during which it prints nothing: what it would print is kept for our messages. Opening one
 * registers the drivers. Scopes of one thread may be nested.
 */
#ifndef TP_READ_GDAL_SCOPE_H
#define TP_READ_GDAL_SCOPE_H

#include <stdbool.h>

typedef struct tp_gdal_scope {
    int failures;      /**< how many errors GDAL raised */
    char message[400]; /**< the first of them, or the first warning; "" none */
    bool nested;       /**< within another one of this thread */
} tp_gdal_scope;

/** The object must stay where it is until tp_gdal_end. */
void tp_gdal_begin(tp_gdal_scope *scope);
void tp_gdal_end(tp_gdal_scope *scope);

/** What GDAL said, or `otherwise`. */
const char *tp_gdal_message(const tp_gdal_scope *scope, const char *otherwise);

/** Forgets what was said so far. */
void tp_gdal_clear(tp_gdal_scope *scope);

#endif
