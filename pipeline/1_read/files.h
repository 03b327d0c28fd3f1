/**
 * The files behind one input: where GDAL finds it (zip and gz included), whether it is whole, and which files it is
 * made of.
 */
#ifndef TP_READ_FILES_H
#define TP_READ_FILES_H

#include "technopolis/error.h"

typedef struct tp_files {
    char *path; /**< for GDAL */
    char *
        *list; /**< the files to be digested: of a shapefile .shp .shx .dbf .prj .cpg, else the file as it lies there */
    size_t n;
} tp_files;

/**
 * Finds the files of `path`: a file, FILE.gz, FILE.zip with one layer file inside (or one that has `layer`, which may be
 * NULL), or FILE.zip/MEMBER. Faults (at `place`, TP_E_DATA): no such file, a folder, a pipe, not readable, a zip without or with several layers, a shapefile with
 * parts missing, cut short or of different lengths. Within a tp_gdal_scope.
 */
TP_NODISCARD tp_code tp_files_find(const char *path, const char *shown, const char *layer, tp_place place,
                                   tp_files *files, tp_faults *faults);
void tp_files_reset(tp_files *files);

/** True for a PostGIS database ("PG:…"), which has no files and so no digest. */
bool tp_files_is_database(const char *path);

/** The side file of `path` with another extension ("cpg"), in lower or upper case, or NULL when there is none. */
char *tp_files_side(const char *path, const char *extension);

/** True when the path ends with `.extension`, in any case. */
bool tp_files_ends(const char *path, const char *extension);

#endif
