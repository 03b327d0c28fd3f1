/* The evidence of counts: see count_detail.h. */
#include "count_detail.h"

#include <math.h>

static void write_listed(const tp_measure *measure, int64_t row, const tp_count_detail *detail, tp_text *text) {
    tp_link links[TP_LINKS_MAX];
    int listed = tp_measure_links(measure, row, links);
    text->lost = text->lost || listed < 0;
    for (int i = 0; i < listed; i++) {
        const tp_link *link = &links[i];
        tp_text_add(text, "%s", i > 0 || detail->sum != NULL ? ", " : ": ");
        if (detail->distinct != NULL) {
            const tp_column *column = tp_layer_column(measure->to[link->layer], detail->distinct);
            char number[TP_CELL_TEXT_SIZE];
            const char *value = tp_column_cell(column, link->row, number);
            tp_text_add(text, "%s - ", value == NULL ? "?" : value);
        }
        if (link->note == TP_LINK_INSIDE) {
            tp_text_add(text, "%s (inside)", tp_layer_label(measure->to[link->layer], link->row));
        } else {
            tp_travel_write_link(&detail->travel, measure, row, link, text);
        }
    }
    int64_t all = detail->distinct != NULL ? (int64_t)measure->value[row] : detail->found[row];
    if (all > listed) {
        tp_text_add(text, " and %lld more", (long long)(all - listed));
    }
}

static void write_wanted(const tp_measure *measure, tp_text *text) {
    tp_reach_write_wanted(measure, text);
    tp_text_add(text, measure->of->geometry == TP_GEOMETRY_POLYGON ? " inside the zone or within " : " within ");
    tp_text_add_number(text, measure->within_min, 1);
    tp_text_add(text, " min");
}

static void write_counted(const tp_measure *measure, int64_t row, const tp_count_detail *detail, tp_text *text) {
    if (detail->sum != NULL) {
        tp_text_add(text, "%s of ", detail->sum);
    } else if (detail->found[row] == 0) {
        tp_text_add(text, "none of the ");
    } else {
        tp_text_add_number(text, measure->value[row], 0);
        tp_text_add(text, " ");
        if (detail->distinct != NULL) {
            tp_text_add(text, "different values of %s among ", detail->distinct);
            tp_text_add_number(text, (double)detail->found[row], 0);
            tp_text_add(text, " ");
        }
    }
    write_wanted(measure, text);
    if (detail->sum != NULL && detail->found[row] == 0) {
        tp_text_add(text, ": none found");
    } else if (detail->sum != NULL) {
        tp_text_add(text, ": ");
        tp_text_add_number(text, measure->low[row], 0);
        tp_text_add(text, " in all");
    }
    write_listed(measure, row, detail, text);
    tp_text_add(text, " ");
    tp_travel_write_method(&detail->travel, row, text);
    tp_travel_write_place(&detail->travel, row, text);
    if (detail->found[row] == 0) {
        tp_travel_write_left_out(&detail->travel, row, text);
    }
}

void tp_count_write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    const tp_count_detail *detail = measure->detail;
    if (tp_travel_there(&detail->travel, row) == TP_THERE_NOT && detail->found[row] == 0) {
        write_wanted(measure, text);
        tp_text_add(text, ": none reached, since ");
        tp_travel_write_not_joined(&detail->travel, text);
        return;
    }
    write_counted(measure, row, detail, text);
    if (measure->sample) {
        tp_text_add(text, "; %s, so there may be more", tp_reach_sample_text(measure));
    } else if (isinf(measure->high[row])) {
        tp_text_add(text, "; at least, since a value is missing or a feature does not join the network");
    } else if (measure->high[row] > measure->low[row]) {
        tp_text_add(text, "; up to ");
        tp_text_add_number(text, measure->high[row], 0);
        tp_text_add(text, ", since what decides is missing for some, or they do not join the network");
    }
}
