"""Which of 47 polygons each point lies in: shapely.vectorized, R sf, PostGIS. On stars of 20,000 vertices and on the
prefectures in full resolution, where the folder of reference data has them."""
import csv
import os
import re
import subprocess

import numpy

from peers import made, postgis
from peers.common import BENCH, HERE, PYTHON, number, run, searched

FULL = "admin/prefectures_n03_full.shp.zip"
POSTGIS = "CREATE UNLOGGED TABLE answer AS SELECT p.id, c.code::int FROM polygons c JOIN places p ON ST_Intersects(c.g, p.g)"
PIECES = """CREATE UNLOGGED TABLE pieces AS SELECT code, ST_Subdivide(g, 256) AS g FROM polygons;
CREATE INDEX ON pieces USING gist (g)"""


def ours(polygons, code, folder, answers=None):
    """Seconds of the search on one thread and on two, of building the index with its raster; memory; what was printed."""
    places = folder + "/places.csv"
    result = run([BENCH + "bench_prefecture", polygons, code, polygons, code, code, places, "stated", "lon", "lat"] +
                 ([answers, "0"] if answers else []))
    one, two = (float(re.findall(r"find, %d thread\(s\): ([\d.]+) s" % n, result["out"])[-1]) for n in (1, 2))
    build = sum(float(re.search(r"%s.*?: ([\d.]+) s" % step, result["out"])[1]) for step in ("build", "prepare"))
    return one, two, build, result["mb"], result["out"]


def answers_of(path, rows):
    """The list of bench_prefecture: here every place, since none states its polygon truly."""
    found = numpy.full(rows, -1, "<i4")
    with open(path) as file:
        for row in csv.DictReader(file):
            if row["polygon"]:
                found[int(row["line"]) - 2] = int(row["polygon"])
    return found


def same(table, mine, theirs):
    n = (mine != theirs).sum()
    return table.agree(n == 0, "all %s" % number(len(mine)) if n == 0 else "%s of %s" % (number(n), number(len(mine))))


def has_sf():
    return subprocess.run(["Rscript", "--vanilla", "-e", "library(sf)"], capture_output=True).returncode == 0


def beside_postgis(settings, table, folder, polygons, code, mine, seconds):
    def show(server, title, took):
        path = folder + "/postgis.i32"
        server.answer("SELECT id FROM answer ORDER BY id, code DESC", path)
        ids = numpy.fromfile(path, "<i4")
        server.answer("SELECT code FROM answer ORDER BY id, code DESC", path)
        theirs = numpy.full(len(mine), -1, "<i4")
        theirs[ids] = numpy.fromfile(path, "<i4")
        table.line(title, took, server.peak_mb(), took / seconds, same(table, mine, theirs))

    with postgis.server(settings, table, "  PostGIS (ST_Intersects, GiST)") as server:
        if server:
            server.load_places("places", folder + "/lonlat.f64", "geometry")
            server.load_polygons("polygons", polygons, code)
            show(server, server.title, server.timed(POSTGIS))
            server.sql("DROP TABLE answer")
            cut = server.timed(PIECES)
            server.sql("VACUUM ANALYZE pieces")
            show(server, "  PostGIS, cut by ST_Subdivide beforehand (%.0f s)" % cut,
                 server.timed(POSTGIS.replace("polygons", "pieces")))


def beside(settings, table, name, polygons, code, lon, lat):
    folder = settings.file(name)
    made.write_places(folder, lon, lat)
    results = [ours(polygons, code, folder, folder + "/ours.csv") for _ in range(settings.runs)]
    one, two, build, mb, out = sorted(results, key=lambda result: result[1])[len(results) // 2]
    mine = answers_of(folder + "/ours.csv", len(lon))
    table.line("ours, 2 threads", two, mb, None, "%.3f s on one; %s inside" % (one, number((mine >= 0).sum())))
    table.line("ours with building the index", two + build, mb)
    table.detail(out)
    peers = [("  shapely.vectorized, boxes first", [PYTHON, HERE + "/alone/vectorized_polygons.py"], "shapely")]
    if has_sf():
        peers.append(("  R sf (st_intersects)", ["Rscript", "--vanilla", HERE + "/alone/sf_polygons.R"], "sf"))
    else:
        table.left_out("  R sf (st_intersects)", "r-cran-sf is not installed")
    for title, command, peer in peers:
        result = run(command + [folder, polygons, code, str(settings.runs)])
        table.detail(result["out"])
        theirs = numpy.fromfile("%s/%s.i32" % (folder, peer), "<i4")
        table.line(title, searched(result), result["mb"], searched(result) / two,
                   same(table, mine, theirs) + "; %.1f with our index" % (searched(result) / (two + build)))
    numpy.column_stack([lon, lat]).astype("<f8").tofile(folder + "/lonlat.f64")
    beside_postgis(settings, table, folder, polygons, code, mine, two)


def bench(settings, table):
    stars = settings.file("stars.shp")
    made.stars(stars, 20000)
    table.topic("%s points in 47 polygons of 20,000 vertices, search alone (memory: the process)" % number(settings.rows))
    beside(settings, table, "among_stars", stars, "code", *made.among_stars(settings.rows))
    table.topic("%s points around cities in the prefectures of 7.5 million vertices, search alone" % number(settings.rows))
    full = os.path.join(settings.shared, FULL)
    if not os.path.exists(full):
        table.left_out("the prefectures in full resolution",
                       "no %s in TP_SHARED_DATA (default: ../shared/data beside the project)" % FULL)
        return
    beside(settings, table, "around_cities", "/vsizip/" + full, "pref_code", *made.around_cities(settings.rows))
