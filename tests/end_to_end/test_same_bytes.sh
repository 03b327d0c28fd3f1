# The same inputs give the same bytes: at 1 and 2 threads, and under any output name.
. "$(dirname "$0")/lib.sh"
tp run "$root/configs/japan.yaml" --output "$scratch/one.gpkg" --threads 1 --quiet
expect_code 0
tp run "$root/configs/japan.yaml" --output "$scratch/another name.gpkg" --threads 2 --quiet
expect_code 0
cmp "$scratch/one.gpkg" "$scratch/another name.gpkg" || fail "the two files differ"
demo_config "$scratch/config.yaml"
strings "$scratch/one.gpkg" | grep -F -e "$scratch" -e "$root" >"$scratch/leaks"
[ ! -s "$scratch/leaks" ] || fail "the file tells where it was made: $(head -3 "$scratch/leaks")"
finish
