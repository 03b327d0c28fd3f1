/* OpenStreetMap's tags: speeds, directions, access, ferries. */
#include "network_fixture.h"

static void maxspeed_texts(void **state) {
    (void)state;
    static const struct {
        const char *text;
        tp_maxspeed said;
        double km_h;
    } cases[] = {
        {"50", TP_MAXSPEED_KNOWN, 50},
        {"50 km/h", TP_MAXSPEED_KNOWN, 50},
        {"50kmh", TP_MAXSPEED_KNOWN, 50},
        {"30 mph", TP_MAXSPEED_KNOWN, 48.28032},
        {"30mph", TP_MAXSPEED_KNOWN, 48.28032},
        {"10 knots", TP_MAXSPEED_KNOWN, 18.52},
        {"50; 40", TP_MAXSPEED_KNOWN, 40},
        {"40;60", TP_MAXSPEED_KNOWN, 40},
        {"signals;60", TP_MAXSPEED_KNOWN, 60},
        {"walk", TP_MAXSPEED_KNOWN, 5},
        {"none", TP_MAXSPEED_KNOWN, 120},
        {"jp:urban", TP_MAXSPEED_KNOWN, 60},
        {"jp:express", TP_MAXSPEED_KNOWN, 100},
        {"jp:zone30", TP_MAXSPEED_KNOWN, 30},
        {"pt:urban", TP_MAXSPEED_KNOWN, 50},
        {"de:zone:30", TP_MAXSPEED_KNOWN, 30},
        {"", TP_MAXSPEED_NONE, 0},
        {"signals", TP_MAXSPEED_NONE, 0},
        {"variable", TP_MAXSPEED_NONE, 0},
        {"0", TP_MAXSPEED_UNCLEAR, 0},
        {"-50", TP_MAXSPEED_UNCLEAR, 0},
        {"fast", TP_MAXSPEED_UNCLEAR, 0},
        {"50 furlongs", TP_MAXSPEED_UNCLEAR, 0},
        {"nan", TP_MAXSPEED_UNCLEAR, 0},
        {"inf", TP_MAXSPEED_UNCLEAR, 0},
        {"0x20", TP_MAXSPEED_UNCLEAR, 0},
        {"50;fast", TP_MAXSPEED_UNCLEAR, 0},
        {"jp:nonsense", TP_MAXSPEED_UNCLEAR, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double km_h = 0;
        tp_maxspeed said = tp_osm_maxspeed(cases[i].text, &km_h);
        if (said != cases[i].said || (said == TP_MAXSPEED_KNOWN && fabs(km_h - cases[i].km_h) > 1e-9)) {
            fail_msg("maxspeed '%s': %d, %g", cases[i].text, (int)said, km_h);
        }
    }
}

static void durations(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double minutes; /* 0: none */
    } cases[] = {{"00:40", 40},  {"1:10", 70}, {"01:10:30", 70.5}, {"40", 40}, {"", 0},
                 {"0", 0},       {"00:00", 0}, {"1:", 0},          {":40", 0}, {"40min", 0},
                 {"1:2:3:4", 0}, {"-5", 0},    {"12345678", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double minutes = 0;
        bool found = tp_osm_duration_min(cases[i].text, &minutes);
        if (found != (cases[i].minutes > 0) || (found && fabs(minutes - cases[i].minutes) > 1e-9)) {
            fail_msg("duration '%s': %d, %g", cases[i].text, found, minutes);
        }
    }
}

static void access_texts(void **state) {
    (void)state;
    static const char *const closed[] = {"no", "private", "agricultural", "forestry", "military", "emergency"};
    static const char *const open[] = {"yes", "permissive", "destination", "customers", "designated", "delivery"};
    bool known = false;
    for (size_t i = 0; i < 6; i++) {
        assert_true(tp_osm_access_closed(closed[i], &known) && known);
        assert_true(!tp_osm_access_closed(open[i], &known) && known);
    }
    assert_false(tp_osm_access_closed("", &known));
    assert_false(known);
}

static void cells_of_every_type(void **state) {
    (void)state;
    town t = begin_town();
    char cell[TP_CELL_SIZE];
    add_row(t.roads, "a");
    add_row(t.roads, "b");
    set_text(t.roads, 0, "text", "\t Yes  ");
    set_integer(t.roads, 0, "integer", -1);
    set_number(t.roads, 0, "number", 1);
    assert_string_equal(tp_cell_text(tp_layer_column(t.roads, "text"), 0, cell), "yes");
    assert_string_equal(tp_cell_text(tp_layer_column(t.roads, "text"), 1, cell), "");
    assert_string_equal(tp_cell_text(tp_layer_column(t.roads, "integer"), 0, cell), "-1");
    assert_string_equal(tp_cell_text(tp_layer_column(t.roads, "number"), 0, cell), "1");
    assert_string_equal(tp_cell_text(NULL, 0, cell), "");
    assert_true(tp_cell_is_yes(tp_layer_column(t.roads, "text"), 0));
    assert_true(tp_cell_is_yes(tp_layer_column(t.roads, "number"), 0));
    char longer[2 * TP_CELL_SIZE];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    set_text(t.roads, 1, "text", longer);
    assert_string_equal(tp_cell_text(tp_layer_column(t.roads, "text"), 1, cell), "");
    end_town(&t);
}

typedef struct tagged {
    const char *tags; /* "key=value key=value" */
    double km_h;      /* 0: not used */
    bool backward, through_only;
} tagged;

static void set_tags(tp_layer *layer, int64_t row, const char *tags) {
    char copy[200], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", tags);
    for (char *tag = strtok_r(copy, " ", &rest); tag != NULL; tag = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(tag, '=');
        *equals = '\0';
        set_text(layer, row, tag, equals + 1);
    }
}

static const tagged TAGGED[] = {
    {"highway=primary", 40, true, false},
    {"highway=primary maxspeed=60", 60, true, false},
    {"highway=primary maxspeed=20mph", 32.18688, true, false},
    {"highway=primary maxspeed=quick", 40, true, false},
    {"highway=residential oneway=yes", 20, false, false},
    {"highway=residential oneway=-1", 20, true, false},
    {"highway=motorway maxspeed=100", 100, false, true},
    {"highway=motorway oneway=no", 80, true, true},
    {"highway=motorway_link", 40, true, true},
    {"highway=trunk motorroad=yes", 45, true, true},
    {"highway=trunk tunnel=yes", 45, true, true},
    {"highway=tertiary junction=roundabout", 30, false, false},
    {"highway=tertiary junction=circular oneway=no", 30, true, false},
    {"highway=footway", 0, false, false},
    {"highway=footway maxspeed=walk", 0, false, false},
    {"highway=service access=private", 0, false, false},
    {"highway=service access=no motorcar=yes", 15, true, false},
    {"highway=service motor_vehicle=no", 0, false, false},
    {"highway=construction", 0, false, false},
    {"route=ferry", 15, true, false},
    {"route=ferry motor_vehicle=no", 0, false, false},
};
enum { N_TAGGED = sizeof TAGGED / sizeof TAGGED[0] };

static void tags_of_roads(void **state) {
    (void)state;
    town t = begin_town();
    for (int i = 0; i < N_TAGGED; i++) {
        char line[80];
        snprintf(line, sizeof line, "130 %d, 130.1 %d", 20 + i, 20 + i);
        set_tags(t.roads, add_road(&t, "x", line), TAGGED[i].tags);
    }
    build(&t, "roads: roads");
    const tp_ways *ways = &network_of(&t)->ways;
    for (int i = 0; i < N_TAGGED; i++) {
        int64_t way = 0;
        while (way < ways->n_ways && ways->source_row[way] != i) {
            way++;
        }
        if ((way < ways->n_ways) != (TAGGED[i].km_h > 0)) {
            fail_msg("'%s' is used: %d", TAGGED[i].tags, way < ways->n_ways);
        }
        if (way == ways->n_ways) {
            continue;
        }
        uint32_t expected = expected_ms(&t, 130, 20 + i, 130.1, 20 + i, TAGGED[i].km_h);
        bool reversed = strstr(TAGGED[i].tags, "oneway=-1") != NULL;
        if (ways->forward_ms[way] != (reversed ? TP_NO_TIME : expected) ||
            ways->backward_ms[way] != (TAGGED[i].backward ? expected : TP_NO_TIME) ||
            ways->through_only[way] != TAGGED[i].through_only) {
            fail_msg("'%s': %u and %u ms, not %u", TAGGED[i].tags, ways->forward_ms[way], ways->backward_ms[way],
                     expected);
        }
    }
    assert_int_equal(count_of(&t, TP_COUNT_NOT_ROADS), 3);
    assert_int_equal(count_of(&t, TP_COUNT_CLOSED), 3);
    assert_int_equal(count_of(&t, TP_COUNT_MAXSPEED_UNCLEAR), 1);
    assert_reject(&t, 103, TP_REJECT_MAXSPEED, "maxspeed: quick");
    assert_int_equal(t.roads->n_rows, N_TAGGED);
    end_town(&t);
}

static void maxspeed_factor(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        town t = begin_town();
        set_tags(t.roads, add_road(&t, "x", "130 32, 130.1 32"), "highway=primary maxspeed=60");
        build(&t, i == 0 ? "roads: roads, maxspeed_factor: 0.5" : "roads: roads, maxspeed_factor: 0");
        assert_int_equal(ms_from_to(&t, 130, 32, 130.1, 32), expected_ms(&t, 130, 32, 130.1, 32, i == 0 ? 30 : 40));
        end_town(&t);
    }
}

