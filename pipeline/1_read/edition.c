/* Which edition of a product a file is: see edition.h. */
#include "1_read/edition.h"

#include <regex.h>
#include <string.h>
#include <strings.h>

enum { MOST_FEATURES = 1000, MOST_LISTED = 300 /* bytes of names in a message */ };

int tp_edition_field(OGRFeatureDefnH definition, const char *name, size_t size) {
    int n = OGR_FD_GetFieldCount(definition), alike = -1;
    for (int i = 0; i < n; i++) {
        const char *found = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, i));
        if (strlen(found) != size) {
            continue;
        }
        if (memcmp(found, name, size) == 0) {
            return i;
        }
        alike = alike < 0 && strncasecmp(found, name, size) == 0 ? i : alike;
    }
    return alike;
}

size_t tp_edition_name_size(const tp_product_from *from, size_t i) {
    return strlen(from->fields.items[i]) - (from->optional[i] ? 1 : 0);
}

/* How many of the first values of a field that are not empty look like the pattern. */
static void look_at_values(OGRLayerH layer, int field, const char *pattern, int64_t skip, int64_t *n, int64_t *n_like,
                           char odd[64]) {
    regex_t compiled;
    *n = *n_like = 0;
    odd[0] = '\0';
    if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        return; /* the product's form was checked */
    }
    OGR_L_ResetReading(layer);
    for (int64_t i = 0; i < MOST_FEATURES + skip; i++) {
        OGRFeatureH feature = OGR_L_GetNextFeature(layer);
        if (feature == NULL) {
            break;
        }
        const char *text =
            i >= skip && OGR_F_IsFieldSetAndNotNull(feature, field) ? OGR_F_GetFieldAsString(feature, field) : "";
        if (text[0] != '\0') {
            bool like = regexec(&compiled, text, 0, NULL, 0) == 0;
            *n_like += like;
            (*n)++;
            if (!like && odd[0] == '\0' && tp_text_is_utf8(text, strlen(text)) && strlen(text) < 60) {
                strcpy(odd, text);
            }
        }
        OGR_F_Destroy(feature);
    }
    OGR_L_ResetReading(layer);
    regfree(&compiled);
}

/* Names that the file has not, each once. */
static void add_lacking(OGRFeatureDefnH definition, const char *name, size_t size, tp_text *names) {
    if (tp_edition_field(definition, name, size) >= 0) {
        return;
    }
    for (const char *at = tp_text_get(names); at[0] != '\0';) {
        size_t length = strcspn(at, ",");
        if (length == size && memcmp(at, name, size) == 0) {
            return;
        }
        at += length + strspn(at + length, ", ");
    }
    tp_text_add(names, "%s%.*s", names->size == 0 ? "" : ", ", (int)size, name);
}

/* Names that the columns of an edition need and the file has not; true where there is none. */
static bool has_fields(const tp_product *product, const tp_product_edition *edition, OGRFeatureDefnH definition,
                       tp_text *why) {
    tp_text names = {0};
    for (size_t c = 0; c < product->n_columns; c++) {
        const tp_product_from *from = &edition->from[c];
        for (size_t i = 0; from->fill != TP_FILL_VALUE && i < from->fields.n; i++) {
            if (!from->optional[i]) {
                add_lacking(definition, from->fields.items[i], tp_edition_name_size(from, i), &names);
            }
        }
        if (from->if_field != NULL) {
            add_lacking(definition, from->if_field, strlen(from->if_field), &names);
        }
    }
    bool has = names.size == 0;
    if (!has) {
        tp_text_add(why, "it has no field %s", tp_text_get(&names));
    }
    why->lost = why->lost || names.lost;
    tp_text_reset(&names);
    return has;
}

static bool fits_values(const tp_product_edition *edition, OGRLayerH layer, tp_text *why) {
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
    for (size_t i = 0; i < edition->value_fields.n; i++) {
        const char *name = edition->value_fields.items[i], *pattern = edition->value_patterns.items[i];
        int field = tp_edition_field(definition, name, strlen(name));
        int64_t n = 0, n_like = 0;
        char odd[64] = "";
        if (field < 0) {
            tp_text_add(why, "it has no field %s", name);
            return false;
        }
        look_at_values(layer, field, pattern, edition->skip, &n, &n_like, odd);
        if (n == 0 || 10 * n_like < 9 * n) {
            tp_text_clear(why);
            tp_text_add(why, "%lld of the first %lld values of %s look like %s%s%s%s", (long long)n_like, (long long)n,
                        name, pattern, odd[0] == '\0' ? "" : ", not '", odd, odd[0] == '\0' ? "" : "'");
            return false;
        }
        tp_text_add(why, "%s%s like %s in %lld of %lld values", why->size == 0 ? "" : ", ", name, pattern,
                    (long long)n_like, (long long)n);
    }
    return true;
}

