/* The output's partial file: folders, lock, fsync, rename. See output_file.h. */
#include "5_write/output_file.h"

#include "technopolis/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* SQLite may leave these beside a database that was not closed in order. */
static const char *const side_suffixes[] = {"-journal", "-wal", "-shm"};

static size_t folder_length(const char *path) {
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return 0;
    }
    return slash == path ? 1 : (size_t)(slash - path);
}

/* The folder of a path as an owned text, "." when the path has none. */
static char *folder_of(const char *path) {
    size_t length = folder_length(path);
    return length == 0 ? tp_text_copy(".") : tp_text_format("%.*s", (int)length, path);
}

static tp_code cannot_write(const char *path, const char *why, tp_error *error) {
    return tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: %s", path, why);
}

/*
 * Whether a file can be made in the folder: errno or 0. A file without a name leaves no trace; where the file system
 * has none, one with a name is made and taken away again.
 */
static int try_folder(const char *folder) {
#ifdef O_TMPFILE
    int nameless = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (nameless >= 0) {
        int fault = write(nameless, "", 1) == 1 ? 0 : errno;
        (void)close(nameless);
        return fault;
    }
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) {
        return errno;
    }
#endif
    char *name = tp_text_format("%s/.technopolis-XXXXXX", folder);
    if (name == NULL) {
        return ENOMEM;
    }
    int fault = 0;
    int fd = mkstemp(name);
    if (fd < 0) {
        fault = errno;
    } else {
        if (write(fd, "", 1) != 1) {
            fault = errno;
        }
        (void)close(fd);
        (void)unlink(name);
    }
    free(name);
    return fault;
}

bool tp_output_file_possible(const char *path, tp_error *error) {
    struct stat status;
    size_t size = strlen(path);
    if (size == 0 || path[size - 1] == '/' || (stat(path, &status) == 0 && S_ISDIR(status.st_mode))) {
        (void)cannot_write(path, "it is a folder (expected the name of a file)", error);
        return false;
    }
    char *folder = folder_of(path);
    /* The nearest folder that exists: what is missing below it can be made where it can be written. */
    while (folder != NULL && stat(folder, &status) != 0 && errno == ENOENT) {
        char *above = folder_of(folder);
        bool top = above != NULL && strcmp(above, folder) == 0;
        free(folder);
        folder = above;
        if (top) {
            break;
        }
    }
    if (folder == NULL) {
        (void)tp_error_memory(error);
        return false;
    }
    int fault = try_folder(folder);
    if (fault != 0) {
        (void)tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: the folder '%s' cannot be written to: %s",
                           path, folder, strerror(fault));
    }
    free(folder);
    return fault == 0;
}

/* Makes every missing folder above output->path and remembers the topmost one made. */
static tp_code make_folders(tp_output_file *output, tp_error *error) {
    char *path = output->path;
    size_t end = folder_length(path);
    for (size_t i = 1; i <= end; i++) {
        if (path[i] != '/' || path[i - 1] == '/') {
            continue;
        }
        path[i] = '\0';
        int fault = mkdir(path, 0777) == 0 ? 0 : errno;
        if (fault == 0 && output->made_from == 0) {
            output->made_from = i;
        }
        struct stat status;
        bool there = fault == 0 || (stat(path, &status) == 0 && S_ISDIR(status.st_mode));
        tp_code code = TP_OK;
        if (!there) {
            code = tp_error_set(error, TP_E_MACHINE, "the folder '%s' cannot be made: %s", path,
                                strerror(fault == EEXIST ? ENOTDIR : fault));
        }
        path[i] = '/';
        if (code != TP_OK) {
            return code;
        }
    }
    return TP_OK;
}

static void remove_made_folders(tp_output_file *output) {
    if (output->made_from == 0) {
        return;
    }
    size_t length = folder_length(output->path);
    while (length >= output->made_from && length > 0) {
        output->path[length] = '\0';
        if (rmdir(output->path) != 0) {
            break; /* someone else has put something there */
        }
        length = folder_length(output->path);
    }
    output->made_from = 0;
}

