"""Made-up data with fixed seeds, and files of it for ours and for the peers."""
import math
import os

import numpy
from osgeo import gdal, ogr, osr

from peers.common import ROOT

gdal.UseExceptions()


def scatter(seed, n):
    """As bench_nearest scatters: splitmix64, longitude and latitude in turn."""
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(seed) + numpy.arange(1, 2 * n + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z ^= z >> numpy.uint64(31)
    unit = (z >> numpy.uint64(11)).astype(float) * 2.0 ** -53
    return 129 + 17 * unit[0::2], 30 + 15 * unit[1::2]


def reference():
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(6668)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return crs


def stars(path, n_vertices):
    """47 rough stars beside each other, as a shapefile with the column `code`."""
    if os.path.exists(path):
        return
    random = numpy.random.default_rng(1)
    source = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(path)
    layer = source.CreateLayer("stars", reference(), ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("code", ogr.OFTString))
    for i in range(47):
        angle = numpy.linspace(0, 2 * math.pi, n_vertices)[:-1]
        radius = 0.7 + 0.25 * numpy.sin(9 * angle) + 0.04 * random.random(n_vertices - 1)
        ring = numpy.column_stack([130.5 + 2 * (i % 8) + radius * numpy.cos(angle),
                                   31.5 + 2 * (i // 8) + radius * numpy.sin(angle)])
        ring = numpy.vstack([ring, ring[:1]])
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField("code", "%02d" % i)
        feature.SetGeometry(ogr.CreateGeometryFromWkt(
            "POLYGON((%s))" % ",".join("%r %r" % (x, y) for x, y in ring.tolist())))
        layer.CreateFeature(feature)


def among_stars(n):
    random = numpy.random.default_rng(1)
    return 129.5 + 16 * random.random(n), 30.5 + 12 * random.random(n)


def around_cities(n):
    """Places around Japan's cities, on land and off the coasts."""
    cities = ogr.Open(ROOT + "/geodata/cities.shp")
    centres = numpy.array([f.GetGeometryRef().GetPoint_2D() for f in cities.GetLayer()])
    random = numpy.random.default_rng(1)
    xy = centres[random.integers(0, len(centres), n)] + random.normal(0, 0.15, (n, 2))
    return xy[:, 0], xy[:, 1]


def write_places(folder, lon, lat):
    """For ours a CSV (stated, lon, lat), for peers the same as doubles of this machine (lon.f64, lat.f64)."""
    os.makedirs(folder, exist_ok=True)
    lon.astype("<f8").tofile(folder + "/lon.f64")
    lat.astype("<f8").tofile(folder + "/lat.f64")
    with open(folder + "/places.csv", "w") as file:
        file.write("stated,lon,lat\n")
        file.writelines("-,%r,%r\n" % pair for pair in zip(lon.tolist(), lat.tolist()))


def write_sites(folder, n):
    """Places around cities as the shapefile sites.shp with two columns, in a folder of its own for each n."""
    folder = "%s/sites_%d" % (folder, n)
    if os.path.exists(folder):
        return folder
    os.makedirs(folder)
    source = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(folder + "/sites.shp")
    layer = source.CreateLayer("sites", reference(), ogr.wkbPoint)
    for name, width in (("site_id", 9), ("name_en", 20)):
        field = ogr.FieldDefn(name, ogr.OFTString)
        field.SetWidth(width)
        layer.CreateField(field)
    for i, (x, y) in enumerate(zip(*(v.tolist() for v in around_cities(n)))):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField(0, "s%07d" % i)
        feature.SetField(1, "Place %d" % i)
        point = ogr.Geometry(ogr.wkbPoint)
        point.SetPoint_2D(0, x, y)
        feature.SetGeometryDirectly(point)
        layer.CreateFeature(feature)
    return folder
