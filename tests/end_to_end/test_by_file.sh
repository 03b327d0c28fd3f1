# A new criterion over measures that are there, and a new profile: a file alone. Its columns, evidence, band, and place
# among the profiles of the program are those of any other.
. "$(dirname "$0")/lib.sh"
cat >"$scratch/mine.yaml" <<'YAML'
id: mine
title: { en: Our own list, ja: 独自の要件 }
criteria:
  - id: test_centre
    title: { en: A national institute within 20 minutes, ja: 20分以内の国立研究機関 }
    source: our own wish
    required: yes
    measure: { nearest: { to: institutes, where: kind = national } }
    at_most: 20 min
  - id: middle_city
    title: { en: A city of middle size in reach, ja: 中規模都市 }
    source: our own wish
    required: no
    measure: { largest: { to: cities, column: population, within: 30 min } }
    at_least: 150000 persons
    at_most: 300000 persons
  - id: gateways
    title: { en: Two kinds of gateway within an hour by road, ja: 1時間以内の2種類の玄関口 }
    source: our own wish
    required: yes
    measure: { kinds: { to: [airports, stations, junctions], within: 60 min, by: best } }
    at_least: 2 kinds
YAML
sed -e "s#\.\./geodata/#$root/geodata/#; s#\.\./out/#$scratch/#; s#profile: cluster2004#profile: mine.yaml#" \
    "$root/configs/historical.yaml" >"$scratch/config.yaml"
tp run "$scratch/config.yaml"
expect_code 0
file=$scratch/historical.gpkg
expect_equal "$(sql "$file" "SELECT group_concat(n) FROM (SELECT count(*) AS n FROM verdicts GROUP BY profile ORDER BY profile)")" \
    "352,352,132,352" "44 sites by the criteria of law1983, list1982, mine, vision1980"
expect_equal "$(sql "$file" "SELECT comparison || ' ' || measure FROM criteria WHERE criterion_id = 'middle_city'")" \
    "between largest (to cities, column population, within 30 min) at least 150,000 and at most 300,000 persons" "a band"
# Ube has 162,707 persons: inside the band, nearer to its lower bound.
tp explain "$file" technopolis-18 --profile mine
expect_code 0
expect_out "162,707 persons, at least 150,000 persons; margin +12,707"
expect_out "3 of 3 kinds within 60 min"
# The same as the only profile fills the columns of sites.
sed -i '/profile: list1982/d; /profile: law1983/d; /profile: vision1980/d' "$scratch/config.yaml"
tp run "$scratch/config.yaml"
expect_code 0
expect_equal "$(sql "$file" "SELECT test_centre_verdict || ' ' || gateways_value || ' ' || middle_city_margin FROM sites WHERE site_id = 'technopolis-18'")" \
    "$(sql "$file" "SELECT (SELECT verdict FROM verdicts WHERE site_id = 'technopolis-18' AND criterion_id = 'test_centre') || ' 3.0 12707.0'")" \
    "columns of sites"
# The best places found can be the cores that core_access asks for.
sed -e 's/profile: mine.yaml/profile: list1982/; s/in: prefectures, top: 3/in: prefectures, top: 1, as: cores/' "$scratch/config.yaml" >"$scratch/cores.yaml"
tp run "$scratch/cores.yaml"
expect_code 0 "cores found"
expect_equal "$(sql "$file" "SELECT count(*) FROM verdicts WHERE criterion_id = 'core_access' AND evidence LIKE 'cores: nearest %'")" 44 \
    "core_access goes to the layer"
expect_equal "$(sql "$file" "SELECT count(*) = count(DISTINCT area_id) AND max(kinds) = 3 FROM cores")" 1 "one core a prefecture"
# A profile put beside the program's own is found by its name and listed.
mkdir -p "$scratch/data/profiles"
cp "$root"/configs/profiles/*.yaml "$scratch/mine.yaml" "$scratch/data/profiles/"
export TECHNOPOLIS_DATA=$scratch/data
tp list criteria
expect_out "test_centre: A national institute within 20 minutes"
sed -i 's/profile: mine.yaml/profile: mine/' "$scratch/config.yaml"
tp validate "$scratch/config.yaml"
expect_code 0 "by its name"
finish
