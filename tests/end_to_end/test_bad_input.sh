# Each kind of bad input: a clear message that names the file, the right exit code, nothing written.
. "$(dirname "$0")/lib.sh"

# One configuration that reads one layer of points from $1 with the extra settings $2.
config() {
    cat >"$scratch/config.yaml" <<YAML
read:
  - cities: { file: $1, id: code${2:-} }
write:
  - geopackage: $scratch/out.gpkg
YAML
}

# A copy of the cities as $scratch/NAME.shp, to be damaged.
copy() {
    for end in shp shx dbf prj cpg; do
        cp "$root/geodata/cities.$end" "$scratch/$1.$end"
    done
}

expect_refused() {
    tp run "$scratch/config.yaml"
    expect_code "$1" "$2"
    expect_err "$3"
    [ "$(wc -l <"$scratch/err")" -ge 1 ] || fail "no message: $2"
    grep -qv '^technopolis: ' "$scratch/err" && fail "a line that is not ours: $(cat "$scratch/err")"
    [ ! -e "$scratch/out.gpkg" ] || fail "something was written: $2"
}

copy no_prj && rm "$scratch/no_prj.prj"
config "$scratch/no_prj.shp"
expect_refused 3 "no .prj" "no_prj.shp"
config "$scratch/no_prj.shp" ', crs: "EPSG:6668"'
tp run "$scratch/config.yaml" && expect_code 0 "CRS from the configuration"
rm -f "$scratch/out.gpkg"

copy short_dbf && truncate -s 2000 "$scratch/short_dbf.dbf"
config "$scratch/short_dbf.shp"
expect_refused 3 "a .dbf cut short" "short_dbf"

copy short_shp && truncate -s 1000 "$scratch/short_shp.shp"
config "$scratch/short_shp.shp"
expect_refused 3 "a .shp cut short" "short_shp"

copy no_dbf && rm "$scratch/no_dbf.dbf"
config "$scratch/no_dbf.shp"
expect_refused 3 "no .dbf" "no_dbf"

config "$scratch/nowhere.shp"
expect_refused 3 "no such file" "nowhere.shp"
expect_err "config.yaml:2:"

echo "this is not a map" >"$scratch/text.shp"
config "$scratch/text.shp"
expect_refused 3 "not a shapefile" "text.shp"

: >"$scratch/empty.gpkg"
config "$scratch/empty.gpkg"
expect_refused 3 "an empty file" "empty.gpkg"

ogr2ogr -f "ESRI Shapefile" "$scratch/no_rows.shp" "$root/geodata/cities.shp" -where "1 = 0" || fail ogr2ogr
config "$scratch/no_rows.shp"
expect_refused 3 "an empty layer" "no_rows.shp"

# Text that is neither UTF-8 nor CP932, and nothing says what it is.
copy odd && rm "$scratch/odd.cpg"
python3 - "$scratch/odd.dbf" <<'PYTHON'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
data[29] = 0
first = struct.unpack("<H", data[8:10])[0]
data[first + 1 : first + 5] = b"\xff\xfe\xa0\xff"
open(sys.argv[1], "wb").write(data)
PYTHON
config "$scratch/odd.shp"
expect_refused 3 "an encoding that cannot be decided" "odd.shp"
expect_err "encoding"

# Under a declared encoding one bad value is NULL with a line in rejects, and the run goes on.
config "$scratch/odd.shp" ", encoding: UTF-8, name: name_en"
sed -i 's/id: code/id: name_en/' "$scratch/config.yaml"
tp run "$scratch/config.yaml"
expect_code 0 "a declared encoding"
[ "$(sql "$scratch/out.gpkg" "SELECT count(*) FROM rejects WHERE layer = 'cities'")" -ge 1 ] || fail "no reject"
rm -f "$scratch/out.gpkg"

if [ "$(id -u)" != 0 ]; then
    copy secret && chmod 000 "$scratch/secret.shp"
    config "$scratch/secret.shp"
    expect_refused 3 "a file that may not be read" "secret.shp"
fi
mkdir "$scratch/folder.shp"
config "$scratch/folder.shp"
expect_refused 3 "a folder in place of a file" "folder.shp"

