/* Finding the files of an input: see files.h. Whether a shapefile is whole is looked at in shapefile.c. */
#include "1_read/files.h"

#include "1_read/members.h"
#include "1_read/ogr_file.h"
#include "1_read/shapefile.h"
#include "technopolis/text.h"

#include <cpl_string.h>
#include <cpl_vsi.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

void tp_files_reset(tp_files *files) {
    for (size_t i = 0; i < files->n; i++) {
        free(files->list[i]);
    }
    free(files->list);
    free(files->path);
    *files = (tp_files){0};
}

bool tp_files_ends(const char *path, const char *extension) {
    size_t size = strlen(path), n = strlen(extension);
    return size > n && path[size - n - 1] == '.' && strcasecmp(path + size - n, extension) == 0;
}

bool tp_files_is_database(const char *path) {
    return strncmp(path, "PG:", 3) == 0;
}

static bool exists(const char *path) {
    VSIStatBufL status;
    return VSIStatExL(path, &status, VSI_STAT_EXISTS_FLAG) == 0;
}

/* A pipe or device: opening it may wait for ever. GDAL's own file systems know neither. */
static bool is_special(const char *path) {
    struct stat status;
    return strncmp(path, "/vsi", 4) != 0 && stat(path, &status) == 0 && !S_ISREG(status.st_mode) &&
           !S_ISDIR(status.st_mode);
}

char *tp_files_side(const char *path, const char *extension) {
    const char *point = strrchr(path, '.');
    size_t stem = point == NULL ? strlen(path) : (size_t)(point - path);
    char upper[8] = "";
    for (size_t i = 0; extension[i] != '\0' && i + 1 < sizeof upper; i++) {
        upper[i] = (char)toupper((unsigned char)extension[i]);
    }
    const char *spellings[] = {extension, upper};
    for (size_t i = 0; i < 2; i++) {
        char *side = tp_text_format("%.*s.%s", (int)stem, path, spellings[i]);
        if (side == NULL || exists(side)) {
            return side;
        }
        free(side);
    }
    return NULL;
}

/* Adds a file to the digest's list; takes ownership. NULL is passed over. */
static tp_code add_file(tp_files *files, char *path, tp_faults *faults) {
    if (path == NULL) {
        return TP_OK;
    }
    char **list = realloc(files->list, sizeof *list * (files->n + 1));
    if (list == NULL) {
        free(path);
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        return TP_E_MACHINE;
    }
    files->list = list;
    files->list[files->n++] = path;
    return TP_OK;
}

/* True when a file of a zip may hold a layer of its own (and is not a side file). */
static bool may_hold_layer(const char *name) {
    static const char *const extensions[] = {"shp", "gpkg", "fgb", "geojson", "json", "csv", "tsv", "gml", "kml"};
    if (strstr(name, "__MACOSX") != NULL) {
        return false;
    }
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        if (tp_files_ends(name, extensions[i])) {
            return true;
        }
    }
    return false;
}

/* Lists the files of a zip that may hold a layer (or, when `texts`, its .txt files); gives how many and the last. */
static size_t list_members(char **names, bool texts, tp_text *listed, const char **last) {
    size_t n = 0;
    for (int i = 0; names != NULL && names[i] != NULL; i++) {
        if (texts ? tp_files_ends(names[i], "txt") : may_hold_layer(names[i])) {
            *last = names[i];
            tp_text_add(listed, "%s'%s'", n++ == 0 ? "" : ", ", names[i]);
        }
    }
    return n;
}

/* Whether a file inside a zip has a layer of that name. */
static bool has_layer(const char *folder, const char *member, const char *layer) {
    char *path = tp_text_format("%s/%s", folder, member);
    tp_ogr_file file = {0};
    if (path != NULL) {
        tp_ogr_open(path, &file);
    }
    bool found = file.dataset != NULL && GDALDatasetGetLayerByName(file.dataset, layer) != NULL;
    tp_ogr_close(&file);
    free(path);
    return found;
}

/* Of several files in a zip those with the layer wanted; gives how many, and the last. */
static size_t list_with_layer(const char *folder, char **names, bool texts, const char *layer, tp_text *listed,
                              const char **last) {
    size_t n = 0;
    tp_text_clear(listed);
    for (int i = 0; names[i] != NULL; i++) {
        bool may = texts ? tp_files_ends(names[i], "txt") : may_hold_layer(names[i]);
        if (may && has_layer(folder, names[i], layer)) {
            *last = names[i];
            tp_text_add(listed, "%s'%s'", n++ == 0 ? "" : ", ", names[i]);
        }
    }
    return n;
}

