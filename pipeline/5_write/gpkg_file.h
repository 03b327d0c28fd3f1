/** A GeoPackage as a file: made empty by GDAL, with SQLite told how to work on it. */
#ifndef TP_WRITE_GPKG_FILE_H
#define TP_WRITE_GPKG_FILE_H

#include "technopolis/error.h"

#include <gdal.h>
#include <ogr_srs_api.h>

/** Creates an empty GeoPackage; NULL: see the listener. */
GDALDatasetH tp_gpkg_create(const char *path);

/** The CRS of a text such as EPSG:6668, in traditional GIS order; TP_E_CONFIG where GDAL does not know it. */
TP_NODISCARD tp_code tp_gpkg_srs_new(const char *crs, OGRSpatialReferenceH *srs, tp_error *error);

/** The size that SQLite wrote into the header of the file is the size that the file has. */
bool tp_gpkg_is_whole(int fd);

#endif
