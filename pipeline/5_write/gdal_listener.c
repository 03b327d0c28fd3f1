/* Listening to GDAL. See gdal_listener.h. */
#include "5_write/gdal_listener.h"

#include <cpl_error.h>
#include <stdio.h>

static void CPL_STDCALL listen(CPLErr level, CPLErrorNum number, const char *message) {
    (void)number;
    tp_gdal_listener *listener = CPLGetErrorHandlerUserData();
    if (level < CE_Failure || listener->failed) {
        return;
    }
    listener->failed = true;
    (void)snprintf(listener->message, sizeof listener->message, "%s", message);
}

void tp_gdal_listener_start(tp_gdal_listener *listener) {
    *listener = (tp_gdal_listener){0};
    CPLPushErrorHandlerEx(listen, listener);
}

void tp_gdal_listener_end(void) {
    CPLPopErrorHandler();
}
