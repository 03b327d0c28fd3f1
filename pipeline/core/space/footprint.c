/* The smallest rectangle around points: see technopolis/footprint.h. */
#include "technopolis/footprint.h"

#include <math.h>
#include <stdlib.h>

/* A point of the plane in metres: x east, y north of the middle. */
typedef struct spot {
    double x, y;
} spot;

static bool has_position(double lon_deg, double lat_deg) {
    return isfinite(lon_deg) && fabs(lat_deg) <= 90;
}

/* The middle of the box around all points in geocentric coordinates, brought back to the surface. */
static int64_t find_middle(const tp_ellipsoid *ellipsoid, const double *lon_deg, const double *lat_deg, int64_t n,
                           double *lon0_deg, double *lat0_deg) {
    double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY};
    int64_t n_placed = 0;
    for (int64_t i = 0; i < n; i++) {
        if (has_position(lon_deg[i], lat_deg[i])) {
            double xyz_m[3];
            tp_geocentric(ellipsoid, lon_deg[i], lat_deg[i], xyz_m);
            for (int k = 0; k < 3; k++) {
                low[k] = fmin(low[k], xyz_m[k]);
                high[k] = fmax(high[k], xyz_m[k]);
            }
            n_placed++;
        }
    }
    double x = (low[0] + high[0]) / 2, y = (low[1] + high[1]) / 2, z = (low[2] + high[2]) / 2;
    double e2 = ellipsoid->f * (2 - ellipsoid->f);
    *lon0_deg = atan2(y, x) * 180 / M_PI;
    *lat0_deg = atan2(z, hypot(x, y) * (1 - e2)) * 180 / M_PI;
    return n_placed;
}

static int compare_spots(const void *a, const void *b) {
    const spot *p = a, *q = b;
    return p->x != q->x ? (p->x < q->x ? -1 : 1) : (p->y > q->y) - (p->y < q->y);
}

static double cross(spot o, spot a, spot b) {
    return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
}

/* The hull's corners anticlockwise from the westernmost, by Andrew's monotone chain; `hull` has room for n + 1. */
static int64_t convex_hull(spot *spots, int64_t n, spot *hull) {
    qsort(spots, (size_t)n, sizeof *spots, compare_spots);
    int64_t different = n > 0 ? 1 : 0;
    for (int64_t i = 1; i < n; i++) {
        if (compare_spots(&spots[i], &spots[different - 1]) != 0) {
            spots[different++] = spots[i];
        }
    }
    if (different < 2) {
        hull[0] = spots[0];
        return different;
    }
    int64_t h = 0;
    for (int64_t i = 0; i < different; i++) { /* along the south, eastwards */
        while (h >= 2 && cross(hull[h - 2], hull[h - 1], spots[i]) <= 0) {
            h--;
        }
        hull[h++] = spots[i];
    }
    for (int64_t i = different - 2, lower = h + 1; i >= 0; i--) { /* back along the north */
        while (h >= lower && cross(hull[h - 2], hull[h - 1], spots[i]) <= 0) {
            h--;
        }
        hull[h++] = spots[i];
    }
    return h - 1; /* the last is the first again */
}

/* A rectangle with one side along the direction (ux, uy), in coordinates along and across it. */
typedef struct rectangle {
    double ux, uy;
    double along_low, along_high, across_low, across_high;
} rectangle;

static double along(const rectangle *r, spot p) {
    return p.x * r->ux + p.y * r->uy;
}

static double across(const rectangle *r, spot p) {
    return p.y * r->ux - p.x * r->uy;
}

/* The smallest rectangle: the corners that touch it move on as its side turns from edge to edge of the hull. */
static rectangle smallest_rectangle(const spot *hull, int64_t h) {
    rectangle best = {.ux = 1};
    double best_area = INFINITY;
    int64_t front = 1, far = 1, back = 1;
    for (int64_t i = 0; i < h; i++) {
        spot from = hull[i], to = hull[(i + 1) % h];
        double size = hypot(to.x - from.x, to.y - from.y);
        rectangle r = {.ux = (to.x - from.x) / size, .uy = (to.y - from.y) / size};
        while (along(&r, hull[(front + 1) % h]) > along(&r, hull[front % h])) {
            front++;
        }
        far = far < front ? front : far;
        while (across(&r, hull[(far + 1) % h]) > across(&r, hull[far % h])) {
            far++;
        }
        back = back < far ? far : back;
        while (along(&r, hull[(back + 1) % h]) < along(&r, hull[back % h])) {
            back++;
        }
        r.along_low = fmin(along(&r, hull[back % h]), along(&r, from));
        r.along_high = fmax(along(&r, hull[front % h]), along(&r, to));
        r.across_low = across(&r, from);
        r.across_high = fmax(across(&r, hull[far % h]), r.across_low);
        double area = (r.along_high - r.along_low) * (r.across_high - r.across_low);
        if (area < best_area) {
            best = r;
            best_area = area;
        }
    }
    return best;
}

