/* Japan's standard grid squares in whole micro-seconds of arc: see mesh.h. */
#include "technopolis/mesh.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define UAS_PER_DEGREE INT64_C(3600000000)
#define FIRST_LON_DEG 100

/* The limits of what two digits for latitude and two for longitude can say, in micro-seconds from (100 E, 0 N). */
#define LAT_END_UAS (100 * (UAS_PER_DEGREE * 2 / 3))
#define LON_END_UAS (80 * UAS_PER_DEGREE)

typedef struct level_form {
    const char *name;
    int64_t height_uas, width_uas;
    int digits;
} level_form;

static const level_form LEVELS[TP_MESH_LEVELS] = {
    [TP_MESH_80KM] = {"80 km", 2400000000, 3600000000, 4}, [TP_MESH_10KM] = {"10 km", 300000000, 450000000, 6},
    [TP_MESH_5KM] = {"5 km", 150000000, 225000000, 7},     [TP_MESH_2KM] = {"2 km", 60000000, 90000000, 9},
    [TP_MESH_1KM] = {"1 km", 30000000, 45000000, 8},       [TP_MESH_500M] = {"500 m", 15000000, 22500000, 9},
    [TP_MESH_250M] = {"250 m", 7500000, 11250000, 10},     [TP_MESH_125M] = {"125 m", 3750000, 5625000, 11},
    [TP_MESH_100M] = {"100 m", 3000000, 4500000, 10},
};

const char *tp_mesh_level_text(tp_mesh_level level) {
    return LEVELS[level].name;
}

bool tp_mesh_level_find(const char *text, tp_mesh_level *level) {
    for (int i = 0; i < TP_MESH_LEVELS; i++) {
        if (strcmp(LEVELS[i].name, text) == 0) {
            *level = (tp_mesh_level)i;
            return true;
        }
    }
    return false;
}

int tp_mesh_digits(tp_mesh_level level) {
    return LEVELS[level].digits;
}

int64_t tp_mesh_height_uas(tp_mesh_level level) {
    return LEVELS[level].height_uas;
}

int64_t tp_mesh_width_uas(tp_mesh_level level) {
    return LEVELS[level].width_uas;
}

int32_t tp_mesh_rows(tp_mesh_level level) {
    return (int32_t)(LAT_END_UAS / LEVELS[level].height_uas);
}

int32_t tp_mesh_columns(tp_mesh_level level) {
    return (int32_t)(LON_END_UAS / LEVELS[level].width_uas);
}

bool tp_mesh_valid(tp_mesh_level level, tp_mesh_cell cell) {
    return cell.row >= 0 && cell.column >= 0 && cell.row < tp_mesh_rows(level) && cell.column < tp_mesh_columns(level);
}

/* ---- positions ---- */

bool tp_mesh_cell_at(tp_mesh_level level, double lon_deg, double lat_deg, tp_mesh_cell *cell) {
    /* Written so that NaN fails; with a margin, since a position just outside may be rounded onto the edge. */
    if (!(lat_deg >= -1 && lat_deg <= 90 && lon_deg >= FIRST_LON_DEG - 1 && lon_deg <= 181)) {
        return false;
    }
    int64_t lat_uas = llround(lat_deg * (double)UAS_PER_DEGREE);
    int64_t lon_uas = llround(lon_deg * (double)UAS_PER_DEGREE) - FIRST_LON_DEG * UAS_PER_DEGREE;
    if (lat_uas < 0 || lat_uas >= LAT_END_UAS || lon_uas < 0 || lon_uas >= LON_END_UAS) {
        return false;
    }
    *cell = (tp_mesh_cell){(int32_t)(lat_uas / LEVELS[level].height_uas), (int32_t)(lon_uas / LEVELS[level].width_uas)};
    return true;
}

bool tp_mesh_neighbour(tp_mesh_level level, tp_mesh_cell cell, int32_t rows, int32_t columns, tp_mesh_cell *neighbour) {
    int64_t row = (int64_t)cell.row + rows, column = (int64_t)cell.column + columns;
    if (row < 0 || column < 0 || row >= tp_mesh_rows(level) || column >= tp_mesh_columns(level)) {
        return false;
    }
    *neighbour = (tp_mesh_cell){(int32_t)row, (int32_t)column};
    return true;
}

