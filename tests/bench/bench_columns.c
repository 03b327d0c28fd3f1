/*
 * Times reading a file's layer into columns, whatever its columns and geometry, and sums the numbers by column so that
 * the answer can be held against another program's. The last line is the whole of the process's memory.
 *
 * Usage: bench_columns FILE LAYER
 */
#include "technopolis/table.h"

#include <gdal.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void print_sum(const tp_column *column, int64_t n_rows) {
    double sum = 0, value = 0;
    int64_t n = 0;
    for (int64_t row = 0; row < n_rows; row++) {
        if (column->valid[row] && tp_column_number(column, row, &value)) {
            sum += value;
            n++;
        }
    }
    printf("%s: sum %.17g of %" PRId64 "\n", column->name, sum, n);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: bench_columns FILE LAYER\n");
        return 2;
    }
    GDALAllRegister();
    tp_layer *table = NULL;
    tp_error error = {0};
    double start_s = now_s();
    if (tp_read_table(argv[1], argv[2], NULL, &table, &error) != TP_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    printf("read: %.4f s, %" PRId64 " rows, %zu columns\n", now_s() - start_s, table->n_rows, table->n_columns);
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i]->type == TP_TYPE_DOUBLE || table->columns[i]->type == TP_TYPE_INT64) {
            print_sum(table->columns[i], table->n_rows);
        }
    }
    tp_layer_free(table);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("peak memory: %.0f MB\n", (double)usage.ru_maxrss / 1024);
    return 0;
}
