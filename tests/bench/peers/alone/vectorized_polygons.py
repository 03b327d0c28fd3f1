#!/usr/bin/env python3
"""Points in polygons by shapely.vectorized: within each polygon's box, all at once.

    vectorized_polygons.py FOLDER POLYGONS CODE_COLUMN RUNS     reads lon.f64 and lat.f64 there, writes shapely.i32
"""
import sys
import time
import warnings

import numpy
import shapely.vectorized
from osgeo import ogr
from shapely import wkb

warnings.simplefilter("ignore")
folder, path, column, runs = sys.argv[1:5]
lon, lat = (numpy.fromfile("%s/%s.f64" % (folder, name)) for name in ("lon", "lat"))
source = ogr.Open(path)
polygons = [(int(f.GetField(column)), wkb.loads(bytes(f.GetGeometryRef().ExportToWkb()))) for f in source.GetLayer()]
polygons.sort(key=lambda polygon: -polygon[0])  # where polygons overlap, the smallest code counts: it comes last
for _ in range(int(runs)):
    begun = time.perf_counter()
    found = numpy.full(len(lon), -1, "<i4")
    for code, polygon in polygons:
        west, south, east, north = polygon.bounds
        near = numpy.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        found[near[shapely.vectorized.contains(polygon, lon[near], lat[near])]] = code
    print("search %.6f" % (time.perf_counter() - begun), flush=True)
found.tofile(folder + "/shapely.i32")
