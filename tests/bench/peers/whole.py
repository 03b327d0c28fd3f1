"""The whole: sites of a shapefile, all of list1982 with the model network, a GeoPackage out; beside a plain copy by ogr2ogr
and beside geopandas + scipy (peers_whole.py)."""
import os
import re

import numpy
from osgeo import ogr

from peers import made
from peers.common import BENCH, HERE, PROGRAM, PYTHON, ROOT, Failed, number, run, several

EVIDENCE_BYTES = {"met_or_unknown": 4500, "all": 11300}  # a site, in the file
MOST_GB = 6


def configuration(folder, evidence):
    """The demonstration's, with other sites and of the measures those of the profile only."""
    with open(ROOT + "/configs/japan.yaml") as file:
        text = file.read().replace("../geodata/", ROOT + "/geodata/")
    text = re.sub(r"- sites:.*", "- sites: { file: sites.shp, id: site_id, name: name_en }", text)
    text = text[:text.index("\nmeasure:")] + "\njudge:\n  - profile: list1982\nwrite:\n" \
        "  - geopackage: { file: ours.gpkg, evidence: %s }\n" % evidence
    path = "%s/%s.yaml" % (folder, evidence)
    with open(path, "w") as file:
        file.write(text)
    return path


def ours(folder, evidence, runs):
    return several([BENCH + "bench_phases", configuration(folder, evidence), folder + "/ours.gpkg"], runs,
                   folder + "/ours.gpkg")


def analysis_s(result):
    """Seconds by the clock that are neither reading nor writing."""
    return sum(float(seconds) for seconds in re.findall(r"^(?:prepare|measure|judge) +([\d.]+) s", result["out"], re.M))


def size_mb(path):
    return os.path.getsize(path) / 1e6


def agreement(table, folder):
    """Shares of sites with the same answer: the peer goes to the nearest vertex, ours to the nearest point of a road."""
    def column(path, sql):
        source = ogr.Open(path)
        layer = source.ExecuteSQL(sql, dialect="SQLITE")
        found = numpy.array([[f.GetField(0) or 0, f.GetField(1) or 0] for f in layer])
        source.ReleaseResultSet(layer)
        return found
    mine = column(folder + "/ours.gpkg",
                  "SELECT leading_industries_value, residential_zone_value FROM sites ORDER BY site_id")
    peer = column(folder + "/peer.gpkg", "SELECT industries, persons FROM sites GROUP BY site_id ORDER BY site_id")
    if len(mine) != len(peer):
        return table.agree(False, "%d and %d rows" % (len(mine), len(peer)))
    shares = 100 * (mine == peer).mean(axis=0)
    return table.agree(min(shares) > 97, "%.1f %% of the sites in industries, %.1f %% in persons" % tuple(shares))


def bench(settings, table):
    rows = settings.rows
    table.topic("The whole: %s sites against list1982, whole processes; the ratio is to ours without evidence" % number(rows))
    folder = made.write_sites(settings.folder, rows)
    copy_path = folder + "/copy.gpkg"
    results = {"none": ours(folder, "none", settings.runs)}
    none = results["none"]
    if int(re.search(r"(\d+) sites", none["out"])[1]) != rows:
        raise Failed("ours has not all of the sites:\n" + none["out"])
    copy = several(["ogr2ogr", "-f", "GPKG", copy_path, folder + "/sites.shp"], settings.runs, copy_path)
    table.line("ours, evidence: none", none["s"], none["mb"], None,
               "%.1f s of processor, %.0f MB; analysis %.1f s, %.2f of the copy" % (
                   none["cpu"], size_mb(folder + "/ours.gpkg"), analysis_s(none), analysis_s(none) / copy["s"]))
    table.detail(none["out"])
    table.line("  ogr2ogr copies the sites (2 columns)", copy["s"], copy["mb"], copy["s"] / none["s"],
               "%.1f s of processor, %.0f MB" % (copy["cpu"], size_mb(copy_path)))
    result_copy = several(["ogr2ogr", "-f", "GPKG", folder + "/twin.gpkg", folder + "/ours.gpkg"], 1)
    table.line("  ogr2ogr copies our result, all its tables", result_copy["s"], result_copy["mb"],
               result_copy["s"] / none["s"], "%.1f s of processor, %.0f MB" % (
                   result_copy["cpu"], size_mb(folder + "/twin.gpkg")))
    os.remove(folder + "/twin.gpkg")
    peer = run([PYTHON, HERE + "/../peers_whole.py", ROOT + "/geodata", folder + "/sites.shp", folder + "/peer.gpkg"])
    table.line("  geopandas + scipy, no evidence", peer["s"], peer["mb"], peer["s"] / none["s"],
               "%.1f s of processor; %s" % (peer["cpu"], agreement(table, folder)))
    table.detail(peer["out"])
    for evidence, size in EVIDENCE_BYTES.items():
        if rows * size > MOST_GB * 1e9:
            table.left_out("ours, evidence: " + evidence, "a file of some %.0f GB" % (rows * size / 1e9))
            continue
        result = ours(folder, evidence, 1 if rows > 200000 else settings.runs)
        table.line("ours, evidence: " + evidence, result["s"], result["mb"], None, "%.1f s of processor, %.0f MB" % (
            result["cpu"], size_mb(folder + "/ours.gpkg")))
    demo = several([PROGRAM, "run", ROOT + "/configs/japan.yaml", "--output", folder + "/demo.gpkg",
                    "--quiet"], settings.runs)
    version = several([PROGRAM, "--version"], settings.runs)
    table.line("the demonstration of 73 sites", demo["s"], demo["mb"], None, "%.2f s of processor" % demo["cpu"])
    table.line("technopolis --version", version["s"], version["mb"])
    for name in ("ours", "copy", "peer", "demo"):
        os.remove("%s/%s.gpkg" % (folder, name))
