/* The thread that writes a GeoPackage. See gpkg_writer.h. */
#include "5_write/gpkg_writer.h"

#include "5_write/sqlite_pages.h"
#include "technopolis/text.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What waits: a table to be begun, rows, or a table's end. */
typedef struct order {
    enum { ORDER_BEGIN, ORDER_ROWS, ORDER_END } kind;
    bool beside;          /* of the table beside the layer */
    char *name;           /* of the layer; begin and end */
    char *create;         /* begin; from SQLite's allocator */
    tp_row_batch batch;   /* rows */
    tp_geometry geometry; /* end, and what follows */
    tp_gpkg_extent extent;
    tp_rtree_box *boxes;
    int64_t n_boxes;
    tp_packed_rtree tree;
} order;

/* What is known of a layer once its rows are in. */
typedef struct layer_end {
    char *name;
    tp_gpkg_extent extent;
} layer_end;

/* A layer that is open, and the table beside it. */
typedef struct open_table {
    char *name;
    int64_t n_rows;
    tp_sqlite_table rows;
} open_table;

enum { LAYER, BESIDE, N_OPEN };
/* So much may wait that who makes rows goes on while a block of them is written; and so many empty batches are kept, of
 * so many bytes in all: outlines may make a batch larger than all others together. */
enum { QUEUE = 64, QUEUE_BYTES = 16 << 20, SPARE = 32, SPARE_BYTES = 64 << 20, ERROR_SIZE = 400 };

struct tp_gpkg_writer {
    sqlite3 *db;
    char *shown, *change;
    int32_t srs_id;
    bool started; /* the thread runs */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t moved; /* something was put in or taken out */
    order queue[QUEUE];
    int first, n; /* under the mutex, as what follows */
    size_t bytes; /* of the batches that wait */
    tp_row_batch spare[SPARE];
    int n_spare;
    size_t spare_bytes;
    bool last; /* nothing more will come */
    bool failed;
    char message[ERROR_SIZE];
    /* the thread's own */
    tp_sqlite_file file;
    open_table open[N_OPEN];
    layer_end *ends; /* of the layers written, to be described at the end */
    size_t n_ends;
};

static void reset_order(order *order) {
    free(order->name);
    sqlite3_free(order->create);
    tp_row_batch_reset(&order->batch);
    free(order->boxes);
    tp_packed_rtree_reset(&order->tree);
}

/* Results of what follows: SQLite's failures and the file's are told apart by who failed. */
typedef enum outcome { DONE, SQLITE_FAILED, FILE_FAILED } outcome;

