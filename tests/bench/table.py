#!/usr/bin/env python3
"""The table of tests/bench/run: nearest, points in polygons, reading, writing, the whole. Runs ours and the peers.

    table.py ROOT FOLDER ROWS [--growth] [--whole-only]
"""
import math
import os
import re
import statistics
import subprocess
import sys
import time

import numpy
from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ROOT, FOLDER, ROWS = sys.argv[1], sys.argv[2], int(sys.argv[3])
BENCH = ROOT + "/build/release/tests/bench/"
PROGRAM = ROOT + "/build/release/technopolis"
RUNS = 3


def run(command, **options):
    """Wall seconds, processor seconds and peak MB of a process, and what it printed."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    out = process.stdout.read()
    err = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    if status != 0:
        sys.exit("%s failed:\n%s%s" % (command, out, err))
    return {"s": seconds, "cpu": usage.ru_utime + usage.ru_stime, "mb": usage.ru_maxrss / 1024, "out": out}


def several(command, clean=None, n=RUNS):
    results = []
    for _ in range(n):
        if clean and os.path.exists(clean):
            os.remove(clean)
        results.append(run(command))
    return {key: statistics.median(r[key] for r in results) for key in ("s", "cpu", "mb")} | {"out": results[-1]["out"]}


def timed(work):
    seconds = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), answer


print("%-44s %9s %9s %7s  %s" % ("", "wall s", "peak MB", "ratio", "answers"))


def line(what, seconds, mb, ratio=None, answers=""):
    print("%-44s %9.2f %9s %7s  %s" % (what, seconds, "%.0f" % mb if mb else "", "%.1f" % ratio if ratio else "", answers),
          flush=True)


def scatter(seed, n):
    """As bench_nearest scatters: splitmix64, longitude and latitude in turn."""
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(seed) + numpy.arange(1, 2 * n + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z ^= z >> numpy.uint64(31)
    unit = (z >> numpy.uint64(11)).astype(float) * 2.0 ** -53
    return 129 + 17 * unit[0::2], 30 + 15 * unit[1::2]


def bench_nearest():
    import pyproj
    from scipy.spatial import cKDTree
    ours = [run([BENCH + "bench_nearest", str(ROWS), "2000"]) for _ in range(RUNS)]
    found = [re.search(r"nearest, 2 thread.*?: ([\d.]+) s.*mean ([\d.]+) km", r["out"]) for r in ours]
    seconds, mean_km = statistics.median(float(f[1]) for f in found), float(found[0][2])
    places, points = scatter(1, ROWS), scatter(2, 2000)
    to_xyz = pyproj.Transformer.from_crs("EPSG:6668", "EPSG:6666", always_xy=True)
    geod = pyproj.Geod(ellps="GRS80")

    def peer():
        tree = cKDTree(numpy.column_stack(to_xyz.transform(*points, numpy.zeros(2000))))
        _, near = tree.query(numpy.column_stack(to_xyz.transform(*places, numpy.zeros(ROWS))), k=2, workers=-1)
        return numpy.minimum(*(geod.inv(*places, points[0][near[:, k]], points[1][near[:, k]])[2] for k in (0, 1)))

    peer_s, distance = timed(peer)
    same = "%.3f" % (distance.mean() / 1000) == "%.3f" % mean_km
    line("nearest of 2,000 for %d, ours" % ROWS, seconds, ours[0]["mb"], None, "mean %.3f km" % mean_km)
    line("  scipy + pyproj (two by chord, by ellipsoid)", peer_s, None, peer_s / seconds, "agree" if same else "DIFFER")


def make_polygons(n_vertices):
    """47 rough stars beside each other, and points over them."""
    random = numpy.random.default_rng(1)
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(6668)
    reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    source = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(FOLDER + "/stars.shp")
    layer = source.CreateLayer("stars", reference, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("code", ogr.OFTString))
    rings = []
    for i in range(47):
        angle = numpy.linspace(0, 2 * math.pi, n_vertices)[:-1]
        radius = 0.7 + 0.25 * numpy.sin(9 * angle) + 0.04 * random.random(n_vertices - 1)
        ring = numpy.column_stack([130.5 + 2 * (i % 8) + radius * numpy.cos(angle),
                                   31.5 + 2 * (i // 8) + radius * numpy.sin(angle)])
        ring = numpy.vstack([ring, ring[:1]])
        rings.append(ring)
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField("code", "%02d" % i)
        feature.SetGeometry(ogr.CreateGeometryFromWkt(
            "POLYGON((%s))" % ",".join("%r %r" % (x, y) for x, y in ring.tolist())))
        layer.CreateFeature(feature)
    return rings, 129.5 + 16 * random.random(ROWS), 30.5 + 12 * random.random(ROWS)


def bench_polygons():
    import shapely.vectorized
    from shapely.geometry import Polygon
    rings, x, y = make_polygons(20000)

    def peer():
        found = numpy.full(ROWS, -1)
        for i, ring in enumerate(rings):
            low, high = ring.min(axis=0), ring.max(axis=0)
            near = numpy.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
            found[near[shapely.vectorized.contains(Polygon(ring), x[near], y[near])]] = i
        return found

    peer_s, found = timed(peer)
    inside = found >= 0
    with open(FOLDER + "/points.csv", "w") as file:
        file.write("stated,lon,lat\n")
        file.writelines("%02d,%r,%r\n" % (code, a, b) for code, a, b in
                        zip(found[inside].tolist(), x[inside].tolist(), y[inside].tolist()))
        file.writelines("none,%r,%r\n" % (a, b) for a, b in zip(x[~inside].tolist(), y[~inside].tolist()))
    stars = FOLDER + "/stars.shp"
    ours = run([BENCH + "bench_prefecture", stars, "code", stars, "code", "code", FOLDER + "/points.csv", "stated", "lon",
                "lat"])
    search_s = float(re.search(r"find, 2 thread\(s\): ([\d.]+) s", ours["out"])[1])
    build_s = float(re.search(r"build: ([\d.]+) s", ours["out"])[1])
    agree, other, outside = (int(n) for n in re.search(
        r"agree (\d+), another polygon (\d+), outside all (\d+)", ours["out"]).groups())
    line("%d points in 47 polygons, ours, search" % ROWS, search_s, ours["mb"], None, "%d inside" % agree)
    line("  ours with building the index", search_s + build_s, ours["mb"])
    same = other == 0 and agree == inside.sum()
    line("  shapely.vectorized", peer_s, None, peer_s / search_s,
         "agree" if same else "DIFFER: %d of %d, %d elsewhere" % (agree, inside.sum(), other))


def bench_reading():
    out = run([BENCH + "bench_read", str(ROWS), str(RUNS)])["out"]
    for what, seconds, mb in re.findall(r"^(\S.*?)  +([\d.]+) s .*peak +(\d+) MB", out, re.M):
        loop = float(re.search(r"OGR loop.*?  +([\d.]+) s", out)[1])
        line("reading %d: %s" % (ROWS, what), float(seconds), float(mb), loop / float(seconds))


def bench_writing():
    os.makedirs(FOLDER + "/w", exist_ok=True)
    out = run([BENCH + "bench_write", FOLDER + "/w", str(ROWS), str(ROWS * 3 // 10), str(ROWS // 10)])["out"]
    for kind, n, ours, mb, theirs, theirs_mb, ratio in re.findall(
            r"^(point|line|polygon) +(\d+) +([\d.]+) +(\d+) +([\d.]+) +(\d+) +([\d.]+)", out, re.M):
        line("writing %s %ss, ours" % (n, kind), float(ours), float(mb))
        line("  GDAL's driver", float(theirs), float(theirs_mb), float(ratio), "equal by test_sink")
    subprocess.run("rm -rf %s/w" % FOLDER, shell=True)


def make_sites(n):
    """Sites around Japan's cities, as the shapefile sites.shp of a folder of its own."""
    folder = "%s/%d" % (FOLDER, n)
    if os.path.exists(folder):
        return folder
    os.makedirs(folder)
    cities = ogr.Open(ROOT + "/geodata/cities.shp")
    centres = numpy.array([f.GetGeometryRef().GetPoint_2D() for f in cities.GetLayer()])
    random = numpy.random.default_rng(1)
    xy = centres[random.integers(0, len(centres), n)] + random.normal(0, 0.15, (n, 2))
    source = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(folder + "/sites.shp")
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(6668)
    reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    layer = source.CreateLayer("sites", reference, ogr.wkbPoint)
    for name, width in (("site_id", 9), ("name_en", 20)):
        field = ogr.FieldDefn(name, ogr.OFTString)
        field.SetWidth(width)
        layer.CreateField(field)
    for i, (x, y) in enumerate(xy.tolist()):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField(0, "s%07d" % i)
        feature.SetField(1, "Place %d" % i)
        point = ogr.Geometry(ogr.wkbPoint)
        point.SetPoint_2D(0, x, y)
        feature.SetGeometryDirectly(point)
        layer.CreateFeature(feature)
    return folder


