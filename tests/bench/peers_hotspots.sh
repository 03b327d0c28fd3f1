#!/usr/bin/env bash
# Gi* beside R's spdep (its neighbours and localG on the non-empty cells) and scipy.ndimage (a sum over 3 x 3 on the full
# grid), all on the same made-up cells, in one run: processes in turn, five of each (spdep once). Prints the medians of the
# work alone, of the whole process by the clock and of the processor's time, and what shows that the answers agree. Ours
# includes Moran's I with its variance, which the peers do not compute.
# Usage: tests/bench/peers_hotspots.sh [BENCH_HOTSPOTS] (build/release/tests/bench/bench_hotspots)
# TURNS=N: instead of 5. FULL_ONLY=1: without spdep, the cells and the permutations.
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
TIMEFORMAT='%3R %3U %3S'
export OMP_WAIT_POLICY=passive # threads that wait must not count as work
timed() { # NAME COMMAND…: a line of seconds of work, wall, user and system into a file of that name
    local name=$1
    shift
    { time "$@" >"$folder/said"; } 2>"$folder/time"
    echo "$(sed -n '1s/ s,.*//p' "$folder/said") $(tail -1 "$folder/time")" >>"$folder/$name.seconds"
    sed -n '1s/.*\(sum of |z| [0-9.]*\).*/\1/p' "$folder/said" >"$folder/$name.answer"
}
median_of() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
line() { # NAME
    local seconds=$folder/$1.seconds
    [ -s "$seconds" ] || return 0
    printf '%-24s work %7.4f s | process %7.3f s, processor %7.3f s | %s\n' "$1" "$(awk '{ print $1 }' "$seconds" | median_of)" \
        "$(awk '{ print $2 }' "$seconds" | median_of)" "$(awk '{ print $3 + $4 }' "$seconds" | median_of)" "$(cat "$folder/$1.answer")"
}
load() { echo "$1: $(date '+%F %R'), load $(cut -d ' ' -f 1-3 /proc/loadavg)"; }
load begin
for turn in $(seq "${TURNS:-5}"); do
    if [ -z "${FULL_ONLY:-}" ]; then
        timed ours_cells_1 "$bench" cells "$folder" 1
        timed ours_cells_2 "$bench" cells "$folder" 2
        [ "$turn" -gt 1 ] || timed spdep_cells Rscript "$folder/spdep.R" "$folder"
    fi
    timed ours_full_1 "$bench" full "$folder" 1
    timed ndimage_full /usr/bin/python3 "$folder/ndimage.py" "$folder"
    timed ours_full_2 "$bench" full "$folder" 2
done
load end
for name in ours_cells_1 ours_cells_2 spdep_cells ours_full_1 ours_full_2 ndimage_full; do
    line "$name"
done
[ -n "${FULL_ONLY:-}" ] || "$bench" permute "$folder" 2 999
