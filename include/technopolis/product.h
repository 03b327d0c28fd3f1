/**
 * A product: how a download that many people use (a KSJ zip, e-Stat's mesh, OpenStreetMap) becomes a layer, as data.
 * A read entry names it (`product: ksj-p29`); whatever the entry itself says counts more. One YAML file a product, in
 * `products/` beside `profiles/`:
 *
 *     id: ksj-p29
 *     title: { en: Schools, ja: 学校 }
 *     source: who publishes it and where                 licence: what its terms ask for
 *     tested: made                       # original: tried on an original file; made: only on files of our tests
 *     layer: universities                # the standard layer it serves as, or any other name
 *     note: what a reader should know (what is not verified, what is left out)
 *     members: ["UTF-8/P29*.shp", "P29*.shp"]  # which files of a zip or folder; the first pattern that fits wins
 *     encoding: CP932                    # assumed where the file states none and is no UTF-8
 *     crs: EPSG:6668                     # assumed where the file has none
 *     columns:                           # of the layer, in their order
 *       name:  { help: { en: …, ja: … } }
 *       class: { help: …, codes: { 16007: university }, missing: ["9999", "-1"] }
 *       pupils: { type: integer, unit: persons, help: … }
 *     defaults: { id: code, name: name, where: class = university }     # settings of the read entry
 *     editions:                          # the first that fits a file is taken
 *       - id: "2021"
 *         verified: yes                  # no: columns known from a description only
 *         fields: 7 to 9                 # how many the file has
 *         lacks: [P29_010]               # fields that it must not have
 *         values: { P29_003: "^16[0-9]{3}$" }   # what 9 in 10 of the first values look like (extended regex, ASCII)
 *         columns: { name: P29_004, class: P29_003, code: [P29_002, P29_008], pupils: "P29_020?" }
 *
 * In an edition's `columns` a field with `?` behind may be absent; all others must be there for the edition to fit. A
 * list is joined (by the column's `join`, "/" by default); { first_of: [A, B] } takes the first that is not empty;
 * { value: 1995 } is the same for every row; { field: A, if: B, is: [1] } takes A only where the field B says so.
 * `skip: 1` leaves out rows below the header, unless they look like the edition's `values`; `crs` of an edition counts
 * more than the product's.
 *
 * A cell is cleaned as its column says: blanks (also U+3000) at both ends go, `missing` values become NULL, numbers may
 * have full-width digits and thousands separators, `codes` become words, `add` is added to a number, `digits: ascii`
 * turns full-width letters and digits of a text into ASCII, `width: 5` gives a code of four digits the leading zero that
 * it lost as a number. A code without a word stays in a column of texts, which is reported once a file; in a column of
 * numbers, where it would count as one, it is missing, and each is reported; with `others: missing` it is missing.
 *
 * A `where` among the defaults says what the layer is made of, so that a layer of universities is complete although the
 * file has other schools too; a `where` of the entry narrows it, as always.
 *
 * What some products need besides:
 *     needs: code                 a row where this column is missing belongs to no place: left out, and not missed
 *     never: name = 所属未定地      the same for rows that meet a condition
 *     mesh: mesh_code             the file has no geometry: cells of the grid square codes (JIS X 0410) in this column
 *     wards: keep | sum           designated cities and their wards by the columns code, city, name, ward (and city_code,
 *                                 wards): full names, or the city as one with the number of its wards
 *     reference: { members: […], key: C28_000, from: C28_101 }      the point of another layer of the same zip stands for
 *                                 the row: its `key` equals the row's `from` but for a leading #
 *     places: { university: [amenity=university] }    points of OpenStreetMap by tag: the fields are then osm_id, kind
 *                                 (the word before the colon) and tags
 *     like: ksj-n03               everything of another product that is not written here
 *
 * Keys for merging rows are settings of the read entry: see `merge` in `technopolis list stages`.
 */
#ifndef TECHNOPOLIS_PRODUCT_H
#define TECHNOPOLIS_PRODUCT_H

#include "technopolis/column.h"
#include "technopolis/node.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A list of borrowed texts. */
typedef struct tp_product_texts {
    const char **items;
    size_t n;
} tp_product_texts;

typedef struct tp_product_column {
    const char *name, *unit, *help_en, *help_ja, *join; /**< unit, help and join may be NULL */
    tp_type type;                                       /**< text, int64 or double */
    const tp_node *codes;                               /**< map code -> word, or NULL */
    tp_product_texts missing;                           /**< values that mean missing */
    int64_t add;
    int64_t width; /**< digits of a code, 0: not said */
    bool ascii_digits, others_missing;
} tp_product_column;

/** How an edition fills a column. */
typedef enum tp_product_fill { TP_FILL_NONE, TP_FILL_JOIN, TP_FILL_FIRST_OF, TP_FILL_VALUE } tp_product_fill;

typedef struct tp_product_from {
    tp_product_fill fill;
    tp_product_texts fields; /**< of the file; one item where a single field fills it; the value for TP_FILL_VALUE */
    bool *optional;          /**< fields.n */
    const char *if_field;    /**< the value is taken only where this field is one of `is`; NULL: always */
    tp_product_texts is;
} tp_product_from;

typedef struct tp_product_edition {
    const char *id, *crs;
    bool verified;
    int64_t fields_min, fields_max; /**< 0, 0: any number */
    int64_t skip;
    tp_product_texts lacks;
    tp_product_texts value_fields, value_patterns; /**< of the same length */
    tp_product_from *from;                         /**< one a column of the product */
    tp_place place;
} tp_product_edition;

typedef enum tp_product_wards { TP_WARDS_NONE, TP_WARDS_KEEP, TP_WARDS_SUM } tp_product_wards;

typedef struct tp_product {
    const char *id, *title_en, *title_ja, *source, *licence, *layer;
    const char *note, *encoding, *crs, *needs, *never, *mesh, *like; /**< NULL where not written */
    bool original;                                                   /**< tested on an original file */
    tp_product_wards wards;
    tp_product_texts members;
    tp_product_texts reference_members;
    const char *reference_key, *reference_from; /**< NULL without a reference */
    const tp_node *places;                      /**< map: kind -> list of key=value, or NULL */
    const tp_node *defaults;                    /**< map, or NULL */
    tp_product_column *columns;
    size_t n_columns;
    tp_product_edition *editions;
    size_t n_editions;
    tp_node *root, *base; /**< owned; `base` is that of `like`; all texts above are borrowed from them */
    char *file;           /**< as found; places of faults borrow it */
} tp_product;

/**
 * Reads a product file and checks its form; `like` is looked up in the same folder. All faults at once, with line and
 * column, TP_E_CONFIG. O(size).
 */
TP_NODISCARD tp_code tp_product_load(const char *path, const char *name, tp_product **product, tp_faults *faults);

/** The same from memory, without `like` (a fault there). */
TP_NODISCARD tp_code tp_product_parse(const char *text, size_t size, const char *name, tp_product **product,
                                      tp_faults *faults);
void tp_product_free(tp_product *product);

/** The column's number, or n_columns. O(columns). */
size_t tp_product_find(const tp_product *product, const char *column);

#ifdef __cplusplus
}
#endif

#endif
