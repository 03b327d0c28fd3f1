# explain prints a site's criteria with evidence that names real places.
. "$(dirname "$0")/lib.sh"
tp run "$root/configs/japan.yaml" --output "$scratch/japan.gpkg" --quiet
expect_code 0
tp explain "$scratch/japan.gpkg" technopolis-23
expect_code 0
for words in "Kumamoto" "list1982: " "Kumamoto Airport" "at least 200,000 persons" "738,744 (2020)" "margin" "straight line" \
    "into Tokyo" "home by 24:00"; do
    expect_out "$words"
done
tp explain "$scratch/japan.gpkg" technopolis-18 --profile all
expect_code 0
expect_out "Shimonoseki"
expect_out "not met"
tp explain "$scratch/japan.gpkg" technopolis-99
expect_code 2 "an unknown site"
expect_err "technopolis-99"
tp explain "$scratch/japan.gpkg" "x' OR '1'='1"
expect_code 2 "a quote in an id"
tp explain "$scratch/japan.gpkg" technopolis-23 --profile nonsense
expect_code 2 "an unknown profile"
expect_err "list1982"
tp explain "$scratch/nowhere.gpkg" technopolis-23
expect_code 3 "no such file"
ogr2ogr -f GPKG "$scratch/foreign.gpkg" "$root/geodata/cities.shp" || fail "ogr2ogr"
tp explain "$scratch/foreign.gpkg" technopolis-23
expect_code 3 "a file that is not ours"
tp explain "$scratch/japan.gpkg"
expect_code 2 "no id"
finish
