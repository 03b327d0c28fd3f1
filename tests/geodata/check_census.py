#!/usr/bin/python3
"""cities against the census of 2020, and every municipality code against it.

Skipped (77) without cities/municipalities_census2020.csv.
"""

import re
import sys

sys.dont_write_bytecode = True
import common
from common import PREFECTURES, metres, position

FILE = ("cities", "municipalities_census2020.csv")
SPECIAL_WARDS = "13100"


def census():
    return {r["code"]: r for r in common.reference_rows(*FILE)}


def name_differences():
    theirs = census()
    return {r["code"]: (r["name_ja"], theirs[r["code"]]["name"])
            for r in common.table("cities") if r["code"] in theirs and
            r["name_ja"] != theirs[r["code"]]["name"]}


class Census(common.Case):
    def setUp(self):
        self.census = census()
        self.cities = common.by_id("cities")

    def test_populations(self):
        self.none("%s: %s people, %s in the census" % (
                      r.where, r["population"], c and c["pop2020_prelim"])
                  for r in self.cities.values()
                  for c in [self.census.get(r["code"])]
                  if not c or c["pop2020_prelim"] != r["population"])

    def test_every_city_of_100000_is_there(self):
        """Wards are no cities; the 23 special wards are one."""
        want = {code for code, c in self.census.items()
                if not c["kind"].startswith("ward_") and
                c["kind"] != "tokyo_special_ward" and
                int(c["pop2020_prelim"] or 0) >= 100000}
        self.assertEqual(set(self.cities), want)

    def test_special_wards_add_up(self):
        wards = sum(int(c["pop2020_prelim"]) for c in self.census.values()
                    if c["kind"] == "tokyo_special_ward")
        self.assertEqual(int(self.cities[SPECIAL_WARDS]["population"]), wards)

    def test_names(self):
        self.differences("census_name", name_differences())

    def test_city_halls(self):
        self.none("%s: %.0f m from the hall" % (r.where, d)
                  for r in self.cities.values()
                  if self.census[r["code"]]["lat"]
                  for d in [metres(position(r), (
                      float(self.census[r["code"]]["lon"]),
                      float(self.census[r["code"]]["lat"])))]
                  if d > 1.5)       # five decimals

    def test_codes_exist(self):
        problems = []
        for name in common.POINTS:
            for row in common.table(name):
                codes = [row.get(c, "") for c in
                         ("code", "muni_code", "city_code")]
                codes += row.get("members", "").split(";")
                for code in filter(None, codes):
                    c = self.census.get(code)
                    if c is None or c["kind"].startswith("ward_") or \
                            c["kind"] == "tokyo_special_ward":
                        problems.append("%s: no city, town or village %s" %
                                        (row.where, code))
                    elif c["pref"] and c["pref"] != PREFECTURES[code[:2]]:
                        problems.append("%s: %s is in %s" %
                                        (row.where, code, c["pref"]))
        self.none(problems)

    def test_places_named_in_sites(self):
        """core_place is the hall of muni_code: its position, and City or
        Town."""
        kinds = {"city": "City Hall", "town": "Town Hall",
                 "village": "Village Hall"}
        problems = []
        for row in common.table("sites"):
            c = self.census[row["muni_code"]]
            if row["muni_code"] == SPECIAL_WARDS:
                continue
            if not row["core_place"].endswith(kinds[c["kind"]]):
                problems.append("%s: %s of a %s" % (
                    row.where, row["core_place"], c["kind"]))
            d = metres(position(row), (float(c["lon"]), float(c["lat"])))
            if d > int(row["pos_err_m"]):
                problems.append("%s: %.0f m from %s's hall" %
                                (row.where, d, c["name"]))
        self.none(problems)


if __name__ == "__main__":
    common.main(FILE)
