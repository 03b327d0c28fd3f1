# Polygons as sites: a core for each, what lies inside counts, members, footprints beside references, and equal bytes at
# any number of threads. The prefectures of Kyushu stand for zones.
. "$(dirname "$0")/lib.sh"
config=$scratch/zones.yaml
demo_config "$scratch/demo.yaml"
sed -e "s,prefectures\, isochrones\, sites,prefectures\, sites," -e "s#- sites: .*#- sites: { file: $root/geodata/prefectures.shp, id: code, name: name_en, where: code >= 40 }#" \
    -e "/^prepare:/i\\  - reference_footprints: { file: $root/geodata/reference_footprints.csv, id: footprint_id, name: name_en }" \
    -e "s#^  - isochrones: .*#  - members: { to: [plants, universities, institutes], as: members }\n  - footprint: { count: [institutes, universities], references: reference_footprints }#" \
    -e "s#japan.gpkg#zones.gpkg#" "$scratch/demo.yaml" >"$config"
out=$scratch/zones.gpkg

tp run "$config" --threads 1
expect_code 0
expect_out "sites: of 8 polygons the core is linked for 0, given inside for 0, the best place of actors for 8"
expect_out "Daedeok Science Town: 5 km x 5 km, area 25 km2; 55 institutes (2.2/km2)"
expect_equal "$(sql "$out" "select count(*) from sites where core_rule = 'best_place' and core_name is not null and core_lon between 127 and 132")" 8 "cores"
expect_equal "$(sql "$out" "select count(*) from sites where zone_area_value > 1000 and zone_area_verdict = 'not_met' and zone_area_method = 'polygon'")" 8 "areas"
# More is in reach of a zone than of its core: Kumamoto's plants are all inside.
expect_equal "$(sql "$out" "select count(*) from sites where members_inside > members_reached and members_percent between 0 and 100")" 8 "members"
expect_equal "$(sql "$out" "select round(members_percent - 100.0 * members_reached / members_inside, 9) from sites where site_id = '43'")" 0.0 "share"
expect_equal "$(sql "$out" "select count(*) from sites where leading_industries_evidence like '%(inside)%from the core%(best_place)'")" 7 "evidence"
expect_equal "$(sql "$out" "select count(*) from sites where zone_area_evidence like '%core%'")" 0 "no core in an area"
expect_equal "$(sql "$out" "select group_concat(name, '|') from footprints where kind = 'reference'")" \
    "Daedeok Science Town|Research Triangle Park|Tsukuba Science City" "references"
expect_equal "$(sql "$out" "select count(*) from footprints where kind = 'zone' and length_km >= width_km and rectangle_km2 >= area_km2 and abs(institutes - institutes_per_km2 * area_km2) < 1e-6")" 8 "footprints"
expect_equal "$(sql "$out" "select count(*) from sites s join footprints f on f.footprint_id = s.site_id where abs(s.zone_area_value - f.area_km2) < 1e-9")" 8 "one area"
# A line of evidence begins at the core.
expect_equal "$(ogrinfo -q -dialect sqlite -sql "select count(*) as n from evidence_links l join sites s on s.site_id = l.site_id where abs(ST_X(ST_StartPoint(ST_GeometryN(l.geom, 1))) - s.core_lon) > 1e-9" "$out" | sed -n 's/.*n (.*) = //p')" 0 "links begin at cores"
tp explain "$out" 43
expect_code 0
expect_out "inside the zone or within 30"

cp "$out" "$scratch/one.gpkg"
tp run "$config" --threads 2
expect_code 0
cmp "$out" "$scratch/one.gpkg" || fail "two threads write other bytes than one"

# Of one member reached, and one that may be a member and, off the road, may be in reach: half of them or all, not more.
cat >"$scratch/road.geojson" <<'JSON'
{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"r","v":40},"geometry":
{"type":"LineString","coordinates":[[130.0,32.0],[130.1,32.0]]}}]}
JSON
printf 'id,kind,lon,lat\na,k,130.05,32.0\nb,,130.05,32.06\n' >"$scratch/members.csv"
cat >"$scratch/zone.geojson" <<'JSON'
{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"z"},"geometry":
{"type":"Polygon","coordinates":[[[129.9,31.9],[130.2,31.9],[130.2,32.2],[129.9,32.2],[129.9,31.9]]]}}]}
JSON
cat >"$scratch/share.yaml" <<'YAML'
id: share
title: { en: Share, ja: 割合 }
criteria:
  - id: share
    title: { en: Share, ja: 割合 }
    source: a test
    required: yes
    measure: { members: { to: institutes, where: kind = k, within: 30 min } }
    at_least: 90 percent
YAML
cat >"$scratch/share-run.yaml" <<YAML
read:
  - roads: { file: road.geojson, id: id, year: any }
  - institutes: { file: members.csv, id: id, lon: lon, lat: lat, crs: "EPSG:4326", year: any }
  - sites: { file: zone.geojson, id: id, year: any }
prepare:
  - network: { roads: roads, speed: v }
judge:
  - profile: share.yaml
write:
  - geopackage: share.gpkg
YAML
tp run "$scratch/share-run.yaml"
expect_code 0 "a share"
expect_equal "$(sql "$scratch/share.gpkg" "select verdict, value, low, high from verdicts")" "unknown|100.0|50.0|100.0" "bounds of a share"

# Settings of one's own: cores from a layer, and what is wrong with them, at once.
sed -e "s#^prepare:#prepare:\n  - core: { cores: prefectural_offices, walk: 300 m }#" "$config" >"$scratch/offices.yaml"
tp run "$scratch/offices.yaml"
expect_code 0
# (Kagoshima's office lies just off the simplified coast.)
expect_equal "$(sql "$out" "select count(*) from sites where core_rule = 'given' and core_name like '%Government Office'")" 7 "offices as cores"
expect_equal "$(sql "$out" "select core_rule from sites where site_id = '46'")" best_place "else the best place"
sed -e "s#^prepare:#prepare:\n  - core: { layer: cities, cores: prefectures, walk: 300 }\n  - core: { layer: prefectures, link: code }#" \
    "$config" >"$scratch/wrong.yaml"
tp validate "$scratch/wrong.yaml"
expect_code 2
expect_err "core needs a layer of points as 'cores', but prefectures is a polygon layer"
expect_err "'link' is a column of 'cores', which is not given"
expect_err "walk"
# Point sites get no core, and nothing is said of one.
tp validate "$scratch/demo.yaml"
expect_code 0
grep -q core "$scratch/out" && fail "a core for point sites: $(grep core "$scratch/out")"
finish
