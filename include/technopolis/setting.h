/**
 * Settings: what a stage (or the `run` section) may be told, declared once in a table. The same table checks a
 * configuration, fills the stage's options struct, records each value with its origin, and prints `list stages`.
 */
#ifndef TECHNOPOLIS_SETTING_H
#define TECHNOPOLIS_SETTING_H

#include "technopolis/node.h"
#include "technopolis/quantity.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tp_setting_kind {
    TP_SETTING_TEXT,       /**< const char * */
    TP_SETTING_LAYER,      /**< const char *: the name of one layer */
    TP_SETTING_LAYERS,     /**< tp_texts: one name or a list of them */
    TP_SETTING_COLUMN,     /**< const char *: the name of a column */
    TP_SETTING_COLUMNS,    /**< tp_texts: one column or a list of them */
    TP_SETTING_PATH,       /**< const char *: a file; kept as written, relative to the configuration */
    TP_SETTING_PATHS,      /**< tp_texts: one or several files */
    TP_SETTING_CONDITION,  /**< const char *: see condition.h; its grammar is checked */
    TP_SETTING_QUANTITY,   /**< tp_quantity of `dimension` */
    TP_SETTING_QUANTITIES, /**< tp_quantities: one or several of `dimension` */
    TP_SETTING_INTEGER,    /**< int64_t within [min, max] */
    TP_SETTING_NUMBER,     /**< double within [min, max] */
    TP_SETTING_YES_NO,     /**< bool: yes/no/true/false */
    TP_SETTING_CHOICE,     /**< int: index into `choices` */
    TP_SETTING_MAP         /**< const tp_node *: a map which the stage's check reads itself */
} tp_setting_kind;

/** A list of borrowed texts, with the place of each. */
typedef struct tp_texts {
    size_t n;
    const char **items;
    tp_place *places;
} tp_texts;

/** A list of quantities, as written, with the place of each. */
typedef struct tp_quantities {
    size_t n;
    const tp_quantity *items;
    tp_place *places;
} tp_quantities;

typedef struct tp_setting {
    const char *key;
    tp_setting_kind kind;
    tp_dimension dimension; /**< of a quantity */
    const char *fallback;   /**< the default as it would be written; NULL: none, the option stays zero / NULL */
    bool required;
    double min,
        max; /**< inclusive bounds for numbers and quantities (each of a list) in base units; both 0 = unbounded */
    const char *choices; /**< "a|b|c" for a choice */
    const char *help;    /**< one sentence, no full stop */
    size_t offset;       /**< of the value in the options struct */
} tp_setting;

/** Where the value of a setting came from. */
typedef enum tp_origin {
    TP_ORIGIN_DEFAULT,
    TP_ORIGIN_CONFIGURATION,
    TP_ORIGIN_COMMAND_LINE,
    TP_ORIGIN_PROFILE,
    TP_ORIGIN_PRODUCT
} tp_origin;
const char *tp_origin_text(tp_origin origin);

/** A filled options struct and what is needed to explain it. */
typedef struct tp_options {
    void *values; /**< the stage's options struct, zeroed and filled */
    size_t n_settings;
    tp_place *places; /**< of each setting's value; line 0 for a default */
    char **texts;     /**< of each setting's value as written; NULL where none */
    tp_origin *origins;
    void *owned; /**< memory behind lists */
} tp_options;

/**
 * Fills `options` from a map (or, where `node` is a text and `main_key` is not NULL, from that one value; NULL = all
 * defaults). Reports every unknown key (with the nearest known one), missing required key, wrong kind, unit or bound.
 * Texts are borrowed from `node`, which must outlive the options. Returns the code of what it added to `faults`.
 */
TP_NODISCARD tp_code tp_options_fill(const tp_setting *settings, size_t n, size_t size, const char *main_key,
                                     const tp_node *node, tp_place place, tp_origin origin, tp_options *options,
                                     tp_faults *faults);
void tp_options_reset(tp_options *options);

/**
 * Fills from `map` what is still at its default: what the entry says counts more than what a product says. Texts are
 * borrowed from `map`. Returns the code of what it added to `faults`.
 */
TP_NODISCARD tp_code tp_options_complete(const tp_setting *settings, const tp_node *map, tp_origin origin,
                                         tp_options *options, tp_faults *faults);

/** Replaces the texts of a list setting by copies of n others, each with its place (whose file is borrowed). */
TP_NODISCARD tp_code tp_options_replace_list(const tp_setting *settings, const char *key, const char *const *items,
                                             const tp_place *places, size_t n, tp_options *options, tp_error *error);

/** The value of a yes/no setting; false where there is none of that name. */
bool tp_options_yes_no(const tp_options *options, const tp_setting *settings, const char *key);

/** Where the value of a setting came from. */
tp_origin tp_options_origin(const tp_options *options, const tp_setting *settings, const char *key);

/** The place of a setting's value (or of the whole entry where it was not written). */
tp_place tp_options_place(const tp_options *options, const tp_setting *settings, const char *key, tp_place entry);

/** "30 min", "text", "layer", "yes|no": what a setting expects, for messages and `list`. */
const char *tp_setting_kind_text(const tp_setting *setting);

#ifdef __cplusplus
}
#endif

#endif
