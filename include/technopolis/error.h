/**
 * Errors: a code in families, a located message owned by the caller, and lists of them.
 *
 * Every function that can fail returns a tp_code and takes a `tp_error *` last, which may be NULL. The message never
 * begins with the program's name and never ends with a newline. Two forms are used throughout:
 *
 *     FILE:LINE:COL: what is wrong (what was expected)        a fault in a configuration or profile
 *     FILE layer L feature N: what is wrong                   a fault in data
 *
 * Nothing here is global; all functions are thread-safe as long as two threads do not share one object.
 */
#ifndef TECHNOPOLIS_ERROR_H
#define TECHNOPOLIS_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TP_NODISCARD __attribute__((warn_unused_result))
#define TP_PRINTF(format_index, first_argument) __attribute__((format(printf, format_index, first_argument)))
#else
#define TP_NODISCARD
#define TP_PRINTF(format_index, first_argument)
#endif

/** What kind of fault; the values are the program's exit codes. */
typedef enum tp_code {
    TP_OK = 0,
    TP_E_INTERNAL = 1, /**< a bug of ours */
    TP_E_CONFIG = 2,   /**< command line, configuration, profile, or an unknown site id */
    TP_E_DATA = 3,     /**< an input is missing or cannot be used */
    TP_E_MACHINE = 4   /**< memory, disk, or an output that cannot be written */
} tp_code;

enum { TP_ERROR_SIZE = 1024 };

/**
 * Where in a message its place ends, for readers that are machines: the first `file_size` bytes name the file (0: no
 * place is known), the wording begins at byte `text_at`; line and column count from 1, 0 = none.
 */
typedef struct tp_located {
    size_t file_size, text_at;
    int line, column;
} tp_located;

/** One fault. Initialise with `= {0}`; holds no memory of its own. */
typedef struct tp_error {
    tp_code code;
    char message[TP_ERROR_SIZE]; /**< UTF-8, cut at a character's border when too long */
    tp_located at;
} tp_error;

/**
 * Fills `error` (ignored when NULL) and returns `code`, so that a failing function can end with
 * `return tp_error_set(error, TP_E_DATA, "…")`.
 */
tp_code tp_error_set(tp_error *error, tp_code code, const char *format, ...) TP_PRINTF(3, 4);

/** "out of memory" with TP_E_MACHINE; the one way in which this is said. */
tp_code tp_error_memory(tp_error *error);

/** Where a text stands in a file that a person wrote. `file` is borrowed; `line` and `column` count from 1, 0 = none. */
typedef struct tp_place {
    const char *file;
    int line;
    int column;
} tp_place;

/** As tp_error_set with code TP_E_CONFIG, the message preceded by `FILE:LINE:COL: `. */
tp_code tp_error_at(tp_error *error, tp_place place, const char *format, ...) TP_PRINTF(3, 4);

/** One entry of a fault list. */
typedef struct tp_fault {
    tp_code code;
    bool warning; /**< true: worth saying, but the run may go on */
    char *message;
    tp_located at;
} tp_fault;

/**
 * A list of faults and warnings, so that everything wrong is said at once. Initialise with `= {0}`, release with
 * tp_faults_reset. Adding never fails: when memory is out, `lost` is set and tp_faults_code gives TP_E_MACHINE.
 */
typedef struct tp_faults {
    tp_fault *items;
    size_t n;
    size_t capacity;
    bool lost;
} tp_faults;

void tp_faults_reset(tp_faults *faults);

/** Adds a fault. An exact repeat of one of the last 256 messages is left out. */
void tp_faults_add(tp_faults *faults, tp_code code, const char *format, ...) TP_PRINTF(3, 4);

/** Adds a configuration fault at a place. */
void tp_faults_add_at(tp_faults *faults, tp_place place, const char *format, ...) TP_PRINTF(3, 4);

/** Adds a fault of any code at a place (a missing input is located where the configuration names it). */
void tp_faults_add_code_at(tp_faults *faults, tp_code code, tp_place place, const char *format, ...) TP_PRINTF(4, 5);

/** Adds a warning, which does not make the list faulty. */
void tp_faults_warn(tp_faults *faults, const char *format, ...) TP_PRINTF(2, 3);

/** Adds what `error` says. */
void tp_faults_add_error(tp_faults *faults, const tp_error *error);

/** Adds a copy of a fault or warning of another list, place and all. */
void tp_faults_add_fault(tp_faults *faults, const tp_fault *fault);

/** TP_OK when the list has no fault (warnings do not count); else the smallest of 2, 3, 4 present, else 1. */
tp_code tp_faults_code(const tp_faults *faults);

#ifdef __cplusplus
}
#endif

#endif
