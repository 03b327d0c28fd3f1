# A network that is kept in a file is used again only for the same inputs, settings and year, and gives the same bytes.
. "$(dirname "$0")/lib.sh"
config() { # EXTRA SED COMMANDS
    sed -e "s#\.\./geodata/#$root/geodata/#; s#\.\./out/japan.gpkg#$scratch/out.gpkg#; s#model: yes#model: yes\n      cache: $scratch/network#" \
        -e '/isochrones/d' -e "${1:-}" "$root/configs/japan.yaml" >"$scratch/config.yaml"
}
km_rail() {
    sql "$scratch/out.gpkg" "SELECT value FROM run_info WHERE key = 'network.km_rail'"
}
config
tp run "$scratch/config.yaml" --quiet
expect_code 0 "without a cache yet"
[ -s "$scratch/network" ] || fail "no cache was written"
first=$(sha256sum <"$scratch/out.gpkg")
inode=$(stat -c %i "$scratch/network")
tp run "$scratch/config.yaml" --quiet
expect_equal "$(sha256sum <"$scratch/out.gpkg")" "$first" "the same bytes from the cache"
expect_equal "$(stat -c %i "$scratch/network")" "$inode" "the cache was used"
all=$(km_rail)
config 's/year: 2024/year: 1970/'
tp run "$scratch/config.yaml" --quiet
expect_code 0
[ "$(km_rail)" -lt "$all" ] || fail "another year, the same railways"
config 's/id: station_id/id: name_ja/'
tp run "$scratch/config.yaml" --quiet
expect_code 0
[ "$(km_rail)" != "$all" ] || fail "stations have other ids, but rail runs between them all the same"
# Cut short or altered: made again, never used.
config
tp run "$scratch/config.yaml" --quiet
truncate -s 100000 "$scratch/network"
tp run "$scratch/config.yaml" --quiet
expect_code 0 "a damaged cache"
expect_equal "$(sha256sum <"$scratch/out.gpkg")" "$first" "the same bytes after a damaged cache"
finish
