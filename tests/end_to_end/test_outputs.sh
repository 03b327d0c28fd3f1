# The file as the standard wants it, from both writers and without a warning of GDAL's; layers as folders of files.
. "$(dirname "$0")/lib.sh"
for fast in yes no; do
    demo_config "$scratch/$fast.yaml"
    sed -i "s#- geopackage: .*#- geopackage: { file: $scratch/$fast.gpkg, fast: $fast }#" "$scratch/$fast.yaml"
    tp run "$scratch/$fast.yaml" --quiet
    expect_code 0 "fast: $fast"
    /usr/bin/python3 "$root/tests/end_to_end/geopackage_standard.py" "$scratch/$fast.gpkg" || fail "the standard, fast: $fast"
    expect_equal "$(CPL_DEBUG=OFF ogrinfo -al -so "$scratch/$fast.gpkg" 2>&1 >/dev/null)" "" "GDAL's warnings, fast: $fast"
done
# Nothing may pass that check unseen: a file that is spoilt is told.
cp "$scratch/yes.gpkg" "$scratch/spoilt.gpkg"
sql "$scratch/spoilt.gpkg" "DELETE FROM gpkg_extensions WHERE table_name = 'sites'; UPDATE gpkg_contents SET last_change = 'now' WHERE table_name = 'cities'"
/usr/bin/python3 "$root/tests/end_to_end/geopackage_standard.py" "$scratch/spoilt.gpkg" >"$scratch/faults" && fail "a spoilt file passes"
expect_equal "$(grep -c FAULT "$scratch/faults")" 2 "faults told"

demo_config "$scratch/all.yaml"
cat >>"$scratch/all.yaml" <<EOF
  - flatgeobuf: $scratch/fgb/
  - geojson: { folder: $scratch/json, layers: [sites, prefectures, evidence_links] }
  - csv: { folder: $scratch/csv, layers: [sites, isochrones, verdicts] }
  - shapefile: $scratch/shp
EOF
mkdir "$scratch/json"
echo mine >"$scratch/json/other.txt"
tp run "$scratch/all.yaml" --quiet
expect_code 0 "all outputs"
expect_equal "$(cat "$scratch/json/other.txt")" mine "a file of somebody else's"
[ -z "$(find "$scratch" -name '*.partial*')" ] || fail "left behind: $(find "$scratch" -name '*.partial*')"
expect_equal "$(cd "$scratch/fgb" && ls | xargs)" \
    "criteria.csv criteria.csvt evidence_links.fgb flips.csv flips.csvt isochrones.fgb sites.fgb verdicts.csv verdicts.csvt" \
    "files of FlatGeobuf"
cmp "$scratch/fgb/verdicts.csv" "$scratch/csv/verdicts.csv" || fail "the table beside the FlatGeobuf files"
/usr/bin/python3 - "$scratch" <<'PY' || fail "the values of the other outputs"
import csv, json, sys
from osgeo import ogr
ogr.UseExceptions()
base = sys.argv[1]


def values(path, layer=None):
    file = ogr.Open(path)
    layer = file.GetLayer(layer) if layer else file.GetLayer(0)
    names = [f.name for f in layer.schema]
    out = []
    for feature in layer:
        geometry = feature.GetGeometryRef()
        out.append(([feature[n] for n in names], geometry.ExportToWkt() if geometry else None))
    return names, out


