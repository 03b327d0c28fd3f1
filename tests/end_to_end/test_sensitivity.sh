# configs/sensitivity.yaml on the demonstration: sweeps, tornado, a Monte Carlo of 1,000 draws, scores; all explained.
. "$(dirname "$0")/lib.sh"

config() { # FILE SED-EXPRESSION: the demonstration's sensitivity with something changed
    sed -e "s#\.\./geodata/#$root/geodata/#; s#\.\./out/#$scratch/#" -e "${2:-}" "$root/configs/sensitivity.yaml" >"$1"
}

# ---- the whole demonstration, and how long 1,000 draws take ----
config "$scratch/c.yaml"
begin=$(date +%s)
tp run "$scratch/c.yaml" --threads 1 # two threads of many on a busy machine wait for each other
expect_code 0
seconds=$(($(date +%s) - begin))
echo "1,000 draws and all the rest: $seconds s"
[ "$seconds" -le 60 ] || fail "1,000 draws took $seconds s"
expect_out "sites that meet mother_city (of 73) with its threshold at"
expect_out "of all numbers changed by 20 %"
expect_out "sites keep their verdict in at least 95 % of the draws"
expect_out "Kendall's tau between the ranks by 'industry_and_research' and by 'access'"
file=$scratch/sensitivity.gpkg
expect_equal "$(sql "$file" "SELECT count(*) FROM sensitivity WHERE kind = 'monte_carlo' AND scope = 'site'")" 73 "sites drawn"
expect_equal "$(sql "$file" "SELECT count(*) FROM sensitivity WHERE kind = 'monte_carlo' AND met + not_met + unknown <> draws")" 0 "draws"
expect_equal "$(sql "$file" "SELECT count(*) FROM sensitivity WHERE abs(probability + probability_not_met + probability_unknown - 1) > 1e-12")" 0 "probabilities"
expect_equal "$(sql "$file" "SELECT count(*) FROM sensitivity WHERE kind <> 'monte_carlo' AND met + not_met + unknown <> 73")" 0 "sites counted"

# The value that the profile has gives what the profile gives.
for criterion in mother_city transport_hub day_return; do
    expect_equal "$(sql "$file" "SELECT met FROM sensitivity WHERE kind = 'sweep' AND criterion_id = '$criterion' AND scope = 'criterion' AND parameter = 'threshold' AND change_percent = 0")" \
        "$(sql "$file" "SELECT count(*) FROM verdicts WHERE criterion_id = '$criterion' AND verdict = 'met'")" "$criterion as it is"
done
expect_equal "$(sql "$file" "SELECT met FROM sensitivity WHERE parameter = 'population' AND value = 200000 AND kind = 'sweep' AND scope = 'criterion'")" \
    "$(sql "$file" "SELECT count(*) FROM verdicts WHERE criterion_id = 'mother_city' AND verdict = 'met'")" "200,000 persons"

# A flip is one: the verdict that the changed threshold gives, by hand for sites with one failing criterion of one part.
expect_equal "$(sql "$file" "SELECT count(*) FROM flips")" 73 "flips"
expect_equal "$(sql "$file" "SELECT count(*) FROM flips f JOIN verdicts v USING (profile, site_id, criterion_id) WHERE f.verdict = 'not_met' AND f.criterion_id = 'mother_city' AND f.parameter = 'threshold' AND abs(f.flip_at - v.value) > 1e-9")" 0 "flips at the value"
# The population that would do is that of the largest city in reach.
expect_equal "$(sql "$file" "SELECT flip_at || ' ' || mother_city_population || ' ' || becomes || ' ' || parameter FROM flips JOIN sites USING (site_id) WHERE site_id = 'technopolis-18'")" "162707.0 162707.0 met population" "Ube's population"
expect_equal "$(sql "$file" "SELECT count(*) FROM verdicts WHERE margin IS NOT NULL AND abs(margin_percent - 100 * margin / threshold) > 1e-9")" 0 "margins in percent"

