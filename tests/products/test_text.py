"""Texts of a product: cut in mid-character, not decodable, full-width digits and blanks, thousands, unknown codes."""
from maker import Case, ogr

case = Case()
case.text("mine.yaml", """
id: mine
title: { en: Mine, ja: 私の }
source: tests
licence: none
tested: made
layer: things
members: ["*.shp"]
encoding: CP932
crs: EPSG:4301
columns:
  id: { digits: ascii, help: { en: id, ja: 番号 } }
  name: { help: { en: name, ja: 名 } }
  n: { type: integer, unit: persons, missing: ["-1", "x"], help: { en: number, ja: 数 } }
  kind: { codes: { 1: one, 2: two }, help: { en: kind, ja: 種 } }
editions:
  - { id: all, verified: yes, columns: { id: ID, name: NAME, n: N, kind: KIND } }
""")
stem = case.shapefile("things", ogr.wkbPoint, ["ID:C8", "NAME:C10", "N:C12", "KIND:C2"],
                      [("POINT (139 35)", "０１", "あいうえお", "１，２３４", "1"),
                       ("POINT (139 36)", "02", "あいうえ", "12,34", "7"),
                       ("POINT (139 37)", "03", "　髙田　", "x", "7"),
                       ("POINT (139 38)", "04", "かきくけこ", "-1", "２"),
                       ("POINT (139 39)", "05", "さし", "7", "2")], epsg=None)
case.patch_dbf(stem, 1, 8 + 8, b"a\x82")  # a character begins in the last byte of the field
case.patch_dbf(stem, 4, 8, b"\x82\xb3\xff\xff")  # no character at all
case.run("{ file: things.shp, product: mine.yaml, id: id }")
case.equal(case.all("SELECT id, name, n, kind FROM layer ORDER BY id"),
           [("01", "あいうえお", 1234, "one"), ("02", "あいうえa", None, "7"), ("03", "髙田", None, "7"),
            ("04", "かきくけこ", None, "two"), ("05", None, 7, "two")], "cells")
case.equal(case.all("SELECT source_fid, reason, detail FROM rejects ORDER BY source_fid, reason"),
           [(1, "code not known", "kind: 7"),
            (1, "text cut in mid-character, shortened", "name: 82A082A282A482A66182"),
            (1, "value not a number", "n: 12,34"),
            (4, "text cannot be decoded", "name: 82B3FFFF")], "rejects with bytes")
case.equal(case.one("SELECT crs, crs_origin, encoding_origin, operation FROM sources")[:3],
           ("EPSG:4301 Tokyo", "product", "product"), "what was assumed")
case.text("things.prj", "what a .prj never says")
case.run("{ file: things.shp, product: mine.yaml, id: id }")
case.holds("its .prj is not understood", case.one("SELECT decided FROM sources WHERE crs_origin = 'product'"), "a .prj that says nothing")
case.text("things.cpg", "UTF-8")
case.holds("things.shp: the encoding UTF-8 (stated in the .cpg file) is wrong: 8 of 8 texts beyond ASCII cannot be decoded, first field 'id' of feature 0",
           case.run("{ file: things.shp, product: mine.yaml, id: id }", code=3), "a .cpg that is wrong")
faults = case.text("bad.yaml", "id: Bad\ntitle: { en: x }\nsource: s\nlicence: l\ntested: yes\nlayer: y\nmembres: a\n"
                   "columns:\n  a: { typ: integer, help: { en: a, ja: a } }\neditions:\n"
                   "  - { id: all, verified: yes, values: { F: '[' }, columns: { b: F } }\n")
message = case.run("{ file: things.shp, product: bad.yaml }", code=2)
for part in ["bad.yaml:1:5: id: 'Bad' is not an id", "'ja' is missing", "tested: expected original or made, found 'yes'",
             "bad.yaml:7:1: unknown key 'membres' (did you mean 'members'", "unknown key 'typ'",
             "values: '[' is no regular expression", "the product has no column 'b'"]:
    case.holds(part, message, "all faults at once")
case.finish()
