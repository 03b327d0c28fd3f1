"""N10 roads with classes, A16 districts of two censuses, L05 estates whose columns are numbered in two ways."""
from maker import Case, ogr

case = Case()
road = case.shapefile("N10-15_43", ogr.wkbLineString, ["N10_001:C2", "N10_002:I1", "N10_003:I1", "N10_004:C40"],
                      [("LINESTRING (130 32, 130.1 32)", "43", 1, 1, "九州縦貫自動車道"), ("LINESTRING (130 33, 130.1 33)", "43", 2, 4, "主要地方道"),
                       ("LINESTRING (130 33, 130.1 33.1)", "43", 3, 6, "県道")], epsg=None)
case.zip("N10-15_43_GML.zip", {"": [road]})
case.run("{ file: N10-15_43_GML.zip, product: ksj-n10 }", layer="roads")
case.equal(case.all("SELECT class, rank, prefecture FROM roads ORDER BY fid"),
           [("expressway", 1, "43"), ("main_local", 2, "43"), ("prefectural", 3, "43")], "classes are words")


def box(x):
    return "POLYGON ((%s 35,%s 35,%s 35.1,%s 35.1,%s 35))" % (x, x + .1, x + .1, x, x)


DID = ["A16_001:I6", "A16_002:C5", "A16_003:C20", "A16_004:I3", "A16_005:I9", "A16_006:N", "A16_007:I9", "A16_008:N", "A16_009:N",
       "A16_010:N", "A16_011:I4"]
for year in ("1980", "1985"):
    did = case.shapefile("A16-%s_43_DID" % year[2:], ogr.wkbPolygon, DID,
                         [(box(130), 1, "01201", "熊本市", 1, 400000 if year == "1980" else -1, 60.5, 0, 0, 0, 0, int(year)),
                          (box(130.2), 2, "01201", "熊本市", 1, 400000 if year == "1980" else -1, 60.5, 0, 0, 0, 0, int(year)),
                          (box(131), 3, "01202", "八代市", 1, 50000, 10.1, 0, 0, 0, 0, int(year))], epsg=None)
    case.zip("A16-%s_GML.zip" % year[2:], {"": [did]})
case.run("{ file: 'A16-8?_GML.zip', product: ksj-a16 }")
case.equal(case.all("SELECT did_id, population, area_km2 FROM layer ORDER BY did_id"),
           [("01201/1/1980", 400000, 60.5), ("01201/1/1985", None, 60.5), ("01202/1/1980", 50000, 10.1), ("01202/1/1985", 50000, 10.1)],
           "two censuses side by side, parts of one district joined, -1 is missing")

a = case.shapefile("L05-1-09_43", ogr.wkbPolygon, ["L05_%03d:%s" % (i, k) for i, k in zip(range(1, 17), [
    "C6", "C40", "C5", "C20", "I1", "C40", "C40", "I4", "N", "N", "N", "C10", "C10", "I4", "C40", "C40"])],
                   [(box(130), "43-1", "熊本工業団地", "43201", "熊本市", 2, "", "県", 1985, 120.5, 80, 3, "", "工業", 20, "", "電機"),
                    (box(131), "43-2", "臨海団地", "43202", "八代市", 1, "", "市", 9999, 50, 40, -1, "", "工業", 5, "", "鉄鋼")], epsg=None)
b = case.shapefile("L05-1-09_44", ogr.wkbPolygon, ["L05_%03d:C40" % i for i in range(1, 18)],
                   [(box(132), "44-1", "大分団地", "44201", "大分市", "1", "", "x", "公社", "1,971", "1,200.5", "900", "0", "", "工業", "31", "", "化学"),
                    (box(133), "44-2", "国東団地", "44214", "国東市", "2", "", "x", "県", "1984", "30", "20", "1", "", "工業", "3", "", "電機")], epsg=None)
message = case.run("{ file: [L05-1-09_43.shp, L05-1-09_44.shp], product: ksj-l05 }", code=3)
case.holds("of L05_009 look like", message, "1,971 is no plausible year of the pattern: said")
b = case.shapefile("L05-1-09_44", ogr.wkbPolygon, ["L05_%03d:C40" % i for i in range(1, 18)],
                   [(box(132), "44-1", "大分団地", "44201", "大分市", "1", "", "x", "公社", "1971", "1,200.5", "900", "0", "", "工業", "31", "", "化学"),
                    (box(133), "44-2", "国東団地", "44214", "国東市", "2", "", "x", "県", "1984", "30", "20", "1", "", "工業", "3", "", "電機")], epsg=None)
case.run("{ file: [L05-1-09_43.shp, L05-1-09_44.shp], product: ksj-l05 }")
case.equal(case.all("SELECT estate_id, coast, developer, completed, total_ha, unused_ha, firms, industry FROM layer ORDER BY fid"),
           [("43-1", "inland", "県", 1985, 120.5, 3.0, 20, "電機"), ("43-2", "coast", "市", None, 50.0, None, 5, "鉄鋼"),
            ("44-1", "coast", "公社", 1971, 1200.5, 0.0, 31, "化学"), ("44-2", "inland", "県", 1984, 30.0, 1.0, 3, "電機")],
           "two numberings, different types, one layer")
case.equal([r[0] for r in case.all("SELECT edition FROM sources ORDER BY file")], ["year in 008", "year in 009"], "editions")
case.finish()
