# The output appears whole or not at all; an existing file is replaced only by a complete one.
. "$(dirname "$0")/lib.sh"
demo=$root/configs/japan.yaml
tp run "$demo" --output "$scratch/new/folder/a.gpkg" --quiet
expect_code 0 "a folder that is not there yet"
[ -s "$scratch/new/folder/a.gpkg" ] || fail "not written"
echo precious >"$scratch/file"
tp run "$demo" --output "$scratch/file/a.gpkg"
expect_code 4 "a file in place of the folder"
tp run "$demo" --output /proc/a.gpkg
expect_code 4 "a folder that cannot be written"
mkdir "$scratch/directory.gpkg"
tp run "$demo" --output "$scratch/directory.gpkg"
expect_code 4 "a directory in place of the file"
# A disk that fills up, as a limit on the size of files: the old file stays as it was.
tp run "$demo" --output "$scratch/full.gpkg" --quiet
before=$(sha256sum <"$scratch/full.gpkg")
(
    trap '' XFSZ
    ulimit -f 200
    "$program" run "$demo" --output "$scratch/full.gpkg" --set run.seed=2 >"$scratch/out" 2>"$scratch/err"
)
code=$?
expect_code 4 "a full disk"
expect_equal "$(sha256sum <"$scratch/full.gpkg")" "$before" "the old file"
[ -z "$(find "$scratch" -name '*.partial*')" ] || fail "left behind: $(find "$scratch" -name '*.partial*')"
finish
