# list tells what there is; --version and --help tell the rest.
. "$(dirname "$0")/lib.sh"
tp list stages
expect_code 0
for words in "read: layer" "measure: nearest" "measure: day_return" "judge: profile" "write: geopackage" "default 40 km/h" \
    "required" "adds {of}.{as}_minutes"; do
    expect_out "$words"
done
tp list criteria
expect_code 0
expect_out "mother_city"
expect_out "at least 10,000 persons"
expect_out "nearest (to cities, where population >= 200000) at most 30 min"
expect_out "distinct "
expect_out "within 30 min"
tp list profiles
expect_code 0
expect_out "list1982"
tp list products
expect_code 0
tp list nonsense
expect_code 2
tp --version
expect_code 0
for words in technopolis GDAL PROJ GEOS; do
    expect_out "$words"
done
tp --help
expect_code 0
expect_out "technopolis run CONFIG"
tp nonsense
expect_code 2
expect_err "unknown command 'nonsense'"
tp
expect_code 2
tp run --help
expect_code 0
finish
