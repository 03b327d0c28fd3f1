/**
 * A measure: "of what, to what, how, within what", giving for each row of a layer an interval in which the true value
 * lies, the value known, the method, and links to the features that are the evidence.
 *
 * The interval is what makes missing data honest. On complete data low = high = value. Where a layer is a sample, or a
 * cell that decides is missing, the truth may be better than what was found: a count is at least what was found
 * (high = infinity), the nearest is at most as far as what was found (low = 0). A criterion compares the interval.
 */
#ifndef TECHNOPOLIS_MEASURE_H
#define TECHNOPOLIS_MEASURE_H

#include "technopolis/layer.h"
#include "technopolis/quantity.h"
#include "technopolis/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tp_method {
    TP_METHOD_NONE,
    TP_METHOD_ROAD,
    TP_METHOD_ROAD_MODEL,
    TP_METHOD_STRAIGHT_LINE,
    TP_METHOD_POLYGON,
    TP_METHOD_TABLE
} tp_method;

/** "road", "road_model", "straight_line", "polygon", "table", or NULL for TP_METHOD_NONE. */
const char *tp_method_text(tp_method method);

/** A feature that is evidence for a row's value. */
typedef struct tp_link {
    int32_t layer; /**< index into the measure's `to` */
    int32_t note;  /**< what else the measure's kind knows of it (a chain, a code); -1 none */
    int64_t row;   /**< of that layer */
    double minutes;
    double distance_m; /**< geodesic length for straight_line, along the path for road */
} tp_link;

typedef struct tp_measure tp_measure;

/** What is common to all measures of a kind; one static object in the stage's file. */
typedef struct tp_measure_kind {
    const char *name;       /**< the stage's name */
    tp_dimension dimension; /**< of its value */
    /**
     * Appends the evidence for a row as one sentence without a full stop: what was found, how far, by which method,
     * and what is not known. Never the verdict. Thread-safe.
     */
    void (*evidence)(const tp_measure *measure, int64_t row, tp_text *text);
    /**
     * Writes up to TP_LINKS_MAX links of a row, nearest first, ties to the smaller id, and returns how many; -1 when
     * memory is out. NULL: the links are stored. Finding them again when evidence is written costs less than keeping 32
     * bytes a link of every row. Thread-safe.
     */
    int (*links)(const tp_measure *measure, int64_t row, tp_link *links);
} tp_measure_kind;

struct tp_measure {
    char
        *name; /**< unique in the dataset: the `as` of a user's measure, or profile/criterion/part for an implied one */
    const tp_measure_kind *kind;
    const tp_layer *of;
    const tp_layer **to; /**< n_to borrowed layers */
    size_t n_to;
    char *missing_layer; /**< set when a layer it needs was not read: every row is then unknown */
    char *where;         /**< its filter as text, or NULL */
    char *unit;          /**< of value: a base unit or the noun counted */
    double within_min;   /**< its limit, infinity where it has none */
    bool by_network;     /**< its rows go by the run's network; one with TP_METHOD_STRAIGHT_LINE does not join it */
    bool from_core;      /**< `of` holds polygons, and the measure starts from their cores */
    bool sample;         /**< some `to` layer holds only a sample of what is asked for */
    double *value;       /**< of->n_rows; what is known; meaning only where known[row] */
    uint8_t *known;      /**< 1: value is there; 0: NULL (nothing found, unreachable, or missing) */
    double *low, *high;  /**< the interval; see above */
    uint8_t *method;     /**< tp_method of the value */
    int64_t *link_first; /**< of->n_rows + 1; where a stage stores links: their places in `links` */
    tp_link *links;      /**< stored ones, end to end, NULL where there are none: read them by tp_measure_links */
    void *detail;        /**< what only the kind reads, freed by free_detail */
    void (*free_detail)(void *detail);
};

enum { TP_LINKS_MAX = 10 };

/** A measure over `of` with arrays of its rows: nothing known, interval (-inf, inf), no links. */
TP_NODISCARD tp_code tp_measure_new(const char *name, const tp_measure_kind *kind, const tp_layer *of,
                                    tp_measure **measure, tp_error *error);
void tp_measure_free(tp_measure *measure);

/** Remembers a layer measured to (borrowed). */
TP_NODISCARD tp_code tp_measure_add_to(tp_measure *measure, const tp_layer *layer, tp_error *error);

/** Sets a row whose truth is known exactly; an infinite value means "nothing there, unreachable": known = 0, and no
 * criterion is met by it. Thread-safe by row. */
void tp_measure_set(tp_measure *measure, int64_t row, double value, tp_method method);

/** Sets a row of which only an interval is known, `value` being what was found (known = value is finite). */
void tp_measure_set_interval(tp_measure *measure, int64_t row, double value, double low, double high, tp_method method);

/**
 * The links of a row, nearest first, ties to the smaller id: writes up to TP_LINKS_MAX and returns how many, -1 when
 * memory is out. Thread-safe.
 */
int tp_measure_links(const tp_measure *measure, int64_t row, tp_link *links);

#ifdef __cplusplus
}
#endif

#endif
