#!/usr/bin/env python3
"""Reads a file by geopandas and sums its columns c4 to c11. usage: geopandas_read.py FILE"""
import sys
import time

import geopandas

begun = time.perf_counter()
frame = geopandas.read_file(sys.argv[1])
print("search %.6f" % (time.perf_counter() - begun))
for i in range(4, 12):
    print("sum %.17g" % float(frame["c%d" % i].sum()))
