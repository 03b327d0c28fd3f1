# The historical test: four profiles on 26 zones and 18 other capitals; the table of agreement against SQL's own counting.
. "$(dirname "$0")/lib.sh"
for name in historical historical-1984; do
    sed -e "s#\.\./geodata/#$root/geodata/#; s#\.\./out/#$scratch/#" "$root/configs/$name.yaml" >"$scratch/$name.yaml"
    tp run "$scratch/$name.yaml"
    expect_code 0 "$name"
    expect_out "agreement with what was chosen"
done
file=$scratch/historical.gpkg
expect_equal "$(sql "$file" "SELECT group_concat(profile) FROM (SELECT DISTINCT profile FROM verdicts ORDER BY profile)")" \
    "cluster2004,law1983,list1982,vision1980" "profiles in verdicts"
expect_equal "$(sql "$file" "SELECT sum(role = 'zone') || ' ' || sum(role = 'no_zone') || ' ' || count(*) FROM sites")" "26 18 44" "sites"
# Ube: below 200,000, above 150,000, with both margins.
tp explain "$file" technopolis-18 --profile all
expect_code 0
expect_out "A mother city of at least 200,000 persons: not met"
expect_out "50.4 min, at most 30 min; margin -20.4"
expect_out "A mother city of at least 150,000 persons: met"
expect_out "0 min, at most 30 min; margin +30"
expect_out "Ube 162,707 (2020)"
# Which zones lie between 150,000 and 200,000: their flip is the population of their city, and at it they are judged anew.
flips() { # PROFILE CONDITION
    sql "$file" "SELECT group_concat(substr(site_id, 13) || ':' || CAST(flip_at AS INT), ' ') FROM (SELECT * FROM flips
        WHERE profile = '$1' AND criterion_id = 'mother_city' AND parameter = 'population' AND site_id LIKE 'techno%' AND $2 ORDER BY site_id)"
}
expect_equal "$(flips list1982 "verdict = 'not_met' AND flip_at >= 150000")" \
    "01:170234 12:189742 13:154155 17:196755 18:162707" "not met at 200,000, met at 150,000"
expect_equal "$(flips law1983 "becomes = 'not_met' AND flip_at <= 200000")" \
    "01:170235 12:189743 13:154156 17:196756 18:162708" "no longer met one person above"
sed -e 's/id: list1982/id: mine/; s/population >= 200000/population >= 170234/' "$root/configs/profiles/list1982.yaml" >"$scratch/mine.yaml"
sed -e '/- profile: /d; s/agreement: .*/profile: mine.yaml/' "$scratch/historical.yaml" >"$scratch/at.yaml"
tp run "$scratch/at.yaml" --output "$scratch/at.gpkg"
expect_code 0 "at the flip"
expect_equal "$(sql "$scratch/at.gpkg" "SELECT verdict FROM sites WHERE site_id = 'technopolis-01'")" \
    "$(sql "$file" "SELECT becomes FROM flips WHERE site_id = 'technopolis-01' AND profile = 'list1982'")" "the verdict told"
