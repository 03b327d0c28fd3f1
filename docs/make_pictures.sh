#!/usr/bin/env bash
# Makes the pictures of docs/pictures with the program itself, from the configurations of the demonstration.
#   docs/make_pictures.sh [PROGRAM]     without PROGRAM: build/release/technopolis
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$(realpath "${1:-$root/build/release/technopolis}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$root/docs/pictures"
for name in japan kyushu-grid density; do
    "$program" run "$root/configs/$name.yaml" --quiet --output "$scratch/$name.gpkg"
    cp "$scratch/$name.png" "$root/docs/pictures/$name.png"
done
