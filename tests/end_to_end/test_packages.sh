# What is installed for others: the library by pkg-config and by CMake, the manual page, completion.
. "$(dirname "$0")/lib.sh"
build=$(dirname "$program")
[ -e "$build/cmake_install.cmake" ] || skip "the program does not lie in its build folder"
grep -q '^TP_SANITIZE:STRING=.' "$build/CMakeCache.txt" && skip "programs of others are not built with sanitizers"
command -v cmake >/dev/null && command -v pkg-config >/dev/null || skip "cmake and pkg-config are not installed"
prefix=$scratch/prefix
cmake --install "$build" --prefix "$prefix" >"$scratch/install" 2>&1 || fail "cmake --install: $(tail -3 "$scratch/install")"
compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
config=$scratch/demo.yaml
demo_config "$config"
tp run "$config" --quiet
expect_code 0
expected=$(sql "$scratch/japan.gpkg" "SELECT site_id || char(9) || verdict FROM sites ORDER BY site_id")

check_example() {
    "$1" "$config" >"$scratch/out" 2>"$scratch/err" || fail "the example by $2 fails: $(cat "$scratch/err")"
    expect_equal "$(LC_ALL=C sort "$scratch/out" | cut -f 1,3)" "$expected" "verdicts by $2"
    "$1" "$scratch/absent.yaml" >/dev/null 2>&1
    expect_equal "$?" 2 "exit code by $2"
}
folder=$(find "$prefix" -name technopolis.pc -printf '%h')
flags=$(PKG_CONFIG_PATH=$folder pkg-config --cflags --libs technopolis) || fail "pkg-config does not find technopolis"
# shellcheck disable=SC2086
"$compiler" -std=c11 -Wall -Wextra -Werror "$root/examples/verdicts.c" $flags -o "$scratch/by_pkg_config" >"$scratch/cc" 2>&1 ||
    fail "the example does not compile by pkg-config: $(tail -5 "$scratch/cc")"
check_example "$scratch/by_pkg_config" pkg-config
expect_equal "$(PKG_CONFIG_PATH=$folder pkg-config --modversion technopolis)" "$("$program" --version | sed -n 's/^technopolis //p')" version

# Moved, to see that nothing names where it was.
mv "$prefix" "$scratch/moved"
{
    cmake -S "$scratch/moved/share/doc/technopolis/examples" -B "$scratch/example" -DCMAKE_PREFIX_PATH="$scratch/moved" \
        -DCMAKE_C_COMPILER="$compiler" && cmake --build "$scratch/example"
} >"$scratch/cmake" 2>&1 || fail "the example does not build by find_package: $(tail -5 "$scratch/cmake")"
check_example "$scratch/example/verdicts" find_package

# The manual page knows every command and every long option, and its source is clean.
page=$scratch/moved/share/man/man1/technopolis.1
[ -s "$page" ] || fail "no manual page"
if command -v mandoc >/dev/null; then
    mandoc -Tlint -Wwarning "$page" >"$scratch/lint" 2>&1 || fail "manual page: $(cat "$scratch/lint")"
    mandoc -Tascii "$page" | sed 's/.\x08//g' | tr -s ' \n' ' ' >"$scratch/page"
    for command in run validate explain site report list; do
        grep -q "technopolis $command" "$scratch/page" || fail "the manual page has no command $command"
        for option in $("$program" "$command" --help | grep -o -- '--[a-z]*' | sort -u); do
            [ "$option" = --version ] || grep -qF -- "$option" "$scratch/page" || fail "the manual page has no $option of $command"
        done
    done
fi

# Completion, as bash asks for it.
completion=$scratch/moved/share/bash-completion/completions/technopolis
complete_line() {
    bash -c '
        . "$1"
        shift
        COMP_WORDS=("$@")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _technopolis
        printf "%s\n" "${COMPREPLY[@]}"' _ "$completion" "$@" | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//'
}
expect_equal "$(complete_line technopolis v)" validate
expect_equal "$(complete_line technopolis r)" "report run"
expect_equal "$(complete_line technopolis run --q)" --quiet
expect_equal "$(complete_line technopolis list s)" stages
expect_equal "$(complete_line technopolis explain "$scratch/japan.g")" "$scratch/japan.gpkg"
expect_equal "$(complete_line technopolis explain "$scratch/japan.gpkg" technopolis-23)" technopolis-23
expect_equal "$(complete_line technopolis run "$scratch/dem")" "$scratch/demo.yaml"
expect_equal "$(complete_line "$program" explain x.gpkg y --profile law)" law1983
for command in run validate explain site report list; do
    for option in $("$program" "$command" --help | grep -o -- '--[a-z]*' | sort -u); do
        case $option in --usage | --version) continue ;; esac
        expect_equal "$(complete_line technopolis "$command" "$option" | grep -cx -- "$option")" 1 "completion of $command $option"
    done
done
finish
