# Plants with industrial codes become core industries by a table; a code in no class is known not to be one of them.
. "$(dirname "$0")/lib.sh"
cat >"$scratch/plants.csv" <<'CSV'
id,name,jsic,lon_deg,lat_deg
p1,Chips,2814,139.00,35.0
p2,More chips,28141,139.01,35.0
p3,Robots,2694,139.02,35.0
p4,Bread,0971,139.03,35.0
p5,Not known,,139.04,35.0
p6,Cables,2341,139.05,35.0
CSV
printf 'id,name,lon_deg,lat_deg\ns,Here,139.0,35.0\nfar,There,140.0,36.0\n' >"$scratch/sites.csv"
config() {
    cat >"$scratch/config.yaml" <<YAML
read:
  - plants: { file: plants.csv, id: id, name: name, crs: "EPSG:6668" }
  - core_codes: { file: $root/geodata/core_codes.csv, id: jsic_code }
  - sites: { file: sites.csv, id: id, name: name, crs: "EPSG:6668" }
prepare:
  - classify: { layer: plants, column: jsic, by: core_codes, class: industry$1 }
judge:
  - profile: list1982
write:
  - geopackage: out.gpkg
YAML
    tp run "$scratch/config.yaml"
    expect_code 0 "$1"
}
config ""
expect_equal "$(sql "$scratch/out.gpkg" "SELECT group_concat(plant || '=' || ifnull(industry, '-')) FROM (SELECT id AS plant, industry FROM plants ORDER BY id)")" \
    "p1=integrated-circuits,p2=integrated-circuits,p3=industrial-robots,p4=-,p5=-,p6=-" "the longest beginning"
expect_out "plants: 3 rows are of a class by core_codes, 2 of none, 1 have no code"
config ", others: leave_out"
expect_equal "$(sql "$scratch/out.gpkg" "SELECT group_concat(id) FROM (SELECT id FROM plants ORDER BY id)")" "p1,p2,p3,p5" "left out"
# Two industries are near; far away nothing is, and nothing is missing there.
expect_equal "$(sql "$scratch/out.gpkg" "SELECT group_concat(leading_industries_verdict || leading_industries_value) FROM sites")" "met2.0,not_met0.0" "industries"
# Every class of the table is a core industry, and each code stands once.
python3 - "$root/geodata" <<'PYTHON' || fail "core_codes.csv"
import csv, sys
read = lambda name: list(csv.DictReader(open(sys.argv[1] + "/" + name, encoding="utf-8")))
codes = read("core_codes.csv")
known = {r["industry_id"] for r in read("core_industries.csv")}
sys.exit(any(r["industry"] not in known for r in codes) or len({r["jsic_code"] for r in codes}) < len(codes))
PYTHON
sed -i 's/class: industry/class: indutry/; s/column: jsic/column: jsci/' "$scratch/config.yaml"
tp validate "$scratch/config.yaml"
expect_code 3
expect_err "config.yaml:6:40: layer plants has no column 'jsci'"
expect_err "layer core_codes has no column 'indutry'"
finish