gpkg, fgb, shp = values(f"{base}/japan.gpkg", "sites"), values(f"{base}/fgb/sites.fgb"), values(f"{base}/shp/sites.shp")
assert gpkg[0] == fgb[0]
key = gpkg[0].index("site_id")
assert sorted(map(repr, gpkg[1])) == sorted(map(repr, fgb[1])), "FlatGeobuf"
table = list(csv.DictReader(open(f"{base}/shp/_columns.csv")))
short = [r["name_in_file"] for r in table if r["layer"] == "sites"]
assert [r["name"] for r in table if r["layer"] == "sites"] == gpkg[0] and short == shp[0]
assert len({s.lower() for s in short}) == len(short) and max(map(len, short)) <= 10
limits = list(csv.DictReader(open(f"{base}/shp/_limits.csv")))
cut = {r["column"]: int(r["rows"]) for r in limits if r["layer"] == "sites" and "254 bytes" in r["what"]}
for (a, place), (b, place2) in zip(gpkg[1], shp[1]):
    assert place == place2, (place, place2)
    for name, x, y in zip(gpkg[0], a, b):
        if isinstance(x, str):
            whole = x.encode()
            assert y == x if len(whole) <= 254 else whole.startswith(y.encode()) and 250 < len(y.encode()) <= 254, (name, x, y)
        elif isinstance(x, float):
            assert abs(x - y) <= 1e-9 * max(1, abs(x)), (name, x, y)
        else:
            assert x == y, (name, x, y)
for name, n in cut.items():
    i = gpkg[0].index(name)
    assert n == sum(1 for row, _ in gpkg[1] if row[i] and len(row[i].encode()) > 254), name
for layer in ("sites", "prefectures", "evidence_links"):
    text = open(f"{base}/json/{layer}.geojson").read()
    data = json.loads(text)
    assert "crs" not in data, "RFC 7946 has no crs"
    for feature in data["features"]:
        geometry = feature["geometry"]
        if layer == "prefectures":
            for polygon in geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]:
                for k, ring in enumerate(polygon):
                    area = sum(p[0] * q[1] - q[0] * p[1] for p, q in zip(ring, ring[1:]))
                    assert (area > 0) == (k == 0), "right-hand rule"
        if layer == "sites":
            lon, lat = geometry["coordinates"]
            assert 122 < lon < 154 and 20 < lat < 46
            assert all(len(repr(v).split(".")[1]) <= 7 for v in (lon, lat))
rows = list(csv.DictReader(open(f"{base}/csv/sites.csv")))
places = {r[0][key]: ogr.CreateGeometryFromWkt(r[1]).GetPoint(0) for r in gpkg[1]}
lon = next(n for n in rows[0] if n.startswith("lon_deg"))
assert len(rows) == 73 and all(abs(float(r[lon]) - places[r["site_id"]][0]) < 1e-12 for r in rows)
assert next(iter(csv.DictReader(open(f"{base}/csv/isochrones.csv"))))["wkt"].startswith("MULTIPOLYGON")
PY
# The same bytes again; with --output they go beside it; an input is never written over; a folder that cannot be made.
find "$scratch/fgb" "$scratch/json" "$scratch/csv" "$scratch/shp" -type f -exec sha256sum {} + | sort -k2 >"$scratch/before"
tp run "$scratch/all.yaml" --quiet
find "$scratch/fgb" "$scratch/json" "$scratch/csv" "$scratch/shp" -type f -exec sha256sum {} + | sort -k2 | diff - "$scratch/before" || fail "a second run differs"
tp run "$scratch/all.yaml" --output "$scratch/x.gpkg" --quiet
expect_code 0 "another output"
expect_equal "$(ls -d "$scratch"/x_* | xargs -n1 basename | tr '\n' ' ')" "x_csv x_flatgeobuf x_geojson x_shapefile " "folders beside it"
mkdir "$scratch/in" && cp "$root"/geodata/* "$scratch/in/" 2>/dev/null
sed -e "s#$root/geodata/#$scratch/in/#; s#$scratch/shp#$scratch/in#" "$scratch/all.yaml" >"$scratch/over.yaml"
tp run "$scratch/over.yaml" --quiet
expect_code 2 "an input's folder as output"
expect_err "also an input of this run"
sed -e "s#$scratch/shp#/proc/nowhere#" "$scratch/all.yaml" >"$scratch/nowhere.yaml"
tp run "$scratch/nowhere.yaml" --quiet
expect_code 4 "a folder that cannot be made"
sed -e "s#\[sites, prefectures, evidence_links\]#[sites, nothing]#" "$scratch/all.yaml" >"$scratch/no.yaml"
tp run "$scratch/no.yaml" --quiet
expect_code 2 "a layer that is not there"
expect_err "there is no layer 'nothing' to write"
finish
