# The page in a real Chromium: see tests/page/page.mjs.
. "$(dirname "$0")/lib.sh"
chromium=$(command -v chromium || command -v chromium-browser || true)
[ -n "$chromium" ] || skip "chromium is not installed (tests/run --all installs it)"
command -v node >/dev/null || skip "node is not installed (tests/run --all installs it)"

# The demonstration under two profiles that differ in the mother city's population alone.
sed -e 's/^id: list1982/id: list150/; s/population >= 200000/population >= 150000/' "$root/configs/profiles/list1982.yaml" >"$scratch/list150.yaml"
demo_config "$scratch/two.yaml"
sed -i "s#  - profile: list1982#  - profile: list1982\n  - profile: $scratch/list150.yaml#; s#^title:.*#title: Japan against the 1982 list#" "$scratch/two.yaml"
tp run "$scratch/two.yaml" --output "$scratch/two.gpkg" --quiet
expect_code 0
tp report "$scratch/two.gpkg" --output "$scratch/page.html"
expect_code 0

# Names that would run if they were read as HTML.
cp "$scratch/two.gpkg" "$scratch/odd.gpkg"
ogrinfo -q "$scratch/odd.gpkg" -sql "UPDATE sites SET name = '<script>alert(1)</script>', name_en = '<script>alert(1)</script>' WHERE site_id = 'technopolis-23'"
sql "$scratch/odd.gpkg" "UPDATE verdicts SET evidence = '</script><img src=x onerror=alert(2)>' WHERE site_id = 'technopolis-23' AND criterion_id = 'mother_city'"
tp report "$scratch/odd.gpkg" --output "$scratch/odd.html"
expect_code 0

# 50,000 cells of one kilometre.
cp "$scratch/two.gpkg" "$scratch/mesh.gpkg"
/usr/bin/python3 - "$scratch/mesh.gpkg" <<'PY'
import sys
from osgeo import ogr, osr
ogr.UseExceptions()
file = ogr.Open(sys.argv[1], 1)
if file.GetLayerByName("mesh_density") is not None:
    file.DeleteLayer("mesh_density")
crs = osr.SpatialReference()
crs.ImportFromEPSG(6668)
crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
layer = file.CreateLayer("mesh_density", crs, ogr.wkbPolygon)
for name, kind in (("mesh_code", ogr.OFTString), ("n", ogr.OFTInteger64), ("density", ogr.OFTReal), ("gi_z", ogr.OFTReal), ("class", ogr.OFTInteger)):
    layer.CreateField(ogr.FieldDefn(name, kind))
layer.StartTransaction()
w, h = 45 / 3600, 30 / 3600
for i in range(50000):
    col, row = i % 250, i // 250
    x, y = 136 + col * w, 35 + row * h
    feature = ogr.Feature(layer.GetLayerDefn())
    n = (i * 7919) % 97 % 13
    feature["mesh_code"], feature["n"], feature["density"] = f"{i:08d}", n, n / 1.05
    feature["gi_z"], feature["class"] = (i % 70) / 10 - 3.5, i % 7 - 3
    feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POLYGON(({x!r} {y!r},{x + w!r} {y!r},{x + w!r} {y + h!r},{x!r} {y + h!r},{x!r} {y!r}))"))
    layer.CreateFeature(feature)
layer.CommitTransaction()
PY
tp report "$scratch/mesh.gpkg" --output "$scratch/mesh.html"
expect_code 0

list() {
    sql "$scratch/two.gpkg" "SELECT coalesce(json_group_array(id), '[]') FROM ($1)"
}
# Whole verdicts under both profiles: all required criteria are met, or one is not, else unknown.
whole="SELECT profile, site_id AS id, CASE WHEN sum(v.verdict = 'not_met') > 0 THEN 'not_met' WHEN sum(v.verdict = 'unknown') > 0
       THEN 'unknown' ELSE 'met' END AS verdict FROM verdicts v JOIN criteria c USING (profile, criterion_id) WHERE required = 1 GROUP BY 1, 2"
cat >"$scratch/facts.json" <<EOF
{ "page": "$scratch/page.html", "odd": "$scratch/odd.html", "mesh": "$scratch/mesh.html",
  "sites": $(list "SELECT site_id AS id FROM sites"),
  "verdicts": $(sql "$scratch/two.gpkg" "SELECT json_group_object(verdict, n) FROM (SELECT verdict, count(*) AS n FROM sites GROUP BY 1)"),
  "met150": $(list "SELECT site_id AS id FROM sites WHERE mother_city_population >= 150000 ORDER BY 1"),
  "stored150": $(list "SELECT site_id AS id FROM verdicts WHERE profile = 'list150' AND criterion_id = 'mother_city' AND verdict = 'met' ORDER BY 1"),
  "flips150": $(list "SELECT a.id FROM ($whole) a JOIN ($whole) b ON a.id = b.id AND a.profile = 'list1982' AND b.profile = 'list150' WHERE a.verdict <> b.verdict ORDER BY 1") }
EOF
node "$root/tests/page/page.mjs" "$chromium" "$scratch/facts.json" || fail "the page in the browser"
finish
