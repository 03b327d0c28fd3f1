/** The reasons that preparing writes in `rejects`: those with "mended" stay in the layer, the others are left out. */
#ifndef TP_PREPARE_REJECTS_H
#define TP_PREPARE_REJECTS_H

#define TP_REJECT_SWAPPED "swapped longitude and latitude, mended"
#define TP_REJECT_OUTSIDE "outside the area of the CRS"
#define TP_REJECT_NOT_TRANSFORMED "cannot be transformed"
#define TP_REJECT_MENDED "invalid geometry, mended"
#define TP_REJECT_INVALID "invalid geometry"
#define TP_REJECT_DUPLICATE "duplicate id"

#endif
