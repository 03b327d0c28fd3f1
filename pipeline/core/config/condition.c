/* Conditions: their grammar. Testing rows is in filter.c, comparing two conditions in implies.c. */
#include "technopolis/condition.h"

#include "core/config/condition_parts.h"
#include "core/config/number.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct parser {
    const char *text, *at;
    tp_error *error;
} parser;

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name(char c, bool first) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (!first && c >= '0' && c <= '9');
}

/* What a value may hold without quotes. */
static bool is_bare(char c) {
    return c != '\0' && !is_space(c) && strchr("=<>!'\"", c) == NULL;
}

static void skip_space(parser *p) {
    while (is_space(*p->at)) {
        p->at++;
    }
}

/* The number of the character at `where`, from 1. */
static int character(const parser *p, const char *where) {
    int n = 1;
    for (const char *c = p->text; c < where; c++) {
        n += ((unsigned char)*c & 0xC0) != 0x80;
    }
    return n;
}

/* "character 12: expected a value, found '>'". */
static tp_code unexpected(const parser *p, const char *what) {
    size_t n = 0;
    if (is_bare(*p->at)) {
        while (is_bare(p->at[n])) {
            n++;
        }
    } else if (*p->at != '\0') {
        n = 1;
    }
    if (n == 0) {
        return tp_error_set(p->error, TP_E_CONFIG, "'%s': character %d: expected %s, found the end", p->text,
                            character(p, p->at), what);
    }
    return tp_error_set(p->error, TP_E_CONFIG, "'%s': character %d: expected %s, found '%.*s'", p->text,
                        character(p, p->at), what, (int)(n < 200 ? n : 200), p->at);
}

static char *copy(const char *text, size_t n) {
    char *result = malloc(n + 1);
    if (result != NULL) {
        memcpy(result, text, n);
        result[n] = '\0';
    }
    return result;
}

static tp_code parse_column(parser *p, tp_condition_part *part) {
    const char *start = p->at;
    while (is_name(*p->at, p->at == start)) {
        p->at++;
    }
    size_t n = (size_t)(p->at - start);
    bool reserved = n == 3 && strncasecmp(start, "and", n) == 0;
    if (n == 0 || reserved || (unsigned char)*p->at >= 0x80) {
        p->at = start;
        return unexpected(p, "the name of a column (letters, digits and _)");
    }
    part->column = copy(start, n);
    return part->column == NULL ? tp_error_memory(p->error) : TP_OK;
}

static tp_code parse_relation(parser *p, tp_condition_part *part) {
    static const struct {
        const char *text;
        tp_relation relation;
    } relations[] = {
        {"!=", TP_NOT_EQUAL}, {"<=", TP_LESS_OR_EQUAL}, {">=", TP_GREATER_OR_EQUAL},
        {"=", TP_EQUAL},      {"<", TP_LESS},           {">", TP_GREATER},
    };
    for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++) {
        size_t n = strlen(relations[i].text);
        if (strncmp(p->at, relations[i].text, n) == 0) {
            p->at += n;
            part->relation = relations[i].relation;
            return TP_OK;
        }
    }
    return unexpected(p, "one of = != < <= > >=");
}

/* A quote inside is written twice. */
static tp_code parse_quoted(parser *p, tp_condition_part *part) {
    const char *start = p->at++;
    char quote = *start;
    size_t n = 0;
    part->text = malloc(strlen(start) + 1);
    if (part->text == NULL) {
        return tp_error_memory(p->error);
    }
    for (; *p->at != '\0'; p->at++) {
        if (*p->at == quote && *++p->at != quote) {
            part->text[n] = '\0';
            return TP_OK;
        }
        part->text[n++] = *p->at;
    }
    p->at = start;
    return tp_error_set(p->error, TP_E_CONFIG, "'%s': character %d: the quote is not closed", p->text,
                        character(p, start));
}

static tp_code parse_bare(parser *p, tp_condition_part *part) {
    const char *start = p->at;
    while (is_bare(*p->at)) {
        p->at++;
    }
    size_t n = (size_t)(p->at - start);
    if (n == 0 || (n == 3 && strncasecmp(start, "and", n) == 0)) {
        p->at = start;
        return unexpected(p, "a value");
    }
    part->text = copy(start, n);
    if (part->text == NULL) {
        return tp_error_memory(p->error);
    }
    part->is_number = tp_number_read(part->text, &part->number);
    part->is_integer = tp_integer_read(part->text, &part->integer);
    if (part->is_number && !isfinite(part->number)) {
        p->at = start;
        return unexpected(p, "a number that is not too large");
    }
    return TP_OK;
}