bool tp_mesh_parent(tp_mesh_level level, tp_mesh_cell cell, tp_mesh_level larger, tp_mesh_cell *parent) {
    int64_t ratio = LEVELS[larger].height_uas / LEVELS[level].height_uas;
    if (LEVELS[larger].height_uas % LEVELS[level].height_uas != 0 || !tp_mesh_valid(level, cell)) {
        return false;
    }
    *parent = (tp_mesh_cell){(int32_t)(cell.row / ratio), (int32_t)(cell.column / ratio)};
    return true;
}

static double degrees(int64_t uas) {
    return (double)uas / (double)UAS_PER_DEGREE;
}

void tp_mesh_box(tp_mesh_level level, tp_mesh_cell cell, double box_deg[4]) {
    int64_t south = cell.row * LEVELS[level].height_uas;
    int64_t west = cell.column * LEVELS[level].width_uas + FIRST_LON_DEG * UAS_PER_DEGREE;
    box_deg[0] = degrees(west);
    box_deg[1] = degrees(south);
    box_deg[2] = degrees(west + LEVELS[level].width_uas);
    box_deg[3] = degrees(south + LEVELS[level].height_uas);
}

void tp_mesh_corner(tp_mesh_level level, tp_mesh_cell cell, double *lon_deg, double *lat_deg) {
    double box_deg[4];
    tp_mesh_box(level, cell, box_deg);
    *lon_deg = box_deg[0];
    *lat_deg = box_deg[1];
}

void tp_mesh_centre(tp_mesh_level level, tp_mesh_cell cell, double *lon_deg, double *lat_deg) {
    /* In halves of micro-seconds, since the smallest width is odd in larger units. */
    int64_t lat_halves = (2 * (int64_t)cell.row + 1) * LEVELS[level].height_uas;
    int64_t lon_halves = (2 * (int64_t)cell.column + 1) * LEVELS[level].width_uas + 2 * FIRST_LON_DEG * UAS_PER_DEGREE;
    *lat_deg = (double)lat_halves / (2.0 * (double)UAS_PER_DEGREE);
    *lon_deg = (double)lon_halves / (2.0 * (double)UAS_PER_DEGREE);
}

void tp_mesh_ring(tp_mesh_level level, tp_mesh_cell cell, double lon_deg[TP_MESH_RING], double lat_deg[TP_MESH_RING]) {
    static const int X[TP_MESH_RING] = {0, 2, 2, 0, 0}, Y[TP_MESH_RING] = {1, 1, 3, 3, 1};
    double box_deg[4];
    tp_mesh_box(level, cell, box_deg);
    for (int i = 0; i < TP_MESH_RING; i++) {
        lon_deg[i] = box_deg[X[i]];
        lat_deg[i] = box_deg[Y[i]];
    }
}

/* ---- codes ---- */

/* 1 to 4 for the south-west, south-east, north-west and north-east quarter. */
static int64_t quarter(int64_t north, int64_t east) {
    return 1 + 2 * north + east;
}

int64_t tp_mesh_code(tp_mesh_level level, tp_mesh_cell cell) {
    if (!tp_mesh_valid(level, cell)) {
        return -1;
    }
    int64_t lat = cell.row * LEVELS[level].height_uas, lon = cell.column * LEVELS[level].width_uas;
    int64_t code = lat / LEVELS[TP_MESH_80KM].height_uas * 100 + lon / LEVELS[TP_MESH_80KM].width_uas;
    if (level == TP_MESH_80KM) {
        return code;
    }
    int64_t row = lat / LEVELS[TP_MESH_10KM].height_uas, column = lon / LEVELS[TP_MESH_10KM].width_uas;
    code = code * 100 + row % 8 * 10 + column % 8;
    if (level == TP_MESH_10KM) {
        return code;
    }
    if (level == TP_MESH_5KM) {
        return code * 10 + quarter(cell.row % 2, cell.column % 2);
    }
    if (level == TP_MESH_2KM) {
        return code * 1000 + cell.row % 5 * 200 + cell.column % 5 * 20 + 5;
    }
    row = lat / LEVELS[TP_MESH_1KM].height_uas;
    column = lon / LEVELS[TP_MESH_1KM].width_uas;
    code = code * 100 + row % 10 * 10 + column % 10;
    if (level == TP_MESH_100M) {
        return code * 100 + cell.row % 10 * 10 + cell.column % 10;
    }
    for (int halvings = (int)level - TP_MESH_1KM; halvings > 0; halvings--) {
        code = code * 10 + quarter(cell.row >> (halvings - 1) & 1, cell.column >> (halvings - 1) & 1);
    }
    return code;
}

