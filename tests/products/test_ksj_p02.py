"""P02, public facilities: two layouts in one product, told apart by the number of fields."""
from maker import Case, ogr

case = Case()
old = case.shapefile("P02-90_43", ogr.wkbPoint, ["P02_%03d:C30" % i for i in range(1, 12)],
                     [("POINT (130.7 32.8)", "43201", "0001", "12001", "", "", "熊本県庁", "", "", "", "1990", "1967"),
                      ("POINT (130.7 32.9)", "43201", "0002", "16007", "", "", "熊本大学", "", "", "", "1990", "9999"),
                      ("POINT (130.7 33.0)", "43201", "0003", "3", "", "", "図書館", "", "", "", "1990", "1985")], epsg=4301)
case.run("{ file: %s, product: ksj-p02 }" % (old + ".shp"), run="year: 1984")
case.equal(case.all("SELECT facility_id, name, kind, opened, surveyed FROM layer ORDER BY fid"),
           [("43201/0001", "熊本県庁", "prefectural_office", 1967, 1990), ("43201/0002", "熊本大学", "university", None, 1990)],
           "11 columns, of 1984")
new = case.shapefile("P02-06_43", ogr.wkbPoint, ["P02_%03d:C30" % i for i in range(1, 8)],
                     [("POINT (130.7 32.8)", "43101", "12", "12001", "熊本県庁", "水前寺６丁目", "2", "x"),
                      ("POINT (130.8 32.8)", "43101", "16", "16007", "熊本大学", "黒髪", "1", "x")], epsg=4612)
case.zip("P02-06.zip", {"": [new]})
case.run("{ file: P02-06.zip, product: ksj-p02, where: kind = prefectural_office }")
case.equal(case.all("SELECT name, kind, address, edition FROM layer, sources"),
           [("熊本県庁", "prefectural_office", "水前寺６丁目", "2006, 7 columns")], "7 columns")
between = case.shapefile("P02-xx", ogr.wkbPoint, ["P02_%03d:C30" % i for i in range(1, 10)], [("POINT (1 2)", "1")])
case.holds("it has 9 fields instead of 7 to 7", case.run("{ file: P02-xx.shp, product: ksj-p02 }", code=3), "neither")
case.finish()
