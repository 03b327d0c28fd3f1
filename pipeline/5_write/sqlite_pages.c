/* Rows put straight into pages. See sqlite_pages.h. */
#include "5_write/sqlite_pages.h"

#include "5_write/sqlite_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Numbers of the file format, for pages of 4,096 bytes of which none are reserved. */
enum {
    PAGE = TP_SQLITE_PAGE,
    LEAF = 13,
    INTERIOR = 5,
    LEAF_HEAD = 8,
    INTERIOR_HEAD = 12,
    MOST_LOCAL = PAGE - 35,                    /* a record up to this size stays in the leaf */
    LEAST_LOCAL = (PAGE - 12) * 32 / 255 - 23, /* of a longer one this much stays at least */
    OVERFLOW = PAGE - 4,                       /* what a page for the rest holds behind the next one's number */
    LOCK_PAGE = 0x40000000 / PAGE + 1,         /* never used: SQLite's locks lie there */
    WAIT = 1024,                               /* pages written at once */
    AT_PAGE_SIZE = 16,
    AT_RESERVED = 20,
    AT_CHANGES = 24,
    AT_PAGES = 28,
    AT_VACUUM = 52,
    AT_VALID_FOR = 92,
    HEADER = 100
};

static void put_big_endian(uint8_t *at, uint64_t value, int n) {
    for (int i = n - 1; i >= 0; i--) {
        *at++ = (uint8_t)(value >> (8 * i));
    }
}

