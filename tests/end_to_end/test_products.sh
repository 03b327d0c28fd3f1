# Original files through their products: counts, names, joined wards, one point a place, datums, the census mesh.
. "$(dirname "$0")/lib.sh"
[ -d "$shared/ksj" ] && [ -d "$shared/mesh" ] || skip "the original files are not here"
file=$scratch/out.gpkg
cat >"$scratch/config.yaml" <<YAML
run: { crs: "EPSG:6668" }
read:
  - wards:      { file: $shared/ksj/N03-190101_14_GML, product: ksj-n03 }
  - merged:     { file: $shared/ksj/N03-190101_14_GML/N03-19_14_190101_2.shp, product: ksj-n03 }
  - cities:     { file: $shared/ksj/N03-190101_14_GML, product: ksj-n03-cities }
  - cities2:    { file: $shared/ksj/N03-190101_14_GML/N03-19_14_190101_2.shp, product: ksj-n03-cities }
  - stations:   { file: $shared/ksj/N02-20_GML, product: ksj-n02 }
  - shinkansen: { file: $shared/ksj/N02-20_GML, product: ksj-n02-shinkansen }
  - airports:   { file: $shared/airports/ksj_c28_airports.geojson, product: ksj-c28 }
  - mesh:       { file: $shared/mesh/census_mesh_2020_5339.zip, product: estat-mesh }
  - units:      { file: $shared/mesh/census_mesh_2020_5339.zip, product: estat-mesh-merged }
  - tokyo:      { file: $shared/encodings/sabae_two_datums/sabae_aed_tokyo.shp }
  - jgd2000:    { file: $shared/encodings/sabae_two_datums/sabae_aed_jgd2000.shp }
  - fukuchiyama: { file: $shared/encodings/fukuchiyama_shift_jis_cpg/fukuchiyama_JGD2000_6.shp }
write:
  - geopackage: $file
YAML
tp run "$scratch/config.yaml"
expect_code 0

# N03: 58 codes in the file without a .cpg, 39 in the second, where Yokohama and Sagamihara are one code each.
expect_equal "$(sql "$file" "SELECT count(*) || ' ' || count(DISTINCT code) FROM wards")" "58 58" "codes"
expect_equal "$(sql "$file" "SELECT count(*) || ' ' || count(DISTINCT code) FROM merged")" "39 39" "codes of the second form"
expect_equal "$(sql "$file" "SELECT group_concat(code || name) FROM merged WHERE code IN ('14100', '14150')")" "14100横浜市,14150相模原市" "one code each"
expect_equal "$(sql "$file" "SELECT name FROM wards WHERE code = '14106'")" "横浜市保土ケ谷区" "a ward's full name"
expect_equal "$(sql "$file" "SELECT name FROM merged WHERE code = '14131'")" "川崎市川崎区" "the same form in the second"
expect_equal "$(sql "$file" "SELECT count(*) FROM wards w JOIN merged m ON m.code = w.code AND m.name = w.name")" 37 "names right in both"
expect_equal "$(sql "$file" "SELECT count(*) FROM wards WHERE city = '横浜市' AND city_code = '14100'")" 18 "wards of Yokohama"
expect_equal "$(sql "$file" "SELECT count(*) FROM cities")" 33 "cities"
expect_equal "$(sql "$file" "SELECT count(*) FROM cities a JOIN cities2 b ON a.code = b.code AND a.name = b.name")" 33 "the same cities"
expect_equal "$(sql "$file" "SELECT code || name || wards FROM cities WHERE wards > 0 ORDER BY code" | tr '\n' ' ')" \
    "14100横浜市18 14130川崎市7 14150相模原市3 " "one city of 18 wards"
expect_equal "$(sql "$file" "SELECT group_concat(DISTINCT edition) FROM sources WHERE product LIKE 'ksj-n03%'")" "2000 to 2023" "edition"
/usr/bin/python3 - "$file" <<'PYTHON' || fail "areas"
import sys
from osgeo import ogr
data = ogr.Open(sys.argv[1])
areas = [{f["code"]: f.GetGeometryRef().GetArea() for f in data.GetLayerByName(n)} for n in ("cities", "cities2", "wards")]
worst = max(abs(areas[0][c] - areas[1][c]) / areas[0][c] for c in areas[0])
total = [sum(a.values()) for a in areas]
print("areas differ by at most", worst, total)
sys.exit(worst > 1e-9 or abs(total[0] - total[1]) > 1e-9 * total[0] or abs(total[0] - total[2]) > 1e-9 * total[0])
PYTHON

