# The main job: all layers are there, every site is judged, and the summary says so.
. "$(dirname "$0")/lib.sh"
tp run "$root/configs/japan.yaml" --output "$scratch/japan.gpkg"
expect_code 0
for criterion in leading_industries research_base residential_zone mother_city transport_hub day_return core_access \
    zone_area; do
    expect_out "$criterion"
done
file=$scratch/japan.gpkg
for layer in sites verdicts criteria evidence_links prefectures cities universities institutes plants airports stations roads isochrones \
    rail flights rejects run_info sources parameters; do
    [ -n "$(sql "$file" "SELECT 1 FROM gpkg_contents WHERE table_name = '$layer'")" ] || fail "no layer $layer"
done
expect_equal "$(sql "$file" "SELECT count(*) FROM sites")" 73 "sites"
expect_equal "$(sql "$file" "SELECT count(*) FROM sites WHERE site_id LIKE 'technopolis-%'")" 26 "zones"
expect_equal "$(sql "$file" "SELECT count(*) FROM verdicts")" $((73 * 8)) "verdicts"
expect_equal "$(sql "$file" "SELECT count(*) FROM criteria")" 8 "criteria"
expect_equal "$(sql "$file" "SELECT count(*) FROM verdicts WHERE verdict NOT IN ('met', 'not_met', 'unknown')")" 0 "verdict words"
expect_equal "$(sql "$file" "SELECT count(*) FROM verdicts WHERE (margin >= 0) != (verdict = 'met')")" 0 "margin and verdict"
expect_equal "$(sql "$file" "SELECT count(*) FROM verdicts WHERE evidence IS NULL OR evidence = ''")" 0 "evidence"
expect_equal "$(sql "$file" "SELECT count(*) FROM sites WHERE (mother_city_population >= 200000) != (mother_city_verdict = 'met')")" 0 \
    "the mother city is met exactly when its population reaches the threshold"
expect_equal "$(sql "$file" "SELECT count(*) FROM sites WHERE criteria_met + criteria_not_met + criteria_unknown != 8")" 0 "counts of criteria"
expect_equal "$(sql "$file" "SELECT count(*) FROM sites WHERE prefecture_code IS NULL OR prefecture_method IS NULL")" 0 "prefectures"
expect_equal "$(sql "$file" "SELECT count(*) FROM sites WHERE day_return_evidence LIKE '%by the road model%stay%home by 24:00%'")" 73 \
    "a day-return chain for every site"
expect_equal "$(sql "$file" "SELECT count(*) FROM sites WHERE mother_city_method = 'road_model' AND mother_city_evidence LIKE '% min by the road model (%'")" 73 \
    "minutes on the road model, labelled so"
expect_equal "$(sql "$file" "SELECT count(*) FROM sites WHERE off_road_m BETWEEN 0 AND 2000")" 73 "distance to the network"
expect_equal "$(sql "$file" "SELECT count(*) FROM isochrones WHERE minutes = 30 AND method = 'road_model' AND area_km2 > 0")" 26 "isochrones"
expect_equal "$(sql "$file" "SELECT count(*) FROM run_info WHERE key = 'network.nodes'")" 1 "what the network is made of"
expect_equal "$(sql "$file" "SELECT count(*) FROM sources")" 13 "sources"
expect_equal "$(sql "$file" "SELECT count(*) FROM sources WHERE length(sha256) != 64")" 0 "checksums"
expect_equal "$(sql "$file" "PRAGMA integrity_check")" ok "integrity"
for layer in sites evidence_links prefectures cities; do
    expect_equal "$(sql "$file" "SELECT count(*) FROM gpkg_extensions WHERE table_name = '$layer' AND extension_name = 'gpkg_rtree_index'")" 1 \
        "spatial index of $layer"
done
expect_equal "$(sql "$file" "SELECT mother_city_verdict FROM sites WHERE site_id = 'technopolis-18'")" not_met "Ube at 200,000"
[ -z "$(ls "$scratch" | grep -v -e '^japan.gpkg$' -e '^japan\.\(html\|png\|svg\)$' -e '^out$' -e '^err$')" ] || fail "left behind: $(ls "$scratch")"
finish
