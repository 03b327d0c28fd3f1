/* Keeps what GDAL says instead of printing it: see gdal_scope.h. */
#include "1_read/gdal_scope.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal.h>
#include <stdio.h>
#include <string.h>

static const char GZIP_PROPERTIES[] = "CPL_VSIL_GZIP_WRITE_PROPERTIES";

/* A message without what is only of use to GDAL's makers: "In file X.cpp, at line 9, ". */
static const char *without_source(const char *message) {
    const char *line = strncmp(message, "In file ", 8) == 0 ? strstr(message, ", at line ") : NULL;
    const char *after = line == NULL ? NULL : strstr(line + 1, ", ");
    return after == NULL ? message : after + 2;
}

static void CPL_STDCALL keep(CPLErr kind, CPLErrorNum number, const char *message) {
    (void)number;
    tp_gdal_scope *scope = CPLGetErrorHandlerUserData();
    bool first_failure = kind >= CE_Failure && scope->failures == 0;
    if (kind >= CE_Failure) {
        scope->failures++;
    }
    if (first_failure || (kind == CE_Warning && scope->message[0] == '\0')) {
        snprintf(scope->message, sizeof scope->message, "%s", without_source(message));
    }
}

void tp_gdal_begin(tp_gdal_scope *scope) {
    GDALAllRegister();
    *scope = (tp_gdal_scope){.nested = CPLGetThreadLocalConfigOption(GZIP_PROPERTIES, NULL) != NULL};
    CPLPushErrorHandlerEx(keep, scope);
    /* GDAL would otherwise write a file of properties beside each .gz that it reads */
    CPLSetThreadLocalConfigOption(GZIP_PROPERTIES, "NO");
    /* names inside a zip that do not say to be UTF-8 are what Japanese Windows writes, unless the user says otherwise */
    if (CPLGetConfigOption("CPL_ZIP_ENCODING", NULL) == NULL) {
        CPLSetThreadLocalConfigOption("CPL_ZIP_ENCODING", "CP932");
    }
}

void tp_gdal_end(tp_gdal_scope *scope) {
    if (!scope->nested) {
        CPLSetThreadLocalConfigOption(GZIP_PROPERTIES, NULL);
    }
    CPLPopErrorHandler();
}

const char *tp_gdal_message(const tp_gdal_scope *scope, const char *otherwise) {
    return scope->message[0] == '\0' ? otherwise : scope->message;
}

void tp_gdal_clear(tp_gdal_scope *scope) {
    scope->failures = 0;
    scope->message[0] = '\0';
}
