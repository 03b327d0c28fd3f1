#!/usr/bin/env bash
# Gi* beside R's spdep (its neighbours and localG on the non-empty cells) and scipy.ndimage (a sum over 3 x 3 on the full
# grid), all on the same made-up cells, in one run. Prints seconds of work and of the whole process.
# Usage: tests/bench/peers_hotspots.sh [BENCH_HOTSPOTS] (build/release/tests/bench/bench_hotspots)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bench=${1:-$here/../../build/release/tests/bench/bench_hotspots}
packages="r-cran-spdep python3-scipy"
missing=$(for p in $packages; do dpkg -s "$p" >/dev/null 2>&1 || echo "$p"; done)
if [ -n "$missing" ]; then
    echo "installing from Debian, for the comparison only:" $missing
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$bench" make "$folder"

cat >"$folder/spdep.R" <<'R'
suppressPackageStartupMessages(library(spdep))
d <- read.csv(file.path(commandArgs(TRUE)[1], "cells.csv"))
start <- proc.time()[3]
nb <- dnearneigh(cbind(d$column, d$row), 0, 1.5)
z <- localG(d$n, nb2listw(include.self(nb), style = "B", zero.policy = TRUE), zero.policy = TRUE)
seconds <- proc.time()[3] - start
z[card(nb) == 0] <- 0
cat(sprintf("%.2f s, sum of |z| %.9g\n", seconds, sum(abs(as.numeric(z)), na.rm = TRUE)))
R
cat >"$folder/ndimage.py" <<'PY'
import sys, time
import numpy as np
from scipy import ndimage
x = np.fromfile(sys.argv[1] + "/full.bin").reshape(1600, 1420)
start = time.perf_counter()
ones = np.ones((3, 3))
s = ndimage.convolve(x, ones, mode="constant")
w = ndimage.convolve(np.ones_like(x), ones, mode="constant")
n, mean = x.size, x.mean()
z = (s - mean * w) / np.sqrt(x.var() * (n * w - w * w) / (n - 1))
print(f"{time.perf_counter() - start:.3f} s, sum of |z| {np.abs(z).sum():.9g}")
PY
TIMEFORMAT='%3R s, processor %3U + %3S s'
timed() { # NAME COMMAND…
    local name=$1
    shift
    printf '%-28s %s\n' "$name" "$({ time "$@" | head -1; } 2>&1 | paste -sd ' ' | sed 's/\([0-9.]* s, processor\)/| process \1/')"
}
for turn in 1 2 3; do
    timed "ours, cells, 1 thread" "$bench" cells "$folder" 1
    timed "ours, cells, 2 threads" "$bench" cells "$folder" 2
    [ "$turn" -gt 1 ] || timed "spdep, cells" Rscript "$folder/spdep.R" "$folder"
    timed "ours, full grid, 1 thread" "$bench" full "$folder" 1
    timed "ours, full grid, 2 threads" "$bench" full "$folder" 2
    timed "scipy.ndimage, full grid" /usr/bin/python3 "$folder/ndimage.py" "$folder"
done
"$bench" permute "$folder" 2 999