/* Divides a cell into n x n and takes the one at (row, column); false when there is none. */
static bool divide(tp_mesh_cell *cell, int32_t n, int64_t row, int64_t column) {
    if (row < 0 || row >= n || column < 0 || column >= n) {
        return false;
    }
    *cell = (tp_mesh_cell){cell->row * n + (int32_t)row, cell->column * n + (int32_t)column};
    return true;
}

static bool divide_quarter(tp_mesh_cell *cell, int64_t digit) {
    return digit >= 1 && digit <= 4 && divide(cell, 2, (digit - 1) / 2, (digit - 1) % 2);
}

/* The digits after the first four. */
static bool divide_by_digits(tp_mesh_level level, const int digit[12], tp_mesh_cell *cell) {
    if (level == TP_MESH_80KM) {
        return true;
    }
    if (!divide(cell, 8, digit[0], digit[1])) {
        return false;
    }
    if (level == TP_MESH_10KM) {
        return true;
    }
    if (level == TP_MESH_5KM) {
        return divide_quarter(cell, digit[2]);
    }
    if (level == TP_MESH_2KM) {
        return digit[2] % 2 == 0 && digit[3] % 2 == 0 && digit[4] == 5 && divide(cell, 5, digit[2] / 2, digit[3] / 2);
    }
    bool good = divide(cell, 10, digit[2], digit[3]);
    if (level == TP_MESH_100M) {
        return good && divide(cell, 10, digit[4], digit[5]);
    }
    for (int i = 0; i < (int)level - TP_MESH_1KM && good; i++) {
        good = divide_quarter(cell, digit[4 + i]);
    }
    return good;
}

bool tp_mesh_cell_of_code(tp_mesh_level level, int64_t code, tp_mesh_cell *cell) {
    int digit[12] = {0};
    if (code < 0) {
        return false;
    }
    for (int i = LEVELS[level].digits - 5; i >= 0; i--) {
        digit[i] = (int)(code % 10);
        code /= 10;
    }
    if (code > 9999) {
        return false;
    }
    tp_mesh_cell found = {(int32_t)(code / 100), (int32_t)(code % 100)};
    if (found.column >= tp_mesh_columns(TP_MESH_80KM) || !divide_by_digits(level, digit, &found)) {
        return false;
    }
    *cell = found;
    return true;
}

void tp_mesh_text(tp_mesh_level level, tp_mesh_cell cell, char text[TP_MESH_TEXT_SIZE]) {
    int64_t code = tp_mesh_code(level, cell);
    int n = code < 0 ? 0 : LEVELS[level].digits;
    text[n] = '\0';
    for (int i = n - 1; i >= 0; i--) {
        text[i] = (char)('0' + code % 10);
        code /= 10;
    }
}

/* The number of digits of a text made of nothing else and not too long for a code; 0 for any other. */
static size_t digits_only(const char *text) {
    size_t n = strspn(text, "0123456789");
    return text[n] == '\0' && n < TP_MESH_TEXT_SIZE ? n : 0;
}

bool tp_mesh_cell_of_text(tp_mesh_level level, const char *text, tp_mesh_cell *cell) {
    if (digits_only(text) != (size_t)LEVELS[level].digits) {
        return false;
    }
    int64_t code = 0;
    for (const char *c = text; *c != '\0'; c++) {
        code = code * 10 + (*c - '0');
    }
    return tp_mesh_cell_of_code(level, code, cell);
}

bool tp_mesh_level_of_text(const char *text, tp_mesh_level *level) {
    size_t n = digits_only(text);
    tp_mesh_cell cell;
    for (int i = 0; i < TP_MESH_LEVELS; i++) {
        /* 100 m comes last, so ten digits that can be 250 m are; others of that length are left to who knows. */
        if (i != TP_MESH_100M && n == (size_t)LEVELS[i].digits && tp_mesh_cell_of_text((tp_mesh_level)i, text, &cell)) {
            *level = (tp_mesh_level)i;
            return true;
        }
    }
    return false;
}

