#!/usr/bin/env python3
"""The whole as an analyst would do it with geopandas and scipy: sites against the criteria of 1982 on the road model.

    peers_whole.py GEODATA SITES.shp OUTPUT.gpkg

Sites go to the nearest vertex within 2 km of roads cut into pieces; scipy's Dijkstra, bounded at 30 minutes,
runs from each facility; sites without a road go by the straight line. No evidence, no links, no unknown, no day return:
what a script of a page gives. Seconds by step are printed.
"""
import sys
import time

import geopandas
import numpy
import pyproj
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

LIMIT_MIN = 30
OFF_ROAD_KM_H = 15
LINE_MIN_PER_M = 1.3 / (40000 / 60)
JOIN_M = 2000
PIECE_M = 250
geodata, sites_path, output = sys.argv[1:4]
to_xyz = pyproj.Transformer.from_crs("EPSG:6668", "EPSG:6666", always_xy=True)
geod = pyproj.Geod(ellps="GRS80")
begun = last = time.perf_counter()


def tell(what):
    global last
    now = time.perf_counter()
    print("%-28s %8.2f s" % (what, now - last), flush=True)
    last = now


def read(name):
    return geopandas.read_file("%s/%s.shp" % (geodata, name))


def xyz(lon, lat):
    return numpy.column_stack(to_xyz.transform(lon, lat, numpy.zeros(len(lon))))


sites = geopandas.read_file(sites_path)
tell("reading sites")
roads = read("roads")
roads = roads[(roads.opened.fillna(0) <= 2020) & ~(roads.closed.fillna(9999) <= 2020)]
coordinates, edges = {}, []
for line, speed, kind in zip(roads.geometry, roads.speed_kmh, roads["class"]):
    for part in getattr(line, "geoms", [line]):
        ids = [coordinates.setdefault(c[:2], len(coordinates)) for c in part.coords]
        edges += [(a, b, speed, kind == "expressway") for a, b in zip(ids, ids[1:])]
nodes = numpy.array(list(coordinates))
edges = numpy.array(edges, dtype=float)
a, b = edges[:, 0].astype(int), edges[:, 1].astype(int)
length = geod.inv(nodes[a, 0], nodes[a, 1], nodes[b, 0], nodes[b, 1])[2]
# Pieces of at most 250 m where one may join, so that the nearest vertex is close to the nearest point of a road.
pieces = numpy.where(edges[:, 3] == 0, numpy.ceil(length / PIECE_M), 1).astype(int)
edge = numpy.repeat(numpy.arange(len(edges)), pieces)
step = numpy.arange(len(edge)) - numpy.repeat(numpy.cumsum(pieces) - pieces, pieces)
inner = len(nodes) + numpy.repeat(numpy.cumsum(pieces - 1) - (pieces - 1), pieces) + step - 1
begin = numpy.where(step == 0, a[edge], inner)
end = numpy.where(step == pieces[edge] - 1, b[edge], inner + 1)
part = (step / pieces[edge])[:, None]
between = (nodes[a[edge]] * (1 - part) + nodes[b[edge]] * part)[step > 0]
nodes, a, b, edges, length = numpy.vstack([nodes, between]), begin, end, edges[edge], (length / pieces)[edge]
minutes = length / 1000 / edges[:, 2] * 60
graph = coo_matrix((minutes, (a, b)), shape=(len(nodes),) * 2).tocsr()
may_join = numpy.zeros(len(nodes), bool)
may_join[a[edges[:, 3] == 0]] = True
may_join[b[edges[:, 3] == 0]] = True
joinable = numpy.flatnonzero(may_join)
tree = cKDTree(xyz(nodes[joinable, 0], nodes[joinable, 1]))
tell("building the graph")


def join(frame):
    distance, at = tree.query(xyz(frame.geometry.x.values, frame.geometry.y.values), workers=-1)
    return joinable[at], distance / 1000 / OFF_ROAD_KM_H * 60, distance <= JOIN_M


site_node, site_off, site_joined = join(sites)
tell("joining sites")


far = numpy.flatnonzero(~site_joined)
far_xyz = xyz(sites.geometry.x.values[far], sites.geometry.y.values[far])
far_tree = cKDTree(far_xyz)


def within(frame):
    """Minutes from each feature to each site, infinite beyond the limit: one row a feature."""
    node, off, joined = join(frame)
    places = xyz(frame.geometry.x.values, frame.geometry.y.values)
    for node, off, joined, place in zip(node, off, joined, places):
        total = numpy.full(len(sites), numpy.inf)
        if joined:
            total = dijkstra(graph, directed=False, indices=node, limit=LIMIT_MIN)[site_node] + site_off + off
            total[(total > LIMIT_MIN) | ~site_joined] = numpy.inf
        near = numpy.array(far_tree.query_ball_point(place, LIMIT_MIN / LINE_MIN_PER_M), dtype=int)
        total[far[near]] = numpy.linalg.norm(far_xyz[near] - place, axis=1) * LINE_MIN_PER_M
        yield total


def count(frame):
    return sum((numpy.isfinite(total) for total in within(frame)), numpy.zeros(len(sites), int))


def existing(frame, begin, end=None):
    there = frame[begin].fillna(0) <= 2020
    return frame[there & ~(frame[end].fillna(9999) <= 2020)] if end else frame[there]


universities = existing(read("universities"), "founded")
institutes = existing(read("institutes"), "founded")
plants = existing(read("plants"), "opened", "closed")
airports = existing(read("airports"), "opened")
stations = existing(read("stations"), "opened")
cities = read("cities")
sites["universities"] = count(universities)
sites["institutes"] = count(institutes)
sites["industries"] = sum((numpy.isfinite(numpy.minimum.reduce(list(within(group)))) for _, group in
                           plants.groupby("industry")), numpy.zeros(len(sites), int))
sites["persons"] = sum((numpy.where(numpy.isfinite(total), people, 0) for total, people in
                        zip(within(cities), cities.population)), numpy.zeros(len(sites)))
sites["mother_city"] = numpy.minimum.reduce(list(within(cities[cities.population >= 200000])))
sites["hub"] = numpy.minimum(numpy.minimum.reduce(list(within(airports[airports.scheduled == 1]))),
                             numpy.minimum.reduce(list(within(stations[stations.shinkansen == 1]))))
tell("minutes and counts")
prefectures = read("prefectures")[["code", "geometry"]]
sites = geopandas.sjoin(sites, prefectures, how="left", predicate="within").drop(columns="index_right")
tell("prefectures")
sites["met"] = ((sites.universities >= 1) & (sites.institutes >= 2) & (sites.industries >= 2) &
                (sites.persons >= 10000) & (sites.mother_city <= LIMIT_MIN) & (sites.hub <= LIMIT_MIN))
sites = sites.replace(numpy.inf, numpy.nan)
tell("judging")
sites.to_file(output, layer="sites", driver="GPKG")
tell("writing")
print("in all %.2f s, %d sites, %d met, mean of research %.6f" % (
    time.perf_counter() - begun, len(sites), sites.met.sum(), (sites.universities + sites.institutes).mean()))
