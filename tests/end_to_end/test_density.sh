#!/bin/bash
# The density demonstration: all layers there, sums right, no cell that is no number, the same bytes with any number of
# threads, and messages for what cannot be.
. "$(dirname "$0")/lib.sh"
density_config() {
    sed -e "s#\.\./geodata/#$root/geodata/#; s#\.\./out/#$scratch/#" "$root/configs/density.yaml" >"$1"
}
density_config "$scratch/density.yaml"
tp run "$scratch/density.yaml" --threads 1
expect_code 0
expect_out "densest places"
expect_out "corridor shares"
expect_out "clusters across borders"
expect_out "in this sample of 278 plants"
expect_out "published: 80 % of corporate laboratories"
expect_out "6 of 9 regions of meti_bureaus (67 %) have one of imperial_universities"
file=$scratch/density.gpkg
for layer in mesh_density regions clusters cluster_members cluster_links designated overlap concentration region_industries region_ranks \
    corridor_tokaido corridor_tsukuba dispersion; do
    expect_equal 1 "$(sql "$file" "SELECT count(*) FROM gpkg_contents WHERE table_name = '$layer'")" "layer $layer"
done

# Every scheme counts every plant once; density times area is the count in every row; schemes are named in every row.
plants=$(sql "$file" "SELECT count(*) FROM plants")
expect_equal "$plants" 278 "plants that stood in 2024"
for scheme in conventional8 meti_bureaus; do
    expect_equal "$plants" "$(sql "$file" "SELECT sum(plants_n) FROM regions WHERE scheme = '$scheme'")" "$scheme"
done
expect_equal "$plants" "$(sql "$file" "SELECT sum(plants_n) FROM prefectures")" prefectures
expect_equal "$plants" "$(sql "$file" "SELECT sum(n) FROM mesh_density")" "cells of the mesh"
expect_equal 0 "$(sql "$file" "SELECT count(*) FROM mesh_density WHERE abs(density * area_km2 - n) > 1e-9 * (1 + n) OR density IS NULL")" \
    "density x area of cells"
[ "$(sql "$file" "SELECT count(*) FROM mesh_density WHERE class = 'hot_95'")" -ge 10 ] || fail "no hot spots"
[ -s "$scratch/density.tif" ] || fail "no raster"
expect_equal 0 "$(sql "$file" "SELECT count(*) FROM regions WHERE abs(plants_density * area_km2 - plants_n) > 1e-9 * (1 + plants_n)
    OR plants_density IS NULL OR scheme IS NULL")" "density x area"
expect_equal 0 "$(sql "$file" "SELECT count(*) FROM clusters WHERE area_km2 > 0 AND abs(density * area_km2 - n) > 1e-9 * n")" \
    "density x area of clusters"
expect_equal "$(sql "$file" "SELECT sum(n) FROM clusters")" "$(sql "$file" "SELECT count(*) FROM cluster_members")" members
expect_equal 0 "$(sql "$file" "SELECT count(*) FROM cluster_members m WHERE NOT EXISTS
    (SELECT 1 FROM plants p WHERE p.plant_id = m.member_id)")" "members that are no plants"
expect_equal 1 "$(sql "$file" "SELECT abs(sum(plants_share) - 1) < 1e-12 FROM regions WHERE scheme = 'meti_bureaus'")" shares

# Discs have no areas, and a sample proves nothing absent.
expect_equal 0 "$(sql "$file" "SELECT count(*) FROM overlap WHERE method = 'disc' AND
    (area_km2 IS NOT NULL OR common_km2 IS NOT NULL OR area_jaccard IS NOT NULL OR radius_km IS NULL)")" "areas of discs"
expect_equal 26 "$(sql "$file" "SELECT count(DISTINCT designated_id) FROM overlap")" "every zone stands in the table"
expect_equal 0 "$(sql "$file" "SELECT count(*) FROM overlap WHERE kind = 'designated without cluster'")" "samples prove nothing"

