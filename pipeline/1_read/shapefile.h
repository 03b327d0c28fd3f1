/** Whether the files of a shapefile are there and whole, which GDAL checks only in part. */
#ifndef TP_READ_SHAPEFILE_H
#define TP_READ_SHAPEFILE_H

#include "technopolis/error.h"

/**
 * Looks at the headers of a .shp with its .shx and .dbf, or of a .dbf alone: each must be as long as its header says,
 * and all must speak of the same number of records. Faults at `place`, TP_E_DATA.
 */
TP_NODISCARD tp_code tp_shapefile_check(const char *path, const char *shown, tp_place place, tp_faults *faults);

/** The language driver id of the .dbf beside `path`; 0 when there is none. */
unsigned char tp_shapefile_driver_id(const char *path);

/** The first word of the .cpg beside `path` in `text` (size bytes); false when there is none. */
bool tp_shapefile_cpg(const char *path, char *text, size_t size);

#endif
