# A run that is stopped leaves nothing half-written and ends as the signal says.
. "$(dirname "$0")/lib.sh"
demo=$root/configs/japan.yaml
echo old >"$scratch/a.gpkg"
for signal in INT TERM HUP; do
    caught=0
    for try in $(seq 30); do
        # A background job of a shell without job control ignores SIGINT: env gives it back.
        env --default-signal=INT "$program" run "$demo" --output "$scratch/a.gpkg" --quiet >"$scratch/out" 2>"$scratch/err" &
        run=$!
        while kill -0 "$run" 2>/dev/null && [ ! -e "$scratch/a.gpkg.partial" ]; do :; done
        kill -s "$signal" "$run" 2>/dev/null
        wait "$run" 2>/dev/null
        code=$?
        [ ! -e "$scratch/a.gpkg.partial" ] || fail "SIG$signal left the partial file"
        rm -f "$scratch/a.gpkg.partial"
        if [ "$code" != 0 ]; then
            caught=1
            expect_code $((128 + $(kill -l "$signal"))) "SIG$signal"
            expect_equal "$(head -c 3 "$scratch/a.gpkg")" old "the old file after SIG$signal"
            break
        fi
        echo old >"$scratch/a.gpkg"
    done
    [ "$caught" = 1 ] || fail "SIG$signal never came in time"
done
# A limit on the size of files, with the signal as it is by default.
(
    ulimit -f 100
    exec "$program" run "$demo" --output "$scratch/b.gpkg" --quiet >"$scratch/out" 2>"$scratch/err"
)
code=$?
expect_code 4 "a limit on the size of files"
[ -z "$(find "$scratch" -name '*b.gpkg*')" ] || fail "left behind: $(find "$scratch" -name '*b.gpkg*')"
finish
