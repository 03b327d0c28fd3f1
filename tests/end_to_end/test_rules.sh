# Rules that were once broken: what a configuration says itself takes the place of what is done by itself, and what is
# left out is not taken for absent.
. "$(dirname "$0")/lib.sh"
cat >"$scratch/a.csv" <<'CSV'
id,name,lon_deg,lat_deg
u1,One,139.0,35.0
CSV
cp "$scratch/a.csv" "$scratch/sites.csv"
cat >"$scratch/profile.yaml" <<'YAML'
id: p
title: { en: P, ja: P }
criteria:
  - id: near
    title: { en: A university, ja: 大学 }
    source: test
    required: yes
    all:
      - { measure: { count: { to: universities, within: 10 min } }, at_least: 5 universities }
      - { measure: { nearest: { to: universities } }, at_most: 90 min }
YAML
cat >"$scratch/config.yaml" <<YAML
run: { on_error: skip }
read:
  - universities: { file: [a.csv, b.csv], id: id, name: name, crs: "EPSG:6668" }
  - sites: { file: sites.csv, id: id, name: name, crs: "EPSG:6668" }
judge:
  - profile: $scratch/profile.yaml
write:
  - geopackage: out.gpkg
YAML
tp run "$scratch/config.yaml"
expect_code 0 "one of two files is missing"
expect_equal "$(sql "$scratch/out.gpkg" "SELECT verdict FROM verdicts")" unknown "a layer of which a file was left out is a sample"
expect_equal "$(sql "$scratch/out.gpkg" "SELECT count(*) FROM rejects WHERE source_file = 'b.csv'")" 1 "the file is in rejects"
tp explain "$scratch/out.gpkg" u1
expect_out "at least 5 universities"
sed -i 's/, b.csv//' "$scratch/config.yaml"
tp run "$scratch/config.yaml"
expect_equal "$(sql "$scratch/out.gpkg" "SELECT verdict FROM verdicts")" not_met "the whole layer"

# The configuration's own clean-up replaces the implied one, and a layer is reprojected once.
ogr2ogr -f GPKG "$scratch/tokyo.gpkg" "$scratch/sites.csv" -a_srs EPSG:4301 -oo X_POSSIBLE_NAMES=lon_deg \
    -oo Y_POSSIBLE_NAMES=lat_deg -nln tokyo || fail ogr2ogr
cat >"$scratch/twice.yaml" <<YAML
run: { crs: "EPSG:6668" }
read:
  - tokyo: { file: tokyo.gpkg, id: id }
prepare:
  - reproject: { layer: tokyo, swap: no }
measure:
write:
  - geopackage: twice.gpkg
YAML
tp run "$scratch/twice.yaml"
expect_code 0 "an own reproject"
grep -v -e '^prepare' -e reproject "$scratch/twice.yaml" | sed 's/twice.gpkg/once.gpkg/' >"$scratch/once.yaml"
tp run "$scratch/once.yaml"
expect_code 0 "the implied reproject"
place() {
    sql "$scratch/$1" "SELECT hex(geom) FROM tokyo"
}
expect_equal "$(place twice.gpkg)" "$(place once.gpkg)" "moved once"
expect_equal "$(sql "$scratch/twice.gpkg" "SELECT count(*) FROM parameters WHERE step LIKE 'prepare/reproject%' AND key = 'swap'")" 1 "one step"

# `dissolve: Yes` is a yes.
ogr2ogr -f GeoJSON "$scratch/parts.geojson" "$root/geodata/prefectures.shp" -explodecollections -where "code = '46'" || fail ogr2ogr
cat >"$scratch/dissolve.yaml" <<YAML
read:
  - parts: { file: parts.geojson, id: code, dissolve: Yes }
write:
  - geopackage: dissolve.gpkg
YAML
tp run "$scratch/dissolve.yaml"
expect_code 0
expect_equal "$(sql "$scratch/dissolve.gpkg" "SELECT count(*) || ' ' || (SELECT count(*) FROM rejects) FROM parts")" "1 0" "joined, nothing lost"

# A locate of another layer does not take the sites' prefecture away.
cat >"$scratch/locate.yaml" <<YAML
read:
  - prefectures: { file: $root/geodata/prefectures.shp, id: code, name: name_en }
  - airports: { file: $root/geodata/airports.shp, id: iata }
  - sites: { file: sites.csv, id: id, name: name, crs: "EPSG:6668" }
measure:
  - locate: { of: airports, in: prefectures }
write:
  - geopackage: locate.gpkg
YAML
tp run "$scratch/locate.yaml"
expect_code 0
expect_equal "$(sql "$scratch/locate.gpkg" "SELECT prefecture_name || ' ' || prefecture_method FROM sites")" "Shizuoka polygon" "of the site"

# Two entries write one file: refused however it is spelt. A condition on a column of another kind: refused at once.
cat >"$scratch/same.yaml" <<YAML
read:
  - sites: { file: sites.csv, id: id, crs: "EPSG:6668" }
  - airports: { file: $root/geodata/airports.shp, id: iata }
measure:
  - nearest: { to: airports, where: scheduled = yes, as: airport }
write:
  - geopackage: same.gpkg
  - geopackage: ./same.gpkg
YAML
tp validate "$scratch/same.yaml"
expect_code 2
expect_err "same.yaml:5:37: "
expect_err "same.yaml:8:17: "
[ ! -e "$scratch/same.gpkg" ] || fail "validate wrote something"
finish
