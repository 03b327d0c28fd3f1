"""DBSCAN beside R's dbscan, scikit-learn and PostGIS: peers_dbscan.sh, whose lines become lines of the table."""
import os
import re

from peers.common import BENCH, HERE, Failed, Watch, number, plural, run

LINE = re.compile(r"^ *(\S.*?)(?: points)?: +([\d.]+) s \((\d+) clusters,(?: \d+ core,)? (\d+) noise\)", re.M)
MEMORY = {"R": r"/R\b.*--vanilla", "scikit-learn": "^/usr/bin/python3 -$", "PostGIS": "postgres"}


def whose(name):
    return next((key for key in ("R", "scikit-learn", "PostGIS") if name.startswith(key)), "ours")


def word(table, name, found, expected):
    text = "%s clusters, %s noise" % tuple(map(number, found))
    if found == expected:
        return table.agree(True, text)
    near = all(abs(a - b) <= 0.01 * b for a, b in zip(found, expected))
    if whose(name) == "PostGIS" and near:  # distances on a plane
        return "nearly: " + text
    return table.agree(False, text)


def bench(settings, table):
    rows = settings.rows * 3 // 10
    table.topic("DBSCAN of %s plants, 2 km, 10 points, search alone" % number(rows))
    watch = Watch()
    out = run(["bash", HERE + "/../peers_dbscan.sh", BENCH + "bench_dbscan", str(rows)], watch)["out"]
    table.detail(out)
    ours_mb = run([BENCH + "bench_dbscan", str(rows), settings.file("plants.xyz")])["mb"]
    os.remove(settings.file("plants.xyz"))
    found = [(name, float(s), (int(clusters), int(noise))) for name, s, clusters, noise in LINE.findall(out)]
    mine = {name: (s, result) for name, s, result in found if whose(name) == "ours"}
    best = next((mine[name] for name in mine if "geodesic, 2" in name), None)
    if best is None or len(found) == len(mine):
        raise Failed("peers_dbscan.sh told nothing that is understood here:\n" + out)
    for name, seconds, result in found:
        ours = whose(name) == "ours"
        title = plural("ours, " + name.split(", ", 1)[1] if ours else "  " + name)
        mb = ours_mb if ours else watch.peak_mb(MEMORY[whose(name)])
        table.line(title, seconds, mb, None if ours else seconds / best[0],
                   word(table, name, result, best[1]))
