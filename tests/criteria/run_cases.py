#!/usr/bin/python3
"""Run the cases of one file against the program: run_cases.py FILE.case

See README.md of this folder for the form.  Exit codes: 0 all hold, 1 an
expectation fails, 2 the file is malformed (nothing of it is then run).
"""

import math
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from osgeo import gdal, ogr, osr

ogr.UseExceptions()
osr.UseExceptions()
gdal.SetConfigOption("OGR_SQLITE_SYNCHRONOUS", "OFF")

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.environ.get("TP_PROGRAM") or os.path.join(
    ROOT, "build", "test", "technopolis")
LEAST_CASES = 10
SITE = (135.0, 35.0)
KMH, DETOUR = 40.0, 1.3         # of the straight line, the program's defaults
VERDICTS = ("met", "not_met", "unknown")

# KIND: layer, id column, {column: (type, default)}
TEXT, INTEGER = ogr.OFTString, ogr.OFTInteger64
KINDS = {
    "city": ("cities", "code", {"population": (INTEGER, None),
                                "pop_year": (INTEGER, 2020)}),
    "university": ("universities", "univ_id", {"univ": (TEXT, None)}),
    "institute": ("institutes", "inst_id", {"kind": (TEXT, "national")}),
    "plant": ("plants", "plant_id", {"industry": (TEXT, None)}),
    "airport": ("airports", "iata", {"scheduled": (INTEGER, 1)}),
    "station": ("stations", "station_id", {"shinkansen": (INTEGER, 0),
                                           "kind": (TEXT, "local"),
                                           "metro": (TEXT, None)}),
    "office": ("prefectural_offices", "office_id", {}),
    "junction": ("junctions", "junc_id", {}),
    "core": ("cores", "core_id", {}),
}
for one in ("technology_park", "incubator", "basic_institute",
            "applied_institute"):
    KINDS[one] = (one + "s", "id", {})
BOXES = {   # west, south, east, north; the site is at 135, 35
    ("municipality", "holds the site"): (134.95, 34.95, 135.05, 35.05),
    ("municipality", "touches"): (135.05, 34.95, 135.15, 35.05),
    ("municipality", "apart"): (135.3, 34.95, 135.4, 35.05),
    ("area", "holds the site"): (134.9, 34.9, 135.1, 35.1),
    ("area", "borders the site"): (135.0, 34.9, 135.2, 35.1),
    ("area", "beside the site"): (135.000011, 34.9, 135.2, 35.1),
}
BOX_LAYERS = {"municipality": ("municipalities", "code"),
              "area": ("overconcentrated", "area_id")}
LAYERS = {k[0] for k in KINDS.values()} | {
    k[0] for k in BOX_LAYERS.values()} | {"flights", "rail"}


class Malformed(Exception):
    pass


# ---------------------------------------------------------------- geometry

def ahead(at, bearing, metres):
    """Where one is after so many metres on GRS80 (T. Vincenty, 1975)."""
    a, f = 6378137.0, 1 / 298.257222101
    if metres == 0:
        return at
    b = a * (1 - f)
    lon, lat = (math.radians(c) for c in at)
    az = math.radians(bearing)
    u = math.atan((1 - f) * math.tan(lat))
    sigma1 = math.atan2(math.tan(u), math.cos(az))
    sin_alpha = math.cos(u) * math.sin(az)
    cos2 = 1 - sin_alpha ** 2
    k = cos2 * (a * a - b * b) / (b * b)
    big_a = 1 + k / 16384 * (4096 + k * (-768 + k * (320 - 175 * k)))
    big_b = k / 1024 * (256 + k * (-128 + k * (74 - 47 * k)))
    sigma = metres / (b * big_a)
    for _ in range(50):
        m = math.cos(2 * sigma1 + sigma)
        d = big_b * math.sin(sigma) * (m + big_b / 4 * (
            math.cos(sigma) * (2 * m * m - 1) - big_b / 6 * m *
            (4 * math.sin(sigma) ** 2 - 3) * (4 * m * m - 3)))
        sigma = metres / (b * big_a) + d
    s, c = math.sin(sigma), math.cos(sigma)
    lat2 = math.atan2(math.sin(u) * c + math.cos(u) * s * math.cos(az),
                      (1 - f) * math.hypot(sin_alpha, math.sin(u) * s -
                                           math.cos(u) * c * math.cos(az)))
    lam = math.atan2(s * math.sin(az),
                     math.cos(u) * c - math.sin(u) * s * math.cos(az))
    big_c = f / 16 * cos2 * (4 + f * (4 - 3 * cos2))
    lon2 = lon + lam - (1 - big_c) * f * sin_alpha * (
        sigma + big_c * s * (m + big_c * c * (2 * m * m - 1)))
    return math.degrees(lon2), math.degrees(lat2)


