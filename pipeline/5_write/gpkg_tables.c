/*
 * The SQL around a layer. See gpkg_tables.h.
 *
 * The table is made without AUTOINCREMENT and gets it when its rows are in: otherwise SQLite would look up and store the
 * last number for every row.
 */
#include "5_write/gpkg_tables.h"

#include <stdarg.h>
#include <string.h>

#define FID_PLAIN "\"fid\" INTEGER PRIMARY KEY NOT NULL"
#define FID_COUNTED "\"fid\" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"

/* Formats with sqlite3_mprintf (%w: a name inside "…", %Q: a text) and executes. */
static int execute(sqlite3 *db, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *sql = sqlite3_vmprintf(format, arguments);
    va_end(arguments);
    int result = sql == NULL ? SQLITE_NOMEM : sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    return result;
}

static const char *geometry_name(tp_geometry geometry) {
    return geometry == TP_GEOMETRY_POINT ? "POINT" : geometry == TP_GEOMETRY_LINE ? "MULTILINESTRING" : "MULTIPOLYGON";
}

static const char *type_name(tp_type type) {
    return type == TP_TYPE_DOUBLE ? "REAL" : type == TP_TYPE_INT64 ? "INTEGER" : "TEXT";
}

static void add_create(sqlite3_str *sql, const tp_sink_layer *layer) {
    sqlite3_str_appendf(sql, "CREATE TABLE \"%w\" ( " FID_PLAIN, layer->name);
    if (layer->geometry != TP_GEOMETRY_NONE) {
        sqlite3_str_appendf(sql, ", \"geom\" %s", geometry_name(layer->geometry));
    }
    for (size_t i = 0; i < layer->n_fields; i++) {
        sqlite3_str_appendf(sql, ", \"%w\" %s", layer->fields[i].name, type_name(layer->fields[i].type));
    }
    sqlite3_str_appendall(sql, ");");
}

static char *insert_sql(const tp_sink_layer *layer) {
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "INSERT INTO \"%w\" VALUES (?", layer->name);
    size_t n = layer->n_fields + (layer->geometry != TP_GEOMETRY_NONE ? 1 : 0);
    for (size_t i = 0; i < n; i++) {
        sqlite3_str_appendall(sql, ",?");
    }
    sqlite3_str_appendall(sql, ")");
    return sqlite3_str_finish(sql);
}

bool tp_gpkg_begin_sql(const tp_sink_layer *layer, int32_t srs_id, const char *change, char **create, char **insert) {
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
        sqlite3_str_appendf(sql, "INSERT INTO gpkg_geometry_columns VALUES (%Q, 'geom', %Q, %d, 0, 0)", layer->name,
                            geometry_name(layer->geometry), srs_id);
    }
    *create = sqlite3_str_finish(sql);
    *insert = insert_sql(layer);
    return *create != NULL && *insert != NULL;
}

/* Gives the table's `fid` the AUTOINCREMENT that GDAL's tables have; the file holds the schema as this very text. */
static int count_fids(sqlite3 *db, const char *name, int64_t n_rows) {
    int result = sqlite3_exec(db, "PRAGMA writable_schema = ON", NULL, NULL, NULL);
    if (result == SQLITE_OK) {
        result = execute(db,
                         "UPDATE sqlite_master SET sql = replace(sql, '" FID_PLAIN "', '" FID_COUNTED
                         "') WHERE type = 'table' AND name = %Q",
                         name);
    }
    if (result == SQLITE_OK) {
        result = sqlite3_exec(db, "PRAGMA writable_schema = RESET", NULL, NULL, NULL);
    }
    if (result == SQLITE_OK && n_rows > 0) {
        result = execute(db, "INSERT INTO sqlite_sequence VALUES (%Q, %lld)", name, (long long)n_rows);
    }
    return result;
}

