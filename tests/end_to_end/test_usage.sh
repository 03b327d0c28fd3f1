# A mistake on the command line is told in one line that begins with the program's name.
. "$(dirname "$0")/lib.sh"
demo=$root/configs/japan.yaml
mistake() {
    tp "$@"
    expect_code 2 "$*"
    expect_equal "$(wc -l <"$scratch/err")" 1 "lines of $*: $(cat "$scratch/err")"
    expect_equal "$(cut -c 1-13 "$scratch/err")" "technopolis: " "the beginning of $*"
    expect_equal "$(wc -c <"$scratch/out")" 0 "bytes on stdout of $*"
}
mistake run
expect_err "a configuration is missing"
expect_err "technopolis run --help"
mistake run "$demo" --bogus
expect_err "--bogus"
mistake run "$demo" -z
expect_err "'z'"
mistake run "$demo" "$demo"
expect_err "a second one"
mistake run "$demo" --output
mistake run "$demo" --threads none
mistake site "$demo" --lon 130,7 --lat 32
expect_err "130,7"
mistake list
mistake list stages criteria
mistake explain a.gpkg
mistake --version x
expect_err "'x'"
mistake --bogus
expect_err "unknown option '--bogus'"
mistake nonsense
for help in --help "-?" --usage --he; do
    tp run "$help"
    expect_code 0 "run $help"
    expect_out "technopolis run"
done
finish
