/* SHA-256 against the examples of FIPS 180-4 and against itself over files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void known_digests(void **state) {
    (void)state;
    static const struct {
        const char *text, *hex;
    } known[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char hex[TP_DIGEST_SIZE];
        assert_int_equal(tp_digest_bytes(known[i].text, strlen(known[i].text), hex, NULL), TP_OK);
        assert_string_equal(hex, known[i].hex);
    }
}

static void a_million_times_a(void **state) {
    (void)state;
    char *text = malloc(1000000), hex[TP_DIGEST_SIZE];
    assert_non_null(text);
    memset(text, 'a', 1000000);
    assert_int_equal(tp_digest_bytes(text, 1000000, hex, NULL), TP_OK);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(text);
}

static void write_file(const char *path, const char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Files one after another are what their contents put together are; larger than the reading buffer too. */
static void files_one_after_another(void **state) {
    (void)state;
    const char *temporary = getenv("TMPDIR");
    char folder[512], first[600], second[600];
    (void)snprintf(folder, sizeof folder, "%s/tp_digest_XXXXXX", temporary == NULL ? "/tmp" : temporary);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(first, sizeof first, "%s/first", folder);
    (void)snprintf(second, sizeof second, "%s/second", folder);
    size_t size = 700001;
    char *bytes = malloc(size), together[TP_DIGEST_SIZE], apart[TP_DIGEST_SIZE], swapped[TP_DIGEST_SIZE];
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)(i * 131 + i / 7);
    }
    write_file(first, bytes, 300000);
    write_file(second, bytes + 300000, size - 300000);
    const char *const paths[] = {first, second}, *const other[] = {second, first};
    assert_int_equal(tp_digest_bytes(bytes, size, together, NULL), TP_OK);
    assert_int_equal(tp_digest_files(paths, 2, apart, NULL), TP_OK);
    assert_int_equal(tp_digest_files(other, 2, swapped, NULL), TP_OK);
    assert_string_equal(apart, together);
    assert_string_not_equal(swapped, together);
    assert_int_equal(tp_digest_files(NULL, 0, apart, NULL), TP_OK);
    assert_string_equal(apart, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_int_equal(unlink(first), 0);
    tp_error error = {0};
    assert_int_equal(tp_digest_files(paths, 2, apart, &error), TP_E_DATA);
    assert_non_null(strstr(error.message, "first"));
    assert_int_equal(unlink(second), 0);
    assert_int_equal(rmdir(folder), 0);
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_digests),
        cmocka_unit_test(a_million_times_a),
        cmocka_unit_test(files_one_after_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
