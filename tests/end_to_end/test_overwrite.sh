# An output never takes the place of a file that the run needs, nor of what is no file; a symbolic link stays one.
. "$(dirname "$0")/lib.sh"
work=$scratch/work
mkdir "$work"
cp "$root"/geodata/*.{shp,shx,dbf,prj,cpg,csv} "$work/"
cp "$root/configs/profiles/list1982.yaml" "$work/own.yaml"
sed -e "s#\.\./geodata/#$work/#; s#\.\./out/#$scratch/#; s#profile: *list1982#profile: own.yaml#" "$root/configs/japan.yaml" \
    >"$work/demo.yaml"
grep -q "own.yaml" "$work/demo.yaml" || fail "the profile is not named as this test expects"
before=$(find "$work" -type f -exec sha256sum {} + | sort)
for file in demo.yaml own.yaml sites.shp sites.shx sites.dbf sites.prj sites.cpg; do
    [ -e "$work/$file" ] || { fail "no $file"; continue; }
    tp run "$work/demo.yaml" --output "$work/$file" --quiet
    expect_code 2 "$file as output"
    expect_err "of this run"
    ln -s "$work/$file" "$scratch/link"
    tp run "$work/demo.yaml" --output "$scratch/link" --quiet
    expect_code 2 "a link to $file as output"
    rm "$scratch/link"
done
ln "$work/demo.yaml" "$scratch/hard.gpkg"
tp run "$work/demo.yaml" --output "$scratch/hard.gpkg" --quiet
expect_code 2 "a hard link to the configuration"
rm "$scratch/hard.gpkg"
expect_equal "$(find "$work" -type f -exec sha256sum {} + | sort)" "$before" "the inputs"
# What is no file.
mkfifo "$scratch/pipe"
for path in /dev/null /dev/full "$scratch/pipe" "$work"; do
    tp run "$work/demo.yaml" --output "$path" --quiet
    expect_code 4 "$path as output"
    expect_err "$path"
done
[ -p "$scratch/pipe" ] || fail "the pipe is gone"
[ -c /dev/null ] || fail "/dev/null is gone"
# Links: to a file, relative and through a folder, to a file that is not there yet, in a circle.
mkdir "$scratch/real" "$scratch/links"
echo old >"$scratch/real/a.gpkg"
ln -s ../real/a.gpkg "$scratch/links/a.gpkg"
ln -s links/a.gpkg "$scratch/twice.gpkg"
ln -s real/new.gpkg "$scratch/new.gpkg"
ln -s circle.gpkg "$scratch/circle.gpkg"
for link in links/a twice new; do
    tp run "$work/demo.yaml" --output "$scratch/$link.gpkg" --quiet
    expect_code 0 "the link $link"
    [ -L "$scratch/$link.gpkg" ] || fail "the link $link was replaced"
    expect_equal "$(sql "$scratch/$link.gpkg" "SELECT count(*) > 0 FROM sites")" 1 "what $link points to"
    : >"$scratch/real/a.gpkg"
done
tp run "$work/demo.yaml" --output "$scratch/circle.gpkg" --quiet
expect_code 4 "links in a circle"
[ -z "$(find "$scratch" -name '*.partial*')" ] || fail "left behind: $(find "$scratch" -name '*.partial*')"
finish