/* Of the formats in which a zip may hold one layer, the one to read: the place in this list. */
static size_t rank_of(const char *member) {
    static const char *const formats[] = {"shp", "gpkg", "fgb", "geojson", "json", "gml", "kml", "csv", "tsv", "txt"};
    enum { N_FORMATS = sizeof formats / sizeof formats[0] };
    size_t rank = 0;
    while (rank < N_FORMATS && !tp_files_ends(member, formats[rank])) {
        rank++;
    }
    return 2 * rank + (tp_members_in_utf8_folder(member) ? 0 : 1);
}

static bool same_stem(const char *a, const char *b) {
    const char *name_a = strrchr(a, '/'), *name_b = strrchr(b, '/');
    name_a = name_a == NULL ? a : name_a + 1;
    name_b = name_b == NULL ? b : name_b + 1;
    const char *end_a = strrchr(name_a, '.'), *end_b = strrchr(name_b, '.');
    return end_a != NULL && end_b != NULL && end_a - name_a == end_b - name_b &&
           strncasecmp(name_a, name_b, (size_t)(end_a - name_a)) == 0;
}

/* Where all files are one layer in several formats or encodings (KSJ: shapefile, GeoJSON, GML; UTF-8/ and Shift-JIS/):
 * the one to read. NULL where they are different layers, or two are alike. */
static const char *one_of_forms(char **names, bool texts) {
    const char *best = NULL;
    bool alike = false;
    for (int i = 0; names[i] != NULL; i++) {
        if (!(texts ? tp_files_ends(names[i], "txt") : may_hold_layer(names[i]))) {
            continue;
        }
        if (best != NULL && !same_stem(best, names[i])) {
            return NULL;
        }
        if (best == NULL || rank_of(names[i]) < rank_of(best)) {
            best = names[i];
            alike = false;
        } else if (rank_of(names[i]) == rank_of(best)) {
            alike = true;
        }
    }
    return alike ? NULL : best;
}

/* The one layer file inside a zip (`layer`, which may be NULL, chooses among several), or a fault. */
static tp_code find_member(const char *path, const char *shown, const char *layer, tp_place place, char **member,
                           tp_faults *faults) {
    char *folder = tp_text_format("/vsizip/{%s}", path);
    char **names = folder == NULL ? NULL : VSIReadDirRecursive(folder);
    tp_text listed = {0};
    const char *only = NULL;
    size_t n = list_members(names, false, &listed, &only);
    bool texts = n == 0;
    if (texts) {
        n = list_members(names, true, &listed, &only);
    }
    const char *form = n > 1 && layer == NULL ? one_of_forms(names, texts) : NULL;
    if (form != NULL) {
        only = form;
        n = 1;
    }
    bool chooses = n > 1 && layer != NULL;
    char *all = tp_text_copy(tp_text_get(&listed));
    n = chooses ? list_with_layer(folder, names, texts, layer, &listed, &only) : n;
    tp_code code = TP_E_DATA;
    if (names == NULL) {
        tp_faults_add_code_at(faults, code, place, "%s: cannot be read as a zip file", shown);
    } else if (n == 0 && chooses) {
        tp_faults_add_code_at(faults, code, place, "%s: no layer '%s' in any of its files (%s)", shown, layer,
                              all == NULL ? "" : all);
    } else if (n == 0) {
        tp_faults_add_code_at(faults, code, place, "%s: holds no layer (a .shp, .gpkg, .geojson or .csv)", shown);
    } else if (n > 1) {
        tp_faults_add_code_at(faults, code, place, "%s: holds several layers%s (%s); write %s/NAME to choose one%s",
                              shown, chooses ? " of that name" : "", tp_text_get(&listed), shown,
                              chooses ? "" : ", or name it with 'layer'");
    } else {
        *member = tp_text_format("%s/%s", folder, only);
        code = TP_OK;
    }
    CSLDestroy(names);
    tp_text_reset(&listed);
    free(all);
    free(folder);
    return code;
}

/* The length of the part of the path that is a zip file when it goes on behind it (FILE.zip/MEMBER), else 0. */
static size_t zip_length(const char *path) {
    for (const char *at = path; (at = strchr(at + 1, '/')) != NULL;) {
        if (at - path > 4 && strncasecmp(at - 4, ".zip", 4) == 0) {
            return (size_t)(at - path);
        }
    }
    return 0;
}

