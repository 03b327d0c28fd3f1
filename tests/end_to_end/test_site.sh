# site judges an ad-hoc place and writes nothing.
. "$(dirname "$0")/lib.sh"
tp site "$root/configs/japan.yaml" --lon 130.7081 --lat 32.8031 --name "Kumamoto city hall"
expect_code 0
expect_out "Kumamoto city hall"
expect_out "list1982: "
expect_out "Kumamoto Airport"
expect_out ", Kumamoto"
tp site "$root/configs/japan.yaml" --lon 153.98 --lat 24.28 --name "Minamitorishima"
expect_code 0
expect_out "list1982: not met"
tp site "$root/configs/japan.yaml" --lon 130.7
expect_code 2 "no latitude"
tp site "$root/configs/japan.yaml" --lon 230.7 --lat 32
expect_code 2 "no longitude"
tp site "$root/configs/japan.yaml" 130.7 32.8
expect_code 2 "a bare pair"
# Outside of the area of the run's CRS (EPSG:6668: Japan).
for place in "0 90" "0 0" "-140 35"; do
    tp site "$root/configs/japan.yaml" --lon "${place% *}" --lat "${place#* }"
    expect_code 2 "$place"
    expect_err "outside the area of use of the run's CRS, EPSG:6668"
    expect_err "122.38"
done
tp site "$root/configs/japan.yaml" --lon 0 --lat 0 --set run.crs=EPSG:4326
expect_code 0 "the world"
finish
