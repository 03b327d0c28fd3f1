# The cases of the criteria can fail: one broken expectation fails its file, and a malformed file is never passed over.
. "$(dirname "$0")/lib.sh"
run_cases() {
    TP_PROGRAM=$program /usr/bin/python3 "$root/tests/criteria/run_cases.py" "$1" >"$scratch/out" 2>"$scratch/err"
    code=$?
}
good=$root/tests/criteria/outside_overconcentration.case
run_cases "$good"
expect_code 0 "the cases as they are"
# One of each verdict, turned into another one.
for verdict in met not_met unknown; do
    line=$(grep -n "^expect $verdict" "$good" | head -1 | cut -d: -f1)
    sed -E "${line}s/^expect (met|not_met|unknown).*/expect \1/; ${line}s/^expect not_met/expect TMP/; ${line}s/^expect met/expect not_met/
            ${line}s/^expect unknown/expect met/; ${line}s/^expect TMP/expect met/" "$good" >"$scratch/broken.case"
    run_cases "$scratch/broken.case"
    expect_code 1 "expectation of line $line broken"
    expect_out "broken.case:$line: "
done
# A value, a margin, a method and a word of the evidence count too.
sed 's/value 0 margin 0 says/value 1 margin 0 says/; s/value 2 margin -2 says "inside Beta"/value 2 margin -1/
     s/says "inside Beta"/says "inside Zeta"/; s/method polygon says "inside Big"/method road/' "$good" >"$scratch/broken.case"
run_cases "$scratch/broken.case"
expect_code 1 "four broken"
for said in "value is 0.0, not 1.0" "margin is -2.0, not -1.0" "method is polygon, not road"; do
    expect_out "$said"
done
# Malformed: nothing is run, the line is named.
malformed() {
    sed "$1" "$good" >"$scratch/broken.case"
    run_cases "$scratch/broken.case"
    expect_code 2 "$1"
    expect_out "broken.case:$2"
}
malformed '0,/^expect.*/s//expect maybe/' 8:
malformed '0,/^expect.*/s///' 6:
malformed '0,/^given.*/s//given arae Big holds the site/' 6:
malformed '0,/^given.*/s//given area Big near the site/' 6:
malformed '0,/^given.*/s//gvien area Big holds the site/' 7:
malformed '/^criterion/d' 1:
malformed '/^case roads/,$d' 1:
malformed 's/^case just outside.*/case just inside/' 14:
malformed '0,/^expect.*/s//expect met value/' 8:
malformed 's/^given sample over.*/given sample plants/' 37:
finish
