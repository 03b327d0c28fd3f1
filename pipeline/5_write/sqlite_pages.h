/**
 * The rows of one table put straight into the pages of an SQLite file, in ascending order of their numbers
 * (https://www.sqlite.org/fileformat2.html, 1.6 "B-tree Pages"): leaves are filled one after the other and go to the
 * end of the file, the pages above them are made at the end, the root is written over the table's empty one.
 *
 * SQLite has made the table, has committed, and holds no lock: between its transactions the file is ours. Afterwards
 * the file's header says how long it is and that it has changed, so that SQLite looks at it anew.
 */
#ifndef TP_WRITE_SQLITE_PAGES_H
#define TP_WRITE_SQLITE_PAGES_H

#include "technopolis/error.h"

#include <stdint.h>

/** The file's pages: where the next one goes, and those that wait to be written. Initialise by open. */
typedef struct tp_sqlite_file {
    int fd;              /**< borrowed */
    bool copies;         /**< blocks cannot go past the memory of the system */
    uint32_t next;       /**< number of the next page, counted from 1 */
    uint8_t *wait;       /**< pages wait_first … next - 1 */
    uint32_t wait_first; /**< number of the first page that waits */
    uint32_t n_wait;
} tp_sqlite_file;

/** All functions give false with errno set when the file cannot be written (EINVAL: not of the form expected). */
TP_NODISCARD bool tp_sqlite_file_open(tp_sqlite_file *file, int fd);
void tp_sqlite_file_reset(tp_sqlite_file *file);

/** Reads how long the file is now; to be called after SQLite has written. */
TP_NODISCARD bool tp_sqlite_file_begin(tp_sqlite_file *file);

/** Writes what waits, and the header. */
TP_NODISCARD bool tp_sqlite_file_end(tp_sqlite_file *file);

enum { TP_SQLITE_PAGE = 4096 };

/** A page that is full, and the greatest row number under it. */
typedef struct tp_sqlite_child {
    int64_t last;
    uint32_t page;
} tp_sqlite_child;

/** A table being filled. Initialise with `= {.file = …}`. */
typedef struct tp_sqlite_table {
    tp_sqlite_file *file;
    uint8_t leaf[TP_SQLITE_PAGE];
    int n_cells, content; /**< cells in the leaf, and where their bytes begin; content 0: no leaf was begun */
    int64_t last;
    tp_sqlite_child *children; /**< the leaves written */
    size_t n_children, capacity;
} tp_sqlite_table;

/** Appends a row; `number` is greater than that of the row before. Amortised O(size). */
TP_NODISCARD bool tp_sqlite_table_add(tp_sqlite_table *table, int64_t number, const uint8_t *record, size_t size);

/** Writes the rest; the table's root is page `root`. The table is then as at its beginning. */
TP_NODISCARD bool tp_sqlite_table_end(tp_sqlite_table *table, uint32_t root);
void tp_sqlite_table_reset(tp_sqlite_table *table);

#endif
