/* Odd shapefiles and .dbf tables, made byte by byte: whatever is in them, the quick way gives what GDAL's features give;
 * and for what a person would look at, what that is. */
#include "made_files.h"

#include "both_ways.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <math.h>
#include <sys/stat.h>

enum { HEAD = 32, SHP_HEAD = 100, MOST_FIELDS = 8, ROOM = 1 << 14 };

typedef struct odd_field {
    char type;
    unsigned char width, decimals;
} odd_field;

typedef struct odd_file {
    unsigned char bytes[ROOM];
    size_t size;
} odd_file;

static void put_number(unsigned char *at, uint64_t value, int n, bool big_endian) {
    for (int i = 0; i < n; i++) {
        at[big_endian ? n - 1 - i : i] = (unsigned char)(value >> 8 * i);
    }
}

/* A .dbf with the fields a, b, c …; `records` are whole, each with its mark, one behind the other. */
static void write_table(const char *name, const odd_field *fields, size_t n_fields, unsigned char driver_id,
                        const char *records, unsigned n) {
    static odd_file f;
    size_t record = 1;
    memset(f.bytes, 0, sizeof f.bytes);
    for (size_t i = 0; i < n_fields; i++) {
        unsigned char *field = f.bytes + HEAD * (i + 1);
        field[0] = (unsigned char)('a' + i);
        field[11] = (unsigned char)fields[i].type;
        field[16] = fields[i].width;
        field[17] = fields[i].decimals;
        record += fields[i].width;
    }
    f.bytes[0] = 3;
    f.bytes[1] = 84;
    f.bytes[2] = f.bytes[3] = 1;
    f.bytes[29] = driver_id;
    f.size = HEAD * (n_fields + 1) + 1;
    f.bytes[f.size - 1] = 0x0D;
    put_number(f.bytes + 4, n, 4, false);
    put_number(f.bytes + 8, f.size, 2, false);
    put_number(f.bytes + 10, record, 2, false);
    assert_true(f.size + n * record <= ROOM);
    memcpy(f.bytes + f.size, records, n * record);
    write_bytes(name, f.bytes, f.size + n * record);
}

/* Shapes with room for four coordinates each; their kinds as the format numbers them. */
static void write_shapes(const char *shp, const char *shx, unsigned type, const unsigned *kinds, unsigned n) {
    static odd_file shapes, index;
    shapes.size = index.size = SHP_HEAD;
    memset(shapes.bytes, 0, sizeof shapes.bytes);
    memset(index.bytes, 0, sizeof index.bytes);
    for (unsigned i = 0; i < n; i++) {
        unsigned words = kinds[i] == 0 ? 2 : kinds[i] == 11 ? 18 : kinds[i] == 21 ? 14 : 10;
        unsigned char *at = shapes.bytes + shapes.size;
        double place[] = {130 + i, 30.5 + i, 7, 8};
        put_number(at, i + 1, 4, true);
        put_number(at + 4, words, 4, true);
        put_number(at + 8, kinds[i], 4, false);
        memcpy(at + 12, place, (size_t)(words - 2) * 2); /* our own machines are little-endian */
        put_number(index.bytes + index.size, shapes.size / 2, 4, true);
        put_number(index.bytes + index.size + 4, words, 4, true);
        shapes.size += 8 + 2 * (size_t)words;
        index.size += 8;
    }
    odd_file *both[] = {&shapes, &index};
    for (int i = 0; i < 2; i++) {
        put_number(both[i]->bytes, 9994, 4, true);
        put_number(both[i]->bytes + 24, both[i]->size / 2, 4, true);
        put_number(both[i]->bytes + 28, 1000, 4, false);
        put_number(both[i]->bytes + 32, type, 4, false);
    }
    write_bytes(shp, shapes.bytes, shapes.size);
    write_bytes(shx, index.bytes, index.size);
}

static const unsigned POINTS[] = {1, 1, 1, 1, 1, 1};
static const odd_field TEXT = {'C', 6, 0};

/* Six points a to f. */
static void write_letters(const char *stem, const char *shp, const char *shx, const char *dbf) {
    char names[3][40];
    const char *const suffixes[] = {shp, shx, dbf};
    for (int i = 0; i < 3; i++) {
        snprintf(names[i], sizeof names[i], "%s.%s", stem, suffixes[i]);
    }
    write_table(names[2], &TEXT, 1, 0, " a      b      c      d      e      f     ", 6);
    write_shapes(names[0], names[1], 1, POINTS, 6);
}

