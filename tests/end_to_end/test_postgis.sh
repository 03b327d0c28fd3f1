# PostGIS in both directions, with a server of our own: the demonstration's inputs from it, the results into it, the same
# values as in the GeoPackage; a server that is killed leaves no table.
. "$(dirname "$0")/lib.sh"
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] && [ -x "$bin/initdb" ] || skip "PostgreSQL is not installed (tests/run --all installs it)"
ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || skip "PostGIS is not installed (tests/run --all installs it)"
as=()
if [ "$(id -u)" = 0 ]; then
    command -v setpriv >/dev/null || skip "PostgreSQL does not run as root, and setpriv is not installed"
    user=$(getent passwd postgres >/dev/null && echo postgres || echo nobody)
    as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
fi
base=$scratch/pg
mkdir "$base"
chmod 755 "$scratch"
[ "$(id -u)" != 0 ] || chown "$user" "$base"
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export LC_ALL=C.UTF-8
echo sesame >"$scratch/word"
chmod 644 "$scratch/word"
cd "$base" || exit 1
"${as[@]}" "$bin/initdb" -D "$base/data" -U judge -A scram-sha-256 --pwfile="$scratch/word" -E UTF8 >"$scratch/initdb" 2>&1 || {
    cat "$scratch/initdb"
    exit 1
}
server=
start_server() {
    "${as[@]}" "$bin/postgres" -D "$base/data" -p "$port" -k "$base" -c listen_addresses=127.0.0.1 -c fsync=off >>"$scratch/log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" && return
        sleep 0.2
    done
    cat "$scratch/log"
    exit 1
}
stop_server() {
    [ -z "$server" ] || kill -INT "$server" 2>/dev/null
    wait "$server" 2>/dev/null
    server=
}
trap 'stop_server; chmod -R u+w "$scratch" 2>/dev/null; rm -rf "$scratch"' EXIT
start_server
query() { PGPASSWORD=sesame "$bin/psql" -h 127.0.0.1 -p "$port" -U judge -d demo -AtX -c "$1"; }
PGPASSWORD=sesame "$bin/createdb" -h 127.0.0.1 -p "$port" -U judge demo && query "CREATE EXTENSION postgis" >/dev/null || fail "no PostGIS"
connection="PG:host=127.0.0.1 port=$port dbname=demo user=judge password=sesame"

# The inputs: each layer as a table of the schema `inputs`.
query "CREATE SCHEMA inputs" >/dev/null
for layer in prefectures cities universities institutes plants airports stations sites; do
    ogr2ogr -f PostgreSQL "$connection" "$root/geodata/$layer.shp" -nln "inputs.$layer" -lco LAUNDER=NO -lco FID=gid \
        -lco PRECISION=NO -nlt PROMOTE_TO_MULTI -a_srs EPSG:6668 2>"$scratch/ogr" || fail "$layer: $(cat "$scratch/ogr")"
done
ogr2ogr -f PostgreSQL "$connection" "$root/geodata/flights.csv" -nln inputs.flights -oo AUTODETECT_TYPE=YES -lco FID=gid 2>"$scratch/ogr" ||
    fail "flights: $(cat "$scratch/ogr")"
config() { # FILE_OF LAYER...: a configuration whose inputs are files or tables
    cat <<Y
title: Databases
run: { year: 2020, seed: 1, crs: "EPSG:6668" }
read:
  - prefectures:  { $(input "$1" prefectures shp), id: code, name: name_en }
  - cities:       { $(input "$1" cities shp), id: code, name: name_en, coverage: population >= 100000 }
  - universities: { $(input "$1" universities shp), id: univ_id, name: name_en, coverage: sample }
  - institutes:   { $(input "$1" institutes shp), id: inst_id, name: name_en, coverage: sample }
  - plants:       { $(input "$1" plants shp), id: plant_id, name: name_en, coverage: sample }
  - airports:     { $(input "$1" airports shp), id: iata, name: name_en }
  - stations:     { $(input "$1" stations shp), id: station_id, name: name_en }
  - flights:      { $(input "$1" flights csv), id: flight_id }
  - sites:        { $(input "$1" sites shp), id: site_id, name: name_en }
judge:
  - profile: list1982
write:
  - geopackage: $2
Y
}
input() { [ "$1" = files ] && echo "file: $root/geodata/$2.$3" || echo "file: \"$connection\", layer: inputs.$2"; }
config files "$scratch/files.gpkg" >"$scratch/files.yaml"
config tables "$scratch/tables.gpkg" >"$scratch/tables.yaml"
echo "  - postgis: { database: \"$connection\", schema: results }" >>"$scratch/tables.yaml"
tp run "$scratch/files.yaml" --quiet
expect_code 0 "from files"
tp run "$scratch/tables.yaml" --quiet
expect_code 0 "from tables"
columns="site_id, verdict, criteria_met, round(day_return_value, 6), round(mother_city_value, 6), mother_city_evidence, leading_industries_evidence"
expect_equal "$(sql "$scratch/tables.gpkg" "SELECT $columns FROM sites ORDER BY site_id")" \
    "$(sql "$scratch/files.gpkg" "SELECT $columns FROM sites ORDER BY site_id")" "sites from tables and from files"
