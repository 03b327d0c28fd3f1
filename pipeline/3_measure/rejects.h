/** The reasons that measuring writes in `rejects`: rows of which nothing could be made. */
#ifndef TP_MEASURE_REJECTS_H
#define TP_MEASURE_REJECTS_H

#define TP_REJECT_NO_ROAD "does not join the network"
#define TP_REJECT_NOTHING_REACHED "reaches no road within the time"
#define TP_REJECT_OUTSIDE_GRID "outside the grid"
#define TP_REJECT_NO_PREFECTURE "lies in no prefecture"

#endif
