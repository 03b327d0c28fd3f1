/* A GeoPackage as a file. See gpkg_file.h. */
#include "5_write/gpkg_file.h"

#include "5_write/gdal_listener.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <unistd.h>

/*
 * How SQLite works on the file: no journal and no syncs, since a partial file that fails is thrown away and one that is
 * complete is synced once; and a page cache of 64 MB, which saves a fifth of the time for a million points.
 */
static const char *const SQLITE_OPTIONS[][2] = {
    {"OGR_SQLITE_JOURNAL", "OFF"},
    {"OGR_SQLITE_SYNCHRONOUS", "OFF"},
    {"OGR_SQLITE_CACHE", "64"},
};
enum { N_SQLITE_OPTIONS = sizeof SQLITE_OPTIONS / sizeof SQLITE_OPTIONS[0] };

/* The options are set for this thread alone, and put back as they were. */
static GDALDatasetH create_with_options(GDALDriverH driver, const char *path) {
    char *before[N_SQLITE_OPTIONS] = {0};
    for (size_t i = 0; i < N_SQLITE_OPTIONS; i++) {
        const char *value = CPLGetThreadLocalConfigOption(SQLITE_OPTIONS[i][0], NULL);
        before[i] = value != NULL ? CPLStrdup(value) : NULL;
        CPLSetThreadLocalConfigOption(SQLITE_OPTIONS[i][0], SQLITE_OPTIONS[i][1]);
    }
    GDALDatasetH dataset = GDALCreate(driver, path, 0, 0, 0, GDT_Unknown, NULL);
    for (size_t i = 0; i < N_SQLITE_OPTIONS; i++) {
        CPLSetThreadLocalConfigOption(SQLITE_OPTIONS[i][0], before[i]);
        CPLFree(before[i]);
    }
    return dataset;
}

GDALDatasetH tp_gpkg_create(const char *path) {
    GDALDriverH driver = GDALGetDriverByName("GPKG");
    if (driver == NULL) {
        GDALAllRegister();
        driver = GDALGetDriverByName("GPKG");
    }
    if (driver == NULL) {
        CPLError(CE_Failure, CPLE_AppDefined, "this GDAL was built without its GeoPackage driver");
        return NULL;
    }
    return create_with_options(driver, path);
}

tp_code tp_gpkg_srs_new(const char *crs, OGRSpatialReferenceH *srs, tp_error *error) {
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    *srs = OSRNewSpatialReference(NULL);
    OGRErr fault = OSRSetFromUserInput(*srs, crs);
    tp_gdal_listener_end();
    if (fault != OGRERR_NONE) {
        return tp_error_set(error, TP_E_CONFIG, "'%s' is not a CRS that GDAL knows: %s", crs,
                            listener.failed ? listener.message : "no reason given");
    }
    OSRSetAxisMappingStrategy(*srs, OAMS_TRADITIONAL_GIS_ORDER);
    return TP_OK;
}

/* Bytes 16 and 28 of the header: the size of a page and how many there are. */
bool tp_gpkg_is_whole(int fd) {
    unsigned char header[32];
    if (pread(fd, header, sizeof header, 0) != (ssize_t)sizeof header) {
        return false;
    }
    int64_t page = header[16] << 8 | header[17];
    page = page == 1 ? 65536 : page;
    int64_t n_pages = (int64_t)header[28] << 24 | header[29] << 16 | header[30] << 8 | header[31];
    return page > 0 && n_pages > 0 && lseek(fd, 0, SEEK_END) == page * n_pages;
}
