/* The stage `picture`: a map of the result as PNG or SVG, for reports. */
#include "5_write/picture.h"

#include "5_write/output_bytes.h"
#include "5_write/output_check.h"
#include "5_write/picture_size.h"
#include "technopolis/plan.h"
#include "technopolis/version.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct picture_options {
    const char *file, *also, *size, *extent, *title, *column;
    tp_texts layers;
    int language;
    bool labels;
} picture_options;

static const tp_setting SETTINGS[] = {
    {.key = "file",
     .kind = TP_SETTING_PATH,
     .required = true,
     .help =
         "the picture to write, PNG or SVG by its extension; an existing one is replaced when the new one is complete",
     .offset = offsetof(picture_options, file)},
    {.key = "also",
     .kind = TP_SETTING_PATH,
     .help = "a second file with the same picture, such as an SVG beside a PNG",
     .offset = offsetof(picture_options, also)},
    {.key = "size",
     .kind = TP_SETTING_TEXT,
     .fallback = "1600 x 1200 px",
     .help = "width and height, each from 200 to 10000 pixels",
     .offset = offsetof(picture_options, size)},
    {.key = "extent",
     .kind = TP_SETTING_TEXT,
     .help = "what is shown: WEST SOUTH EAST NORTH in degrees, or the name of a layer (default: the sites, else all "
             "that is "
             "drawn)",
     .offset = offsetof(picture_options, extent)},
    {.key = "layers",
     .kind = TP_SETTING_LAYERS,
     .help = "what is drawn, from below to above (default: prefectures and sites, where there are such)",
     .offset = offsetof(picture_options, layers)},
    {.key = "column",
     .kind = TP_SETTING_COLUMN,
     .help = "by which column cells are coloured: numbers, or the classes of hot spots (default: density)",
     .offset = offsetof(picture_options, column)},
    {.key = "labels",
     .kind = TP_SETTING_YES_NO,
     .fallback = "yes",
     .help = "whether sites and zones are named where there is room",
     .offset = offsetof(picture_options, labels)},
    {.key = "language",
     .kind = TP_SETTING_CHOICE,
     .choices = "run|en|ja",
     .fallback = "run",
     .help = "the language of legend and names; `run`: that of the run",
     .offset = offsetof(picture_options, language)},
    {.key = "title",
     .kind = TP_SETTING_TEXT,
     .help = "the line above the map (default: the title of the configuration)",
     .offset = offsetof(picture_options, title)},
};

static const tp_stage_column NEEDS[] = {{.layer = "{layers}", .help = "which the picture shows"}};

/* ---- before the run ---- */

/* Which layers are drawn where the configuration does not say. */
static const char *const USUAL[] = {"prefectures", "sites"};
enum { N_USUAL = sizeof USUAL / sizeof USUAL[0] };

static tp_place place_of(const tp_step *step, const char *key) {
    return tp_options_place(&step->options, SETTINGS, key, step->place);
}

static bool has_extension(const char *file, const char *extension) {
    size_t size = strlen(file), own = strlen(extension);
    return size > own && strcasecmp(file + size - own, extension) == 0;
}

static void check_file(const tp_step *step, tp_plan *plan, const char *file, const char *key, tp_faults *faults) {
    if (file == NULL) {
        return;
    }
    if (!has_extension(file, ".png") && !has_extension(file, ".svg")) {
        tp_faults_add_at(faults, place_of(step, key),
                         "'%s' is no kind of picture (expected a name that ends with .png or .svg)", file);
    }
    tp_output_check(step, plan, file, place_of(step, key), faults);
}

static void check_layers(const tp_step *step, const tp_plan *plan, tp_faults *faults) {
    const picture_options *options = step->options.values;
    bool any = false, coloured = options->column == NULL;
    size_t n = options->layers.n > 0 ? options->layers.n : N_USUAL;
    for (size_t i = 0; i < n; i++) {
        bool named = options->layers.n > 0;
        const char *name = named ? options->layers.items[i] : USUAL[i];
        const tp_head *head = tp_schema_find(&plan->schema, name);
        any = any || head != NULL;
        coloured = coloured || (head != NULL && tp_head_field(head, options->column) != NULL);
        if (named && head != NULL && head->geometry == TP_GEOMETRY_NONE) {
            tp_faults_add_at(faults, options->layers.places[i], "layer '%s' is a table, which has nothing to draw",
                             name);
        }
    }
    if (!any && options->layers.n == 0) {
        tp_faults_add_at(faults, step->place,
                         "there is nothing to draw (expected a layer 'sites' or 'prefectures', or `layers`)");
    } else if (any && !coloured) {
        tp_faults_add_code_at(faults, TP_E_DATA, place_of(step, "column"), "no layer of the picture has a column '%s'",
                              options->column);
    }
    if (n > TP_PICTURE_LAYERS_MAX) {
        tp_faults_add_at(faults, place_of(step, "layers"),
                         "%zu layers are too many for a picture (expected at most %d)", n, TP_PICTURE_LAYERS_MAX);
    }
}