def metres_of(minutes):
    return minutes * KMH * 1000 / 60 / DETOUR


# ---------------------------------------------------------------- reading

class Case:
    def __init__(self, title, line):
        self.title, self.line = title, line
        self.given, self.expect, self.profile = [], [], None


class Cases:
    """A file: what stands at its top, and the cases."""

    def __init__(self, path):
        self.path, self.cases, self.faults = path, [], []
        self.criterion = self.profile = self.source = None
        self.tolerance = 0.001
        with open(path, encoding="utf-8") as f:
            for n, line in enumerate(f, 1):
                try:
                    self.read(n, line)
                except (Malformed, ValueError) as e:
                    self.faults.append("%s:%d: %s" % (path, n, e))
        self.finish()

    def read(self, n, line):
        words = shlex.split(line, comments=True)
        if not words:
            return
        word, rest = words[0], words[1:]
        last = self.cases[-1] if self.cases else None
        if word == "case" and rest:
            title = " ".join(rest)
            if any(c.title == title for c in self.cases):
                raise Malformed("a second case '%s'" % title)
            self.cases.append(Case(title, n))
        elif word == "given" and last and rest:
            if last.expect:
                raise Malformed("given after expect")
            last.given.append((n, rest))
        elif word == "expect" and last:
            last.expect.append((n, expectation(rest)))
        elif word == "profile" and len(rest) == 1:
            if last:
                last.profile = rest[0]
            else:
                self.profile = rest[0]
        elif word in ("criterion", "source", "tolerance") and not last and \
                len(rest) == 1:
            setattr(self, word, float(rest[0]) if word == "tolerance"
                    else rest[0])
        else:
            raise Malformed("'%s' is not understood here" % line.strip())

    def finish(self):
        for word in ("criterion", "profile", "source"):
            if getattr(self, word) is None:
                self.faults.append("%s:1: no '%s'" % (self.path, word))
        for case in self.cases:
            place = "%s:%d: case '%s'" % (self.path, case.line, case.title)
            if len(case.expect) != 1:
                self.faults.append("%s has %d expectations (one expected)" %
                                   (place, len(case.expect)))
            try:
                World(case)
            except (Malformed, ValueError, IndexError, KeyError) as e:
                self.faults.append("%s: %s" % (place, e or "cut short"))
        if len(self.cases) < LEAST_CASES:
            self.faults.append("%s:1: %d cases (at least %d expected)" % (
                self.path, len(self.cases), LEAST_CASES))


def expectation(words):
    if not words or words[0] not in VERDICTS:
        raise Malformed("expect one of %s" % ", ".join(VERDICTS))
    wanted = {"verdict": words[0]}
    rest = words[1:]
    if len(rest) % 2:
        raise Malformed("'%s' without a value" % rest[-1])
    for key, value in zip(rest[::2], rest[1::2]):
        if key not in ("value", "margin", "method", "says") or key in wanted:
            raise Malformed("expect does not know '%s' here" % key)
        wanted[key] = value
        if key in ("value", "margin"):
            wanted[key] = None if value == "none" else float(value)
    return wanted


# ---------------------------------------------------------------- the world

class Point:
    def __init__(self, kind, name, cells):
        self.kind, self.name, self.cells = kind, name, cells
        self.minutes = self.metres = self.beside = None
        self.off = self.unreachable = False
        self.at = None


