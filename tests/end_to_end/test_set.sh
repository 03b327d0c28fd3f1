# --set changes one setting by the entry's name, and the change is recorded.
. "$(dirname "$0")/lib.sh"
demo=$root/configs/japan.yaml
tp run "$demo" --output "$scratch/a.gpkg" --set "measure.airport.within=10 min" --set run.year=2020
expect_code 0
expect_equal "$(sql "$scratch/a.gpkg" "SELECT count(*) FROM sites WHERE airport_minutes > 10")" 0 "nothing beyond 10 minutes"
expect_equal "$(sql "$scratch/a.gpkg" "SELECT value || '/' || origin FROM parameters WHERE step = 'measure/nearest/airport' AND key = 'within'")" \
    "10 min/command line" "recorded"
tp run "$demo" --output "$scratch/b.gpkg" --set "measure.airport.wihtin=10 min"
expect_code 2
expect_err "did you mean 'within'"
tp run "$demo" --output "$scratch/b.gpkg" --set measure.airprot.within=10
expect_code 2
expect_err "airprot"
tp run "$demo" --output "$scratch/b.gpkg" --set nonsense
expect_code 2
tp run "$demo" --output "$scratch/b.gpkg" --threads 0
expect_code 2
[ ! -e "$scratch/b.gpkg" ] || fail "something was written"
finish
