"""Reading: a shapefile of points with 12 columns beside ogrinfo, geopandas and R sf, and one in CP932 beside a loop over
OGR's features."""
import os
import re
import statistics
import subprocess

from peers import writing
from peers.common import BENCH, HERE, PYTHON, number, run, searched, several

NUMBERS = ["c%d" % i for i in range(4, 12)]
SQLITE = ["-dialect", "SQLITE"]


def wide_shapefile(points, path):
    """The points of bench_write as a shapefile: four texts, four whole numbers, four reals."""
    if not os.path.exists(path):
        texts = ", ".join("CAST(c%d AS character(24)) AS c%d" % (i, i) for i in range(4))
        run(["ogr2ogr", "-lco", "ENCODING=UTF-8", path, points, "-sql",
             "SELECT geom, %s, %s FROM point" % (texts, ", ".join(NUMBERS))])
    return path


def sums(pattern, out):
    return [float(s) for s in re.findall(pattern, out, re.M)]


def same(table, mine, theirs):
    """Sums of eight columns, added up in another order maybe."""
    good = len(mine) == len(theirs) == len(NUMBERS) and all(abs(a - b) <= 1e-9 * abs(a) for a, b in zip(mine, theirs))
    return table.agree(good, "the sums of 8 columns" if good else "%s and %s" % (mine, theirs))


def ours(settings, path):
    results = [run([BENCH + "bench_columns", path, "wide"]) for _ in range(settings.runs)]
    return {"s": statistics.median(r["s"] for r in results), "cpu": statistics.median(r["cpu"] for r in results),
            "mb": results[0]["mb"], "out": results[0]["out"]}


def wide(settings, table):
    path = wide_shapefile(writing.folder_of(settings)[0] + "/point_ours.gpkg", settings.file("wide.shp"))
    mine = ours(settings, path)
    mine_sums = sums(r"^c\d+: sum (\S+)", mine["out"])
    table.line("ours, kept in columns", mine["s"], mine["mb"], None, "%.2f s of processor" % mine["cpu"])
    table.detail(mine["out"])
    numbers = ", ".join("SUM(%s)" % c for c in NUMBERS)
    everything = ", ".join(["SUM(LENGTH(c%d)) AS l%d" % (i, i) for i in range(4)] + ["SUM(ST_X(geometry)) AS x", numbers])
    for what, options, columns in (("the numbers by OGR SQL", [], numbers), ("the numbers by SQLite", SQLITE, numbers),
                                   ("all columns by SQLite", SQLITE, everything)):
        statement = "SELECT %s FROM wide" % columns
        peer = several(["ogrinfo", "-q", *options, "-sql", statement, path], settings.runs)
        table.line("  ogrinfo sums %s, keeps nothing" % what, peer["s"], peer["mb"], peer["s"] / mine["s"],
                   "%.2f s of processor; %s" % (peer["cpu"], same(table, mine_sums, sums(r"^  SUM.* = (\S+)$", peer["out"]))))
    for title, command, package in (
            ("  geopandas (fiona), kept in columns", [PYTHON, HERE + "/alone/geopandas_read.py", path], None),
            ("  R sf, kept in columns", ["Rscript", "--vanilla", HERE + "/alone/sf_read.R", path], "sf")):
        if package and subprocess.run(["Rscript", "--vanilla", "-e", "library(sf)"], capture_output=True).returncode != 0:
            table.left_out(title, "r-cran-sf is not installed")
            continue
        peer = run(command)
        table.line(title + ", without its start", searched(peer), peer["mb"], searched(peer) / mine["s"],
                   same(table, mine_sums, sums(r"^sum (\S+)", peer["out"])))


def cp932(settings, table):
    out = run([BENCH + "bench_read", str(settings.rows), str(settings.runs), settings.folder])["out"]
    table.detail(out)
    loop = float(re.search(r"OGR loop.*?  +([\d.]+) s", out)[1])
    for what, seconds, mb in re.findall(r"^(\S.*?)  +([\d.]+) s .*peak +(\d+) MB", out, re.M):
        first = "loop" in what
        table.line("%s%s" % ("  " if first else "", what), float(seconds), float(mb), None if first else loop / float(seconds),
                   "" if first else "the loop / ours")


def bench(settings, table):
    table.topic("Reading a shapefile of %s points with 12 columns, whole processes" % number(settings.rows))
    wide(settings, table)
    table.topic("Reading a shapefile of %s points in CP932 with 8 columns" % number(settings.rows))
    cp932(settings, table)