/* A table of classes goes before OpenStreetMap's own; what is not in it has those. */
static void classes_of_ones_own(void **state) {
    (void)state;
    town t = begin_town();
    set_tags(t.roads, add_road(&t, "a", "130 30, 130.1 30"), "highway=primary");
    set_tags(t.roads, add_road(&t, "b", "130 31, 130.1 31"), "highway=footway");
    set_tags(t.roads, add_road(&t, "c", "130 32, 130.1 32"), "highway=secondary");
    build(&t, "roads: roads, class: highway, speeds: { primary: 50 km/h, footway: 4 km/h }");
    assert_int_equal(ms_from_to(&t, 130, 30, 130.1, 30), expected_ms(&t, 130, 30, 130.1, 30, 50));
    assert_int_equal(ms_from_to(&t, 130, 31, 130.1, 31), expected_ms(&t, 130, 31, 130.1, 31, 4));
    assert_int_equal(ms_from_to(&t, 130, 32, 130.1, 32), expected_ms(&t, 130, 32, 130.1, 32, 35));
    end_town(&t);
}

/* A ferry's duration holds for the whole way, whose rows share it by length. */
static void ferries_share_their_duration(void **state) {
    (void)state;
    town t = begin_town();
    static const char *const lines[] = {"130 32, 130.1 32", "130.1 32, 130.4 32", "131 32, 131.1 32"};
    for (int i = 0; i < 3; i++) {
        int64_t row = add_road(&t, "x", lines[i]);
        set_tags(t.roads, row, i < 2 ? "route=ferry duration=01:20" : "route=ferry duration=00:30");
        set_integer(t.roads, row, "osm_id", i < 2 ? 7 : 8);
        set_integer(t.roads, row, "from_node", 10 * (i / 2) + i);
        set_integer(t.roads, row, "to_node", 10 * (i / 2) + i + 1);
    }
    set_tags(t.roads, 0, "highway=ferry"); /* so that there is a column highway */
    build(&t, "roads: roads");
    const tp_ways *ways = &network_of(&t)->ways;
    assert_int_equal(ways->n_ways, 3);
    assert_true(fabs(ways->forward_ms[0] - 20 * 60000.0) <= 1);
    assert_true(fabs(ways->forward_ms[1] - 60 * 60000.0) <= 1);
    assert_true(fabs(ways->forward_ms[2] - 30 * 60000.0) <= 1);
    assert_int_equal(ways->mode[0], TP_MODE_FERRY);
    end_town(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maxspeed_texts),      cmocka_unit_test(durations),
        cmocka_unit_test(access_texts),        cmocka_unit_test(cells_of_every_type),
        cmocka_unit_test(tags_of_roads),       cmocka_unit_test(maxspeed_factor),
        cmocka_unit_test(classes_of_ones_own), cmocka_unit_test(ferries_share_their_duration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
