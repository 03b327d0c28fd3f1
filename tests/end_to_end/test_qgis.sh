# The demonstration and the densities in a real QGIS: see tests/qgis/styles.py.
. "$(dirname "$0")/lib.sh"
QT_QPA_PLATFORM=offscreen /usr/bin/python3 -c "import qgis.core" 2>/dev/null ||
    skip "python3-qgis is not installed (tests/run --all installs it)"
for config in japan density; do
    for language in en ja; do
        tp run "$root/configs/$config.yaml" --output "$scratch/$config.gpkg" --set "run.language=$language" --quiet
        expect_code 0 "$config"
        timeout 200 /usr/bin/python3 "$root/tests/qgis/styles.py" "$scratch/$config.gpkg" "$scratch/$config.png" ||
            fail "$config in QGIS ($language)"
    done
done
# A rewrite keeps one style a layer, and the bytes.
cp "$scratch/japan.gpkg" "$scratch/before.gpkg"
tp run "$root/configs/japan.yaml" --output "$scratch/japan.gpkg" --set run.language=ja --quiet
expect_equal "$(sql "$scratch/japan.gpkg" "SELECT count(*) = count(DISTINCT f_table_name) FROM layer_styles")" 1 "styles a layer"
cmp "$scratch/before.gpkg" "$scratch/japan.gpkg" || fail "a rewrite differs"
finish
