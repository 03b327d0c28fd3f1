"""N02, stations with group codes (newer editions), which the original that we have lacks; and rail lines."""
from maker import Case, ogr

case = Case()
FIELDS = ["N02_001:C2", "N02_002:C1", "N02_003:C40", "N02_004:C30", "N02_005:C50", "N02_005c:C6", "N02_005g:C6"]
A, B, C = "LINESTRING (139.00 35.0, 139.002 35.0)", "LINESTRING (139.01 35.0, 139.012 35.0)", "LINESTRING (140 36, 140.0 36.004, 140 36.006)"
station = case.shapefile("N02-22_Station", ogr.wkbLineString, FIELDS,
                         [(A, "11", "2", "甲線", "Ａ社", "本駅", "000002", "000001"), (B, "12", "1", "乙新幹線", "Ｂ社", "本駅", "000001", "000001"),
                          (C, "12", "4", "丙線", "Ｃ社", "本駅", "000003", "000003")])
lines = case.shapefile("N02-22_RailroadSection", ogr.wkbLineString, FIELDS[:4], [(A, "11", "2", "甲線", "Ａ社")])
geojson = case.text("N02-22_Station.geojson", '{"type":"FeatureCollection","features":[]}')
case.zip("N02-22_GML.zip", {"N02-22_GML/UTF-8/": [], "N02-22_GML/Shift-JIS/": [station, lines], "N02-22_GML/": [geojson]})
case.run("{ file: N02-22_GML.zip, product: ksj-n02 }")
case.equal(case.all("SELECT station_id, name, line, operator, operator_class, shinkansen FROM layer ORDER BY fid"),
           [("000001", "本駅", "甲線; 乙新幹線", "Ａ社; Ｂ社", "JR; shinkansen", 1), ("000003", "本駅", "丙線", "Ｃ社", "private", 0)],
           "one group code is one station, however far; another of the same name is another")
case.equal(case.points(), [(139.006, 35.0), (140.0, 36.003)], "half-way along the line, then the mean")
case.equal(case.one("SELECT edition FROM sources"), "with station codes", "edition")
case.run("{ file: N02-22_GML.zip, product: ksj-n02-lines }")
case.equal(case.all("SELECT line, operator_class FROM layer"), [("甲線", "JR")], "the other layer of the same zip")
far = case.shapefile("N02-05_Station", ogr.wkbLineString, FIELDS[:5],
                     [("LINESTRING (139 35, 139 35.001)", "11", "2", "甲線", "Ａ社", "ヶ丘"),
                      ("LINESTRING (139.0030 35, 139.0030 35.001)", "11", "2", "乙線", "Ａ社", "ケ丘"),
                      ("LINESTRING (139.0070 35, 139.0070 35.001)", "11", "2", "丙線", "Ａ社", "ケ丘")], epsg=None)
case.run("{ file: N02-05_Station.shp, product: ksj-n02 }")
case.equal(case.all("SELECT name, line FROM layer ORDER BY fid"), [("ヶ丘", "甲線; 乙線"), ("ケ丘", "丙線")],
           "274 m apart and a variant of the name: one; 365 m: two")
case.equal(case.all("SELECT finding FROM findings"),
           [("layer layer: 3 rows are 2 places (by group or by name)",)], "told")
case.text("N02-20_Station.csv", "N02_001,N02_002,N02_003,N02_004,N02_005,x,y\n11,2,a,b,c,139,35\n")
table = "{ file: N02-20_Station.csv, product: ksj-n02, lon: x, lat: y, crs: 'EPSG:6668', columns: { x: x, y: y }"
case.holds("no column 'nr' (there are: station_id, name, group", case.run(table + ", id: nr, merge: {} }", code=3), "the product's columns")
message = case.run("{ file: N02-20_Station.csv, product: ksj-n02, lon: x, lat: y, crs: 'EPSG:6668', merge: { by: name, foo: 1 } }", code=2)
case.holds("unknown key 'foo'", message, "a mistake in merge")
case.equal("'layer'" in message, False, "and nothing that is none: " + message)
case.finish()
