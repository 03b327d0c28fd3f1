/* Titles of columns. See words.h. */
#include "5_write/words.h"

#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

tp_code tp_words_load(int language, tp_words *words, tp_error *error) {
    *words = (tp_words){.language = language == 1 ? 1 : 0};
    char *folder = tp_data_folder();
    char *path = folder == NULL ? NULL : tp_text_format("%s/styles/columns.yaml", folder);
    tp_faults faults = {0};
    tp_code code = path == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && access(path, R_OK) == 0) {
        code = tp_node_load(path, path, &words->titles, &faults);
        if (code != TP_OK) {
            (void)!tp_error_set(error, code, "%s", faults.n > 0 ? faults.items[0].message : "out of memory");
        }
    }
    tp_faults_reset(&faults);
    free(path);
    free(folder);
    return code;
}

void tp_words_reset(tp_words *words) {
    tp_node_free(words->titles);
    *words = (tp_words){0};
}

/* The title of a column's name, or NULL. */
static const char *title_of(const tp_words *words, const char *name) {
    const tp_node *pair = words->titles == NULL ? NULL : tp_node_find(words->titles, name);
    size_t at = (size_t)words->language;
    return pair != NULL && tp_node_get_kind(pair) == TP_NODE_LIST && tp_node_count(pair) > at
               ? tp_node_text(tp_node_at(pair, at))
               : NULL;
}

/* "Mother city: margin", for a column of a criterion; NULL (and no fault) for any other. */
static char *criterion_title(const tp_words *words, const tp_profile *profile, const char *name, bool *lost) {
    for (size_t i = 0; profile != NULL && i < profile->n_criteria; i++) {
        const tp_criterion *criterion = &profile->criteria[i];
        size_t size = strlen(criterion->id);
        if (strncmp(name, criterion->id, size) != 0 || name[size] != '_') {
            continue;
        }
        const char *title = words->language == 1 ? criterion->title_ja : criterion->title_en;
        const char *rest = title_of(words, name + size + 1);
        char *made = title == NULL ? NULL
                                   : tp_text_format("%s%s%s", title, words->language == 1 ? ":" : ": ",
                                                    rest != NULL ? rest : name + size + 1);
        *lost = *lost || (title != NULL && made == NULL);
        return made;
    }
    return NULL;
}

static tp_code describe(const tp_words *words, const tp_field *field, const tp_profile *profile, char **title,
                        char **description, tp_error *error) {
    bool lost = false;
    const char *known = title_of(words, field->name);
    *title = known != NULL ? tp_text_copy(known) : criterion_title(words, profile, field->name, &lost);
    lost = lost || (known != NULL && *title == NULL);
    const char *help = field->help == NULL ? "" : field->help, *unit = field->unit == NULL ? "" : field->unit;
    if (help[0] != '\0' || unit[0] != '\0') {
        *description = unit[0] == '\0'   ? tp_text_copy(help)
                       : help[0] == '\0' ? tp_text_format("%s: %s", words->language == 1 ? "単位" : "unit", unit)
                                         : tp_text_format("%s (%s)", help, unit);
        lost = lost || *description == NULL;
    }
    return lost ? tp_error_memory(error) : TP_OK;
}

tp_code tp_words_of(const tp_words *words, const tp_field *fields, size_t n, const tp_profile *profile,
                    tp_layer_words *of, tp_error *error) {
    *of = (tp_layer_words){
        .columns = calloc(n + 1, sizeof *of->columns), .owned = calloc(2 * n + 1, sizeof *of->owned), .n = n};
    tp_code code = of->columns == NULL || of->owned == NULL ? tp_error_memory(error) : TP_OK;
    for (size_t i = 0; code == TP_OK && i < n; i++) {
        code = describe(words, &fields[i], profile, &of->owned[2 * i], &of->owned[2 * i + 1], error);
        of->columns[i] = (tp_column_words){of->owned[2 * i], of->owned[2 * i + 1]};
    }
    return code;
}

void tp_layer_words_reset(tp_layer_words *of) {
    for (size_t i = 0; of->owned != NULL && i < 2 * of->n; i++) {
        free(of->owned[i]);
    }
    free(of->owned);
    free(of->columns);
    *of = (tp_layer_words){0};
}