def configuration(folder, evidence):
    """The demonstration's, with other sites and of the measures those of the profile only."""
    text = open(ROOT + "/configs/japan.yaml").read()
    text = text.replace("../geodata/", ROOT + "/geodata/")
    text = re.sub(r"- sites:.*", "- sites: { file: sites.shp, id: site_id, name: name_en }", text)
    text = text[:text.index("\nmeasure:")] + "\njudge:\n  - profile: list1982\nwrite:\n" \
        "  - geopackage: { file: ours.gpkg, evidence: %s }\n" % evidence
    path = "%s/%s.yaml" % (folder, evidence)
    with open(path, "w") as file:
        file.write(text)
    return path


def ours_whole(folder, evidence, n=RUNS):
    return several([BENCH + "bench_phases", configuration(folder, evidence), folder + "/ours.gpkg"],
                   folder + "/ours.gpkg", n)


def phases(result):
    return {name: float(seconds) for name, seconds in
            re.findall(r"^(read|prepare|measure|judge|write) +([\d.]+) s$", result["out"], re.M)}


def size_mb(path):
    return os.path.getsize(path) / 1e6


def bench_whole():
    folder = make_sites(ROWS)
    copy_path, peer_path = folder + "/copy.gpkg", folder + "/peer.gpkg"
    copy = several(["ogr2ogr", "-f", "GPKG", copy_path, folder + "/sites.shp"], copy_path)
    line("the whole, %d sites: ogr2ogr copies input" % ROWS, copy["s"], copy["mb"], None,
         "%.1f s of processor, %.0f MB" % (copy["cpu"], size_mb(copy_path)))
    for evidence in ("none", "met_or_unknown", "all"):
        if evidence == "all" and ROWS > 200000:
            print("  (evidence of all %d sites would be %.0f GB: not run)" % (ROWS, ROWS * 11.3e-6))
            continue
        ours = ours_whole(folder, evidence)
        times = phases(ours)
        analysis = times["prepare"] + times["measure"] + times["judge"]
        line("  ours, evidence: %s" % evidence, ours["s"], ours["mb"], ours["s"] / copy["s"],
             "%.1f s of processor, analysis %.1f s, %.0f MB" % (ours["cpu"], analysis, size_mb(folder + "/ours.gpkg")))
        if evidence == "none":
            ours_none = ours
            rows = re.search(r"(\d+) sites", ours["out"])[1]
            if int(rows) != ROWS:
                sys.exit("ours has %s of %d sites" % (rows, ROWS))
    peer = run(["/usr/bin/python3", ROOT + "/tests/bench/peers_whole.py", ROOT + "/geodata", folder + "/sites.shp",
                peer_path])
    line("  geopandas + scipy", peer["s"], peer["mb"], peer["s"] / ours_none["s"],
         "%.1f s of processor; %s" % (peer["cpu"], agreement(folder)))