static void remove_side_files(const char *path) {
    for (size_t i = 0; i < sizeof side_suffixes / sizeof *side_suffixes; i++) {
        char *name = tp_text_format("%s%s", path, side_suffixes[i]);
        if (name != NULL) {
            (void)unlink(name);
        }
        free(name);
    }
}

/* Removes what an interrupted run left, unless a process still holds it. */
static tp_code remove_stale(const char *partial, tp_error *error) {
    int fd = open(partial, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        return TP_OK;
    }
    tp_code code = TP_OK;
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        code = tp_error_set(error, TP_E_MACHINE, "'%s' is being written by another process", partial);
    } else if (unlink(partial) != 0) {
        code = tp_error_set(error, TP_E_MACHINE, "'%s' cannot be removed: %s", partial, strerror(errno));
    } else {
        remove_side_files(partial);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return code;
}

tp_code tp_output_file_start(tp_output_file *output, const char *path, tp_error *error) {
    *output = (tp_output_file){.fd = -1};
    output->path = tp_text_copy(path);
    output->partial = tp_text_format("%s.partial", path);
    tp_code code = TP_OK;
    if (output->path == NULL || output->partial == NULL) {
        code = tp_error_memory(error);
    }
    if (code == TP_OK && !tp_output_file_possible(path, error)) {
        code = TP_E_MACHINE;
    }
    if (code == TP_OK) {
        code = make_folders(output, error);
    }
    if (code == TP_OK) {
        code = remove_stale(output->partial, error);
    }
    if (code != TP_OK && output->path != NULL) {
        remove_made_folders(output);
    }
    if (code != TP_OK) {
        free(output->path);
        free(output->partial);
        *output = (tp_output_file){.fd = -1};
    }
    return code;
}

tp_code tp_output_file_hold(tp_output_file *output, tp_error *error) {
    output->fd = open(output->partial, O_RDONLY | O_CLOEXEC);
    if (output->fd < 0) {
        return cannot_write(output->partial, strerror(errno), error);
    }
    /* Where a file system knows no locks we go on without: the lock only guards against two runs at once. */
    if (flock(output->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        (void)close(output->fd);
        output->fd = -1;
        tp_code code = tp_error_set(error, TP_E_MACHINE, "'%s' is being written by another process", output->partial);
        free(output->partial); /* not ours to remove */
        output->partial = NULL;
        return code;
    }
    return TP_OK;
}

/* The folder's entry must reach the disk as well; not every file system lets a folder be synced. */
static void sync_folder(const char *path) {
    char *folder = folder_of(path);
    int fd = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    free(folder);
}

tp_code tp_output_file_commit(tp_output_file *output, tp_error *error) {
    if (output->fd < 0) {
        return tp_error_set(error, TP_E_INTERNAL, "'%s': commit without a file", output->path);
    }
    if (fsync(output->fd) != 0) {
        return cannot_write(output->path, strerror(errno), error);
    }
    if (rename(output->partial, output->path) != 0) {
        return cannot_write(output->path, strerror(errno), error);
    }
    /* A write-ahead log of the file that was replaced would be taken for the new file's own. */
    remove_side_files(output->path);
    (void)close(output->fd);
    output->fd = -1;
    sync_folder(output->path);
    free(output->partial);
    output->partial = NULL;
    output->made_from = 0;
    return TP_OK;
}

void tp_output_file_reset(tp_output_file *output) {
    if (output->partial != NULL) {
        (void)unlink(output->partial);
        remove_side_files(output->partial);
        remove_made_folders(output);
    }
    if (output->fd >= 0) {
        (void)close(output->fd);
    }
    free(output->path);
    free(output->partial);
    *output = (tp_output_file){.fd = -1};
}
