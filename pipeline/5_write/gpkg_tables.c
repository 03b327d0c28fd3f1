/* The SQL around a layer. See gpkg_tables.h. */
#include "5_write/gpkg_tables.h"

#include <string.h>

static const char *geometry_name(tp_geometry geometry) {
    return geometry == TP_GEOMETRY_POINT ? "POINT" : geometry == TP_GEOMETRY_LINE ? "MULTILINESTRING" : "MULTIPOLYGON";
}

static const char *type_name(tp_type type) {
    return type == TP_TYPE_DOUBLE ? "REAL" : type == TP_TYPE_INT64 ? "INTEGER" : "TEXT";
}

static void add_create(sqlite3_str *sql, const tp_sink_layer *layer) {
    sqlite3_str_appendf(sql, "CREATE TABLE \"%w\" ( \"%w\" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", layer->name,
                        layer->fid != NULL ? layer->fid : "fid");
    if (layer->geometry != TP_GEOMETRY_NONE) {
        sqlite3_str_appendf(sql, ", \"geom\" %s", geometry_name(layer->geometry));
    }
    for (size_t i = 0; i < layer->n_fields; i++) {
        sqlite3_str_appendf(sql, ", \"%w\" %s", layer->fields[i].name, type_name(layer->fields[i].type));
    }
    sqlite3_str_appendall(sql, ");");
}

static void add_index(sqlite3_str *sql, const char *name) {
    sqlite3_str_appendf(sql, "CREATE VIRTUAL TABLE \"rtree_%w_geom\" USING rtree(id, minx, maxx, miny, maxy);", name);
    sqlite3_str_appendf(sql,
                        "INSERT INTO gpkg_extensions VALUES (%Q, 'geom', 'gpkg_rtree_index', "
                        "'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');",
                        name);
}

/* The triggers that keep the index true when the table is edited: those of the standard's extension, annex F.3. */
static void add_index_triggers(sqlite3_str *sql, const char *name) {
    static const struct {
        const char *suffix, *when, *what;
    } triggers[] = {
        {"insert", "AFTER INSERT ON \"%w\" WHEN (new.\"geom\" NOT NULL AND NOT ST_IsEmpty(NEW.\"geom\"))", "put"},
        {"update1",
         "AFTER UPDATE OF \"geom\" ON \"%w\" WHEN OLD.\"fid\" = NEW.\"fid\" AND (NEW.\"geom\" NOTNULL AND NOT "
         "ST_IsEmpty(NEW.\"geom\"))",
         "put"},
        {"update2",
         "AFTER UPDATE OF \"geom\" ON \"%w\" WHEN OLD.\"fid\" = NEW.\"fid\" AND (NEW.\"geom\" ISNULL OR "
         "ST_IsEmpty(NEW.\"geom\"))",
         "drop"},
        {"update3",
         "AFTER UPDATE ON \"%w\" WHEN OLD.\"fid\" != NEW.\"fid\" AND (NEW.\"geom\" NOTNULL AND NOT "
         "ST_IsEmpty(NEW.\"geom\"))",
         "move"},
        {"update4",
         "AFTER UPDATE ON \"%w\" WHEN OLD.\"fid\" != NEW.\"fid\" AND (NEW.\"geom\" ISNULL OR "
         "ST_IsEmpty(NEW.\"geom\"))",
         "both"},
        {"delete", "AFTER DELETE ON \"%w\" WHEN old.\"geom\" NOT NULL", "drop"},
    };
    static const struct {
        const char *name, *sql;
    } actions[] = {
        {"put", "INSERT OR REPLACE INTO \"rtree_%w_geom\" VALUES (NEW.\"fid\",ST_MinX(NEW.\"geom\"), "
                "ST_MaxX(NEW.\"geom\"),ST_MinY(NEW.\"geom\"), ST_MaxY(NEW.\"geom\"));"},
        {"drop", "DELETE FROM \"rtree_%w_geom\" WHERE id = OLD.\"fid\";"},
        {"both", "DELETE FROM \"rtree_%w_geom\" WHERE id IN (OLD.\"fid\", NEW.\"fid\");"},
    };
    for (size_t i = 0; i < sizeof triggers / sizeof triggers[0]; i++) {
        bool moves = strcmp(triggers[i].what, "move") == 0;
        sqlite3_str_appendf(sql, "CREATE TRIGGER \"rtree_%w_geom_%s\" ", name, triggers[i].suffix);
        sqlite3_str_appendf(sql, triggers[i].when, name);
        sqlite3_str_appendall(sql, " BEGIN ");
        for (size_t k = 0; k < sizeof actions / sizeof actions[0]; k++) {
            bool wanted = moves ? k < 2 : strcmp(actions[k].name, triggers[i].what) == 0;
            size_t at = moves && k < 2 ? 1 - k : k; /* dropped, then put */
            if (wanted) {
                sqlite3_str_appendf(sql, actions[at].sql, name);
                sqlite3_str_appendall(sql, " ");
            }
        }
        sqlite3_str_appendall(sql, "END;");
    }
}