static spot at(const rectangle *r, double along_m, double across_m) {
    return (spot){along_m * r->ux - across_m * r->uy, along_m * r->uy + across_m * r->ux};
}

/* From the plane back to the ellipsoid. */
static void place(const tp_ellipsoid *ellipsoid, double lon0_deg, double lat0_deg, spot p, double *lon_deg,
                  double *lat_deg) {
    geod_direct(&ellipsoid->g, lat0_deg, lon0_deg, atan2(p.x, p.y) * 180 / M_PI, hypot(p.x, p.y), lat_deg, lon_deg,
                NULL);
}

static void describe(const tp_ellipsoid *ellipsoid, double lon0_deg, double lat0_deg, const rectangle *r,
                     tp_footprint *footprint) {
    double a_km = (r->along_high - r->along_low) / 1000, b_km = (r->across_high - r->across_low) / 1000;
    bool long_along = a_km >= b_km;
    footprint->length_km = long_along ? a_km : b_km;
    footprint->width_km = long_along ? b_km : a_km;
    footprint->area_km2 = a_km * b_km;
    double azimuth_deg = atan2(long_along ? r->ux : -r->uy, long_along ? r->uy : r->ux) * 180 / M_PI;
    azimuth_deg = azimuth_deg < 0 ? azimuth_deg + 180 : azimuth_deg;
    footprint->azimuth_deg = footprint->length_km == 0 || azimuth_deg >= 180 ? 0 : azimuth_deg;
    const double corners[5][2] = {{r->along_low, r->across_low},
                                  {r->along_high, r->across_low},
                                  {r->along_high, r->across_high},
                                  {r->along_low, r->across_high},
                                  {r->along_low, r->across_low}};
    for (int i = 0; i < 5; i++) {
        place(ellipsoid, lon0_deg, lat0_deg, at(r, corners[i][0], corners[i][1]), &footprint->lon_deg[i],
              &footprint->lat_deg[i]);
    }
    spot centre = at(r, (r->along_low + r->along_high) / 2, (r->across_low + r->across_high) / 2);
    place(ellipsoid, lon0_deg, lat0_deg, centre, &footprint->centre_lon_deg, &footprint->centre_lat_deg);
}

tp_code tp_footprint_of(const tp_ellipsoid *ellipsoid, const double *lon_deg, const double *lat_deg, int64_t n,
                        tp_footprint *footprint, tp_error *error) {
    *footprint = (tp_footprint){0};
    spot *spots = malloc(sizeof *spots * 2 * ((size_t)n + 1)), *hull = spots + n + 1;
    if (spots == NULL) {
        return tp_error_memory(error);
    }
    double lon0_deg = 0, lat0_deg = 0;
    footprint->n = find_middle(ellipsoid, lon_deg, lat_deg, n, &lon0_deg, &lat0_deg);
    int64_t n_spots = 0;
    for (int64_t i = 0; i < n; i++) {
        if (has_position(lon_deg[i], lat_deg[i])) {
            double distance_m = 0, azimuth_deg = 0;
            geod_inverse(&ellipsoid->g, lat0_deg, lon0_deg, lat_deg[i], lon_deg[i], &distance_m, &azimuth_deg, NULL);
            double azimuth = azimuth_deg * M_PI / 180;
            spots[n_spots++] = (spot){distance_m * sin(azimuth), distance_m * cos(azimuth)};
        }
    }
    if (n_spots > 0) {
        int64_t h = convex_hull(spots, n_spots, hull);
        rectangle r = {.ux = 1,
                       .along_low = hull[0].x,
                       .along_high = hull[0].x,
                       .across_low = hull[0].y,
                       .across_high = hull[0].y};
        if (h >= 2) {
            r = smallest_rectangle(hull, h);
        }
        describe(ellipsoid, lon0_deg, lat0_deg, &r, footprint);
    }
    free(spots);
    return TP_OK;
}
