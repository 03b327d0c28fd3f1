"""The modelled national road network: nodes and links from geodata's tables.

A MODEL, not a map.  No road of it was surveyed: ordinary roads are straight
lines between neighbouring places, expressways straight lines between the
cities they serve.  What is true of it is which places are joined; lengths and
speeds are rules with a few numbers for the whole country, given below.

    nodes     every place of the tables (cities, towns, sites, offices,
              stations, airports, universities, institutes, plants,
              designated areas); places
              nearer than MERGE_M to an earlier one share its node.  A city on
              an expressway has one more: its interchange, IC_M from the hall
    roads     two places of one island are joined when no third place lies in
              the circle on their line as its diameter (a Gabriel graph), the
              line is at most SEA_M over water in one stretch, and it crosses
              none of road_barriers.csv.  A third place counts only if it can
              be reached from both by such lines.  An interchange is joined to
              places in the same way, but not to another interchange
    express   the sections of expressways.csv, between interchanges
    bridges   the sections of fixed_links.csv: the only links between islands
              and over wider water

The speed of a link is that of the drive divided by the detour, since a line is
shorter than the road it stands for: minutes = length of the line / speed_kmh.
"""

import math

from osgeo import ogr

MERGE_M = 1000          # places nearer than that are one node
LONGEST_M = 60000       # of an ordinary road between two places
SEA_M = 3000            # water that an ordinary road may have in one stretch;
                        # the outline is generalised by some kilometres
LAST_M, LAST_SEA_M = 90000, 20000       # the same for a road that joins
                        # places to the rest of their island (outline!)
APART_M = 500           # an interchange is so far from every place
IC_M = 4000             # from the hall of a city to its interchange
STEP_M = 300            # between the points at which a line is looked at

DENSITY = 4000.0        # people a square kilometre of built-up land: a city is
                        # taken as a disc around its hall
DRIVE_KMH = {"urban": 27.0, "rural": 45.0}
DETOUR = 1.3            # road / straight line, ordinary roads
EXPRESS_KMH = {"expressway": 80.0, "national": 60.0, "urban": 50.0}
EXPRESS_DETOUR = 1.05

# Table, its id column, what its node ids begin with.  Earlier ones first: a
# node has the place of the first.
PLACES = (("cities", "code", ""), ("road_towns", "code", ""),
          ("sites", "site_id", "site-"),
          ("prefectural_offices", "office_id", ""),
          ("airports", "iata", "air-"), ("stations", "station_id", "stn-"),
          ("universities", "univ_id", "univ-"),
          ("institutes", "inst_id", "inst-"), ("plants", "plant_id", "plant-"),
          ("designated", "desig_id", "desig-"))

ORDINARY = "model: neighbouring places of geodata joined, no road surveyed"
GRID = 0.005            # degrees, of the raster of land


def metres(a, b):
    """Geodesic of two (lon, lat) on GRS80 (Vincenty)."""
    if a == b:
        return 0.0
    major, f = 6378137.0, 1 / 298.257222101
    minor = major * (1 - f)
    u1 = math.atan((1 - f) * math.tan(math.radians(a[1])))
    u2 = math.atan((1 - f) * math.tan(math.radians(b[1])))
    s1, c1, s2, c2 = math.sin(u1), math.cos(u1), math.sin(u2), math.cos(u2)
    length = lam = math.radians(b[0] - a[0])
    for _ in range(50):
        sin_s = math.hypot(c2 * math.sin(lam),
                           c1 * s2 - s1 * c2 * math.cos(lam))
        cos_s = s1 * s2 + c1 * c2 * math.cos(lam)
        sigma = math.atan2(sin_s, cos_s)
        sin_al = c1 * c2 * math.sin(lam) / sin_s
        cos2_al = 1 - sin_al * sin_al
        cos_2m = cos_s - 2 * s1 * s2 / cos2_al if cos2_al else 0.0
        c = f / 16 * cos2_al * (4 + f * (4 - 3 * cos2_al))
        before, lam = lam, length + (1 - c) * f * sin_al * (
            sigma + c * sin_s * (cos_2m + c * cos_s * (2 * cos_2m ** 2 - 1)))
        if abs(lam - before) < 1e-12:
            break
    u_sq = cos2_al * (major * major - minor * minor) / (minor * minor)
    k = 1 + u_sq / 16384 * (4096 + u_sq * (-768 + u_sq * (320 - 175 * u_sq)))
    m = u_sq / 1024 * (256 + u_sq * (-128 + u_sq * (74 - 47 * u_sq)))
    ds = m * sin_s * (cos_2m + m / 4 * (
        cos_s * (2 * cos_2m ** 2 - 1) -
        m / 6 * cos_2m * (4 * sin_s ** 2 - 3) * (4 * cos_2m ** 2 - 3)))
    return minor * k * (sigma - ds)


