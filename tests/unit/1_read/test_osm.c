/* OpenStreetMap's .osm.pbf read as roads: stretches, node ids, tags, and files that cannot be used. */
#include "made_files.h"
#include "made_pbf.h"

#include "1_read/osm.h"
#include "1_read/rejects.h"

/* Two streets that cross in node 3, a bridge over the second, a roundabout, a ferry; footways and areas between.
 *
 *        5                    way 100: 1-2-3-4  primary, maxspeed 50
 *        |                    way 101: 5-3-6    residential, oneway
 *    1-2-3-4   12-13          way 102: 7-8      trunk bridge (crosses 3-6 without a node)
 *        |                    way 103: 9-10-11-9 roundabout; way 104: 10-12 service
 *      7-+-8                  way 105: 12-13 ferry
 *        6                                                                                                         */
static void make_town(tp_text *file) {
    pbf p = {0};
    static const int64_t at[][3] = {
        {1, 1300000000, 320000000},  {2, 1300010000, 320000000},  {3, 1300020000, 320000000},
        {4, 1300030000, 320000000},  {5, 1300020000, 320010000},  {6, 1300020000, 319990000},
        {7, 1300010000, 319995000},  {8, 1300030000, 319995000},  {9, 1300050000, 320000000},
        {10, 1300055000, 320005000}, {11, 1300060000, 320000000}, {12, 1300070000, 320020001},
        {13, 1300080000, -20000003}, {14, -1300080000, 20000003},
    };
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        pbf_node(&p, at[i][0], at[i][1], at[i][2]);
    }
    pbf_way(&p, 100, PBF_REFS(1, 2, 3, 4),
            PBF_TAGS("highway=primary", "maxspeed=50", "name=国道3号", "name:en=Route 3"));
    pbf_way(&p, 101, PBF_REFS(5, 3, 6), PBF_TAGS("oneway=yes", "highway=residential", "note=x"));
    pbf_way(&p, 102, PBF_REFS(7, 8), PBF_TAGS("highway=trunk", "bridge=yes", "layer=1", "toll=yes"));
    pbf_way(&p, 103, PBF_REFS(9, 10, 11, 9), PBF_TAGS("highway=tertiary", "junction=roundabout"));
    pbf_way(&p, 104, PBF_REFS(10, 12), PBF_TAGS("highway=service", "access=private"));
    pbf_way(&p, 105, PBF_REFS(12, 13), PBF_TAGS("route=ferry", "duration=00:40"));
    pbf_way(&p, 106, PBF_REFS(2, 6), PBF_TAGS("highway=footway"));
    pbf_way(&p, 107, PBF_REFS(2, 5, 6, 2), PBF_TAGS("highway=service", "area=yes"));
    pbf_way(&p, 108, PBF_REFS(2, 14), PBF_TAGS("building=yes"));
    pbf_end(&p, file);
}

static void write_file(const char *name, tp_text *file) {
    write_bytes(name, tp_text_get(file), file->size);
    tp_text_reset(file);
}

static int64_t integer(const entry *e, const char *column, int64_t row) {
    const tp_column *c = tp_layer_column(e->layer, column);
    assert_non_null(c);
    assert_int_equal(c->type, TP_TYPE_INT64);
    assert_int_equal(c->valid[row], 1);
    return c->i64[row];
}

static void assert_stretch(const entry *e, int64_t row, const char *id, int64_t way, int64_t from, int64_t to,
                           int64_t n_vertices) {
    assert_string_equal(tp_layer_id(e->layer, row), id);
    assert_int_equal(e->layer->source_fid[row], way);
    assert_int_equal(integer(e, "osm_id", row), way);
    assert_int_equal(integer(e, "from_node", row), from);
    assert_int_equal(integer(e, "to_node", row), to);
    const tp_shapes *s = &e->layer->shapes;
    assert_int_equal(s->row_first[row + 1] - s->row_first[row], 1);
    assert_int_equal(s->ring_first[row + 1] - s->ring_first[row], n_vertices);
}

