#!/usr/bin/env bash
# Makes the stored answers of R's spdep again (tests/oracle/data): installs it from Debian where it is missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if ! Rscript -e 'library(spdep)' >/dev/null 2>&1; then
    apt-get install -y -qq --no-install-recommends r-cran-spdep
fi
mkdir -p "$here/data"
Rscript "$here/spdep_hotspots.R" "$here/data"
