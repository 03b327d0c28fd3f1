/*
 * The stage `raster`: a column of a layer of cells as a GeoTIFF. Japan's squares are a regular grid in degrees, others
 * in their CRS; a pixel is a cell. Cells that are not in the layer, or whose number is missing, are no data (NaN, which
 * the file declares). Written strip by strip, so that memory does not grow with the height.
 */
#include "5_write/gdal_listener.h"
#include "5_write/output_check.h"
#include "5_write/output_file.h"

#include "core/space/cells.h"
#include "technopolis/grid.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <stddef.h>
#include <stdlib.h>

enum { STRIP_ROWS = 64, MOST_PIXELS_WIDE = 1 << 24 };

typedef struct raster_options {
    const char *of, *column, *file;
} raster_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the layer of cells",
     .offset = offsetof(raster_options, of)},
    {.key = "column",
     .kind = TP_SETTING_COLUMN,
     .fallback = "density",
     .help = "the numbers that become pixels",
     .offset = offsetof(raster_options, column)},
    {.key = "file",
     .kind = TP_SETTING_PATH,
     .required = true,
     .help = "the GeoTIFF to write; an existing one is replaced when the new one is complete",
     .offset = offsetof(raster_options, file)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}", .name = "{column}", .type = TP_TYPE_DOUBLE, .help = "which becomes pixels"},
    {.layer = "{of}", .name = "mesh_code", .type = TP_TYPE_TEXT, .help = "which says where a cell lies"},
    {.layer = "{of}", .name = "level", .type = TP_TYPE_TEXT, .help = "which says what grid it is of"},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const raster_options *options = step->options.values;
    if (options->file != NULL) {
        tp_output_check(step, plan, options->file, tp_options_place(&step->options, SETTINGS, "file", step->place),
                        faults);
    }
}

typedef struct pixel {
    tp_mesh_cell cell; /* first: tp_cells_compare looks at it */
    double value;
} pixel;

typedef struct raster_work {
    tp_grid *grid;
    const char *crs;
    pixel *pixels;
    int64_t n;
    int32_t west, east, south, north; /* inclusive */
    tp_output_file output;
    GDALDatasetH dataset;
    tp_gdal_listener listener;
} raster_work;

static tp_code read_pixels(raster_work *work, const tp_layer *layer, const char *column_name, tp_error *error) {
    const tp_column *column = tp_layer_column(layer, column_name), *codes = tp_layer_column(layer, "mesh_code");
    work->pixels = malloc(((size_t)layer->n_rows + 1) * sizeof *work->pixels);
    if (work->pixels == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < layer->n_rows; row++) {
        pixel *next = &work->pixels[work->n];
        const char *text = tp_column_text(codes, row);
        if (text == NULL || !tp_grid_cell_of_text(work->grid, text, &next->cell)) {
            return tp_error_set(error, TP_E_DATA, "layer %s feature %s: '%.40s' is no cell of %s", layer->name,
                                tp_layer_id(layer, row), text == NULL ? "" : text, tp_grid_text(work->grid));
        }
        work->n += tp_column_number(column, row, &next->value);
    }
    qsort(work->pixels, (size_t)work->n, sizeof *work->pixels, tp_cells_compare);
    work->west = work->n > 0 ? INT32_MAX : 0;
    work->east = work->n > 0 ? INT32_MIN : 0;
    for (int64_t i = 0; i < work->n; i++) {
        int32_t column_number = work->pixels[i].cell.column;
        work->west = column_number < work->west ? column_number : work->west;
        work->east = column_number > work->east ? column_number : work->east;
    }
    work->south = work->n > 0 ? work->pixels[0].cell.row : 0;
    work->north = work->n > 0 ? work->pixels[work->n - 1].cell.row : 0;
    if ((int64_t)work->east - work->west >= MOST_PIXELS_WIDE ||
        (int64_t)work->north - work->south >= MOST_PIXELS_WIDE) {
        return tp_error_set(error, TP_E_DATA, "layer %s spans more cells than a raster may have", layer->name);
    }
    return TP_OK;
}

static tp_code cannot_write(const raster_work *work, tp_error *error) {
    return tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: %s", work->output.path,
                        work->listener.failed ? work->listener.message : "GDAL gives no reason");
}

static bool describe(raster_work *work, const char *title) {
    double x0, y0, width, height;
    tp_grid_frame(work->grid, &x0, &y0, &width, &height);
    double frame[6] = {x0 + work->west * width, width, 0, y0 + (work->north + 1.0) * height, 0, -height};
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    bool good = OSRSetFromUserInput(srs, work->crs) == OGRERR_NONE;
    if (good) {
        OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
        good = GDALSetSpatialRef(work->dataset, srs) == CE_None;
    }
    OSRDestroySpatialReference(srs);
    GDALRasterBandH band = GDALGetRasterBand(work->dataset, 1);
    GDALSetDescription(band, title);
    return good && GDALSetGeoTransform(work->dataset, frame) == CE_None &&
           GDALSetRasterNoDataValue(band, NAN) == CE_None;
}

