#!/bin/bash
# The time network beside scipy, igraph, graph-tool and pgRouting: installs them from Debian, builds the igraph program,
# runs all on one graph, and prints the table. Takes about a quarter of an hour, most of it the others'.
# Usage: tests/bench/peers_network.sh [BENCH_NETWORK [RUNS [OPTIONS OF BENCH_NETWORK…]]]
#        (build/release/tests/bench/bench_network, 5)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bench=${1:-$here/../../build/release/tests/bench/bench_network}
packages="python3-scipy libigraph-dev python3-graph-tool postgresql-15-pgrouting"
missing=$(for p in $packages; do dpkg -s "$p" >/dev/null 2>&1 || echo "$p"; done)
if [ -n "$missing" ]; then
    echo "installing from Debian, for the comparison only:" $missing
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cc -std=c11 -O2 -o "$folder/peer_igraph" "$here/peer_igraph_network.c" $(pkg-config --cflags --libs igraph)
runs=${2:-5}
shift $(($# < 2 ? $# : 2))
/usr/bin/python3 "$here/peers_network.py" "$folder" "$bench" "$folder/peer_igraph" "$runs" "$@"
