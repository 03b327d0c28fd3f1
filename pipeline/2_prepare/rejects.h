/** The reasons that preparing writes in `rejects`: those with "mended" stay in the layer, of those whose attributes
 * differ the geometry does; the others are left out. */
#ifndef TP_PREPARE_REJECTS_H
#define TP_PREPARE_REJECTS_H

#define TP_REJECT_SWAPPED "swapped longitude and latitude, mended"
#define TP_REJECT_OUTSIDE "outside the area of the CRS"
#define TP_REJECT_NOT_TRANSFORMED "cannot be transformed"
#define TP_REJECT_MENDED "invalid geometry, mended"
#define TP_REJECT_INVALID "invalid geometry"
#define TP_REJECT_DUPLICATE "duplicate id"
#define TP_REJECT_ATTRIBUTES "attributes differ from the first of its id"

/* Of the network. */
#define TP_REJECT_SPEED_MISSING "no speed"
#define TP_REJECT_SPEED_BAD "speed not plausible"
#define TP_REJECT_CLASS_UNKNOWN "class without a speed"
#define TP_REJECT_NO_LENGTH "line of no length"
#define TP_REJECT_TINY "line shorter than the tolerance"
#define TP_REJECT_REPEATED "repeated line"
#define TP_REJECT_TOO_LONG "line takes too long"
#define TP_REJECT_SELF_TOUCHING "line touches itself, split there, mended"
#define TP_REJECT_PARTS_LEFT_OUT "parts of the line left out, mended"
#define TP_REJECT_ONEWAY "oneway not understood, taken as both ways, mended"
#define TP_REJECT_MAXSPEED "maxspeed not understood, taken by class, mended"
#define TP_REJECT_STATION_UNKNOWN "station not known"
#define TP_REJECT_SAME_STATION "both stations are the same"
#define TP_REJECT_MINUTES "minutes missing or not positive"
#define TP_REJECT_AIRPORT_UNKNOWN "airport not known"
#define TP_REJECT_METRO_MISSING "no metro"

#endif
