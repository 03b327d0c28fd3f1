# A result edited in a real QGIS afterwards, points, lines, polygons and a table: see tests/qgis/edits.py.
. "$(dirname "$0")/lib.sh"
QT_QPA_PLATFORM=offscreen /usr/bin/python3 -c "import qgis.core" 2>/dev/null ||
    skip "python3-qgis is not installed (tests/run --all installs it)"
demo_config "$scratch/japan.yaml"
tp run "$scratch/japan.yaml" --output "$scratch/japan.gpkg" --quiet
expect_code 0
before=$(sql "$scratch/japan.gpkg" "SELECT count(*), total(population) FROM cities")
timeout 300 /usr/bin/python3 "$root/tests/qgis/edits.py" "$scratch/japan.gpkg" sites:name prefectures:name_en roads:name_en \
    evidence_links:feature_name verdicts:evidence || fail "edits in QGIS"
expect_equal "$(sql "$scratch/japan.gpkg" "SELECT count(*), total(population) FROM cities")" "$before" "a layer that was left alone"
/usr/bin/python3 "$root/tests/end_to_end/geopackage_standard.py" "$scratch/japan.gpkg" || fail "the standard's tables"
# The program still reads what QGIS wrote.
tp report "$scratch/japan.gpkg" --output "$scratch/japan.html"
expect_code 0 "a report of the edited file"
finish
