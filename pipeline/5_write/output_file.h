/**
 * The file under work: it grows beside its final name and takes that name only when it is complete. No format is known
 * here, only names, folders and the disk.
 */
#ifndef TP_WRITE_OUTPUT_FILE_H
#define TP_WRITE_OUTPUT_FILE_H

#include "technopolis/error.h"

typedef struct tp_output_file {
    char *path;       /**< the final name, symbolic links followed */
    char *partial;    /**< path + ".partial" */
    size_t made_from; /**< length of the topmost folder of `path` that had to be made; 0: none */
    int fd;           /**< of the partial file once held, else -1 */
    int folder_fd;    /**< of the folder, locked from start to hold, else -1 */
    int made;         /**< number among the files that tp_output_files_abandon removes, else -1 */
} tp_output_file;

/** What `path` stands for once symbolic links at its end are followed; itself where there are none. Owned; NULL: no memory. */
char *tp_output_file_target(const char *path);

/**
 * True when a file could be written at `path` (its folders may still be missing); otherwise says why in `error` with
 * TP_E_MACHINE. Tries for real, because root may do everything by its permissions; leaves nothing behind.
 */
bool tp_output_file_possible(const char *path, tp_error *error);

/**
 * Makes missing folders and removes what an interrupted run left under the partial name. TP_E_MACHINE when the folder
 * cannot be written, `path` is a folder, device or pipe, or another process is writing the same output.
 */
TP_NODISCARD tp_code tp_output_file_start(tp_output_file *output, const char *path, tp_error *error);

/** Call when the partial file exists: marks it as ours for other processes until commit or abort. */
TP_NODISCARD tp_code tp_output_file_hold(tp_output_file *output, tp_error *error);

/** Brings the partial file to the disk and gives it its final name. On failure the final name is as it was. */
TP_NODISCARD tp_code tp_output_file_commit(tp_output_file *output, tp_error *error);

/** Removes the partial file and the folders made for it, unless committed; frees everything. */
void tp_output_file_reset(tp_output_file *output);

/**
 * Removes the partial files of all outputs under work. Calls only what a signal's handler may call; what is left after
 * it is to end the process.
 */
void tp_output_files_abandon(void);

#endif
