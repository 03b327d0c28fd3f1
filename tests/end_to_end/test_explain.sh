# explain prints a site's criteria with evidence that names real places.
. "$(dirname "$0")/lib.sh"
tp run "$root/configs/japan.yaml" --output "$scratch/japan.gpkg" --quiet
expect_code 0
tp explain "$scratch/japan.gpkg" technopolis-23
expect_code 0
for words in "Kumamoto" "list1982: " "Kumamoto Airport" "at least 200,000 persons" "738,744 (2020)" "margin" "method " \
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
expect_equal "$(wc -c <"$scratch/out")" 0 "bytes printed before the unknown profile"
tp explain "$scratch/nowhere.gpkg" technopolis-23
expect_code 3 "no such file"
ogr2ogr -f GPKG "$scratch/foreign.gpkg" "$root/geodata/cities.shp" || fail "ogr2ogr"
tp explain "$scratch/foreign.gpkg" technopolis-23
expect_code 3 "a file that is not ours"
expect_err "expected a result of \`technopolis run\`"
# Files that look like ours but are not, or no longer.
broken() {
    cp "$scratch/japan.gpkg" "$scratch/broken.gpkg"
    sql "$scratch/broken.gpkg" "$1"
    tp explain "$scratch/broken.gpkg" technopolis-23 --profile "${2:-list1982}"
    expect_code 3 "$1"
    expect_equal "$(wc -l <"$scratch/err")" 1 "lines after $1: $(cat "$scratch/err")"
    ! grep -qiE "select|sqlite|ogr|gdal" "$scratch/err" || fail "raw text after $1: $(cat "$scratch/err")"
}
broken "DROP TABLE verdicts"
broken "ALTER TABLE verdicts RENAME COLUMN site_id TO place"
broken "ALTER TABLE criteria RENAME COLUMN profile TO list"
broken "DELETE FROM criteria"
for lost in "1" "site_id = 'technopolis-23' AND criterion_id = 'mother_city'"; do
    broken "DELETE FROM verdicts WHERE $lost"
    expect_out "list1982: not judged"
    ! grep -q "list1982: met" "$scratch/out" || fail "met without verdicts"
done
size=$(stat -c %s "$scratch/japan.gpkg")
for part in 2 3 4; do
    cp "$scratch/japan.gpkg" "$scratch/cut.gpkg"
    truncate -s $((size / part)) "$scratch/cut.gpkg"
    tp explain "$scratch/cut.gpkg" technopolis-23
    expect_code 3 "cut to 1/$part"
    expect_equal "$(wc -l <"$scratch/err")" 1 "lines of a cut file: $(cat "$scratch/err")"
    cp "$scratch/japan.gpkg" "$scratch/cut.gpkg"
    tr '\0' 'x' </dev/zero | head -c $((size / part)) | dd of="$scratch/cut.gpkg" bs=4096 seek=40 conv=notrunc status=none
    tp explain "$scratch/cut.gpkg" technopolis-23
    expect_code 3 "damaged"
done
tp explain "$scratch/japan.gpkg"
expect_code 2 "no id"
finish
