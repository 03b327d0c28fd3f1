# The fast GeoPackage and the one through GDAL hold the same rows: every table, every column, every geometry.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || { echo "skipped: no python3" && exit 77; }
demo_config "$scratch/fast.yaml"
sed 's#- geopackage: .*#- geopackage: { file: slow.gpkg, fast: no }#' "$scratch/fast.yaml" >"$scratch/slow.yaml"
tp run "$scratch/fast.yaml" --output "$scratch/fast.gpkg" --quiet
expect_code 0
tp run "$scratch/slow.yaml" --output "$scratch/slow.gpkg" --quiet
expect_code 0
python3 - "$scratch/fast.gpkg" "$scratch/slow.gpkg" >"$scratch/compared" <<'PY'
import sqlite3, sys

def tables(path):
    file = sqlite3.connect(path)
    names = [row[0] for row in file.execute("SELECT table_name FROM gpkg_contents ORDER BY table_name")]
    return {name: file.execute('SELECT * FROM "%s" ORDER BY 1' % name) for name in names}, file

(fast, a), (slow, b) = tables(sys.argv[1]), tables(sys.argv[2])
assert list(fast) == list(slow), (list(fast), list(slow))
n = 0
for name in fast:
    assert [c[0] for c in fast[name].description] == [c[0] for c in slow[name].description], name
    left, right = fast[name].fetchall(), slow[name].fetchall()
    if name == "parameters":  # the one that says how the file was written
        left, right = ([r for r in rows if "fast" not in r] for rows in (left, right))
        left, right = [r[1:] for r in left], [r[1:] for r in right]
    if name == "run_info":
        left, right = [r[:1] for r in left], [r[:1] for r in right]
    assert len(left) == len(right), (name, len(left), len(right))
    for x, y in zip(left, right):
        assert x == y, (name, x, y)
    n += len(left)
assert a.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
print("%d tables, %d rows" % (len(fast), n))
PY
[ $? -eq 0 ] || fail "the two files differ"
cat "$scratch/compared"
finish