# No infinity or other thing that is no number in any column of numbers.
for layer in mesh_density regions clusters concentration region_industries corridor_tokaido dispersion overlap prefectures; do
    for column in $(sql "$file" "SELECT name FROM pragma_table_info('$layer') WHERE type IN ('DOUBLE', 'REAL')"); do
        expect_equal 0 "$(sql "$file" "SELECT count(*) FROM $layer WHERE $column IS NOT NULL AND
            (typeof($column) NOT IN ('real', 'integer') OR abs($column) > 1e300)")" "$layer.$column"
    done
done

# All but two layers are samples, so every sentence on them says so: on those, and on the years of the files, it need not.
expect_equal "" "$(sql "$file" "SELECT finding FROM findings WHERE step NOT IN ('read', 'network') AND subject <> 'Network'
    AND finding NOT LIKE '%in this sample of %' AND finding NOT LIKE '%imperial_universities%'")" "findings that hide the sample"

# The same bytes with two threads.
tp run "$scratch/density.yaml" --threads 2 --output "$scratch/two.gpkg" --quiet
expect_code 0
cmp -s "$file" "$scratch/two.gpkg" || fail "two threads write another file"

# A lookup that misses a prefecture.
grep -v '^47,meti_bureaus' "$root/geodata/region_schemes.csv" >"$scratch/schemes.csv"
sed "s#$root/geodata/region_schemes.csv#$scratch/schemes.csv#" "$scratch/density.yaml" >"$scratch/missing.yaml"
tp run "$scratch/missing.yaml" --quiet
expect_code 3
expect_err "layer region_schemes: scheme meti_bureaus misses prefecture 47 (Okinawa)"

# A weight below 0 is found in its file; whichever stage asks for it.
printf 'id,lon,lat,staff\na,139.7,35.7,5\nb,139.8,35.7,-3\n' >"$scratch/staff.csv"
for stage in "mesh_density: { of: plants, mesh: 1 km, weight: staff }" "regions: { of: plants, weight: staff }" \
    "kernel_density: { of: plants, mesh: 1 km, bandwidth: 5 km, weight: staff }" \
    "dispersion: { of: plants, population: plants, weight: staff }"; do
    cat >"$scratch/staff.yaml" <<YAML
read:
  - plants: { file: staff.csv, id: id, crs: "EPSG:6668", lon: lon, lat: lat }
  - prefectures: { file: $root/geodata/prefectures.shp, id: code, name: name_en }
  - region_schemes: { file: $root/geodata/region_schemes.csv }
measure:
  - $stage
write:
  - geopackage: staff.gpkg
YAML
    tp run "$scratch/staff.yaml" --quiet
    expect_code 3 "$stage"
    expect_err "staff.csv layer plants feature 2: staff is -3 (expected 0 or more)"
done

# Every mistake of a configuration at once, before anything runs.
sed -e 's#industry: industry#industry: idustry#; s#radius: 20 km#radius: 20 min#; s#published: 80;#published: 800;#' \
    "$scratch/density.yaml" >"$scratch/wrong.yaml"
tp validate "$scratch/wrong.yaml"
expect_code 2
expect_err "idustry"
expect_err "radius"
expect_err "'800' is no percentage"

# Sites by prefecture and region.
demo_config "$scratch/japan.yaml"
sed -i -e "s#^measure:#measure:\n  - regions: { of: plants }#; s#^prepare:#  - region_schemes: { file: $root/geodata/region_schemes.csv }\nprepare:#" \
    -e 's#- profile: list1982#&\n  - sites_met: { regions: regions }#' "$scratch/japan.yaml"
tp run "$scratch/japan.yaml" --quiet
expect_code 0
expect_equal "$(sql "$scratch/japan.gpkg" "SELECT count(*) FROM sites WHERE verdict = 'met'")" \
    "$(sql "$scratch/japan.gpkg" "SELECT sum(sites_met) FROM prefectures")" "sites met by prefecture"
expect_equal 73 "$(sql "$scratch/japan.gpkg" "SELECT sum(sites) FROM regions WHERE scheme = 'conventional8'")" "sites by region"
finish
