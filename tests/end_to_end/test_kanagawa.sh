# Adjacency to a city of 200,000 by polygon, on real boundaries: Kanagawa, wards joined by code.
. "$(dirname "$0")/lib.sh"
boundaries=$shared/ksj/N03-190101_14_GML/N03-19_14_190101_2.shp
census=$shared/cities/municipalities_census2020.csv
[ -f "$boundaries" ] && [ -f "$census" ] || skip "the boundaries of Kanagawa are not here"
cat >"$scratch/profile.yaml" <<'YAML'
id: adjacency
title: { en: Adjacency, ja: 隣接 }
criteria:
  - id: big_neighbour
    title: { en: Own or touching municipality of 200000 persons, ja: 人口20万人以上の市またはその隣接 }
    source: test
    required: yes
    measure: { touching: { to: cities, where: population >= 200000, polygons: municipalities } }
    at_most: 30 min
YAML
# The city halls of all municipalities of Kanagawa that are no wards are the sites; the cities are the same with people.
python3 - "$census" "$scratch" <<'PYTHON'
import csv, sys
rows = [r for r in csv.DictReader(open(sys.argv[1], encoding="utf-8-sig")) if r["code"].startswith("14") and r["lat"]]
with open(sys.argv[2] + "/sites.csv", "w", encoding="utf-8") as out:
    out.write("site_id,name,lon_deg,lat_deg\n")
    for r in rows:
        if r["kind"] != "ward_designated":
            out.write(f'{r["code"]},{r["name"]},{r["lon"]},{r["lat"]}\n')
with open(sys.argv[2] + "/cities.csv", "w", encoding="utf-8") as out:
    out.write("code,name,population,lon_deg,lat_deg\n")
    for r in rows:
        if r["kind"] != "ward_designated":
            out.write(f'{r["code"]},{r["name"]},{r["pop2020_prelim"]},{r["lon"]},{r["lat"]}\n')
PYTHON
cat >"$scratch/config.yaml" <<YAML
title: Kanagawa
run: { crs: "EPSG:6668" }
read:
  - municipalities: { file: $boundaries, id: N03_007, name: N03_004, dissolve: yes }
  - cities: { file: $scratch/cities.csv, id: code, name: name, crs: "EPSG:6668" }
  - sites: { file: $scratch/sites.csv, id: site_id, name: name, crs: "EPSG:6668" }
judge:
  - profile: profile.yaml
write:
  - geopackage: $scratch/out.gpkg
YAML
sed -i "s#profile: profile.yaml#profile: $scratch/profile.yaml#" "$scratch/config.yaml"
tp run "$scratch/config.yaml"
expect_code 0
expect_equal "$(sql "$scratch/out.gpkg" "SELECT count(DISTINCT N03_007) FROM municipalities")" 39 "codes after joining"
verdict() {
    sql "$scratch/out.gpkg" "SELECT verdict FROM verdicts WHERE site_id = '$1'"
}
# Yokohama, Kawasaki (given as wards), Sagamihara, Yokosuka, Hiratsuka, Fujisawa, Chigasaki, Yamato, Atsugi have 200,000.
for code in 14100 14130 14150 14201 14203 14205 14207 14213 14212; do
    expect_equal "$(verdict $code)" met "own municipality $code"
done
expect_equal "$(verdict 14204)" met "Kamakura touches Yokohama"
expect_equal "$(verdict 14208)" met "Zushi touches Yokohama"
expect_equal "$(verdict 14301)" met "Hayama touches Yokosuka"
expect_equal "$(verdict 14210)" met "Miura touches Yokosuka"
expect_equal "$(verdict 14402)" met "Kiyokawa touches Sagamihara and Atsugi"
expect_equal "$(verdict 14384)" not_met "Yugawara touches neither"
expect_equal "$(verdict 14382)" not_met "Hakone touches neither"
finish
