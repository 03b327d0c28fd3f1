"""C28 with its layer of reference points, and N08: airports through time."""
from maker import Case, ogr

case = Case()
FIELDS = ["C28_001:C5", "C28_003:I1", "C28_004:C10", "C28_005:C40", "C28_009:C4", "C28_010:C4", "C28_011:I1", "C28_012:C20",
          "C28_013:C20", "C28_101:C20", "C28_000:C20"]


def box(x, y):
    return "POLYGON ((%s %s,%s %s,%s %s,%s %s,%s %s))" % (x, y, x + .01, y, x + .01, y + .01, x, y + .01, x, y)


def airport(x, name, scheduled, reference, own, state="供用中"):
    return (box(x, 33), "40132", 2, state, name, "0700", "2200", scheduled, "2800,35", "60,30", reference, own)


airports = case.shapefile("C28-21_Airport", ogr.wkbPolygon, FIELDS,
                          [airport(130.44, "福岡空港", 1, "#cf03_1", "#cf02_1_1"), airport(130.46, "福岡空港", 1, "#cf03_1", "#cf02_1_2"),
                           airport(130.44, "福岡空港", 1, "#cf03_1", "#cf02_1_3"), airport(131, "調布飛行場", 2, "#cf03_2", "#cf02_2"),
                           airport(132, "休み空港", 3, "#cf03_9", "#cf02_9", "休止中")])
points = case.shapefile("C28-21_AirportReferencePoint", ogr.wkbPoint, ["C28_000:C20", "C28_102:C20"],
                        [("POINT (130.451 33.585)", "cf03_1", "x"), ("POINT (131.005 33.004)", "cf03_2", "x")])
archive = {"C28-21_GML/": [airports, points]}
case.zip("C28-21_GML.zip", archive)
case.run("{ file: C28-21_GML.zip, product: ksj-c28 }")
case.equal(case.all("SELECT airport_id, name, class, state, scheduled, jet, runway_length FROM layer ORDER BY fid"),
           [("#cf03_1", "福岡空港", "national", "in_use", 1, 1, "2800,35"), ("#cf03_2", "調布飛行場", "national", "in_use", 1, 0, "2800,35"),
            ("#cf03_9", "休み空港", "national", "suspended", 0, 0, "2800,35")], "one row an airport")
case.equal(case.points(), [(130.451, 33.585), (131.005, 33.004), (132.005, 33.005)], "reference points; without one the centre")
case.equal(case.all("SELECT source_fid, reason, detail FROM rejects"), [(4, "no reference point, own centre taken", "#cf03_9")], "told")
case.holds("points of the reference layer", case.one("SELECT decided FROM sources"), "decided")

airports = case.shapefile("C28-21_Airport", ogr.wkbPolygon, FIELDS,
                          [airport(131, "甲空港", 9, "#cf03_1", "#cf02_1"), airport(132, "乙空港", 9, "#cf03_2", "#cf02_2"),
                           airport(133, "丙空港", 3, "#cf03_3", "#cf02_3")])
case.run("{ file: %s.shp, product: ksj-c28 }" % airports)
case.equal(case.all("SELECT name, scheduled FROM layer ORDER BY fid"), [("甲空港", None), ("乙空港", None), ("丙空港", 0)], "a code that means nothing is unknown, not 9")
case.equal(case.one("SELECT count(*) FROM rejects WHERE reason = 'code not known' AND detail = 'scheduled: 9'"), 2, "each is told")
airports = case.shapefile("C28-21_Airport", ogr.wkbPolygon, FIELDS,
                          [airport(130.44, "福岡空港", 1, "#cf03_1", "#cf02_1_1"), airport(130.46, "福岡空港", 1, "#cf03_1", "#cf02_1_2"),
                           airport(130.44, "福岡空港", 1, "#cf03_1", "#cf02_1_3")])
case.run("{ file: %s.shp, product: ksj-c28 }" % airports)
case.equal(case.points(), [(130.455, 33.005)], "without that layer the centre of the union, a repeated outline counted once")
case.holds("no reference layer", case.one("SELECT decided FROM sources"), "decided")

ERA = ["N08_%03d:C20" % i for i in range(1, 12)] + ["N08_012:I4", "N08_013:C2", "N08_014:I4", "N08_015:I4"]


def past(x, name, scheduled, opened, begun, ended):
    return (box(x, 33), "40132", "2", name, "", "", "", "2500", "", "", scheduled, "1", opened, "1", begun, ended)


era = case.shapefile("N08-21_Airport", ogr.wkbPolygon, ERA,
                     [past(130, "板付空港", "1", 1945, 1950, 9999), past(131, "旧大分空港", "1", 1957, 1957, 1971),
                      past(132, "関西空港", "1", 1994, 1994, 9999), past(130.02, "板付空港", "1", 1945, 1950, 9999)], epsg=None)
case.zip("N08-21_GML.zip", {"": [era]})
case.run("{ file: N08-21_GML.zip, product: ksj-n08 }", run="year: 1984")
case.equal(case.all("SELECT name, scheduled, begun, ended FROM layer"), [("板付空港", 1, 1950, None)], "airports of 1984")
case.equal(case.points(), [(130.015, 33.005)], "one point")
case.run("{ file: N08-21_GML.zip, product: ksj-n08 }", run="year: 1971")
case.equal(case.one("SELECT count(*) FROM layer"), 2, "in its last year it is still there")
case.shapefile("N08-21_Airport", ogr.wkbPolygon, ERA,
               [past(133.85, "岡山空港", "1", 1962, 1962, 1988), past(133.60, "岡山空港", "1", 1988, 1988, 9999)], epsg=None)
case.run("{ file: N08-21_Airport.shp, product: ksj-n08 }", run="year: 1988")
case.equal(case.points(), [(133.855, 33.005), (133.605, 33.005)], "an airport that moved is not half-way between its places")
case.finish()