/* Reads both ways, which must give the same; the quick reading is left in `r`. `path` as GDAL takes it. */
static void read_path(const char *path, const char *shown, const char *encoding, reading *r) {
    reading plain;
    both_read(path, shown, NULL, encoding, false, r);
    both_read(path, shown, NULL, encoding, true, &plain);
    const char *differs = both_differ(r, &plain);
    if (differs != NULL) {
        fail_msg("%s: %s ('%s', '%s')", shown, differs, r->message, plain.message);
    }
    both_end(&plain);
}

static void read_odd(const char *name, const char *encoding, reading *r) {
    read_path(made(name), name, encoding, r);
}

static const tp_column *column_of(const reading *r, size_t i) {
    assert_true(r->opened && r->code == TP_OK);
    return r->layer->columns[i];
}

/* A table of one field of these cells, each put to the right of the field. */
static void read_cells(odd_field field, const char *const *cells, unsigned n, reading *r) {
    char records[2000];
    size_t at = 0;
    for (unsigned i = 0; i < n; i++) {
        size_t size = strlen(cells[i]);
        assert_true(size <= field.width && at + field.width + 1U < sizeof records);
        memset(records + at, ' ', field.width + 1U);
        memcpy(records + at + 1 + field.width - size, cells[i], size);
        at += field.width + 1U;
    }
    write_table("n.dbf", &field, 1, 0, records, n);
    read_odd("n.dbf", NULL, r);
}

static void numbers(void **state) {
    (void)state;
    static const char *const odd[] = {"0",   "-0",  "+7",  "1e3",     "1E+05",      "**********",  "1.5",   ".5",
                                      "5.",  "-",   ".",   "nan",     "inf",        "0x10",        "1,5",   "12 3",
                                      "007", "1d3", "\t5", "5\t",     "",           "-2147483648", "1e400", "- 5",
                                      "--5", "5-",  "1_0", "-1e-400", "2147483648", "99999999999"};
    enum { N = sizeof odd / sizeof odd[0] };
    static const odd_field fields[] = {{'N', 11, 0}, {'N', 18, 0}, {'N', 19, 0}, {'N', 20, 5},
                                       {'F', 11, 0}, {'F', 20, 9}, {'F', 18, 0}, {'N', 11, 15}};
    reading r;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        read_cells(fields[i], odd, N, &r);
        (void)column_of(&r, 0);
        assert_int_equal(r.n_rows, N);
        both_end(&r);
    }
    read_cells((odd_field){'N', 20, 5}, odd, N, &r);
    const tp_column *real = column_of(&r, 0);
    assert_true(real->valid[1] && signbit(real->f64[1]) && real->f64[1] == 0);
    assert_true(real->f64[3] == 1000 && real->f64[6] == 1.5 && real->f64[7] == 0.5 && real->f64[8] == 5);
    assert_false(real->valid[5]); /* too long for its field when it was written */
    assert_false(real->valid[20]);
    both_end(&r);
}

/* Of twenty digits and more: 64 bits hold 0 after reading these. */
static void reals_of_twenty_digits(void **state) {
    (void)state;
    static const char *const cells[] = {"18446744073709551616", "36893488147419103232", "-18446744073709551616.0",
                                        "1.8446744073709551616", "00018446744073709551616.25"};
    reading r;
    read_cells((odd_field){'N', 30, 5}, cells, 5, &r);
    const tp_column *column = column_of(&r, 0);
    for (int i = 0; i < 5; i++) {
        assert_true(column->f64[i] == strtod(cells[i], NULL) && column->f64[i] != 0);
    }
    both_end(&r);
}

static void long_integers(void **state) {
    (void)state;
    static const char *const cells[] = {"999999999999999999", "-99999999999999999", "9007199254740993",
                                        "000000000000000001", "-9007199254740993"};
    reading r;
    read_cells((odd_field){'N', 18, 0}, cells, 5, &r);
    const tp_column *column = column_of(&r, 0);
    assert_int_equal(column->type, TP_TYPE_INT64);
    assert_true(column->i64[0] == 999999999999999999 && column->i64[1] == -99999999999999999);
    assert_true(column->i64[2] == 9007199254740993 && column->i64[3] == 1 && column->i64[4] == -9007199254740993);
    both_end(&r);
    static const char *const ten[] = {"2147483647", "2147483648", "9999999999", "-999999999", "0000000000"};
    read_cells((odd_field){'N', 10, 0}, ten, 5, &r);
    column = column_of(&r, 0);
    assert_true(column->i64[0] == 2147483647 && column->i64[1] == 2147483648 && column->i64[2] == 9999999999);
    both_end(&r);
    static const char *const nine[] = {"999999999", "-99999999", "000000000", "+00000001"};
    read_cells((odd_field){'N', 9, 0}, nine, 4, &r);
    column = column_of(&r, 0);
    assert_true(column->i64[0] == 999999999 && column->i64[1] == -99999999 && column->i64[3] == 1);
    both_end(&r);
}