static void ways_become_stretches(void **state) {
    (void)state;
    tp_text file = {0};
    make_town(&file);
    write_file("town.osm.pbf", &file);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: town.osm.pbf }"), TP_OK);
    const tp_head *head = tp_schema_find(&e.plan.schema, "places");
    assert_int_equal(head->geometry, TP_GEOMETRY_LINE);
    assert_int_equal(head->n_features, -1);
    assert_int_equal(e.layer->n_rows, 9);
    assert_stretch(&e, 0, "100/1", 100, 1, 3, 3);
    assert_stretch(&e, 1, "100/2", 100, 3, 4, 2);
    assert_stretch(&e, 2, "101/1", 101, 5, 3, 2);
    assert_stretch(&e, 3, "101/2", 101, 3, 6, 2);
    assert_stretch(&e, 4, "102/1", 102, 7, 8, 2); /* the bridge is not cut */
    assert_stretch(&e, 5, "103/1", 103, 9, 10, 2);
    assert_stretch(&e, 6, "103/2", 103, 10, 9, 3);
    assert_stretch(&e, 7, "104/1", 104, 10, 12, 2);
    assert_stretch(&e, 8, "105/1", 105, 12, 13, 2);
    assert_string_equal(cell(&e, "highway", 0), "primary");
    assert_string_equal(cell(&e, "maxspeed", 1), "50");
    assert_string_equal(cell(&e, "name", 1), "国道3号");
    assert_string_equal(cell(&e, "name_en", 1), "Route 3");
    assert_string_equal(cell(&e, "oneway", 3), "yes");
    assert_null(cell(&e, "oneway", 0));
    assert_string_equal(cell(&e, "toll", 4), "yes");
    assert_string_equal(cell(&e, "layer", 4), "1");
    assert_string_equal(cell(&e, "junction", 6), "roundabout");
    assert_string_equal(cell(&e, "access", 7), "private");
    assert_null(cell(&e, "highway", 8));
    assert_string_equal(cell(&e, "route", 8), "ferry");
    assert_string_equal(cell(&e, "duration", 8), "00:40");
    assert_string_equal(e.layer->crs, "EPSG:4326");
    assert_string_equal(e.dataset->sources[0].driver, "OSM roads");
    assert_int_equal(e.dataset->sources[0].features_kept, 9);
    assert_int_equal(e.dataset->n_rejects, 0);
    end_entry(&e);
}

/* The very decimals of the file. */
static void positions_are_exact(void **state) {
    (void)state;
    tp_text file = {0};
    make_town(&file);
    write_file("exact.pbf", &file);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: exact.pbf, layer: roads }"), TP_OK);
    const tp_shapes *s = &e.layer->shapes;
    assert_true(s->x[0] == 130.0 && s->y[0] == 32.0);
    assert_true(s->x[1] == 130.001 && s->y[1] == 32.0);
    int64_t last = s->n_vertices - 1;
    assert_true(s->x[last - 1] == 130.007 && s->y[last - 1] == 32.0020001);
    assert_true(s->x[last] == 130.008 && s->y[last] == -2.0000003);
    end_entry(&e);
}

/* Known by its content: any name will do, and a file that is only called so is not one. */
static void known_by_content(void **state) {
    (void)state;
    tp_text file = {0};
    make_town(&file);
    write_file("town.bin", &file);
    assert_true(tp_osm_is_wanted(made("town.bin"), NULL));
    assert_true(tp_osm_is_wanted(made("town.bin"), "roads"));
    assert_false(tp_osm_is_wanted(made("town.bin"), "lines"));
    assert_false(tp_osm_is_wanted(made("nowhere.pbf"), NULL));
    entry e;
    assert_int_equal(read_entry(&e, "{ file: town.bin }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 9);
    end_entry(&e);
    write_text("not.osm.pbf", "id,lon,lat\na,130,32\n");
    assert_false(tp_osm_is_wanted(made("not.osm.pbf"), NULL));
    assert_int_equal(check_entry(&e, "{ file: not.osm.pbf }", TP_STOP), TP_E_DATA);
    end_entry(&e);
}

static void read_from_archives(void **state) {
    (void)state;
    tp_text file = {0};
    make_town(&file);
    char *path = tp_text_format("/vsigzip/%s", made("town.pbf.gz"));
    VSILFILE *out = VSIFOpenL(path, "wb");
    assert_non_null(out);
    assert_int_equal(VSIFWriteL(file.data, 1, file.size, out), file.size);
    VSIFCloseL(out);
    free(path);
    tp_text_reset(&file);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: town.pbf.gz }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 9);
    end_entry(&e);
}

