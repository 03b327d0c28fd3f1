#!/usr/bin/python3
"""The shapefiles hold what the tables hold: value by value, point by point."""

import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import common
from common import GEODATA, LINES, POINTS, PREFECTURES, position
from osgeo import ogr, osr

ogr.UseExceptions()
osr.UseExceptions()

INTEGERS = """population pop_year pos_err_m scheduled opened closed shinkansen
    shink_year imperial number_sch founded minutes length_m model valid_from
    valid_to""".split()
REALS = "lon_deg lat_deg km speed_kmh drive_kmh detour".split()
SHAPEFILES = sorted(list(POINTS) + list(LINES))


def path(name, ext=".shp"):
    return os.path.join(GEODATA, name + ext)


class Equal(common.Case):
    def compare(self, name):
        rows = common.table(name)
        source = ogr.Open(path(name))
        layer = source.GetLayer(0)
        columns = [d.GetName() for d in layer.schema]
        self.assertEqual(columns, list(rows[0]))
        for d in layer.schema:
            kind = ogr.OFTInteger if d.GetName() in INTEGERS else \
                ogr.OFTReal if d.GetName() in REALS else ogr.OFTString
            self.assertEqual(d.GetType(), kind, d.GetName())
        self.assertEqual(layer.GetFeatureCount(), len(rows))
        problems = []
        for row, feature in zip(rows, layer):
            for i, c in enumerate(columns):
                have = None if feature.IsFieldNull(i) else feature.GetField(i)
                want = None if row[c] == "" else int(row[c]) \
                    if c in INTEGERS else float(row[c]) if c in REALS \
                    else row[c]
                if have != want:
                    problems.append("%s: %s is %r in the shapefile, %r in the "
                                    "table" % (row.where, c, have, want))
            g = feature.GetGeometryRef()
            points = [g.GetPoint_2D(i) for i in range(g.GetPointCount())]
            if points != self.points(name, row):
                problems.append("%s: geometry %s" % (row.where,
                                                     g.ExportToWkt()))
        return problems

    def points(self, name, row):
        if name in POINTS:
            return [position(row)]
        if name == "rail":
            return [self.stations[row["from_stn"]],
                    self.stations[row["to_stn"]]]
        return [self.nodes[row["node_a"]], self.nodes[row["node_b"]]]

    def test_values_and_geometry(self):
        self.stations = {r["station_id"]: position(r)
                         for r in common.table("stations")}
        self.nodes = {r["node_id"]: position(r)
                      for r in common.table("road_nodes")}
        for name in SHAPEFILES:
            with self.subTest(name):
                self.none(self.compare(name))

    def test_prefectures(self):
        source = ogr.Open(path("prefectures"))
        layer = source.GetLayer(0)
        have, problems = [], []
        for f in layer:
            have.append((f.GetField("code"), f.GetField("name_ja")))
            g = f.GetGeometryRef()
            if not g.IsValid():
                problems.append(f.GetField("code") + " is not valid")
            if not re.fullmatch("[A-Z][a-z]+", f.GetField("name_en")) or \
                    not f.GetField("source"):
                problems.append(f.GetField("code") + ": name_en or source")
        self.none(problems)
        self.assertEqual(have, list(PREFECTURES.items()))


class Companions(common.Case):
    def test_nothing_else_is_there(self):
        found = {f[:-4] for f in os.listdir(GEODATA) if f.endswith(".shp")}
        self.assertEqual(found, set(SHAPEFILES) | {"prefectures"})

    def test_cpg_and_prj(self):
        problems = []
        jgd2011 = osr.SpatialReference()
        jgd2011.ImportFromEPSG(6668)
        for name in SHAPEFILES + ["prefectures"]:
            with open(path(name, ".cpg"), encoding="ascii") as f:
                if f.read().strip() != "UTF-8":
                    problems.append(name + ".cpg is not UTF-8")
            with open(path(name, ".prj"), encoding="ascii") as f:
                text = f.read()
            if '"GCS_JGD_2011"' not in text or '"D_JGD_2011"' not in text:
                problems.append(name + ".prj is not JGD2011: " + text)
            crs = osr.SpatialReference()
            crs.ImportFromESRI([text])
            if not crs.IsGeographic() or \
                    crs.GetSemiMajor() != jgd2011.GetSemiMajor() or \
                    abs(crs.GetInvFlattening() -
                        jgd2011.GetInvFlattening()) > 1e-9:
                problems.append(name + ".prj: not the ellipsoid of JGD2011")
        self.none(problems)

    def test_build_check(self):
        run = subprocess.run([sys.executable, "-B",
                              os.path.join(GEODATA, "build.py"), "--check"],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             encoding="utf-8")
        self.assertEqual(run.returncode, 0, run.stdout)


if __name__ == "__main__":
    common.main()
