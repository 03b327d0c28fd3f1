# Results edited through OGR afterwards, every layer and table of them: see edits_by_ogr.py. The fast file and GDAL's own.
. "$(dirname "$0")/lib.sh"
demo_config "$scratch/yes.yaml"
sed 's#- geopackage: .*#- geopackage: { file: no.gpkg, fast: no }#' "$scratch/yes.yaml" >"$scratch/no.yaml"
for fast in yes no; do
    tp run "$scratch/$fast.yaml" --output "$scratch/$fast.gpkg" --quiet
    expect_code 0
    /usr/bin/python3 "$root/tests/end_to_end/edits_by_ogr.py" "$scratch/$fast.gpkg" || fail "edits of the file with fast: $fast"
    /usr/bin/python3 "$root/tests/end_to_end/geopackage_standard.py" "$scratch/$fast.gpkg" || fail "the standard's tables, fast: $fast"
done
# Other programs' ways: a layer appended, one replaced.
ogr2ogr -update -append "$scratch/yes.gpkg" "$root/geodata/cities.shp" -nln cities -addfields 2>"$scratch/ogr" || fail "appending: $(cat "$scratch/ogr")"
ogr2ogr -update -overwrite "$scratch/yes.gpkg" "$root/geodata/stations.shp" -nln stations 2>"$scratch/ogr" || fail "replacing: $(cat "$scratch/ogr")"
for table in cities stations; do
    expect_equal "$(sql "$scratch/yes.gpkg" "SELECT rtreecheck('rtree_${table}_geom')")" ok "the index of $table"
done
expect_equal "$(sql "$scratch/yes.gpkg" "PRAGMA integrity_check")" ok
expect_equal "$(sql "$scratch/yes.gpkg" "SELECT (SELECT count(*) FROM stations) = count(*) FROM rtree_stations_geom")" 1 "stations in the index"
finish
