/** What the output is and where it comes from, as a minimal ISO 19115 record in ISO 19139 XML. */
#ifndef TP_WRITE_METADATA_H
#define TP_WRITE_METADATA_H

#include "5_write/contents.h"
#include "technopolis/text.h"

/**
 * Title, abstract, CRS, the version that made it, and the lineage: each source with its digest, its CRS and its
 * coverage. Dated by tp_written_moment. Check xml->lost.
 */
void tp_metadata_write(const tp_output *output, tp_text *xml);

#endif
