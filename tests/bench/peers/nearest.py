"""The nearest of 2,000 points for many places, exact on the ellipsoid: scipy + pyproj, PostGIS."""
import re
import statistics

import numpy

from peers import made, postgis
from peers.common import BENCH, PYTHON, HERE, number, run, searched

N_POINTS = 2000

POSTGIS = """
CREATE UNLOGGED TABLE answer AS
SELECT p.id AS place, n.id AS point FROM places p CROSS JOIN LATERAL (
    SELECT c.id FROM (SELECT f.id, f.g FROM points f ORDER BY f.g <-> p.g LIMIT 5) c
    ORDER BY ST_Distance(c.g, p.g, true), c.id LIMIT 1) n
"""


def ours(settings, rows, answers=None, runs=None):
    """Median seconds on one thread and on two, memory."""
    results = [run([BENCH + "bench_nearest", str(rows), str(N_POINTS)] + ([answers] if answers else []))
               for _ in range(runs or settings.runs)]
    seconds = [statistics.median(float(re.search(r"nearest, %d thread.*?: ([\d.]+) s" % threads, r["out"])[1])
                                 for r in results) for threads in (1, 2)]
    return seconds, results[0]["mb"], results[0]["out"]


def same(settings, table, mine, path):
    theirs = numpy.fromfile(path, "<i4")
    n = (theirs != mine).sum() if len(theirs) == len(mine) else len(mine)
    return table.agree(n == 0, "all %s" % number(len(mine)) if n == 0 else "%s of %s" % (number(n), number(len(mine))))


def bench(settings, table):
    rows = settings.rows
    table.topic("The nearest of %s for %s places, search alone (memory: the process)" % (number(N_POINTS), number(rows)))
    (one, two), mb, out = ours(settings, rows, settings.file("nearest.i32"))
    mine = numpy.fromfile(settings.file("nearest.i32"), "<i4")
    table.line("ours, 2 threads", two, mb, None, "%.3f s on one" % one)
    table.detail(out)
    for name, data in (("places", made.scatter(1, rows)), ("points", made.scatter(2, N_POINTS))):
        numpy.column_stack(data).astype("<f8").tofile(settings.file(name + ".f64"))
    peer = run([PYTHON, HERE + "/alone/scipy_nearest.py", settings.folder, str(settings.runs)])
    table.line("  scipy + pyproj (two by chord, then by ellipsoid)", searched(peer), peer["mb"], searched(peer) / two,
               same(settings, table, mine, settings.file("nearest_scipy.i32")))
    with postgis.server(settings, table, "  PostGIS (<->, five re-ranked by ellipsoid)") as server:
        if server:
            for name in ("places", "points"):
                server.load_places(name, settings.file(name + ".f64"), "geography")
            seconds = server.timed(POSTGIS)
            server.answer("SELECT point FROM answer ORDER BY place", settings.file("nearest_postgis.i32"))
            table.line(server.title, seconds, server.peak_mb(), seconds / two,
                       same(settings, table, mine, settings.file("nearest_postgis.i32")))