class World:
    """What a case gives, as layers."""

    def __init__(self, case):
        self.points, self.boxes, self.hauls = {}, [], []
        self.straight, self.site_box = False, None
        self.coverage, self.absent = {}, set()
        for n, words in case.given:
            try:
                self.add(words)
            except IndexError:
                raise Malformed("line %d is cut short" % n)
            except (Malformed, ValueError, KeyError) as e:
                raise Malformed("line %d: %s" % (n, e))
        self.place()
        for layer in list(self.coverage) + list(self.absent):
            if layer not in LAYERS:
                raise Malformed("there is no layer '%s'" % layer)
        for layer in self.absent & self.read():
            raise Malformed("'%s' is given and not read" % layer)
        for layer in set(self.coverage) - self.read():
            raise Malformed("nothing is given of '%s'" % layer)

    def read(self):
        return {KINDS[p.kind][0] for p in self.points.values()} | \
            {BOX_LAYERS[b[0]][0] for b in self.boxes} | \
            {h[0] for h in self.hauls}

    def add(self, w):
        if w == ["straight", "line"]:
            self.straight = True
        elif w[0] == "sample" and len(w) == 2:
            self.coverage[w[1]] = "sample"
        elif w[0] == "coverage" and len(w) > 2:
            self.coverage[w[1]] = " ".join(w[2:])
        elif w[0] == "no" and len(w) == 2:
            self.absent.add(w[1])
        elif w[:2] == ["site", "box"] and len(w) == 6:
            self.site_box = tuple(float(c) for c in w[2:])
        elif w[0] in ("flight", "train") and w[2] == "to" and \
                w[4] == "minutes" and len(w) == 6:
            self.hauls.append(("flights" if w[0] == "flight" else "rail",
                               w[1], w[3], float(w[5])))
        elif w[0] in BOX_LAYERS:
            self.add_box(w)
        elif w[0] in KINDS:
            self.add_point(w)
        else:
            raise Malformed("'%s' cannot be given" % " ".join(w))

    def add_box(self, w):
        name, rest, of = w[1], w[2:], None
        if rest[0] == "of":
            of, rest = rest[1], rest[2:]
        where = " ".join(rest)
        if (w[0], where) not in BOXES:
            raise Malformed("'%s' is no place of a %s" % (where, w[0]))
        self.boxes.append((w[0], name, of, BOXES[w[0], where]))

    def add_point(self, w):
        kind, name, rest = w[0], w[1], w[2:]
        layer, key, columns = KINDS[kind]
        cells = {}
        while rest and rest[0] not in ("at", "unreachable") and not (
                len(rest) > 2 and rest[2] == "from"):
            column, value = rest[0], rest[1]
            if column != "id" and column not in columns:
                raise Malformed("a %s has no '%s'" % (kind, column))
            if value == "missing":
                value = None
            elif column in columns and columns[column][0] == INTEGER:
                value = int(value)
            cells[column] = value
            rest = rest[2:]
        if name in self.points:
            raise Malformed("a second '%s'" % name)
        point = self.points[name] = Point(kind, name, cells)
        if rest == ["unreachable"]:
            point.unreachable = True
        elif rest == ["at", "the", "site"]:
            point.minutes = 0.0
        elif rest[0] == "at" and rest[2] in ("min", "m") and \
                rest[3:] in ([], ["off", "the", "road"]):
            number = float(rest[1])
            if rest[2] == "min":
                point.minutes = number
            else:
                point.metres = number
            point.off = len(rest) > 3
        elif len(rest) == 4 and rest[1:3] == ["m", "from"] and \
                rest[3] in self.points:
            point.metres, point.beside = float(rest[0]), rest[3]
        else:
            raise Malformed("where is it? '%s'" % " ".join(rest))

    def place(self):
        """Each point in a direction of its own."""
        n = max(1, len(self.points))
        for i, p in enumerate(self.points.values()):
            bearing = 11 + 360.0 * i / n
            if p.unreachable:
                p.at = ahead(SITE, 90, 300000 + 20000.0 * i)
            elif p.beside:
                p.at = ahead(self.points[p.beside].at, bearing, p.metres)
            else:
                p.at = ahead(SITE, bearing, p.metres if p.minutes is None
                             else metres_of(p.minutes))

    def roads(self):
        """Lines with the speed at which they take the minutes."""
        kmh = KMH / DETOUR
        yield SITE, ahead(SITE, 191, 1000), kmh
        for p in self.points.values():
            if p.unreachable:
                yield ahead(p.at, 0, 5000), p.at, kmh
            elif not p.off and not p.beside and p.at != SITE:
                yield SITE, p.at, kmh