static tp_code create(raster_work *work, const char *title, tp_error *error) {
    tp_gdal_listener_start(&work->listener);
    GDALDriverH driver = GDALGetDriverByName("GTiff");
    if (driver == NULL) {
        GDALAllRegister();
        driver = GDALGetDriverByName("GTiff");
    }
    char **options = CSLSetNameValue(NULL, "COMPRESS", "DEFLATE");
    options = CSLSetNameValue(options, "PREDICTOR", "3");
    options = CSLSetNameValue(options, "BLOCKYSIZE", "64");
    options = CSLSetNameValue(options, "BIGTIFF", "IF_SAFER");
    int width = work->east - work->west + 1, height = work->north - work->south + 1;
    work->dataset =
        driver == NULL ? NULL : GDALCreate(driver, work->output.partial, width, height, 1, GDT_Float64, options);
    CSLDestroy(options);
    bool good = work->dataset != NULL && describe(work, title);
    tp_gdal_listener_end();
    return good ? tp_output_file_hold(&work->output, error) : cannot_write(work, error);
}

/* The rows of one strip from the north; `next` is the first pixel that is not yet written, from the end. */
static bool write_strip(raster_work *work, double *strip, int32_t top, int32_t rows, int64_t *next) {
    int64_t width = (int64_t)work->east - work->west + 1;
    for (int64_t i = 0; i < width * rows; i++) {
        strip[i] = NAN;
    }
    for (; *next >= 0 && work->pixels[*next].cell.row > top - rows; (*next)--) {
        const pixel *p = &work->pixels[*next];
        strip[(top - p->cell.row) * width + p->cell.column - work->west] = p->value;
    }
    GDALRasterBandH band = GDALGetRasterBand(work->dataset, 1);
    return GDALRasterIO(band, GF_Write, 0, work->north - top, (int)width, rows, strip, (int)width, rows, GDT_Float64, 0,
                        0) == CE_None;
}

static tp_code write_strips(raster_work *work, tp_error *error) {
    double *strip = malloc((size_t)((int64_t)work->east - work->west + 1) * STRIP_ROWS * sizeof *strip);
    int64_t next = work->n - 1;
    bool good = true;
    if (strip == NULL) {
        return tp_error_memory(error);
    }
    tp_gdal_listener_start(&work->listener);
    for (int32_t top = work->north; top >= work->south && good; top -= STRIP_ROWS) {
        int32_t left = top - work->south + 1;
        good = write_strip(work, strip, top, left < STRIP_ROWS ? left : STRIP_ROWS, &next);
    }
    GDALClose(work->dataset); /* writes what is left; its failures are heard */
    work->dataset = NULL;
    tp_gdal_listener_end();
    free(strip);
    return good && !work->listener.failed ? TP_OK : cannot_write(work, error);
}

static tp_code write_file(raster_work *work, const tp_run *run, const raster_options *options, tp_error *error) {
    char *path = tp_plan_path(run->base, options->file);
    tp_code code = path == NULL ? tp_error_memory(error) : tp_output_file_start(&work->output, path, error);
    if (code == TP_OK) {
        code = create(work, options->column, error);
    }
    if (code == TP_OK) {
        code = write_strips(work, error);
    }
    if (work->dataset != NULL) {
        tp_gdal_listener_start(&work->listener);
        GDALClose(work->dataset);
        tp_gdal_listener_end();
    }
    if (code == TP_OK) {
        code = tp_output_file_commit(&work->output, error);
    }
    if (path != NULL) {
        tp_output_file_reset(&work->output);
    }
    free(path);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    const raster_options *options = step->options.values;
    const tp_layer *layer = tp_dataset_layer(dataset, options->of);
    const tp_column *levels = layer == NULL ? NULL : tp_layer_column(layer, "level");
    const char *level = levels == NULL || layer->n_rows == 0 ? NULL : tp_column_text(levels, 0);
    const char *geographic = dataset->geographic_crs != NULL ? dataset->geographic_crs : "EPSG:4326";
    raster_work work = {0};
    if (level == NULL) {
        return tp_dataset_add_finding(dataset, step->name, "raster", true, error,
                                      "layer %s has no cells, so '%s' is not written", options->of, options->file);
    }
    tp_code code = tp_grid_parse(level, geographic, &dataset->ellipsoid, &work.grid, error);
    if (code == TP_OK) {
        work.crs = tp_grid_level(work.grid) == TP_MESH_LEVELS ? tp_grid_crs(work.grid) : geographic;
        code = read_pixels(&work, layer, options->column, error);
    }
    if (code == TP_OK) {
        code = write_file(&work, run, options, error);
    }
    free(work.pixels);
    tp_grid_free(work.grid);
    return code;
}

const tp_stage tp_stage_raster = {
    .name = "raster",
    .phase = TP_WRITE,
    .purpose = "writes a column of a layer of cells as a GeoTIFF",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(raster_options),
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .check = check,
    .run = run,
};