static uint32_t get_u32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool write_at(int fd, const uint8_t *bytes, size_t size, int64_t at) {
    while (size > 0) {
        ssize_t n = pwrite(fd, bytes, size, at);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n == 0 ? ENOSPC : errno;
            return false;
        }
        bytes += n;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

/*
 * A full block goes to the disk without a copy in the memory of the system: for a file that is synced before it gets its
 * name the copy is only work, and more of it than making the rows. Where the file system does not allow that (EINVAL),
 * and for the rest of a table, pages are written as usual.
 */
static bool write_block(tp_sqlite_file *file, const uint8_t *bytes, size_t size, int64_t at) {
#ifdef O_DIRECT
    int flags = file->copies || size < (size_t)WAIT * PAGE ? -1 : fcntl(file->fd, F_GETFL);
    if (flags >= 0 && fcntl(file->fd, F_SETFL, flags | O_DIRECT) == 0) {
        ssize_t n = pwrite(file->fd, bytes, size, at);
        int fault = errno;
        (void)fcntl(file->fd, F_SETFL, flags);
        file->copies = n < 0 && fault == EINVAL;
        size_t done = n > 0 ? (size_t)n : 0; /* what is left says itself what is wrong */
        bytes += done;
        at += (int64_t)done;
        size -= done;
    }
#endif
    return write_at(file->fd, bytes, size, at);
}

bool tp_sqlite_file_open(tp_sqlite_file *file, int fd) {
    *file = (tp_sqlite_file){.fd = fd, .wait = aligned_alloc(PAGE, (size_t)WAIT * PAGE)};
    return file->wait != NULL;
}

void tp_sqlite_file_reset(tp_sqlite_file *file) {
    free(file->wait);
    *file = (tp_sqlite_file){.fd = -1};
}

bool tp_sqlite_file_begin(tp_sqlite_file *file) {
    uint8_t header[HEADER];
    off_t size = lseek(file->fd, 0, SEEK_END);
    if (size < 0 || pread(file->fd, header, sizeof header, 0) != (ssize_t)sizeof header) {
        return false;
    }
    if (header[AT_PAGE_SIZE] != PAGE >> 8 || header[AT_PAGE_SIZE + 1] != 0 || header[AT_RESERVED] != 0 ||
        get_u32(header + AT_VACUUM) != 0 || size != (off_t)get_u32(header + AT_PAGES) * PAGE) {
        errno = EINVAL;
        return false;
    }
    file->next = get_u32(header + AT_PAGES) + 1;
    file->n_wait = 0;
    return true;
}

static bool flush(tp_sqlite_file *file) {
    bool done = file->n_wait == 0 ||
                write_block(file, file->wait, (size_t)file->n_wait * PAGE, (int64_t)(file->wait_first - 1) * PAGE);
    file->n_wait = 0;
    return done;
}

bool tp_sqlite_file_end(tp_sqlite_file *file) {
    uint8_t header[HEADER];
    if (!flush(file) || pread(file->fd, header, sizeof header, 0) != (ssize_t)sizeof header) {
        return false;
    }
    uint32_t changes = get_u32(header + AT_CHANGES) + 1;
    put_big_endian(header + AT_CHANGES, changes, 4);
    put_big_endian(header + AT_PAGES, file->next - 1, 4);
    put_big_endian(header + AT_VALID_FOR, changes, 4);
    return write_at(file->fd, header, sizeof header, 0);
}

/* Room for the file's next page, to be filled at once; NULL: what waited could not be written. */
static uint8_t *next_page(tp_sqlite_file *file, uint32_t *number) {
    if (file->n_wait == WAIT || file->next == LOCK_PAGE) {
        if (!flush(file)) {
            return NULL;
        }
        file->next += file->next == LOCK_PAGE ? 1 : 0;
    }
    if (file->n_wait == 0) {
        file->wait_first = file->next;
    }
    *number = file->next++;
    return file->wait + (size_t)file->n_wait++ * PAGE;
}

void tp_sqlite_table_reset(tp_sqlite_table *table) {
    free(table->children);
    *table = (tp_sqlite_table){.file = table->file};
}

/* The leaf's head, before it is written. */
static void close_leaf(tp_sqlite_table *table) {
    uint8_t *leaf = table->leaf;
    leaf[0] = LEAF;
    put_big_endian(leaf + 1, 0, 2);
    put_big_endian(leaf + 3, (uint64_t)table->n_cells, 2);
    put_big_endian(leaf + 5, (uint64_t)table->content, 2);
    leaf[7] = 0;
    int used = LEAF_HEAD + 2 * table->n_cells;
    memset(leaf + used, 0, (size_t)(table->content - used));
}

static bool write_leaf(tp_sqlite_table *table) {
    if (table->n_children == table->capacity) {
        size_t capacity = table->capacity == 0 ? 64 : 2 * table->capacity;
        tp_sqlite_child *children = realloc(table->children, capacity * sizeof *children);
        if (children == NULL) {
            return false;
        }
        table->children = children;
        table->capacity = capacity;
    }
    tp_sqlite_child *child = &table->children[table->n_children];
    uint8_t *page = next_page(table->file, &child->page);
    if (page == NULL) {
        return false;
    }
    close_leaf(table);
    memcpy(page, table->leaf, PAGE);
    child->last = table->last;
    table->n_children++;
    table->n_cells = 0;
    table->content = PAGE;
    return true;
}

/* The part of a record that stays in the leaf. */
static size_t local_size(size_t size) {
    if (size <= MOST_LOCAL) {
        return size;
    }
    size_t local = LEAST_LOCAL + (size - LEAST_LOCAL) % OVERFLOW;
    return local <= MOST_LOCAL ? local : LEAST_LOCAL;
}

/* The rest of a record on pages of its own; gives the number of the first. */
static bool write_overflow(tp_sqlite_file *file, const uint8_t *bytes, size_t size, uint32_t *first) {
    uint8_t *page = next_page(file, first);
    while (page != NULL) {
        size_t n = size < OVERFLOW ? size : OVERFLOW;
        memcpy(page + 4, bytes, n);
        memset(page + 4 + n, 0, OVERFLOW - n);
        bytes += n;
        size -= n;
        uint32_t following = 0;
        if (size > 0) { /* the page's own number is the one before the next, but for the page that is left out */
            following = file->next == LOCK_PAGE ? LOCK_PAGE + 1 : file->next;
        }
        put_big_endian(page, following, 4);
        if (size == 0) {
            return true;
        }
        page = next_page(file, &following);
    }
    return false;
}

bool tp_sqlite_table_add(tp_sqlite_table *table, int64_t number, const uint8_t *record, size_t size) {
    uint8_t head[2 * TP_VARINT_SIZE];
    size_t head_size = (size_t)(tp_varint_put(tp_varint_put(head, size), (uint64_t)number) - head);
    size_t local = local_size(size), cell = head_size + local + (local < size ? 4 : 0);
    if (table->content == 0) {
        table->content = PAGE;
    }
    if ((size_t)table->content < LEAF_HEAD + 2 * ((size_t)table->n_cells + 1) + cell && !write_leaf(table)) {
        return false;
    }
    uint32_t first = 0;
    if (local < size && !write_overflow(table->file, record + local, size - local, &first)) {
        return false;
    }
    table->content -= (int)cell;
    uint8_t *at = table->leaf + table->content;
    tp_bytes_copy(at, head, head_size);
    tp_bytes_copy(at + head_size, record, local);
    if (local < size) {
        put_big_endian(at + head_size + local, first, 4);
    }
    uint8_t *pointer = table->leaf + LEAF_HEAD + 2 * table->n_cells++;
    pointer[0] = (uint8_t)(table->content >> 8);
    pointer[1] = (uint8_t)table->content;
    table->last = number;
    return true;
}

/* A page above `children[0 … n - 1]`, as many as fit; gives how many that are. The last one is the right-most. */
static size_t fill_interior(uint8_t *page, const tp_sqlite_child *children, size_t n) {
    size_t content = PAGE, used = 0;
    while (used + 1 < n) {
        uint8_t cell[4 + TP_VARINT_SIZE];
        put_big_endian(cell, children[used].page, 4);
        size_t size = (size_t)(tp_varint_put(cell + 4, (uint64_t)children[used].last) - cell);
        if (content < INTERIOR_HEAD + 2 * (used + 1) + size) {
            break;
        }
        content -= size;
        memcpy(page + content, cell, size);
        put_big_endian(page + INTERIOR_HEAD + 2 * used, content, 2);
        used++;
    }
    page[0] = INTERIOR;
    put_big_endian(page + 1, 0, 2);
    put_big_endian(page + 3, used, 2);
    put_big_endian(page + 5, content, 2);
    page[7] = 0;
    put_big_endian(page + 8, children[used].page, 4);
    size_t pointers = INTERIOR_HEAD + 2 * used;
    memset(page + pointers, 0, content - pointers);
    return used + 1;
}

/* One level above `children`, which become its pages; false where it cannot be written. */
static bool write_level(tp_sqlite_table *table) {
    size_t n = 0;
    for (size_t at = 0; at < table->n_children; n++) {
        uint32_t number;
        uint8_t *page = next_page(table->file, &number);
        if (page == NULL) {
            return false;
        }
        /* A page with a single child below it is no page of the format: the last two share theirs. */
        size_t left = table->n_children - at, used = fill_interior(page, table->children + at, left);
        if (left - used == 1) {
            used = fill_interior(page, table->children + at, used - 1);
        }
        table->children[n] = (tp_sqlite_child){table->children[at + used - 1].last, number};
        at += used;
    }
    table->n_children = n;
    return true;
}

bool tp_sqlite_table_end(tp_sqlite_table *table, uint32_t root) {
    uint8_t page[PAGE];
    if (table->content == 0) {
        table->content = PAGE;
    }
    if (table->n_children == 0) {
        close_leaf(table);
        memcpy(page, table->leaf, PAGE);
    } else {
        if (!write_leaf(table)) {
            return false;
        }
        while (fill_interior(page, table->children, table->n_children) < table->n_children) {
            if (!write_level(table)) {
                return false;
            }
        }
    }
    tp_sqlite_table_reset(table);
    return write_at(table->file->fd, page, PAGE, (int64_t)(root - 1) * PAGE);
}
