/*
 * Times reading a shapefile in CP932 with several columns of text, beside a plain C loop over OGR_L_GetNextFeature that
 * is told ENCODING=CP932 and touches every field (text, integer, real) and the point, keeping nothing. Ours keeps
 * everything, decoded, in columns: once with the encoding stated (.cpg), once found out from the texts (none). Each run
 * is a process of its own, so that its peak memory is its own; the order alternates and medians are told.
 *
 * Usage: bench_read [FEATURES [RUNS [FOLDER]]]: the file is made in FOLDER (default: TMPDIR or /tmp) and kept there.
 */
#include "technopolis/table.h"

#include <gdal.h>
#include <ogr_srs_api.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_RUNS = 15, N_TEXTS = 5 };

static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

/* A text of n characters, some of them the ones that a wrong table damages. */
static void write_kanji(uint64_t *state, int n, char *text) {
    static const char *const signs[] = {"東", "京", "都", "市", "町", "村", "大", "学", "研", "究", "所", "工",
                                        "業", "団", "地", "山", "川", "田", "島", "北", "南", "西", "髙", "﨑",
                                        "①",  "㈱", "ヶ", "の", "ー", "台", "丁", "目", "区", "県", "新", "本"};
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        const char *sign = signs[next_random(state) % (sizeof signs / sizeof signs[0])];
        memcpy(text + at, sign, strlen(sign));
        at += strlen(sign);
    }
    text[at] = '\0';
}

static void add_feature(OGRLayerH layer, uint64_t *state, long i) {
    static const int lengths[N_TEXTS] = {3, 5, 12, 24, 4};
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    char text[128];
    for (int k = 0; k < N_TEXTS; k++) {
        write_kanji(state, lengths[k], text);
        OGR_F_SetFieldString(feature, k, text);
    }
    snprintf(text, sizeof text, "B1%011ld", i);
    OGR_F_SetFieldString(feature, N_TEXTS, text);
    OGR_F_SetFieldInteger(feature, N_TEXTS + 1, (int)(next_random(state) % 100000));
    OGR_F_SetFieldDouble(feature, N_TEXTS + 2, (double)(next_random(state) % 1000000) / 7);
    OGRGeometryH point = OGR_G_CreateGeometry(wkbPoint);
    OGR_G_SetPoint_2D(point, 0, 129 + 16 * ((double)(next_random(state) >> 11) * 0x1p-53),
                      31 + 14 * ((double)(next_random(state) >> 11) * 0x1p-53));
    OGR_F_SetGeometryDirectly(feature, point);
    if (OGR_L_CreateFeature(layer, feature) != OGRERR_NONE) {
        fprintf(stderr, "cannot write the test file\n");
        exit(1);
    }
    OGR_F_Destroy(feature);
}

/* The file with its .cpg; nothing to do when it is there already. */
static void make_file(const char *path, long n) {
    static const struct {
        const char *name;
        OGRFieldType type;
        int width;
    } fields[] = {{"PREF", OFTString, 10},    {"CITY", OFTString, 20}, {"NAME", OFTString, 40},
                  {"ADDRESS", OFTString, 80}, {"KIND", OFTString, 20}, {"CODE", OFTString, 13},
                  {"STAFF", OFTInteger, 6},   {"VALUE", OFTReal, 20}};
    if (access(path, R_OK) == 0) {
        return;
    }
    char *options[] = {"ENCODING=CP932", NULL};
    GDALDriverH driver = GDALGetDriverByName("ESRI Shapefile");
    GDALDatasetH dataset = GDALCreate(driver, path, 0, 0, 0, GDT_Unknown, NULL);
    OGRSpatialReferenceH crs = OSRNewSpatialReference(NULL);
    OGRLayerH layer = NULL;
    if (dataset != NULL && OSRImportFromEPSG(crs, 6668) == OGRERR_NONE) {
        layer = GDALDatasetCreateLayer(dataset, "bench", crs, wkbPoint, options);
    }
    for (size_t i = 0; layer != NULL && i < sizeof fields / sizeof fields[0]; i++) {
        OGRFieldDefnH field = OGR_Fld_Create(fields[i].name, fields[i].type);
        OGR_Fld_SetWidth(field, fields[i].width);
        OGR_Fld_SetPrecision(field, fields[i].type == OFTReal ? 8 : 0);
        if (OGR_L_CreateField(layer, field, 0) != OGRERR_NONE) {
            layer = NULL;
        }
        OGR_Fld_Destroy(field);
    }
    if (layer == NULL) {
        fprintf(stderr, "cannot create %s\n", path);
        exit(1);
    }
    uint64_t state = 1;
    for (long i = 0; i < n; i++) {
        add_feature(layer, &state, i);
    }
    OSRDestroySpatialReference(crs);
    GDALClose(dataset);
}

