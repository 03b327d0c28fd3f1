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
finish
