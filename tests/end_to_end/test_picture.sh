# Pictures of the demonstration: there, in the verdicts' colours, the same again; and everything that can be wrong.
. "$(dirname "$0")/lib.sh"
config=$scratch/demo.yaml
demo_config "$config"
tp run "$config"
expect_code 0
expect_out "japan.png"
expect_out "japan.svg"
png=$scratch/japan.png svg=$scratch/japan.svg
[ -s "$png" ] && [ -s "$svg" ] || fail "no pictures"
/usr/bin/python3 - "$png" "$svg" <<'PYTHON' || fail "the pictures are not as they should be"
import re, sys, xml.etree.ElementTree
from osgeo import gdal
gdal.UseExceptions()
picture = gdal.Open(sys.argv[1])
assert (picture.RasterXSize, picture.RasterYSize) == (1200, 1440), "size"
bands = picture.ReadRaster(0, 0, 1200, 1440)
n = 1200 * 1440
assert len(bands) == 3 * n, "three bands"
red, green, blue = bands[:n], bands[n:2 * n], bands[2 * n:]
counts = {}
for pixel in zip(red, green, blue):
    counts[pixel] = counts.get(pixel, 0) + 1
for name, colour in (("met", (0, 158, 115)), ("not met", (213, 94, 0)), ("unknown", (123, 127, 134))):
    found = sum(many for pixel, many in counts.items() if max(abs(a - b) for a, b in zip(pixel, colour)) <= 1)
    assert found > 300, (name, found)
assert counts[(227, 237, 241)] > 100000, "sea"
text = open(sys.argv[2], encoding="utf-8").read()
xml.etree.ElementTree.fromstring(text)
# A mark is one fill of its colour: 73 sites and three in the legend.
marks = sum(len(re.findall(r'fill:rgb\(%s\);fill-opacity:1' % colour.replace(".", r"\."), text))
            for colour in ("0%,62%,45.1%", "83.5%,36.9%,0%", "48.2%,49.8%,52.5%"))
assert marks == 76, marks
PYTHON
cp "$png" "$scratch/first.png"
cp "$svg" "$scratch/first.svg"
tp run "$config" --threads 2 --quiet
expect_code 0
cmp -s "$png" "$scratch/first.png" || fail "another PNG of the same inputs"
cmp -s "$svg" "$scratch/first.svg" || fail "another SVG of the same inputs"
# --output moves both.
tp run "$config" --quiet --output "$scratch/other.gpkg"
expect_code 0
[ -s "$scratch/other.png" ] && [ -s "$scratch/other.svg" ] || fail "--output does not move the pictures"

# Every mistake at once, before anything runs.
small() {
    printf 'title: 小さな地図\nread:\n  - prefectures: { file: %s/geodata/prefectures.shp, id: code, name: name_en }\n  - flights: { file: %s/geodata/flights.csv, id: flight_id }\nwrite:\n  - picture: { %s }\n' \
        "$root" "$root" "$1" >"$scratch/small.yaml"
}
small "file: a.gif, also: a.gif, size: 10 x 10 px, extent: 1 2 3, layers: [prefectures, nothing, flights], column: q"
tp validate "$scratch/small.yaml"
expect_code 2
expect_err "'a.gif' is no kind of picture"
expect_err "'a.gif' is written twice"
expect_err "'10 x 10 px' is no size of a picture"
expect_err "'1 2 3' is no extent"
expect_err "layer 'nothing' is not read"
expect_err "layer 'flights' is a table"
expect_err "no layer of the picture has a column 'q'"
small "file: a.png, extent: -10 40 10 60"
tp run "$scratch/small.yaml"
expect_code 2 "an extent where nothing is"
expect_err "small.yaml:6:"
expect_err "nothing that the picture shows lies in longitude -10 to 10"
[ ! -e "$scratch/a.png" ] || fail "a picture of nothing is written"
small "file: /proc/a.png"
tp run "$scratch/small.yaml"
expect_code 4 "a folder that cannot be written"
expect_err "/proc/a.png"

# Nothing half-written when the disk is full: here a limit on the size of files.
for name in full.png full.svg; do
    small "file: $name"
    (
        ulimit -f 8
        "$program" run "$scratch/small.yaml" >"$scratch/out" 2>"$scratch/err"
    )
    code=$?
    expect_code 4 "a disk that is full"
    expect_err "$name"
    [ -z "$(find "$scratch" -name 'full.*')" ] || fail "$name or its beginning is left"
done

# Another language, and machines without the fonts: a warning, not an end.
mkdir "$scratch/no-fonts"
printf '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>%s/no-fonts</dir><cachedir>%s/no-cache</cachedir></fontconfig>' \
    "$scratch" "$scratch" >"$scratch/fonts.conf"
small "file: none.png, language: ja"
FONTCONFIG_FILE=$scratch/fonts.conf tp run "$scratch/small.yaml"
expect_code 0 "no fonts"
expect_out "drawn as boxes"
[ -s "$scratch/none.png" ] || fail "no picture without fonts"
latin=$(fc-list :family=DejaVuSans file 2>/dev/null | head -1 | sed 's/: *$//')
latin=${latin:-$(fc-list :family='DejaVu Sans' file 2>/dev/null | head -1 | sed 's/: *$//')}
if [ -n "$latin" ]; then
    cp "$latin" "$scratch/no-fonts/"
    FONTCONFIG_FILE=$scratch/fonts.conf tp run "$scratch/small.yaml"
    expect_code 0 "a Latin font only"
    expect_out "drawn as boxes"
fi
finish