/* The same file by another name that says nothing of its encoding: no .cpg, no language driver id. */
static void make_silent_twin(const char *path, const char *twin) {
    static const char *const parts[] = {"shp", "shx", "prj", "dbf"};
    char from[4096], to[4096];
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        snprintf(from, sizeof from, "%.*s%s", (int)strlen(path) - 3, path, parts[i]);
        snprintf(to, sizeof to, "%.*s%s", (int)strlen(twin) - 3, twin, parts[i]);
        FILE *in = fopen(from, "rb"), *out = access(to, R_OK) == 0 ? NULL : fopen(to, "wb");
        char block[1 << 16];
        for (size_t size; in != NULL && out != NULL && (size = fread(block, 1, sizeof block, in)) > 0;) {
            if (fwrite(block, 1, size, out) != size) {
                exit(1);
            }
        }
        if (out != NULL && strcmp(parts[i], "dbf") == 0 && (fseek(out, 29, SEEK_SET) != 0 || fputc(0, out) != 0)) {
            exit(1);
        }
        if (in != NULL) {
            fclose(in);
        }
        if (out != NULL) {
            fclose(out);
        }
    }
}

/* What a user's own loop would do. The sum keeps the compiler honest. */
static void read_plainly(const char *path) {
    char *options[] = {"ENCODING=CP932", NULL};
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, (const char *const *)options, NULL);
    OGRLayerH layer = dataset == NULL ? NULL : GDALDatasetGetLayer(dataset, 0);
    double sum = 0;
    OGRFeatureDefnH definition = layer == NULL ? NULL : OGR_L_GetLayerDefn(layer);
    int n = definition == NULL ? 0 : OGR_FD_GetFieldCount(definition);
    for (OGRFeatureH feature; layer != NULL && (feature = OGR_L_GetNextFeature(layer)) != NULL;) {
        for (int i = 0; i < n; i++) {
            OGRFieldType type = OGR_Fld_GetType(OGR_FD_GetFieldDefn(definition, i));
            sum += type == OFTString ? (double)strlen(OGR_F_GetFieldAsString(feature, i))
                                     : OGR_F_GetFieldAsDouble(feature, i);
        }
        OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
        sum += OGR_G_GetX(geometry, 0) + OGR_G_GetY(geometry, 0);
        OGR_F_Destroy(feature);
    }
    GDALClose(dataset);
    if (!(sum > 0)) {
        exit(1);
    }
}

static void read_ours(const char *path) {
    tp_layer *table = NULL;
    tp_error error = {0};
    if (tp_read_table(path, "bench", NULL, &table, &error) != TP_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    tp_layer_free(table);
}

static void read_ours_silent(const char *path) {
    char twin[4096];
    snprintf(twin, sizeof twin, "%.*s_silent/bench.shp", (int)(strlen(path) - strlen("/bench.shp")), path);
    read_ours(twin);
}

typedef struct timing {
    const char *name;
    void (*read)(const char *path);
    double seconds[MOST_RUNS], peak_mb;
} timing;

/* In a process of its own. */
static void run_once(timing *t, int run, const char *path) {
    double start_s = omp_get_wtime();
    pid_t child = fork();
    if (child == 0) {
        t->read(path);
        _exit(0);
    }
    int status = 1;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0) {
        fprintf(stderr, "%s failed\n", t->name);
        exit(1);
    }
    t->seconds[run] = omp_get_wtime() - start_s;
    double mb = (double)usage.ru_maxrss / 1024;
    t->peak_mb = mb > t->peak_mb ? mb : t->peak_mb;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    long n = argc > 1 ? atol(argv[1]) : 1000000;
    int runs = argc > 2 ? atoi(argv[2]) : 5;
    const char *folder = argc > 3 ? argv[3] : getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
    if (n < 1 || runs < 1 || runs > MOST_RUNS) {
        fprintf(stderr, "usage: bench_read [FEATURES [RUNS [FOLDER]]]\n");
        return 2;
    }
    char path[2048], twin[2048], folders[2][2048];
    for (int i = 0; i < 2; i++) {
        snprintf(folders[i], sizeof folders[i], "%.1900s/bench_read_%ld%s", folder, n, i == 0 ? "" : "_silent");
        (void)VSIMkdir(folders[i], 0755);
    }
    snprintf(path, sizeof path, "%.2000s/bench.shp", folders[0]);
    snprintf(twin, sizeof twin, "%.2000s/bench.shp", folders[1]);
    GDALAllRegister();
    make_file(path, n);
    make_silent_twin(path, twin);
    timing timings[] = {{.name = "OGR loop, ENCODING=CP932", .read = read_plainly},
                        {.name = "ours, encoding stated", .read = read_ours},
                        {.name = "ours, encoding found out", .read = read_ours_silent}};
    enum { N = sizeof timings / sizeof timings[0] };
    for (int run = 0; run < runs; run++) {
        for (int i = 0; i < N; i++) {
            run_once(&timings[(i + run) % N], run, path);
        }
    }
    printf("%ld features, %d columns of text, median of %d runs\n", n, N_TEXTS + 1, runs);
    for (int i = 0; i < N; i++) {
        qsort(timings[i].seconds, (size_t)runs, sizeof(double), compare);
        printf("%-28s %6.2f s (%.2f to %.2f)  speed %5.0f %% of the loop's  peak %5.0f MB\n", timings[i].name,
               timings[i].seconds[runs / 2], timings[i].seconds[0], timings[i].seconds[runs - 1],
               100 * timings[0].seconds[runs / 2] / timings[i].seconds[runs / 2], timings[i].peak_mb);
    }
    return 0;
}
