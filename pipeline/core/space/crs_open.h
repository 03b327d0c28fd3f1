/** What crs.c and transform.c share: a PROJ context of our own, and a CRS made from text. */
#ifndef TECHNOPOLIS_CORE_SPACE_CRS_OPEN_H
#define TECHNOPOLIS_CORE_SPACE_CRS_OPEN_H

#include "technopolis/error.h"

#include <stdbool.h>

#include <proj.h>
#include <proj_experimental.h> /* proj_crs_demote_to_2D, proj_crs_alter_cs_angular_unit */

/** A silent context without network. NULL: out of memory. */
PJ_CONTEXT *tp_proj_context(void);

/**
 * A horizontal CRS (geographic in two dimensions, or projected) from a text; of a compound CRS its horizontal part.
 * One without a code is replaced by the EPSG definition that says the same, where there is one. TP_E_CONFIG when the
 * text is no such CRS. It may be bound to a transformation of its own (TOWGS84). `context` may be NULL (TP_E_MACHINE).
 */
TP_NODISCARD tp_code tp_crs_open(PJ_CONTEXT *context, const char *text, PJ **crs, tp_error *error);

/** True when two CRS of tp_crs_open say the same but for the order of their axes. */
bool tp_crs_same(PJ_CONTEXT *context, PJ *a, PJ *b);

#endif