static outcome begin_table(tp_gpkg_writer *writer, order *order) {
    open_table *table = &writer->open[order->beside ? BESIDE : LAYER];
    free(table->name);
    table->name = order->name;
    order->name = NULL;
    table->n_rows = 0;
    if (sqlite3_exec(writer->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(writer->db, order->create, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(writer->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
        return SQLITE_FAILED;
    }
    return tp_sqlite_file_begin(&writer->file) ? DONE : FILE_FAILED;
}

static outcome write_rows(tp_gpkg_writer *writer, bool beside, const tp_row_batch *batch) {
    open_table *table = &writer->open[beside ? BESIDE : LAYER];
    const uint8_t *at = batch->bytes;
    for (int64_t i = 0; i < batch->n_rows; i++) {
        const uint8_t *record;
        size_t size;
        at = tp_row_batch_next(at, &record, &size);
        if (!tp_sqlite_table_add(&table->rows, ++table->n_rows, record, size)) {
            return FILE_FAILED;
        }
    }
    return DONE;
}

/* A row of two values: its number, and another number or a blob. */
static bool add_pair(tp_sqlite_table *table, tp_row_batch *room, int64_t number, const int64_t *value,
                     const uint8_t *blob) {
    static const tp_field field = {.type = TP_TYPE_INT64};
    tp_row_blob bytes = {.size = TP_RTREE_NODE_BYTES};
    tp_cell cell = {.i64 = value != NULL ? *value : 0};
    room->size = 0;
    room->n_rows = 0;
    if (tp_row_batch_add(room, blob != NULL ? &bytes : NULL, &field, &cell, blob != NULL ? 0 : 1, NULL) != TP_OK) {
        errno = ENOMEM;
        return false;
    }
    if (blob != NULL) {
        memcpy(bytes.room, blob, TP_RTREE_NODE_BYTES);
    }
    const uint8_t *record;
    size_t size;
    (void)tp_row_batch_next(room->bytes, &record, &size);
    return tp_sqlite_table_add(table, number, record, size);
}

/* The three tables of an R-tree: its nodes, their parents, and the node of each row. Nothing for an empty one. */
static outcome write_index(tp_gpkg_writer *writer, const order *order, const uint32_t root[]) {
    tp_sqlite_table table = {.file = &writer->file};
    tp_row_batch room = {0};
    bool done = true;
    for (int64_t i = 0; done && i < order->tree.n_nodes; i++) {
        done = add_pair(&table, &room, i + 1, NULL, order->tree.blobs + i * TP_RTREE_NODE_BYTES);
    }
    done = done && tp_sqlite_table_end(&table, root[TP_GPKG_RTREE_NODE]);
    for (int64_t i = 1; done && i < order->tree.n_nodes; i++) {
        done = add_pair(&table, &room, i + 1, &order->tree.parent[i], NULL);
    }
    done = done && tp_sqlite_table_end(&table, root[TP_GPKG_RTREE_PARENT]);
    for (int64_t i = 0; done && i < order->n_boxes; i++) {
        done = add_pair(&table, &room, order->boxes[i].id, &order->tree.leaf[i], NULL);
    }
    done = done && tp_sqlite_table_end(&table, root[TP_GPKG_RTREE_ROWID]);
    tp_sqlite_table_reset(&table);
    tp_row_batch_reset(&room);
    return done ? DONE : FILE_FAILED;
}

static outcome remember(tp_gpkg_writer *writer, order *order) {
    layer_end *ends = realloc(writer->ends, (writer->n_ends + 1) * sizeof *ends);
    if (ends == NULL) {
        errno = ENOMEM;
        return FILE_FAILED;
    }
    writer->ends = ends;
    ends[writer->n_ends++] = (layer_end){order->name, order->extent};
    order->name = NULL;
    return DONE;
}

static outcome end_table(tp_gpkg_writer *writer, order *order) {
    uint32_t root[TP_GPKG_RTREE_ROWID + 1] = {0};
    for (int i = 0; i <= (order->n_boxes > 0 ? TP_GPKG_RTREE_ROWID : TP_GPKG_ROWS); i++) {
        root[i] = tp_gpkg_root(writer->db, order->name, (tp_gpkg_table)i);
        if (root[i] == 0) {
            return SQLITE_FAILED;
        }
    }
    open_table *layer = &writer->open[LAYER], *beside = &writer->open[BESIDE];
    outcome result = tp_sqlite_table_end(&layer->rows, root[TP_GPKG_ROWS]) ? DONE : FILE_FAILED;
    if (result == DONE && order->n_boxes > 0) {
        result = write_index(writer, order, root);
    }
    if (result == DONE && !tp_sqlite_file_end(&writer->file)) {
        result = FILE_FAILED;
    }
    if (result == DONE && beside->name != NULL) {
        free(layer->name);
        *layer = *beside;
        *beside = (open_table){.rows = {.file = &writer->file}};
    }
    return result == DONE ? remember(writer, order) : result;
}

static outcome obey(tp_gpkg_writer *writer, order *order) {
    switch (order->kind) {
    case ORDER_BEGIN:
        return begin_table(writer, order);
    case ORDER_ROWS:
        return write_rows(writer, order->beside, &order->batch);
    case ORDER_END:
        break;
    }
    return end_table(writer, order);
}

/* Keeps the memory of a batch for the next ones: new memory has to be cleared by the system each time. */
static void put_aside(tp_gpkg_writer *writer, tp_row_batch *batch) {
    if (batch->bytes != NULL && writer->n_spare < SPARE && writer->spare_bytes + batch->capacity <= SPARE_BYTES) {
        writer->spare_bytes += batch->capacity;
        writer->spare[writer->n_spare++] = (tp_row_batch){.bytes = batch->bytes, .capacity = batch->capacity};
        *batch = (tp_row_batch){0};
    }
}

static void *work(void *data) {
    tp_gpkg_writer *writer = data;
    pthread_mutex_lock(&writer->mutex);
    for (;;) {
        while (writer->n == 0 && !writer->last) {
            pthread_cond_wait(&writer->moved, &writer->mutex);
        }
        if (writer->n == 0) {
            break;
        }
        order next = writer->queue[writer->first];
        writer->first = (writer->first + 1) % QUEUE;
        writer->n--;
        writer->bytes -= next.batch.size;
        bool failed = writer->failed;
        pthread_cond_signal(&writer->moved);
        pthread_mutex_unlock(&writer->mutex);
        outcome result = failed ? DONE : obey(writer, &next);
        int number = errno;
        pthread_mutex_lock(&writer->mutex);
        put_aside(writer, &next.batch);
        reset_order(&next);
        if (result != DONE) {
            writer->failed = true;
            (void)snprintf(writer->message, sizeof writer->message, "layer '%s' cannot be written: %s",
                           writer->open[LAYER].name != NULL ? writer->open[LAYER].name : "",
                           result == SQLITE_FAILED ? sqlite3_errmsg(writer->db) : strerror(number));
        }
    }
    pthread_mutex_unlock(&writer->mutex);
    return NULL;
}

static tp_code cannot_write(const tp_gpkg_writer *writer, const char *why, tp_error *error) {
    return tp_error_set(error, TP_E_MACHINE, "'%s' %s", writer->shown, why);
}

/* Hands an order over (it is taken also on failure). `back`, where there is one, becomes an empty batch. */
static tp_code give(tp_gpkg_writer *writer, order *order, tp_row_batch *back, tp_error *error) {
    pthread_mutex_lock(&writer->mutex);
    while (writer->n == QUEUE || (writer->n > 0 && writer->bytes > QUEUE_BYTES)) {
        pthread_cond_wait(&writer->moved, &writer->mutex);
    }
    bool failed = writer->failed;
    if (!failed) {
        writer->queue[(writer->first + writer->n) % QUEUE] = *order;
        writer->n++;
        writer->bytes += order->batch.size;
        pthread_cond_signal(&writer->moved);
    }
    if (back != NULL) {
        *back = writer->n_spare > 0 ? writer->spare[--writer->n_spare] : (tp_row_batch){0};
        writer->spare_bytes -= back->capacity;
    }
    pthread_mutex_unlock(&writer->mutex);
    if (failed) {
        reset_order(order);
        return cannot_write(writer, writer->message, error);
    }
    return TP_OK;
}

/*
 * No journal and no syncs, since a partial file that fails is thrown away and one that is complete is synced once; no
 * other process looks at it before it has its name. Locks are let go after each transaction, so that SQLite looks anew
 * at what was put into the file in between.
 */
static const char *const PRAGMAS = "PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = OFF;"
                                   "PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF; PRAGMA foreign_keys = OFF";

/* What the template's layer was given, and the layer gone. */
static int take_template(tp_gpkg_writer *writer) {
    sqlite3_stmt *query = NULL;
    int result = sqlite3_prepare_v2(
        writer->db, "SELECT srs_id, last_change FROM gpkg_contents WHERE table_name = '" TP_GPKG_TEMPLATE "'", -1,
        &query, NULL);
    if (result == SQLITE_OK && sqlite3_step(query) == SQLITE_ROW) {
        writer->srs_id = sqlite3_column_int(query, 0);
        writer->change = tp_text_copy((const char *)sqlite3_column_text(query, 1));
    }
    (void)sqlite3_finalize(query);
    return result != SQLITE_OK ? result
                               : sqlite3_exec(writer->db,
                                              "BEGIN; DROP TABLE \"rtree_" TP_GPKG_TEMPLATE "_geom\";"
                                              "DROP TABLE \"" TP_GPKG_TEMPLATE "\";"
                                              "DELETE FROM gpkg_extensions; DELETE FROM gpkg_geometry_columns;"
                                              "DELETE FROM gpkg_contents; DELETE FROM gpkg_ogr_contents;"
                                              "DELETE FROM sqlite_sequence; COMMIT",
                                              NULL, NULL, NULL);
}

tp_code tp_gpkg_writer_new(const char *path, const char *shown, int fd, tp_gpkg_writer **out, tp_error *error) {
    *out = NULL;
    tp_gpkg_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        return tp_error_memory(error);
    }
    (void)pthread_mutex_init(&writer->mutex, NULL);
    (void)pthread_cond_init(&writer->moved, NULL);
    writer->shown = tp_text_copy(shown);
    tp_code code = writer->shown == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK &&
        (sqlite3_open_v2(path, &writer->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
         sqlite3_exec(writer->db, PRAGMAS, NULL, NULL, NULL) != SQLITE_OK || take_template(writer) != SQLITE_OK)) {
        code = tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: %s", shown, sqlite3_errmsg(writer->db));
    }
    if (code == TP_OK && writer->change == NULL) {
        code = tp_error_memory(error);
    }
    if (code == TP_OK && !tp_sqlite_file_open(&writer->file, fd)) {
        code = tp_error_memory(error);
    }
    for (int i = 0; i < N_OPEN; i++) {
        writer->open[i].rows.file = &writer->file;
    }
    if (code == TP_OK && pthread_create(&writer->thread, NULL, work, writer) != 0) {
        code = tp_error_set(error, TP_E_MACHINE, "no second thread can be started");
    }
    if (code != TP_OK) {
        tp_gpkg_writer_free(writer);
        return code;
    }
    writer->started = true;
    *out = writer;
    return TP_OK;
}

int32_t tp_gpkg_writer_srs(const tp_gpkg_writer *writer) {
    return writer->srs_id;
}

tp_code tp_gpkg_writer_begin(tp_gpkg_writer *writer, bool beside, const tp_sink_layer *layer, tp_error *error) {
    order begin = {.kind = ORDER_BEGIN, .beside = beside, .name = tp_text_copy(layer->name)};
    begin.create = tp_gpkg_begin_sql(layer, writer->srs_id, writer->change);
    if (begin.create == NULL || begin.name == NULL) {
        reset_order(&begin);
        return tp_error_memory(error);
    }
    return give(writer, &begin, NULL, error);
}

tp_code tp_gpkg_writer_rows(tp_gpkg_writer *writer, bool beside, tp_row_batch *batch, tp_error *error) {
    order rows = {.kind = ORDER_ROWS, .beside = beside, .batch = *batch};
    return give(writer, &rows, batch, error);
}

tp_code tp_gpkg_writer_end(tp_gpkg_writer *writer, const tp_sink_layer *layer, const tp_gpkg_extent *extent,
                           tp_rtree_box *boxes, int64_t n_boxes, tp_error *error) {
    order end = {.kind = ORDER_END,
                 .name = tp_text_copy(layer->name),
                 .geometry = layer->geometry,
                 .extent = *extent,
                 .boxes = boxes,
                 .n_boxes = n_boxes};
    /* Packed here, while the thread is still busy with rows. */
    tp_code code = end.name == NULL ? tp_error_memory(error)
                   : n_boxes > 0    ? tp_packed_rtree_new(boxes, n_boxes, &end.tree, error)
                                    : TP_OK;
    if (code != TP_OK) {
        reset_order(&end);
        return code;
    }
    return give(writer, &end, NULL, error);
}

static void join(tp_gpkg_writer *writer) {
    if (writer->started) {
        pthread_mutex_lock(&writer->mutex);
        writer->last = true;
        pthread_cond_signal(&writer->moved);
        pthread_mutex_unlock(&writer->mutex);
        pthread_join(writer->thread, NULL);
        writer->started = false;
    }
}

tp_code tp_gpkg_writer_close(tp_gpkg_writer *writer, tp_error *error) {
    join(writer);
    if (writer->failed) {
        return cannot_write(writer, writer->message, error);
    }
    int result = sqlite3_exec(writer->db, "BEGIN", NULL, NULL, NULL);
    for (size_t i = 0; result == SQLITE_OK && i < writer->n_ends; i++) {
        result = tp_gpkg_describe(writer->db, writer->ends[i].name, &writer->ends[i].extent);
    }
    if (result != SQLITE_OK || sqlite3_exec(writer->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_close(writer->db) != SQLITE_OK) {
        return tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: %s", writer->shown,
                            sqlite3_errmsg(writer->db));
    }
    writer->db = NULL;
    return TP_OK;
}

void tp_gpkg_writer_free(tp_gpkg_writer *writer) {
    if (writer == NULL) {
        return;
    }
    pthread_mutex_lock(&writer->mutex);
    writer->failed = true; /* what still waits is thrown away */
    pthread_mutex_unlock(&writer->mutex);
    join(writer);
    (void)sqlite3_close(writer->db);
    for (int i = 0; i < N_OPEN; i++) {
        tp_sqlite_table_reset(&writer->open[i].rows);
        free(writer->open[i].name);
    }
    tp_sqlite_file_reset(&writer->file);
    for (size_t i = 0; i < writer->n_ends; i++) {
        free(writer->ends[i].name);
    }
    free(writer->ends);
    (void)pthread_mutex_destroy(&writer->mutex);
    (void)pthread_cond_destroy(&writer->moved);
    while (writer->n_spare > 0) {
        tp_row_batch_reset(&writer->spare[--writer->n_spare]);
    }
    free(writer->shown);
    free(writer->change);
    free(writer);
}
