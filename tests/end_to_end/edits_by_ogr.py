#!/usr/bin/python3
"""A result edited through OGR: in every layer and table a row added, one copied, one changed, one moved, one emptied and
some deleted, a column added; then VACUUM. What must be in the file is kept beside it, and filters through each index find
what a look at every box finds. usage: FILE.gpkg; says each fault."""
import random
import sqlite3
import sys

from osgeo import gdal, ogr

gdal.UseExceptions()
gdal.SetConfigOption("OGR_SQLITE_SYNCHRONOUS", "OFF")
path = sys.argv[1]
faults = []


def need(truth, what):
    if not truth:
        faults.append(what)


def row_of(feature):
    geometry = feature.GetGeometryRef()
    names = [feature.GetFieldDefnRef(i).GetName() for i in range(feature.GetFieldCount())]
    wkb = None if geometry is None else b"" if geometry.IsEmpty() else bytes(geometry.ExportToWkb())
    return {n: feature.GetField(n) for n in names}, wkb


def contents(layer):
    return {f.GetFID(): row_of(f) for f in layer}


def moved(geometry, x, y):
    """The geometry with its first corner at a position."""
    box = geometry.GetEnvelope()

    def shift(g):
        for i in range(g.GetPointCount()):
            g.SetPoint_2D(i, g.GetX(i) - box[0] + x, g.GetY(i) - box[2] + y)
        for i in range(g.GetGeometryCount()):
            shift(g.GetGeometryRef(i))
    twin = geometry.Clone()
    shift(twin)
    return twin


def change(layer, expected, chance):
    """Rows by turns: changed, moved, emptied, deleted, copied. The layer's own id column is left as it is."""
    fids = sorted(expected)
    text = next((f.GetName() for f in layer.schema if f.GetType() == ogr.OFTString), None)
    for i, fid in enumerate(chance.sample(fids, min(len(fids), 60))):
        feature = layer.GetFeature(fid)
        geometry = feature.GetGeometryRef()
        if i % 5 == 0:
            layer.DeleteFeature(fid)
            del expected[fid]
            continue
        if i % 5 == 1 and text:
            feature.SetField(text, "変 %d" % fid)
        elif i % 5 == 2 and geometry is not None:
            feature.SetGeometry(moved(geometry, chance.uniform(120, 150), chance.uniform(20, 50)))
        elif i % 5 == 3 and geometry is not None:
            feature.SetGeometry(None if i % 2 else ogr.Geometry(geometry.GetGeometryType()))
        elif i % 5 == 4:
            feature.SetFID(-1)
            layer.CreateFeature(feature)
            expected[feature.GetFID()] = row_of(feature)
            continue
        layer.SetFeature(feature)
        expected[fid] = row_of(feature)


def edit(source, name, chance):
    layer = source.GetLayerByName(name)
    expected = contents(layer)
    new = ogr.Feature(layer.GetLayerDefn())
    layer.CreateFeature(new)
    expected[new.GetFID()] = row_of(new)
    new = None  # a feature must not outlive a change of the columns
    layer.StartTransaction()
    change(layer, expected, chance)
    layer.CommitTransaction()
    layer.CreateField(ogr.FieldDefn("remark", ogr.OFTString))
    for columns, _ in expected.values():
        columns["remark"] = None
    change(layer, expected, chance)
    return expected


def check_index(db, layer, expected):
    """Asked by SQL."""
    name, boxes = layer.GetName(), {}
    for fid, (_, wkb) in expected.items():
        if wkb:
            boxes[fid] = ogr.CreateGeometryFromWkb(wkb).GetEnvelope()
    need(db.execute('SELECT count(*) FROM "rtree_%s_geom"' % name).fetchone()[0] == len(boxes), name + ": boxes in the index")
    chance = random.Random(1)
    for _ in range(200):
        x, y, side = chance.uniform(120, 150), chance.uniform(20, 50), 5 * chance.random() ** 2
        near = {i for (i,) in db.execute('SELECT id FROM "rtree_%s_geom" WHERE minx <= ? AND maxx >= ? AND miny <= ? AND '
                                         'maxy >= ?' % name, (x + side, x, y + side, y))}
        true = {i for i, b in boxes.items() if b[0] <= x + side and b[1] >= x and b[2] <= y + side and b[3] >= y}
        need(true <= near, "%s: the index misses %s" % (name, sorted(true - near)[:5]))
        layer.SetSpatialFilterRect(x, y, x + side, y + side)
        need({f.GetFID() for f in layer} <= true, name + ": OGR's filter finds what is not there")
    layer.SetSpatialFilter(None)


source = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_UPDATE)
names = [source.GetLayer(i).GetName() for i in range(source.GetLayerCount())]
kept = {name: edit(source, name, random.Random(name)) for name in names}
source = None
for again in ("after the edits", "after VACUUM"):
    if again == "after VACUUM":
        source = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_UPDATE)
        source.ExecuteSQL("VACUUM")
        source = None
    source, db = gdal.OpenEx(path, gdal.OF_VECTOR), sqlite3.connect(path)
    for name in names:
        layer = source.GetLayerByName(name)
        found = contents(layer)
        need(found == kept[name], "%s %s: %s" % (name, again, [k for k in found if found[k] != kept[name].get(k)][:5]))
        need(layer.GetFeatureCount() == len(found), "%s %s: its count" % (name, again))
        if layer.GetGeomType() != ogr.wkbNone:
            check_index(db, layer, kept[name])
            need(db.execute("SELECT rtreecheck(?)", ("rtree_%s_geom" % name,)).fetchall() == [("ok",)], name + ": rtreecheck")
    need(db.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "integrity_check " + again)
    db.close()
    layer = source = None
print("%d layers and tables, %d rows" % (len(names), sum(map(len, kept.values()))))
for fault in faults:
    print("FAULT:", fault)
sys.exit(1 if faults else 0)
