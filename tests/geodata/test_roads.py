#!/usr/bin/python3
"""The modelled roads: what hangs together, what does not, how fast, how far.

Minutes that are known for 42 drives stand in known_drives.csv; the table of
geodata/README.md compares them with the model, and is checked here by a search
of its own.
"""

import collections
import csv
import heapq
import os
import subprocess
import sys

sys.dont_write_bytecode = True
import common
from common import GEODATA, HERE, metres, one_line, position
from osgeo import ogr

ogr.UseExceptions()

SNAP_M = 2000           # how far a place may be from the road that it joins
WATER_M = 4500          # ordinary roads: 3 km by the model's raster of 0.5 km
# Sections of expressways round a bay that a straight line cuts off (km).
BAYS = {
    "e-do-o-08": 9, "e-do-o-11": 14, "e-fukuoka-maebaru-nishi-kyushu-01": 11,
    "e-fukuoka-maebaru-nishi-kyushu-02": 5, "e-higashi-kyushu-06": 5,
    "e-hokuriku-21": 11, "e-imabari-komatsu-01": 18, "e-joban-15": 22,
    "e-maizuru-wakasa-05": 6, "e-maizuru-wakasa-07": 12,
    "e-momoishi-kamikita-01": 10, "e-momoishi-kamikita-04": 15,
    "e-oita-07": 8, "e-okinawa-04": 11, "e-sanin-04": 6, "e-sanyo-22": 11,
    "e-takamatsu-01": 10,
}
# The outline has less land than there is: the only road to Nemuro and to the
# airport of Okinoerabu; a spit at Toya and Maizuru that one raster cell holds.
OUTLINE = {"r-01223-to-01662": 15, "r-46534-to-air-oke": 16,
           "r-ic-01393-to-stn-toya": 5,
           "r-ic-26205-to-stn-higashi-maizuru": 6}
# Airports of islands without a second place: no road at all.
NO_ROADS = "HAC KKX KTD KUM MMD MYE OGN OIM OKI RIS RNJ TRA UEO".split()


def minutes(line_m, row):
    return line_m / 1000 / float(row["speed_kmh"]) * 60