# N02: stations are lines in the file; 92 distinct names of shinkansen stations, one point each.
expect_equal "$(sql "$file" "SELECT count(*) || ' ' || count(DISTINCT name) || ' ' || min(shinkansen) FROM shinkansen")" "92 92 1" "shinkansen stations"
expect_equal "$(sql "$file" "SELECT line FROM shinkansen WHERE name = '新大阪'")" "山陽新幹線; 東海道新幹線" "lines collected"
expect_equal "$(sql "$file" "SELECT sum(shinkansen) FROM stations")" 92 "shinkansen among all stations"
expect_equal "$(sql "$file" "SELECT features_read FROM sources WHERE layer = 'stations'")" 10267 "sections"
expect_equal "$(sql "$file" "SELECT geometry_type_name FROM gpkg_geometry_columns WHERE table_name = 'stations'")" POINT "points"
expect_equal "$(sql "$file" "SELECT count(*) FROM rejects WHERE layer IN ('stations', 'shinkansen')")" 0 "no section is lost"

# C28: one point an airport; the file repeats Fukuoka, Kumamoto, Wakkanai, Monbetsu and Tottori.
expect_equal "$(sql "$file" "SELECT count(*) || ' ' || count(DISTINCT name) FROM airports")" "97 97" "airports"
expect_equal "$(sql "$file" "SELECT features_read FROM sources WHERE layer = 'airports'")" 108 "outlines"
expect_equal "$(sql "$file" "SELECT class || scheduled FROM airports WHERE name = '福岡空港'")" "national1" "class and scheduled service"

# e-Stat: every cell and every person; secret cells.
expect_equal "$(sql "$file" "SELECT count(*) || ' ' || sum(population) FROM mesh")" "4691 30215026" "census mesh"
expect_equal "$(sql "$file" "SELECT count(*) FROM mesh WHERE secret = 2 AND age_0_14 IS NULL AND merged_into IS NOT NULL")" 157 "secret cells"
expect_equal "$(sql "$file" "SELECT count(*) || ' ' || sum(population) FROM units")" "4534 30215026" "units"
expect_equal "$(sql "$file" "SELECT count(*) FROM units WHERE age_0_14 + age_15_64 + age_65_over > population")" 0 "ages within a unit"
expect_equal "$(sql "$file" "SELECT encoding || encoding_origin || crs_origin FROM sources WHERE layer = 'mesh'")" CP932productproduct "assumed by the product"

# The Sabae file in Tokyo datum lies within 0.1 m of its JGD2000 twin, by EPSG:15483, recorded accuracy 10 m.
expect_equal "$(sql "$file" "SELECT accuracy_m FROM sources WHERE layer = 'tokyo'")" 10.0 "accuracy"
expect_equal "$(sql "$file" "SELECT operation LIKE 'Tokyo to JGD2000 (1)%' FROM sources WHERE layer = 'tokyo'")" 1 "operation"
/usr/bin/python3 - "$file" <<'PYTHON' || fail "twins"
import math, sys
from osgeo import ogr
data = ogr.Open(sys.argv[1])
points = [[f.GetGeometryRef().GetPoint_2D() for f in data.GetLayerByName(n)] for n in ("tokyo", "jgd2000")]
worst = max(math.hypot((a[0] - b[0]) * 91000, (a[1] - b[1]) * 111000) for a, b in zip(*points))
print("twins differ by at most %.4f m of %d points" % (worst, len(points[0])))
sys.exit(worst > 0.1 or len(points[0]) != len(points[1]))
PYTHON
expect_equal "$(sql "$file" "SELECT encoding || ' ' || encoding_origin FROM sources WHERE layer = 'fukuchiyama'")" "CP932 cpg" "a .cpg of Shift_JIS"

# The list of products, and a product over what it does not fit.
tp list products
expect_code 0
expect_out "ksj-p29: Schools (KSJ P29) / 国土数値情報 学校 (untested on an original file)"
grep -q "^ksj-n03: .*untested" "$scratch/out" && fail "ksj-n03 was tested on an original file"
cat >"$scratch/wrong.yaml" <<YAML
read:
  - airports: { file: $shared/ksj/N02-20_GML/N02-20_Station.shp, product: ksj-c28 }
write:
  - geopackage: $scratch/wrong.gpkg
YAML
tp run "$scratch/wrong.yaml"
expect_code 3 "no edition"
expect_err "fits no edition of product ksj-c28: edition 2013 and later: it has no field C28_101"
expect_err "its fields: N02_001, N02_002"
finish
