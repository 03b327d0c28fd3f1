/* Bytes of a file at any place: see window.h. */
#include "1_read/window.h"

#include <stdlib.h>

enum { WINDOW_SIZE = 1 << 18, JUMP_SIZE = 1 << 12 };

bool tp_window_open(const char *path, tp_window *window) {
    *window = (tp_window){.file = path == NULL ? NULL : VSIFOpenL(path, "rb"), .bytes = malloc(WINDOW_SIZE)};
    if (window->file == NULL || window->bytes == NULL) {
        tp_window_close(window);
        return false;
    }
    return true;
}

void tp_window_close(tp_window *window) {
    if (window->file != NULL) {
        VSIFCloseL(window->file);
    }
    free(window->bytes);
    *window = (tp_window){0};
}

/* Where places jump about, as in a file whose index has its records in another order, most of a full window is read for
 * nothing. */
static size_t size_to_read(const tp_window *window, int64_t at, size_t size) {
    bool follows = at >= window->begin && at - window->begin < (int64_t)window->size + WINDOW_SIZE;
    return follows ? WINDOW_SIZE : size > JUMP_SIZE ? size : JUMP_SIZE;
}

const unsigned char *tp_window_fetch(tp_window *window, int64_t at, size_t size) {
    if (at < 0 || size > WINDOW_SIZE || VSIFSeekL(window->file, (vsi_l_offset)at, SEEK_SET) != 0) {
        return NULL;
    }
    size_t wanted = size_to_read(window, at, size);
    window->begin = at;
    window->size = VSIFReadL(window->bytes, 1, wanted, window->file);
    return size <= window->size ? window->bytes : NULL;
}
