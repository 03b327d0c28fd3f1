/* One file read by a quicker way and by GDAL's features: both must give the same columns, positions, notes and errors.
 * Everything is static: each test program includes it once. */
#ifndef TP_TEST_TWO_WAYS_H
#define TP_TEST_TWO_WAYS_H

#include "made_files.h"

#include "both_ways.h"

/* False when the head cannot be opened. The id is the column `name`. */
static bool read_made(const char *name, const char *encoding, bool by_features, reading *r) {
    both_read(made(name), name, "name", encoding, by_features, r);
    if (!r->opened) {
        both_end(r);
    }
    return r->opened;
}

static void end_reading(reading *r) {
    both_end(r);
}

static void same_readings(const reading *a, const reading *b) {
    const char *differs = both_differ(a, b);
    if (differs != NULL) {
        fail_msg("%s: %s ('%s', '%s')", a->head.shown, differs, a->message, b->message);
    }
}

/* Whether the file could be opened at all. */
static bool compare_ways(const char *name, const char *encoding) {
    reading quick, plain;
    both_read(made(name), name, "name", encoding, false, &quick);
    both_read(made(name), name, "name", encoding, true, &plain);
    same_readings(&quick, &plain);
    bool opened = quick.opened;
    both_end(&quick);
    both_end(&plain);
    return opened;
}

__attribute__((unused)) static void add_real(made_layer m, const char *name, int width, int decimals) {
    OGRFieldDefnH field = OGR_Fld_Create(name, OFTReal);
    OGR_Fld_SetWidth(field, width);
    OGR_Fld_SetPrecision(field, decimals);
    assert_int_equal(OGR_L_CreateField(m.layer, field, 1), OGRERR_NONE);
    OGR_Fld_Destroy(field);
}

#endif
