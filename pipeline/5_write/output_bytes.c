/* Bytes on the disk, all or nothing. See output_bytes.h. */
#include "5_write/output_bytes.h"

#include "5_write/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool write_all(const char *path, const tp_text *bytes) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    size_t done = 0;
    while (fd >= 0 && done < bytes->size) {
        ssize_t wrote = write(fd, bytes->data + done, bytes->size - done);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            break;
        }
        done += (size_t)wrote;
    }
    int fault = done < bytes->size ? errno : 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    errno = fault;
    return fd >= 0 && done == bytes->size;
}

tp_code tp_output_bytes_save(const char *path, const tp_text *bytes, tp_error *error) {
    tp_output_file output = {.fd = -1, .folder_fd = -1, .made = -1};
    tp_code code = tp_output_file_start(&output, path, error);
    if (code == TP_OK && !write_all(output.partial, bytes)) {
        code = tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: %s", path, strerror(errno));
    }
    if (code == TP_OK) {
        code = tp_output_file_hold(&output, error);
    }
    if (code == TP_OK) {
        code = tp_output_file_commit(&output, error);
    }
    tp_output_file_reset(&output);
    return code;
}