/* Many numbers of one to seventeen digits, to the last bit. */
static void many_reals(void **state) {
    (void)state;
    enum { ROUNDS = 40, CELLS = 60 };
    uint64_t seed = 7;
    for (int round = 0; round < ROUNDS; round++) {
        char texts[CELLS][24];
        const char *cells[CELLS];
        for (int i = 0; i < CELLS; i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            int digits = 1 + (int)(seed >> 33) % 17, point = (int)(seed >> 40) % (digits + 1);
            int n = snprintf(texts[i], sizeof texts[i], "%s", (seed >> 50) % 3 == 0 ? "-" : "");
            for (int d = 0; d < digits; d++) {
                seed = seed * 6364136223846793005U + 1442695040888963407U;
                n += snprintf(texts[i] + n, sizeof texts[i] - (size_t)n, "%s%d", d == point ? "." : "",
                              (int)((seed >> 40) % 10));
            }
            cells[i] = texts[i];
        }
        reading r;
        read_cells((odd_field){'N', 24, 12}, cells, CELLS, &r);
        const tp_column *column = column_of(&r, 0);
        for (int i = 0; i < CELLS; i++) {
            double expected = strtod(cells[i], NULL);
            assert_memory_equal(&column->f64[i], &expected, sizeof expected);
        }
        both_end(&r);
    }
}

static void texts(void **state) {
    (void)state;
    static const odd_field fields[] = {{'C', 6, 0}, {'C', 0, 0}, {'C', 4, 0}};
    static const char records[] = " ab\0cdeABCD"            /* what stands behind a NUL is not told */
                                  "   x\x81\x40 \x81\x40  " /* a full-width blank is no blank */
                                  "           "
                                  " \x81\x40\x81\x40\x81\x40\x93\x8c\x8b\x9e"
                                  "*deletedxxx"
                                  " \0     \0   ";
    write_table("t.dbf", fields, 3, 0, records, 6);
    reading r;
    read_odd("t.dbf", NULL, &r);
    const tp_column *a = column_of(&r, 0), *b = column_of(&r, 1), *c = column_of(&r, 2);
    assert_string_equal(r.head.encoding, "CP932");
    assert_int_equal(r.n_rows, 5);
    assert_string_equal(tp_column_text(a, 0), "ab");
    assert_string_equal(tp_column_text(a, 1), "x\u3000");
    assert_string_equal(tp_column_text(c, 1), "\u3000");
    assert_null(tp_column_text(a, 2));
    assert_string_equal(tp_column_text(a, 3), "\u3000\u3000\u3000");
    assert_string_equal(tp_column_text(c, 3), "東京");
    assert_null(tp_column_text(b, 0));
    assert_null(tp_column_text(a, 4));
    assert_int_equal(r.layer->source_fid[4], 5);
    both_end(&r);
}

/* Other types than texts and numbers, and what no type is. */
static void other_types(void **state) {
    (void)state;
    static const char types[] = "LDMGBITYO+@Xx c";
    for (size_t i = 0; i < sizeof types - 1; i++) {
        odd_field fields[] = {{'C', 3, 0}, {types[i], 8, 0}, {'N', 4, 0}};
        write_table("o.dbf", fields, 3, 0, " abc20240229  12 xyzT         7 ijk00000000  -1 ?  ?", 3);
        reading r;
        read_odd("o.dbf", NULL, &r);
        (void)column_of(&r, 0);
        both_end(&r);
    }
}

