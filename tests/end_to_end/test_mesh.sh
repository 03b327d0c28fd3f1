# Density on cells, hot spots and surfaces through the whole program: layers, sums, the raster, findings, mistakes that
# are found before anything runs, and equal bytes at any number of threads.
. "$(dirname "$0")/lib.sh"

config() { # MEASURE-LINES
    cat >"$scratch/mesh.yaml" <<YAML
run: { seed: 7, crs: "EPSG:6668" }
read:
  - plants: { file: $root/geodata/plants.shp, id: plant_id, name: name_en, coverage: sample }
  - prefectures: { file: $root/geodata/prefectures.shp, id: code, name: name_en }
measure:
$1
write:
  - geopackage: mesh.gpkg
$2
YAML
}

config "  - mesh_density: { of: plants, mesh: 10 km, lq: plants }
  - mesh_density: { of: plants, mesh: 80 km, empty: yes, in: prefectures, hotspots: no, as: primary }
  - hotspots: { of: primary, neighbours: band, band: 100 km, local_moran: yes }
  - kernel_density: { of: plants, mesh: 1 km, bandwidth: 20 km, in: prefectures, as: density_surface }" \
    "  - raster: { of: density_surface, file: surface.tif }"
tp run "$scratch/mesh.yaml" --threads 1
expect_code 0 "a run with meshes"
expect_out "densest cells of 10 km by plants: "
expect_out "Moran's I of density over primary"
expect_out "density x area adds up to"
plants=$(sql "$scratch/mesh.gpkg" "select count(*) from plants")
expect_equal "$(sql "$scratch/mesh.gpkg" "select sum(n) from mesh_density")" "$plants" "sum of n"
expect_equal "$(sql "$scratch/mesh.gpkg" "select sum(n) from \"primary\"")" "$plants" "sum of n with empty cells"
expect_equal "$(sql "$scratch/mesh.gpkg" "select count(*) from mesh_density where abs(density * area_km2 - n) > 1e-9 * n")" 0 \
    "density x area = n"
expect_equal "$(sql "$scratch/mesh.gpkg" "select count(*) from mesh_density where abs(lq - 1) > 1e-9")" 0 "lq to itself"
columns=$(sql "$scratch/mesh.gpkg" "select group_concat(name) from pragma_table_info('mesh_density') where name not in ('fid', 'geom')")
expect_equal "$columns" "mesh_code,level,area_km2,n,density,lq,gi_z,gi_p,gi_q,class" "columns of mesh_density"
expect_equal "$(sql "$scratch/mesh.gpkg" "select count(*) from \"primary\" where class not in ('hot_99', 'hot_95', 'hot_90',
    'not_significant', 'cold_90', 'cold_95', 'cold_99') or gi_p <= 0 or gi_p > 1 or gi_q < gi_p")" 0 "classes and p"
[ "$(sql "$scratch/mesh.gpkg" "select count(*) from findings where subject = 'hot spots'")" -ge 4 ] || fail "too few findings"

# The raster holds what the layer holds.
/usr/bin/python3 - "$scratch" <<'PY' || fail "the raster is not the layer"
import sqlite3, sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
d = gdal.Open(sys.argv[1] + "/surface.tif")
a, t = d.ReadAsArray(), d.GetGeoTransform()
n, total = 0, 0.0
for code, density in sqlite3.connect(sys.argv[1] + "/mesh.gpkg").execute("select mesh_code, density from density_surface"):
    lat = int(code[:2]) / 1.5 + int(code[4]) / 12 + int(code[6]) / 120 + 1 / 240
    lon = int(code[2:4]) + 100 + int(code[5]) / 8 + int(code[7]) / 80 + 1 / 160
    row, column = int((lat - t[3]) / t[5]), int((lon - t[0]) / t[1])
    assert a[row, column] == density, (code, density, a[row, column])
    n += 1
assert n == np.isfinite(a).sum() and np.isnan(d.GetRasterBand(1).GetNoDataValue()), n
assert d.GetSpatialRef().GetAuthorityCode(None) == "6668"
PY

cp "$scratch/mesh.gpkg" "$scratch/one.gpkg"
cp "$scratch/surface.tif" "$scratch/one.tif"
tp run "$scratch/mesh.yaml" --threads 2
cmp -s "$scratch/mesh.gpkg" "$scratch/one.gpkg" || fail "the GeoPackage depends on threads"
cmp -s "$scratch/surface.tif" "$scratch/one.tif" || fail "the raster depends on threads"

# All mistakes at once, before anything is read.
config "  - mesh_density: { of: plants, mesh: 3 km, as: a }
  - mesh_density: { of: plants, cell: 1 km, crs: \"EPSG:3857\", as: b }
  - mesh_density: { of: plants, mesh: 1 km, cell: 1 km, as: c }
  - mesh_density: { of: prefectures, mesh: 1 km, as: d }
  - kernel_density: { of: plants, bandwidth: 5 km, as: e }
  - hotspots: { of: plants, column: name_en }
  - hotspots: { of: plants, column: source_fid, neighbours: rook }
  - mesh_density: { of: plants, mesh: 10 km }
  - hotspots: { of: mesh_density }
  - hotspots: { of: mesh_density, prefix: b_, neighbours: band }" \
    "  - raster: { of: plants, file: $root/geodata/plants.dbf }"
tp validate "$scratch/mesh.yaml"
expect_code 2 "mistakes in meshes"
expect_err "'3 km' is no level of Japan's squares"
expect_err "EPSG:3857 is not equal-area"
expect_err "mesh and cell are two grids"
expect_err "no grid (expected"
expect_err "column 'name_en' of layer plants holds text, but hotspots needs numbers"
expect_err "'gi_z'"
expect_err "neighbours: band needs either"
expect_err "layer plants has no column 'mesh_code'"
expect_err "is also an input of this run"
finish
