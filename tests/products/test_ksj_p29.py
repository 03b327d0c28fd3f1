"""P29, schools: the layouts of 2013 and 2021, in which P29_004 and P29_005 mean different things."""
from maker import Case, ogr

case = Case()
old = case.shapefile("P29-13_14", ogr.wkbPoint,
                     ["P29_001:C5", "P29_002:C2", "P29_003:C5", "P29_004:C5", "P29_005:C40", "P29_006:C60", "P29_007:C2"],
                     [("POINT (139.6 35.4)", "14102", "16", "16000", "16007", "神奈川大学", "横浜市神奈川区六角橋", "4"),
                      ("POINT (139.3 35.3)", "14207", "16", "16000", "16007", "神奈川大学", "平塚市土屋", "4"),
                      ("POINT (139.5 35.4)", "14101", "16", "16000", "16001", "鶴見小学校", "横浜市鶴見区", "3")], epsg=4612)
case.zip("P29-13.zip", {"P29-13_14/": [old]})
case.run("{ file: P29-13.zip, product: ksj-p29 }")
case.equal(case.all("SELECT edition, encoding, encoding_origin, crs FROM sources"),
           [("2013", "CP932", "product", "EPSG:4612 JGD2000")], "the old edition")
case.equal(case.one("SELECT count(*) FROM layer"), 2, "universities alone")
case.equal(case.one("SELECT count(DISTINCT univ) FROM layer"), 1, "two campuses of one university")
case.equal(case.all("SELECT name, class, address, manager FROM layer WHERE address LIKE '平塚%'"),
           [("神奈川大学", "university", "平塚市土屋", "private")], "names of the old layout")
case.equal(case.one("SELECT features_read - features_kept FROM sources"), 1, "the school is filtered")

fields = ["P29_001:C5", "P29_002:C13", "P29_003:C5", "P29_004:C80", "P29_005:C150", "P29_006:C1", "P29_007:C1", "P29_008:C4"]
rows = [("POINT (130.7 32.8)", "43101", "F101110000001", "16007", "髙﨑①大学", "熊本県熊本市中央区黒髪２丁目", "1", "1", "0001"),
        ("POINT (130.75 32.79)", "43101", "F101110000001", "16007", "髙﨑①大学", "熊本県熊本市中央区本荘", "1", "1", "0002"),
        ("POINT (130.8 32.9)", "43443", "F201110000002", "16007", "　菊陽大学　", "熊本県菊池郡菊陽町", "4", "1", None),
        ("POINT (130.7 32.7)", "43101", "B143210000017", "16001", "黒髪小学校", "熊本県熊本市", "3", "1", None)]
utf8 = case.shapefile("u/P29-21", ogr.wkbPoint, fields, rows, encoding="UTF-8")
sjis = case.shapefile("s/P29-21", ogr.wkbPoint, fields, rows)
case.zip("P29-21_GML.zip", {"学校/UTF-8/": [utf8], "学校/Shift-JIS/": [sjis],
                            "学校/": [case.text("KS-META-P29-21.xml", "<x/>")]})
case.run("{ file: P29-21_GML.zip, product: ksj-p29 }")
case.equal(case.all("SELECT file, edition, encoding FROM sources"),
           [("P29-21_GML.zip/学校/UTF-8/P29-21.shp", "2021 and later", "UTF-8")], "UTF-8/ before Shift-JIS/")
case.equal(case.all("SELECT name, univ, count(*) FROM layer GROUP BY univ ORDER BY univ"),
           [("髙﨑①大学", "F101110000001", 2), ("菊陽大学", "F201110000002", 1)], "campuses; full-width blanks are cut")
case.run("{ file: P29-21_GML.zip/学校/Shift-JIS/P29-21.shp, product: ksj-p29, where: class = elementary }")
case.equal(case.all("SELECT name, encoding FROM layer, sources"), [("黒髪小学校", "CP932")], "the entry's own where and file")
case.equal(case.one("SELECT count(*) FROM parameters WHERE key = 'where' AND origin = 'configuration'"), 1, "its origin")
case.equal(case.one("SELECT origin FROM parameters WHERE key = 'id' AND step = 'read/layer'"), "product", "the product's id")

few = case.shapefile("P29-23", ogr.wkbPoint, fields[:6], [row[:7] for row in rows[:2] + rows[:1]])
case.run("{ file: %s.shp, product: ksj-p29 }" % few)
case.equal(case.all("SELECT count(*), count(DISTINCT univ) FROM layer"), [(2, 1)], "campuses without codes of their own stay apart")
case.equal(case.all("SELECT source_fid, reason FROM rejects"), [(2, "duplicate id")], "the same campus twice is one")

wrong = case.shapefile("P29-99", ogr.wkbPoint, ["P29_001:C5", "P29_004:C20"], [("POINT (1 2)", "14101", "x")])
message = case.run("{ file: P29-99.shp, product: ksj-p29 }", code=3)
case.holds("fits no edition of product ksj-p29", message, "no edition")
case.holds("edition 2013: it has no field", message, "what was looked for")
case.holds("2013: it has no field P29_005, P29_006, P29_007; edition", message, "each field once")
case.holds("its fields: P29_001, P29_004", message, "what was found")
case.zip("empty.zip", {"": [case.text("readme.txt", "nothing")]})
message = case.run("{ file: empty.zip, product: ksj-p29 }", code=3)
case.holds("looked for P29-*.shp", message, "members wanted")
case.holds("readme.txt", message, "members there")
case.holds("unknown product 'ksj-p92'", case.run("{ file: P29-99.shp, product: ksj-p92 }", code=2), "unknown product")
case.finish()
