# Six different mistakes in one configuration: six lines with line and column, exit code 2, nothing written.
. "$(dirname "$0")/lib.sh"
cat >"$scratch/bad.yaml" <<YAML
title: six mistakes
run: { yaer: 2020 }
read:
  - cities: { file: $root/geodata/cities.shp, id: cod, name: name_en }
  - airports: { file: $scratch/nowhere.shp, id: iata }
  - sites: { file: $root/geodata/sites.shp, id: site_id, name: name_en }
measure:
  - nearest: { of: sites, to: cities, within: 30, as: city }
  - conut: { of: sites, to: cities, within: 30 min }
judge:
  - profile: list1892
write:
  - geopackage: $scratch/out.gpkg
YAML
tp validate "$scratch/bad.yaml"
expect_code 2
expect_equal "$(wc -l <"$scratch/err")" 6 "lines on stderr: $(cat "$scratch/err")"
for where in ":2:8: " ":4:" ":5:" ":8:47: " ":9:5: " ":11:14: "; do
    expect_err "bad.yaml$where"
done
expect_err "did you mean 'year'"
expect_err "did you mean 'count'"
expect_err "list1892"
tp run "$scratch/bad.yaml"
expect_code 2
expect_equal "$(wc -l <"$scratch/err")" 6 "lines on stderr of run"
[ ! -e "$scratch/out.gpkg" ] || fail "something was written"
tp validate "$scratch/no-such.yaml"
expect_code 2 "no such configuration"
printf 'read: [\n' >"$scratch/broken.yaml"
tp validate "$scratch/broken.yaml"
expect_code 2 "broken YAML"
expect_err "broken.yaml:"
# Only data is at fault: 3. Only the machine: 4.
sed -e '/yaer/d; s/cod,/code,/; /within: 30,/d; /conut/d; /^measure/d; s/list1892/list1982/' "$scratch/bad.yaml" >"$scratch/data.yaml"
tp validate "$scratch/data.yaml"
expect_code 3 "a missing input"
expect_err "nowhere.shp"
sed -i -e '/nowhere/d; s#^  - geopackage: .*#  - geopackage: /proc/nowhere/out.gpkg#' "$scratch/data.yaml"
tp validate "$scratch/data.yaml"
expect_code 4 "an output that cannot be written"
finish
