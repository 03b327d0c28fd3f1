"""P16, research institutes: 47 zips by a pattern as one layer; institutes of schools are the universities' already."""
from maker import Case, ogr

case = Case()
FIELDS = ["P16_001:C60", "P16_002:I1", "P16_003:C2", "P16_004:C80", "P16_005:C6"] + ["P16_%03d:I1" % i for i in range(6, 15)] \
    + ["P16_%03d:C30" % i for i in range(15, 27)]
for prefecture, rows in (("01", [("北海道立工業試験場", 3), ("北海道大学低温科学研究所", 4)]), ("43", [("熊本県工業技術センター", 3), ("㈱肥後研究所", 6)]),
                         ("13", [("理化学研究所", 1)])):
    stem = case.shapefile("P16-12_" + prefecture, ogr.wkbPoint, FIELDS,
                          [("POINT (14%d 4%d)" % (i, i), name, owner, prefecture, "住所", "%05d" % i)
                           for i, (name, owner) in enumerate(rows)], epsg=None)
    case.zip("P16-12_%s_GML.zip" % prefecture, {"P16-12_%s/" % prefecture: [stem]})
case.run('{ file: "P16-12_*_GML.zip", product: ksj-p16 }')
case.equal(case.all("SELECT name, kind, prefecture FROM layer ORDER BY fid"),
           [("北海道立工業試験場", "prefectural", "01"), ("理化学研究所", "national", "13"),
            ("熊本県工業技術センター", "prefectural", "43"), ("㈱肥後研究所", "company", "43")], "files sorted bytewise")
case.equal(case.one("SELECT count(*) FROM layer WHERE inst_id IN ('01/00000', '43/00000')"), 2,
           "numbers repeat between prefectures, ids do not")
case.equal(case.all("SELECT DISTINCT crs, crs_origin, encoding_origin, product, edition FROM sources"),
           [("EPSG:4612 JGD2000", "product", "product", "ksj-p16", "2012")], "assumed, and recorded")
case.equal(case.one("SELECT sum(features_filtered) FROM sources"), 1, "the institute of a school")
case.finish()
