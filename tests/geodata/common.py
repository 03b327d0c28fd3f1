"""What the checks of geodata/ share: the tables, distances, known differences.

Two environment variables move what is read, both for trying the checks out:
  TP_GEODATA      another geodata folder (default: geodata/ of this project)
  TP_SHARED_DATA  the folder of reference files (default: ../shared/data beside
                  the project); where it is absent, a check_*.py is skipped
"""

import csv
import io
import math
import os
import re
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GEODATA = os.path.abspath(os.environ.get("TP_GEODATA") or
                          os.path.join(ROOT, "geodata"))
REFERENCE = os.path.abspath(os.environ.get("TP_SHARED_DATA") or
                            os.path.join(ROOT, "..", "shared", "data"))
KNOWN = os.environ.get("TP_KNOWN") or os.path.join(HERE,
                                                   "known_differences.csv")
SKIPPED = 77        # ctest: SKIP_RETURN_CODE

# Layer: its id column.  The key of region_schemes has two columns.
POINTS = {"airports": "iata", "cities": "code", "designated": "desig_id",
          "institutes": "inst_id", "junctions": "junc_id", "plants": "plant_id",
          "prefectural_offices": "office_id", "sites": "site_id",
          "stations": "station_id", "universities": "univ_id"}
LINES = {"rail": "segment_id", "roads": "road_id"}
MODELLED_POINTS = {"junctions"}     # have no Japanese names and no prefecture
# What the road model is made from and its nodes: tables without a shapefile.
ROAD_PARTS = {"expressways": "section_id", "fixed_links": "section_id",
              "road_barriers": "barrier_id", "road_nodes": "node_id",
              "road_towns": "code"}
PLAIN = {"anchor_institutes": "anchor_id", "cities_1980": "code",
         "core_codes": "jsic_code", "core_industries": "industry_id",
         "flights": "flight_id", "programme_facts": "fact_id",
         "reference_footprints": "footprint_id",
         "region_schemes": "pref_code"}
IDS = {**POINTS, **LINES, **ROAD_PARTS, **PLAIN}

PREFECTURES = {"%02d" % (i + 1): name for i, name in enumerate(
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 "
    "千葉県 東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 "
    "愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 "
    "広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 "
    "宮崎県 鹿児島県 沖縄県".split())}


# ---------------------------------------------------------------- tables

class Row(dict):
    """One row: text by column, and where it stands."""

    where = ""


def table_path(name):
    folder = GEODATA if name in PLAIN else os.path.join(GEODATA, "tables")
    return os.path.join(folder, name + ".csv")


def table(name):
    """The rows of a table of geodata."""
    with open(table_path(name), encoding="utf-8", newline="") as f:
        reader = csv.reader(f, strict=True)
        header = next(reader)
        rows, line = [], reader.line_num + 1
        for values in reader:
            row = Row(zip(header, values))
            row.where = "%s.csv:%d (%s)" % (name, line, values[0])
            rows.append(row)
            line = reader.line_num + 1
    return rows


def by_id(name):
    return {row[IDS[name]]: row for row in table(name)}


def readme():
    """The text of geodata/README.md, every run of white space one blank."""
    with open(os.path.join(GEODATA, "README.md"), encoding="utf-8") as f:
        return f.read()


def one_line(text):
    return re.sub(r"\s+", " ", text)


# ---------------------------------------------------------------- distances

def position(row):
    return float(row["lon_deg"]), float(row["lat_deg"])


def metres(a, b):
    """Distance of two (lon, lat) on the ellipsoid GRS80, by Vincenty's inverse
    formula; some millimetres off at most within Japan."""
    if a == b:
        return 0.0
    major, f = 6378137.0, 1 / 298.257222101
    minor = major * (1 - f)
    u1 = math.atan((1 - f) * math.tan(math.radians(a[1])))
    u2 = math.atan((1 - f) * math.tan(math.radians(b[1])))
    length = math.radians(b[0] - a[0])
    lam = length
    for _ in range(100):
        sin_s = math.hypot(math.cos(u2) * math.sin(lam),
                           math.cos(u1) * math.sin(u2) -
                           math.sin(u1) * math.cos(u2) * math.cos(lam))
        cos_s = (math.sin(u1) * math.sin(u2) +
                 math.cos(u1) * math.cos(u2) * math.cos(lam))
        sigma = math.atan2(sin_s, cos_s)
        sin_al = math.cos(u1) * math.cos(u2) * math.sin(lam) / sin_s
        cos2_al = 1 - sin_al * sin_al
        cos_2m = cos_s - 2 * math.sin(u1) * math.sin(u2) / cos2_al \
            if cos2_al else 0.0
        c = f / 16 * cos2_al * (4 + f * (4 - 3 * cos2_al))
        before, lam = lam, length + (1 - c) * f * sin_al * (
            sigma + c * sin_s * (cos_2m + c * cos_s *
                                 (2 * cos_2m * cos_2m - 1)))
        if abs(lam - before) < 1e-12:
            break
    u_sq = cos2_al * (major * major - minor * minor) / (minor * minor)
    k = 1 + u_sq / 16384 * (4096 + u_sq * (-768 + u_sq * (320 - 175 * u_sq)))
    m = u_sq / 1024 * (256 + u_sq * (-128 + u_sq * (74 - 47 * u_sq)))
    ds = m * sin_s * (cos_2m + m / 4 * (
        cos_s * (2 * cos_2m * cos_2m - 1) - m / 6 * cos_2m *
        (4 * sin_s * sin_s - 3) * (4 * cos_2m * cos_2m - 3)))
    return minor * k * (sigma - ds)