static void encodings(void **state) {
    (void)state;
    static const struct {
        unsigned char driver_id;
        const char *cpg, *encoding, *text;
    } cases[] = {
        {0, NULL, "CP932", "東京"},
        {0x13, NULL, "CP932", "東京"},
        {0x7B, NULL, "CP932", "東京"},
        {0x57, NULL, "CP932", "東京"},
        {0, "SJIS", "CP932", "東京"},
        {0, "Shift_JIS\r\n", "CP932", "東京"},
        {0, "ANSI 932", "CP932", "東京"},
        {0, "nonesuch", "CP932", "東京"},
        {0x13, "8859-1", "ISO-8859-1", NULL},
        {0,
         "\xEF\xBB\xBF"
         "932",
         "CP932", "東京"},
        {0x03, NULL, "CP1252", NULL},
        {0, "", "CP932", "東京"},
        {0, "EUC-JP", "EUC-JP", NULL},
    };
    static const char *const names[] = {"e.cpg", "e.CPG"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int upper = 0; upper < 2; upper++) {
            write_table("e.dbf", &TEXT, 1, cases[i].driver_id, " \x93\x8c\x8b\x9e  ", 1);
            if (cases[i].cpg != NULL) {
                write_text(names[upper], cases[i].cpg);
            }
            reading r;
            read_odd("e.dbf", NULL, &r);
            assert_string_equal(r.head.encoding, cases[i].encoding);
            if (cases[i].text != NULL) {
                assert_string_equal(tp_column_text(column_of(&r, 0), 0), cases[i].text);
            }
            both_end(&r);
            (void)remove(made(names[upper]));
        }
    }
}

static void kinds_of_points(void **state) {
    (void)state;
    static const unsigned kinds[][6] = {{1, 1, 0, 1, 0, 1},   {11, 11, 0, 11, 11, 11}, {21, 21, 21, 0, 21, 21},
                                        {1, 11, 21, 0, 1, 1}, {0, 0, 0, 0, 0, 0},      {1, 5, 8, 1, 3, 1}};
    static const unsigned types[] = {1, 11, 21, 1, 1, 1};
    for (size_t i = 0; i < 6; i++) {
        write_letters("k", "shp", "shx", "dbf");
        write_shapes("k.shp", "k.shx", types[i], kinds[i], 6);
        reading r;
        read_odd("k.shp", NULL, &r);
        if (i != 5) { /* what the others are, GDAL says or refuses */
            (void)column_of(&r, 0);
            assert_int_equal(r.n_rows, 6);
        }
        for (int64_t row = 0; i < 5 && row < 6; row++) {
            if (kinds[i][row] != 0) {
                assert_true(r.layer->lon_deg[row] == 130 + (double)row && r.layer->lat_deg[row] == 30.5 + (double)row);
            }
        }
        both_end(&r);
    }
}

/* An index that says other things than the file of shapes does. */
static void other_index(void **state) {
    (void)state;
    static const struct {
        long at;
        unsigned char value;
    } changes[] = {{103, 0xFF}, {100, 0xFF}, {100, 0x7F}, {107, 9}, {107, 11}, {104, 0xFF}, {111, 50},
                   {111, 51},   {115, 0},    {99, 1},     {24, 1},  {27, 60},  {3, 0},      {32, 5}};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        write_letters("i", "shp", "shx", "dbf");
        set_byte("i.shx", changes[i].at, changes[i].value);
        reading r;
        read_odd("i.shp", NULL, &r);
        both_end(&r);
        write_letters("i", "shp", "shx", "dbf");
        set_byte("i.shp", changes[i].at, changes[i].value);
        read_odd("i.shp", NULL, &r);
        both_end(&r);
    }
    static const unsigned char kinds[] = {11, 21, 0, 8, 99};
    for (size_t i = 0; i < sizeof kinds; i++) { /* a record of 20 bytes that says to be of another kind */
        write_letters("i", "shp", "shx", "dbf");
        set_byte("i.shp", SHP_HEAD + 28 * 2 + 8, kinds[i]);
        reading r;
        read_odd("i.shp", NULL, &r);
        both_end(&r);
    }
    write_letters("i", "shp", "shx", "dbf"); /* the last record goes beyond the end of the file, as both say */
    set_byte("i.shp", SHP_HEAD + 28 * 5 + 7, 20);
    set_byte("i.shx", SHP_HEAD + 8 * 5 + 7, 20);
    reading r;
    read_odd("i.shp", NULL, &r);
    assert_int_equal(r.code, TP_E_DATA);
    both_end(&r);
    write_letters("i", "shp", "shx", "dbf"); /* records in another order than the index has them */
    unsigned char index[SHP_HEAD + 8 * 6];
    FILE *file = fopen(made("i.shx"), "rb");
    assert_int_equal(fread(index, 1, sizeof index, file), sizeof index);
    fclose(file);
    for (int i = 0; i < 6; i++) {
        put_number(index + SHP_HEAD + 8 * i, (SHP_HEAD + (uint64_t)(5 - i) * 28) / 2, 4, true);
    }
    write_bytes("i.shx", index, sizeof index);
    read_odd("i.shp", NULL, &r);
    assert_string_equal(tp_column_text(column_of(&r, 0), 0), "a");
    assert_true(r.layer->lon_deg[0] == 135 && r.layer->lon_deg[5] == 130);
    both_end(&r);
}

