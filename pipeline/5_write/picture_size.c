/* Sizes and extents. See picture_size.h. */
#include "5_write/picture_size.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *skip(const char *text, const char *what) {
    return text + strspn(text, what);
}

bool tp_picture_parse_size(const char *text, double *width, double *height) {
    char *end = NULL;
    long across = strtol(text, &end, 10);
    const char *at = end == text ? NULL : skip(end, " ");
    if (at == NULL || at == end + strlen(end)) {
        return false;
    }
    at = strncmp(at, "×", strlen("×")) == 0 ? at + strlen("×") : *at == 'x' || *at == 'X' ? at + 1 : at;
    at = skip(at, " ");
    long down = strtol(at, &end, 10);
    if (end == at) {
        return false;
    }
    at = skip(end, " ");
    at = skip(strncmp(at, "px", 2) == 0 ? at + 2 : at, " ");
    *width = (double)across;
    *height = (double)down;
    return *at == '\0' && across >= TP_PICTURE_LEAST && across <= TP_PICTURE_MOST && down >= TP_PICTURE_LEAST &&
           down <= TP_PICTURE_MOST;
}

bool tp_picture_parse_extent(const char *text, double extent_deg[4]) {
    const char *at = text;
    for (int i = 0; i < 4; i++) {
        char *end = NULL;
        extent_deg[i] = strtod(at, &end);
        if (end == at || !isfinite(extent_deg[i])) {
            return false;
        }
        at = skip(end, " ,;");
    }
    return *at == '\0' && extent_deg[0] >= -180 && extent_deg[2] <= 180 && extent_deg[1] >= -90 &&
           extent_deg[3] <= 90 && extent_deg[2] - extent_deg[0] >= 1e-4 && extent_deg[3] - extent_deg[1] >= 1e-4;
}

void tp_picture_extent_start(double extent_deg[4]) {
    extent_deg[0] = extent_deg[1] = INFINITY;
    extent_deg[2] = extent_deg[3] = -INFINITY;
}

void tp_picture_extent_add(double extent_deg[4], const tp_layer *layer) {
    bool points = layer->geometry == TP_GEOMETRY_POINT;
    const double *x = points ? layer->lon_deg : layer->shapes.x, *y = points ? layer->lat_deg : layer->shapes.y;
    int64_t n = points ? layer->n_rows : layer->shapes.n_vertices;
    for (int64_t i = 0; i < n; i++) { /* fmin and fmax leave NaN aside */
        extent_deg[0] = fmin(extent_deg[0], x[i]);
        extent_deg[1] = fmin(extent_deg[1], y[i]);
        extent_deg[2] = fmax(extent_deg[2], x[i]);
        extent_deg[3] = fmax(extent_deg[3], y[i]);
    }
}

bool tp_picture_extent_pad(double extent_deg[4]) {
    static const double SHARE = 0.035, LEAST_DEG = 0.05;
    if (!(extent_deg[2] >= extent_deg[0])) {
        return false;
    }
    double aside = fmax(SHARE * (extent_deg[2] - extent_deg[0]), LEAST_DEG);
    double up = fmax(SHARE * (extent_deg[3] - extent_deg[1]), LEAST_DEG);
    extent_deg[0] -= aside;
    extent_deg[2] += aside;
    extent_deg[1] = fmax(extent_deg[1] - up, -90);
    extent_deg[3] = fmin(extent_deg[3] + up, 90);
    return true;
}