# ---------------------------------------------------------------- writing

def make_layer(source, name, srs, kind):
    options = [] if kind == ogr.wkbNone else ["SPATIAL_INDEX=NO"]
    return source.CreateLayer(name, srs, kind, options)


def field(layer, name, kind):
    layer.CreateField(ogr.FieldDefn(name, kind))


def put(layer, geometry, cells):
    feature = ogr.Feature(layer.GetLayerDefn())
    for name, value in cells.items():
        if value is not None:
            feature.SetField(name, value)
    if geometry is not None:
        feature.SetGeometry(ogr.CreateGeometryFromWkt(geometry))
    layer.CreateFeature(feature)


def box_text(b):
    west, south, east, north = b
    return "POLYGON((%r %r,%r %r,%r %r,%r %r,%r %r))" % (
        west, south, east, south, east, north, west, north, west, south)


def write_points(source, srs, world):
    by_layer = {}
    for p in world.points.values():
        by_layer.setdefault(p.kind, []).append(p)
    for kind, points in by_layer.items():
        name, key, columns = KINDS[kind]
        layer = make_layer(source, name, srs, ogr.wkbPoint)
        field(layer, key, TEXT)
        field(layer, "name", TEXT)
        for column, (type_, _) in columns.items():
            field(layer, column, type_)
        for p in points:
            cells = {c: d for c, (_, d) in columns.items()}
            cells.update(p.cells)
            ident = cells.pop("id", p.name)
            if kind == "university" and "univ" not in p.cells:
                cells["univ"] = ident
            cells.update({key: ident, "name": p.name})
            put(layer, "POINT(%r %r)" % p.at, cells)


def write_boxes(source, srs, world):
    for kind in {b[0] for b in world.boxes}:
        name, key = BOX_LAYERS[kind]
        layer = make_layer(source, name, srs, ogr.wkbPolygon)
        field(layer, key, TEXT)
        field(layer, "name", TEXT)
        for _, title, of, box in (b for b in world.boxes if b[0] == kind):
            ident = title
            if of is not None:
                ident = world.points[of].cells.get("id", of)
            put(layer, box_text(box), {key: ident, "name": title})


def write_hauls(source, srs, world):
    hauls = world.hauls
    if any(h[0] == "flights" for h in hauls):
        layer = make_layer(source, "flights", None, ogr.wkbNone)
        for name, kind in (("flight_id", TEXT), ("iata", TEXT),
                           ("metro", TEXT), ("minutes", ogr.OFTReal)):
            field(layer, name, kind)
        for _, a, b, minutes in (h for h in hauls if h[0] == "flights"):
            put(layer, None, {"flight_id": a + "-" + b, "iata": a,
                              "metro": b, "minutes": minutes})
    if any(h[0] == "rail" for h in hauls):
        layer = make_layer(source, "rail", srs, ogr.wkbLineString)
        for name, kind in (("segment_id", TEXT), ("from_station", TEXT),
                           ("to_station", TEXT), ("minutes", ogr.OFTReal)):
            field(layer, name, kind)
        for _, a, b, minutes in (h for h in hauls if h[0] == "rail"):
            put(layer, line_text(world.points[a].at, world.points[b].at),
                {"segment_id": a + "-" + b, "from_station": a,
                 "to_station": b, "minutes": minutes})


def line_text(a, b):
    if a == b:
        b = (b[0] + 1e-4, b[1])
    return "LINESTRING(%r %r,%r %r)" % (*a, *b)


def write_sites_and_roads(source, srs, world):
    kind = ogr.wkbPolygon if world.site_box else ogr.wkbPoint
    layer = make_layer(source, "sites", srs, kind)
    field(layer, "site_id", TEXT)
    put(layer, box_text(world.site_box) if world.site_box
        else "POINT(%r %r)" % SITE, {"site_id": "site"})
    if world.straight:
        return
    layer = make_layer(source, "roads", srs, ogr.wkbLineString)
    field(layer, "road_id", TEXT)
    field(layer, "speed_kmh", ogr.OFTReal)
    for i, (a, b, kmh) in enumerate(world.roads()):
        put(layer, line_text(a, b), {"road_id": "r%02d" % i,
                                     "speed_kmh": kmh})


