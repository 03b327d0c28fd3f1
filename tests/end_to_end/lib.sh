# Sourced by the end-to-end tests: a scratch folder, the program, and ways to say what is expected.
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
program=${TP_PROGRAM:-$root/build/test/technopolis}
shared=${TP_SHARED_DATA:-$root/../shared/data}
export OGR_CURRENT_DATE=${OGR_CURRENT_DATE:-2026-01-01T00:00:00.000Z}
scratch=$(mktemp -d)
trap 'chmod -R u+w "$scratch" 2>/dev/null; rm -rf "$scratch"' EXIT
failures=0

fail() {
    printf 'FAILED: %s\n' "$*"
    failures=$((failures + 1))
}

# tp ARGS…: runs the program; leaves $code, and stdout and stderr in $scratch/out and $scratch/err.
tp() {
    "$program" "$@" >"$scratch/out" 2>"$scratch/err"
    code=$?
}

expect_code() {
    [ "$code" = "$1" ] || fail "exit code $code instead of $1: ${2:-} $(head -5 "$scratch/err")"
}

expect_out() {
    grep -qF -- "$1" "$scratch/out" || fail "stdout has no '$1': $(head -20 "$scratch/out")"
}

expect_err() {
    grep -qF -- "$1" "$scratch/err" || fail "stderr has no '$1': $(head -20 "$scratch/err")"
}

expect_equal() {
    [ "$1" = "$2" ] || fail "${3:-}: '$1' instead of '$2'"
}

# sql FILE QUERY: a result without frills.
sql() {
    sqlite3 -batch -noheader "$1" "$2"
}

# The demonstration's inputs with another output, for tests that change one thing.
demo_config() {
    sed -e "s#\.\./geodata/#$root/geodata/#; s#\.\./out/#$scratch/#g" "$root/configs/japan.yaml" >"$1"
}

skip() {
    echo "skipped: $*"
    exit 77
}

finish() {
    if [ "$failures" -gt 0 ]; then
        echo "$failures expectations failed"
        exit 1
    fi
    echo "all expectations hold"
    exit 0
}
