/** What GDAL has to say while it writes: caught call by call, nothing reaches the terminal. */
#ifndef TP_WRITE_GDAL_LISTENER_H
#define TP_WRITE_GDAL_LISTENER_H

#include <stdbool.h>

/** The first failure that GDAL reports between start and end. */
typedef struct tp_gdal_listener {
    bool failed;
    char message[512];
} tp_gdal_listener;

/** Listens to this thread's GDAL; each start has its end. */
void tp_gdal_listener_start(tp_gdal_listener *listener);
void tp_gdal_listener_end(void);

#endif
