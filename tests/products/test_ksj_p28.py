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

# What the entry says counts more: columns filled from elsewhere, columns added, encoding, crs, where, id.
case.run("{ file: P28-13_43_GML.zip, product: ksj-p28, columns: { name: P28_006, class: P28_004 }, where: class = 11110, "
         "crs: EPSG:6668, encoding: CP932, id: address }")
case.equal(case.all("SELECT name, class, address FROM layer"), [("熊本市西区春日", "11110", "熊本市西区春日")], "the entry's columns")
case.equal(case.all("SELECT crs_origin, encoding_origin FROM sources"), [("option", "option")], "the entry's CRS and encoding")
case.equal(dict(case.all("SELECT key, origin FROM parameters WHERE step = 'read/layer' AND key IN ('where', 'id', 'name')")),
           {"where": "configuration", "id": "configuration", "name": "product"}, "origins")
case.holds("no column 'P28_099'", case.run("{ file: P28-13_43_GML.zip, product: ksj-p28, columns: { x: P28_099 } }", code=3), "no such field")
case.holds("config.yaml:3:", case.run("{ file: P28-13_43_GML.zip, product: ksj-p28, where: nothing = 1 }", code=3), "a place of ours")
case.finish()
