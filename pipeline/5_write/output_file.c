/* The output's partial file: folders, lock, fsync, rename. See output_file.h. */
#include "5_write/output_file.h"

#include "technopolis/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
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

/* Whether the file could be made in its folder, or in the nearest that exists. */
static bool folder_possible(const char *path, tp_error *error) {
    struct stat status;
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

char *tp_output_file_target(const char *path) {
    enum { MOST_LINKS = 40 };
    char *at = tp_text_copy(path);
    for (int i = 0; at != NULL && i < MOST_LINKS; i++) {
        char link[PATH_MAX];
        ssize_t size = readlink(at, link, sizeof link);
        if (size <= 0 || (size_t)size >= sizeof link) {
            break;
        }
        size_t folder = link[0] == '/' ? 0 : folder_length(at);
        char *next = tp_text_format("%.*s%s%.*s", (int)folder, at, folder > 1 ? "/" : "", (int)size, link);
        free(at);
        at = next;
    }
    return at;
}

/* What stands at the path already, when it is nothing that a file may replace; else NULL. */
static const char *obstacle(const char *path) {
    struct stat status;
    size_t size = strlen(path);
    if (size == 0 || path[size - 1] == '/') {
        return "it is a folder (expected the name of a file)";
    }
    if (stat(path, &status) != 0) {
        return errno == ELOOP ? "its symbolic links go round in a circle" : NULL;
    }
    if (S_ISDIR(status.st_mode)) {
        return "it is a folder (expected the name of a file)";
    }
    return S_ISREG(status.st_mode) ? NULL : "it is a device, pipe or socket (expected the name of a file)";
}

bool tp_output_file_possible(const char *named, tp_error *error) {
    const char *why = obstacle(named);
    if (why != NULL) {
        (void)cannot_write(named, why, error);
        return false;
    }
    char *path = tp_output_file_target(named);
    bool possible = path != NULL && folder_possible(path, error);
    if (path == NULL) {
        (void)tp_error_memory(error);
    }
    free(path);
    return possible;
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

static tp_code is_busy(const tp_output_file *output, tp_error *error) {
    return tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: another process is writing it", output->path);
}

/* Removes what an interrupted run left, unless a process still holds it. */
static tp_code remove_stale(const tp_output_file *output, tp_error *error) {
    const char *partial = output->partial;
    struct stat status;
    if (lstat(partial, &status) == 0 && !S_ISREG(status.st_mode)) {
        return tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: '%s' is in the way, which is no file",
                            output->path, partial);
    }
    int fd = open(partial, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        return TP_OK;
    }
    tp_code code = TP_OK;
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        code = is_busy(output, error);
    } else if (unlink(partial) != 0 && errno != ENOENT) { /* the other process may just have finished */
        code = tp_error_set(error, TP_E_MACHINE, "'%s' cannot be removed: %s", partial, strerror(errno));
    } else {
        remove_side_files(partial);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return code;
}

/*
 * Runs that begin at once would each find no partial file, and all but one would fail in the middle of making it. So
 * from looking to holding a run locks the folder, for a few milliseconds. Somebody else's lock on it (or a file system
 * without locks) must not stop us: after a while we go on without.
 */
static void lock_folder(tp_output_file *output) {
    enum { TRIES = 200, PAUSE_MICROSECONDS = 10000 };
    char *folder = folder_of(output->path);
    output->folder_fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; output->folder_fd >= 0 && i < TRIES; i++) {
        if (flock(output->folder_fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
            break;
        }
        (void)usleep(PAUSE_MICROSECONDS);
    }
    free(folder);
}

static void unlock_folder(tp_output_file *output) {
    if (output->folder_fd >= 0) {
        (void)close(output->folder_fd);
    }
    output->folder_fd = -1;
}

/*
 * The partial files of this process, for tp_output_files_abandon: a signal's handler is given nothing, so they must be
 * where it can find them. The names are copies, so that it never meets freed memory.
 */
enum { N_MADE = 16, MADE_FREE = 0, MADE_TAKEN, MADE_LISTED };
static struct {
    atomic_int state;
    char partial[PATH_MAX];
} made_files[N_MADE];

static void list_made(tp_output_file *output) {
    output->made = -1;
    size_t size = strlen(output->partial);
    for (int i = 0; size < PATH_MAX && i < N_MADE && output->made < 0; i++) {
        int expected = MADE_FREE;
        if (atomic_compare_exchange_strong(&made_files[i].state, &expected, MADE_TAKEN)) {
            memcpy(made_files[i].partial, output->partial, size + 1);
            atomic_store(&made_files[i].state, MADE_LISTED);
            output->made = i;
        }
    }
}

static void unlist_made(tp_output_file *output) {
    if (output->made >= 0) {
        atomic_store(&made_files[output->made].state, MADE_FREE);
    }
    output->made = -1;
}

void tp_output_files_abandon(void) {
    for (int i = 0; i < N_MADE; i++) {
        if (atomic_load(&made_files[i].state) == MADE_LISTED) {
            (void)unlink(made_files[i].partial);
        }
    }
}

static const tp_output_file NOTHING = {.fd = -1, .folder_fd = -1, .made = -1};

tp_code tp_output_file_start(tp_output_file *output, const char *path, tp_error *error) {
    *output = NOTHING;
    if (!tp_output_file_possible(path, error)) {
        return TP_E_MACHINE;
    }
    output->path = tp_output_file_target(path);
    output->partial = output->path == NULL ? NULL : tp_text_format("%s.partial", output->path);
    if (output->partial == NULL) {
        free(output->path);
        *output = NOTHING;
        return tp_error_memory(error);
    }
    tp_code code = make_folders(output, error);
    if (code == TP_OK) {
        lock_folder(output);
        code = remove_stale(output, error);
    }
    if (code == TP_OK) {
        list_made(output);
        return TP_OK;
    }
    unlock_folder(output);
    remove_made_folders(output);
    free(output->path);
    free(output->partial);
    *output = NOTHING;
    return code;
}

/* The partial file is no longer ours to remove. */
static void let_go(tp_output_file *output) {
    unlist_made(output);
    free(output->partial);
    output->partial = NULL;
}

tp_code tp_output_file_hold(tp_output_file *output, tp_error *error) {
    output->fd = open(output->partial, O_RDWR | O_CLOEXEC);
    if (output->fd < 0) {
        return cannot_write(output->partial, strerror(errno), error);
    }
    /* Where a file system knows no locks we go on without: the lock only guards against two runs at once. */
    bool busy = flock(output->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    unlock_folder(output);
    if (!busy) {
        return TP_OK;
    }
    (void)close(output->fd);
    output->fd = -1;
    let_go(output);
    return is_busy(output, error);
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
    let_go(output);
    output->made_from = 0;
    return TP_OK;
}

void tp_output_file_reset(tp_output_file *output) {
    if (output->partial != NULL) {
        (void)unlink(output->partial);
        remove_side_files(output->partial);
        remove_made_folders(output);
        unlist_made(output);
    }
    if (output->fd >= 0) {
        (void)close(output->fd);
    }
    unlock_folder(output);
    free(output->path);
    free(output->partial);
    *output = NOTHING;
}
