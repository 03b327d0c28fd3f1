"""S12, passengers: a block of four columns a year; a missing number is not 0; a company's number repeats on its lines."""
from maker import Case, ogr

case = Case()
L = "LINESTRING (139.0 35.0, 139.002 35.0)"


def fields(years):
    return ["S12_001:C40", "S12_002:C40", "S12_003:C40", "S12_004:C2", "S12_005:C1"] + [
        "S12_%03d:%s" % (6 + 4 * y + i, k) for y in range(years) for i, k in enumerate(["I1", "I1", "C20", "I9"])]


def row(name, operator, line, blocks):
    return (L, name, operator, line, "12", "4") + tuple(v for b in blocks for v in b)


one = case.shapefile("S12-13_NumberOfPassengers", ogr.wkbLineString, fields(1),
                     [row("本駅", "Ａ社", "甲線", [(1, 1, None, 5000)]), row("本駅", "Ａ社", "乙線", [(2, 1, None, 5000)]),
                      row("無駅", "Ａ社", "甲線", [(1, 3, "非公開", 0)]), row("零駅", "Ａ社", "甲線", [(1, 1, None, 0)])])
case.run("{ file: S12-13_NumberOfPassengers.shp, product: ksj-s12 }")
case.equal(case.all("SELECT name, line, passengers, year FROM layer ORDER BY fid"),
           [("本駅", "甲線; 乙線", 5000, 2011), ("無駅", "甲線", None, 2011), ("零駅", "甲線", 0, 2011)], "missing is not 0")
two = case.shapefile("S12-14_NumberOfPassengers", ogr.wkbLineString, fields(2),
                     [row("本駅", "Ａ社", "甲線", [(1, 1, None, 5000), (1, 1, None, 6000)])])
case.run("{ file: S12-14_NumberOfPassengers.shp, product: ksj-s12 }")
case.equal(case.all("SELECT passengers, year, edition FROM layer, sources"), [(6000, 2012, "2012")], "the next edition: its last year")
case.finish()
