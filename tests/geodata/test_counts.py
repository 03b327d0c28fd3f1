#!/usr/bin/python3
"""The numbers in geodata/README.md are those of the tables, and not too small."""

import collections
import csv
import re
import sys

sys.dont_write_bytecode = True
import common
from common import IDS, POINTS, metres, one_line, position

AT_LEAST = {
    "cities": 240, "universities": 250, "institutes": 150, "airports": 75,
    "stations": 92, "plants": 100, "prefectural_offices": 47, "sites": 73,
    "core_industries": 14, "region_schemes": 94, "flights": 75, "rail": 200,
    "programme_facts": 50, "anchor_institutes": 15,
    "reference_footprints": 3, "road_towns": 500,
    "expressways": 400, "fixed_links": 15, "road_barriers": 10,
    "road_nodes": 2000, "roads": 3000,
    "designated": 26 + 17 + 18 + 16 + 1,
}


def counts(name, column, **where):
    return collections.Counter(
        r[column] for r in common.table(name)
        if all(r[k] == v for k, v in where.items()))


def table_rows(text, heading):
    """Cells of the Markdown table whose header row begins with heading."""
    lines = text.split("\n")
    at = next(i for i, l in enumerate(lines) if l.startswith(heading))
    for line in lines[at + 2:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


class Counts(common.Case):
    def setUp(self):
        self.readme = common.readme()

    def says(self, *sentences):
        text = one_line(self.readme)
        self.none("geodata/README.md does not say: " + s
                  for s in sentences if s not in text)

    def test_table_of_layers(self):
        printed = {name: int(n) for name, n, *_ in
                   table_rows(self.readme, "| layer | rows |")}
        counted = {name: len(common.table(name)) for name in IDS}
        counted["prefectures"] = 47
        self.assertEqual(printed, counted)

    def test_minimums(self):
        self.none("%s: %d rows, at least %d expected" % (name, n, least)
                  for name, least in AT_LEAST.items()
                  for n in [len(common.table(name))] if n < least)
        stations = counts("stations", "kind")
        self.assertGreaterEqual(stations["shinkansen"], 92)
        self.assertEqual(counts("sites", "kind"),
                         {"technopolis": 26, "capital": 47})
        programmes = counts("designated", "programme")
        self.assertEqual(programmes["technopolis"], 26)
        self.assertIn(programmes["meti_cluster"], (17, 18, 19))
        self.assertEqual(programmes["mext_knowledge"], 18)
        self.assertGreaterEqual(programmes["nistep2004"], 16)
        self.assertEqual(programmes["tama"], 1)

    def test_every_prefecture_has_a_test_centre(self):
        have = counts("institutes", "pref_code", kind="kosetsushi")
        self.assertEqual(sorted(have), sorted(common.PREFECTURES))

    def test_benchmarks(self):
        have = {(r["value"], r["unit"]) for r in
                common.table("programme_facts")
                if re.search("corridor", r["cluster"] + r["indicator"], re.I)}
        for value in "80", "70", "60":
            self.assertTrue([v for v, _ in have if float(v) == float(value)],
                            "no %s %%" % value)

    def test_airports_and_flights(self):
        airports = common.table("airports")
        self.says("%d airports with scheduled service" % sum(
                      r["scheduled"] == "1" for r in airports),
                  "(%d of %d have a year)" % (
                      sum(r["opened"] != "" for r in airports),
                      len(airports)),
                  "every pair (%d) is from memory" %
                  len(common.table("flights")))

    def test_stations_and_rail(self):
        kinds = counts("stations", "kind")
        src = counts("rail", "min_src")
        closed = sum(r["closed"] != "" for r in common.table("rail"))
        total = sum(src.values())
        marks = collections.Counter(
            (r["min_src"], r["verified"]) for r in common.table("rail"))
        year = counts("stations", "verified", kind="shinkansen")
        errors = counts("stations", "pos_err_m")
        memory = sum(r["pos_src"].startswith("from memory")
                     for r in common.table("stations"))
        self.says(
            "%d shinkansen (the 92 names of 2020" % kinds["shinkansen"],
            "of 2022), %d express" % kinds["express"],
            "%d with published minutes, %d by line speed; %d in service "
            "today, %d ended" % (src["published"], src["line_speed"],
                                 total - closed, closed),
            "line_speed I: %d, line_speed U: %d, published I: %d, published "
            "V: %d" % tuple(marks[k] for k in (
                ("line_speed", "I"), ("line_speed", "U"), ("published", "I"),
                ("published", "V"))),
            "`shink_year`: %d seen (V), %d inferred" % (year["V"],
                                                        year["I"]),
            "%d positions were typed from memory, %d come from town points" %
            (memory, sum(kinds.values()) - memory),
            ", ".join("%s m: %d" % (e, errors[e]) for e in
                      sorted(errors, key=int)))

    def test_universities_and_institutes(self):
        rows = common.table("universities")
        kinds = counts("universities", "kind", campus="main")
        i = counts("institutes", "kind")
        self.says(
            "%d rows: %d universities (one `main` row each: %d national, %d "
            "public, %d private) and %d further rows" % (
                len(rows), sum(kinds.values()), kinds["national"],
                kinds["public"], kinds["private"],
                len(rows) - sum(kinds.values())),
            "%d rows by site: %d national, %d kosetsushi" % (
                sum(i.values()), i["national"], i["kosetsushi"]),
            "%d corporate, %d of universities, %d of foundations" % (
                i["corporate"], i["university"], i["foundation"]),
            "Empty where not known (%d rows)" %
            counts("institutes", "founded")[""],
            "the address of all %d rows marked U" %
            counts("institutes", "verified")["U"])
        printed = {name: tuple(map(int, cells)) for name, *cells in
                   table_rows(self.readme, "| table | rows | V | I | U |")}
        for name in "universities", "institutes":
            v = counts(name, "verified")
            self.assertEqual(printed[name], (sum(v.values()), v["V"], v["I"],
                                             v["U"]))

    def test_plants(self):
        rows = common.table("plants")
        v = counts("plants", "verified")
        n = counts("plants", "industry")
        self.says(
            "%d high-tech plants in %d prefectures" % (
                len(rows), len(counts("plants", "pref_code"))),
            "%d rows have an opening year" % sum(r["opened"] != ""
                                                 for r in rows),
            "%d of them say \"opening year from memory\"" % sum(
                "opening year from memory" in r["source"] for r in rows),
            "%d have a closing year" % sum(r["closed"] != "" for r in rows),
            "`verified`: V %d" % v["V"], "I %d = plant read" % v["I"],
            "U %d = from memory" % v["U"],
            "(%d rows; used as a check only)" % sum("EDINET" in r["source"]
                                                    for r in rows),
            "%d of the V rows say \"town from memory\"" % sum(
                r["verified"] == "V" and "town from memory" in r["source"]
                for r in rows),
            "%d rows whose town is not known stand on the city hall" % sum(
                r["pos_src"].startswith("localgovjp") for r in rows))
        printed = {}
        for a, x, _, b, y in table_rows(self.readme,
                                        "| industry | rows | |"):
            printed[a], printed[b] = int(x), int(y)
        n["(none of the 14)"] = n.pop("")
        self.assertEqual(printed, dict(n))

    def test_designated(self):
        printed = {name: tuple(map(int, cells[:4])) for name, *cells in
                   table_rows(self.readme, "| programme | rows | V |")}
        counted = {}
        for programme in counts("designated", "programme"):
            v = counts("designated", "verified", programme=programme)
            counted[programme] = (sum(v.values()), v["V"], v["I"], v["U"])
        self.assertEqual(printed, counted)
        kind = counts("designated", "memb_kind", programme="technopolis")
        self.says("Empty = not known (%d zones" % kind[""],
                  "names: %d zones)" % kind["partial"],
                  "member lists of %d of 26 zones" % (26 - kind["complete"]))

    def test_facts(self):
        v = counts("programme_facts", "verified")
        self.says("`programme_facts` (%d)" % sum(v.values()),
                  "V %d = read in the named page; U %d = quoted" % (v["V"],
                                                                   v["U"]),
                  "%d rows quoted but not read again" % v["U"])

    def test_plants_near_zones(self):
        plants = [position(r) for r in common.table("plants")]
        near = ["%s %d" % (r["name_en"].replace(" Technopolis", "")
                           .replace(" River Basin", "")
                           .replace("Kibi Highland", "Kibi"),
                           sum(metres(position(r), p) <= 20000
                               for p in plants))
                for r in common.table("sites") if r["kind"] == "technopolis"]
        self.says("(from `sites`): " + ", ".join(near))

    def test_thin_zones(self):
        """What the README says of Kitakami and Kunisaki."""
        sites = common.by_id("sites")

        def within_20_km(zone, name):
            return sum(metres(position(r), position(sites[zone])) <= 20000
                       for r in common.table(name))
        self.assertIn("(zone 24) has no university and one institute within "
                      "20 km", one_line(self.readme))
        self.assertIn("(zone 04) one university (Fuji University, without "
                      "science or engineering) and four institutes",
                      one_line(self.readme))
        self.assertEqual([within_20_km("technopolis-" + zone, name)
                          for zone in ("24", "04")
                          for name in ("universities", "institutes")],
                         [0, 1, 1, 4])


class Differences(common.Case):
    """known_differences.csv and README.md tell the same."""

    def setUp(self):
        with open(common.KNOWN, encoding="utf-8", newline="") as f:
            self.rows = list(csv.DictReader(f))
        self.readme = common.readme()

    def test_form(self):
        problems, seen = [], set()
        for r in self.rows:
            key = (r["check"], r["id"])
            if key in seen or not r["check"] or not r["id"] or \
                    len(r["reason"]) < 10 or None in r or \
                    None in r.values():
                problems.append("%s %s" % key)
            seen.add(key)
        self.none(problems)
        keys = [(r["check"], r["id"]) for r in self.rows]
        self.assertEqual(keys, sorted(keys))

    def test_founding_years(self):
        """Every listed year stands in the README, group by group."""
        names = {r["univ"]: r["name_ja"] for r in
                 common.table("universities") if r["campus"] == "main"}
        listed = collections.Counter()
        problems = []
        for r in self.rows:
            if r["check"] != "universities_year":
                continue
            group = r["reason"].split(":")[0]
            listed[group] += 1
            pair = "%s/%s" % (r["ours"], r["theirs"])
            if not re.search(r"%s(\*\*)? %s\b" % (names.get(r["id"]), pair),
                             self.readme):
                problems.append("README.md has no '%s %s'" %
                                (names.get(r["id"]), pair))
        for group, n in listed.items():
            if group != "One of its kind" and "**%s (%d)**" % (group, n) not in self.readme:
                problems.append("README.md has no '%s (%d)'" % (group, n))
        self.none(problems)
        self.assertIn("%d differ:" % sum(listed.values()), self.readme)
        none = sum(r["check"] == "universities_no_year" for r in self.rows)
        self.assertIn("Founding years: %d equal, %d differ" % (
            len(names) - none - sum(listed.values()), sum(listed.values())),
            self.readme)

    def test_flights(self):
        ours = sum(r["check"] == "flights_pair" and r["ours"] == "yes"
                   for r in self.rows)
        self.assertIn("%d pairs in both;" % (
            len(common.table("flights")) - ours), self.readme)

    def test_positions(self):
        off = [r for r in self.rows if r["check"] == "universities_position"]
        total = len(common.table("universities"))
        self.assertIn("%d rows lie within their `pos_err_m` of a campus in "
                      "the list; %d do not" % (total - len(off), len(off)),
                      self.readme)
        names = {r["univ_id"]: r["name_ja"]
                 for r in common.table("universities")}
        self.none("README.md does not name " + names[r["id"]] for r in off
                  if "- %s (" % names[r["id"]] not in self.readme)


class Prose(common.Case):
    def test_nothing_out_of_place(self):
        text = common.readme()
        self.none("'%s'" % m.group(0) for m in re.finditer(
            r"/work\b\S*|/tmp\b\S*|/home\b\S*|shared/\S*|facts\.md|domain\.md"
            r"|contract\.md|\bhelper\b|\bcolleague|\btechnopolis-helper",
            text, re.IGNORECASE))

    def test_the_list_of_unverified_things_is_the_end(self):
        heads = re.findall(r"(?m)^## (.*)$", common.readme())
        self.assertEqual(heads[-1], "What could not be verified")
        self.assertEqual(len([h for h in heads if "verified" in h]), 1)


class ThreeZones(common.Case):
    """The distances of the three zones that are written up."""

    LAYERS = {"airport": "airports", "university": "universities",
              "institute": "institutes", "plants": "plants"}

    def test_nearest(self):
        text = common.readme().split("## Three zones")[1].split("\n## ")[0]
        sites = common.by_id("sites")
        zones = re.split(r"(?m)^### .*\(`(.*)`\)$", text)[1:]
        self.assertEqual(len(zones), 6)
        problems = []
        for zone, part in zip(zones[::2], zones[1::2]):
            for what, km, minutes, _ in table_rows(part, "| nearest |"):
                d = self.nearest(what, position(sites[zone])) / 1000
                if abs(d - float(km)) > 0.051:
                    problems.append("%s %s: %s km, %.2f by the tables" %
                                    (zone, what, km, d))
                if abs(d * 1.3 / 40 * 60 - float(minutes)) > 0.6:
                    problems.append("%s %s: %s min, %.1f by the tables" %
                                    (zone, what, minutes, d * 1.95))
        self.none(problems)

    def nearest(self, what, at):
        if what.startswith("city"):
            rows = [r for r in common.table("cities")
                    if int(r["population"]) >= 200000]
        elif what == "shinkansen":
            rows = [r for r in common.table("stations")
                    if r["shinkansen"] == "1"]
        else:
            rows = common.table(self.LAYERS[what])
        return min(metres(at, position(r)) for r in rows)


if __name__ == "__main__":
    common.main()
