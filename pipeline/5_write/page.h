/**
 * The page: one HTML file with a map and tables that needs nothing else. It is a template (web/, built into the
 * program) with one place for data: the layers and tables of a result as JSON. Where those come from does not matter:
 * the stage `report` has them written to a layer sink, the command `report` reads them from a GeoPackage.
 */
#ifndef TP_WRITE_PAGE_H
#define TP_WRITE_PAGE_H

#include "technopolis/layer.h"
#include "technopolis/text.h"

enum {
    TP_PAGE_SITES_MAX = 20000,   /**< with more there is no page */
    TP_PAGE_EVIDENCE_MAX = 1000, /**< with more sites the page says that `explain` tells the evidence */
    TP_PAGE_ROWS_MAX = 100000,   /**< a layer with more is not shown, and the page says so */
    TP_PAGE_REJECTS_MAX = 500    /**< of the table `rejects`, the first */
};

/** False for layers and tables of a result that the page has no use for. */
bool tp_page_wants(const char *layer);

/**
 * Appends the page. Coordinates of `layers` are longitude and latitude in degrees; columns are those of the GeoPackage.
 * TP_E_DATA when `sites`, `criteria` or `verdicts` is missing or has no rows, or there are too many sites. Deterministic. O(all cells and vertices).
 */
TP_NODISCARD tp_code tp_page_build(tp_layer *const *layers, size_t n_layers, tp_text *html, tp_error *error);

#endif
