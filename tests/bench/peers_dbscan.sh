#!/bin/bash
# DBSCAN of the same 300,000 made-up plants by ours, R's dbscan and scikit-learn: geocentric coordinates, 2 km, 10 points.
# Only the search is timed, medians of three. Usage: peers_dbscan.sh BENCH_DBSCAN [N]
# Needs Debian's r-cran-dbscan and python3-sklearn.
set -eu
bench=$1
n=${2:-300000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$bench" "$n" "$folder/xyz"
export N=$n XYZ=$folder/xyz
Rscript --vanilla - <<'R'
n <- as.integer(Sys.getenv("N"))
xyz <- matrix(readBin(Sys.getenv("XYZ"), "double", 3 * n), ncol = 3, byrow = TRUE)
s <- sapply(1:3, function(i) system.time(found <<- dbscan::dbscan(xyz, eps = 2000, minPts = 10))["elapsed"])
cat(sprintf("R dbscan %s: %.3f s (%d clusters, %d noise)\n", packageVersion("dbscan"), median(s),
            max(found$cluster), sum(found$cluster == 0)))
R
/usr/bin/python3 - <<'PY'
import os, statistics, time
import numpy, sklearn
from sklearn.cluster import DBSCAN
xyz = numpy.fromfile(os.environ["XYZ"]).reshape(-1, 3)
for jobs in (1, 2):
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        found = DBSCAN(eps=2000, min_samples=10, n_jobs=jobs).fit(xyz)
        seconds.append(time.perf_counter() - start)
    print("scikit-learn %s, %d job(s): %.3f s (%d clusters, %d noise)" % (
        sklearn.__version__, jobs, statistics.median(seconds), found.labels_.max() + 1, (found.labels_ == -1).sum()))
PY