static void entry_settings_hold(void **state) {
    (void)state;
    tp_text file = {0};
    make_town(&file);
    write_file("set.pbf", &file);
    entry e;
    assert_int_equal(
        read_entry(&e, "{ file: set.pbf, columns: { class: highway }, name: name, where: class = primary }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 2);
    assert_string_equal(cell(&e, "class", 1), "primary");
    assert_string_equal(tp_layer_label(e.layer, 0), "国道3号");
    end_entry(&e);
    assert_int_equal(check_entry(&e, "{ file: set.pbf, id: nothing }", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "nothing"));
    end_entry(&e);
    make_town(&file);
    write_file("again.bin", &file);
    assert_int_equal(read_entry(&e, "{ file: [set.pbf, again.bin] }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 18);
    assert_string_equal(tp_layer_id(e.layer, 0), "1-100/1");
    assert_string_equal(tp_layer_id(e.layer, 9), "2-100/1");
    end_entry(&e);
}

static void odd_ways(void **state) {
    (void)state;
    pbf p = {0};
    pbf_node(&p, 1, 1300000000, 320000000);
    pbf_node(&p, 2, 1300010000, 320000000);
    pbf_node(&p, 3, 1300020000, 320010000);
    pbf_way(&p, 1, PBF_REFS(1), PBF_TAGS("highway=primary"));
    pbf_way(&p, 2, PBF_REFS(1, 2, 1), PBF_TAGS("highway=primary", "name=\xff\xfe"));
    pbf_way(&p, 3, PBF_REFS(3, 2, 3, 1), PBF_TAGS("highway=motorway_link"));
    tp_text file = {0};
    pbf_end(&p, &file);
    write_file("odd.pbf", &file);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: odd.pbf }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 5);
    assert_int_equal(count_rejects(&e, TP_REJECT_EMPTY_GEOMETRY), 1);
    assert_string_equal(find_reject(&e, TP_REJECT_EMPTY_GEOMETRY)->detail, "a way of one node");
    assert_int_equal(find_reject(&e, TP_REJECT_EMPTY_GEOMETRY)->source_fid, 1);
    assert_int_equal(count_rejects(&e, TP_REJECT_NOT_DECODED), 2); /* both stretches of way 2 */
    assert_stretch(&e, 0, "2/1", 2, 1, 2, 2);                      /* node 2 is way 3's as well */
    assert_stretch(&e, 1, "2/2", 2, 2, 1, 2);
    assert_stretch(&e, 2, "3/1", 3, 3, 2, 2); /* node 3 is used twice by its own way */
    assert_stretch(&e, 3, "3/2", 3, 2, 3, 2);
    assert_stretch(&e, 4, "3/3", 3, 3, 1, 2);
    end_entry(&e);
}

/* What one way of using a file wrongly says, once it is read. */
static void assert_fails(const char *name, const char *part) {
    entry e;
    char yaml[100];
    snprintf(yaml, sizeof yaml, "{ file: %s }", name);
    assert_int_equal(read_entry(&e, yaml), TP_E_DATA);
    if (strstr(e.error.message, part) == NULL) {
        fail_msg("'%s' does not say '%s'", e.error.message, part);
    }
    assert_null(e.layer);
    end_entry(&e);
}

static void files_without_their_nodes(void **state) {
    (void)state;
    tp_text file = {0};
    pbf p = {0};
    pbf_plain_node(&p, 1, 1300000000, 320000000);
    pbf_plain_node(&p, 2, 1300010000, 320000000);
    pbf_way(&p, 7, PBF_REFS(1, 2), PBF_TAGS("highway=primary"));
    pbf_end(&p, &file);
    write_file("plain.pbf", &file);
    entry e; /* nodes that are not dense are as good */
    assert_int_equal(read_entry(&e, "{ file: plain.pbf }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 1);
    assert_true(e.layer->shapes.x[1] == 130.001 && e.layer->shapes.y[1] == 32.0);
    end_entry(&e);
    pbf_node(&p, 1, 1300000000, 320000000);
    pbf_way(&p, 7, PBF_REFS(1, 2), PBF_TAGS("highway=primary"));
    pbf_end(&p, &file);
    write_file("missing.pbf", &file);
    assert_fails("missing.pbf", "missing.pbf: way 7 refers to node 2, which the file does not hold (1 of the 2 nodes");
    pbf_node(&p, 1, 1300000000, 320000000);
    pbf_way(&p, 7, PBF_REFS(1, 2), PBF_TAGS("highway=footway"));
    pbf_end(&p, &file);
    write_file("foot.pbf", &file);
    assert_fails("foot.pbf", "foot.pbf: holds no roads");
    pbf_node(&p, 1, 1300000000, 320000000);
    pbf_node(&p, 2, 1300000000, 920000000);
    pbf_way(&p, 7, PBF_REFS(1, 2), PBF_TAGS("highway=primary"));
    pbf_end(&p, &file);
    write_file("pole.pbf", &file);
    assert_fails("pole.pbf", "node 2 has no proper position");
}

/* Cut at any byte: a fault when it is checked (or no .pbf at all), never a part of the roads. */
static void cut_files(void **state) {
    (void)state;
    tp_text file = {0};
    make_town(&file);
    size_t size = file.size, header = 4 + 11, whole = 0; /* the bytes by which it is known */
    for (size_t cut = 1; cut < size; cut++) {
        entry e;
        write_bytes("cut.pbf", file.data, cut);
        tp_code code = check_entry(&e, "{ file: cut.pbf }", TP_STOP);
        if (code == TP_OK) { /* between two blocks */
            whole++;
            assert_int_equal(run_entry(&e), TP_E_DATA);
            assert_true(strstr(e.error.message, "cut.pbf: ") == e.error.message);
        } else {
            assert_int_equal(code, TP_E_DATA);
            assert_true(cut < header || fault_says(&e.faults, "c.yaml:1:9: cut.pbf: "));
        }
        end_entry(&e);
    }
    assert_int_equal(whole, 2); /* after the header, after the nodes */
    tp_text_reset(&file);
}

/* What became of a file in memory: read, refused, and nothing else. */
static tp_code load(const tp_text *file, tp_error *error) {
    tp_osm_ways ways = {0};
    tp_code code = TP_E_DATA;
    *error = (tp_error){0};
    write_bytes("load.pbf", file->data, file->size);
    if (tp_pbf_is(made("load.pbf"))) {
        code = tp_pbf_check(made("load.pbf"), "load.pbf", error);
        code = code == TP_OK ? tp_osm_load(made("load.pbf"), "load.pbf", &ways, error) : code;
    }
    assert_true(code == TP_OK || code == TP_E_DATA);
    tp_osm_ways_reset(&ways);
    return code;
}

/* Any one byte damaged: refused, since every block has a checksum; only ids of no use may differ unseen. */
static void damaged_files(void **state) {
    (void)state;
    tp_text file = {0};
    tp_error error;
    int64_t n_read = 0;
    make_town(&file);
    assert_int_equal(load(&file, &error), TP_OK);
    for (size_t at = 0; at < file.size; at++) {
        char was = file.data[at];
        file.data[at] = (char)(was ^ 0x55);
        n_read += load(&file, &error) == TP_OK;
        file.data[at] = was;
    }
    assert_true(n_read < 60); /* types of blocks and fields that are passed over */
    tp_text_reset(&file);
}

/* Wrong inside a block that is whole: numbers that run on, texts that are not there, lists of unequal length. */
static void hostile_files(void **state) {
    (void)state;
    uint32_t seed = 1;
    int64_t n[2] = {0};
    tp_gdal_scope scope;
    tp_gdal_begin(&scope);
    for (int i = 0; i < 3000; i++) {
        pbf p = {0};
        tp_text file = {0};
        tp_error error;
        for (int k = 1; k < 15; k++) {
            pbf_node(&p, k, 1300000000 + k * 10000, 320000000 + k * 777);
        }
        pbf_way(&p, 100, PBF_REFS(1, 2, 3, 4), PBF_TAGS("highway=primary", "maxspeed=50", "name=x"));
        pbf_way(&p, 101, PBF_REFS(5, 3, 6), PBF_TAGS("highway=service"));
        pbf_way(&p, 102, PBF_REFS(7, 8, 14), PBF_TAGS("route=ferry", "duration=00:40"));
        tp_text *const parts[] = {&p.nodes, &p.lats, &p.lons, &p.ways, &p.ways};
        tp_text *part = parts[i % 5];
        for (int k = 0; k < 1 + i % 4; k++) {
            seed = seed * 1664525 + 1013904223;
            part->data[(seed >> 8) % part->size] = (char)(seed % 3 == 0 ? 0xFF : seed >> 16);
            seed = seed * 1664525 + 1013904223;
        }
        part->size -= i % 10 == 9 ? (seed >> 8) % part->size : 0;
        pbf_end(&p, &file);
        n[load(&file, &error) == TP_OK]++;
        tp_text_reset(&file);
    }
    tp_gdal_end(&scope);
    assert_true(n[0] > 1000 && n[1] > 100);
}

static void other_kinds_of_blocks(void **state) {
    (void)state;
    tp_text file = {0}, content = {0}, header = {0}, blob = {0};
    tp_error error;
    pbf p = {0};
    make_town(&file);
    pbf_bytes(&content, 1, "x", 1);
    pbf_block(&file, "Unknown", &content); /* passed over */
    assert_int_equal(load(&file, &error), TP_OK);
    pbf_bytes(&blob, 4, "lzma", 4);
    pbf_bytes(&header, 1, "OSMData", strlen("OSMData"));
    pbf_number(&header, 3, blob.size);
    char size[] = {0, 0, 0, (char)header.size};
    tp_text_add_bytes(&file, size, sizeof size);
    tp_text_add_bytes(&file, tp_text_get(&header), header.size);
    tp_text_add_bytes(&file, tp_text_get(&blob), blob.size);
    assert_int_equal(load(&file, &error), TP_E_DATA);
    assert_string_equal(error.message, "load.pbf: block 5 is packed in a way that is not known (expected zlib)");
    tp_text_reset(&file);
    tp_text_reset(&header);
    tp_text_reset(&blob);
    pbf_bytes(&content, 4, "HistoricalInformation", strlen("HistoricalInformation"));
    pbf_block(&file, "OSMHeader", &content);
    pbf_node(&p, 1, 1, 1);
    tp_text rest = {0};
    pbf_end(&p, &rest);
    tp_text_add_bytes(&file, rest.data, rest.size);
    assert_int_equal(load(&file, &error), TP_E_DATA);
    assert_string_equal(error.message, "load.pbf: needs a reader that knows 'HistoricalInformation'");
    tp_text_reset(&rest);
    tp_text_reset(&file);
}

static void porto(void **state) {
    (void)state;
    const char *shared = getenv("TP_SHARED_DATA");
    char path[600], yaml[700];
    snprintf(path, sizeof path, "%s/roads/porto.osm.pbf", shared == NULL ? "" : shared);
    if (access(path, R_OK) != 0) {
        skip();
    }
    entry e;
    snprintf(yaml, sizeof yaml, "{ file: %s }", path);
    assert_int_equal(read_entry(&e, yaml), TP_OK);
    /* counted by another program (osmium's text form and forty lines of Python) */
    assert_int_equal(e.dataset->sources[0].features_read, 91683 + 39);
    assert_int_equal(e.layer->n_rows, 91683);
    assert_int_equal(count_rejects(&e, TP_REJECT_EMPTY_GEOMETRY), 39);
    assert_int_equal(e.dataset->n_rejects, 39);
    assert_int_equal(e.layer->shapes.n_vertices, 424230);
    end_entry(&e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways_become_stretches),
        cmocka_unit_test(positions_are_exact),
        cmocka_unit_test(known_by_content),
        cmocka_unit_test(read_from_archives),
        cmocka_unit_test(entry_settings_hold),
        cmocka_unit_test(odd_ways),
        cmocka_unit_test(files_without_their_nodes),
        cmocka_unit_test(cut_files),
        cmocka_unit_test(damaged_files),
        cmocka_unit_test(hostile_files),
        cmocka_unit_test(other_kinds_of_blocks),
        cmocka_unit_test(porto),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
