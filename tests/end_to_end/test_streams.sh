# An output that nobody can read is an error, and no file is written into a closed stream.
. "$(dirname "$0")/lib.sh"
demo=$root/configs/japan.yaml
"$program" run "$demo" --output "$scratch/a.gpkg" --quiet || fail "the run"
each() {
    "$program" "$@" >/dev/full 2>"$scratch/err"
    code=$?
    expect_code 4 "$1 to /dev/full"
    expect_err "technopolis: the standard output cannot be written"
    "$program" "$@" >&- 2>"$scratch/err"
    code=$?
    expect_code 4 "$1 to a closed stream"
}
each run "$demo" --output "$scratch/b.gpkg"
each validate "$demo"
each explain "$scratch/a.gpkg" technopolis-23
each site "$demo" --lon 130.7 --lat 32.8
each list stages
each list criteria
each --version
each --help
each run --help
"$program" run "$demo" --output "$scratch/c.gpkg" --quiet <&- >&- 2>&- || fail "quiet with all streams closed"
cmp -s "$scratch/a.gpkg" "$scratch/c.gpkg" || fail "the closed streams have changed the file"
finish
