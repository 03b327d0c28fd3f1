/*
 * What OpenStreetMap's tags say about driving: classes, speeds, access, durations. See network.h.
 *
 * The speeds of classes are those at which one gets along, lights and bends included, not the limits. They are from
 * memory and not verified, of the order of the road traffic census' mean speeds (about 35 km/h on general roads by day,
 * 80 on expressways). Statutory limits (Road Traffic Act, enforcement order, articles 11 and 27: 60 km/h on general
 * roads, 100 on expressways) stand for "JP:…" values of maxspeed.
 */
#include "2_prepare/network.h"
#include "core/config/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct class_speed {
    const char *highway;
    double km_h;
} class_speed;

static const class_speed CLASSES[] = {
    {"motorway", 80},    {"motorway_link", 40}, {"trunk", 45},        {"trunk_link", 30},
    {"primary", 40},     {"primary_link", 30},  {"secondary", 35},    {"secondary_link", 25},
    {"tertiary", 30},    {"tertiary_link", 25}, {"unclassified", 25}, {"road", 20},
    {"residential", 20}, {"living_street", 10}, {"service", 15},      {"track", 15},
};

double tp_osm_class_km_h(const char *highway) {
    for (size_t i = 0; i < sizeof CLASSES / sizeof CLASSES[0]; i++) {
        if (strcmp(highway, CLASSES[i].highway) == 0) {
            return CLASSES[i].km_h;
        }
    }
    return 0;
}

/* ---- maxspeed ---- */

/* What follows the colon of "JP:urban", and the words that stand alone. The general values are those of most countries
 * of Europe; from memory. */
static const class_speed WORDS[] = {
    {"walk", 5},      {"none", 120},       {"jp:urban", 60},       {"jp:rural", 60},      {"jp:nsl", 60},
    {"jp:trunk", 60}, {"jp:express", 100}, {"jp:expressway", 100}, {"jp:motorway", 100},  {"urban", 50},
    {"rural", 80},    {"trunk", 100},      {"motorway", 120},      {"living_street", 10}, {"zone10", 10},
    {"zone20", 20},   {"zone30", 30},      {"zone40", 40},         {"zone:10", 10},       {"zone:20", 20},
    {"zone:30", 30},  {"zone:40", 40},
};

static bool find_word(const char *text, double *km_h) {
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (strcmp(text, WORDS[i].highway) == 0) {
            *km_h = WORDS[i].km_h;
            return true;
        }
    }
    return false;
}

/* One value without blanks around it. */
static tp_maxspeed one_maxspeed(const char *text, double *km_h) {
    static const class_speed units[] = {{"", 1},    {"km/h", 1},       {"kmh", 1},
                                        {"kph", 1}, {"mph", 1.609344}, {"knots", 1.852}};
    if (text[0] == '\0' || strcmp(text, "signals") == 0 || strcmp(text, "variable") == 0 ||
        strcmp(text, "implicit") == 0) {
        return TP_MAXSPEED_NONE;
    }
    char digits[TP_CELL_SIZE];
    double value = 0;
    size_t n = tp_number_length(text, false);
    snprintf(digits, sizeof digits, "%.*s", (int)n, text);
    if (n > 0 && n < sizeof digits && tp_number_read(digits, &value) && value > 0 && isfinite(value)) {
        const char *unit = text + n + strspn(text + n, " ");
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            if (strcmp(unit, units[i].highway) == 0) {
                *km_h = value * units[i].km_h;
                return TP_MAXSPEED_KNOWN;
            }
        }
        return TP_MAXSPEED_UNCLEAR;
    }
    const char *colon = strchr(text, ':');
    return find_word(text, km_h) || (colon != NULL && find_word(colon + 1, km_h)) ? TP_MAXSPEED_KNOWN
                                                                                  : TP_MAXSPEED_UNCLEAR;
}

tp_maxspeed tp_osm_maxspeed(const char *text, double *km_h) {
    tp_maxspeed found = TP_MAXSPEED_NONE;
    char part[TP_CELL_SIZE];
    for (const char *at = text; *at != '\0';) {
        at += strspn(at, " ;");
        size_t size = strcspn(at, ";");
        size_t bare = size;
        while (bare > 0 && at[bare - 1] == ' ') {
            bare--;
        }
        snprintf(part, sizeof part, "%.*s", (int)bare, at);
        double value = 0;
        tp_maxspeed one = bare >= sizeof part ? TP_MAXSPEED_UNCLEAR : one_maxspeed(part, &value);
        if (one == TP_MAXSPEED_UNCLEAR) {
            return one;
        }
        if (one == TP_MAXSPEED_KNOWN) {
            *km_h = found == TP_MAXSPEED_KNOWN ? fmin(*km_h, value) : value;
            found = one;
        }
        at += size;
    }
    return found;
}

/* ---- access and duration ---- */

bool tp_osm_access_closed(const char *text, bool *known) {
    static const char *const closed[] = {"no",        "private",  "agricultural", "forestry", "agricultural;forestry",
                                         "emergency", "military", "psv",          "bus"};
    *known = text[0] != '\0';
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        if (strcmp(text, closed[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool tp_osm_duration_min(const char *text, double *minutes) {
    double total = 0;
    int n = 0;
    double parts[3] = {0};
    for (const char *at = text; n < 3; at++) {
        char digits[TP_CELL_SIZE];
        size_t size = strspn(at, "0123456789");
        if (size == 0 || size > 6) {
            return false;
        }
        snprintf(digits, sizeof digits, "%.*s", (int)size, at);
        if (!tp_number_read(digits, &parts[n++])) {
            return false;
        }
        at += size;
        if (*at == '\0') {
            total = n == 1 ? parts[0] : parts[0] * 60 + parts[1] + parts[2] / 60;
            *minutes = total;
            return total > 0;
        }
        if (*at != ':') {
            return false;
        }
    }
    return false;
}
