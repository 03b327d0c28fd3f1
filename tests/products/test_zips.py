"""Zips as they come, with and without a product: names in CP932, folders, one layer in several formats, several layers."""
import os

from maker import Case, gdal, ogr

case = Case()
FIELDS = ["P28_001:C5", "P28_002:C2", "P28_003:C5", "P28_004:C5", "P28_005:C40", "P28_006:C60", "P28_007:C1"]
ROWS = [("POINT (130.741 32.789)", "43101", "12", "12001", "12001", "熊本県庁", "水前寺", "2"),
        ("POINT (130.70 32.80)", "43101", "11", "11110", "11110", "熊本国税局", "春日", "1")]


def shape(name, **options):
    return case.shapefile(name, ogr.wkbPoint, FIELDS, ROWS, epsg=4612, **options)


def convert(stem, name, driver):
    path = os.path.join(case.folder, name)
    gdal.VectorTranslate(path, gdal.OpenEx(stem + ".shp", open_options=["ENCODING=CP932"]), format=driver)
    return path


stem = shape("P28-13_43")
files = [convert(stem, "P28-13_43.geojson", "GeoJSON"), convert(stem, "P28-13_43.gml", "GML")]
case.zip("three_GML.zip", {"国・都道府県の機関/": [stem] + files})
case.run("{ file: three_GML.zip, encoding: CP932 }")
case.equal(case.one("SELECT count(*) || P28_005 FROM layer"), "2熊本県庁", "without a product: the shapefile of one layer in three formats")
case.equal(case.one("SELECT driver FROM sources"), "ESRI Shapefile", "its driver")
case.run("{ file: three_GML.zip, product: ksj-p28 }")
case.equal(case.all("SELECT file, name FROM sources, layer"), [("three_GML.zip/国・都道府県の機関/P28-13_43.shp", "熊本県庁")], "names in CP932")

for extension, driver in (("geojson", "GeoJSON"), ("gml", "GML")):
    stem = shape("P28-13_43")
    made = convert(stem, "P28-13_43." + extension, driver)
    for side in ("shp", "shx", "dbf", "prj"):
        os.remove(stem + "." + side)
    archive = "only_%s.zip" % extension
    case.zip(archive, {"a/b/": [made]})
    case.run("{ file: %s, product: ksj-p28 }" % archive)
    case.equal(case.all("SELECT name, driver FROM layer, sources"), [("熊本県庁", driver)], "%s when there is no shapefile" % extension)
    case.equal(case.points(), [(130.741, 32.789)], "longitude first")

case.zip("both.zip", {"UTF-8/": [shape("u/P28-13_43", encoding="UTF-8")], "Shift-JIS/": [shape("s/P28-13_43")]})
case.run("{ file: both.zip }")
case.equal(case.one("SELECT encoding || P28_005 FROM sources, layer"), "UTF-8熊本県庁", "UTF-8/ before Shift-JIS/ without a product")
case.zip("two.zip", {"": [shape("a/eins"), shape("b/zwei")]})
case.holds("holds several layers", case.run("{ file: two.zip }", code=3), "two layers are no forms of one")

for number in ("01", "13", "43"):
    case.zip("P28-13_%s_GML.zip" % number, {"": [shape("x/P28-13_" + number)]})
with open(os.path.join(case.folder, "P28-13_47_GML.zip"), "wb") as out:
    out.write(b"PK\x03\x04 no zip")
message = case.run("{ file: 'P28-13_*_GML.zip', product: ksj-p28 }", code=3)
case.holds("P28-13_47_GML.zip: cannot be read as a zip file", message, "a broken zip stops the run")
case.run("{ file: 'P28-13_*_GML.zip', product: ksj-p28, id: name }", run="on_error: skip")
case.equal(case.one("SELECT group_concat(file, ' ') FROM sources"),
           "P28-13_01_GML.zip/P28-13_01.shp P28-13_13_GML.zip/P28-13_13.shp P28-13_43_GML.zip/P28-13_43.shp P28-13_47_GML.zip",
           "all files, sorted bytewise")
case.equal(case.one("SELECT count(*) FROM rejects WHERE reason = 'file cannot be used'"), 1, "or is passed over, with a line")
os.remove(os.path.join(case.folder, "P28-13_47_GML.zip"))
areas = case.shapefile("x/P28-13_00", ogr.wkbPolygon, FIELDS, [("POLYGON ((130 32, 130 33, 131 33, 130 32))",) + ROWS[0][1:]], epsg=4612)
case.zip("P28-13_00_GML.zip", {"": [areas]})
odd = "P28-13_00_GML.zip/P28-13_00.shp: is a polygon layer, but P28-13_01_GML.zip/P28-13_01.shp is a point layer"
message = case.run("{ file: 'P28-13_*_GML.zip', product: ksj-p28 }", code=3)
case.holds(odd, message, "one of another kind of geometry stops the run, and is the one blamed")
case.equal(message.count("is a point layer"), 1, "and alone")
case.run("{ file: 'P28-13_*_GML.zip', product: ksj-p28, id: name }", run="on_error: skip")
case.equal(case.all("SELECT source_file, detail FROM rejects WHERE reason = 'file cannot be used'"),
           [("P28-13_00_GML.zip/P28-13_00.shp", odd)], "or is passed over, with a line")
case.equal(case.one("SELECT DISTINCT coverage FROM sources WHERE sha256 IS NOT NULL"), "sample, since a file was left out", "no longer complete")
case.holds("no such file", case.run("{ file: 'P99-*.zip', product: ksj-p28 }", code=3), "a pattern that nothing fits")
case.finish()
