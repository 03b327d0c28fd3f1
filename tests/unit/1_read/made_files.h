/* Small files for tests of reading, made with GDAL's C API or byte by byte in a temporary folder, and running the stage
 * `layer` on them. Everything is static: each test program includes it once. */
#ifndef TP_TEST_MADE_FILES_H
#define TP_TEST_MADE_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "1_read/read.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const tp_stage tp_stage_layer;

static char made_folder[512];

__attribute__((unused)) static int make_folder(void **state) {
    (void)state;
    const char *parent = getenv("TMPDIR");
    snprintf(made_folder, sizeof made_folder, "%s/tp_read_XXXXXX", parent == NULL ? "/tmp" : parent);
    GDALAllRegister();
    return mkdtemp(made_folder) == NULL;
}

__attribute__((unused)) static int remove_folder(void **state) {
    (void)state;
    VSIRmdirRecursive(made_folder);
    GDALDestroyDriverManager();
    return 0;
}

/* The path of a file in the folder; one of a few static buffers. */
__attribute__((unused)) static const char *made(const char *name) {
    static char paths[8][700];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", made_folder, name);
    return path;
}

__attribute__((unused)) static void write_bytes(const char *name, const void *bytes, size_t size) {
    FILE *file = fopen(made(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

__attribute__((unused)) static void write_text(const char *name, const char *text) {
    write_bytes(name, text, strlen(text));
}

__attribute__((unused)) static void set_byte(const char *name, long at, unsigned char value) {
    FILE *file = fopen(made(name), "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fwrite(&value, 1, 1, file), 1);
    fclose(file);
}

__attribute__((unused)) static long size_of(const char *name) {
    VSIStatBufL status;
    assert_int_equal(VSIStatL(made(name), &status), 0);
    return (long)status.st_size;
}

/* A layer that a test fills; `driver` as GDAL calls it, `crs` an EPSG number or 0 for none. */
typedef struct made_layer {
    GDALDatasetH dataset;
    OGRLayerH layer;
} made_layer;

__attribute__((unused)) static made_layer begin_layer(const char *driver, const char *name, const char *layer, int crs,
                                                      OGRwkbGeometryType type) {
    made_layer m = {0};
    GDALDriverH d = GDALGetDriverByName(driver);
    assert_non_null(d);
    m.dataset = GDALCreate(d, made(name), 0, 0, 0, GDT_Unknown, NULL);
    assert_non_null(m.dataset);
    OGRSpatialReferenceH srs = NULL;
    if (crs != 0) {
        srs = OSRNewSpatialReference(NULL);
        assert_int_equal(OSRImportFromEPSG(srs, crs), OGRERR_NONE);
        OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
    }
    const char *raw[] = {"ENCODING=", NULL};
    bool shapefile = strcmp(driver, "ESRI Shapefile") == 0;
    m.layer = GDALDatasetCreateLayer(m.dataset, layer, srs, type, (char **)(shapefile ? raw : NULL));
    assert_non_null(m.layer);
    if (srs != NULL) {
        OSRRelease(srs);
    }
    return m;
}

__attribute__((unused)) static void add_column(made_layer m, const char *name, OGRFieldType type, int width) {
    OGRFieldDefnH field = OGR_Fld_Create(name, type);
    OGR_Fld_SetWidth(field, width);
    assert_int_equal(OGR_L_CreateField(m.layer, field, 1), OGRERR_NONE);
    OGR_Fld_Destroy(field);
}

/* Adds a feature with texts for its first columns (NULL: missing) and a geometry as WKT (NULL: none). */
__attribute__((unused)) static void add_feature(made_layer m, const char *wkt, int n, ...) {
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(m.layer));
    va_list texts;
    va_start(texts, n);
    for (int i = 0; i < n; i++) {
        const char *text = va_arg(texts, const char *);
        if (text != NULL) {
            OGR_F_SetFieldString(feature, i, text);
        } else {
            OGR_F_SetFieldNull(feature, i);
        }
    }
    va_end(texts);
    if (wkt != NULL) {
        OGRGeometryH geometry = NULL;
        char *copy = tp_text_copy(wkt), *rest = copy;
        assert_int_equal(OGR_G_CreateFromWkt(&rest, NULL, &geometry), OGRERR_NONE);
        free(copy);
        OGR_F_SetGeometryDirectly(feature, geometry);
    }
    assert_int_equal(OGR_L_CreateFeature(m.layer, feature), OGRERR_NONE);
    OGR_F_Destroy(feature);
}

__attribute__((unused)) static void end_layer(made_layer m) {
    GDALClose(m.dataset);
}

/* A read entry on its way: what check and run gave. */
typedef struct entry {
    tp_node *root;
    tp_step step;
    tp_plan plan;
    tp_faults faults;
    tp_dataset *dataset;
    tp_layer *layer;
    tp_error error;
} entry;

/* Checks an entry (its settings as YAML, paths relative to the folder); gives the code of the faults. */
__attribute__((unused)) static tp_code check_entry(entry *e, const char *yaml, int on_error) {
    *e = (entry){0};
    static char base[600];
    snprintf(base, sizeof base, "%s/", made_folder);
    assert_int_equal(tp_node_parse(yaml, strlen(yaml), "c.yaml", &e->root, &e->faults), TP_OK);
    e->step = (tp_step){.stage = &tp_stage_layer, .name = (char *)"places", .place = {"c.yaml", 1, 1}, .node = e->root};
    tp_code code =
        tp_options_fill(tp_stage_layer.settings, tp_stage_layer.n_settings, tp_stage_layer.options_size, "file",
                        e->root, e->step.place, TP_ORIGIN_CONFIGURATION, &e->step.options, &e->faults);
    e->plan.base = base;
    e->plan.run = (tp_run){.base = base, .on_error = on_error, .crs = "EPSG:4326"};
    if (code == TP_OK) {
        tp_stage_layer.check(&e->step, &e->plan, &e->faults);
    }
    return tp_faults_code(&e->faults);
}

/* Runs what was checked. */
__attribute__((unused)) static tp_code run_entry(entry *e) {
    assert_int_equal(tp_dataset_new(&e->dataset, NULL), TP_OK);
    tp_code code = tp_stage_layer.run(&e->step, &e->plan.run, e->dataset, &e->error);
    e->layer = tp_dataset_layer(e->dataset, "places");
    return code;
}

/* Both; the test fails when the check finds faults. */
__attribute__((unused)) static tp_code read_entry(entry *e, const char *yaml) {
    tp_code code = check_entry(e, yaml, TP_STOP);
    for (size_t i = 0; i < e->faults.n; i++) {
        print_message("%s\n", e->faults.items[i].message);
    }
    assert_int_equal(code, TP_OK);
    return run_entry(e);
}

__attribute__((unused)) static void end_entry(entry *e) {
    tp_dataset_free(e->dataset);
    tp_schema_reset(&e->plan.schema);
    tp_options_reset(&e->step.options);
    tp_node_free(e->root);
    tp_faults_reset(&e->faults);
}

__attribute__((unused)) static const char *cell(const entry *e, const char *column, int64_t row) {
    const tp_column *c = tp_layer_column(e->layer, column);
    assert_non_null(c);
    return tp_column_text(c, row);
}

__attribute__((unused)) static bool fault_says(const tp_faults *faults, const char *part) {
    for (size_t i = 0; i < faults->n; i++) {
        if (strstr(faults->items[i].message, part) != NULL) {
            return true;
        }
    }
    for (size_t i = 0; i < faults->n; i++) {
        print_message("fault: %s\n", faults->items[i].message);
    }
    return false;
}

/* How many rejects have that reason (NULL: any), and whether the first of them has that feature id and detail. */
__attribute__((unused)) static size_t count_rejects(const entry *e, const char *reason) {
    size_t n = 0;
    for (size_t i = 0; i < e->dataset->n_rejects; i++) {
        n += reason == NULL || strcmp(e->dataset->rejects[i].reason, reason) == 0;
    }
    return n;
}

__attribute__((unused)) static const tp_reject *find_reject(const entry *e, const char *reason) {
    for (size_t i = 0; i < e->dataset->n_rejects; i++) {
        if (strcmp(e->dataset->rejects[i].reason, reason) == 0) {
            return &e->dataset->rejects[i];
        }
    }
    return NULL;
}

#endif
