# 47 prefecture files as one layer, of which one is cut short, one in another CRS (Tokyo datum) and one in UTF-8 while
# the others are in CP932 and say nothing: stopped by or skipped over as run.on_error says, and nothing lost silently.
. "$(dirname "$0")/lib.sh"
/usr/bin/python3 -c 'from osgeo import ogr' 2>/dev/null || skip "python3-gdal is not installed"
/usr/bin/python3 - "$scratch" <<'PY'
import os, sys
from osgeo import gdal, ogr, osr
gdal.UseExceptions()
os.chdir(sys.argv[1])

def crs(code):
    c = osr.SpatialReference()
    c.ImportFromEPSG(code)
    c.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return c

driver = ogr.GetDriverByName("ESRI Shapefile")
for p in range(1, 48):
    name = "P29_%02d" % p
    encoding = "UTF-8" if p == 13 else "CP932"
    d = driver.CreateDataSource(name + ".shp")
    layer = d.CreateLayer(name, crs(4301 if p == 20 else 4612), ogr.wkbPoint, options=["ENCODING=" + encoding])
    for field, width in (("code", 8), ("name", 40)):
        f = ogr.FieldDefn(field, ogr.OFTString)
        f.SetWidth(width)
        layer.CreateField(f)
    for i in range(100):
        f = ogr.Feature(layer.GetLayerDefn())
        f["code"] = "%02d%03d" % (p, i)
        f["name"] = "髙﨑大学①%d号館" % i
        f.SetGeometry(ogr.CreateGeometryFromWkt("POINT (%.6f %.6f)" % (130 + p / 5, 33 + i / 100)))
        layer.CreateFeature(f)
    layer = d = None
    os.remove(name + ".cpg")
    with open(name + ".dbf", "r+b") as f:       # the language driver id says nothing
        f.seek(29)
        f.write(b"\0")
os.truncate("P29_08.shp", os.path.getsize("P29_08.shp") // 2)
os.truncate("P29_08.dbf", os.path.getsize("P29_08.dbf") // 2)
# one name whose bytes are no text, 0x85 0xFF, in a file that says CP932
with open("P29_30.cpg", "w") as f:
    f.write("Shift_JIS")
with open("P29_30.dbf", "r+b") as f:
    data = f.read()
    at = data.index("大学".encode("cp932")) - 4
    f.seek(at)
    f.write(b"\x85\xff")
PY
{
    printf 'run: { on_error: stop, crs: "EPSG:6668" }\nread:\n  - schools:\n      id: code\n      name: name\n      file:\n'
    for p in $(seq -w 1 47); do
        printf '        - P29_%s.shp\n' "$p"
    done
    printf 'write:\n  - geopackage: out.gpkg\n'
} >"$scratch/config.yaml"

tp run "$scratch/config.yaml"
expect_code 3 "stop"
expect_err "config.yaml:14:11: P29_08.shp: cut short: 1450 bytes, its header speaks of 2900"
[ -e "$scratch/out.gpkg" ] && fail "written although a file cannot be used"
grep -v P29_08 "$scratch/err" | grep -q P29_ && fail "other files are blamed: $(cat "$scratch/err")"

sed -i 's/on_error: stop/on_error: skip/' "$scratch/config.yaml"
tp run "$scratch/config.yaml"
expect_code 0 "skip"
expect_err "warning: P29_08.shp: cut short"
out=$scratch/out.gpkg
expect_equal "$(sql "$out" "SELECT count(*), count(DISTINCT source_file) FROM schools")" "4600|46" "what is kept"
expect_equal "$(sql "$out" "SELECT count(*), sum(features_read), sum(features_kept) FROM sources WHERE layer = 'schools'")" \
    "47|4600|4600" "sources"
# every name is there but the one that cannot be decoded
expect_equal "$(sql "$out" "SELECT count(*) FROM schools WHERE name = '髙﨑大学①' || CAST(substr(code, 3) AS INTEGER) || '号館'")" \
    4599 "names"
expect_equal "$(sql "$out" "SELECT group_concat(code) FROM schools WHERE name IS NULL")" 30000 "the name that is none"
expect_equal "$(sql "$out" "SELECT source_file, reason, source_fid IS NULL FROM rejects ORDER BY source_file")" \
    "P29_08.shp|file cannot be used|1
P29_30.shp|text cannot be decoded|0" "rejects"
expect_equal "$(sql "$out" "SELECT detail LIKE 'name: 85FF____91E58A77%' FROM rejects WHERE source_file = 'P29_30.shp'")" \
    1 "its bytes"
expect_equal "$(sql "$out" "SELECT encoding, encoding_origin, count(*) FROM sources WHERE sha256 IS NOT NULL
    GROUP BY 1, 2 ORDER BY 1, 2")" "CP932|cpg|1
CP932|detected|44
UTF-8|utf-8|1" "encodings"
expect_equal "$(sql "$out" "SELECT crs || ' / ' || operation || ' / ' || accuracy_m FROM sources WHERE file = 'P29_20.shp'")" \
    "EPSG:4301 Tokyo / Tokyo to JGD2000 (1) + JGD2000 to JGD2011 (2) / 10.0" "the other datum"
# written as 134 33 in Tokyo datum: some 450 m to the north-west in JGD2011
expect_equal "$(/usr/bin/python3 -c "
from osgeo import ogr
d = ogr.Open('$out')
l = d.GetLayer('schools')
l.SetAttributeFilter(\"code = '20000'\")
f = l.GetNextFeature()
g = f.GetGeometryRef()
print('%.3f %.3f' % (g.GetX(), g.GetY()))")" "133.997 33.003" "moved by the datum"
expect_equal "$(sql "$out" "SELECT DISTINCT coverage FROM sources WHERE layer = 'schools' AND sha256 IS NOT NULL")" \
    "sample, since a file was left out" "no longer complete"
finish
