/* The thread that writes a GeoPackage. See gpkg_writer.h. */
#include "5_write/gpkg_writer.h"

#include "technopolis/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What waits: a table to be begun, rows, or a table's end. */
typedef struct order {
    enum { ORDER_BEGIN, ORDER_ROWS, ORDER_END } kind;
    char *name;            /* of the layer; begin and end */
    char *create, *insert; /* begin; from SQLite's allocator */
    tp_row_batch batch;    /* rows */
    tp_geometry geometry;  /* end, and what follows */
    tp_gpkg_extent extent;
    tp_rtree_box *boxes;
    int64_t n_boxes;
    tp_packed_rtree tree;
} order;

enum { QUEUE = 8, ERROR_SIZE = 400 };

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
    bool last;    /* nothing more will come */
    bool failed;
    char message[ERROR_SIZE];
    /* the thread's own */
    sqlite3_stmt *row;
    char *layer;
    int64_t n_rows;
};

static void reset_order(order *order) {
    free(order->name);
    sqlite3_free(order->create);
    sqlite3_free(order->insert);
    tp_row_batch_reset(&order->batch);
    free(order->boxes);
    tp_packed_rtree_reset(&order->tree);
}

static int bind(sqlite3_stmt *row, int number, const tp_batch_cell *cell) {
    switch (cell->kind) {
    case TP_BATCH_NULL:
        return sqlite3_bind_null(row, number);
    case TP_BATCH_DOUBLE:
        return sqlite3_bind_double(row, number, cell->f64);
    case TP_BATCH_INT64:
        return sqlite3_bind_int64(row, number, cell->i64);
    case TP_BATCH_TEXT:
        return sqlite3_bind_text(row, number, (const char *)cell->bytes, (int)cell->size, SQLITE_STATIC);
    case TP_BATCH_BLOB:
        break;
    }
    return sqlite3_bind_blob(row, number, cell->bytes, (int)cell->size, SQLITE_STATIC);
}

static int write_rows(tp_gpkg_writer *writer, const tp_row_batch *batch) {
    const uint8_t *at = batch->bytes;
    int n = sqlite3_bind_parameter_count(writer->row), result = SQLITE_OK;
    for (int64_t i = 0; result == SQLITE_OK && i < batch->n_rows; i++) {
        result = sqlite3_bind_int64(writer->row, 1, ++writer->n_rows);
        for (int number = 2; result == SQLITE_OK && number <= n; number++) {
            tp_batch_cell cell;
            at = tp_batch_cell_read(at, &cell);
            result = bind(writer->row, number, &cell);
        }
        if (result == SQLITE_OK) {
            (void)sqlite3_step(writer->row);
            result = sqlite3_reset(writer->row);
        }
    }
    return result;
}

static int obey(tp_gpkg_writer *writer, order *order) {
    int result = SQLITE_OK;
    switch (order->kind) {
    case ORDER_BEGIN:
        free(writer->layer);
        writer->layer = order->name;
        order->name = NULL;
        writer->n_rows = 0;
        result = sqlite3_exec(writer->db, order->create, NULL, NULL, NULL);
        return result == SQLITE_OK ? sqlite3_prepare_v2(writer->db, order->insert, -1, &writer->row, NULL) : result;
    case ORDER_ROWS:
        return write_rows(writer, &order->batch);
    case ORDER_END:
        break;
    }
    result = sqlite3_finalize(writer->row);
    writer->row = NULL;
    return result != SQLITE_OK
               ? result
               : tp_gpkg_end_table(writer->db, order->name, order->geometry, &order->extent, order->boxes,
                                   order->n_boxes, order->n_boxes > 0 ? &order->tree : NULL);
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
        bool failed = writer->failed;
        pthread_cond_signal(&writer->moved);
        pthread_mutex_unlock(&writer->mutex);
        int result = failed ? SQLITE_OK : obey(writer, &next);
        reset_order(&next);
        pthread_mutex_lock(&writer->mutex);
        if (result != SQLITE_OK) {
            writer->failed = true;
            (void)snprintf(writer->message, sizeof writer->message, "layer '%s' cannot be written: %s",
                           writer->layer != NULL ? writer->layer : "", sqlite3_errmsg(writer->db));
        }
    }
    pthread_mutex_unlock(&writer->mutex);
    return NULL;
}

static tp_code cannot_write(const tp_gpkg_writer *writer, const char *why, tp_error *error) {
    return tp_error_set(error, TP_E_MACHINE, "'%s' %s", writer->shown, why);
}

/* Hands an order over (it is taken also on failure). */
static tp_code give(tp_gpkg_writer *writer, order *order, tp_error *error) {
    pthread_mutex_lock(&writer->mutex);
    while (writer->n == QUEUE) {
        pthread_cond_wait(&writer->moved, &writer->mutex);
    }
    bool failed = writer->failed;
    if (!failed) {
        writer->queue[(writer->first + writer->n) % QUEUE] = *order;
        writer->n++;
        pthread_cond_signal(&writer->moved);
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
 * other process looks at it before it has its name.
 */
static const char *const PRAGMAS = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF;"
                                   "PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF; PRAGMA cache_size = -65536;"
                                   "PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE";

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
                                              "DROP TABLE \"rtree_" TP_GPKG_TEMPLATE "_geom\";"
                                              "DROP TABLE \"" TP_GPKG_TEMPLATE "\";"
                                              "DELETE FROM gpkg_extensions; DELETE FROM gpkg_geometry_columns;"
                                              "DELETE FROM gpkg_contents; DELETE FROM gpkg_ogr_contents;"
                                              "DELETE FROM sqlite_sequence",
                                              NULL, NULL, NULL);
}

tp_code tp_gpkg_writer_new(const char *path, const char *shown, tp_gpkg_writer **out, tp_error *error) {
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

tp_code tp_gpkg_writer_begin(tp_gpkg_writer *writer, const tp_sink_layer *layer, tp_error *error) {
    order begin = {.kind = ORDER_BEGIN, .name = tp_text_copy(layer->name)};
    if (!tp_gpkg_begin_sql(layer, writer->srs_id, writer->change, &begin.create, &begin.insert) || begin.name == NULL) {
        reset_order(&begin);
        return tp_error_memory(error);
    }
    return give(writer, &begin, error);
}

tp_code tp_gpkg_writer_rows(tp_gpkg_writer *writer, tp_row_batch *batch, tp_error *error) {
    order rows = {.kind = ORDER_ROWS, .batch = *batch};
    *batch = (tp_row_batch){0};
    return give(writer, &rows, error);
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
    return give(writer, &end, error);
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
    if (sqlite3_exec(writer->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK || sqlite3_close(writer->db) != SQLITE_OK) {
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
    (void)sqlite3_finalize(writer->row);
    (void)sqlite3_close(writer->db);
    (void)pthread_mutex_destroy(&writer->mutex);
    (void)pthread_cond_destroy(&writer->moved);
    free(writer->layer);
    free(writer->shown);
    free(writer->change);
    free(writer);
}
