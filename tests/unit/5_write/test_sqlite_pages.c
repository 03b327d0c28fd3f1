/* Rows put straight into pages, where a file is long: over the page of SQLite's locks at 1 GB, and beyond 2, 4 and 16 GB.
 * The files have holes, so they take no room; what is in the tables is read by SQLite. */
#include "write_fixture.h"

#include "5_write/sqlite_pages.h"
#include "5_write/sqlite_record.h"

#include <fcntl.h>
#include <sqlite3.h>

enum { FEW = 800, MANY = 15000, MOST = 20000, LOCK_PAGE = 0x40000000 / TP_SQLITE_PAGE + 1 };

static char *folder;

static int open_folder(void **state) {
    (void)state;
    folder = make_folder();
    return 0;
}

static int close_folder(void **state) {
    (void)state;
    remove_folder(folder);
    return 0;
}

static void execute(const char *path, const char *sql) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Row i holds a text of this length: mostly short, some on pages of their own, some on several. */
static size_t length_of(int64_t i) {
    return i % 97 == 0 ? (size_t)(i * 7919 % MOST) : i % 11 == 0 ? 4000 + (size_t)(i % 300) : (size_t)(i % 400);
}

static void fill(int64_t i, char *text) {
    for (size_t k = 0; k < length_of(i); k++) {
        text[k] = (char)('a' + (i * 31 + (int64_t)k * 7) % 26);
    }
    text[length_of(i)] = '\0';
}

static void add_rows(tp_sqlite_file *file, uint32_t root, int64_t n_rows) {
    static char text[MOST + 1];
    static char name[] = "text", none[] = "";
    tp_field field = {.name = name, .type = TP_TYPE_TEXT, .unit = none, .help = none};
    tp_sqlite_table table = {.file = file};
    tp_row_batch batch = {0};
    for (int64_t i = 0; i < n_rows; i++) {
        fill(i, text);
        batch.size = 0;
        tp_cell cell = {.text = text};
        assert_int_equal(tp_row_batch_add(&batch, NULL, &field, &cell, 1, NULL), TP_OK);
        const uint8_t *record;
        size_t size;
        (void)tp_row_batch_next(batch.bytes, &record, &size);
        assert_true(tp_sqlite_table_add(&table, i + 1, record, size));
    }
    assert_true(tp_sqlite_table_end(&table, root));
    tp_sqlite_table_reset(&table);
    tp_row_batch_reset(&batch);
}

static void check_rows(const char *path, int64_t n_rows) {
    static char text[MOST + 1];
    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT id, text FROM t ORDER BY id", -1, &query, NULL), SQLITE_OK);
    for (int64_t i = 0; i < n_rows; i++) {
        fill(i, text);
        assert_int_equal(sqlite3_step(query), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int64(query, 0), i + 1);
        assert_string_equal((const char *)sqlite3_column_text(query, 1), text);
    }
    assert_int_equal(sqlite3_step(query), SQLITE_DONE);
    (void)sqlite3_finalize(query);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A file of so many pages, to which the rows are added. */
static void write_behind(int64_t n_pages, int64_t n_rows) {
    char *path = tp_text_format("%s/long.sqlite", folder);
    (void)unlink(path);
    execute(path, "PRAGMA page_size = 4096; CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)");
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    uint8_t pages[4] = {(uint8_t)(n_pages >> 24), (uint8_t)(n_pages >> 16), (uint8_t)(n_pages >> 8), (uint8_t)n_pages};
    if (ftruncate(fd, n_pages * TP_SQLITE_PAGE) != 0) {
        print_message("no files of %lld pages here\n", (long long)n_pages);
    } else {
        assert_int_equal(pwrite(fd, pages, sizeof pages, 28), sizeof pages);
        tp_sqlite_file file;
        assert_true(tp_sqlite_file_open(&file, fd));
        assert_true(tp_sqlite_file_begin(&file));
        assert_int_equal(file.next, n_pages + 1);
        add_rows(&file, 2, n_rows);
        assert_true(tp_sqlite_file_end(&file));
        assert_int_equal(lseek(fd, 0, SEEK_END), (int64_t)(file.next - 1) * TP_SQLITE_PAGE);
        tp_sqlite_file_reset(&file);
        check_rows(path, n_rows);
        execute(path, "INSERT INTO t (text) VALUES ('one more'); DELETE FROM t WHERE text = 'one more'");
        check_rows(path, n_rows);
    }
    assert_int_equal(close(fd), 0);
    (void)unlink(path);
    free(path);
}

/* Every place that the page left out can have in a run of overflow pages, in a block, and at either end. */
static void over_the_page_of_locks(void **state) {
    (void)state;
    for (int before = 0; before < 80; before++) {
        write_behind(LOCK_PAGE - 1 - before, FEW);
    }
    for (int before = 1022; before < 1027; before++) {
        write_behind(LOCK_PAGE - 1 - before, MANY);
    }
}

static void beyond_gigabytes(void **state) {
    (void)state;
    static const int64_t gigabytes[] = {2, 4, 8, 16};
    for (size_t i = 0; i < sizeof gigabytes / sizeof gigabytes[0]; i++) {
        write_behind((gigabytes[i] << 30) / TP_SQLITE_PAGE - 700, MANY);
    }
}

/* A short file, all of which SQLite can look at. */
static void whole_files(void **state) {
    (void)state;
    char *path = tp_text_format("%s/whole.sqlite", folder);
    execute(path, "PRAGMA page_size = 4096; CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)");
    int fd = open(path, O_RDWR);
    tp_sqlite_file file;
    assert_true(tp_sqlite_file_open(&file, fd));
    assert_true(tp_sqlite_file_begin(&file));
    add_rows(&file, 2, MANY);
    assert_true(tp_sqlite_file_end(&file));
    tp_sqlite_file_reset(&file);
    assert_int_equal(close(fd), 0);
    check_rows(path, MANY);
    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &query, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(query, 0), "ok");
    (void)sqlite3_finalize(query);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_files),
        cmocka_unit_test(over_the_page_of_locks),
        cmocka_unit_test(beyond_gigabytes),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
