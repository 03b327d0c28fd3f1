/* What the tests of 5_write share: temporary folders, and questions to a GeoPackage asked through GDAL. */
#ifndef TP_TEST_WRITE_FIXTURE_H
#define TP_TEST_WRITE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/text.h"

#include <cpl_conv.h>
#include <dirent.h>
#include <gdal.h>
#include <ogr_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

/* A new empty folder; freed and removed (it must be empty again but for files) by remove_folder. */
UNUSED static char *make_folder(void) {
    const char *base = getenv("TMPDIR");
    char *folder = tp_text_format("%s/tp_write_XXXXXX", base != NULL ? base : "/tmp");
    assert_non_null(folder);
    assert_non_null(mkdtemp(folder));
    return folder;
}

UNUSED static void remove_folder(char *folder) {
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char *path = tp_text_format("%s/%s", folder, entry->d_name);
        (void)unlink(path);
        free(path);
    }
    closedir(dir);
    assert_int_equal(rmdir(folder), 0);
    free(folder);
}

UNUSED static int count_entries(const char *folder) {
    int n = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(dir);
    return n;
}

UNUSED static bool exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0;
}

UNUSED static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

/* The whole file; freed by the caller. */
UNUSED static char *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    bytes[*size] = '\0';
    fclose(file);
    return bytes;
}

UNUSED static GDALDatasetH open_file(const char *path) {
    GDALAllRegister();
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(dataset);
    return dataset;
}

/* The answer to an SQL question: cells joined by |, rows by a line end, NULL as ~. Valid until the next call. */
UNUSED static const char *ask(const char *path, const char *sql) {
    static char answer[16384];
    size_t used = 0;
    answer[0] = '\0';
    GDALDatasetH dataset = open_file(path);
    OGRLayerH layer = GDALDatasetExecuteSQL(dataset, sql, NULL, NULL);
    assert_non_null(layer);
    for (OGRFeatureH feature = OGR_L_GetNextFeature(layer); feature != NULL; feature = OGR_L_GetNextFeature(layer)) {
        for (int i = 0; i < OGR_F_GetFieldCount(feature); i++) {
            const char *text = OGR_F_IsFieldSetAndNotNull(feature, i) ? OGR_F_GetFieldAsString(feature, i) : "~";
            used += (size_t)snprintf(answer + used, sizeof answer - used, "%s%s", i > 0 ? "|" : (used > 0 ? "\n" : ""),
                                     text);
            assert_true(used < sizeof answer);
        }
        OGR_F_Destroy(feature);
    }
    GDALDatasetReleaseResultSet(dataset, layer);
    GDALClose(dataset);
    return answer;
}

/* The geometry of a feature as WKT ("~": none). Valid until the next call. */
UNUSED static const char *ask_wkt(const char *path, const char *name, int64_t fid) {
    static char answer[4096];
    GDALDatasetH dataset = open_file(path);
    OGRLayerH layer = GDALDatasetGetLayerByName(dataset, name);
    assert_non_null(layer);
    OGRFeatureH feature = OGR_L_GetFeature(layer, fid);
    assert_non_null(feature);
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    if (geometry == NULL) {
        (void)snprintf(answer, sizeof answer, "~");
    } else {
        char *wkt = NULL;
        OGR_G_ExportToWkt(geometry, &wkt);
        (void)snprintf(answer, sizeof answer, "%s", wkt);
        CPLFree(wkt);
    }
    OGR_F_Destroy(feature);
    GDALClose(dataset);
    return answer;
}

#endif
