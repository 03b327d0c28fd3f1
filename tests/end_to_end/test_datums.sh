# Files in the old Tokyo datum beside new ones: the same places, by which operation, how good, and when that is too coarse.
. "$(dirname "$0")/lib.sh"
sabae=$shared/encodings/sabae_two_datums
if [ -d "$sabae" ]; then
    cat >"$scratch/sabae.yaml" <<YAML
run: { crs: "EPSG:6668" }
read:
  - tokyo:   { file: $sabae/sabae_aed_tokyo.shp }
  - jgd2000: { file: $sabae/sabae_aed_jgd2000.shp }
measure:
  - nearest: { of: tokyo, to: jgd2000, as: twin }
write:
  - geopackage: sabae.gpkg
YAML
    tp run "$scratch/sabae.yaml"
    expect_code 0
    out=$scratch/sabae.gpkg
    n=$(sql "$out" "SELECT count(*) FROM jgd2000")
    [ "$n" -gt 50 ] || fail "$n places"
    expect_equal "$(sql "$out" "SELECT count(*), max(twin_km) < 0.0001 FROM tokyo")" "$n|1" "within 0.1 m of the twin"
    expect_equal "$(sql "$out" "SELECT crs || ' / ' || crs_origin || ' / ' || operation || ' / ' || accuracy_m FROM sources
        WHERE layer = 'tokyo'")" "EPSG:4301 Tokyo / file / Tokyo to JGD2000 (1) + JGD2000 to JGD2011 (2) / 10.0" "operation"
    expect_equal "$(sql "$out" "SELECT operation || ' / ' || accuracy_m FROM sources WHERE layer = 'jgd2000'")" \
        "JGD2000 to JGD2011 (2) / 1.0" "operation of the twin"
fi

# 10 m are good enough for 40 m, a quarter being the border, and too coarse for less
cat >"$scratch/p.csv" <<'CSV'
id,lon_deg,lat_deg
a,139,35
b,139.001,35
CSV
cat >"$scratch/areas.json" <<'JSON'
{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "x"}, "geometry":
{"type": "Polygon", "coordinates": [[[138.9, 34.9], [139.2, 34.9], [139.2, 35.1], [138.9, 35.1], [138.9, 34.9]]]}}]}
JSON
run_with() { # DISTANCE
    cat >"$scratch/config.yaml" <<YAML
run: { crs: "EPSG:6668" }
read:
  - old:   { file: p.csv, id: id, crs: "EPSG:4301" }
  - new:   { file: p.csv, id: id, crs: "EPSG:6668" }
  - areas: { file: areas.json, id: code, crs: "EPSG:6668" }
measure:
  - locate: { of: old, in: areas, as: area${1:+, within: $1} }
write:
  - geopackage: out.gpkg
YAML
    tp run "$scratch/config.yaml"
    expect_code 0 "within $1"
}
for distance in "" "40 m" "0.041 km" "0 m"; do
    run_with "$distance"
    grep -q "worse than a quarter" "$scratch/out" "$scratch/err" && fail "a warning for '$distance'"
done
run_with "39 m"
expect_err "warning: p.csv: the accuracy of the way from its CRS to the run's is 10 m, worse than a quarter of 39 m"
expect_out "warning: old: the coordinates of p.csv are moved by \"Tokyo to JGD2000 (1) + JGD2000 to JGD2011 (2)\", good to 10 m, which is worse"
[ "$(grep -c "worse than a quarter" "$scratch/err")" = 1 ] || fail "the file without a shift is blamed"
expect_equal "$(sql "$scratch/out.gpkg" "SELECT count(*) FROM findings WHERE kind = 'warning' AND step = 'reproject'")" 1 \
    "findings"

# with the grid installed (here one made up: 11.5" north and 11.7" west everywhere) it is used, and is better
mkdir "$scratch/grids"
/usr/bin/python3 - "$scratch/grids/tky2jgd.gsb" <<'PY'
import struct, sys
def text(key, value):
    return key.ljust(8).encode() + value.ljust(8).encode()
def whole(key, value):
    return key.ljust(8).encode() + struct.pack("<ii", value, 0)
def real(key, value):
    return key.ljust(8).encode() + struct.pack("<d", value)
south, north, west, east, step = 20, 46, 120, 154, 2
rows, columns = (north - south) // step + 1, (east - west) // step + 1
parts = [whole("NUM_OREC", 11), whole("NUM_SREC", 11), whole("NUM_FILE", 1), text("GS_TYPE", "SECONDS"),
         text("VERSION", "NTv2.0"), text("SYSTEM_F", "TOKYO"), text("SYSTEM_T", "JGD2000"), real("MAJOR_F", 6377397.155),
         real("MINOR_F", 6356078.963), real("MAJOR_T", 6378137.0), real("MINOR_T", 6356752.314),
         text("SUB_NAME", "JAPAN"), text("PARENT", "NONE"), text("CREATED", ""), text("UPDATED", ""),
         real("S_LAT", south * 3600), real("N_LAT", north * 3600), real("E_LONG", -east * 3600),
         real("W_LONG", -west * 3600), real("LAT_INC", step * 3600), real("LONG_INC", step * 3600),
         whole("GS_COUNT", rows * columns)]
parts += [struct.pack("<ffff", 11.5, 11.7, 0, 0)] * (rows * columns) + [text("END", "")]
open(sys.argv[1], "wb").write(b"".join(parts))
PY
proj_files=$(ls -d /usr/share/proj /usr/local/share/proj 2>/dev/null | head -1)
export PROJ_LIB="$scratch/grids:$proj_files" PROJ_DATA="$scratch/grids:$proj_files"
run_with "39 m"
grep -q "worse than a quarter" "$scratch/out" "$scratch/err" && fail "a warning although the grid is there"
expect_equal "$(sql "$scratch/out.gpkg" "SELECT operation || ' / ' || accuracy_m FROM sources WHERE layer = 'old'")" \
    "Tokyo to JGD2011 (2) / 0.2" "the grid's operation"
expect_equal "$(/usr/bin/python3 -c "
from osgeo import ogr
d = ogr.Open('$scratch/out.gpkg')
l = d.GetLayer('old')
f = l.GetNextFeature()
g = f.GetGeometryRef()
print('%.1f %.1f' % ((139 - g.GetX()) * 3600, (g.GetY() - 35) * 3600))")" "11.7 11.5" "moved by the grid"
finish
