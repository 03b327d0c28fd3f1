# Installs what is missing on a Debian or Ubuntu machine: sourced by pipeline/run, tests/run and .ci/run.
#
#   tp_need "why" package…     remembers packages that are not installed
#   tp_install                 says what is missing and why, then installs it with apt (as root or through sudo)

tp_missing=()
tp_reasons=()

tp_need() {
    local why=$1 package
    local absent=()
    shift
    for package in "$@"; do
        if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
            absent+=("$package")
        fi
    done
    if [ ${#absent[@]} -gt 0 ]; then
        tp_missing+=("${absent[@]}")
        tp_reasons+=("  ${absent[*]}: $why")
    fi
}

tp_as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "technopolis: these packages must be installed by root, and sudo is not there: ${tp_missing[*]}" >&2
        return 1
    fi
}

tp_install() {
    [ ${#tp_missing[@]} -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        echo "technopolis: please install by your system's means: ${tp_missing[*]}" >&2
        return 1
    fi
    echo "technopolis: these packages are missing and will be installed with apt-get:"
    printf '%s\n' "${tp_reasons[@]}"
    local log
    log=$(mktemp)
    if ! { tp_as_root apt-get update -qq &&
        tp_as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${tp_missing[@]}"; } \
        >"$log" 2>&1; then
        cat "$log" >&2
        echo "technopolis: the installation failed (see above)" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
    tp_missing=()
    tp_reasons=()
}

# Installs what only some tests need, reason by reason: what cannot be installed is told, and its tests are skipped.
tp_install_optional() {
    local reasons=("${tp_reasons[@]}") reason
    for reason in "${reasons[@]}"; do
        tp_reasons=("$reason")
        read -ra tp_missing <<<"${reason%%:*}"
        tp_install || echo "technopolis: the tests that need them are skipped" >&2
        tp_missing=()
        tp_reasons=()
    done
}

tp_need_build() {
    tp_need "to compile" gcc libc6-dev cmake ninja-build pkg-config
    tp_need "to read and write geographic files" libgdal-dev
    tp_need "projections and geodesics" libproj-dev proj-data
    tp_need "to mend polygons" libgeos-dev
    tp_need "to read configurations" libyaml-dev
    tp_need "checksums of the inputs" libssl-dev
    tp_need "to write GeoPackages fast" libsqlite3-dev
    tp_need "to draw pictures" libpango1.0-dev libcairo2-dev fonts-dejavu-core
}

tp_need_tests() {
    tp_need "unit tests" libcmocka-dev
    tp_need "an independent oracle of the time network" libigraph-dev
    tp_need "tests of the tables and of whole runs" python3 python3-gdal gdal-bin sqlite3
}

# What single tests need, which are skipped without it.
tp_need_all() {
    tp_need "the same clusters and measures by R and scikit-learn" r-base-core r-cran-dbscan python3-sklearn
    tp_need "to check the manual page" mandoc
    tp_need "tests of the page in a browser" chromium fonts-noto-cjk
    # Node.js may stand there from elsewhere, with an npm of its own that Debian's package does not agree with.
    command -v node >/dev/null || tp_need "to drive the browser" nodejs
    command -v npm >/dev/null || tp_need "to check how the page was built" npm
    tp_need "tests of the styles in QGIS" qgis python3-qgis
    tp_need "tests of databases" postgresql postgresql-postgis
}

# The page's build tools, as the lock file names them: only to test that the committed template is what they build.
tp_fetch_web() {
    local root=$1 log
    [ ! -e "$root/web/node_modules/esbuild" ] || return 0
    log=$(mktemp)
    if ! (cd "$root/web" && npm ci --no-audit --no-fund) >"$log" 2>&1; then
        echo "technopolis: npm could not fetch the page's build tools; the test of its template will be skipped" >&2
        tail -3 "$log" >&2
    fi
    rm -f "$log"
}

# Configures (once) and builds a preset, quietly unless it fails.
tp_build() {
    local preset=$1 log
    shift
    log=$(mktemp)
    if ! { cmake --preset "$preset" && cmake --build --preset "$preset" "$@"; } >"$log" 2>&1; then
        cat "$log" >&2
        echo "technopolis: the build of the preset '$preset' failed (see above)" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}
