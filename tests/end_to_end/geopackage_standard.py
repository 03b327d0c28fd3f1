#!/usr/bin/python3
"""What the GeoPackage standard (OGC 12-128r18) asks of the tables around the layers. usage: FILE.gpkg; says each fault."""
import re
import sqlite3
import sys

db = sqlite3.connect(sys.argv[1])
faults = []


def need(truth, what):
    if not truth:
        faults.append(what)


def rows(sql, *values):
    return db.execute(sql, values).fetchall()


need(rows("PRAGMA application_id") == [(0x47504B47,)], "requirement 2: application_id")
need(rows("PRAGMA user_version")[0][0] >= 10200, "requirement 2: user_version")
need(rows("PRAGMA integrity_check") == [("ok",)], "requirement 6: integrity_check")
need(rows("PRAGMA foreign_key_check") == [], "requirement 7: foreign_key_check")
tables = {n for (n,) in rows("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
srs = {i for (i,) in rows("SELECT srs_id FROM gpkg_spatial_ref_sys")}
need({-1, 0, 4326} <= srs, "requirement 11: the three rows of gpkg_spatial_ref_sys")
contents = rows("SELECT table_name, data_type, identifier, last_change, srs_id, min_x, min_y, max_x, max_y FROM gpkg_contents")
need(len({c[2] for c in contents}) == len(contents), "gpkg_contents: identifiers are unique")
for name, kind, _, change, srs_id, *box in contents:
    need(name in tables, f"requirement 14: {name} is no table")
    need(kind in ("features", "attributes"), f"{name}: data_type {kind}")
    need(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", change), f"requirement 15: {name}: last_change {change}")
    need(srs_id is None or srs_id in srs, f"requirement 16: {name}: srs_id {srs_id}")
    key = [(c[1], c[2].upper()) for c in rows(f'PRAGMA table_info("{name}")') if c[5]]
    need(len(key) == 1 and key[0][1] == "INTEGER", f"requirement 29/119: {name}: its primary key {key}")
    types = {c[2].upper() for c in rows(f'PRAGMA table_info("{name}")')}
    need(types <= {"INTEGER", "REAL", "TEXT", "POINT", "MULTILINESTRING", "MULTIPOLYGON"}, f"requirement 5: {name}: {types}")
geometries = rows("SELECT table_name, column_name, geometry_type_name, srs_id, z, m FROM gpkg_geometry_columns")
need({g[0] for g in geometries} == {c[0] for c in contents if c[1] == "features"}, "requirement 22: geometry columns")
triggers = {n for (n,) in rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
extensions = rows("SELECT table_name, column_name, extension_name, definition, scope FROM gpkg_extensions")
for name, column, kind, srs_id, z, m in geometries:
    need(srs_id == next(c[4] for c in contents if c[0] == name), f"requirement 146: {name}: srs_id")
    need((z, m) == (0, 0), f"{name}: z and m")
    need((name, column, "gpkg_rtree_index") in {e[:3] for e in extensions}, f"requirement 75: {name}: extension row")
    for suffix in ("insert", "update1", "update2", "update3", "update4", "delete"):
        need(f"rtree_{name}_{column}_{suffix}" in triggers, f"requirement 77: {name}: trigger {suffix}")
    need(rows(f'SELECT rtreecheck("rtree_{name}_{column}")') == [("ok",)], f"{name}: rtreecheck")
    heads = [h for (h,) in rows(f'SELECT substr("{column}", 1, 8) FROM "{name}" WHERE "{column}" IS NOT NULL')]
    filled = sum(not h[3] & 0x10 for h in heads)
    need(rows(f'SELECT count(*) FROM "rtree_{name}_{column}"') == [(filled,)], f"{name}: rows of the index")
    for head in heads:
        need(head[:3] == b"GP\0" and int.from_bytes(head[4:8], "little" if head[3] & 1 else "big") == srs_id,
             f"requirement 19: {name}: the head of a geometry")
for table, column, extension, definition, scope in extensions:
    need(table is None or table in tables, f"requirement 60: {extension}: no table {table}")
    need(scope in ("read-write", "write-only"), f"requirement 64: {extension}: scope {scope}")
    need(definition.startswith("http"), f"requirement 63: {extension}: definition")
for extension, owned in (("gpkg_schema", ("gpkg_data_columns", "gpkg_data_column_constraints")),
                         ("gpkg_metadata", ("gpkg_metadata", "gpkg_metadata_reference"))):
    for table in owned:
        need((table in tables) == ((table, None, extension) in {e[:3] for e in extensions}), f"{table} and its extension row")
known = {(c[0], f[1]) for c in contents for f in rows(f'PRAGMA table_info("{c[0]}")')}
for table, column in rows("SELECT table_name, column_name FROM gpkg_data_columns"):
    need((table, column) in known, f"requirement 105: {table}.{column} is no column")
for scope, table, stamp in rows("SELECT reference_scope, table_name, timestamp FROM gpkg_metadata_reference"):
    need(scope != "geopackage" or table is None, "requirement 97: table_name of a reference")
    need(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", stamp), f"requirement 100: timestamp {stamp}")
known_prefixes = ("gpkg_", "rtree_", "sqlite_")
stray = {t for t in tables if not t.startswith(known_prefixes)} - {c[0] for c in contents}
need(not stray, f"tables that gpkg_contents does not know: {stray}")
for fault in faults:
    print("FAULT:", fault)
sys.exit(1 if faults else 0)