/* How many fields the file has beside those that formats add of themselves. */
static int count_fields(OGRFeatureDefnH definition) {
    static const char *const own[] = {"gml_id", "fid", "ogc_fid"};
    int n = OGR_FD_GetFieldCount(definition);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        n -= tp_edition_field(definition, own[i], strlen(own[i])) >= 0;
    }
    return n;
}

static bool fits(const tp_product *product, const tp_product_edition *edition, OGRLayerH layer, tp_text *why) {
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
    int n = count_fields(definition);
    if (!has_fields(product, edition, definition, why)) {
        return false;
    }
    if (edition->fields_min > 0 && (n < edition->fields_min || n > edition->fields_max)) {
        tp_text_add(why, "it has %d fields instead of %lld to %lld", n, (long long)edition->fields_min,
                    (long long)edition->fields_max);
        return false;
    }
    for (size_t i = 0; i < edition->lacks.n; i++) {
        if (tp_edition_field(definition, edition->lacks.items[i], strlen(edition->lacks.items[i])) >= 0) {
            tp_text_add(why, "it has a field %s", edition->lacks.items[i]);
            return false;
        }
    }
    return fits_values(edition, layer, why);
}

static void list_fields(OGRFeatureDefnH definition, tp_text *text) {
    int n = OGR_FD_GetFieldCount(definition), left = 0;
    size_t before = text->size;
    for (int i = 0; i < n; i++) {
        const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, i));
        if (text->size - before < MOST_LISTED && tp_text_is_utf8(name, strlen(name))) {
            tp_text_add(text, "%s%s", text->size == before ? "" : ", ", name);
        } else {
            left++;
        }
    }
    if (left > 0) {
        tp_text_add(text, " and %d more", left);
    }
}

const tp_product_edition *tp_edition_choose(const tp_product *product, OGRLayerH layer, tp_text *why) {
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
    tp_text all = {0}, one = {0};
    const tp_product_edition *found = NULL;
    for (size_t i = 0; i < product->n_editions && found == NULL; i++) {
        const tp_product_edition *edition = &product->editions[i];
        tp_text_clear(&one);
        if (fits(product, edition, layer, &one)) {
            found = edition;
            tp_text_add(why, "%d fields%s%s", OGR_FD_GetFieldCount(definition), one.size == 0 ? "" : ", ",
                        tp_text_get(&one));
        } else {
            tp_text_add(&all, "%sedition %s: %s", i == 0 ? "" : "; ", edition->id, tp_text_get(&one));
        }
    }
    if (found == NULL) {
        tp_text_add(why, "%s; its fields: ", tp_text_get(&all));
        list_fields(definition, why);
    }
    why->lost = why->lost || all.lost || one.lost;
    tp_text_reset(&all);
    tp_text_reset(&one);
    return found;
}

/* Whether a row looks like all of the edition's values. */
static bool is_data(const tp_product_edition *edition, OGRFeatureH feature) {
    bool like = edition->value_fields.n > 0;
    for (size_t i = 0; i < edition->value_fields.n && like; i++) {
        const char *name = edition->value_fields.items[i];
        int field = tp_edition_field(OGR_F_GetDefnRef(feature), name, strlen(name));
        regex_t compiled;
        if (field < 0 || regcomp(&compiled, edition->value_patterns.items[i], REG_EXTENDED | REG_NOSUB) != 0) {
            return false;
        }
        like = OGR_F_IsFieldSetAndNotNull(feature, field) &&
               regexec(&compiled, OGR_F_GetFieldAsString(feature, field), 0, NULL, 0) == 0;
        regfree(&compiled);
    }
    return like;
}

int64_t tp_edition_skip(const tp_product_edition *edition, OGRLayerH layer) {
    int64_t n = 0;
    bool data = false;
    OGR_L_ResetReading(layer);
    while (n < edition->skip && !data) {
        OGRFeatureH feature = OGR_L_GetNextFeature(layer);
        data = feature == NULL || is_data(edition, feature);
        n += !data;
        OGR_F_Destroy(feature);
    }
    OGR_L_ResetReading(layer);
    return n;
}
