/** The files that a read entry means: patterns on the disk, and the members of a zip or folder that a product wants. */
#ifndef TP_READ_MEMBERS_H
#define TP_READ_MEMBERS_H

#include "technopolis/product.h"
#include "technopolis/text.h"

/** Texts that are owned. Initialise with `= {0}`. */
typedef struct tp_members {
    char **items;
    size_t n;
} tp_members;

void tp_members_reset(tp_members *members);

/** The files that match a pattern with * ? or [ ], sorted bytewise; none where there is no such file. */
TP_NODISCARD tp_code tp_members_match(const char *pattern, tp_members *members, tp_error *error);

/**
 * The members (their paths inside) of a zip or folder on the disk that fit the first of the patterns that any fits,
 * sorted bytewise. A pattern without / is for the name alone, in any folder; of equal names in several folders those in
 * `UTF-8/` are taken. `all` (may be NULL) gets the names of all members that may hold a layer.
 */
TP_NODISCARD tp_code tp_members_choose(const char *path, const tp_product_texts *patterns, tp_members *members,
                                       tp_text *all, tp_error *error);

/** True for a zip or a folder on the disk, judged by its name or kind. */
bool tp_members_is_container(const char *path);

/** True for a member in a folder whose name says that its texts are UTF-8 (`UTF-8/`, `utf8/`). */
bool tp_members_in_utf8_folder(const char *member);

/** "P29*.shp, P29*.geojson", for messages. */
void tp_members_describe(const tp_product_texts *patterns, tp_text *text);

#endif