static void check_extent(const tp_step *step, const tp_plan *plan, tp_faults *faults) {
    const picture_options *options = step->options.values;
    double extent_deg[4];
    if (options->extent == NULL || tp_picture_parse_extent(options->extent, extent_deg)) {
        return;
    }
    const tp_head *head = tp_schema_find(&plan->schema, options->extent);
    if (head == NULL || head->geometry == TP_GEOMETRY_NONE) {
        tp_faults_add_at(
            faults, place_of(step, "extent"),
            "'%s' is no extent (expected WEST SOUTH EAST NORTH in degrees, such as 129.3 30.9 132.2 34.1, or "
            "the name of a layer)",
            options->extent);
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const picture_options *options = step->options.values;
    double width = 0, height = 0;
    check_file(step, plan, options->file, "file", faults);
    check_file(step, plan, options->also, "also", faults);
    if (options->file != NULL && options->also != NULL && strcmp(options->file, options->also) == 0) {
        tp_faults_add_at(faults, place_of(step, "also"), "'%s' is written twice (expected another file)",
                         options->also);
    }
    if (options->size != NULL && !tp_picture_parse_size(options->size, &width, &height)) {
        tp_faults_add_at(faults, place_of(step, "size"),
                         "'%s' is no size of a picture (expected such as 1600 x 1200 px, each from %d to %d)",
                         options->size, TP_PICTURE_LEAST, TP_PICTURE_MOST);
    }
    check_extent(step, plan, faults);
    check_layers(step, plan, faults);
}

/* ---- the run ---- */

static void take_layers(tp_picture *picture, const picture_options *options) {
    size_t n = options->layers.n > 0 ? options->layers.n : N_USUAL;
    for (size_t i = 0; i < n && picture->n_layers < TP_PICTURE_LAYERS_MAX; i++) {
        const tp_layer *layer =
            tp_dataset_layer(picture->dataset, options->layers.n > 0 ? options->layers.items[i] : USUAL[i]);
        if (layer != NULL && layer->geometry != TP_GEOMETRY_NONE) {
            picture->layers[picture->n_layers++] = layer;
        }
    }
}

/* The extent as configured, else that of the sites, else of everything drawn; false: nothing has a position. */
static bool find_extent(const tp_picture *picture, const picture_options *options, double extent_deg[4]) {
    if (options->extent != NULL && tp_picture_parse_extent(options->extent, extent_deg)) {
        return true;
    }
    tp_picture_extent_start(extent_deg);
    const tp_layer *only = options->extent != NULL ? tp_dataset_layer(picture->dataset, options->extent) : NULL;
    for (size_t i = 0; i < picture->n_layers && only == NULL; i++) {
        only = strcmp(picture->layers[i]->name, "sites") == 0 ? picture->layers[i] : NULL;
    }
    for (size_t i = 0; i < picture->n_layers && only == NULL; i++) {
        tp_picture_extent_add(extent_deg, picture->layers[i]);
    }
    if (only != NULL) {
        tp_picture_extent_add(extent_deg, only);
    }
    return tp_picture_extent_pad(extent_deg);
}

/* Is anything that is drawn inside? An extent typed wrongly must not become an empty sheet. */
static tp_code check_inside(const tp_step *step, const tp_picture *picture, const double extent_deg[4],
                            tp_error *error) {
    double all[4];
    tp_picture_extent_start(all);
    for (size_t i = 0; i < picture->n_layers; i++) {
        tp_picture_extent_add(all, picture->layers[i]);
    }
    if (all[0] <= extent_deg[2] && all[2] >= extent_deg[0] && all[1] <= extent_deg[3] && all[3] >= extent_deg[1]) {
        return TP_OK;
    }
    return tp_error_at(error, place_of(step, "extent"),
                       "nothing that the picture shows lies in longitude %g to %g, latitude %g to %g (it lies in "
                       "longitude %.4g to %.4g, latitude %.4g to %.4g)",
                       extent_deg[0], extent_deg[2], extent_deg[1], extent_deg[3], all[0], all[2], all[1], all[3]);
}

static void write_source_line(tp_picture *picture) {
    tp_text line = {0};
    bool japanese = picture->language == 1, any = false;
    for (size_t i = 0; i < picture->dataset->n_sources; i++) {
        const tp_source *source = &picture->dataset->sources[i];
        for (size_t k = 0; k < picture->n_layers; k++) {
            if (source->file != NULL && source->layer != NULL && strcmp(source->layer, picture->layers[k]->name) == 0) {
                const char *slash = strrchr(source->file, '/');
                tp_text_add(&line, "%s%s",
                            any        ? ", "
                            : japanese ? "資料: "
                                       : "Data: ",
                            slash == NULL ? source->file : slash + 1);
                any = true;
            }
        }
    }
    if (picture->dataset->n_profiles > 0) {
        tp_text_add(&line, "%s%s%s", any ? " · " : "",
                    japanese ? "要件: " : "Criteria: ", picture->dataset->profiles[0]->id);
        any = true;
    }
    tp_text_add(&line, "%stechnopolis %s", any ? " · " : "", TP_VERSION);
    (void)snprintf(picture->source_line, sizeof picture->source_line, "%s", tp_text_get(&line));
    size_t size = strlen(picture->source_line);
    while (size > 0 && !tp_text_is_utf8(picture->source_line, size)) {
        picture->source_line[--size] = '\0'; /* cut inside a character */
    }
    tp_text_reset(&line);
}

static tp_code prepare(const tp_step *step, tp_picture *picture, const tp_run *run, tp_error *error) {
    const picture_options *options = step->options.values;
    double extent_deg[4];
    if (!tp_picture_parse_size(options->size, &picture->width, &picture->height)) {
        return tp_error_set(error, TP_E_INTERNAL, "a size that was checked cannot be read");
    }
    picture->unit = sqrt(picture->width * picture->height / (1600.0 * 1200.0));
    picture->language = options->language == 0 ? run->language : options->language - 1;
    picture->title = options->title != NULL ? options->title : run->title != NULL ? run->title : "";
    picture->column = options->column;
    picture->labels = options->labels;
    take_layers(picture, options);
    if (!find_extent(picture, options, extent_deg)) {
        return tp_error_at(error, step->place, "nothing that the picture shows has a position");
    }
    tp_code code = check_inside(step, picture, extent_deg, error);
    const tp_dataset *dataset = picture->dataset;
    if (code == TP_OK) {
        code =
            tp_frame_open(&picture->frame, dataset->geographic_crs, &dataset->ellipsoid, run->crs, extent_deg, error);
    }
    double unit = picture->unit, top = picture->title[0] == '\0' ? 16 : 56;
    tp_box map = {16 * unit, top * unit, picture->width - 16 * unit, picture->height - 40 * unit};
    if (code == TP_OK) {
        code = tp_frame_fit(&picture->frame, &dataset->ellipsoid, map, error);
    }
    picture->fonts = pango_cairo_font_map_new(); /* of its own: nothing is shared with whoever calls the library */
    write_source_line(picture);
    return code == TP_OK ? tp_picture_arrange(picture, error) : code;
}

static tp_code save(tp_picture *picture, const tp_run *run, const char *file, tp_error *error) {
    tp_text bytes = {0};
    char *path = tp_plan_path(run->base, file);
    tp_code code =
        path == NULL ? tp_error_memory(error) : tp_picture_render(picture, has_extension(file, ".svg"), &bytes, error);
    if (code == TP_OK) {
        code = tp_output_bytes_save(path, &bytes, error);
    }
    tp_text_reset(&bytes);
    free(path);
    return code;
}

/* What the reader of the picture would otherwise miss. */
static tp_code tell(const tp_step *step, const tp_picture *picture, tp_dataset *dataset, tp_error *error) {
    tp_code code = TP_OK;
    if (picture->n_unknown_characters > 0) {
        code = tp_dataset_add_finding(dataset, step->name, "picture", true, error,
                                      "no installed font has some of the characters, which are drawn as boxes (for "
                                      "Japanese install one such as fonts-noto-cjk)");
    }
    if (code == TP_OK && picture->n_left_out > 0) {
        code = tp_dataset_add_finding(dataset, step->name, "picture", false, error,
                                      "%lld of %lld names found no room and are left out; every mark is drawn",
                                      (long long)picture->n_left_out, (long long)picture->n_names);
    }
    if (code == TP_OK && picture->n_moved > 0) {
        tp_text km = {0};
        tp_text_add_number(&km, picture->moved_most_px * picture->frame.metres_per_pixel / 1000, 1);
        code =
            tp_dataset_add_finding(dataset, step->name, "picture", false, error,
                                   "%lld marks are moved, by at most %s km on the ground, so that none hides another",
                                   (long long)picture->n_moved, tp_text_get(&km));
        tp_text_reset(&km);
    }
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    const picture_options *options = step->options.values;
    tp_picture picture = {.dataset = dataset};
    tp_code code = prepare(step, &picture, run, error);
    if (code == TP_OK) {
        code = save(&picture, run, options->file, error);
    }
    if (code == TP_OK && options->also != NULL) {
        code = save(&picture, run, options->also, error);
    }
    if (code == TP_OK) {
        code = tell(step, &picture, dataset, error);
    }
    tp_picture_reset(&picture);
    return code;
}

const tp_stage tp_stage_picture = {
    .name = "picture",
    .phase = TP_WRITE,
    .purpose = "draws a map as PNG or SVG: outlines, sites by verdict and what else is asked for",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(picture_options),
    .main_key = "file",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .check = check,
    .run = run,
};
