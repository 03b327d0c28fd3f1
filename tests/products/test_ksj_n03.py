"""N03: the edition with ward names in a column of their own, lakes and unassigned land, prefectures as one layer."""
from maker import Case, ogr

case = Case()


def box(x, y=35):
    return "POLYGON ((%s %s,%s %s,%s %s,%s %s,%s %s))" % (x, y, x, y + .1, x + .1, y + .1, x + .1, y, x, y)


NEW = ["N03_001:C10", "N03_002:C20", "N03_003:C20", "N03_004:C20", "N03_005:C20", "N03_007:C5"]
OLD = [f for f in NEW if not f.startswith("N03_005")]
new = case.shapefile("N03-20240101_22", ogr.wkbPolygon, NEW,
                     [(box(137.7), "静岡県", None, None, "浜松市", "中央区", "22138"), (box(137.8), "静岡県", None, None, "浜松市", "浜名区", "22139"),
                      (box(137.9), "静岡県", None, None, "浜松市", "天竜区", "22140"), (box(138.0), "静岡県", None, None, "浜松市", "中央区", "22138"),
                      (box(138.2), "静岡県", None, "榛原郡", "吉田町", None, "22424"), (box(138.3), "静岡県", None, None, "浜名湖", None, None),
                      (box(138.4), "静岡県", None, None, "所属未定地", None, "22000")])
part = case.shapefile("N03-20240101_22_prefecture", ogr.wkbPolygon, NEW, [(box(137.7), "静岡県", None, None, None, None, None)])
case.zip("N03-20240101_22_GML.zip", {"": [new, part]})
old = case.shapefile("N03-21_01_210101", ogr.wkbPolygon, OLD,
                     [(box(141.3, 43), "北海道", "石狩振興局", "札幌市", "中央区", "01101"), (box(141.4, 43), "北海道", "石狩振興局", "札幌市", "北区", "01102"),
                      (box(141.5, 43), "北海道", "石狩振興局", None, "江別市", "01217")])
case.zip("N03-210101_01_GML.zip", {"N03-21_01_210101/": [old]})
case.run("{ file: 'N03-*_GML.zip', product: ksj-n03 }")
case.equal(case.all("SELECT code, name, city_code, ward FROM layer ORDER BY code"),
           [("01101", "札幌市中央区", "01100", "中央区"), ("01102", "札幌市北区", "01100", "北区"), ("01217", "江別市", None, None),
            ("22138", "浜松市中央区", "22130", "中央区"), ("22139", "浜松市浜名区", "22130", "浜名区"), ("22140", "浜松市天竜区", "22130", "天竜区"),
            ("22424", "吉田町", None, None)], "wards; leading zeros stay")
case.equal(case.all("SELECT file, edition FROM sources ORDER BY file"),
           [("N03-20240101_22_GML.zip/N03-20240101_22.shp", "2024 and later"),
            ("N03-210101_01_GML.zip/N03-21_01_210101/N03-21_01_210101.shp", "2000 to 2023")], "two editions, one layer")
case.equal(case.all("SELECT source_fid, reason, detail FROM rejects ORDER BY 1"),
           [(5, "belongs to no place of the layer", "code missing"), (6, "belongs to no place of the layer", "name = 所属未定地")],
           "a lake and unassigned land")
case.run("{ file: 'N03-*_GML.zip', product: ksj-n03-cities }")
case.equal(case.all("SELECT code, name, wards FROM layer ORDER BY code"),
           [("01100", "札幌市", 2), ("01217", "江別市", None), ("22130", "浜松市", 3), ("22424", "吉田町", None)],
           "cities: Hamamatsu's code is that of its smallest ward, not that of each")

# before 2000: dates in N03_005 and N03_006, no .prj; a code that was kept as a number has lost its zero
DATED = OLD[:4] + ["N03_005:C8", "N03_006:C8", "N03_007:I5"]
case.shapefile("N03-801001_01", ogr.wkbPolygon, DATED,
               [(box(141.3, 43), "北海道", "石狩支庁", "札幌市", "中央区", "19720401", "99999999", 1101),
                (box(141.5, 43), "北海道", "石狩支庁", None, "江別市", "19540701", "99999999", 1217)], epsg=None)
case.run("{ file: N03-801001_01.shp, product: ksj-n03 }")
case.equal(case.all("SELECT code, name, city_code, ward FROM layer ORDER BY code"),
           [("01101", "札幌市中央区", "01100", "中央区"), ("01217", "江別市", None, None)], "dates are no wards")
case.equal(case.one("SELECT edition, crs, crs_origin FROM sources"), ("before 2000", "EPSG:4612 JGD2000", "product"), "what was assumed")
case.finish()
