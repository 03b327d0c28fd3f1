/* Checks of the files of a shapefile: see shapefile.h. Layouts: ESRI Shapefile Technical Description (1998), dBase III. */
#include "1_read/shapefile.h"

#include "1_read/files.h"
#include "technopolis/text.h"

#include <cpl_vsi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHP_HEADER = 100, DBF_HEADER = 32, SHX_RECORD = 8 };

/* What a header says; `records` -1 where it does not say. */
typedef struct extent {
    int64_t size, expected, records;
    bool damaged;
} extent;

static bool read_header(const char *path, unsigned char *header, size_t wanted, int64_t *size) {
    VSIStatBufL status;
    if (VSIStatL(path, &status) != 0) {
        return false;
    }
    *size = (int64_t)status.st_size;
    VSILFILE *file = VSIFOpenL(path, "rb");
    if (file == NULL) {
        return false;
    }
    memset(header, 0, wanted);
    VSIFReadL(header, 1, wanted, file);
    VSIFCloseL(file);
    return true;
}

static uint32_t big_endian(const unsigned char *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint32_t little_endian(const unsigned char *b, int n) {
    uint32_t value = 0;
    for (int i = n - 1; i >= 0; i--) {
        value = value << 8 | b[i];
    }
    return value;
}

/* Of a .shp or .shx: the length in 16-bit words stands at byte 24. */
static bool shape_extent(const char *path, bool index, extent *found) {
    unsigned char header[SHP_HEADER];
    if (!read_header(path, header, sizeof header, &found->size)) {
        return false;
    }
    found->expected = (int64_t)big_endian(header + 24) * 2;
    found->damaged = found->size >= SHP_HEADER && (big_endian(header) != 9994 || found->expected < SHP_HEADER);
    if (found->size < SHP_HEADER) {
        found->expected = SHP_HEADER;
    }
    found->records = index ? (found->expected - SHP_HEADER) / SHX_RECORD : -1;
    return true;
}

static bool table_extent(const char *path, extent *found) {
    unsigned char header[DBF_HEADER];
    if (!read_header(path, header, sizeof header, &found->size)) {
        return false;
    }
    found->records = little_endian(header + 4, 4);
    int64_t header_size = little_endian(header + 8, 2), record_size = little_endian(header + 10, 2);
    found->expected = header_size + found->records * record_size;
    found->damaged = found->size >= DBF_HEADER && (header_size < DBF_HEADER || record_size < 1);
    if (found->size < DBF_HEADER) {
        found->expected = DBF_HEADER;
    }
    return true;
}

/* `kind` is "shp", "shx" or "dbf". */
static tp_code check_part(const char *path, const char *kind, const char *shown, tp_place place, extent *found,
                          tp_faults *faults) {
    *found = (extent){.records = -1};
    char *side = tp_files_side(path, kind);
    if (side == NULL) {
        tp_faults_add_code_at(faults, TP_E_DATA, place, "%s: the .%s file beside it is missing", shown, kind);
        return TP_E_DATA;
    }
    bool read =
        strcmp(kind, "dbf") == 0 ? table_extent(side, found) : shape_extent(side, strcmp(kind, "shx") == 0, found);
    char which[16] = "";
    if (!tp_files_ends(shown, kind)) {
        snprintf(which, sizeof which, " (its .%s)", kind);
    }
    tp_code code = TP_E_DATA;
    if (!read) {
        tp_faults_add_code_at(faults, code, place, "%s%s: cannot be read", shown, which);
    } else if (found->damaged) {
        tp_faults_add_code_at(faults, code, place, "%s%s: the header is damaged", shown, which);
    } else if (found->size < found->expected) {
        tp_faults_add_code_at(faults, code, place, "%s%s: cut short: %lld bytes, its header speaks of %lld", shown,
                              which, (long long)found->size, (long long)found->expected);
    } else {
        code = TP_OK;
    }
    free(side);
    return code;
}

tp_code tp_shapefile_check(const char *path, const char *shown, tp_place place, tp_faults *faults) {
    extent shapes, index, table;
    tp_code code = TP_OK;
    if (tp_files_ends(path, "dbf")) {
        return check_part(path, "dbf", shown, place, &table, faults);
    }
    if (check_part(path, "shp", shown, place, &shapes, faults) != TP_OK) {
        code = TP_E_DATA;
    }
    if (check_part(path, "shx", shown, place, &index, faults) != TP_OK) {
        code = TP_E_DATA;
    }
    if (check_part(path, "dbf", shown, place, &table, faults) != TP_OK) {
        code = TP_E_DATA;
    }
    if (code == TP_OK && index.records != table.records) {
        tp_faults_add_code_at(faults, TP_E_DATA, place, "%s: the .shx speaks of %lld records, the .dbf of %lld", shown,
                              (long long)index.records, (long long)table.records);
        code = TP_E_DATA;
    }
    return code;
}

unsigned char tp_shapefile_driver_id(const char *path) {
    unsigned char header[DBF_HEADER] = {0};
    int64_t size = 0;
    char *side = tp_files_side(path, "dbf");
    bool read = side != NULL && read_header(side, header, sizeof header, &size);
    free(side);
    return read ? header[29] : 0;
}

bool tp_shapefile_cpg(const char *path, char *text, size_t size) {
    char *side = tp_files_side(path, "cpg");
    VSILFILE *file = side == NULL ? NULL : VSIFOpenL(side, "rb");
    free(side);
    if (file == NULL) {
        return false;
    }
    size_t got = VSIFReadL(text, 1, size - 1, file);
    VSIFCloseL(file);
    text[got] = '\0';
    char *start = text;
    if (strncmp(start, "\xEF\xBB\xBF", 3) == 0) {
        start += 3;
    }
    start += strspn(start, " \t\r\n");
    start[strcspn(start, "\r\n")] = '\0';
    memmove(text, start, strlen(start) + 1);
    return text[0] != '\0';
}
