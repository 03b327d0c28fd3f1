/**
 * The reasons that reading writes in `rejects`. A feature that is left out has exactly one line; a value that became
 * NULL in a row that stays has a line of its own, which names the column in `detail`.
 */
#ifndef TP_READ_REJECTS_H
#define TP_READ_REJECTS_H

/* The feature is left out. */
#define TP_REJECT_FILE "file cannot be used"
#define TP_REJECT_NO_GEOMETRY "no geometry"
#define TP_REJECT_EMPTY_GEOMETRY "empty geometry"
#define TP_REJECT_OTHER_GEOMETRY "geometry of another kind"
#define TP_REJECT_SEVERAL_POINTS "several points in one feature"
#define TP_REJECT_COORDINATE_NOT_FINITE "coordinate not finite"
#define TP_REJECT_COORDINATE_MISSING "coordinate missing"
#define TP_REJECT_COORDINATE_NOT_NUMBER "coordinate not a number"
#define TP_REJECT_ID_MISSING "id missing"
#define TP_REJECT_NO_CELL "no code of a grid square"
#define TP_REJECT_WHERE_UNKNOWN "condition unknown"
#define TP_REJECT_YEAR_UNKNOWN "year not known"
#define TP_REJECT_UNASSIGNED "belongs to no place of the layer" /* and the layer does not miss it */

/* The row stays, the value is NULL. */
#define TP_REJECT_NOT_FINITE "value not finite"
#define TP_REJECT_NOT_DECODED "text cannot be decoded"
#define TP_REJECT_NOT_NUMBER "value not a number"

/* The row stays, the value is mended. */
#define TP_REJECT_FOLDED "full-width digits made plain"
/* The row stays, and so does its value. */
#define TP_REJECT_CUT "text cut in mid-character, shortened"
#define TP_REJECT_CODE "code not known" /* in a column of numbers the value is NULL */
#define TP_REJECT_REFERENCE "no reference point, own centre taken"

#endif
