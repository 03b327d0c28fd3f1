/* The network kept in a file: the same as a fresh one, never a stale or damaged one. */
#include "network_fixture.h"

#include <sys/stat.h>
#include <unistd.h>

static char folder[512], cache_path[600], rows_path[600];

static int make_folder(void **state) {
    (void)state;
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/tp_cache_XXXXXX", parent == NULL ? "/tmp" : parent);
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    snprintf(cache_path, sizeof cache_path, "%s/net.cache", folder);
    snprintf(rows_path, sizeof rows_path, "%s/net.cache.rows", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    remove(cache_path);
    remove(rows_path);
    return rmdir(folder); /* fails when anything else was left behind */
}

/* Roads of all fates, a railway. `shift` moves one vertex. */
static town make_town(double shift) {
    town t = begin_town();
    char line[100];
    snprintf(line, sizeof line, "130 32, 130.05 %.3f, 130.1 32", 32.01 + shift);
    set_number(t.roads, add_road(&t, "a", line), "kmh", 36);
    set_number(t.roads, add_road(&t, "bad", "130 32, 130.1 32.1"), "kmh", -1);
    set_number(t.roads, add_road(&t, "b", "130.1 32, 130.2 32"), "kmh", 72);
    set_number(t.roads, add_road(&t, "again", "130.1 32, 130.2 32"), "kmh", 72);
    set_number(t.roads, add_road(&t, "self", "131 32, 131.1 32, 131.1 32.1, 131.05 32.1, 131.1 32"), "kmh", 30);
    set_text(t.roads, 0, "oneway", "yes");
    tp_layer *stations = add_layer(t.dataset, "stations", TP_GEOMETRY_POINT);
    add_place(stations, "home", 130.1, 32.001);
    set_text(stations, add_place(stations, "core", 139, 35), "metro", "Metro");
    tp_layer *rail = add_layer(t.dataset, "rail", TP_GEOMETRY_NONE);
    add_row(rail, "ride");
    set_text(rail, 0, "from_station", "home");
    set_text(rail, 0, "to_station", "core");
    set_number(rail, 0, "minutes", 45);
    add_row(rail, "nowhere");
    set_text(rail, 1, "from_station", "home");
    set_text(rail, 1, "to_station", "x");
    return t;
}

static tp_code build_cached(town *t, const char *more) {
    char settings[800];
    snprintf(settings, sizeof settings,
             "roads: roads, speed: kmh, oneway: oneway, stations: stations, rail: rail, cache: '%s'%s", cache_path,
             more);
    return build_with(t, settings, 2020, 2);
}

static void assert_state(const town *t, tp_cache_state expected) {
    assert_true(t->dataset->network->has_cache);
    assert_string_equal(tp_cache_state_text(t->dataset->network->cache), tp_cache_state_text(expected));
}

static void assert_same(const town *a, const town *b) {
    const tp_transport *left = a->dataset->network, *right = b->dataset->network;
    assert_memory_equal(left->count, right->count, sizeof left->count);
    assert_int_equal(left->network->n_nodes, right->network->n_nodes);
    assert_int_equal(left->network->n_edges, right->network->n_edges);
    assert_memory_equal(left->network->out.edge, right->network->out.edge, sizeof(tp_edge) * left->network->n_edges);
    assert_memory_equal(left->network->ways.source_row, right->network->ways.source_row,
                        sizeof(int64_t) * (size_t)left->network->ways.n_ways);
    assert_int_equal(left->n_stops, right->n_stops);
    for (int64_t i = 0; i < left->n_stops; i++) {
        assert_int_equal(left->stops[i].node, right->stops[i].node);
        assert_int_equal(left->stops[i].kind, right->stops[i].kind);
        assert_int_equal(left->stops[i].row, right->stops[i].row);
    }
    assert_int_equal(left->metros[0].in, right->metros[0].in);
    assert_int_equal(left->metros[0].n_core_stations, right->metros[0].n_core_stations);
    assert_int_equal(a->dataset->n_rejects, b->dataset->n_rejects);
    for (size_t i = 0; i < a->dataset->n_rejects; i++) {
        const tp_reject *l = &a->dataset->rejects[i], *r = &b->dataset->rejects[i];
        assert_int_equal(l->source_fid, r->source_fid);
        assert_string_equal(l->reason, r->reason);
        assert_string_equal(l->detail, r->detail);
    }
    assert_int_equal(a->roads->n_rows, b->roads->n_rows);
}

static void loaded_is_the_same_as_made(void **state) {
    (void)state;
    town made = make_town(0), loaded = make_town(0);
    assert_int_equal(build_cached(&made, ""), TP_OK);
    assert_state(&made, TP_CACHE_ABSENT);
    assert_int_equal(made.dataset->n_rejects, 4);
    assert_int_equal(build_cached(&loaded, ""), TP_OK);
    assert_state(&loaded, TP_CACHE_LOADED);
    assert_same(&made, &loaded);
    end_town(&loaded);
    loaded = make_town(0);
    assert_int_equal(build_cached(&loaded, ", model: yes"), TP_OK); /* only a label */
    assert_state(&loaded, TP_CACHE_LOADED);
    assert_int_equal(loaded.dataset->network->method, TP_METHOD_ROAD_MODEL);
    end_town(&loaded);
    end_town(&made);
}

/* Other inputs, other settings: made again, and right. */
static void stale_is_made_again(void **state) {
    (void)state;
    town t = make_town(0);
    assert_int_equal(build_cached(&t, ""), TP_OK);
    end_town(&t);
    t = make_town(0.001);
    assert_int_equal(build_cached(&t, ""), TP_OK);
    assert_state(&t, TP_CACHE_STALE);
    town plain = make_town(0.001);
    assert_int_equal(
        build_with(&plain, "roads: roads, speed: kmh, oneway: oneway, stations: stations, rail: rail", 2020, 1), TP_OK);
    assert_same(&t, &plain);
    end_town(&plain);
    end_town(&t);
    static const char *const settings[] = {", tolerance: 2 m", ", rail_wait: 16 min", ", snap: 3 km", ", toll: yes"};
    static const tp_cache_state expected[] = {TP_CACHE_STALE, TP_CACHE_STALE, TP_CACHE_STALE, TP_CACHE_STALE};
    for (int i = 0; i < 3; i++) {
        t = make_town(0.001);
        assert_int_equal(build_cached(&t, settings[i]), TP_OK);
        assert_state(&t, expected[i]);
        end_town(&t);
    }
    for (int i = 0; i < 4; i++) { /* a cell, a missing cell, an id, a station */
        t = make_town(0.001);
        if (i == 0) {
            set_number(t.roads, 2, "kmh", 71);
        } else if (i == 1) {
            tp_column_set_missing(tp_layer_column(t.roads, "oneway"), 0);
        } else if (i == 2) {
            set_text(tp_dataset_layer(t.dataset, "rail"), 0, "service", "a");
        } else {
            tp_dataset_layer(t.dataset, "stations")->lat_deg[0] += 1e-9;
        }
        assert_int_equal(build_cached(&t, ""), TP_OK);
        assert_state(&t, TP_CACHE_STALE);
        end_town(&t);
    }
    t = make_town(0.001);
    assert_int_equal(build_cached(&t, ""), TP_OK);
    assert_state(&t, TP_CACHE_STALE);
    end_town(&t);
}

static void cut(const char *path, long size) {
    assert_int_equal(truncate(path, size), 0);
}

static void flip(const char *path, long at) {
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fputc(byte ^ 0xFF, file), byte ^ 0xFF);
    fclose(file);
}

