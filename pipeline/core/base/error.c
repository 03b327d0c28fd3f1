/* Errors and lists of them: see technopolis/error.h. */
#include "technopolis/error.h"

#include "technopolis/mask.h"
#include "technopolis/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Shortens a message that did not fit so that it does not end inside a UTF-8 character. */
static void cut_at_character(char *message, size_t size) {
    size_t end = strnlen(message, size - 1);
    while (end > 0 && !tp_text_is_utf8(message, end)) {
        end--;
        if (size - 1 - end > 4) {
            return; /* the text was not UTF-8 in the first place: leave it as it is */
        }
        message[end] = '\0';
    }
}

static tp_code fill(tp_error *error, tp_code code, tp_place place, const char *format, va_list arguments) {
    if (error == NULL) {
        return code;
    }
    int used = 0;
    if (place.file != NULL && place.line > 0) {
        used = snprintf(error->message, sizeof error->message, "%s:%d:%d: ", place.file, place.line, place.column);
    } else if (place.file != NULL) {
        used = snprintf(error->message, sizeof error->message, "%s: ", place.file);
    }
    error->at = (tp_located){0};
    if (used < 0 || (size_t)used >= sizeof error->message) {
        used = 0;
    } else if (used > 0) {
        bool lines = place.line > 0;
        error->at = (tp_located){.file_size = strlen(place.file),
                                 .text_at = (size_t)used,
                                 .line = lines ? place.line : 0,
                                 .column = lines ? place.column : 0};
    }
    int wanted = vsnprintf(error->message + used, sizeof error->message - (size_t)used, format, arguments);
    if (wanted >= 0 && (size_t)wanted >= sizeof error->message - (size_t)used) {
        cut_at_character(error->message, sizeof error->message);
    }
    tp_mask(error->message, sizeof error->message);
    error->code = code;
    return code;
}

tp_code tp_error_set(tp_error *error, tp_code code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fill(error, code, (tp_place){0}, format, arguments);
    va_end(arguments);
    return code;
}

tp_code tp_error_memory(tp_error *error) {
    return tp_error_set(error, TP_E_MACHINE, "out of memory");
}

tp_code tp_error_at(tp_error *error, tp_place place, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fill(error, TP_E_CONFIG, place, format, arguments);
    va_end(arguments);
    return TP_E_CONFIG;
}

void tp_faults_reset(tp_faults *faults) {
    for (size_t i = 0; i < faults->n; i++) {
        free(faults->items[i].message);
    }
    free(faults->items);
    *faults = (tp_faults){0};
}

static void add(tp_faults *faults, tp_code code, bool warning, const tp_error *error) {
    const char *message = error->message;
    if (faults == NULL) {
        return;
    }
    enum { LOOK_BACK = 256 }; /* repeats come close together; a hostile file must not cost the square of its faults */
    for (size_t i = faults->n > LOOK_BACK ? faults->n - LOOK_BACK : 0; i < faults->n; i++) {
        if (strcmp(faults->items[i].message, message) == 0 && faults->items[i].warning == warning) {
            return;
        }
    }
    if (faults->n == faults->capacity) {
        size_t capacity = faults->capacity == 0 ? 8 : faults->capacity * 2;
        tp_fault *items = realloc(faults->items, capacity * sizeof *items);
        if (items == NULL) {
            faults->lost = true;
            return;
        }
        faults->items = items;
        faults->capacity = capacity;
    }
    char *copy = tp_text_copy(message);
    if (copy == NULL) {
        faults->lost = true;
        return;
    }
    faults->items[faults->n++] = (tp_fault){.code = code, .warning = warning, .message = copy, .at = error->at};
}

void tp_faults_add(tp_faults *faults, tp_code code, const char *format, ...) {
    tp_error error = {0};
    va_list arguments;
    va_start(arguments, format);
    fill(&error, code, (tp_place){0}, format, arguments);
    va_end(arguments);
    add(faults, code, false, &error);
}

void tp_faults_add_at(tp_faults *faults, tp_place place, const char *format, ...) {
    tp_error error = {0};
    va_list arguments;
    va_start(arguments, format);
    fill(&error, TP_E_CONFIG, place, format, arguments);
    va_end(arguments);
    add(faults, TP_E_CONFIG, false, &error);
}

void tp_faults_add_code_at(tp_faults *faults, tp_code code, tp_place place, const char *format, ...) {
    tp_error error = {0};
    va_list arguments;
    va_start(arguments, format);
    fill(&error, code, place, format, arguments);
    va_end(arguments);
    add(faults, code, false, &error);
}

void tp_faults_warn(tp_faults *faults, const char *format, ...) {
    tp_error error = {0};
    va_list arguments;
    va_start(arguments, format);
    fill(&error, TP_OK, (tp_place){0}, format, arguments);
    va_end(arguments);
    add(faults, TP_OK, true, &error);
}

void tp_faults_add_error(tp_faults *faults, const tp_error *error) {
    add(faults, error->code, false, error);
}

void tp_faults_add_fault(tp_faults *faults, const tp_fault *fault) {
    tp_error error = {.code = fault->code, .at = fault->at};
    (void)snprintf(error.message, sizeof error.message, "%s", fault->message);
    add(faults, fault->code, fault->warning, &error);
}

tp_code tp_faults_code(const tp_faults *faults) {
    tp_code smallest = TP_OK;
    bool internal = false;
    for (size_t i = 0; i < faults->n; i++) {
        const tp_fault *fault = &faults->items[i];
        if (fault->warning) {
            continue;
        }
        if (fault->code == TP_E_INTERNAL) {
            internal = true;
        } else if (smallest == TP_OK || fault->code < smallest) {
            smallest = fault->code;
        }
    }
    if (smallest == TP_OK && faults->lost) {
        return TP_E_MACHINE;
    }
    return smallest != TP_OK ? smallest : internal ? TP_E_INTERNAL : TP_OK;
}
