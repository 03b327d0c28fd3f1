# Several runs to one output at the same time: one or more succeed in turn, the others say why they cannot.
. "$(dirname "$0")/lib.sh"
demo=$root/configs/japan.yaml
for round in 1 2; do
    runs=()
    for i in $(seq 8); do
        "$program" run "$demo" --output "$scratch/new$round/a.gpkg" --quiet --threads 1 2>"$scratch/err.$i" &
        runs+=($!)
    done
    won=0
    for i in $(seq 8); do
        wait "${runs[$((i - 1))]}"
        code=$?
        if [ "$code" = 0 ]; then
            won=$((won + 1))
            continue
        fi
        cp "$scratch/err.$i" "$scratch/err"
        expect_code 4 "run $i"
        expect_equal "$(wc -l <"$scratch/err")" 1 "lines of run $i"
        expect_err "' cannot be written: another process is writing it"
    done
    [ "$won" -ge 1 ] || fail "nobody won"
    expect_equal "$(sql "$scratch/new$round/a.gpkg" "PRAGMA integrity_check")" ok "the file"
    expect_equal "$(find "$scratch/new$round" -type f | wc -l)" 4 "the file, the page and both pictures"
done
finish
