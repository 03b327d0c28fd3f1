"""Writing a GeoPackage with its index: points of 12 columns, lines, polygons. GDAL's driver in the same loop as ours, and
ogr2ogr beside `technopolis run`, both of which read the same file first."""
import os
import re
import sqlite3

from peers.common import BENCH, PROGRAM, number, run, several

KINDS = ("point", "line", "polygon")

CONFIGURATION = """run: {{ crs: "EPSG:6668" }}
read:
  - {0}: {{ file: {0}_ours.gpkg }}
write:
  - geopackage: {{ file: run.gpkg }}
"""


def sizes(rows):
    return rows, rows * 3 // 10, rows // 10


def folder_of(settings):
    """The files of bench_write, POINT|LINE|POLYGON_ours.gpkg and _gdal.gpkg; what it printed."""
    folder = settings.file("written")
    if os.path.exists(folder):
        return folder, None
    os.makedirs(folder)
    return folder, run([BENCH + "bench_write", folder, *map(str, sizes(settings.rows))])["out"]


def seconds_of(out):
    """By kind: rows, ours' seconds and MB, the driver's."""
    found = re.findall(r"^(point|line|polygon) +(\d+) +([\d.]+) +(\d+) +([\d.]+) +(\d+)", out, re.M)
    return {kind: (int(n), float(s), float(mb), float(theirs), float(theirs_mb))
            for kind, n, s, mb, theirs, theirs_mb in found}


def differing_rows(kind, mine, other):
    """Of two files: rows that are not the same, id, geometry bytes and twelve columns."""
    columns = "fid, geom, " + ", ".join("c%d" % i for i in range(12))
    files = [sqlite3.connect(path) for path in (mine, other)]
    counts = [file.execute("SELECT count(*) FROM %s" % kind).fetchone()[0] for file in files]
    rows = zip(*(file.execute("SELECT %s FROM %s ORDER BY fid" % (columns, kind)) for file in files))
    differ = sum(a != b for a, b in rows) + abs(counts[0] - counts[1])
    for file in files:
        file.close()
    return differ


def same(table, kind, n, mine, other):
    differ = differing_rows(kind, mine, other)
    index = sqlite3.connect(other).execute("SELECT count(*) FROM rtree_%s_geom" % kind).fetchone()[0]
    good = differ == 0 and index == n
    return table.agree(good, "all %s rows" % number(n) if good else "%s rows, %s in the index" % (number(differ), number(index)))


def alone(settings, table, folder, outs):
    """Both in the loop of bench_write: medians."""
    measured = [seconds_of(out) for out in outs]
    for kind in KINDS:
        n = measured[0][kind][0]
        ours, mb, theirs, theirs_mb = (sorted(m[kind][i] for m in measured)[len(measured) // 2] for i in (1, 2, 3, 4))
        table.line("writing %s %ss, ours" % (number(n), kind), ours, mb)
        table.line("  GDAL's driver in the same loop", theirs, theirs_mb, theirs / ours,
                   same(table, kind, n, "%s/%s_ours.gpkg" % (folder, kind), "%s/%s_gdal.gpkg" % (folder, kind)))


def whole(settings, table, folder, kind, n):
    """Processes that read a GeoPackage and write one."""
    source, theirs, ours = ("%s/%s.gpkg" % (folder, name) for name in (kind + "_ours", "ogr2ogr", "run"))
    with open(folder + "/run.yaml", "w") as file:
        file.write(CONFIGURATION.format(kind))
    mine = several([PROGRAM, "run", folder + "/run.yaml", "--quiet"], settings.runs, ours)
    table.line("a file of %s %ss copied, technopolis run" % (number(n), kind), mine["s"], mine["mb"], None,
               "%.2f s of processor; %s" % (mine["cpu"], same(table, kind, n, source, ours)))
    peer = several(["ogr2ogr", "-f", "GPKG", theirs, source], settings.runs, theirs)
    table.line("  ogr2ogr", peer["s"], peer["mb"], peer["s"] / mine["s"],
               "%.2f s of processor; %s" % (peer["cpu"], same(table, kind, n, source, theirs)))
    os.remove(theirs)
    os.remove(ours)
    return peer["s"]


def bench(settings, table):
    table.topic("Writing a GeoPackage with its spatial index")
    folder, out = folder_of(settings)
    outs = [out] if out else []
    while len(outs) < settings.runs:
        outs.append(run([BENCH + "bench_write", folder, *map(str, sizes(settings.rows))])["out"])
    table.detail("\n".join(outs))
    alone(settings, table, folder, outs)
    for kind, n in zip(KINDS, sizes(settings.rows)):
        peer_s = whole(settings, table, folder, kind, n)
        ours_s = sorted(seconds_of(o)[kind][1] for o in outs)[len(outs) // 2]
        table.line("  ogr2ogr beside ours, writing alone", peer_s, None, peer_s / ours_s, "ogr2ogr reads the rows too")