/* The file as it lies on the disk: there, no folder (but for a .gdb), readable. */
static tp_code check_file(const char *path, const char *shown, tp_place place, tp_faults *faults) {
    VSIStatBufL status;
    if (VSIStatL(path, &status) != 0) {
        tp_faults_add_code_at(faults, TP_E_DATA, place, "%s: no such file", shown);
        return TP_E_DATA;
    }
    if (VSI_ISDIR(status.st_mode)) {
        if (tp_files_ends(path, "gdb")) {
            return TP_OK;
        }
        tp_faults_add_code_at(faults, TP_E_DATA, place, "%s: is a folder (expected a file)", shown);
        return TP_E_DATA;
    }
    if (is_special(path)) {
        tp_faults_add_code_at(faults, TP_E_DATA, place, "%s: is not a regular file", shown);
        return TP_E_DATA;
    }
    errno = 0;
    VSILFILE *file = VSIFOpenL(path, "rb");
    if (file == NULL) {
        tp_faults_add_code_at(faults, TP_E_DATA, place, "%s: cannot be read%s%s", shown, errno == 0 ? "" : ": ",
                              errno == 0 ? "" : strerror(errno));
        return TP_E_DATA;
    }
    VSIFCloseL(file);
    if (status.st_size == 0) {
        tp_faults_add_code_at(faults, TP_E_DATA, place, "%s: is empty", shown);
        return TP_E_DATA;
    }
    return TP_OK;
}

/* Sets files->path and says which file on the disk it lies in (the zip, the gz, itself). */
static tp_code resolve(const char *path, const char *shown, const char *layer, tp_place place, tp_files *files,
                       char **on_disk, tp_faults *faults) {
    size_t zip = zip_length(path);
    *on_disk = zip > 0 ? tp_text_format("%.*s", (int)zip, path) : tp_text_copy(path);
    if (*on_disk == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        return TP_E_MACHINE;
    }
    tp_code code = check_file(*on_disk, shown, place, faults);
    if (code != TP_OK) {
        return code;
    }
    if (zip > 0) {
        files->path = tp_text_format("/vsizip/{%s}%s", *on_disk, path + zip);
        if (files->path != NULL && !exists(files->path)) {
            tp_faults_add_code_at(faults, TP_E_DATA, place, "%s: no such file inside the zip", shown);
            return TP_E_DATA;
        }
    } else if (tp_files_ends(path, "zip")) {
        code = find_member(path, shown, layer, place, &files->path, faults);
    } else if (tp_files_ends(path, "gz")) {
        files->path = tp_text_format("/vsigzip/%s", path);
    } else {
        files->path = tp_text_copy(path);
    }
    if (code == TP_OK && files->path == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        code = TP_E_MACHINE;
    }
    return code;
}

/* Files that GDAL opens by itself beside the one named: none may be a pipe. */
static tp_code check_sides(const char *on_disk, const char *shown, tp_place place, tp_faults *faults) {
    static const char *const sides[] = {"shp", "shx", "dbf", "prj", "cpg", "csvt", "qix"};
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        char *side = tp_files_side(on_disk, sides[i]);
        bool special = side != NULL && is_special(side);
        free(side);
        if (special) {
            tp_faults_add_code_at(faults, TP_E_DATA, place, "%s: the .%s file beside it is not a regular file", shown,
                                  sides[i]);
            return TP_E_DATA;
        }
    }
    return TP_OK;
}

tp_code tp_files_find(const char *path, const char *shown, const char *layer, tp_place place, tp_files *files,
                      tp_faults *faults) {
    *files = (tp_files){0};
    char *on_disk = NULL;
    if (tp_files_is_database(path)) {
        files->path = tp_text_copy(path);
        if (files->path == NULL) {
            tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        }
        return files->path == NULL ? TP_E_MACHINE : TP_OK;
    }
    tp_code code = resolve(path, shown, layer, place, files, &on_disk, faults);
    if (code == TP_OK) {
        code = check_sides(on_disk, shown, place, faults);
    }
    if (code == TP_OK && (tp_files_ends(files->path, "shp") || tp_files_ends(files->path, "dbf"))) {
        code = tp_shapefile_check(files->path, shown, place, faults);
    }
    if (code == TP_OK && tp_files_ends(on_disk, "shp")) {
        static const char *const sides[] = {"shx", "dbf", "prj", "cpg"};
        code = add_file(files, tp_text_copy(on_disk), faults);
        for (size_t i = 0; i < sizeof sides / sizeof sides[0] && code == TP_OK; i++) {
            code = add_file(files, tp_files_side(on_disk, sides[i]), faults);
        }
    } else if (code == TP_OK && !tp_files_ends(on_disk, "gdb")) {
        code = add_file(files, on_disk, faults);
        on_disk = NULL;
    }
    free(on_disk);
    return code;
}