def agreement(folder):
    """Shares of sites with the same answer: the peer goes to the nearest vertex, ours to the nearest point of a road."""
    def column(path, sql):
        source = ogr.Open(path)
        layer = source.ExecuteSQL(sql, dialect="SQLITE") if "SELECT" in sql else source.GetLayer(sql)
        return numpy.array([[f.GetField(0) or 0, f.GetField(1) or 0] for f in layer])
    ours = column(folder + "/ours.gpkg",
                  "SELECT leading_industries_value, residential_zone_value FROM sites ORDER BY site_id")
    peer = column(folder + "/peer.gpkg", "SELECT industries, persons FROM sites GROUP BY site_id ORDER BY site_id")
    if len(ours) != len(peer):
        return "rows differ: %d and %d" % (len(ours), len(peer))
    return "same number of industries at %.1f %% of the sites, of persons at %.1f %%" % tuple(
        100 * (ours == peer).mean(axis=0))


def growth():
    sizes, seconds = [], []
    free_gb = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2 ** 30
    for n in (100000, 1000000, 5000000):
        if n == 5000000 and free_gb < 16:
            print("  (5,000,000 sites need 16 GB of memory, %.0f are free: not run)" % free_gb)
            continue
        ours = ours_whole(make_sites(n), "none", 1)
        line("growth: %d sites" % n, ours["s"], ours["mb"], None, "%.1f s of processor, %.0f bytes a site at most" % (
            ours["cpu"], ours["mb"] * 2 ** 20 / n))
        sizes.append(math.log(n))
        seconds.append(math.log(ours["cpu"]))
        os.remove("%s/%d/ours.gpkg" % (FOLDER, n))
    print("exponent of the processor's time: %.2f" % numpy.polyfit(sizes, seconds, 1)[0])


if "--growth" in sys.argv:
    growth()
elif "--whole-only" in sys.argv:
    bench_whole()
else:
    bench_nearest()
    bench_polygons()
    bench_reading()
    bench_writing()
    bench_whole()
