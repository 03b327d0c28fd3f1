# An installed program finds the profiles installed with it, one in a checkout those of the checkout.
. "$(dirname "$0")/lib.sh"
build=$(dirname "$program")
[ -e "$build/cmake_install.cmake" ] || skip "the program does not lie in its build folder"
prefix=$scratch/prefix
cmake --install "$build" --prefix "$prefix" >"$scratch/install" 2>&1 || fail "cmake --install: $(tail -3 "$scratch/install")"
profiles=$prefix/share/technopolis/profiles
[ -e "$profiles/list1982.yaml" ] || fail "no profiles are installed"
sed 's/^id: list1982/id: installed_one/' "$profiles/list1982.yaml" >"$profiles/installed_one.yaml"
program=$prefix/bin/technopolis
tp list profiles
expect_code 0
expect_out "installed_one: "
# The installation moves, and a link leads to the program.
mv "$prefix" "$scratch/moved"
ln -s "$scratch/moved/bin/technopolis" "$scratch/technopolis"
program=$scratch/technopolis
tp list profiles
expect_code 0
expect_out "installed_one: "
# A checkout.
mkdir -p "$scratch/checkout/build/dev" "$scratch/checkout/configs"
cp "$scratch/moved/bin/technopolis" "$scratch/checkout/build/dev/"
cp -r "$root/configs/profiles" "$scratch/checkout/configs/"
sed 's/^id: list1982/id: own_one/' "$root/configs/profiles/list1982.yaml" >"$scratch/checkout/configs/profiles/own_one.yaml"
program=$scratch/checkout/build/dev/technopolis
tp list profiles
expect_code 0
expect_out "own_one: "
# The environment is asked first.
TECHNOPOLIS_DATA=$scratch/moved/share/technopolis tp list profiles
expect_code 0
expect_out "installed_one: "
TECHNOPOLIS_DATA=$scratch/nowhere tp list profiles
expect_code 3 "a folder without profiles"
expect_err "nowhere"
finish
