/* The partial file: folders made and removed, stale files, locks, replacement only at commit. */
#include "write_fixture.h"

#include "5_write/output_file.h"

#include <sys/stat.h>

static void create(const tp_output_file *output, const char *text) {
    write_file(output->partial, text);
}

static void replaces_only_at_commit(void **state) {
    (void)state;
    char *folder = make_folder();
    char *path = tp_text_format("%s/out.gpkg", folder);
    write_file(path, "old");
    tp_output_file output;
    tp_error error = {0};
    assert_int_equal(tp_output_file_start(&output, path, &error), TP_OK);
    create(&output, "new");
    assert_int_equal(tp_output_file_hold(&output, &error), TP_OK);
    size_t size = 0;
    char *bytes = read_file(path, &size);
    assert_string_equal(bytes, "old");
    free(bytes);
    assert_int_equal(tp_output_file_commit(&output, &error), TP_OK);
    tp_output_file_reset(&output);
    bytes = read_file(path, &size);
    assert_string_equal(bytes, "new");
    free(bytes);
    assert_int_equal(count_entries(folder), 1);
    free(path);
    remove_folder(folder);
}

static void abort_leaves_the_old_file(void **state) {
    (void)state;
    char *folder = make_folder();
    char *path = tp_text_format("%s/out.gpkg", folder);
    write_file(path, "old");
    tp_output_file output;
    assert_int_equal(tp_output_file_start(&output, path, NULL), TP_OK);
    create(&output, "new");
    assert_int_equal(tp_output_file_hold(&output, NULL), TP_OK);
    tp_output_file_reset(&output);
    size_t size = 0;
    char *bytes = read_file(path, &size);
    assert_string_equal(bytes, "old");
    free(bytes);
    assert_int_equal(count_entries(folder), 1);
    free(path);
    remove_folder(folder);
}

static void makes_folders_and_removes_them_on_abort(void **state) {
    (void)state;
    char *folder = make_folder();
    char *path = tp_text_format("%s/a//b/out.gpkg", folder);
    tp_output_file output;
    assert_int_equal(tp_output_file_start(&output, path, NULL), TP_OK);
    create(&output, "new");
    assert_int_equal(tp_output_file_hold(&output, NULL), TP_OK);
    tp_output_file_reset(&output);
    assert_int_equal(count_entries(folder), 0);

    assert_int_equal(tp_output_file_start(&output, path, NULL), TP_OK);
    create(&output, "new");
    assert_int_equal(tp_output_file_hold(&output, NULL), TP_OK);
    assert_int_equal(tp_output_file_commit(&output, NULL), TP_OK);
    tp_output_file_reset(&output);
    assert_true(exists(path));
    assert_int_equal(unlink(path), 0);
    free(path);
    const char *below[] = {"a/b", "a"};
    for (size_t i = 0; i < 2; i++) {
        path = tp_text_format("%s/%s", folder, below[i]);
        assert_int_equal(rmdir(path), 0);
        free(path);
    }
    remove_folder(folder);
}

static void removes_stale_partials_and_logs(void **state) {
    (void)state;
    char *folder = make_folder();
    char *path = tp_text_format("%s/out.gpkg", folder);
    const char *left[] = {".partial", ".partial-journal", "-wal", "-shm"};
    for (size_t i = 0; i < 4; i++) {
        char *name = tp_text_format("%s%s", path, left[i]);
        write_file(name, "left over");
        free(name);
    }
    tp_output_file output;
    assert_int_equal(tp_output_file_start(&output, path, NULL), TP_OK);
    assert_false(exists(output.partial));
    create(&output, "new");
    assert_int_equal(tp_output_file_hold(&output, NULL), TP_OK);
    assert_int_equal(tp_output_file_commit(&output, NULL), TP_OK);
    tp_output_file_reset(&output);
    assert_int_equal(count_entries(folder), 1);
    free(path);
    remove_folder(folder);
}

/* A second run to the same output must neither remove nor take the first one's partial file. */
static void refuses_while_another_writes(void **state) {
    (void)state;
    char *folder = make_folder();
    char *path = tp_text_format("%s/out.gpkg", folder);
    tp_output_file first, second;
    tp_error error = {0};
    assert_int_equal(tp_output_file_start(&first, path, NULL), TP_OK);
    create(&first, "first");
    assert_int_equal(tp_output_file_hold(&first, NULL), TP_OK);
    assert_int_equal(tp_output_file_start(&second, path, &error), TP_E_MACHINE);
    assert_non_null(strstr(error.message, "another process"));
    assert_true(exists(first.partial));
    assert_int_equal(tp_output_file_commit(&first, NULL), TP_OK);
    tp_output_file_reset(&first);
    free(path);
    remove_folder(folder);
}

