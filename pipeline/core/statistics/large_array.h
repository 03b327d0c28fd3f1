/**
 * Room for arrays of many megabytes: on Linux in large pages where the machine allows them, since else a page of 4 kB at
 * a time is asked for, which takes longer than what is then computed in it. Not cleared; free() gives it back.
 */
#ifndef TP_CORE_LARGE_ARRAY_H
#define TP_CORE_LARGE_ARRAY_H

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/** n + 1 things of that size (so never none), or NULL. */
static inline void *tp_large_array(int64_t n, size_t size) {
    const size_t page = (size_t)2 << 20;
    size_t whole;
    if (n < 0 || __builtin_mul_overflow((size_t)n + 1, size, &whole) || whole > SIZE_MAX - page) {
        return NULL;
    }
    if (whole < 2 * page) {
        return malloc(whole);
    }
    whole = (whole + page - 1) / page * page;
    void *memory = aligned_alloc(page, whole);
#ifdef MADV_HUGEPAGE
    if (memory != NULL) {
        (void)madvise(memory, whole, MADV_HUGEPAGE); /* only advice: where it is not taken, pages are small */
    }
#endif
    return memory;
}

#endif
