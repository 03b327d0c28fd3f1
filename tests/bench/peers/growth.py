"""Ours at three sizes each: seconds, memory, and the exponent with which the time grows."""
import math
import os
import re
import shutil

import numpy

from peers import made, nearest, polygons, reading, whole
from peers.common import BENCH, TooLarge, free_gb, number, run

SIZES, QUICK = (100000, 1000000, 5000000), (10000, 30000, 100000)
WHOLE_BYTES, WHOLE_FILE_BYTES = 2300, 1700  # a site, without evidence


def of_nearest(settings, n):
    (one, _), mb, _ = nearest.ours(settings, n)
    return one, mb


def of_polygons(settings, n):
    folder, stars = settings.file("growth_%d" % n), settings.file("stars.shp")
    made.stars(stars, 20000)
    made.write_places(folder, *made.among_stars(n))
    found = sorted(polygons.ours(stars, "code", folder) for _ in range(settings.runs))[settings.runs // 2]
    shutil.rmtree(folder)
    return found[0], found[3]


def written(settings, n):
    """A file of n points by bench_write: its folder, and what the process took."""
    folder = settings.file("growth_%d" % n)
    os.makedirs(folder, exist_ok=True)
    return folder, run([BENCH + "bench_write", folder, str(n), "0", "0", "ours"])


def of_writing(settings, n):
    results = []
    for _ in range(settings.runs):
        folder, result = written(settings, n)
        results.append(result["cpu"])
        shutil.rmtree(folder)
    return sorted(results)[len(results) // 2], result["mb"]


def of_reading(settings, n):
    folder, _ = written(settings, n)
    path = reading.wide_shapefile(folder + "/point_ours.gpkg", folder + "/wide.shp")
    results = [run([BENCH + "bench_columns", path, "wide"]) for _ in range(settings.runs)]
    shutil.rmtree(folder)
    return sorted(r["cpu"] for r in results)[len(results) // 2], results[0]["mb"]


def of_dbscan(settings, n):
    path = settings.file("growth.xyz")
    result = run([BENCH + "bench_dbscan", str(n), path])
    os.remove(path)
    return float(re.search(r"geodesic, 1 thread\(s\): ([\d.]+) s", result["out"])[1]), result["mb"]


def of_network(question):
    def measure(settings, n):
        result = run([BENCH + "bench_network", "--nodes", str(n), "--facilities", str(n // 500), "--threads", "1", "--runs",
                      str(settings.runs)])
        return float(re.search(question + r", 1 thread\(s\): ([\d.]+) s", result["out"])[1]), result["mb"]
    return measure


def of_whole(settings, n):
    if free_gb() * 2 ** 30 < n * WHOLE_BYTES:
        raise TooLarge("needs %.0f GB of memory, %.0f are free" % (n * WHOLE_BYTES / 2 ** 30, free_gb()))
    disk = shutil.disk_usage(settings.folder).free
    if disk < n * WHOLE_FILE_BYTES:
        raise TooLarge("needs %.0f GB of disk, %.0f are free" % (n * WHOLE_FILE_BYTES / 1e9, disk / 1e9))
    folder = made.write_sites(settings.folder, n)
    result = whole.ours(folder, "none", settings.runs if n <= 1000000 else 1)
    shutil.rmtree(folder)
    return result["cpu"], result["mb"]


STEPS = (("nearest", "nearest of 2,000, search, 1 thread", of_nearest),
         ("polygons", "points in 47 polygons, search, 1 thread", of_polygons),
         ("reading", "reading 12 columns, processor", of_reading),
         ("writing", "writing 12 columns, processor", of_writing),
         ("dbscan", "DBSCAN, search, 1 thread", of_dbscan),
         ("network", "network, nearest facility, 1 thread", of_network("nearest")),
         ("network", "network, n / 500 facilities within 30 min, 1 thread", of_network("count")),
         ("whole", "the whole without evidence, processor", of_whole))


def exponent(sizes, seconds):
    return numpy.polyfit(numpy.log(sizes), numpy.log(seconds), 1)[0]


def bench(settings, table):
    table.topic("How ours grows, each line a size; the exponent is the slope of log(seconds) over log(rows)")
    for topic, title, measure in STEPS:
        if topic not in settings.topics:
            continue
        sizes, seconds = [], []
        for n in QUICK if settings.quick else SIZES:
            try:
                s, mb = measure(settings, n)
            except TooLarge as failure:
                table.left_out("%s, %s rows" % (title, number(n)), str(failure))
                continue
            table.line("%s, %s" % (title, number(n)), s, mb, None, "%.0f ns a row" % (s / n * 1e9))
            sizes.append(n)
            seconds.append(s)
        if len(sizes) > 1:
            linear = exponent(sizes, [n * math.log(n) for n in sizes])
            print("  exponent %.2f (n log n over these sizes: %.2f)" % (exponent(sizes, seconds), linear), flush=True)