def configuration(world, profile):
    layers = world.read()
    keys = {k[0]: k[1] for k in list(KINDS.values()) +
            list(BOX_LAYERS.values())}
    keys.update(flights="flight_id", rail="segment_id")
    lines = ["title: a case", "read:"]
    for layer in sorted(layers):
        more = "" if layer in ("flights", "rail") else ", name: name"
        if layer in world.coverage:
            more += ', coverage: "%s"' % world.coverage[layer]
        lines.append("  - %s: { file: world.gpkg, layer: %s, id: %s%s }" % (
            layer, layer, keys[layer], more))
    lines.append("  - sites: { file: world.gpkg, layer: sites, id: site_id }")
    if not world.straight:
        lines.append("  - roads: { file: world.gpkg, layer: roads, "
                     "id: road_id }")
        network = "roads: roads, speed: speed_kmh"
        if "rail" in layers:
            network += ", rail: rail, stations: stations"
        if "flights" in layers:
            network += ", flights: flights, airports: airports"
        lines += ["prepare:", "  - network: { %s }" % network]
    lines += ["judge:", "  - profile: " + profile,
              "write:", "  - geopackage: out.gpkg"]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------- running

def answer(folder, case, cases):
    """What the program says of the case: a row of `verdicts`, or a text."""
    for name in os.listdir(folder):
        os.remove(os.path.join(folder, name))
    world = World(case)
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(6668)
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    path = os.path.join(folder, "world.gpkg")
    source = ogr.GetDriverByName("GPKG").CreateDataSource(path)
    source.StartTransaction()
    for write in (write_points, write_boxes, write_hauls,
                  write_sites_and_roads):
        write(source, srs, world)
    source.CommitTransaction()
    del source
    config = os.path.join(folder, "case.yaml")
    with open(config, "w", encoding="utf-8") as f:
        f.write(configuration(world, case.profile or cases.profile))
    done = subprocess.run([PROGRAM, "run", "--quiet", "--threads", "1", config],
                          capture_output=True, text=True,
                          env=dict(os.environ, OMP_NUM_THREADS="1"))
    if done.returncode != 0:
        return "exit code %d: %s" % (done.returncode, done.stderr.strip())
    file = sqlite3.connect(os.path.join(folder, "out.gpkg"))
    file.row_factory = sqlite3.Row
    rows = file.execute("SELECT * FROM verdicts WHERE criterion_id = ?",
                        (cases.criterion,)).fetchall()
    file.close()
    return rows[0] if len(rows) == 1 else \
        "%d verdicts of %s" % (len(rows), cases.criterion)


def differences(wanted, row, tolerance):
    if row["verdict"] != wanted["verdict"]:
        yield "verdict is %s, not %s" % (row["verdict"], wanted["verdict"])
    for key in ("value", "margin"):
        if key in wanted:
            a, b = row[key], wanted[key]
            if (a is None) != (b is None) or \
                    (a is not None and abs(a - b) > tolerance):
                yield "%s is %s, not %s" % (key, a, b)
    if row["margin"] is not None and row["verdict"] != "unknown" and \
            (row["margin"] >= 0) != (row["verdict"] == "met"):
        yield "margin %s, but %s" % (row["margin"], row["verdict"])
    if "method" in wanted and row["method"] != wanted["method"]:
        yield "method is %s, not %s" % (row["method"], wanted["method"])
    if "says" in wanted and wanted["says"] not in (row["evidence"] or ""):
        yield "the evidence does not say '%s'" % wanted["says"]


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    cases = Cases(sys.argv[1])
    if cases.faults:
        print("\n".join(cases.faults))
        return 2
    failed = 0
    folder = tempfile.mkdtemp()
    try:
        for case in cases.cases:
            row = answer(folder, case, cases)
            n, wanted = case.expect[0]
            faults = [row] if isinstance(row, str) else list(
                differences(wanted, row, cases.tolerance))
            if faults:
                failed += 1
                print("%s:%d: case '%s': %s" % (sys.argv[1], n, case.title,
                                               "; ".join(faults)))
                if not isinstance(row, str):
                    print("    evidence: %s" % row["evidence"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("%d of %d cases hold" % (len(cases.cases) - failed,
                                   len(cases.cases)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
