# `from` and `to` keep what existed in the year of the run: from <= year < to, and what is not known stays.
. "$(dirname "$0")/lib.sh"
cat >"$scratch/plants.csv" <<'CSV'
id,opened,closed,lon_deg,lat_deg
always,,,139,35
begun_before,1999,,139,35
begun_in,2000,,139,35
begun_after,2001,,139,35
gone_before,,1999,139,35
gone_in,,2000,139,35
gone_after,,2001,139,35
CSV
cat >"$scratch/config.yaml" <<YAML
run: { year: 2000 }
read:
  - plants: { file: plants.csv, id: id, crs: "EPSG:6668", from: opened, to: closed }
write:
  - geopackage: out.gpkg
YAML
kept() {
    sql "$scratch/out.gpkg" "SELECT group_concat(id, ' ') FROM (SELECT id FROM plants ORDER BY id)"
}
tp run "$scratch/config.yaml"
expect_code 0
expect_equal "$(kept)" "always begun_before begun_in gone_after" "in 2000"
expect_equal "$(sql "$scratch/out.gpkg" "SELECT features_read || ' ' || features_kept || ' ' || features_filtered FROM sources")" \
    "7 4 3" "counts"
sed -i '/^run/d' "$scratch/config.yaml"
tp run "$scratch/config.yaml"
expect_code 0
expect_equal "$(sql "$scratch/out.gpkg" "SELECT count(*) FROM plants")" 7 "no year: everything"
sed -i 's/from: opened/from: id/' "$scratch/config.yaml"
tp run "$scratch/config.yaml"
expect_code 3 "a column that holds no years"
expect_err "config.yaml:2:"
finish