static void expect_fault(const char *name, const char *message) {
    reading r;
    read_odd(name, NULL, &r);
    assert_int_equal(r.code, TP_E_DATA);
    if (strstr(r.message, message) == NULL) {
        fail_msg("'%s' does not say '%s'", r.message, message);
    }
    both_end(&r);
}

static void shorten(const char *name, long by) {
    assert_int_equal(truncate(made(name), size_of(name) - by), 0);
}

static void missing_and_short_files(void **state) {
    (void)state;
    static const char *const parts[] = {"s.shp", "s.shx", "s.dbf"};
    for (int i = 0; i < 3; i++) {
        write_letters("s", "shp", "shx", "dbf");
        shorten(parts[i], 1);
        expect_fault("s.shp", "cut short");
        shorten(parts[i], 40);
        expect_fault("s.shp", "cut short");
        assert_int_equal(remove(made(parts[i])), 0);
        expect_fault("s.shp", i == 0 ? "no such file" : "is missing");
    }
    write_letters("s", "shp", "shx", "dbf"); /* four billion records in a file of 107 bytes */
    for (int i = 4; i < 8; i++) {
        set_byte("s.dbf", i, 0xFF);
    }
    expect_fault("s.shp", "cut short");
    expect_fault("s.dbf", "cut short");
    write_letters("s", "shp", "shx", "dbf"); /* one record fewer in the table */
    set_byte("s.dbf", 4, 5);
    expect_fault("s.shp", "the .shx speaks of 6 records, the .dbf of 5");
}

static void names_and_places(void **state) {
    (void)state;
    static const char *const names[][4] = {
        {"U", "SHP", "SHX", "DBF"}, {"u2", "SHP", "shx", "DBF"}, {"u3", "shp", "SHX", "DBF"}};
    char name[40];
    for (size_t i = 0; i < 3; i++) {
        write_letters(names[i][0], names[i][1], names[i][2], names[i][3]);
        snprintf(name, sizeof name, "%s.%s", names[i][0], names[i][1]);
        reading r;
        read_odd(name, NULL, &r);
        assert_string_equal(tp_column_text(column_of(&r, 0), 5), "f");
        both_end(&r);
    }
    write_letters("z", "shp", "shx", "dbf");
    static const char *const parts[] = {"z.shp", "z.shx", "z.dbf"};
    char inside[800];
    for (int i = 0; i < 3; i++) {
        snprintf(inside, sizeof inside, "/vsizip/%s/%s", made("z.zip"), parts[i]);
        assert_int_equal(CPLCopyFile(inside, made(parts[i])), 0);
    }
    reading r;
    read_odd("z.zip", NULL, &r);
    assert_int_equal(column_of(&r, 0)->n_rows >= 6, 1);
    assert_true(r.layer->lon_deg[5] == 135);
    both_end(&r);
}

/* Reading leaves no trace in the folder. */
static void read_only_folder(void **state) {
    (void)state;
    assert_int_equal(mkdir(made("only"), 0777), 0);
    write_letters("only/r", "shp", "shx", "dbf");
    assert_int_equal(chmod(made("only"), 0555), 0);
    reading r;
    read_odd("only/r.shp", NULL, &r);
    assert_int_equal(r.n_rows, 6);
    both_end(&r);
    char **files = VSIReadDir(made("only"));
    assert_int_equal(chmod(made("only"), 0777), 0);
    int n = 0;
    for (int i = 0; i < CSLCount(files); i++) {
        n += files[i][0] != '.';
    }
    CSLDestroy(files);
    assert_int_equal(n, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(reals_of_twenty_digits),
        cmocka_unit_test(long_integers),
        cmocka_unit_test(many_reals),
        cmocka_unit_test(texts),
        cmocka_unit_test(other_types),
        cmocka_unit_test(encodings),
        cmocka_unit_test(kinds_of_points),
        cmocka_unit_test(other_index),
        cmocka_unit_test(missing_and_short_files),
        cmocka_unit_test(names_and_places),
        cmocka_unit_test(read_only_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
