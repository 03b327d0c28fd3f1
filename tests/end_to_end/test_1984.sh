# The demonstration in 1984: stations, roads and populations of that time, and what is not known of it stays unknown.
. "$(dirname "$0")/lib.sh"
sed -e "s#\.\./geodata/#$root/geodata/#; s#\.\./out/#$scratch/#" "$root/configs/japan-1984.yaml" >"$scratch/before.yaml"
sed -e "s#\.\./geodata/#$root/geodata/#; s#\.\./out/#$scratch/#" "$root/configs/japan.yaml" >"$scratch/after.yaml"
tp run "$scratch/before.yaml"
expect_code 0
expect_out "warning: flights: of 2020, 36 years after the run's year 1984"
before=$scratch/japan-1984.gpkg
station() {
    sql "$1" "SELECT shinkansen || ' ' || ifnull(kind, '-') FROM stations WHERE station_id = '$2'"
}
expect_equal "$(station "$before" morioka)" "1 shinkansen" "Morioka, 1982"
expect_equal "$(station "$before" nagano)" "0 -" "Nagano, 1997"
expect_equal "$(sql "$before" "SELECT count(*) FROM stations WHERE shinkansen = 1 AND shink_year > 1984")" 0 "shinkansen"
expect_equal "$(sql "$before" "SELECT count(*) FROM stations WHERE opened > 1984")" 0 "stations opened later"
expect_equal "$(sql "$before" "SELECT count(*) FROM airports WHERE iata IN ('CTS', 'KIX', 'NGO', 'HIJ')")" 0 "airports"
expect_equal "$(sql "$before" "SELECT count(*) FROM plants WHERE opened IS NULL OR opened > 1984")" 0 "plants"
expect_equal "$(sql "$before" "SELECT count(*) > 100 FROM rejects WHERE layer = 'plants' AND reason = 'year not known'")" \
    1 "plants of which the year is not known"
evidence() { # SITE CRITERION
    sql "$before" "SELECT verdict || ': ' || evidence FROM verdicts WHERE site_id = '$1' AND criterion_id = '$2'"
}
case $(evidence capital-04 mother_city) in
"met: "*"Sendai 664,868 (1980)"*) ;;
*) fail "Sendai's population: $(evidence capital-04 mother_city)" ;;
esac
case $(evidence technopolis-18 mother_city) in
"unknown: "*"Ube 168,958 (1980)"*) ;; # too few people, but the table of 1980 is a sample
*) fail "Ube's population: $(evidence technopolis-18 mother_city)" ;;
esac
case $(evidence technopolis-18 day_return) in
*"flights: of 2020, 36 years after the run's year"*) ;;
*) fail "the flights' year: $(evidence technopolis-18 day_return)" ;;
esac
case $(evidence technopolis-18 mother_city) in
*"cities: of"*) fail "1980 is close to 1984" ;;
esac

# the same places today
tp run "$scratch/after.yaml"
expect_code 0
expect_out "compared with $scratch/japan-1984.gpkg (1984, now 2024): the same 73 sites"
after=$scratch/japan.gpkg
expect_equal "$(station "$after" nagano)" "1 shinkansen" "Nagano today"
expect_equal "$(sql "$after" "SELECT verdict_before, value_after > 0, year_before, year_after FROM changes
    WHERE site_id = 'technopolis-18' AND criterion_id = 'mother_city'")" "unknown|1|1984|2024" "changes"
expect_equal "$(sql "$after" "SELECT count(*) FROM changes c JOIN verdicts v USING (profile, site_id, criterion_id)
    WHERE c.verdict_after <> v.verdict")" 0 "verdict_after is this run's"
finish