def scales(lat):
    """Metres of a degree of longitude and of latitude (to 0.01 degrees)."""
    return SCALES[int(lat * 100)]


def exact_scales(lat):
    e2 = 0.00669438002290
    w = 1 - e2 * math.sin(math.radians(lat)) ** 2
    return (math.radians(6378137.0) * math.cos(math.radians(lat)) /
            math.sqrt(w), math.radians(6378137.0) * (1 - e2) / w ** 1.5)


SCALES = [exact_scales((i + 0.5) / 100) for i in range(9000)]


def near(a, b):
    """Distance in the plane: for choosing, within some 100 km."""
    east, north = scales((a[1] + b[1]) / 2)
    return math.hypot((a[0] - b[0]) * east, (a[1] - b[1]) * north)


# ---------------------------------------------------------------- land

class Land:
    """Islands of prefectures.shp, as a raster: 0 water, else which island."""

    WEST, SOUTH, EAST, NORTH = 122.0, 20.0, 154.2, 46.5

    def __init__(self, path):
        parts = ogr.Geometry(ogr.wkbMultiPolygon)
        source = ogr.Open(path)
        for feature in source.GetLayer(0):
            g = feature.GetGeometryRef()
            if g.GetGeometryName() == "POLYGON":
                parts.AddGeometry(g)
            else:
                for i in range(g.GetGeometryCount()):
                    parts.AddGeometry(g.GetGeometryRef(i))
        union = parts.UnionCascaded()
        islands = [union.GetGeometryRef(i)
                   for i in range(union.GetGeometryCount())]
        islands.sort(key=lambda g: -g.Area())
        self.rings = [g.GetGeometryRef(0).GetPoints() for g in islands]
        self.columns = int((self.EAST - self.WEST) / GRID)
        self.rows = int((self.NORTH - self.SOUTH) / GRID)
        self.cells = bytearray(self.columns * self.rows)
        for k, ring in enumerate(self.rings[:255]):
            self.fill(k + 1, ring)

    def fill(self, value, ring):
        crossings = {}
        for (x1, y1, *_), (x2, y2, *_) in zip(ring, ring[1:]):
            if y1 > y2:
                x1, y1, x2, y2 = x2, y2, x1, y1
            first = math.ceil((y1 - self.SOUTH) / GRID - 0.5)
            for row in range(first, self.rows):
                y = self.SOUTH + (row + 0.5) * GRID
                if y >= y2:
                    break
                crossings.setdefault(row, []).append(
                    x1 + (y - y1) * (x2 - x1) / (y2 - y1))
        for row, xs in crossings.items():
            xs.sort()
            for x1, x2 in zip(xs[::2], xs[1::2]):
                i = max(0, math.ceil((x1 - self.WEST) / GRID - 0.5))
                j = min(self.columns,
                        math.ceil((x2 - self.WEST) / GRID - 0.5))
                at = row * self.columns
                if j > i:
                    self.cells[at + i:at + j] = bytes([value]) * (j - i)

    def at(self, p):
        column = int((p[0] - self.WEST) / GRID)
        row = int((p[1] - self.SOUTH) / GRID)
        return self.cells[row * self.columns + column]

    def island(self, p):
        """The island a place stands on, else the nearest one."""
        here = self.at(p)
        if here:
            return here
        east, north = scales(p[1])
        best = (math.inf, 0)
        for k, ring in enumerate(self.rings):
            for (x1, y1, *_), (x2, y2, *_) in zip(ring, ring[1:]):
                ax, ay = (x1 - p[0]) * east, (y1 - p[1]) * north
                dx, dy = (x2 - x1) * east, (y2 - y1) * north
                square = dx * dx + dy * dy
                t = max(0.0, min(1.0, -(ax * dx + ay * dy) / square)) \
                    if square else 0.0
                best = min(best, (math.hypot(ax + t * dx, ay + t * dy), k + 1))
        # A place far from every outline (an island that is missing) is alone.
        return best[1] if best[0] <= 8000 else None

    def water(self, a, b, island):
        """Metres of the longest stretch of a line that is not the island."""
        length = near(a, b)
        n = max(1, math.ceil(length / STEP_M))
        x, y = (a[0] - self.WEST) / GRID, (a[1] - self.SOUTH) / GRID
        dx, dy = (b[0] - a[0]) / GRID / n, (b[1] - a[1]) / GRID / n
        cells, columns = self.cells, self.columns
        run = longest = 0
        for i in range(n + 1):
            if cells[int(y + i * dy) * columns + int(x + i * dx)] == island:
                run = 0
            else:
                run += 1
                if run > longest:
                    longest = run
        return longest * length / n


