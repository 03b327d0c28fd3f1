# Screening: squares of a prefecture as sites, candidate zones of those that meet everything or do not fail, equal bytes
# at any number of threads, and the mistakes one can make.
. "$(dirname "$0")/lib.sh"
config=$scratch/grid.yaml
sed -e "s#\.\./geodata/#$root/geodata/#; s#\.\./out/#$scratch/#; s#code >= 40#code = 41#; s#minimum: 5#minimum: 1#" \
    -e "s#geopackage: \(.*\)#geopackage: { file: \1, evidence: met_or_unknown }#" "$root/configs/kyushu-grid.yaml" >"$config"
out=$scratch/kyushu-grid.gpkg
tp run "$config" --threads 1
expect_code 0
expect_out "candidate zones (candidates)"
expect_out "meet all required criteria"
n=$(sql "$out" "select count(*) from sites")
[ "$n" -gt 2000 ] && [ "$n" -lt 2700 ] || fail "$n squares in Saga, which has 2,440 km2"
expect_equal "$(sql "$out" "select count(*) from sites where prefecture_code <> '41' or length(mesh_code) <> 8 or site_id <> mesh_code")" 0 "prefecture"
# Every square that is met is in one zone, and so is every one that does not fail.
expect_equal "$(sql "$out" "select sum(cells) from candidates where kind = 'met'")" \
    "$(sql "$out" "select count(*) from sites where verdict = 'met'")" "squares that are met"
expect_equal "$(sql "$out" "select sum(cells) from candidates where kind = 'met_or_unknown'")" \
    "$(sql "$out" "select count(*) from sites where verdict <> 'not_met'")" "squares that do not fail"
expect_equal "$(sql "$out" "select round(sum(area_km2), 6) from candidates where kind = 'met'")" \
    "$(sql "$out" "select round(sum(area_km2), 6) from sites where verdict = 'met'")" "area"
expect_equal "$(sql "$out" "select count(*) from candidates where mother_city_margin_least < 0 or research_base_margin_least < 0 or day_return_margin_least < 0")" 0 "margins"
# The polygons hold the centres of their squares and no others, and are valid.
expect_equal "$(ogrinfo -q -dialect sqlite -sql "select count(*) as n from candidates where not ST_IsValid(geom)" "$out" | sed -n 's/.*n (.*) = //p')" 0 "valid"
expect_equal "$(ogrinfo -q -dialect sqlite -sql "select count(*) as n from candidates c join sites s on ST_Contains(c.geom, s.geom) where (c.kind = 'met' and s.verdict = 'met') or (c.kind <> 'met' and s.verdict <> 'not_met')" "$out" | sed -n 's/.*n (.*) = //p')" \
    "$(sql "$out" "select sum(cells) from candidates")" "squares inside"
expect_equal "$(ogrinfo -q -dialect sqlite -sql "select count(*) as n from candidates c join sites s on ST_Contains(c.geom, s.geom) where (c.kind = 'met' and s.verdict <> 'met') or s.verdict = 'not_met'" "$out" | sed -n 's/.*n (.*) = //p')" 0 "no others"
# Evidence is written of squares that do not fail.
expect_equal "$(sql "$out" "select count(*) from sites where (day_return_evidence is null) <> (verdict = 'not_met')")" 0 "evidence"
expect_equal "$(sql "$out" "select count(*) from verdicts v join sites s on s.site_id = v.site_id where (v.evidence is null) <> (s.verdict = 'not_met')")" 0 "evidence of verdicts"
cp "$out" "$scratch/one.gpkg"
tp run "$config" --threads 2
expect_code 0
cmp "$out" "$scratch/one.gpkg" || fail "two threads write other bytes than one"
# An ad-hoc place is judged by the same criteria, without a grid.
tp site "$config" --lon 130.3 --lat 33.26 --name "A field"
expect_code 0
expect_out "A field"

# Mistakes, all at once and before anything runs.
sed -e "s#- grid: .*#- grid: { over: cities, where: nothing = 1, mesh: 3 km }#; s#candidates: .*#candidates: { profile: law, neighbours: all }#" \
    "$config" >"$scratch/wrong.yaml"
tp validate "$scratch/wrong.yaml"
expect_code 2
expect_err "3 km"
expect_err "neighbours"
sed -e "s#- grid: .*#- grid: { over: cities, where: nothing = 1 }#; s#candidates: .*#candidates: { profile: law }#" \
    "$config" >"$scratch/wrong.yaml"
tp validate "$scratch/wrong.yaml"
expect_code 2
expect_err "grid covers polygons, but cities is a point layer"
expect_err "layer cities has no column 'nothing'"
expect_err "no profile of this configuration has the id 'law'"
sed -e "/- grid: /d; s#^prepare:#  - sites: { file: $root/geodata/sites.shp, id: site_id, name: name_en }\nprepare:#; /- profile: /d" \
    "$config" >"$scratch/wrong.yaml"
tp validate "$scratch/wrong.yaml"
expect_code 2
expect_err "candidates are zones of squares, but the layer sites has no column of texts 'mesh_code'"
expect_err "candidates needs judged sites (expected a step \`profile\` before it)"
finish