# A score never hides a required criterion that fails.
expect_equal "$(sql "$file" "SELECT count(*) FROM scorecards WHERE (verdict = 'not_met') != (failed_required IS NOT NULL)")" 0 "failed criteria"
expect_equal "$(sql "$file" "SELECT count(*) FROM scorecards WHERE score_low < 0 OR score_high > 1 OR score_low > score_high")" 0 "scores"
expect_equal "$(sql "$file" "SELECT count(*) FROM scorecards WHERE rank < rank_best OR rank > rank_worst")" 0 "ranks"

tp explain "$file" technopolis-18
expect_code 0
expect_out "becomes met with the population of mother_city at 162,707 instead of 200,000 (-18.6 %)"
expect_out "probability by 1000 draws: met "
expect_out "score by 'access': "
expect_out "margin -20.4 (-68 %)"

# ---- without spread every probability is 0 or 1, and is the verdict ----
config "$scratch/z.yaml" 's/monte_carlo: .*/monte_carlo: { draws: 20, speed: 0 %, thresholds: 0 %, position_error: 0 m }/'
tp run "$scratch/z.yaml" --output "$scratch/z.gpkg" --quiet --threads 1
expect_code 0
expect_equal "$(sql "$scratch/z.gpkg" "SELECT count(*), sum(CASE v.verdict WHEN 'met' THEN probability WHEN 'not_met' THEN probability_not_met ELSE probability_unknown END = 1) FROM verdicts v JOIN sensitivity s USING (profile, site_id, criterion_id) WHERE s.kind = 'monte_carlo'")" "584|584" "certain"
expect_equal "$(sql "$scratch/z.gpkg" "SELECT sum(CASE v.verdict WHEN 'met' THEN probability WHEN 'not_met' THEN probability_not_met ELSE probability_unknown END = 1) FROM sites v JOIN sensitivity s USING (site_id) WHERE s.kind = 'monte_carlo' AND s.scope = 'site'")" 73 "certain sites"

# ---- the same seed: the same bytes at any number of threads; another seed: other draws ----
config "$scratch/s.yaml" 's/draws: 1000/draws: 100/'
tp run "$scratch/s.yaml" --output "$scratch/one.gpkg" --threads 1 --quiet
tp run "$scratch/s.yaml" --output "$scratch/two.gpkg" --threads 2 --quiet
cmp -s "$scratch/one.gpkg" "$scratch/two.gpkg" || fail "one and two threads give different files"
tp run "$scratch/s.yaml" --output "$scratch/other.gpkg" --set run.seed=2 --quiet --threads 1
[ "$(sql "$scratch/one.gpkg" "SELECT group_concat(met) FROM sensitivity WHERE kind = 'monte_carlo'")" != \
    "$(sql "$scratch/other.gpkg" "SELECT group_concat(met) FROM sensitivity WHERE kind = 'monte_carlo'")" ] || fail "seeds do not matter"

# ---- mistakes: all at once, with line and column, before anything runs ----
config "$scratch/bad.yaml" 's/mother_city: \[20 min, 25 min.*/mother_ctiy: [20 min]/; s/\[180 min, 240 min.*/[3 km]/; s/leading_industries: 0.25/leading_industries: 0.3/; s/tornado: .*/tornado: much/'
tp run "$scratch/bad.yaml"
expect_code 2
for words in "unknown criterion 'mother_ctiy' (did you mean 'mother_city'?" "'3 km' is not in the unit of day_return" \
    "they add up to 1.05 (expected 1)" "tornado: expected a share"; do
    expect_err "$words"
done
expect_equal "$(grep -c "bad.yaml:[0-9]*:[0-9]*:" "$scratch/err")" 4 "mistakes with their places"
[ ! -e "$scratch/bad.gpkg" ] || fail "something was written"
finish
