#!/bin/bash
# DBSCAN of the same 300,000 made-up plants by ours, R's dbscan, scikit-learn and PostGIS, 2 km, 10 points: in geocentric
# coordinates, PostGIS, which clusters in two dimensions, in a conic projection of Japan. Only the search is timed, medians
# of three. Usage: peers_dbscan.sh BENCH_DBSCAN [N]
# Needs Debian's r-cran-dbscan and python3-sklearn; postgresql and postgis where they are to take part: a server of its own
# in a temporary folder.
set -eu
export OMP_WAIT_POLICY=passive # threads that wait must not take the processor from others
load() { echo "$1: $(date '+%F %R'), load $(cut -d ' ' -f 1-3 /proc/loadavg)"; }
bench=$1
n=${2:-300000}
folder=$(mktemp -d)
server=
stop_all() {
    if [ -n "$server" ]; then
        kill -INT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap stop_all EXIT
load begin
"$bench" "$n" "$folder/xyz"
export N=$n XYZ=$folder/xyz
Rscript --vanilla - <<'R'
n <- as.integer(Sys.getenv("N"))
xyz <- matrix(readBin(Sys.getenv("XYZ"), "double", 3 * n), ncol = 3, byrow = TRUE)
s <- sapply(1:3, function(i) system.time(found <<- dbscan::dbscan(xyz, eps = 2000, minPts = 10))["elapsed"])
cat(sprintf("R dbscan %s: %.3f s (%d clusters, %d noise)\n", packageVersion("dbscan"), median(s),
            max(found$cluster), sum(found$cluster == 0)))
R
/usr/bin/python3 - <<'PY'
import os, statistics, time
import numpy, sklearn
from sklearn.cluster import DBSCAN
xyz = numpy.fromfile(os.environ["XYZ"]).reshape(-1, 3)
for jobs in (1, 2):
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        found = DBSCAN(eps=2000, min_samples=10, n_jobs=jobs).fit(xyz)
        seconds.append(time.perf_counter() - start)
    print("scikit-learn %s, %d job(s): %.3f s (%d clusters, %d noise)" % (
        sklearn.__version__, jobs, statistics.median(seconds), found.labels_.max() + 1, (found.labels_ == -1).sum()))
PY
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
if [ -z "$bin" ] || ! ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1; then
    echo "PostGIS: not installed"
    load end
    exit 0
fi
export LC_ALL=C.UTF-8 PGPASSWORD=sesame
echo "$PGPASSWORD" >"$folder/word"
/usr/bin/python3 -c 'import os, numpy
numpy.savetxt(os.environ["XYZ"] + ".csv", numpy.fromfile(os.environ["XYZ"]).reshape(-1, 3), fmt="%.6f", delimiter=",")'
as=()
mkdir "$folder/pg"
if [ "$(id -u)" = 0 ]; then # PostgreSQL does not run as root
    user=$(getent passwd postgres >/dev/null && echo postgres || echo nobody)
    as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
    chmod 755 "$folder"
    chown "$user" "$folder/pg"
fi
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$folder/pg"
"${as[@]}" "$bin/initdb" -D "$folder/pg/data" -U judge -A scram-sha-256 --pwfile="$folder/word" -E UTF8 >"$folder/initdb"
"${as[@]}" "$bin/postgres" -D "$folder/pg/data" -p "$port" -k "$folder/pg" -c listen_addresses=127.0.0.1 -c fsync=off \
    -c shared_buffers=256MB -c work_mem=256MB >"$folder/log" 2>&1 &
server=$!
for _ in $(seq 100); do
    ! "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" || break
    sleep 0.2
done
"$bin/psql" -h 127.0.0.1 -p "$port" -U judge -d postgres -AtqX -v ON_ERROR_STOP=1 >"$folder/answer" <<SQL || { cat "$folder/log"; exit 1; }
SET client_min_messages = warning;
CREATE EXTENSION postgis;
CREATE TABLE xyz (x float8, y float8, z float8);
\copy xyz FROM '$XYZ.csv' CSV
INSERT INTO spatial_ref_sys (srid, proj4text)
    VALUES (990001, '+proj=lcc +lat_1=33 +lat_2=40 +lat_0=36 +lon_0=136 +ellps=GRS80 +units=m');
CREATE TABLE plants AS
    SELECT ST_Force2D(ST_Transform(ST_SetSRID(ST_MakePoint(x, y, z), 4978), 990001)) AS place FROM xyz;
VACUUM ANALYZE plants;
SELECT 'version ' || extversion FROM pg_extension WHERE extname = 'postgis';
\timing on
$(for _ in 1 2 3; do
    echo "SELECT max(cluster) + 1 || ' clusters, ' || count(*) FILTER (WHERE cluster IS NULL) || ' noise'
        FROM (SELECT ST_ClusterDBSCAN(place, 2000, 10) OVER () AS cluster FROM plants) AS found;"
done)
SQL
printf 'PostGIS %s: %.3f s (%s)\n' "$(sed -n 's/^version //p' "$folder/answer")" \
    "$(sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' "$folder/answer" | sort -n | awk 'NR == 2 { print $1 / 1000 }')" \
    "$(sed -n '/noise/{p;q}' "$folder/answer")"
load end
