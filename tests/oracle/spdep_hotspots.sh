#!/usr/bin/env bash
# Makes the stored answers of R's spdep again (tests/oracle/data/hotspots_*.csv, q_values.csv). Debian's r-cran-spdep is
# installed where it is missing; with --check, which a test calls, nothing is installed or stored, only compared.
# Usage: spdep_hotspots.sh [--check]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$here/data
can_run() { Rscript --vanilla -e 'library(spdep)' >/dev/null 2>&1; }
if [ "${1:-}" = --check ]; then
    can_run || { echo "skipped: needs R's spdep (r-cran-spdep)"; exit 77; }
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
elif ! can_run; then
    apt-get install -y -qq --no-install-recommends r-cran-spdep
fi
mkdir -p "$folder"
Rscript --vanilla "$here/spdep_hotspots.R" "$folder"
if [ "${1:-}" = --check ]; then
    for file in "$folder"/*.csv; do # what stands behind # is the version; numbers of another may differ in their last digits
        diff <(grep -v '^#' "$here/data/${file##*/}") <(grep -v '^#' "$file")
    done
    echo "as stored"
fi