static void abandons_what_is_under_work(void **state) {
    (void)state;
    char *folder = make_folder();
    char *paths[] = {tp_text_format("%s/a.gpkg", folder), tp_text_format("%s/b.gpkg", folder)};
    tp_output_file outputs[2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(tp_output_file_start(&outputs[i], paths[i], NULL), TP_OK);
        create(&outputs[i], "new");
        assert_int_equal(tp_output_file_hold(&outputs[i], NULL), TP_OK);
    }
    assert_int_equal(tp_output_file_commit(&outputs[0], NULL), TP_OK);
    write_file(outputs[0].path, "done");
    tp_output_files_abandon();
    assert_true(exists(paths[0]));
    assert_false(exists(outputs[1].partial));
    tp_output_file_reset(&outputs[0]);
    tp_output_file_reset(&outputs[1]);
    /* What is no longer under work is let be. */
    char *other = tp_text_format("%s.partial", paths[1]);
    write_file(other, "another's");
    tp_output_files_abandon();
    assert_true(exists(other));
    assert_int_equal(unlink(other), 0);
    free(other);
    free(paths[0]);
    free(paths[1]);
    remove_folder(folder);
}

static void follows_links(void **state) {
    (void)state;
    char *folder = make_folder();
    char *path = tp_text_format("%s/real.gpkg", folder), *link = tp_text_format("%s/link.gpkg", folder);
    assert_int_equal(symlink("real.gpkg", link), 0);
    for (int i = 0; i < 2; i++) { /* first to nothing, then to a file */
        tp_output_file output;
        assert_int_equal(tp_output_file_start(&output, link, NULL), TP_OK);
        assert_string_equal(output.path, path);
        create(&output, "new");
        assert_int_equal(tp_output_file_hold(&output, NULL), TP_OK);
        assert_int_equal(tp_output_file_commit(&output, NULL), TP_OK);
        tp_output_file_reset(&output);
        struct stat status;
        assert_int_equal(lstat(link, &status), 0);
        assert_true(S_ISLNK(status.st_mode));
        assert_int_equal(count_entries(folder), 2);
    }
    free(link);
    free(path);
    remove_folder(folder);
}

static void check_impossible(const char *path, const char *said) {
    tp_error error = {0};
    assert_false(tp_output_file_possible(path, &error));
    assert_int_equal(error.code, TP_E_MACHINE);
    assert_non_null(strstr(error.message, said));
    assert_non_null(strstr(error.message, path));
    tp_output_file output;
    assert_int_equal(tp_output_file_start(&output, path, &error), TP_E_MACHINE);
}

static void finds_what_cannot_be_written(void **state) {
    (void)state;
    char *folder = make_folder();
    char *file = tp_text_format("%s/file", folder);
    char *below = tp_text_format("%s/file/out.gpkg", folder);
    char *deep = tp_text_format("%s/file/x/y/out.gpkg", folder);
    char *slash = tp_text_format("%s/new/", folder);
    write_file(file, "a file");
    check_impossible(folder, "it is a folder");
    check_impossible(slash, "it is a folder");
    check_impossible("/dev/null", "it is a device");
    check_impossible(below, "Not a directory");
    check_impossible(deep, "Not a directory");
    check_impossible("/proc/out.gpkg", "cannot be written to");
    check_impossible("/proc/new/out.gpkg", "cannot be written to");
    assert_int_equal(count_entries(folder), 1);
    char *good = tp_text_format("%s/not/yet/out.gpkg", folder);
    assert_true(tp_output_file_possible(good, NULL));
    assert_int_equal(count_entries(folder), 1);
    free(good);
    free(slash);
    free(deep);
    free(below);
    free(file);
    remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaces_only_at_commit),
        cmocka_unit_test(abort_leaves_the_old_file),
        cmocka_unit_test(makes_folders_and_removes_them_on_abort),
        cmocka_unit_test(removes_stale_partials_and_logs),
        cmocka_unit_test(refuses_while_another_writes),
        cmocka_unit_test(abandons_what_is_under_work),
        cmocka_unit_test(follows_links),
        cmocka_unit_test(finds_what_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
