"""N05, N06: what existed in the year of the run; 9999 is still there, 1950 is before, the last year is inclusive."""
from maker import Case, ogr

case = Case()
FIELDS = ["N05_001:C2", "N05_002:C40", "N05_003:C30", "N05_004:C4", "N05_005b:C4", "N05_005e:C4", "N05_006:C12", "N05_011:C40"]


def line(x):
    return "LINESTRING (%s 35, %s 35.001)" % (x, x)


rows = [(line(139.0), "2", "甲線", "国鉄", "1950", "1950", "9999", "a", "古駅"),
        (line(139.1), "2", "乙線", "国鉄", "1950", "1950", "1983", "b", "廃駅"),
        (line(139.2), "1", "東北新幹線", "国鉄", "1982", "1982", "9999", "c", "新駅"),
        (line(139.3), "2", "丙線", "国鉄", "1985", "1985", "9999", "d", "後駅")]
stations = case.shapefile("N05-20_Station2", ogr.wkbLineString, FIELDS, rows, epsg=None)
sections = case.shapefile("N05-20_RailroadSection2", ogr.wkbLineString, FIELDS[:7], [r[:-1] for r in rows], epsg=None)
case.zip("N05-20_GML.zip", {"": [stations, sections]})


def names(year):
    case.run("{ file: N05-20_GML.zip, product: ksj-n05 }", run="year: %d" % year)
    return [r[0] for r in case.all("SELECT name FROM layer ORDER BY fid")]


case.equal(names(1981), ["古駅", "廃駅"], "1981")
case.equal(names(1982), ["古駅", "廃駅", "新駅"], "1982: from its first year")
case.equal(names(1983), ["古駅", "廃駅", "新駅"], "1983: in its last year")
case.equal(names(1984), ["古駅", "新駅"], "1984: after its last year")
case.equal(names(1985), ["古駅", "新駅", "後駅"], "1985")
case.equal(case.all("SELECT begun, ended, opened, shinkansen FROM layer ORDER BY fid LIMIT 2"),
           [(1950, None, 1950, 0), (1982, None, 1982, 1)], "9999 is a missing value, 1950 stays")
case.run("{ file: N05-20_GML.zip, product: ksj-n05 }")
case.equal(case.one("SELECT count(*) FROM layer"), 4, "without a year all of them")
case.run("{ file: N05-20_GML.zip, product: ksj-n05-lines }", run="year: 1984")
case.equal(case.all("SELECT line FROM layer ORDER BY fid"), [("甲線",), ("東北新幹線",)], "lines of 1984")

road = ["N06_%03d:I4" % i for i in range(1, 4)] + ["N06_%03d:C20" % i for i in range(4, 8)] + ["N06_008:C1", "N06_009:C1", "N06_010:I2"]
highway = case.shapefile("N06-21_HighwaySection", ogr.wkbLineString, road,
                         [(line(139.0), 1969, 1969, 9999, "", "", "", "東名高速道路", "1", "1", 4),
                          (line(139.1), 1990, 1990, 9999, "", "", "", "関越自動車道", "1", "1", 99),
                          (line(139.2), 1960, 1950, 999, "", "", "", "旧道", "1", "1", 2)], epsg=None)
joint = case.shapefile("N06-21_Joint", ogr.wkbPoint, ["N06_%03d:I4" % i for i in range(12, 15)] + ["N06_%03d:C20" % i for i in range(15, 20)],
                       [("POINT (139 35)", 1969, 1969, 9999, "", "", "", "厚木", "1"), ("POINT (139 36)", 1985, 1985, 9999, "", "", "", "前橋", "1")],
                       epsg=None)
case.zip("N06-21_GML.zip", {"N06-21/": [highway, joint]})
case.run("{ file: N06-21_GML.zip, product: ksj-n06 }", run="year: 1984")
case.equal(case.all("SELECT name, lanes, begun, ended FROM layer ORDER BY fid"), [("東名高速道路", 4, 1969, None), ("旧道", 2, 1950, None)], "N06 of 1984")
case.run("{ file: N06-21_GML.zip, product: ksj-n06-joints }", run="year: 1984")
case.equal(case.all("SELECT name FROM layer"), [("厚木",)], "N06 junctions of 1984")
case.finish()
