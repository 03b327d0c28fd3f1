#!/bin/bash
# Real networks against igraph: 10,000 pairs each on the road samples, in both directions, without and with a limit.
# Usage: igraph_roads.sh ORACLE (the program oracle_igraph_network)
set -eu
data="${TP_SHARED_DATA:-}"
if [ ! -r "$data/roads/porto.osm.pbf" ] || [ ! -r "$data/roads/kumamoto_roads.gpkg" ]; then
    echo "skipped: the road samples are not here"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for roads in kumamoto_roads.gpkg porto.osm.pbf; do
    cat >"$folder/run.yaml" <<YAML
read:
  - roads: { file: $data/roads/$roads }
prepare:
  - network: { roads: roads, default_speed: 40 km/h, cache: $folder/$roads.cache }
write:
  - geopackage: $folder/out.gpkg
YAML
    "$TP_PROGRAM" run "$folder/run.yaml" --quiet
done
"$1" "$folder"/*.cache
