#!/usr/bin/env python3
"""The nearest point by scipy and pyproj: the two nearest by chord, of which the nearer on the ellipsoid.

    scipy_nearest.py FOLDER RUNS     reads places.f64 and points.f64 there, writes nearest_scipy.i32
"""
import sys
import time

import numpy
import pyproj
from scipy.spatial import cKDTree

folder, runs = sys.argv[1], int(sys.argv[2])
places, points = (numpy.fromfile("%s/%s.f64" % (folder, name)).reshape(-1, 2).T for name in ("places", "points"))
to_xyz = pyproj.Transformer.from_crs("EPSG:6668", "EPSG:6666", always_xy=True)
geod = pyproj.Geod(ellps="GRS80")


def xyz(lon, lat):
    return numpy.column_stack(to_xyz.transform(lon, lat, numpy.zeros(len(lon))))


for _ in range(runs):
    begun = time.perf_counter()
    _, near = cKDTree(xyz(*points)).query(xyz(*places), k=2, workers=-1)
    distance = [geod.inv(*places, points[0][near[:, k]], points[1][near[:, k]])[2] for k in (0, 1)]
    answer = numpy.where(distance[1] < distance[0], near[:, 1], near[:, 0])
    print("search %.6f" % (time.perf_counter() - begun), flush=True)
answer.astype("<i4").tofile(folder + "/nearest_scipy.i32")
