/* What a layer that is no complete one may leave out of the largest: see largest_missing.h. */
#include "largest_missing.h"

#include "technopolis/schema.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdlib.h>

/* True when the layer holds everything of which the filter is true and the number is at least `least`. */
static bool holds_from(const tp_layer *layer, const char *where, const char *column, double least) {
    tp_condition *condition = NULL;
    char *text =
        tp_text_format("%s%s%s >= %.17g", where == NULL ? "" : where, where == NULL ? "" : " and ", column, least);
    bool holds =
        text != NULL && tp_condition_parse(text, &condition, NULL) == TP_OK && tp_layer_holds(layer, condition);
    tp_condition_free(condition);
    free(text);
    return holds;
}

/* The bound is found by halving, since that is the same whatever the coverage is made of. */
double tp_largest_missing_below(const tp_layer *layer, const char *where, const char *column) {
    double low = -1e15, high = 1e15;
    if (holds_from(layer, where, column, low)) {
        return -INFINITY;
    }
    if (!holds_from(layer, where, column, high)) {
        return INFINITY;
    }
    while (high - low > 1e-6 + 1e-12 * fabs(high)) {
        double middle = low + (high - low) / 2;
        *(holds_from(layer, where, column, middle) ? &high : &low) = middle;
    }
    double whole = rint(high);
    return fabs(whole - high) < 1e-3 && holds_from(layer, where, column, whole) ? whole : high;
}
