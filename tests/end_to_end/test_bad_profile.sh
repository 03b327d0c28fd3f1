# A profile with one mistake of each kind, in a configuration with mistakes of its own: all of them at once, with line and
# column, and nothing is run.
. "$(dirname "$0")/lib.sh"
cat >"$scratch/bad.yaml" <<'YAML'
id: bad
title: { en: Bad, ja: 悪い }
criteria:
  - id: one
    title: { en: A, ja: あ }
    source: me
    required: yes
    measure: { nearst: { to: cities } }
    at_most: 30 min
  - id: two
    title: { en: B, ja: い }
    source: me
    required: yes
    measure: { count: { to: plants, distinct: indutry, within: 30 min } }
    at_least: 2 industries
  - id: three
    title: { en: C, ja: う }
    source: me
    required: yes
    measure: { nearest: { to: cities, where: people >= 200000 } }
    at_most: 30 km
  - id: four
    title: { en: D, ja: え }
    source: me
    required: no
    measure: { largest: { to: cities, column: population, within: 30 min } }
    at_least: 300000 persons
    at_most: 200000 persons
  - id: five
    title: { en: E, ja: お }
    source: me
    required: perhaps
    measure: { nearest: { to: harbours } }
    at_most: 30 min
  - id: six
    title: { en: F, ja: か }
    source: me
    required: yes
    measure: { kinds: { to: [plants, plants], within: 5 km } }
    at_least: 2 kinds
YAML
cat >"$scratch/config.yaml" <<YAML
read:
  - cities: { file: $root/geodata/cities.shp, id: code, name: name_en }
  - plants: { file: $root/geodata/plants.shp, id: plant_id, coverage: sample }
  - sites: { file: $root/geodata/sites.shp, id: site_id }
measure:
  - nearest: { to: cities, where: popluation > 1, as: near }
judge:
  - agreement: { where: rolle = zone }
  - profile: bad.yaml
  - profile: bad.yaml
  - score: { profile: bad, weights: { one: 0.5, two: 0.2 } }
write:
  - geopackage: out.gpkg
YAML
tp validate "$scratch/config.yaml"
expect_code 2
for said in \
    "bad.yaml:8:16: unknown measure 'nearst' (did you mean 'nearest'" \
    "bad.yaml:14:47: layer plants has no column 'indutry'" \
    "bad.yaml:20:46: layer cities has no column 'people'" \
    "bad.yaml:21:14: criterion 'three': the threshold is a length" \
    "bad.yaml:28:14: at_least 300000 persons and at_most 200000 persons contradict each other" \
    "bad.yaml:32:15: required: expected yes or no, found 'perhaps'" \
    "bad.yaml:33:31: criterion 'five' names the layer 'harbours', which is neither a standard layer nor read" \
    "bad.yaml:39:" \
    "config.yaml:6:35: layer cities has no column 'popluation'" \
    "config.yaml:8:5: agreement compares verdicts (expected a \`profile\` before it)" \
    "config.yaml:8:25: layer sites has no column 'rolle'" \
    "config.yaml:10:14: the profile 'bad' is named twice" \
    "config.yaml:11:37: weights: they add up to 0.7 (expected 1)"; do
    expect_err "$said"
done
[ ! -e "$scratch/out.gpkg" ] || fail "validate wrote something"
cp "$scratch/err" "$scratch/validated"
tp run "$scratch/config.yaml"
expect_code 2
cmp -s "$scratch/err" "$scratch/validated" || fail "run says something else than validate"
expect_equal "$(sort "$scratch/err" | uniq -d | grep -v warning | head -3)" "" "nothing is said twice"
finish
