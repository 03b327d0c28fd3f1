#!/usr/bin/python3
"""What one table says of another: flights of airports, rail of stations, ..."""

import re
import sys

sys.dont_write_bytecode = True
import common
from common import PREFECTURES, metres, position

METRO_AIRPORT = {"Tokyo": "HND", "Osaka": "ITM", "Nagoya": "NGO"}


class Flights(common.Case):
    def test_flights(self):
        airports = common.by_id("airports")
        problems, pairs = [], set()
        for row in common.table("flights"):
            if row["iata"] not in airports:
                problems.append("%s: no airport %s" % (row.where, row["iata"]))
                continue
            if row["flight_id"] != "%s-%s" % (row["iata"].lower(),
                                              row["metro"].lower()):
                problems.append(row.where + ": id")
            if row["direct"] != "1":
                problems.append(row.where + ": direct")
            if not row["min_src"].startswith("modelled"):
                problems.append(row.where + ": min_src")
            km = metres(position(airports[row["iata"]]), position(
                airports[METRO_AIRPORT[row["metro"]]])) / 1000
            if abs(km - float(row["km"])) > 0.1:
                problems.append("%s: %s km, %.1f by the airports" %
                                (row.where, row["km"], km))
            if abs(30 + float(row["km"]) / 12 - int(row["minutes"])) > 0.5001:
                problems.append("%s: %s minutes" % (row.where,
                                                    row["minutes"]))
            pairs.add((row["iata"], row["metro"]))
        self.none(problems)


class Rail(common.Case):
    def setUp(self):
        self.stations = common.by_id("stations")
        self.rail = common.table("rail")

    def test_ends(self):
        self.none("%s: %s '%s'" % (row.where, c, row[c])
                  for row in self.rail for c in ("from_stn", "to_stn")
                  if row[c] not in self.stations)
        self.none(row.where + ": both ends are one station"
                  for row in self.rail if row["from_stn"] == row["to_stn"])

    def test_every_station_has_rail(self):
        ends = {row[c] for row in self.rail for c in ("from_stn", "to_stn")
                if not row["closed"]}
        self.none(row.where + ": no rail today"
                  for row in self.stations.values()
                  if row["station_id"] not in ends)

    def test_lines_of_stations(self):
        """lines names the lines of rail that stop at the station today."""
        lines = {}
        for row in self.rail:
            for c in ("from_stn", "to_stn"):
                if not row["closed"]:
                    lines.setdefault(row[c], set()).add(row["line"])
        self.none("%s: lines '%s', rail has '%s'" % (
                      row.where, row["lines"], "; ".join(sorted(
                          lines.get(row["station_id"], ()))))
                  for row in self.stations.values()
                  if set(row["lines"].split("; "))
                  != lines.get(row["station_id"], set()))

    def test_lengths_and_speeds(self):
        """No rail is much shorter than the geodesic (tariff km follow an older
        line and may be 3 % short), nor far longer, nor faster than a
        train."""
        problems = []
        for row in self.rail:
            a, b = self.stations[row["from_stn"]], self.stations[row["to_stn"]]
            km = metres(position(a), position(b)) / 1000
            slack = (int(a["pos_err_m"]) + int(b["pos_err_m"])) / 1000
            if float(row["km"]) < 0.97 * km - slack:
                problems.append("%s: %s km, geodesic %.1f km" %
                                (row.where, row["km"], km))
            if float(row["km"]) > 2.5 * km + slack:
                problems.append("%s: %s km is far over the geodesic %.1f km" %
                                (row.where, row["km"], km))
            speed = float(row["km"]) / int(row["minutes"]) * 60
            if not 20 <= speed <= 320:
                problems.append("%s: %.0f km/h" % (row.where, speed))
            if row["min_src"] == "line_speed":
                stated = re.search(r"km / (\d+) km/h", row["source"])
                if not stated:
                    problems.append(row.where + ": no line speed in source")
                elif abs(float(row["km"]) / int(stated.group(1)) * 60 -
                         int(row["minutes"])) > 0.51 and \
                        "at least" not in row["source"]:
                    problems.append("%s: %s minutes for %s km at %s km/h" % (
                        row.where, row["minutes"], row["km"],
                        stated.group(1)))
        self.none(problems)

    def test_no_rail_before_its_stations(self):
        """A row of rail is used only when both stations are open."""
        problems = []
        for row in self.rail:
            for c in ("from_stn", "to_stn"):
                opened = self.stations[row[c]]["opened"]
                if opened and int(row["opened"]) < int(opened):
                    problems.append("%s: from %s, but %s opened %s" %
                                    (row.where, row["opened"], row[c],
                                     opened))
        self.none(problems)

    def test_one_row_for_one_service(self):
        seen, problems = {}, []
        for row in self.rail:
            key = (frozenset((row["from_stn"], row["to_stn"])), row["service"],
                   row["line"])
            for other in seen.get(key, ()):
                if int(row["opened"]) < int(other["closed"] or 9999) and \
                        int(other["opened"]) < int(row["closed"] or 9999):
                    problems.append("%s and %s at one time" % (row.where,
                                                               other.where))
            seen.setdefault(key, []).append(row)
        self.none(problems)