class Roads(common.Case):
    @classmethod
    def setUpClass(cls):
        cls.nodes = common.by_id("road_nodes")
        cls.at = {k: position(r) for k, r in cls.nodes.items()}
        cls.roads = common.table("roads")
        cls.line_m = {r["road_id"]: metres(cls.at[r["node_a"]],
                                           cls.at[r["node_b"]])
                      for r in cls.roads}
        parts = ogr.Geometry(ogr.wkbMultiPolygon)
        source = ogr.Open(os.path.join(GEODATA, "prefectures.shp"))
        for feature in source.GetLayer(0):
            g = feature.GetGeometryRef()
            for i in range(g.GetGeometryCount()):
                ring = g.GetGeometryRef(i)
                if g.GetGeometryName() == "POLYGON":
                    parts.AddGeometry(g)
                    break
                parts.AddGeometry(ring)
        cls.land = parts.UnionCascaded()

    def parts(self, keep=lambda r: True):
        """The set of nodes each node hangs together with."""
        neighbours = collections.defaultdict(list)
        for r in self.roads:
            if keep(r):
                neighbours[r["node_a"]].append(r["node_b"])
                neighbours[r["node_b"]].append(r["node_a"])
        part = {}
        for start in sorted(self.nodes):
            if start in part:
                continue
            members, rest = {start}, [start]
            while rest:
                for n in neighbours[rest.pop()]:
                    if n not in members:
                        members.add(n)
                        rest.append(n)
            for n in members:
                part[n] = members
        return part

    def node_of(self, place):
        """A municipality, an airport or a node."""
        for node in (place, "air-" + place.lower()):
            if node in self.nodes:
                return node
        for table, prefix in (("cities", ""), ("road_towns", ""),
                              ("airports", ""), ("stations", "stn-"),
                              ("institutes", "inst-")):
            for r in common.table(table):
                if prefix + r[common.IDS[table]] == place:
                    return min(self.at, key=lambda n: metres(self.at[n],
                                                             position(r)))
        raise KeyError(place)

    # ---- form

    def test_every_road_is_a_model(self):
        self.none("%s: model '%s', source '%s'" % (r.where, r["model"],
                                                   r["source"])
                  for r in self.roads if r["model"] != "1" or
                  not r["source"].startswith("model: "))

    def test_ends_and_repeats(self):
        problems, seen = [], collections.Counter()
        for r in self.roads:
            if r["node_a"] == r["node_b"]:
                problems.append(r.where + ": a loop")
            seen[tuple(sorted((r["node_a"], r["node_b"])))] += 1
        problems += ["%s occurs %d times" % k for k in seen.items()
                     if k[1] > 1]
        used = {r[c] for r in self.roads for c in ("node_a", "node_b")}
        problems += ["%s: no road" % n for n in self.nodes if n not in used]
        self.none(problems)

    def test_lengths_and_speeds(self):
        problems = []
        for r in self.roads:
            speed, drive, detour = (float(r[c]) for c in (
                "speed_kmh", "drive_kmh", "detour"))
            if abs(speed - drive / detour) > 0.011:
                problems.append(r.where + ": speed_kmh is not drive / detour")
            if abs(int(r["length_m"]) - self.line_m[r["road_id"]] * detour) \
                    > 1:
                problems.append(r.where + ": length_m is not line * detour")
            low, high = {"expressway": (50, 80), "national": (27, 80),
                         "local": (25, 36)}[r["class"]]
            if not low <= drive <= high or not 1 <= detour <= 1.5:
                problems.append("%s: %s at %s km/h" % (r.where, r["class"],
                                                       r["drive_kmh"]))
            if r["road_id"][0] not in "ref" or \
                    r["road_id"][0] == "e" and r["class"] != "expressway" \
                    and "air-" not in r["node_a"] + r["node_b"]:
                problems.append(r.where + ": id and class do not agree")
        self.none(problems)

    def test_counts(self):
        n = collections.Counter(r["road_id"][0] for r in self.roads)
        text = one_line(common.readme())
        for said in ("%d roads between %d nodes: %d ordinary ones, %d "
                     "sections of expressways, %d fixed links." % (
                         len(self.roads), len(self.nodes), n["r"], n["e"],
                         n["f"]),
                     "`road_towns` (%d)" % len(common.table("road_towns")),
                     "`expressways` (%d sections)" % n["e"],
                     "`fixed_links` (%d)" % n["f"],
                     "`road_barriers` (%d)" %
                     len(common.table("road_barriers")),
                     "**No road in `roads` was surveyed or copied. It is a "
                     "model"):
            self.assertIn(said, text)

    # ---- what hangs together

    def test_islands(self):
        part = self.parts()
        main, north, south = (part[c] for c in ("13100", "01100", "47201"))
        self.assertEqual(len({id(main), id(north), id(south)}), 3)
        for r in common.table("cities") + common.table("sites"):
            want = {"01": north, "47": south}.get(r["pref_code"], main)
            if "code" in r or r["kind"] == "capital":
                node = self.node_of(r.get("code") or r["muni_code"])
                self.assertIs(part[node], want, r.where)
        sizes = collections.Counter(len(m) for m in
                                    {id(m): m for m in part.values()}.values())
        self.assertEqual(sorted(sizes.elements(), reverse=True)[:3],
                         [len(main), len(north), len(south)])
        self.assertLessEqual(max(s for s in sizes if s not in (
            len(main), len(north), len(south))), 10)
        for away in ("15224", "42209", "46222", "42211", "37322", "47207"):
            self.assertNotIn(away, main)        # Sado, Tsushima, Amami, Goto,
            #                                     Shodoshima, Ishigaki
        for joined in ("28226", "43215", "42207", "34215", "46404"):
            self.assertIn(joined, main)         # Awaji, Amakusa, Hirado,
            #                                     Etajima, Nagashima

    def test_fixed_links_alone_join_the_islands(self):
        part = self.parts(lambda r: r["road_id"][0] != "f")
        self.assertEqual(len({id(part[c]) for c in (
            "13100", "40130", "37201", "01100", "28226", "43215")}), 6)
        names = " ".join(r["name_en"] for r in common.table("fixed_links"))
        for wanted in ("Kanmon Bridge", "Kanmon Tunnel", "Seto-Ohashi",
                       "Akashi Kaikyo", "Onaruto", "Nishi-Seto", "Amakusa"):
            self.assertIn(wanted, names)
        self.assertNotIn("Seikan", names)
        self.assertEqual(len([r for r in self.roads
                              if r["road_id"][0] == "f"]),
                         len(common.table("fixed_links")))

    def test_years(self):
        def then(year):
            return self.parts(lambda r: not r["opened"] or
                              int(r["opened"]) <= year)
        for year, kyushu, shikoku in ((1957, False, False),
                                      (1983, True, False), (1988, True, True)):
            part = then(year)
            self.assertEqual("40130" in part["13100"], kyushu, year)
            self.assertEqual("37201" in part["13100"], shikoku, year)

    # ---- land and water

    def water_m(self, r):
        """The longest stretch of a road's line that is over water."""
        line = ogr.Geometry(ogr.wkbLineString)
        for c in ("node_a", "node_b"):
            line.AddPoint_2D(*self.at[r[c]])
        wet = line.Difference(self.land)
        pieces = [wet] if wet.GetGeometryCount() == 0 else \
            [wet.GetGeometryRef(i) for i in range(wet.GetGeometryCount())]
        return max([0.0] + [metres(p.GetPoint_2D(0),
                                   p.GetPoint_2D(p.GetPointCount() - 1))
                            for p in pieces if p.GetPointCount() > 1])

    def test_no_road_over_the_sea(self):
        found = {r["road_id"]: self.water_m(r) for r in self.roads
                 if r["road_id"][0] != "f"}
        found = {k: v for k, v in found.items() if v > WATER_M}
        self.assertEqual({k: round(v / 1000) for k, v in found.items()},
                         {**BAYS, **OUTLINE})
        islands = {r["road_id"] for r in self.roads
                   if self.nodes[r["node_a"]]["island"] !=
                   self.nodes[r["node_b"]]["island"]}
        self.none(k + " joins two islands" for k in islands if k[0] != "f")

    def test_barriers(self):
        def cross(a, b, c, d):
            def side(p, q, r):
                return (q[0] - p[0]) * (r[1] - p[1]) - \
                    (q[1] - p[1]) * (r[0] - p[0])
            return side(a, b, c) * side(a, b, d) < 0 and \
                side(c, d, a) * side(c, d, b) < 0
        lines = []
        for r in common.table("road_barriers"):
            line = [tuple(map(float, p.split())) for p in r["line"].split(";")]
            lines += [(r["barrier_id"], a, b) for a, b in zip(line, line[1:])]
        self.none("%s crosses %s" % (r["road_id"], name)
                  for r in self.roads if r["road_id"][0] == "r"
                  for name, a, b in lines
                  if cross(self.at[r["node_a"]], self.at[r["node_b"]], a, b))

    # ---- places

    def test_every_place_has_a_road(self):
        near = collections.defaultdict(list)
        for p in self.at.values():
            near[int(p[0] * 10), int(p[1] * 10)].append(p)
        problems = []
        for table in common.POINTS:
            for r in common.table(table):
                p = position(r)
                around = [q for i in (-1, 0, 1) for j in (-1, 0, 1)
                          for q in near[int(p[0] * 10) + i,
                                        int(p[1] * 10) + j]]
                d = min((metres(p, q) for q in around), default=None)
                if (d is None or d > SNAP_M) != \
                        (table == "airports" and r["iata"] in NO_ROADS):
                    problems.append("%s: %s m to the nearest node" % (r.where,
                                                                      d))
        self.none(problems)
        self.assertIn("no road: " + ", ".join(NO_ROADS),
                      one_line(common.readme()))

    def test_sections_name_places(self):
        places = {r["code"] for r in common.table("cities") +
                  common.table("road_towns")} | \
            {r["iata"] for r in common.table("airports")}
        rows = common.table("expressways") + common.table("fixed_links")
        self.none("%s: %s" % (r.where, r[c]) for r in rows
                  for c in ("from_place", "to_place")
                  if r[c] not in places)
        cities = {r["code"] for r in common.table("cities")}
        self.none(r.where + ": is in cities too"
                  for r in common.table("road_towns") if r["code"] in cities)
        # A section is between neighbours: a longer one is a wrong namesake.
        self.none("%s: %d km" % (r["road_id"], int(r["length_m"]) / 1000)
                  for r in self.roads if r["road_id"][0] == "e" and
                  int(r["length_m"]) > 75000)

    # ---- times

    def search(self, start, goal):
        graph = self.__class__.__dict__.get("graph")
        if graph is None:
            graph = collections.defaultdict(list)
            for r in self.roads:
                t = minutes(self.line_m[r["road_id"]], r)
                graph[r["node_a"]].append((r["node_b"], t))
                graph[r["node_b"]].append((r["node_a"], t))
            self.__class__.graph = graph
        best, heap, done = {start: 0.0}, [(0.0, start)], set()
        while heap:
            t, n = heapq.heappop(heap)
            if n == goal:
                return t
            if n in done:
                continue
            done.add(n)
            for m, more in graph[n]:
                if t + more < best.get(m, float("inf")):
                    best[m] = t + more
                    heapq.heappush(heap, (t + more, m))
        return None

    def test_known_drives(self):
        """The table of README.md: every row, and nothing hidden."""
        path = os.path.join(HERE, "known_drives.csv")
        with open(path, encoding="utf-8", newline="") as f:
            known = list(csv.DictReader(f))
        self.assertGreaterEqual(len(known), 20)
        ids = [r["pair_id"] for r in known]
        self.assertEqual(ids, sorted(set(ids)))
        self.assertIn("ube-shimonoseki", ids)
        lines, errors = [], []
        for r in known:
            t = self.search(self.node_of(r["from_place"]),
                            self.node_of(r["to_place"]))
            least = float(r["known_min"])
            errors.append((t - least) / least)
            lines.append("| %s | %s | %d | %.0f | %+.0f | %+.0f %% | %s |" % (
                r["name_en"], r["verified"], least, t, t - least,
                100 * errors[-1],
                "**off by more than a quarter**"
                if abs(errors[-1]) > 0.25 else ""))
        text = common.readme()
        large = sum(abs(e) > 0.25 for e in errors)
        sentence = "%d pairs: mean error %+.0f %%, mean absolute error %.0f " \
            "%%, %d off by more than a quarter" % (
                len(errors), 100 * sum(errors) / len(errors),
                100 * sum(map(abs, errors)) / len(errors), large)
        if os.environ.get("TP_PRINT"):      # to put into the README
            print("\n".join(lines + [sentence]))
        self.none("README.md has not: " + l for l in lines + [sentence]
                  if l not in text and l not in one_line(text))

    # ---- the same again

    def test_rebuild(self):
        for seed in ("1", "2"):
            run = subprocess.run(
                [sys.executable, "-B", os.path.join(GEODATA, "build.py"),
                 "--check"], env={**os.environ, "PYTHONHASHSEED": seed},
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                encoding="utf-8")
            self.assertEqual(run.returncode, 0, run.stdout)


if __name__ == "__main__":
    common.main()