static void damaged_is_made_again(void **state) {
    (void)state;
    town good = make_town(0);
    assert_int_equal(
        build_with(&good, "roads: roads, speed: kmh, oneway: oneway, stations: stations, rail: rail", 2020, 1), TP_OK);
    for (int i = 0; i < 7; i++) {
        town t = make_town(0);
        assert_int_equal(build_cached(&t, ""), TP_OK);
        end_town(&t);
        struct stat rows, network;
        assert_int_equal(stat(rows_path, &rows), 0);
        assert_int_equal(stat(cache_path, &network), 0);
        switch (i) {
        case 0:
            cut(rows_path, rows.st_size - 1);
            break;
        case 1:
            flip(rows_path, rows.st_size - 1);
            break;
        case 2:
            cut(rows_path, 0);
            break;
        case 3:
            remove(rows_path);
            break;
        case 4:
            cut(cache_path, network.st_size / 2);
            break;
        case 5:
            flip(cache_path, network.st_size - 40);
            break;
        default:
            remove(cache_path);
        }
        t = make_town(0);
        assert_int_equal(build_cached(&t, ""), TP_OK);
        assert_true(t.dataset->network->cache != TP_CACHE_LOADED);
        assert_same(&good, &t);
        end_town(&t);
        t = make_town(0);
        assert_int_equal(build_cached(&t, ""), TP_OK); /* and written anew */
        assert_state(&t, TP_CACHE_LOADED);
        assert_same(&good, &t);
        end_town(&t);
    }
    end_town(&good);
}

static void a_place_that_cannot_be_written(void **state) {
    (void)state;
    town t = make_town(0);
    assert_int_equal(build_with(&t, "roads: roads, speed: kmh, cache: /nonexistent/net.cache", 2020, 1), TP_E_MACHINE);
    assert_non_null(strstr(t.error.message, "/nonexistent/net.cache"));
    assert_null(t.dataset->network);
    end_town(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loaded_is_the_same_as_made),
        cmocka_unit_test(stale_is_made_again),
        cmocka_unit_test(damaged_is_made_again),
        cmocka_unit_test(a_place_that_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
