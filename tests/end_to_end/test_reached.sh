# The layers that measuring adds, `isochrones` and `matrix`: from configuration to file, and what is wrong with one.
. "$(dirname "$0")/lib.sh"
cat >"$scratch/sites.csv" <<'CSV'
id,lon_deg,lat_deg
a,130.00,33
b,130.02,33
far,140,40
CSV
cat >"$scratch/roads.csv" <<'CSV'
id,WKT
r1,"LINESTRING (130 33, 130.01 33)"
r2,"LINESTRING (130.01 33, 130.02 33)"
CSV
cat >"$scratch/roads.vrt" <<XML
<OGRVRTDataSource><OGRVRTLayer name="roads"><SrcDataSource>$scratch/roads.csv</SrcDataSource>
<GeometryType>wkbLineString</GeometryType><LayerSRS>EPSG:6668</LayerSRS>
<GeometryField encoding="WKT" field="WKT"/></OGRVRTLayer></OGRVRTDataSource>
XML
ogr2ogr -f GPKG "$scratch/roads.gpkg" "$scratch/roads.vrt" || skip "no ogr2ogr"
config() { # MEASURE…: the lines of the section `measure`
    cat <<YAML
run: { crs: "EPSG:6668" }
read:
  - roads: { file: roads.gpkg, id: id }
  - sites: { file: sites.csv, id: id, crs: "EPSG:6668" }
prepare:
  - network: { roads: roads, default_speed: 56 km/h }
measure:
YAML
    printf '  - %s\n' "$@"
    printf 'write:\n  - geopackage: out.gpkg\n'
}
file=$scratch/out.gpkg
config 'isochrones: { within: [30 s, 90 s], count: sites }' 'isochrones: { within: 1 min, as: near }' \
    'matrix: { to: sites, within: 10 min }' >"$scratch/config.yaml"
tp run "$scratch/config.yaml"
expect_code 0
expect_equal "$(sql "$file" "SELECT group_concat(iso_id || ' ' || n_sites) FROM isochrones")" \
    "a_0.5 1,a_1.5 1,b_0.5 1,b_1.5 1" "isochrones"
expect_equal "$(sql "$file" "SELECT count(*) FROM isochrones WHERE area_km2 > 0 AND reached_km > 0 AND method = 'road'")" 4 "numbers"
expect_equal "$(sql "$file" "SELECT count(*) FROM near")" 2 "a layer by its name"
expect_equal "$(sql "$file" "SELECT geometry_type_name FROM gpkg_geometry_columns WHERE table_name = 'isochrones'")" MULTIPOLYGON "polygons"
expect_equal "$(sql "$file" "SELECT group_concat(of_id || to_id || ' ' || round(minutes, 2) || ' ' || round(km, 2)) FROM matrix")" \
    "aa 0.0 0.0,ab 2.0 1.87,bb 0.0 0.0,ba 2.0 1.87" "matrix"
expect_equal "$(sql "$file" "SELECT data_type FROM gpkg_contents WHERE table_name = 'matrix'")" attributes "a table"
expect_equal "$(sql "$file" "SELECT count(*) FROM rejects WHERE reason = 'does not join the network' AND source_fid = 3")" 4 "far"
config 'isochrones: { within: [2 min, 120 s] }' 'matrix: { to: sites, within: 10 min, as: sites }' \
    'isochrones: { within: 1 min, as: roads, count: roads }' >"$scratch/config.yaml"
tp validate "$scratch/config.yaml"
expect_code 2 "three mistakes"
expect_err "within: a time is named twice"
expect_err "matrix would add a layer 'sites', which is there already"
expect_err "isochrones would add a layer 'roads', which is there already"
expect_err "'isochrones' needs a layer of points, but roads is a line layer"
sed -i '/network/d; /prepare/d' "$scratch/config.yaml"
tp validate "$scratch/config.yaml"
expect_code 2 "no network"
expect_err "isochrones needs a network"
expect_err "matrix needs a network"
finish