/* Rows of two integers, or of an integer and a blob (`blobs` not NULL), into a shadow table of the index. */
static int fill_shadow(sqlite3 *db, const char *name, const char *shadow, int64_t n, const tp_rtree_box *ids,
                       const int64_t *values, const uint8_t *blobs) {
    sqlite3_stmt *insert = NULL;
    char *sql = sqlite3_mprintf("INSERT INTO \"rtree_%w_geom_%s\" VALUES (?, ?)", name, shadow);
    int result = sql == NULL ? SQLITE_NOMEM : sqlite3_prepare_v2(db, sql, -1, &insert, NULL);
    sqlite3_free(sql);
    for (int64_t i = 0; result == SQLITE_OK && i < n; i++) {
        if (values != NULL && values[i] == 0) {
            continue; /* the root has no parent */
        }
        (void)sqlite3_bind_int64(insert, 1, ids != NULL ? ids[i].id : i + 1);
        if (blobs != NULL) {
            (void)sqlite3_bind_blob(insert, 2, blobs + i * TP_RTREE_NODE_BYTES, TP_RTREE_NODE_BYTES, SQLITE_STATIC);
        } else {
            (void)sqlite3_bind_int64(insert, 2, values[i]);
        }
        (void)sqlite3_step(insert);
        result = sqlite3_reset(insert);
    }
    (void)sqlite3_finalize(insert);
    return result;
}

static int make_index(sqlite3 *db, const char *name, const tp_rtree_box *boxes, int64_t n_boxes,
                      const tp_packed_rtree *tree) {
    int result = execute(db, "CREATE VIRTUAL TABLE \"rtree_%w_geom\" USING rtree(id, minx, maxx, miny, maxy)", name);
    if (result == SQLITE_OK && tree != NULL) {
        result = execute(db, "DELETE FROM \"rtree_%w_geom_node\"", name);
        result = result == SQLITE_OK ? fill_shadow(db, name, "node", tree->n_nodes, NULL, NULL, tree->blobs) : result;
        result =
            result == SQLITE_OK ? fill_shadow(db, name, "parent", tree->n_nodes, NULL, tree->parent, NULL) : result;
        result = result == SQLITE_OK ? fill_shadow(db, name, "rowid", n_boxes, boxes, tree->leaf, NULL) : result;
    }
    if (result == SQLITE_OK) {
        result = execute(db,
                         "INSERT INTO gpkg_extensions VALUES (%Q, 'geom', 'gpkg_rtree_index', "
                         "'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
                         name);
    }
    return result;
}

/* The triggers that keep the index true when the table is edited: those of the standard's extension, annex F.3. */
static int make_index_triggers(sqlite3 *db, const char *name) {
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
    int result = SQLITE_OK;
    for (size_t i = 0; result == SQLITE_OK && i < sizeof triggers / sizeof triggers[0]; i++) {
        bool moves = strcmp(triggers[i].what, "move") == 0;
        sqlite3_str *sql = sqlite3_str_new(db);
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
        sqlite3_str_appendall(sql, "END");
        char *text = sqlite3_str_finish(sql);
        result = text == NULL ? SQLITE_NOMEM : sqlite3_exec(db, text, NULL, NULL, NULL);
        sqlite3_free(text);
    }
    return result;
}

/* How many features GDAL will find, kept up to date by triggers of its own. */
static int make_feature_count(sqlite3 *db, const char *name, int64_t n_rows) {
    int result = execute(db, "INSERT INTO gpkg_ogr_contents VALUES (%Q, %lld)", name, (long long)n_rows);
    static const char *const events[][3] = {{"insert", "INSERT", "+"}, {"delete", "DELETE", "-"}};
    for (size_t i = 0; result == SQLITE_OK && i < 2; i++) {
        result = execute(db,
                         "CREATE TRIGGER \"trigger_%s_feature_count_%w\" AFTER %s ON \"%w\" BEGIN UPDATE "
                         "gpkg_ogr_contents SET feature_count = feature_count %s 1 WHERE lower(table_name) = "
                         "lower(%Q); END",
                         events[i][0], name, events[i][1], name, events[i][2], name);
    }
    return result;
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

int tp_gpkg_end_table(sqlite3 *db, const char *name, tp_geometry geometry, const tp_gpkg_extent *extent,
                      const tp_rtree_box *boxes, int64_t n_boxes, const tp_packed_rtree *tree) {
    int result = count_fids(db, name, extent->n_rows);
    if (result == SQLITE_OK && geometry != TP_GEOMETRY_NONE) {
        result = make_index(db, name, boxes, n_boxes, tree);
    }
    if (result == SQLITE_OK && geometry != TP_GEOMETRY_NONE) {
        result = make_index_triggers(db, name);
    }
    if (result == SQLITE_OK && extent->has_box) {
        result = put_extent(db, name, extent);
    }
    return result == SQLITE_OK ? make_feature_count(db, name, extent->n_rows) : result;
}
