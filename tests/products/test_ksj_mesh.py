"""Population on the 500 m and 250 m grid, two editions; with and without geometry. e-Stat's text, secret cells."""
from maker import Case, ogr

case = Case()
HEAD = ["MESH_ID:C10", "SHICODE:C5"]


def cell(x):
    return "POLYGON ((%s 35,%s 35,%s 35.1,%s 35.1,%s 35))" % (x, x + .1, x + .1, x, x)


new = case.shapefile("500m_mesh_2024_43", ogr.wkbPolygon, HEAD + ["PTN_2020:N", "PTN_2030:N", "PTN_2050:N", "PTA_2020:N"],
                     [(cell(130), "493015551", "43101", 12.75, 10.5, 8.25, 1.5), (cell(131), "493015552", "43101", -1, 0, 0, None)], epsg=None)
case.zip("500m_mesh_suikei_2024_43_GML.zip", {"": [new]})
case.run("{ file: 500m_mesh_suikei_2024_43_GML.zip, product: ksj-mesh500 }")
case.equal(case.all("SELECT mesh_code, population, population_year, population_2050, age_0_14 FROM layer ORDER BY fid"),
           [("493015551", 12.75, 2020, 8.25, 1.5), ("493015552", None, 2020, 0.0, None)], "edition of 2024")
old = case.shapefile("250m_mesh_2018_43", ogr.wkbPolygon, HEAD + ["PTN_2015:N", "PTN_2020:N", "PTN_2030:N", "PTN_2050:N"],
                     [(cell(130), "4930155511", "43101", 12.75, 11, 10.5, 8.25)], epsg=None)
case.zip("250m_mesh_2018_43_GML.zip", {"": [old]})
case.run("{ file: 250m_mesh_2018_43_GML.zip, product: ksj-mesh250 }")
case.equal(case.all("SELECT mesh_code, population, population_year, edition FROM layer, sources"), [("4930155511", 12.75, 2015, "2018")], "2018")

names = ["KEY_CODE", "HTKSYORI", "HTKSAKI", "GASSAN"] + ["T001100%03d" % i for i in range(1, 51)]


def row(code, kind, to, merged, population, rest, households):
    values = [str(population), str(population), "0"] + [rest] * 30 + [str(households)] + [rest] * 16
    return ",".join([code, kind, to, merged] + values)


text = "\r\n".join([",".join(names), ",,,," + ",".join(["　人口（総数）"] * 50), row("53394611", "0", "", "", 100, "7", 40),
                    row("53394612", "1", "", "53394613", 50, "5", 20), row("53394613", "2", "53394612", "", 3, "*", 1),
                    row("99999999", "0", "", "", 1, "1", 1)]) + "\r\n"
case.zip("tblT001100S5339.zip", {"": [case.text("tblT001100S5339.txt", text, "cp932")]})
case.run("{ file: tblT001100S5339.zip, product: estat-mesh }")
case.equal(case.all("SELECT mesh_code, population, age_65_over, households, secret, merged_into FROM layer ORDER BY mesh_code"),
           [("53394611", 100, 7, 40, 0, None), ("53394612", 50, 5, 20, 1, None), ("53394613", 3, None, 1, 2, "53394612")], "cells")
case.equal(case.all("SELECT source_fid, reason, detail FROM rejects"), [(5, "no code of a grid square", "99999999")], "no such square")
case.equal(case.one("SELECT encoding, crs_origin, features_read FROM sources"), ("CP932", "product", 4), "the second line is no row")
case.text("tblT001100S5340.txt", "\r\n".join([text.split("\r\n")[0]] + text.split("\r\n")[2:]), "cp932")
case.run("{ file: tblT001100S5340.txt, product: estat-mesh }")
case.equal(case.one("SELECT count(*), sum(population) FROM layer"), (3, 153), "without a second header the first row is data")
case.run("{ file: tblT001100S5339.zip, product: estat-mesh-merged }")
case.equal(case.all("SELECT unit_code, mesh_code, population, age_65_over, households FROM layer ORDER BY unit_code"),
           [("53394611", "53394611", 100, 7, 40), ("53394612", "53394612; 53394613", 53, 5, 21)], "units: all numbers of one area")
case.finish()
