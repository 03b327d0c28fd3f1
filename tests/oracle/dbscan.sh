#!/bin/bash
# Makes tests/oracle/data/dbscan.txt: what R's dbscan and scikit-learn say of 300,000 made-up plants (made_plants.h, seed
# 1) in the metric of straight chords, 2 km, 10 points. Stored are counts and a SHA-256 over one little-endian int32 a
# point: a core point's cluster, numbered as they first appear; -1 noise; -2 border point (whose cluster is a choice).
# The unit test core.oracle_dbscan compares ours with the file; --check compares what R and scikit-learn say now with it.
# Usage: dbscan.sh MADE_PLANTS_XYZ [--check]. Debian's r-cran-dbscan and python3-sklearn are installed where they are
# missing; with --check, which a test calls, they are not: it is skipped.
set -eu
program=${1:-}
stored=$(dirname "$0")/data/dbscan.txt
can_run() {
    command -v Rscript >/dev/null &&
        Rscript --vanilla -e 'q(status = !requireNamespace("dbscan", quietly = TRUE))' >/dev/null 2>&1 &&
        /usr/bin/python3 -c 'import sklearn' 2>/dev/null
}
if [ "${2:-}" != --check ] && ! can_run; then
    apt-get install -y -qq --no-install-recommends r-cran-dbscan python3-sklearn
fi
if [ ! -x "$program" ] || ! can_run; then
    echo "skipped: needs the built tests, r-cran-dbscan and python3-sklearn"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$program" "$folder/xyz"
export FOLDER=$folder
Rscript --vanilla - <<'R'
folder <- Sys.getenv("FOLDER")
xyz <- matrix(readBin(file.path(folder, "xyz"), "double", 900000), ncol = 3, byrow = TRUE)
found <- dbscan::dbscan(xyz, eps = 2000, minPts = 10)
core <- dbscan::is.corepoint(xyz, eps = 2000, minPts = 10)
writeBin(as.integer(found$cluster - 1), file.path(folder, "r_cluster"), endian = "little")
writeBin(as.integer(core), file.path(folder, "r_core"), endian = "little")
writeLines(paste("R dbscan", packageVersion("dbscan")), file.path(folder, "r_version"))
R
/usr/bin/python3 - "$folder" >"$folder/found" <<'PY'
import hashlib, sys
import numpy, sklearn
from sklearn.cluster import DBSCAN
folder = sys.argv[1]
xyz = numpy.fromfile(folder + "/xyz").reshape(-1, 3)
fit = DBSCAN(eps=2000, min_samples=10).fit(xyz)
core = numpy.zeros(len(xyz), bool)
core[fit.core_sample_indices_] = True
r_cluster = numpy.fromfile(folder + "/r_cluster", "<i4")
r_core = numpy.fromfile(folder + "/r_core", "<i4") == 1

def tell(who, cluster, core):
    codes, number = numpy.where(cluster < 0, -1, -2).astype("<i4"), {}
    for i in numpy.flatnonzero(core):
        codes[i] = number.setdefault(cluster[i], len(number))
    print("%s points %d clusters %d core %d border %d noise %d sha256 %s" % (
        who, len(codes), len(number), core.sum(), (codes == -2).sum(), (codes == -1).sum(),
        hashlib.sha256(codes.tobytes()).hexdigest()))

tell(open(folder + "/r_version").read().strip().replace(" ", "-"), r_cluster, r_core)
tell("scikit-learn-" + sklearn.__version__, fit.labels_, core)
PY
if [ "${2:-}" = --check ]; then
    diff <(sed 's/^[^ ]* //' "$stored") <(sed 's/^[^ ]* //' "$folder/found")
else
    cp "$folder/found" "$stored"
fi
cat "$folder/found"
