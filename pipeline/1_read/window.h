/** Bytes of a file at any place, through one buffer: quick where places follow each other. */
#ifndef TP_READ_WINDOW_H
#define TP_READ_WINDOW_H

#include <cpl_vsi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Initialise with `= {0}`. */
typedef struct tp_window {
    VSILFILE *file;
    unsigned char *bytes;
    int64_t begin; /**< where in the file the first of them stands */
    size_t size;   /**< how many are there */
} tp_window;

/** Opens anything that GDAL opens (/vsizip/…). False when it cannot be opened, or memory is out. */
bool tp_window_open(const char *path, tp_window *window);
void tp_window_close(tp_window *window);

/** Fetches at least `size` bytes from place `at` on, or gives NULL. Only for tp_window_at. */
const unsigned char *tp_window_fetch(tp_window *window, int64_t at, size_t size);

/** The `size` bytes at place `at`, valid until the next call; NULL where the file has them not (or more than 256 kB). */
static inline const unsigned char *tp_window_at(tp_window *window, int64_t at, size_t size) {
    bool there = at >= window->begin && (uint64_t)(at - window->begin) + size <= window->size;
    return there ? window->bytes + (at - window->begin) : tp_window_fetch(window, at, size);
}

#endif