copy swapped
ogr2ogr -f GPKG "$scratch/mixed.gpkg" "$scratch/swapped.shp" -nln mixed -s_srs EPSG:6668 -t_srs EPSG:6668 -sql \
    "SELECT code, name_en, population FROM swapped" || fail ogr2ogr
sqlite3 "$scratch/mixed.gpkg" "DROP TRIGGER IF EXISTS rtree_mixed_geom_update3; DELETE FROM gpkg_extensions; SELECT 1" >/dev/null 2>&1
python3 - "$scratch/mixed.csv" <<'PYTHON'
import sys
rows = ["code,lon_deg,lat_deg", "a,139.7,35.7", "b,35.7,139.7", "c,,35.0", "d,xyz,35.0", "a,140.0,36.0", "e,10.0,50.0", ",139,35"]
open(sys.argv[1], "w").write("\n".join(rows) + "\n")
PYTHON
config "$scratch/mixed.csv" ', crs: "EPSG:6668"'
tp run "$scratch/config.yaml"
expect_code 0 "rows that are left out or mended"
expect_equal "$(sql "$scratch/out.gpkg" "SELECT group_concat(code, ',') FROM (SELECT code FROM cities ORDER BY code)")" "a,b" "rows kept"
expect_equal "$(sql "$scratch/out.gpkg" "SELECT count(*) FROM rejects")" 6 "one line each: $(sql "$scratch/out.gpkg" "SELECT reason, detail FROM rejects")"
expect_equal "$(sql "$scratch/out.gpkg" "SELECT features_read || ' ' || features_kept FROM sources")" "7 2" "counts"
rm -f "$scratch/out.gpkg"

# Nothing usable is left: the message says of what, why, and that the CRS may be wrong.
printf 'code,lon_deg,lat_deg\na,10.0,50.0\nb,11.0,51.0\nc,,\n' >"$scratch/elsewhere.csv"
config "$scratch/elsewhere.csv" ', crs: "EPSG:6668"'
expect_refused 3 "every row is outside" "elsewhere.csv layer cities: nothing usable is left: 3 features left out, 2 of them: outside"
expect_err "is its CRS EPSG:6668 JGD2011 the right one?"
printf 'code,lon_deg,lat_deg\na,1000000000,3000000\nb,14550000,100000000\n' >"$scratch/metres.csv"
config "$scratch/metres.csv" ', crs: "EPSG:3857"'
expect_refused 3 "metres beyond the projection" "metres.csv layer cities: nothing usable is left"
printf 'code,lon_deg,lat_deg\na,139.7,35.7\nb,139.8,35.8\n' >"$scratch/good.csv"
config "$scratch/good.csv" ', crs: "EPSG:6668", where: code = zz'
tp run "$scratch/config.yaml"
expect_code 0 "no row meets the condition"
rm -f "$scratch/out.gpkg"

# A CRS that coordinates cannot be in is seen by validate already, where it is written.
for crs in EPSG:4978 6668 IAU_2015:30100; do
    config "$scratch/good.csv" ", crs: \"$crs\""
    tp validate "$scratch/config.yaml"
    expect_code 2 "crs $crs"
    expect_err "config.yaml:2:"
done

# A pipe is no file; a zip of two layers needs to be told which.
mkfifo "$scratch/pipe.csv"
config "$scratch/pipe.csv" ', crs: "EPSG:6668"'
timeout 20 "$program" run "$scratch/config.yaml" >"$scratch/out" 2>"$scratch/err"
code=$?
expect_code 3 "a pipe"
expect_err "is not a regular file"
config "$scratch/nowhere.zip"
expect_refused 3 "a zip that is not there" "nowhere.zip: no such file"
copy first && copy second
python3 - "$scratch" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/two.zip", "w") as file:
    for name in ("first", "second"):
        for end in ("shp", "shx", "dbf", "prj", "cpg"):
            file.write(f"{sys.argv[1]}/{name}.{end}", f"{name}.{end}")
PYTHON
config "$scratch/two.zip"
expect_refused 3 "a zip of two layers" "holds several layers"
config "$scratch/two.zip" ', layer: second'
tp run "$scratch/config.yaml"
expect_code 0 "a layer of a zip of two"
finish
