/* The schema and metadata extensions of a GeoPackage. See gpkg_about.h. */
#include "5_write/gpkg_about.h"

#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

/* As in the standard (OGC 12-128r18, annexes F.9 and F.8). */
static const char EXTENSIONS[] =
    "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, "
    "definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, "
    "extension_name));";
static const char SCHEMA[] =
    "CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, "
    "description TEXT, mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), "
    "CONSTRAINT gdc_tn UNIQUE (table_name, name));"
    "CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value "
    "TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT, CONSTRAINT "
    "gdcc_ntv UNIQUE (constraint_name, constraint_type, value));"
    "INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema', "
    "'http://www.geopackage.org/spec121/#extension_schema', 'read-write'), ('gpkg_data_column_constraints', NULL, "
    "'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', 'read-write');";
static const char METADATA[] =
    "CREATE TABLE gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT "
    "'dataset', md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL "
    "DEFAULT '');"
    "CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, "
    "row_id_value INTEGER, timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id "
    "INTEGER NOT NULL, md_parent_id INTEGER, CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES "
    "gpkg_metadata(id), CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));"
    "INSERT INTO gpkg_extensions VALUES ('gpkg_metadata', NULL, 'gpkg_metadata', "
    "'http://www.geopackage.org/spec120/#extension_metadata', 'read-write'), ('gpkg_metadata_reference', NULL, "
    "'gpkg_metadata', 'http://www.geopackage.org/spec120/#extension_metadata', 'read-write');";

/* Is the title of column `i` that of another before it? Names are unique within a table. */
static bool is_repeated(const tp_sink_layer *layer, size_t i) {
    for (size_t k = 0; k < i; k++) {
        if (layer->words[k].title != NULL && strcmp(layer->words[k].title, layer->words[i].title) == 0) {
            return true;
        }
    }
    return false;
}

tp_code tp_gpkg_about_layer(tp_gpkg_about *about, const tp_sink_layer *layer, tp_error *error) {
    for (size_t i = 0; layer->words != NULL && i < layer->n_fields; i++) {
        const tp_column_words *words = &layer->words[i];
        if (words->title == NULL && words->description == NULL) {
            continue;
        }
        if (about->columns == NULL) {
            about->columns = sqlite3_str_new(NULL);
        }
        const char *column = layer->fields[i].name;
        char *name = words->title == NULL    ? NULL
                     : is_repeated(layer, i) ? sqlite3_mprintf("%s (%s)", words->title, column)
                                             : sqlite3_mprintf("%s", words->title);
        if (words->title != NULL && name == NULL) {
            return tp_error_memory(error);
        }
        sqlite3_str_appendf(about->columns, "INSERT INTO gpkg_data_columns VALUES (%Q, %Q, %Q, %Q, %Q, NULL, NULL);",
                            layer->name, column, name, name, words->description);
        sqlite3_free(name);
        if (sqlite3_str_errcode(about->columns) != SQLITE_OK) {
            return tp_error_memory(error);
        }
    }
    return TP_OK;
}

tp_code tp_gpkg_about_all(tp_gpkg_about *about, const char *metadata, tp_error *error) {
    free(about->metadata);
    about->metadata = tp_text_copy(metadata);
    return about->metadata == NULL ? tp_error_memory(error) : TP_OK;
}

static char *make_sql(tp_gpkg_about *about) {
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendall(sql, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;");
    sqlite3_str_appendall(sql, EXTENSIONS);
    if (about->columns != NULL) {
        sqlite3_str_appendall(sql, SCHEMA);
        sqlite3_str_append(sql, sqlite3_str_value(about->columns), sqlite3_str_length(about->columns));
    }
    if (about->metadata != NULL) {
        sqlite3_str_appendall(sql, METADATA);
        sqlite3_str_appendf(sql,
                            "INSERT INTO gpkg_metadata VALUES (1, 'dataset', 'http://www.isotc211.org/2005/gmd', "
                            "'text/xml', %Q);",
                            about->metadata);
        sqlite3_str_appendall(sql, "INSERT INTO gpkg_metadata_reference SELECT 'geopackage', NULL, NULL, NULL, "
                                   "max(last_change), 1, NULL FROM gpkg_contents;");
    }
    sqlite3_str_appendall(sql, "COMMIT");
    return sqlite3_str_finish(sql);
}

tp_code tp_gpkg_about_write(tp_gpkg_about *about, const char *path, const char *shown, tp_error *error) {
    if (about->columns == NULL && about->metadata == NULL) {
        return TP_OK;
    }
    sqlite3 *db = NULL;
    char *sql = make_sql(about);
    tp_code code = TP_OK;
    if (sql == NULL) {
        code = tp_error_memory(error);
    } else if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
               sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        code = tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: %s", shown, sqlite3_errmsg(db));
    }
    (void)sqlite3_close(db);
    sqlite3_free(sql);
    return code;
}

void tp_gpkg_about_reset(tp_gpkg_about *about) {
    sqlite3_free(about->columns == NULL ? NULL : sqlite3_str_finish(about->columns));
    free(about->metadata);
    *about = (tp_gpkg_about){0};
}