/* How many features GDAL will find, kept up to date by triggers of its own. */
static void add_feature_count(sqlite3_str *sql, const char *name) {
    static const char *const events[][3] = {{"insert", "INSERT", "+"}, {"delete", "DELETE", "-"}};
    sqlite3_str_appendf(sql, "INSERT INTO gpkg_ogr_contents VALUES (%Q, 0);", name);
    for (size_t i = 0; i < 2; i++) {
        sqlite3_str_appendf(sql,
                            "CREATE TRIGGER \"trigger_%s_feature_count_%w\" AFTER %s ON \"%w\" BEGIN UPDATE "
                            "gpkg_ogr_contents SET feature_count = feature_count %s 1 WHERE lower(table_name) = "
                            "lower(%Q); END;",
                            events[i][0], name, events[i][1], name, events[i][2], name);
    }
}

char *tp_gpkg_begin_sql(const tp_sink_layer *layer, int32_t srs_id, const char *change) {
    bool spatial = layer->geometry != TP_GEOMETRY_NONE;
    sqlite3_str *sql = sqlite3_str_new(NULL);
    add_create(sql, layer);
    sqlite3_str_appendf(sql,
                        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, "
                        "srs_id) VALUES (%Q, %Q, %Q, %Q, %Q, %d);",
                        layer->name, spatial ? "features" : "attributes",
                        layer->title != NULL ? layer->title : layer->name,
                        layer->description != NULL ? layer->description : "", change, spatial ? srs_id : 0);
    if (spatial) {
        sqlite3_str_appendf(sql, "INSERT INTO gpkg_geometry_columns VALUES (%Q, 'geom', %Q, %d, 0, 0);", layer->name,
                            geometry_name(layer->geometry), srs_id);
        add_index(sql, layer->name);
        add_index_triggers(sql, layer->name);
    }
    add_feature_count(sql, layer->name);
    return sqlite3_str_finish(sql);
}

uint32_t tp_gpkg_root(sqlite3 *db, const char *layer, tp_gpkg_table table) {
    static const char *const names[] = {"%s", "rtree_%s_geom_node", "rtree_%s_geom_parent", "rtree_%s_geom_rowid"};
    sqlite3_stmt *query = NULL;
    char *name = sqlite3_mprintf(names[table], layer);
    uint32_t root = 0;
    if (name != NULL && sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = ?",
                                           -1, &query, NULL) == SQLITE_OK) {
        (void)sqlite3_bind_text(query, 1, name, -1, SQLITE_STATIC);
        root = sqlite3_step(query) == SQLITE_ROW ? (uint32_t)sqlite3_column_int64(query, 0) : 0;
    }
    (void)sqlite3_finalize(query);
    sqlite3_free(name);
    return root;
}

static int put_extent(sqlite3 *db, const char *name, const tp_gpkg_extent *extent) {
    sqlite3_stmt *update = NULL;
    int result = sqlite3_prepare_v2(
        db, "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?", -1, &update,
        NULL);
    if (result == SQLITE_OK) {
        (void)sqlite3_bind_double(update, 1, extent->min_x);
        (void)sqlite3_bind_double(update, 2, extent->min_y);
        (void)sqlite3_bind_double(update, 3, extent->max_x);
        (void)sqlite3_bind_double(update, 4, extent->max_y);
        (void)sqlite3_bind_text(update, 5, name, -1, SQLITE_STATIC);
        (void)sqlite3_step(update);
        result = sqlite3_reset(update);
    }
    (void)sqlite3_finalize(update);
    return result;
}

static int put_counts(sqlite3 *db, const char *layer, int64_t n_rows) {
    char *sql = sqlite3_mprintf("UPDATE gpkg_ogr_contents SET feature_count = %lld WHERE table_name = %Q;"
                                "INSERT INTO sqlite_sequence SELECT %Q, %lld WHERE %lld > 0",
                                (long long)n_rows, layer, layer, (long long)n_rows, (long long)n_rows);
    int result = sql == NULL ? SQLITE_NOMEM : sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    return result;
}

int tp_gpkg_describe(sqlite3 *db, const char *layer, const tp_gpkg_extent *extent) {
    int result = put_counts(db, layer, extent->n_rows);
    return result == SQLITE_OK && extent->has_box ? put_extent(db, layer, extent) : result;
}
