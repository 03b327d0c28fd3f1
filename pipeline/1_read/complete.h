/** What a read entry leaves open: see tp_stage.complete. */
#ifndef TP_READ_COMPLETE_H
#define TP_READ_COMPLETE_H

#include "technopolis/stage.h"

/**
 * Loads the entry's product and takes over its defaults, replaces patterns of files by the files (sorted bytewise), and,
 * with a product, zips and folders by the members that it wants. What matches nothing stays and is told when opened.
 */
void tp_read_complete(tp_step *step, tp_plan *plan, tp_faults *faults);

#endif
