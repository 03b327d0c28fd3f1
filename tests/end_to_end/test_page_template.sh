# The committed template is what the sources in web/ build.
. "$(dirname "$0")/lib.sh"
command -v node >/dev/null || skip "node is not installed (tests/run --all installs it)"
[ -d "$root/web/node_modules/esbuild" ] || skip "web/node_modules is not installed (tests/run --all installs it: npm ci in web/)"
(cd "$root/web" && node build.mjs --check) || fail "web/template.html is old"
! grep -qE '"resolved"|https?://' "$root/web/package-lock.json" || fail "the lock file names a registry"
finish
