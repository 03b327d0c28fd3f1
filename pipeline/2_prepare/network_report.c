/* What became of the rows of the road layer, said row by row and counted: see tp_roads_report in network.h. */
#include "2_prepare/network.h"
#include "2_prepare/rejects.h"
#include "2_prepare/rows.h"

#include <stdio.h>
#include <string.h>

static const char *const REASONS[] = {
    [TP_FATE_SPEED_MISSING] = TP_REJECT_SPEED_MISSING,
    [TP_FATE_SPEED_BAD] = TP_REJECT_SPEED_BAD,
    [TP_FATE_CLASS_UNKNOWN] = TP_REJECT_CLASS_UNKNOWN,
    [TP_FATE_ONE_POINT] = TP_REJECT_NO_LENGTH,
    [TP_FATE_TINY] = TP_REJECT_TINY,
    [TP_FATE_REPEATED] = TP_REJECT_REPEATED,
    [TP_FATE_TOO_LONG] = TP_REJECT_TOO_LONG,
};

static const tp_network_count COUNTS[] = {
    [TP_FATE_USED] = TP_COUNT_USED,           [TP_FATE_NOT_ROAD] = TP_COUNT_NOT_ROADS,
    [TP_FATE_CLOSED] = TP_COUNT_CLOSED,       [TP_FATE_TOLL] = TP_COUNT_TOLL,
    [TP_FATE_FERRY] = TP_COUNT_FERRY,         [TP_FATE_SPEED_MISSING] = TP_COUNT_SPEED_MISSING,
    [TP_FATE_SPEED_BAD] = TP_COUNT_SPEED_BAD, [TP_FATE_CLASS_UNKNOWN] = TP_COUNT_CLASS_UNKNOWN,
    [TP_FATE_ONE_POINT] = TP_COUNT_ONE_POINT, [TP_FATE_TINY] = TP_COUNT_TINY,
    [TP_FATE_REPEATED] = TP_COUNT_REPEATED,   [TP_FATE_TOO_LONG] = TP_COUNT_TOO_LONG,
};

/* What a row can be mended by, and the column whose cell is shown. */
typedef struct mending {
    int note;
    const char *reason;
    tp_network_count count;
} mending;

static const mending MENDINGS[] = {
    {TP_NOTE_SELF_TOUCHING, TP_REJECT_SELF_TOUCHING, TP_COUNT_SELF_TOUCHING},
    {TP_NOTE_PARTS_LEFT_OUT, TP_REJECT_PARTS_LEFT_OUT, TP_COUNT_PARTS_LEFT_OUT},
    {TP_NOTE_ONEWAY, TP_REJECT_ONEWAY, TP_COUNT_ONEWAY_UNCLEAR},
    {TP_NOTE_MAXSPEED, TP_REJECT_MAXSPEED, TP_COUNT_MAXSPEED_UNCLEAR},
};

/* "speed: -5", the cell that was the trouble; "" where there is none. */
static void write_detail(const tp_roads *roads, int64_t row, const char *column, char *detail, size_t size) {
    char cell[TP_CELL_SIZE];
    const tp_column *found = column == NULL ? NULL : tp_layer_column(roads->layer, column);
    detail[0] = '\0';
    if (found != NULL) {
        snprintf(detail, size, "%.60s: %s", column, tp_cell_text(found, row, cell));
    }
}

static const char *column_of_fate(const tp_roads *roads, tp_fate fate) {
    const tp_network_options *options = roads->options;
    return fate == TP_FATE_CLASS_UNKNOWN                                ? options->class_column
           : fate == TP_FATE_SPEED_MISSING || fate == TP_FATE_SPEED_BAD ? options->speed
                                                                        : NULL;
}

static tp_code report_mended(tp_roads *roads, tp_rows *rows, int64_t row, tp_error *error) {
    const tp_road *road = &roads->items[row];
    const char *oneway = roads->options->oneway != NULL ? roads->options->oneway : "oneway";
    bool mended = false;
    for (size_t i = 0; i < sizeof MENDINGS / sizeof MENDINGS[0]; i++) {
        if ((road->notes & MENDINGS[i].note) == 0) {
            continue;
        }
        char detail[160];
        write_detail(roads, row,
                     MENDINGS[i].note == TP_NOTE_ONEWAY     ? oneway
                     : MENDINGS[i].note == TP_NOTE_MAXSPEED ? "maxspeed"
                                                            : NULL,
                     detail, sizeof detail);
        tp_code code = tp_rows_note(rows, row, MENDINGS[i].reason, detail, error);
        if (code != TP_OK) {
            return code;
        }
        roads->count[MENDINGS[i].count]++;
        mended = true;
    }
    roads->count[TP_COUNT_MENDED] += mended;
    return TP_OK;
}

static tp_code report_row(tp_roads *roads, tp_rows *rows, int64_t row, tp_error *error) {
    const tp_road *road = &roads->items[row];
    roads->count[COUNTS[road->fate]]++;
    if (road->fate >= TP_FATE_REJECTED) {
        char detail[160];
        roads->count[TP_COUNT_REJECTED]++;
        write_detail(roads, row, column_of_fate(roads, (tp_fate)road->fate), detail, sizeof detail);
        return tp_rows_leave_out(rows, row, REASONS[road->fate], detail, error);
    }
    if (road->fate != TP_FATE_USED) {
        return TP_OK;
    }
    roads->count[TP_COUNT_SPEED_DEFAULT] += (road->notes & TP_NOTE_DEFAULT_SPEED) != 0;
    roads->count[TP_COUNT_ONE_WAY] += road->forward != road->backward;
    return report_mended(roads, rows, row, error);
}

tp_code tp_roads_report(tp_roads *roads, tp_error *error) {
    tp_rows rows = {0};
    int64_t n_rows = roads->layer->n_rows;
    roads->count[TP_COUNT_ROADS] = n_rows;
    tp_code code = tp_rows_begin(roads->dataset, roads->layer->name, &rows, error);
    for (int64_t row = 0; row < n_rows && code == TP_OK; row++) {
        code = report_row(roads, &rows, row, error);
    }
    if (code == TP_OK) {
        code = tp_rows_apply(&rows, error);
    }
    tp_rows_end(&rows);
    return code;
}