# Where the largest is of another reach, its steps are not those of the condition.
sed -i '/- population:/,$ { s/within: 30 min, touching/within: 20 min, touching/ }' "$scratch/mine.yaml"
tp run "$scratch/at.yaml" --output "$scratch/at.gpkg"
expect_code 0 "another reach"
expect_equal "$(sql "$scratch/at.gpkg" "SELECT count(*) FROM flips WHERE parameter = 'population'")" 0 "no flips of the population"
# Every criterion's row of the table, counted again.
count() {
    sql "$1" "WITH v AS (SELECT v.profile, v.criterion_id, v.verdict, s.role FROM verdicts v JOIN sites s USING (site_id)),
        again AS (SELECT profile, criterion_id,
            sum(role = 'zone' AND verdict = 'met') a, sum(role = 'zone' AND verdict = 'not_met') b,
            sum(role = 'zone' AND verdict = 'unknown') c, sum(role <> 'zone' AND verdict = 'met') d,
            sum(role <> 'zone' AND verdict = 'not_met') e, sum(role <> 'zone' AND verdict = 'unknown') f
            FROM v GROUP BY profile, criterion_id)
        SELECT count(*), sum(chosen_met = a AND chosen_not_met = b AND chosen_unknown = c AND other_met = d
            AND other_not_met = e AND other_unknown = f
            AND recall IS (CASE WHEN a + b > 0 THEN 1.0 * a / (a + b) END)
            AND recall_low IS 1.0 * a / (a + b + c) AND recall_high IS 1.0 * (a + c) / (a + b + c)
            AND precision IS (CASE WHEN a + d > 0 THEN 1.0 * a / (a + d) END)
            AND precision_low IS (CASE WHEN a + d + f > 0 THEN 1.0 * a / (a + d + f) END)
            AND precision_high IS (CASE WHEN a + c + d > 0 THEN 1.0 * (a + c) / (a + c + d) END))
        FROM again JOIN agreement USING (profile, criterion_id)"
}
expect_equal "$(count "$file")" "29|29" "agreement of the criteria"
expect_equal "$(count "$scratch/historical-1984.gpkg")" "29|29" "agreement of the criteria in 1984"
# The whole of each profile: of a site not met where a required criterion is not, else unknown where one is.
expect_equal "$(sql "$file" "WITH w AS (SELECT v.profile, v.site_id, s.role, min(CASE v.verdict WHEN 'not_met' THEN 0
        WHEN 'unknown' THEN 1 ELSE 2 END) AS whole FROM verdicts v JOIN criteria c USING (profile, criterion_id)
        JOIN sites s USING (site_id) WHERE c.required GROUP BY v.profile, v.site_id)
    SELECT sum(ok) FROM (SELECT chosen_met = sum(role = 'zone' AND whole = 2) AND chosen_not_met = sum(role = 'zone' AND whole = 0)
        AND other_met = sum(role <> 'zone' AND whole = 2) AND other_unknown = sum(role <> 'zone' AND whole = 1) AS ok
        FROM w JOIN agreement a ON a.profile = w.profile AND a.criterion_id IS NULL GROUP BY w.profile)")" 4 "the whole"
# Between two profiles it compares the earlier ones only; sites of which it is not known whether they were chosen are left
# out, and said to be.
sed -e '/profile: vision1980/d; /profile: cluster2004/d' -e 's/agreement: .*/agreement: { where: mother_en = Kumamoto, as: kumamoto }\n  - profile: vision1980/' \
    "$scratch/historical.yaml" >"$scratch/between.yaml"
tp run "$scratch/between.yaml" --output "$scratch/between.gpkg"
expect_code 0 "between"
expect_out "of 18 sites it is not known whether mother_en = Kumamoto: left out"
expect_equal "$(sql "$scratch/between.gpkg" "SELECT group_concat(profile || ' ' || chosen_met || ' ' || (other_met + other_not_met + other_unknown)) FROM kumamoto WHERE criterion_id IS NULL")" \
    "list1982 1 25,law1983 1 25" "one chosen of 26"
sed -i 's/mother_en = Kumamoto/role = nobody/' "$scratch/between.yaml"
tp run "$scratch/between.yaml" --output "$scratch/between.gpkg"
expect_code 0 "nobody chosen"
expect_out "recall: none was chosen"
# An ad-hoc place is judged by the four profiles; it was neither chosen nor not, and has no columns of its own.
sed -i 's/  - agreement: .*/&\n  - sensitivity: { monte_carlo: { draws: 10, position_column: pos_err_m, position_error: 1 km } }/' "$scratch/historical-1984.yaml"
tp site "$scratch/historical-1984.yaml" --lon 131.25 --lat 33.95 --name "A field"
expect_code 0 "an ad-hoc place"
expect_out "cluster2004: "
expect_out "probability by 10 draws"
# At any number of threads the same bytes.
tp run "$scratch/historical.yaml" --threads 1 --output "$scratch/one.gpkg"
cmp -s "$file" "$scratch/one.gpkg" || fail "one thread writes other bytes"
finish