class Others(common.Case):
    def test_industries_of_plants(self):
        industries = common.by_id("core_industries")
        self.none("%s: industry '%s'" % (row.where, row["industry"])
                  for row in common.table("plants") if row["industry"] and
                  (row["industry"] not in industries or
                   not industries[row["industry"]]["name_en"]))

    def test_industry_slots(self):
        self.assertEqual(sorted(int(r["slot"]) for r in
                                common.table("core_industries")),
                         list(range(1, 15)))

    def test_region_schemes_cover_every_prefecture(self):
        by_scheme, names = {}, {}
        for row in common.table("region_schemes"):
            by_scheme.setdefault(row["scheme"], []).append(row["pref_code"])
            names.setdefault((row["scheme"], row["region_id"]), set()).add(
                (row["region_en"], row["region_ja"]))
        for scheme in ("conventional8", "meti_bureaus"):
            self.assertEqual(by_scheme[scheme], list(PREFECTURES), scheme)
        self.none("%s: several names %s" % (k, v) for k, v in names.items()
                  if len(v) > 1)
        self.assertEqual(sum(k[0] == "conventional8" for k in names), 8)
        self.assertEqual(sum(k[0] == "meti_bureaus" for k in names), 9)

    def test_universities(self):
        """One main row for each; what is said of the university is the same
        in all its rows; 7 imperial universities, 8 of Number Schools."""
        rows = common.table("universities")
        main = {r["univ"]: r for r in rows if r["campus"] == "main"}
        self.assertEqual(len(main), sum(r["campus"] == "main" for r in rows))
        self.none("%s: %s" % (r.where, c) for r in rows for c in
                  ("kind", "founded", "imperial", "number_sch")
                  if r["univ"] not in main or r[c] != main[r["univ"]][c])
        self.assertEqual(
            {r["name_en"] for r in main.values() if r["imperial"] == "1"},
            {"The University of Tokyo", "Kyoto University",
             "Tohoku University", "Kyushu University", "Hokkaido University",
             "Osaka University", "Nagoya University"})
        self.assertEqual(
            {r["name_en"] for r in main.values() if r["number_sch"] == "1"},
            {"The University of Tokyo", "Tohoku University",
             "Kyoto University", "Kanazawa University",
             "Kumamoto University", "Okayama University",
             "Kagoshima University", "Nagoya University"})

    def test_metro_stations(self):
        have = {(r["name_en"], r["metro"]) for r in common.table("stations")
                if r["metro"]}
        self.assertEqual(have, {("Tokyo", "Tokyo"), ("Shin-Osaka", "Osaka"),
                                ("Osaka", "Osaka"), ("Nagoya", "Nagoya")})

    def test_offices_stand_in_capitals(self):
        capitals = {r["pref_code"]: r for r in common.table("sites")
                    if r["kind"] == "capital"}
        offices = common.table("prefectural_offices")
        self.assertEqual([r["office_id"] for r in offices],
                         ["office-" + code for code in PREFECTURES])
        self.none("%s: in %s, the capital is %s" % (
                      r.where, r["muni_code"],
                      capitals[r["pref_code"]]["muni_code"])
                  for r in offices if r["muni_code"] !=
                  capitals[r["pref_code"]]["muni_code"])
        self.none("%s: %.1f km from its capital's hall" % (r.where, d / 1000)
                  for r in offices for d in [metres(
                      position(r), position(capitals[r["pref_code"]]))]
                  if d > 6000)


if __name__ == "__main__":
    common.main()