def cross(a, b, c, d):
    """Do the stretches a-b and c-d cross?"""
    if max(a[0], b[0]) < min(c[0], d[0]) or \
            max(c[0], d[0]) < min(a[0], b[0]) or \
            max(a[1], b[1]) < min(c[1], d[1]) or \
            max(c[1], d[1]) < min(a[1], b[1]):
        return False

    def side(p, q, r):
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
    return side(a, b, c) * side(a, b, d) < 0 and \
        side(c, d, a) * side(c, d, b) < 0


# ---------------------------------------------------------------- the model

class Node:
    __slots__ = ("id", "name", "source", "at", "island")

    def __init__(self, ident, name, source, at):
        self.id, self.name, self.source, self.at = ident, name, source, at
        self.island = None


class Model:
    def __init__(self, tables, prefectures):
        self.tables = tables
        self.land = Land(prefectures)
        self.nodes = []
        self.cells = {}             # 0.1 degree: indices of nodes
        self.where = {}             # municipality or airport: its node
        self.interchange = {}       # the same: the node of its interchange
        self.links = {}             # road_id: row
        self.add_places()
        self.add_interchanges()
        for node in self.nodes:
            node.island = self.land.island(node.at)
        self.discs = []
        for r in tables["cities"].rows:
            radius = 1000 * math.sqrt(int(r["population"]) / DENSITY / math.pi)
            self.discs.append((position(r), radius))
        self.barriers = []
        for r in tables["road_barriers"].rows:
            line = [tuple(map(float, p.split())) for p in
                    r["line"].split(";")]
            self.barriers += list(zip(line, line[1:]))
        self.add_roads()
        self.add_sections("expressways", "e")
        self.add_sections("fixed_links", "f")
        self.add_last_roads()

    # ---- nodes

    def cell(self, p):
        return math.floor(p[0] * 10), math.floor(p[1] * 10)

    def around(self, p, reach_m):
        """Indices of the nodes within a distance."""
        east, north = scales(p[1])
        i, j = self.cell(p)
        di = math.ceil(reach_m * 1.02 / east * 10)
        dj = math.ceil(reach_m * 1.02 / north * 10)
        for x in range(i - di, i + di + 1):
            for y in range(j - dj, j + dj + 1):
                for k in self.cells.get((x, y), ()):
                    if near(p, self.nodes[k].at) <= reach_m:
                        yield k

    def add_node(self, ident, name, source, at):
        """The node of a place: a new one, or the nearest of those near."""
        there = min(((near(at, self.nodes[k].at), k)
                     for k in self.around(at, MERGE_M)), default=None)
        return self.new_node(ident, name, source, at) if there is None \
            else there[1]

    def new_node(self, ident, name, source, at):
        self.nodes.append(Node(ident, name, source, at))
        self.cells.setdefault(self.cell(at), []).append(len(self.nodes) - 1)
        return len(self.nodes) - 1

    def add_places(self):
        for table, key, prefix in PLACES:
            for r in self.tables[table].rows:
                k = self.add_node(prefix + r[key].lower(), r["name_en"],
                                  "place of %s.csv" % table, position(r))
                if key in ("code", "iata"):
                    self.where.setdefault(r[key], k)

    def sections(self):
        return self.tables["expressways"].rows + \
            self.tables["fixed_links"].rows

    def is_town_road(self, r):
        """Between the towns themselves, not between interchanges."""
        return r["class"] == "national" and \
            any(r is f for f in self.tables["fixed_links"].rows)

    def ends_of(self, r):
        place = self.where if self.is_town_road(r) else self.interchange
        return place[r["from_place"]], place[r["to_place"]]

    def add_interchanges(self):
        """One beside every city of a section, across the line's direction."""
        neighbours = {}
        for r in self.sections():
            if self.is_town_road(r):
                continue
            for a, b in ((r["from_place"], r["to_place"]),
                         (r["to_place"], r["from_place"])):
                neighbours.setdefault(a, []).append(b)
        for place in sorted(neighbours):
            if not place.isdigit():
                self.interchange[place] = self.where[place]
                continue
            node = self.nodes[self.where[place]]
            east, north = scales(node.at[1])
            ahead = self.nodes[self.where[sorted(neighbours[place])[0]]].at
            angle = math.atan2((ahead[1] - node.at[1]) * north,
                               (ahead[0] - node.at[0]) * east)
            island = self.land.island(node.at)
            best = None
            # The northern side first, so that a chain of them is no zigzag.
            side = 90 if math.cos(angle) >= 0 else -90
            for turn in (side, -side, side / 2, side * 1.5, -side / 2,
                         -side * 1.5, 0, 180):
                a = angle + math.radians(turn)
                at = (round(node.at[0] + IC_M * math.cos(a) / east, 5),
                      round(node.at[1] + IC_M * math.sin(a) / north, 5))
                if any(True for _ in self.around(at, APART_M)):
                    continue
                best = best or at
                if self.land.at(at) == island:
                    best = at
                    break
            self.interchange[place] = self.new_node(
                "ic-" + place, node.name + " interchange",
                "model: %d km from the hall" % (IC_M // 1000), best)

    # ---- ordinary roads

    def barred(self, a, b):
        return any(cross(a, b, c, d) for c, d in self.barriers
                   if -1 < c[0] - a[0] < 1)

    def may_join(self, i, j):
        """Is there a road between two places, as far as land tells?"""
        key = (i, j) if i < j else (j, i)
        if key not in self.joined:
            a, b = self.nodes[key[0]], self.nodes[key[1]]
            self.joined[key] = \
                a.island is not None and a.island == b.island and \
                near(a.at, b.at) <= LONGEST_M and \
                not self.barred(a.at, b.at) and \
                self.land.water(a.at, b.at, a.island) <= SEA_M
        return self.joined[key]

    def add_roads(self):
        self.joined = {}
        sections = {frozenset(self.ends_of(r)) for r in self.sections()}
        first_interchange = min(
            k for p, k in self.interchange.items() if k != self.where[p])
        for i, a in enumerate(self.nodes):
            if a.island is None:
                continue
            reach = sorted((near(a.at, self.nodes[k].at), k) for k in
                           self.around(a.at, LONGEST_M) if k != i)
            for n, (d, j) in enumerate(reach):
                if j < i or self.nodes[j].island != a.island or \
                        i >= first_interchange or frozenset((i, j)) in sections:
                    continue
                b = self.nodes[j]
                middle = ((a.at[0] + b.at[0]) / 2, (a.at[1] + b.at[1]) / 2)
                between = False
                # The rest of the way from a third place decides; those near
                # the first are the likeliest to lie between.
                for _, k in reach[:n]:
                    if k < first_interchange and near(middle, self.nodes[k].at) < d / 2 * 0.9999 and \
                            self.may_join(i, k) and self.may_join(k, j):
                        between = True
                        break
                if not between and self.may_join(i, j):
                    self.add_road(a, b)
        # An interchange that the outline leaves in the water is by its city.
        reached = {r[c] for r in self.links.values() for c in ("node_a",
                                                               "node_b")}
        for place, k in sorted(self.interchange.items()):
            if self.nodes[k].id not in reached and k != self.where[place]:
                self.add_road(self.nodes[self.where[place]], self.nodes[k])

    def add_last_roads(self):
        """The shortest roads that make one network of every island."""
        part = list(range(len(self.nodes)))

        def root(i):
            while part[i] != i:
                part[i] = part[part[i]]
                i = part[i]
            return i
        index = {n.id: i for i, n in enumerate(self.nodes)}
        for r in self.links.values():
            part[root(index[r["node_a"]])] = root(index[r["node_b"]])
        sizes = {}
        for i, n in enumerate(self.nodes):
            sizes.setdefault(n.island, {}).setdefault(root(i), []).append(i)
        wanted = []
        for island, parts in sizes.items():
            largest = max(parts, key=lambda k: (len(parts[k]), -k))
            for k, members in parts.items():
                if k != largest and island is not None:
                    wanted += [(self.land.water(a, self.nodes[j].at, island),
                                near(a, self.nodes[j].at), i, j)
                               for i in members
                               for a in [self.nodes[i].at]
                               for j in self.around(a, LAST_M)
                               if self.nodes[j].island == island
                               and root(j) != k]
        for water, _, i, j in sorted(wanted):
            a, b = self.nodes[i], self.nodes[j]
            if root(i) != root(j) and not self.barred(a.at, b.at) and \
                    water <= LAST_SEA_M:
                part[root(i)] = root(j)
                self.add_road(a, b)

    def built_up(self, a, b):
        """The share of a line that lies in built-up land."""
        n = max(2, math.ceil(near(a, b) / STEP_M))
        middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        reach = near(a, b) / 2
        discs = [(c, r) for c, r in self.discs
                 if abs(c[1] - middle[1]) < 2 and
                 near(c, middle) <= r + reach]
        inside = 0
        for i in range(n):
            t = (i + 0.5) / n
            p = (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))
            inside += any(near(c, p) <= r for c, r in discs)
        return inside / n

    def add_road(self, a, b):
        if b.id < a.id:
            a, b = b, a
        share = self.built_up(a.at, b.at)
        drive = 1 / (share / DRIVE_KMH["urban"] +
                     (1 - share) / DRIVE_KMH["rural"])
        self.add_link("r-%s-to-%s" % (a.id, b.id),
                      "%s - %s" % (a.name, b.name),
                      "local" if share >= 0.5 else "national", a, b, drive,
                      DETOUR, "", "", ORDINARY)

    def add_sections(self, table, prefix):
        for r in self.tables[table].rows:
            town = self.is_town_road(r)
            a, b = (self.nodes[k] for k in self.ends_of(r))
            # A place can join an expressway only where it meets other roads,
            # and some airports have no other road.
            airport = not (r["from_place"] + r["to_place"]).isdigit()
            drive = DRIVE_KMH["rural"] if town else EXPRESS_KMH[r["class"]]
            self.add_link("%s-%s" % (prefix, r["section_id"]), r["name_en"],
                          "national" if town or airport else "expressway", a, b, drive,
                          DETOUR if town else EXPRESS_DETOUR, r["opened"],
                          r["closed"], "model: straight line of a section of "
                          "%s.csv (%s)" % (table, r["verified"]))

    def add_link(self, ident, name, kind, a, b, drive, detour, opened, closed,
                 source):
        line = metres(a.at, b.at)
        self.links[ident] = {
            "road_id": ident, "name_en": name, "class": kind,
            "node_a": a.id, "node_b": b.id,
            "speed_kmh": "%.2f" % (drive / detour),
            "drive_kmh": "%.2f" % drive, "detour": "%.2f" % detour,
            "length_m": "%d" % math.floor(line * detour + 0.5),
            "opened": opened, "closed": closed, "model": "1",
            "source": source}

    # ---- tables

    def node_rows(self):
        used = {r[c] for r in self.links.values() for c in ("node_a",
                                                            "node_b")}
        return sorted(({"node_id": n.id, "name_en": n.name,
                        "island": str(n.island),
                        "lon_deg": "%.5f" % n.at[0],
                        "lat_deg": "%.5f" % n.at[1], "source": n.source}
                       for n in self.nodes if n.id in used),
                      key=lambda r: r["node_id"].encode())

    def junction_rows(self):
        """The interchanges, with the year of their oldest section."""
        opened = {}
        for r in self.links.values():
            if r["class"] == "expressway":
                for node in (r["node_a"], r["node_b"]):
                    if node.startswith("ic-"):
                        opened.setdefault(node, []).append(r["opened"])
        nodes = {n.id: n for n in self.nodes}
        return [{"junc_id": node, "name_en": nodes[node].name,
                 "opened": min(opened[node]) if all(opened[node]) else "",
                 "lon_deg": "%.5f" % nodes[node].at[0],
                 "lat_deg": "%.5f" % nodes[node].at[1],
                 "pos_err_m": "5000",
                 "pos_src": nodes[node].source,
                 "source": "model: a place of expressways.csv (U); year of "
                 "its oldest section"}
                for node in sorted(opened, key=lambda k: k.encode())]

    def link_rows(self):
        return [self.links[k] for k in sorted(self.links,
                                              key=lambda k: k.encode())]


def position(row):
    return float(row["lon_deg"]), float(row["lat_deg"])
