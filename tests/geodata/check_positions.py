#!/usr/bin/python3
"""Positions against the town points of japanese-addresses and the prefecture
boundaries of MLIT N03: the town that a row names, the municipality around it,
the prefecture within the position error.

Skipped (77) without the three files.
"""

import csv
import gzip
import json
import re
import sys

sys.dont_write_bytecode = True
import common
from common import PREFECTURES, metres_outside, metres_to_line, position

TOWNS = ("points", "japan_towns.csv.gz")
CENSUS = ("cities", "municipalities_census2020.csv")
N03 = ("admin", "prefectures_n03-21_1pct.geojson")
CELLS = 50          # a degree: cells of about 2 km
COARSE_M = 1000     # the outline is simplified, small islands are missing

TOWN_OF = {     # table: the column and the pattern that name the town
    "institutes": ("source", r"\btown: ([^;]+)$"),
    "universities": ("source", r"\btown: ([^;]+)$"),
    "prefectural_offices": ("pos_src", r"^town point of (\S+) \("),
}
MUNICIPALITY = {"cities": "code", "institutes": "city_code",
                "plants": "city_code", "prefectural_offices": "muni_code",
                "sites": "muni_code", "universities": "city_code"}


def without_district(city):
    """A town or village without its district (gun): 中新川郡立山町 is 立山町."""
    return re.sub(r"^.+?郡(?=.+[町村]$)", "", city)


class Towns:
    def __init__(self):
        self.names, self.cells = {}, {}
        with gzip.open(common.reference(*TOWNS), "rt", encoding="utf-8",
                       newline="") as f:
            for pref, city, town, koaza, lat, lon in list(csv.reader(f))[1:]:
                if not lat or not lon:
                    continue
                at = (float(lon), float(lat))
                city = without_district(city)
                self.names.setdefault((pref, city + town), []).append(at)
                if koaza:
                    self.names.setdefault((pref, city + town + koaza),
                                          []).append(at)
                cell = (int(at[0] * CELLS), int(at[1] * CELLS))
                self.cells.setdefault(cell, []).append((at, pref, city))

    def named(self, pref, name):
        """Points of a town, with or without 字 before its hamlet; without its
        block number, of all its blocks."""
        exact = self.names.get((pref, name)) or \
            self.names.get((pref, re.sub("(?<!大)字", "", name)))
        return exact or [at for key, points in self.names.items()
                         if key[0] == pref and key[1].startswith(name)
                         for at in points]

    def around(self, at, radius_m):
        """(distance, prefecture, municipality) of points within the radius,
        nearest first; at least of the nine cells around."""
        reach = 1 + int(radius_m / 1500)
        x, y = int(at[0] * CELLS), int(at[1] * CELLS)
        found = [(metres_to_line(at, [p]), pref, city)
                 for i in range(x - reach, x + reach + 1)
                 for j in range(y - reach, y + reach + 1)
                 for p, pref, city in self.cells.get((i, j), ())]
        found.sort()
        return found


class Positions(common.Case):
    @classmethod
    def setUpClass(cls):
        cls.towns = Towns()

    def test_named_towns(self):
        """A point stands on the town that its row names: on one of the
        town's points, or in their middle."""
        problems = []
        for name, (column, pattern) in TOWN_OF.items():
            for row in common.table(name):
                town = re.search(pattern, row[column])
                if not town:
                    if "town point" in row["pos_src"] and \
                            row["pref_code"] != "13":
                        problems.append("%s: no town in %s" % (row.where,
                                                               column))
                    continue
                town = re.sub("（.*?）", "", town.group(1))
                points = self.towns.named(PREFECTURES[row["pref_code"]], town)
                if not points:
                    problems.append("%s: there is no town %s" % (row.where,
                                                                 town))
                    continue
                at = position(row)
                middle = (sum(p[0] for p in points) / len(points),
                          sum(p[1] for p in points) / len(points))
                d = min(metres_to_line(at, [p]) for p in points + [middle])
                if d > 50:
                    problems.append("%s: %.0f m from %s, %d points" %
                                    (row.where, d, town, len(points)))
        self.none(problems)

    def test_municipality(self):
        """The nearest town point, or one within the position error, belongs
        to the municipality that the row states."""
        codes = {}
        for c in common.reference_rows(*CENSUS):
            code = c["code"]
            if c["kind"] == "tokyo_special_ward":
                code = "13100"
            codes[(c["pref"], c["name"].replace("ヶ", "ケ"))] = code
        wards = {(c["pref"], c["name"]): codes[(c["pref"], city.group(0))]
                 for c in common.reference_rows(*CENSUS)
                 if c["kind"] == "ward_designated"
                 for city in [re.match(".+?市(?=.+区)", c["name"])]}
        problems = []
        for name, column in MUNICIPALITY.items():
            for row in common.table(name):
                error = int(row["pos_err_m"])
                near = self.towns.around(position(row), error)
                found = {wards.get((pref, city)) or
                         codes.get((pref, city.replace("ヶ", "ケ")))
                         for i, (d, pref, city) in enumerate(near)
                         if i == 0 or d <= error}
                if row[column] not in found:
                    problems.append("%s: %s, but the towns around belong to "
                                    "%s" % (row.where, row[column],
                                            sorted(map(str, found))))
        self.none(problems)

    def test_prefecture(self):
        """Within the position error, and the outline's own, of the prefecture
        that the row states."""
        polygons = {}
        with open(common.reference(*N03), encoding="utf-8") as f:
            for feature in json.load(f)["features"]:
                g = feature["geometry"]
                parts = g["coordinates"] if g["type"] == "MultiPolygon" \
                    else [g["coordinates"]]
                polygons.setdefault(feature["properties"]["N03_001"],
                                    []).extend(part[0] for part in parts)
        found = {}
        for name in sorted(set(common.POINTS) - common.MODELLED_POINTS):
            for row in common.table(name):
                d = metres_outside(position(row),
                                   polygons[PREFECTURES[row["pref_code"]]],
                                   reach_deg=0.2)
                if d > int(row["pos_err_m"]) + COARSE_M:
                    found["%s %s" % (name, row[common.IDS[name]])] = (
                        row["pref_code"], "")
        self.differences("positions_prefecture", found)


if __name__ == "__main__":
    common.main(TOWNS, CENSUS, N03)
