"""P28: the prefectural_offices among national and prefectural ones."""
from maker import Case, ogr

case = Case()
stem = case.shapefile("P28-13_43", ogr.wkbPoint, ["P28_001:C5", "P28_002:C2", "P28_003:C5", "P28_004:C5", "P28_005:C40",
                                                  "P28_006:C60", "P28_007:C1"],
                      [("POINT (130.741 32.789)", "43101", "12", "12001", "12001", "熊本県庁", "熊本市中央区水前寺", "2"),
                       ("POINT (130.70 32.80)", "43101", "11", "11110", "11110", "熊本国税局", "熊本市西区春日", "1")], epsg=4612)
case.zip("P28-13_43_GML.zip", {"P28-13_43/": [stem]})
case.run("{ file: P28-13_43_GML.zip, product: ksj-p28 }")
case.equal(case.all("SELECT name, kind, municipality FROM layer"), [("熊本県庁", "prefectural_office", "43101")], "one office")
case.finish()