expect_equal "$(sql "$scratch/tables.gpkg" "SELECT count(*), count(sha256), min(driver) FROM sources")" "9|0|PostgreSQL" "sources"

# No password anywhere.
strings -a "$scratch/tables.gpkg" | grep -c sesame >"$scratch/leaks"
expect_equal "$(cat "$scratch/leaks")" 0 "passwords in the file"
for table in run_info parameters sources; do
    expect_equal "$(query "SELECT count(*) FROM results.$table t WHERE t::text LIKE '%sesame%'")" 0 "passwords in $table"
done

# What was written is what the GeoPackage holds.
for table in $(sql "$scratch/tables.gpkg" "SELECT table_name FROM gpkg_contents WHERE table_name NOT IN ('layer_styles', 'parameters')"); do
    expect_equal "$(query "SELECT count(*) FROM results.\"$table\"")" "$(sql "$scratch/tables.gpkg" "SELECT count(*) FROM \"$table\"")" "rows of $table"
done
for table in sites evidence_links verdicts; do
    ogr2ogr -f CSV "$scratch/a.csv" "$scratch/tables.gpkg" "$table" -lco GEOMETRY=AS_WKT -lco STRING_QUOTING=IF_NEEDED 2>/dev/null
    ogr2ogr -f CSV "$scratch/b.csv" "$connection" -sql "SELECT * FROM results.$table ORDER BY fid" -lco GEOMETRY=AS_WKT -lco STRING_QUOTING=IF_NEEDED 2>/dev/null
    expect_equal "$(wc -l <"$scratch/a.csv")" "$(wc -l <"$scratch/b.csv")" "lines of $table"
    /usr/bin/python3 - "$scratch/a.csv" "$scratch/b.csv" <<'PY' || fail "$table differs"
import csv, sys
a, b = ([{k: v for k, v in row.items() if k not in ("fid",)} for row in csv.DictReader(open(f))] for f in sys.argv[1:])
def same(x, y):
    try:
        return x == y or abs(float(x) - float(y)) <= 1e-12 * max(1, abs(float(x)))
    except ValueError:
        return False
bad = [(r, k, s.get(k)) for r, s in zip(a, b) for k in r if not same(r[k], s.get(k, "absent"))]
print(bad[0][1:] if bad else "", end="")
sys.exit(bool(bad) or len(a) != len(b) or not a)
PY
    rm -f "$scratch/a.csv" "$scratch/b.csv"
done
expect_equal "$(query "SELECT count(*) > 0 FROM pg_indexes WHERE schemaname = 'results' AND tablename = 'sites' AND indexdef LIKE '%gist%'")" t "index"
expect_equal "$(query "SELECT obj_description('results.sites'::regclass) LIKE 'Each site%'")" t "comment on the table"
expect_equal "$(query "SELECT col_description('results.sites'::regclass, attnum) FROM pg_attribute WHERE attrelid = 'results.sites'::regclass AND attname = 'verdict'")" \
    "Verdict: met, not_met or unknown, from the required criteria of the first profile" "comment on the column"

# A second run replaces; what cannot be connected to is said, and the code is that of an input or an output.
tp run "$scratch/tables.yaml" --quiet
expect_code 0 "again"
expect_equal "$(query "SELECT count(*) FROM results.sites")" 73 "sites after a second run"
sed "s/password=sesame/password=wrongword/" "$scratch/tables.yaml" >"$scratch/wrong.yaml"
tp run "$scratch/wrong.yaml" --quiet
expect_code 3 "an input that does not connect"
expect_err "password authentication failed"
! grep -q wrongword "$scratch/err" || fail "the message tells the password"
cp "$scratch/files.yaml" "$scratch/wrong.yaml"
echo "  - postgis: \"PG:host=127.0.0.1 port=1 dbname=demo password=wrongword\"" >>"$scratch/wrong.yaml"
tp run "$scratch/wrong.yaml" --quiet
expect_code 4 "an output that does not connect"
! grep -q wrongword "$scratch/err" || fail "the message tells the password"

# The server is killed while a run waits for a table that somebody holds: nothing of it is there afterwards.
cp "$scratch/files.yaml" "$scratch/kill.yaml"
echo "  - postgis: { database: \"$connection\", schema: fresh }" >>"$scratch/kill.yaml"
query "CREATE SCHEMA fresh; CREATE TABLE fresh.run_info (old int)" >/dev/null
(echo "BEGIN; LOCK TABLE fresh.run_info IN ACCESS SHARE MODE;"; sleep 60) |
    PGPASSWORD=sesame "$bin/psql" -h 127.0.0.1 -p "$port" -U judge -d demo -qX >/dev/null 2>&1 &
holder=$!
sleep 1
"$program" run "$scratch/kill.yaml" --quiet >"$scratch/out" 2>"$scratch/err" &
running=$!
for _ in $(seq 100); do
    [ "$(query "SELECT count(*) FROM pg_locks WHERE NOT granted")" = 0 ] || break
    sleep 0.2
done
expect_equal "$(query "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")" t "the run waits in the middle"
kill -QUIT "$server"
wait "$running"
code=$?
expect_code 4 "a server that dies"
wait "$server" 2>/dev/null
kill "$holder" 2>/dev/null
start_server
expect_equal "$(query "SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = 'fresh'")" run_info "tables after the server died"
stop_server
finish
