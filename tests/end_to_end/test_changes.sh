# `changes`: this run's verdicts beside those of an earlier one.
. "$(dirname "$0")/lib.sh"
cat >"$scratch/sites.csv" <<'CSV'
id,lon_deg,lat_deg
a,139,35
b,139,36
c,139,37
d,139,38
CSV
# b has its city in both years, a only later, c only before; d's is farther before
cat >"$scratch/cities.csv" <<'CSV'
id,population,opened,closed,lon_deg,lat_deg
A,250000,1990,,139.001,35
B,250000,1900,,139.001,36
C,250000,1900,1990,139.001,37
D,250000,1900,1990,139.1,38
D2,250000,1990,,139.05,38
CSV
cat >"$scratch/profile.yaml" <<'YAML'
id: small
title: { en: Small, ja: 小 }
criteria:
  - id: mother
    title: { en: A city, ja: 市 }
    source: made for this test
    required: yes
    measure: { nearest: { to: cities, where: population >= 200000 } }
    at_most: 30 min
YAML
config() { # YEAR OUT [CHANGES]
    cat <<YAML
run: { year: $1 }
read:
  - cities: { file: cities.csv, id: id, crs: "EPSG:6668", from: opened, to: closed }
  - sites: { file: sites.csv, id: id, crs: "EPSG:6668" }
judge:
  - profile: profile.yaml
${3:+  - changes: $3}
write:
  - geopackage: $2
YAML
}
config 1984 before.gpkg >"$scratch/before.yaml"
config 2020 after.gpkg "{ against: before.gpkg }" >"$scratch/after.yaml"

tp run "$scratch/after.yaml"
expect_code 3 "no earlier file"
expect_err "after.yaml:7:25: before.gpkg: no such file (run the configuration that writes it first)"
[ -e "$scratch/after.gpkg" ] && fail "written although the earlier file is missing"

tp run "$scratch/before.yaml"
expect_code 0
tp run "$scratch/after.yaml"
expect_code 0
rows() {
    sql "$scratch/after.gpkg" "SELECT profile, site_id, ifnull(criterion_id, '-'), verdict_before, verdict_after,
        value_before IS NULL, value_after IS NULL, year_before, year_after FROM changes ORDER BY fid"
}
expect_equal "$(rows)" "small|a|mother|not_met|met|0|0|1984|2020
small|c|mother|met|not_met|0|0|1984|2020
small|d|mother|met|met|0|0|1984|2020
small|a|-|not_met|met|1|1|1984|2020
small|c|-|met|not_met|1|1|1984|2020" "what changed"
expect_equal "$(sql "$scratch/after.gpkg" "SELECT count(*) FROM changes WHERE abs(value_before - 2 * value_after) < 0.01
    AND abs(margin_before + value_before - 30) < 1e-9 AND site_id = 'd'")" 1 "values and margins of d"
expect_out "compared with before.gpkg (1984, now 2020): the same 4 sites"
expect_out "small/mother: 1 site from not met to met: a"
expect_out "small: 1 site from met to not met: c"
expect_equal "$(sql "$scratch/after.gpkg" "SELECT length(sha256), features_read FROM sources WHERE file = 'before.gpkg'")" \
    "64|4" "the earlier file is a source"

# nothing differs from itself
config 2020 same.gpkg "{ against: after.gpkg, as: differences }" >"$scratch/same.yaml"
tp run "$scratch/same.yaml"
expect_code 0
expect_equal "$(sql "$scratch/same.gpkg" "SELECT count(*) FROM differences")" 0 "no differences"

# other sites
sed -i 's/^d,/x,/; /^b,/d' "$scratch/sites.csv"
tp run "$scratch/after.yaml"
expect_code 0
expect_out "warning: compared with before.gpkg (1984, now 2020): 2 sites are in both; 1 only here, 2 only there"
sed -i 's/^\([ac]\),/z\1,/' "$scratch/sites.csv"
tp run "$scratch/after.yaml"
expect_code 0
expect_out "warning: before.gpkg (1984, now 2020) has none of the sites judged here: nothing is compared"

# files that are not ours
sqlite3 "$scratch/before.gpkg" "DELETE FROM gpkg_contents WHERE table_name = 'verdicts'; DROP TABLE verdicts"
tp validate "$scratch/after.yaml"
expect_code 3 "no verdicts"
expect_err "before.gpkg: is no result of technopolis (it has no table verdicts: nothing was judged)"
echo nonsense >"$scratch/before.gpkg"
tp validate "$scratch/after.yaml"
expect_code 3 "no GeoPackage"
expect_err "before.gpkg: is no result of technopolis"

# optional, and out of order
config 2020 after.gpkg "{ against: none.gpkg, optional: yes }" >"$scratch/after.yaml"
tp run "$scratch/after.yaml"
expect_code 0
expect_out "nothing is compared: none.gpkg is not there"
sed -i '/profile.yaml/d' "$scratch/after.yaml"
tp validate "$scratch/after.yaml"
expect_code 2 "nothing judged"
expect_err "changes compares what is judged above it"
finish
