#!/usr/bin/python3
"""Every point is where its row says, and no place has two rows.

The prefecture polygons are generalised by up to some 5 km, hence the limit.
"""

import os
import re
import sys
import unicodedata

sys.dont_write_bytecode = True
import common
from common import GEODATA, IDS, MODELLED_POINTS, POINTS, metres, metres_outside, position
from osgeo import ogr

ogr.UseExceptions()

LIMIT_M = 5000.0
# (table, id): why the point may be farther than that from its prefecture.
ISLANDS = {
    ("airports", "TRA"): "Tarama island is missing in the polygons",
}

# Two rows of these tables are two places, so at least so far apart (metres).
APART_M = {"cities": 800, "prefectural_offices": 5000, "airports": 5000,
           "stations": 500}


def outer_rings(geometry):
    """Outer rings of a polygon or multipolygon (none of ours has holes)."""
    parts = [geometry.GetGeometryRef(i)
             for i in range(geometry.GetGeometryCount())] \
        if geometry.GetGeometryName() == "MULTIPOLYGON" else [geometry]
    rings = [part.GetGeometryRef(0) for part in parts]
    return [[r.GetPoint_2D(i) for i in range(r.GetPointCount())]
            for r in rings]


def plain(text):
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in text if c.isalnum())


class Prefecture(common.Case):
    def setUp(self):
        source = ogr.Open(os.path.join(GEODATA, "prefectures.shp"))
        self.polygons = {f.GetField("code"): outer_rings(f.GetGeometryRef())
                         for f in source.GetLayer(0)}

    def test_points_lie_in_their_prefecture(self):
        problems, far = [], set()
        for name in sorted(set(POINTS) - MODELLED_POINTS):
            for row in common.table(name):
                d = metres_outside(position(row),
                                   self.polygons[row["pref_code"]])
                if d > LIMIT_M:
                    far.add((name, row[IDS[name]]))
                    if (name, row[IDS[name]]) not in ISLANDS:
                        problems.append("%s: %.1f km from prefecture %s" %
                                        (row.where, d / 1000,
                                         row["pref_code"]))
        problems += ["%s %s is listed as an island, but lies within 5 km" % k
                     for k in ISLANDS if k not in far]
        self.none(problems)


class OnePlaceOneRow(common.Case):
    def test_names_occur_once(self):
        problems = []
        for name in sorted(set(POINTS) - MODELLED_POINTS):
            for column in ("name_en", "name_ja"):
                seen = {}
                for row in common.table(name):
                    key = (plain(row[column]), row.get("programme", ""))
                    if key in seen:
                        problems.append("%s: %s '%s' as in %s" %
                                        (row.where, column, row[column],
                                         seen[key]))
                    seen[key] = row.where
        self.none(problems)

    def test_no_two_rows_for_one_place(self):
        """Same position and same operator and product, or same university."""
        problems = []
        for name, what in (("plants", ("operator", "product")),
                           ("universities", ("univ",)),
                           ("sites", ("kind",)),
                           ("institutes", ("parent", "kind", "founded"))):
            seen = {}
            for row in common.table(name):
                if name == "institutes" and row["kind"] != "corporate":
                    continue    # two centres of one body may share a campus
                key = (row["lon_deg"], row["lat_deg"]) + \
                    tuple(plain(row[c]) for c in what)
                if key in seen:
                    problems.append("%s: same place and %s as %s" %
                                    (row.where, ", ".join(what), seen[key]))
                seen[key] = row.where
        self.none(problems)

    def test_no_two_plants_of_one_firm_and_product_near_each_other(self):
        problems, by_firm = [], {}
        for row in common.table("plants"):
            firm = plain(re.sub(r"\(.*?\)", "", row["operator"]))
            by_firm.setdefault((firm, plain(row["product"])), []).append(row)
        for rows in by_firm.values():
            for i, a in enumerate(rows):
                for b in rows[i + 1:]:
                    if metres(position(a), position(b)) < 2000:
                        problems.append("%s and %s" % (a.where, b.where))
        self.none(problems)

    def test_places_stand_apart(self):
        problems = []
        for name, least in APART_M.items():
            rows = common.table(name)
            for i, a in enumerate(rows):
                for b in rows[i + 1:]:
                    if abs(float(a["lat_deg"]) - float(b["lat_deg"])) < 0.1 \
                            and metres(position(a), position(b)) < least:
                        problems.append("%s and %s are less than %d m apart" %
                                        (a.where, b.where, least))
        self.none(problems)


if __name__ == "__main__":
    common.main()