static tp_code parse_part(parser *p, tp_condition_part *part) {
    skip_space(p);
    tp_code code = parse_column(p, part);
    if (code != TP_OK) {
        return code;
    }
    skip_space(p);
    code = parse_relation(p, part);
    if (code != TP_OK) {
        return code;
    }
    skip_space(p);
    const char *value = p->at;
    code = *value == '\'' || *value == '"' ? parse_quoted(p, part) : parse_bare(p, part);
    if (code == TP_OK && part->relation != TP_EQUAL && part->relation != TP_NOT_EQUAL && !part->is_number) {
        p->at = value;
        return unexpected(p, "a number (texts have only = and !=)");
    }
    return code;
}

/* Skips the `and` before a further part; *more is false at the end. */
static tp_code parse_and(parser *p, bool *more) {
    const char *end = p->at;
    skip_space(p);
    *more = *p->at != '\0';
    if (!*more) {
        return TP_OK;
    }
    bool found = p->at > end && strncasecmp(p->at, "and", 3) == 0 && is_space(p->at[3]);
    if (!found) {
        return unexpected(p, "`and` or the end (a text of several words stands in quotes)");
    }
    p->at += 3;
    return TP_OK;
}

static tp_condition_part *add_part(tp_condition *condition) {
    if (condition->n == condition->capacity) {
        size_t capacity = condition->capacity == 0 ? 4 : condition->capacity * 2;
        tp_condition_part *parts = realloc(condition->parts, capacity * sizeof *parts);
        if (parts == NULL) {
            return NULL;
        }
        condition->parts = parts;
        condition->capacity = capacity;
    }
    condition->parts[condition->n] = (tp_condition_part){0};
    return &condition->parts[condition->n++];
}

tp_code tp_condition_parse(const char *text, tp_condition **condition, tp_error *error) {
    parser p = {.text = text, .at = text, .error = error};
    tp_code code = TP_OK;
    bool more = true;
    *condition = NULL;
    tp_condition *made = calloc(1, sizeof *made);
    if (made == NULL || (made->text = tp_text_copy(text)) == NULL) {
        code = tp_error_memory(error);
        goto done;
    }
    skip_space(&p);
    if (*p.at == '\0') {
        code = tp_error_set(error, TP_E_CONFIG, "an empty condition (expected one such as `population >= 200000`)");
        goto done;
    }
    while (code == TP_OK && more) {
        tp_condition_part *part = add_part(made);
        code = part == NULL ? tp_error_memory(error) : parse_part(&p, part);
        if (code == TP_OK) {
            code = parse_and(&p, &more);
        }
    }
    if (code == TP_OK) {
        *condition = made;
        made = NULL;
    }
done:
    tp_condition_free(made);
    return code;
}

void tp_condition_free(tp_condition *condition) {
    if (condition == NULL) {
        return;
    }
    for (size_t i = 0; i < condition->n; i++) {
        free(condition->parts[i].column);
        free(condition->parts[i].text);
    }
    free(condition->parts);
    free(condition->text);
    free(condition);
}

const char *tp_condition_text(const tp_condition *condition) {
    return condition->text;
}

size_t tp_condition_count(const tp_condition *condition) {
    return condition->n;
}

const char *tp_condition_column(const tp_condition *condition, size_t part) {
    return condition->parts[part].column;
}

bool tp_condition_is_number(const tp_condition *condition, size_t part) {
    return condition->parts[part].is_number;
}

bool tp_condition_ordered(const tp_condition *condition, size_t part, double *number) {
    const tp_condition_part *of = &condition->parts[part];
    *number = of->number;
    return of->is_number && of->relation != TP_EQUAL && of->relation != TP_NOT_EQUAL;
}

char *tp_condition_with_number(const tp_condition *condition, size_t part, double number) {
    static const char *const relations[] = {"=", "!=", "<", "<=", ">", ">="};
    tp_text text = {0};
    for (size_t i = 0; i < condition->n; i++) {
        const tp_condition_part *of = &condition->parts[i];
        tp_text_add(&text, "%s%s %s ", i > 0 ? " and " : "", of->column, relations[of->relation]);
        const char *quote = of->is_number ? "" : strchr(of->text, '\'') == NULL ? "'" : "\"";
        if (i == part) {
            tp_text_add(&text, "%.15g", number);
        } else {
            tp_text_add(&text, "%s%s%s", quote, of->text, quote);
        }
    }
    if (text.lost) {
        tp_text_reset(&text);
        return NULL;
    }
    return text.data;
}
