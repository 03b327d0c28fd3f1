# --json: one document for each command, with the same numbers as the text; faults with their places. Colours and widths.
. "$(dirname "$0")/lib.sh"
config=$scratch/demo.yaml
demo_config "$config"
json() {
    /usr/bin/python3 -c "import json, sys; d = json.load(open(sys.argv[1])); assert $1, d" "$scratch/out" || fail "not so: $1"
}
tp run "$config" --json
expect_code 0
json 'd["command"] == "run" and d["code"] == 0 and d["faults"] == []'
json '[p["id"] for p in d["profiles"]] == ["list1982"] and d["profiles"][0]["sites"] == 73'
json 'sum(d["profiles"][0][v] for v in ("met", "not_met", "unknown")) == 73 and len(d["profiles"][0]["criteria"]) == 8'
json 'any(o.endswith("japan.gpkg") for o in d["outputs"]) and len(d["outputs"]) == 4'
met=$(sql "$scratch/japan.gpkg" "SELECT count(*) FROM sites WHERE verdict = 'met'")
json "d['profiles'][0]['met'] == $met"
tp explain "$scratch/japan.gpkg" technopolis-23 --json
expect_code 0
json 'd["site"]["id"] == "technopolis-23" and len(d["profiles"][0]["criteria"]) == 8'
value=$(sql "$scratch/japan.gpkg" "SELECT mother_city_value FROM sites WHERE site_id = 'technopolis-23'")
json "[c['value'] for c in d['profiles'][0]['criteria'] if c['id'] == 'mother_city'] == [$value]"
tp explain "$scratch/japan.gpkg" nobody --json
expect_code 2
json 'd["code"] == 2 and "nobody" in d["faults"][0]["message"]'
tp site "$config" --lon 130.85 --lat 32.88 --name 'A "field" <in> 熊本' --json
expect_code 0
json 'd["site"]["name"] == "A \"field\" <in> 熊本" and d["profiles"][0]["verdict"] in ("met", "not_met", "unknown")'
tp validate "$config" --json
expect_code 0
json 'len(d["steps"]) > 20 and d["steps"][0]["phase"] == "read"'
for what in stages criteria profiles products; do
    tp list "$what" --json
    expect_code 0
    json "len(d['$what' if '$what' != 'criteria' else 'profiles']) >= 4"
done
tp list nothing --json
expect_code 2

# A fault has its file, line, column and code, and is no prefix of the message.
printf 'title: x\nread:\n  - sites: { file: nowhere.shp, idd: x }\nwrite:\n  - geopackage: { fil: a.gpkg }\n' >"$scratch/bad.yaml"
tp validate "$scratch/bad.yaml" --json
expect_code 2
json 'sorted((f["line"], f["column"], f["code"]) for f in d["faults"])[0] == (3, 20, 3) and len(d["faults"]) >= 4'
json 'all(f["file"].endswith("bad.yaml") and not f["message"].startswith("/") for f in d["faults"])'
expect_err "bad.yaml:3:33: unknown key 'idd'"
tp run "$scratch/absent.yaml" --json
expect_code 2
json 'd["faults"] and "profiles" not in d'

# A terminal: colours unless they are not wanted, lines as wide as it is; no escapes elsewhere.
terminal() {
    /usr/bin/python3 - "$@" <<'PYTHON' >"$scratch/out"
import fcntl, os, pty, struct, subprocess, sys, termios
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 60, 0, 0))
process = subprocess.Popen(sys.argv[1:], stdout=slave, stderr=slave, stdin=slave)
os.close(slave)
said = b""
while True:
    try:
        some = os.read(master, 65536)
    except OSError:
        break
    if not some:
        break
    said += some
process.wait()
sys.stdout.buffer.write(said.replace(b"\r\n", b"\n"))
PYTHON
}
escape=$(printf '\033')
TERM=xterm terminal "$program" explain "$scratch/japan.gpkg" technopolis-18
grep -q "$escape\[1;31mnot met" "$scratch/out" || fail "no colours on a terminal"
sed "s/$escape\[[0-9;]*m//g" "$scratch/out" | awk 'length($0) > 60 && !/^  [+-?] /' | grep . && fail "lines wider than the terminal"
TERM=dumb terminal "$program" explain "$scratch/japan.gpkg" technopolis-18
grep -q "$escape" "$scratch/out" && fail "colours on a dumb terminal"
NO_COLOR=1 TERM=xterm terminal "$program" explain "$scratch/japan.gpkg" technopolis-18
grep -q "$escape" "$scratch/out" && fail "colours although NO_COLOR is set"
TERM=xterm tp explain "$scratch/japan.gpkg" technopolis-18
grep -q "$escape" "$scratch/out" && fail "colours in a file"
TERM=xterm terminal "$program" run "$config"
grep -q "read     \[" "$scratch/out" || fail "no progress on a terminal"
tp run "$config"
[ -s "$scratch/err" ] && fail "progress where there is no terminal"
finish
