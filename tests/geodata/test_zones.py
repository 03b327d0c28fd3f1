#!/usr/bin/python3
"""Facts of the 26 Technopolis zones and the 47 capitals.

The list below was written from the checked facts, not from the tables.
"""

import sys

sys.dont_write_bytecode = True
import common
from common import PREFECTURES, metres, position

# Number, name, prefecture, date of approval where a source was seen.
ZONES = """
01|Do-o|01|1989-02-14
02|Hakodate|01|1984-07-14
03|Aomori|02|
04|Kitakami River Basin|03|
05|Akita|05|1984
06|Sendai North|04|
07|Yamagata|06|
08|Koriyama|07|
09|Utsunomiya|09|1984-05
10|Shinanogawa|15|1984-03
11|Toyama|16|1984-03
12|Kofu|19|
13|Asama|20|1987-12
14|Hamamatsu|22|1984-03
15|Nishi-Harima|28|1985-09
16|Kibi Highland|33|1984
17|Hiroshima Chuo|34|1984-03
18|Ube|35|1984-03
19|Kagawa|37|
20|Ehime|38|
21|Kurume-Tosu|40|1984-09
22|Kan-Omura Bay|42|
23|Kumamoto|43|1984-03
24|Kenhoku-Kunisaki|44|1984-03
25|Miyazaki|45|1984-03
26|Kokubu-Hayato|46|1984-03
"""
ZONES = [tuple(line.split("|")) for line in ZONES.split("\n") if line]

# Members that a source names, by today's municipalities (full lists).
COMPLETE = {
    # Aomori, Hirosaki, Kuroishi, Goshogawara; Fujisaki, Inakadate
    "03": "02201;02202;02204;02205;02361;02367",
    # Koriyama, Sukagawa; Kagamiishi, Ishikawa, Tamakawa, Miharu
    "08": "07203;07207;07342;07501;07502;07521",
    # Utsunomiya, Mooka; Haga, Takanezawa
    "09": "09201;09209;09345;09386",
}

HALLS = {"designated": "localgovjp city hall",
         "sites": "localgovjp city hall"}


class Zones(common.Case):
    def setUp(self):
        self.sites = common.table("sites")
        self.zones = [r for r in self.sites if r["kind"] == "technopolis"]
        self.designated = [r for r in common.table("designated")
                           if r["programme"] == "technopolis"]

    def test_order_names_and_prefectures(self):
        want = [("technopolis-" + n, name + " Technopolis", pref)
                for n, name, pref, _ in ZONES]
        self.assertEqual([(r["site_id"], r["name_en"], r["pref_code"])
                          for r in self.zones], want)
        self.assertEqual([(r["desig_id"], r["name_en"], r["pref_code"])
                          for r in self.designated], want)

    def test_approvals_that_were_seen(self):
        want = {"technopolis-" + n: day for n, _, _, day in ZONES if day}
        self.assertEqual({r["site_id"]: r["approved"] for r in self.zones
                          if r["appr_mark"] == "V"}, want)
        self.assertEqual({r["desig_id"]: r["approved"]
                          for r in self.designated if r["approved"]}, want)
        self.none("%s: %s" % (r.where, r["verified"])
                  for r in self.designated
                  if (r["verified"] == "V") != (r["desig_id"] in want))

    def test_sites_and_designated_agree(self):
        problems = []
        for s, d in zip(self.zones, self.designated):
            for c in ("name_ja", "core_place", "lon_deg", "lat_deg",
                      "pos_err_m", "pos_src"):
                if s[c] != d[c]:
                    problems.append("%s: %s '%s', designated has '%s'" %
                                    (s.where, c, s[c], d[c]))
            if d["valid_from"] and d["valid_from"] != s["approved"][:4]:
                problems.append("%s: valid from %s, approved %s" % (
                    d.where, d["valid_from"], s["approved"]))
            if d["valid_to"] != "1999":
                problems.append(d.where + ": the act ended in 1999")
            if d["members"] and s["muni_code"] not in d["members"]:
                problems.append("%s: %s is no member" % (s.where,
                                                         s["muni_code"]))
            if int(s["approved"][:4]) < 1984 or int(s["approved"][:4]) > 1989:
                problems.append("%s: approved %s" % (s.where, s["approved"]))
        self.none(problems)

    def test_members(self):
        self.assertEqual({r["desig_id"][-2:]: r["members"]
                          for r in self.designated
                          if r["memb_kind"] == "complete"}, COMPLETE)

    def test_mother_cities_are_large(self):
        """The law's least: 150,000 people, of today for want of 1980."""
        cities = {r["name_en"]: r for r in common.table("cities")}
        self.none("%s: mother city %s" % (r.where, r["mother_en"])
                  for r in self.zones if r["mother_en"] not in cities or
                  int(cities[r["mother_en"]]["population"]) < 150000)

    def test_capitals(self):
        have = [(r["site_id"], r["pref_code"]) for r in self.sites
                if r["kind"] == "capital"]
        self.assertEqual(have, [("capital-" + c, c) for c in PREFECTURES])
        tokyo = self.sites[12]
        self.assertEqual(tokyo["muni_code"], "13100")
        self.assertIn("Tokyo Metropolitan Government", tokyo["core_place"])

    def test_core_place_is_the_city_hall(self):
        """Where the municipality is in cities, both have one point."""
        cities = common.by_id("cities")
        problems, compared = [], 0
        for r in self.sites:
            city = cities.get(r["muni_code"])
            if city is None:
                continue
            compared += 1
            if position(r) != position(city):
                problems.append("%s: %.0f m from the hall in cities" % (
                    r.where, metres(position(r), position(city))))
            if r["muni_code"] != "13100" and \
                    r["core_place"] != city["name_en"] + " City Hall":
                problems.append("%s: core_place '%s'" % (r.where,
                                                         r["core_place"]))
        self.none(problems)
        self.assertGreaterEqual(compared, 60)

    def test_points_of_clusters_are_city_halls(self):
        halls = {"%s City Hall" % r["name_en"]: r
                 for r in common.table("cities")}
        self.none("%s: not at %s" % (r.where, r["core_place"])
                  for r in common.table("designated")
                  if r["core_place"] in halls and
                  position(r) != position(halls[r["core_place"]]))


if __name__ == "__main__":
    common.main()
