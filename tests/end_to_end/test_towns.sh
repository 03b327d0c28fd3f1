# Real weight: the prefecture of each of 277,207 towns within polygons of 7.5 million vertices.
. "$(dirname "$0")/lib.sh"
polygons=$shared/admin/prefectures_n03_full.shp.zip
towns=$shared/points/japan_towns.csv.gz
[ -f "$polygons" ] && [ -f "$towns" ] || skip "the towns and the full boundaries are not here"
gunzip -c "$towns" >"$scratch/towns.csv"
cat >"$scratch/config.yaml" <<YAML
title: towns in prefectures
run: { crs: "EPSG:6668" }
read:
  - prefectures: { file: $polygons, id: pref_code }
  - towns: { file: $scratch/towns.csv, crs: "EPSG:6668", lon: lon, lat: lat }
measure:
  - locate: { of: towns, in: prefectures, as: found }
write:
  - geopackage: $scratch/out.gpkg
YAML
start=$(date +%s)
/usr/bin/env time -f "%M kB, %e s" "$program" run "$scratch/config.yaml" --quiet 2>"$scratch/err" >"$scratch/out"
code=$?
expect_code 0
echo "whole run with reading and writing: $(tail -1 "$scratch/err"), $(($(date +%s) - start)) s"
# The stated prefecture is a name in Japanese; the table of prefectures knows the codes.
sql "$scratch/out.gpkg" ".mode csv" >/dev/null
python3 - "$scratch/out.gpkg" "$root/geodata/tables/prefectural_offices.csv" <<'PYTHON'
import csv, sqlite3, sys
names = {}
for row in csv.DictReader(open(sys.argv[2], encoding="utf-8")):
    names[row["pref_code"]] = row["name_ja"]
file = sqlite3.connect(sys.argv[1])
total = agree = 0
differ = []
for pref, city, town, code, method in file.execute("SELECT pref, city, town, found_code, found_method FROM towns"):
    total += 1
    stated = names.get(code, "").replace("庁", "")
    if code is not None and stated.startswith(pref):
        agree += 1
    else:
        differ.append((pref, city, town, code, method))
print(f"{total} towns, {agree} in their stated prefecture, {len(differ)} not; the first of these:")
for row in differ[:20]:
    print("   ", *row)
sys.exit(0 if total == 277207 and agree / total > 0.999 else 1)
PYTHON
[ $? = 0 ] || fail "agreement with the stated prefecture"
finish