/* ---- Japan ---- */

/* The primary squares that hold land of Japan, 176 of them: the columns of each row that has any. */
typedef struct japan_row {
    uint8_t row;
    const char *columns;
} japan_row;

static const japan_row JAPAN[] = {
    {30, "36"},
    {36, "22 23 24 31 41 53"},
    {37, "24 25 41"},
    {38, "23 24 31 41"},
    {39, "26 27 28 42"},
    {40, "27 28 40 42"},
    {41, "28 29 42"},
    {42, "29 30"},
    {43, "28 29"},
    {44, "29 40"},
    {45, "29 30 31 40"},
    {46, "29 30 31"},
    {47, "28 29 30 31 39 40"},
    {48, "28 29 30 31 39"},
    {49, "28 29 30 31 32 33 34 39"},
    {50, "29 30 31 32 33 34 35 36 38 39"},
    {51, "29 30 31 32 33 34 35 36 37 38 39"},
    {52, "29 31 32 33 34 35 36 37 38 39 40"},
    {53, "32 33 34 35 36 37 38 39 40"},
    {54, "32 33 35 36 37 38 39 40"},
    {55, "31 36 37 38 39 40 41"},
    {56, "36 37 38 39 40 41"},
    {57, "38 39 40 41"},
    {58, "39 40 41"},
    {59, "39 40 41 42"},
    {60, "39 40 41"},
    {61, "39 40 41"},
    {62, "39 40 41 43"},
    {63, "39 40 41 42 43"},
    {64, "39 40 41 42 43 44 45"},
    {65, "40 41 42 43 44 45 46"},
    {66, "41 42 43 44 45 46 47"},
    {67, "40 41 42 47 48"},
    {68, "40 41 42 47 48"},
};

bool tp_mesh_in_japan(tp_mesh_level level, tp_mesh_cell cell) {
    if (!tp_mesh_valid(level, cell)) {
        return false;
    }
    int64_t row = cell.row * LEVELS[level].height_uas / LEVELS[TP_MESH_80KM].height_uas;
    int64_t column = cell.column * LEVELS[level].width_uas / LEVELS[TP_MESH_80KM].width_uas;
    for (size_t i = 0; i < sizeof JAPAN / sizeof JAPAN[0]; i++) {
        if (JAPAN[i].row == row) {
            const char *c = JAPAN[i].columns;
            for (size_t k = 0; k + 1 < strlen(c); k += 3) {
                if ((c[k] - '0') * 10 + (c[k + 1] - '0') == column) {
                    return true;
                }
            }
        }
    }
    return false;
}

/* ---- areas ---- */

/*
 * With s = sin(latitude): area / (b² dlon / 2) is the difference of s / (1 - e²s²) + atanh(e s) / e between the two
 * latitudes; both differences are written so that nothing cancels.
 */
double tp_mesh_box_area_km2(const tp_ellipsoid *ellipsoid, double west_deg, double south_deg, double east_deg,
                            double north_deg) {
    const double rad = M_PI / 180;
    double e2 = ellipsoid->f * (2 - ellipsoid->f), e = sqrt(e2);
    double b_km = ellipsoid->a_m * (1 - ellipsoid->f) / 1000;
    double s1 = sin(south_deg * rad), s2 = sin(north_deg * rad);
    double ds = 2 * cos((north_deg + south_deg) / 2 * rad) * sin((north_deg - south_deg) / 2 * rad);
    double first = ds * (1 + e2 * s1 * s2) / ((1 - e2 * s1 * s1) * (1 - e2 * s2 * s2));
    double second = e2 > 0 ? atanh(e * ds / (1 - e2 * s1 * s2)) / e : ds;
    return b_km * b_km * (east_deg - west_deg) * rad / 2 * (first + second);
}

double tp_mesh_area_km2(const tp_ellipsoid *ellipsoid, tp_mesh_level level, int32_t row) {
    int64_t south = row * LEVELS[level].height_uas;
    return tp_mesh_box_area_km2(ellipsoid, 0, degrees(south), degrees(LEVELS[level].width_uas),
                                degrees(south + LEVELS[level].height_uas));
}
