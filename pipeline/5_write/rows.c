/*
 * Rows made in parallel. Threads take stretches of items in turn and make the rows of each in a part of the sink; the
 * parts are handed over in the order of the items. A stretch that fails is made again straight into the sink, so that
 * the error is that of the first row that has one and names its number.
 */
#include "5_write/contents.h"

#include <pthread.h>

/* Some megabytes of rows with evidence; and a divisor of the stride of tp_output_progress. */
enum { STRETCH = 256 };

/* A thread's worker, with the output that it writes to. */
typedef struct thread_work {
    tp_output output;
    void *worker;
    bool ready;
} thread_work;

/* `part`: into a part of its own, else straight into the sink. */
static tp_code start(thread_work *work, const tp_output *output, const tp_row_maker *maker, bool part,
                     tp_error *error) {
    *work = (thread_work){.output = *output};
    tp_code code = part ? tp_sink_part_new(output->sink, &work->output.part, error) : TP_OK;
    if (code == TP_OK) {
        code = maker->start(maker->shared, &work->output, &work->worker, error);
    }
    work->ready = code == TP_OK;
    return code;
}

static void stop(thread_work *work, const tp_row_maker *maker) {
    if (work->ready) {
        maker->stop(work->worker);
    }
    tp_sink_part_free(work->output.sink, work->output.part);
}

static tp_code make(thread_work *work, const tp_row_maker *maker, int64_t first, int64_t n, tp_error *error) {
    int64_t end = first + STRETCH < n ? first + STRETCH : n;
    tp_code code = TP_OK;
    if (maker->fetch != NULL) {
        maker->fetch(maker->shared, first, end);
    }
    for (int64_t item = first; code == TP_OK && item < end; item++) {
        code = maker->make(work->worker, item, error);
    }
    return code;
}

/* What the threads share. All but the mutex and the condition under the mutex; who waits, sleeps: the writer's thread
 * has need of the processor. */
typedef struct line_up {
    const tp_row_maker *maker;
    thread_work *plain; /* the one that writes straight into the sink */
    int64_t n;
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    int64_t claimed, handed; /* items: the first of the next stretch to make, and of the next to hand over */
    tp_code code;
    tp_error *error;
} line_up;

/* The next stretch to make; false when there is none or the rows before have failed. */
static bool claim(line_up *line, int64_t *first) {
    pthread_mutex_lock(&line->mutex);
    bool more = line->code == TP_OK && line->claimed < line->n;
    *first = line->claimed;
    line->claimed += STRETCH;
    pthread_mutex_unlock(&line->mutex);
    return more;
}

/* When its turn has come: hands over what was made, or makes it again. */
static void hand_over(line_up *line, thread_work *work, bool made, int64_t first) {
    pthread_mutex_lock(&line->mutex);
    while (line->code == TP_OK && line->handed != first) {
        pthread_cond_wait(&line->moved, &line->mutex);
    }
    if (line->code == TP_OK) {
        tp_output_progress(&line->plain->output, line->maker->table, first, line->n);
        line->code = made ? tp_sink_part_take(work->output.sink, work->output.part, line->error)
                          : make(line->plain, line->maker, first, line->n, line->error);
    }
    line->handed += STRETCH;
    pthread_cond_broadcast(&line->moved);
    pthread_mutex_unlock(&line->mutex);
}

static tp_code make_parts(thread_work *plain, const tp_row_maker *maker, int64_t n, tp_error *error) {
    line_up line = {.maker = maker, .plain = plain, .n = n, .error = error};
    (void)pthread_mutex_init(&line.mutex, NULL);
    (void)pthread_cond_init(&line.moved, NULL);
#pragma omp parallel
    {
        thread_work work;
        bool broken = start(&work, &plain->output, maker, true, NULL) != TP_OK || work.output.part == NULL;
        for (int64_t first; claim(&line, &first);) {
            bool made = !broken && make(&work, maker, first, n, NULL) == TP_OK;
            broken = broken || !made; /* its part holds rows of which others failed */
            hand_over(&line, &work, made, first);
        }
        stop(&work, maker);
    }
    (void)pthread_mutex_destroy(&line.mutex);
    (void)pthread_cond_destroy(&line.moved);
    return line.code;
}

static tp_code make_plain(thread_work *plain, const tp_row_maker *maker, int64_t n, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t first = 0; code == TP_OK && first < n; first += STRETCH) {
        tp_output_progress(&plain->output, maker->table, first, n);
        code = make(plain, maker, first, n, error);
    }
    return code;
}

tp_code tp_output_items(const tp_output *output, const tp_row_maker *maker, int64_t n, tp_error *error) {
    thread_work plain;
    tp_code code = start(&plain, output, maker, false, error);
    if (code == TP_OK) {
        bool parts = n > STRETCH && output->sink->kind->part_new != NULL;
        code = parts ? make_parts(&plain, maker, n, error) : make_plain(&plain, maker, n, error);
    }
    stop(&plain, maker);
    return code;
}
