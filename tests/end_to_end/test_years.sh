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

# a population by its year, from a table that has several; its year in the evidence where it is far from the run's
cat >"$scratch/cities.csv" <<'CSV'
id,population,pop1980,lon_deg,lat_deg
Ube,162707,208958,139,35
CSV
cat >"$scratch/sites.csv" <<'CSV'
id,lon_deg,lat_deg
s,139,35.01
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
judge() { # RUN_YEAR ENTRY
    cat >"$scratch/config.yaml" <<YAML
run: { year: $1 }
read:
  - cities: { file: cities.csv, id: id, crs: "EPSG:6668", $2 }
  - sites: { file: sites.csv, id: id, crs: "EPSG:6668" }
judge:
  - profile: profile.yaml
write:
  - geopackage: out.gpkg
YAML
    tp run "$scratch/config.yaml"
    expect_code 0 "$1 $2" >&2
    sql "$scratch/out.gpkg" "SELECT verdict || ' ' || (evidence LIKE '%; cities: of 2020, 6 years after the run''s year') FROM verdicts"
}
of_1980="year: 1980, columns: { population: pop1980, population_2020: population }"
expect_equal "$(judge 1984 "$of_1980")" "met 0" "the population of 1980"
expect_equal "$(judge 2015 "year: 2020")" "not_met 0" "that of 2020, 5 years after"
expect_equal "$(judge 2014 "year: 2020")" "not_met 1" "that of 2020, 6 years after"
expect_out "warning: cities: of 2020, 6 years after the run's year 2014"
finish