def metres_to_line(point, line):
    """Distance of a (lon, lat) to a polyline, in the plane that touches the
    ellipsoid at the point: for up to some 50 km."""
    lat = math.radians(point[1])
    e2 = 0.00669438002290
    w = 1 - e2 * math.sin(lat) ** 2
    north = math.radians(1) * 6378137.0 * (1 - e2) / w ** 1.5
    east = math.radians(1) * 6378137.0 * math.cos(lat) / math.sqrt(w)
    xy = [((x - point[0]) * east, (y - point[1]) * north) for x, y in line]
    best = min(math.hypot(x, y) for x, y in xy)
    for (x1, y1), (x2, y2) in zip(xy, xy[1:]):
        dx, dy = x2 - x1, y2 - y1
        square = dx * dx + dy * dy
        if square > 0:
            t = max(0.0, min(1.0, -(x1 * dx + y1 * dy) / square))
            best = min(best, math.hypot(x1 + t * dx, y1 + t * dy))
    return best


def inside_ring(point, ring):
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:]):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd


def metres_outside(point, rings, reach_deg=1.0):
    """0 inside one of the outer rings, else the distance to the nearest of
    those within reach; infinity if there is none."""
    x, y = point
    best = math.inf
    for ring in rings:
        xs, ys = [p[0] for p in ring], [p[1] for p in ring]
        if min(xs) - reach_deg < x < max(xs) + reach_deg and \
                min(ys) - reach_deg < y < max(ys) + reach_deg:
            if inside_ring(point, ring):
                return 0.0
            best = min(best, metres_to_line(point, ring))
    return best


# ---------------------------------------------------------------- references

def reference(*parts):
    return os.path.join(REFERENCE, *parts)


def reference_rows(*parts):
    with open(reference(*parts), encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def known(check):
    """{id: (ours, theirs)} of the listed differences of one check."""
    with open(KNOWN, encoding="utf-8", newline="") as f:
        return {r["id"]: (r["ours"], r["theirs"])
                for r in csv.DictReader(f) if r["check"] == check}


class Case(unittest.TestCase):
    """A test case that reports every problem, not only the first."""

    maxDiff = None

    def none(self, problems):
        problems = list(problems)
        if problems:
            self.fail("%d problem%s\n  " % (len(problems),
                                            "s"[:len(problems) != 1]) +
                      "\n  ".join(problems))

    def differences(self, check, found):
        """found {id: (ours, theirs)} is what known_differences.csv lists."""
        listed = known(check)
        problems = ["%s %s: ours '%s', theirs '%s' (new, not listed in %s)" %
                    ((check, i) + found[i] + (os.path.basename(KNOWN),))
                    for i in sorted(found) if i not in listed]
        problems += ["%s %s: ours '%s', theirs '%s', but listed as '%s', '%s'"
                     % ((check, i) + found[i] + listed[i])
                     for i in sorted(found)
                     if i in listed and listed[i] != found[i]]
        problems += ["%s %s: listed, but there is no such difference (any "
                     "more)" % (check, i)
                     for i in sorted(listed) if i not in found]
        self.none(problems)


def main(*needed):
    """Run the tests of the calling script; skip it when a reference file that
    it needs (parts of a path below REFERENCE) is not there."""
    for parts in needed:
        path = reference(*parts)
        if not os.path.exists(path):
            print("SKIPPED: no reference file " + path)
            sys.exit(SKIPPED)
    unittest.main(module="__main__")
