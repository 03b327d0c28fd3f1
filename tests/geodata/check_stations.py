#!/usr/bin/python3
"""stations against the railway stations of MLIT KSJ N02-20: the 92 shinkansen
names, and positions within their stated error.

Skipped (77) without ksj/N02-20_GML.
"""

import sys

sys.dont_write_bytecode = True
import common
from common import metres, position
from osgeo import gdal, ogr

FILE = ("ksj", "N02-20_GML", "N02-20_Station.shp")
SHINKANSEN = "1"        # N02_002, kind of railway


def n02():
    """{name: [(is it shinkansen, middle of the station's line)]}"""
    source = gdal.OpenEx(common.reference(*FILE),
                         open_options=["ENCODING=CP932"])
    found = {}
    for f in source.GetLayer(0):
        g = f.GetGeometryRef()
        (x1, y1), (x2, y2) = g.GetPoint_2D(0), \
            g.GetPoint_2D(g.GetPointCount() - 1)
        found.setdefault(f.GetField("N02_005"), []).append(
            (f.GetField("N02_002") == SHINKANSEN,
             ((x1 + x2) / 2, (y1 + y2) / 2)))
    return found


def shinkansen_differences():
    ours = {r["name_ja"]: r["station_id"] for r in common.table("stations")
            if r["shinkansen"] == "1"}
    theirs = {name for name, lines in n02().items()
              if any(s for s, _ in lines)}
    found = {ours[n]: (n, "") for n in ours if n not in theirs}
    found.update({n: ("", n) for n in theirs if n not in ours})
    return found


def not_there():
    theirs = n02()
    return {r["station_id"]: (r["name_ja"], "")
            for r in common.table("stations") if r["name_ja"] not in theirs}


class Stations(common.Case):
    def test_n02_has_92_shinkansen_names(self):
        self.assertEqual(sum(any(s for s, _ in lines)
                             for lines in n02().values()), 92)

    def test_shinkansen_names(self):
        self.differences("stations_shinkansen", shinkansen_differences())

    def test_names(self):
        self.differences("stations_name", not_there())

    def test_positions(self):
        """By the middle of the shinkansen's line for shinkansen stations, else
        of the nearest line of that name."""
        theirs = n02()
        problems = []
        for r in common.table("stations"):
            lines = theirs.get(r["name_ja"], [])
            if r["shinkansen"] == "1" and any(s for s, _ in lines):
                lines = [line for line in lines if line[0]]
            d = min((metres(position(r), middle) for _, middle in lines),
                    default=0.0)
            if d > int(r["pos_err_m"]):
                problems.append("%s: %.0f m from its station, pos_err_m %s" %
                                (r.where, d, r["pos_err_m"]))
        self.none(problems)

    def test_unchecked_positions_say_so(self):
        unchecked = not_there()
        self.none("%s: pos_src '%s'" % (r.where, r["pos_src"])
                  for r in common.table("stations")
                  if ("not checked" in r["pos_src"]) !=
                  (r["station_id"] in unchecked))


if __name__ == "__main__":
    common.main(FILE)
