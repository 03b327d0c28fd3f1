# report writes one page, from the command and from the stage alike, and says what is wrong with what it is given.
. "$(dirname "$0")/lib.sh"
demo_config "$scratch/demo.yaml"
sed -i "s#^  - picture:#  - report: $scratch/stage.html\n&#" "$scratch/demo.yaml" # before the picture, whose findings are not in the GeoPackage
tp run "$scratch/demo.yaml" --quiet
expect_code 0
file=$scratch/japan.gpkg
tp report "$file" --output "$scratch/command.html"
expect_code 0
cmp "$scratch/stage.html" "$scratch/command.html" || fail "the stage and the command write different pages"
tp report "$file" --output "$scratch/again.html"
cmp "$scratch/command.html" "$scratch/again.html" || fail "two pages of one file differ"
page=$scratch/command.html
size=$(stat -c %s "$page")
[ "$size" -lt 3000000 ] || fail "the page has $size bytes"
# Nothing that a browser would fetch: no address but those in texts of the data, the licence and the names of SVG.
template=$root/web/template.html
! grep -o '<style>.*' "$template" | grep -qiE '@import|url\(' || fail "the style refers to something outside"
! grep -qi sourceMappingURL "$template" || fail "the template refers to something outside"
! grep -oiE '(src|href)="?https?:[^ >]*' "$template" | grep -v leafletjs.com | grep . || fail "the template fetches something"
grep -q "default-src 'none'" "$page" || fail "no content security policy"
grep -q "BSD 2-Clause\|Redistributions of source code" "$page" || fail "Leaflet's licence is missing"

# A projected output lies where the geographic one does.
tp run "$scratch/demo.yaml" --set run.crs=EPSG:6675 --output "$scratch/projected.gpkg" --quiet
expect_code 0
tp report "$scratch/projected.gpkg" --output "$scratch/command2.html"
expect_code 0
/usr/bin/python3 - "$scratch/command.html" "$scratch/command2.html" <<'PY' || fail "the page of a projected file"
import json, sys
def sites(path):
    text = open(path, encoding="utf-8").read()
    start = text.index('id="data">') + 10
    flat = json.loads(text[start:text.index("</script>", start)])["sites"]["points"]
    x = y = 0
    out = []
    for i in range(0, len(flat), 2):
        x += flat[i]; y += flat[i + 1]; out.append((x, y))
    return out
a, b = sites(sys.argv[1]), sites(sys.argv[2])
assert len(a) == len(b) == 73
assert all(abs(p[0] - q[0]) <= 1 and abs(p[1] - q[1]) <= 1 for p, q in zip(a, b)), "positions differ"
kumamoto = a[-4]
assert 122e5 < kumamoto[0] < 154e5 and 20e5 < kumamoto[1] < 46e5
PY

# What is wrong, and whose fault it is.
bad() {
    local code_expected=$1 words=$2
    shift 2
    tp report "$@"
    expect_code "$code_expected" "$*"
    expect_err "$words"
    expect_equal "$(wc -l <"$scratch/err")" 1 "lines of $*: $(cat "$scratch/err")"
    [ ! -e "$scratch/none.html" ] || fail "$* wrote a page"
    ! ls "$scratch"/*.partial >/dev/null 2>&1 || fail "$* left a partial file"
}
none=$scratch/none.html
bad 2 "--output" "$file"
bad 2 "are needed" --output "$none"
bad 2 "too many" "$file" "$file" --output "$none"
bad 3 "no such file" "$scratch/nowhere.gpkg" --output "$none"
# The page never takes the place of the result, by whatever name.
cp "$file" "$scratch/kept.gpkg"
ln -s kept.gpkg "$scratch/link.gpkg"
bad 2 "is the result itself" "$scratch/kept.gpkg" --output "$scratch/kept.gpkg"
bad 2 "is the result itself" "$scratch/kept.gpkg" --output "$scratch/link.gpkg"
cmp "$file" "$scratch/kept.gpkg" || fail "report wrote over the result"
echo "this is no map" >"$scratch/text.gpkg"
bad 3 "cannot be read" "$scratch/text.gpkg" --output "$none"
ogr2ogr -f GPKG "$scratch/foreign.gpkg" "$root/geodata/cities.shp" || fail "ogr2ogr"
bad 3 "expected a result of \`technopolis run\`" "$scratch/foreign.gpkg" --output "$none"
head -c 200000 "$file" >"$scratch/cut.gpkg"
bad 3 "cut.gpkg" "$scratch/cut.gpkg" --output "$none"
without() {
    cp "$file" "$scratch/less.gpkg"
    sql "$scratch/less.gpkg" "$1"
    bad 3 "$2" "$scratch/less.gpkg" --output "$none"
}
without "DELETE FROM gpkg_contents WHERE table_name = 'sites'; DROP TABLE sites" "'sites'"
without "DELETE FROM verdicts" "verdicts"
without "ALTER TABLE criteria RENAME COLUMN threshold TO limit_" "'threshold'"
bad 4 "cannot be written" "$file" --output "$scratch/text.gpkg/page.html"
bad 4 "cannot be written" "$file" --output /proc/none.html
bad 4 "cannot be written" "$file" --output "$scratch"
if [ -c /dev/full ]; then
    bad 4 "cannot be written" "$file" --output /dev/full
fi
bad 3 "no such file" "$scratch/nowhere.gpkg" --output /proc/none.html

# The stage says so before anything runs.
printf 'read:\n  - cities: { file: %s/geodata/cities.shp, id: code }\nwrite:\n  - report: %s\n' "$root" "$none" >"$scratch/nothing.yaml"
tp validate "$scratch/nothing.yaml"
expect_code 2
expect_err "nothing.yaml:4:5: there is nothing to report"
sed "s#$scratch/stage.html#$scratch/japan.gpkg#" "$scratch/demo.yaml" >"$scratch/twice.yaml"
tp validate "$scratch/twice.yaml"
expect_code 2
expect_err "another output"
finish
