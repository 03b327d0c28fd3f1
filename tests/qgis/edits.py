#!/usr/bin/python3
"""A result edited in a real QGIS, off-screen: features added, changed, moved and deleted, a column added, an edit undone.
What must be in the file is kept beside it; then QGIS, OGR and SQLite must find that, with and without the index.

usage: edits.py FILE.gpkg LAYER:TEXT_COLUMN…
"""
import os
import random
import sqlite3
import sys
import tempfile

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if not os.access(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"), os.W_OK):
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp()
from osgeo import ogr  # noqa: E402
from qgis.core import (QgsApplication, QgsFeature, QgsFeatureRequest, QgsField, QgsGeometry, QgsRectangle,  # noqa: E402
                       QgsVectorLayer, QgsWkbTypes)
from qgis.PyQt.QtCore import QVariant  # noqa: E402

N_WINDOWS = 300
failures = []


def expect(truth, what):
    if not truth:
        failures.append(what)
        print("FAILED:", what)


def open_layer(path, name):
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    expect(layer.isValid(), f"{name} cannot be loaded")
    return layer


def plain(value):
    return None if isinstance(value, QVariant) and value.isNull() else value


def contents(layer):
    """By feature id: the columns but the id, and the geometry as WKB (None: none)."""
    found = {}
    for feature in layer.getFeatures():
        columns = {k: plain(v) for k, v in feature.attributeMap().items() if k != "fid"}
        found[feature.id()] = (columns, bytes(feature.geometry().asWkb()) if feature.hasGeometry() else None)
    return found


def made_geometry(layer, chance):
    x, y, w, h = chance.uniform(125, 150), chance.uniform(25, 48), chance.uniform(0.01, 2), chance.uniform(0.01, 2)
    kind = layer.geometryType()
    if kind == QgsWkbTypes.PointGeometry:
        return QgsGeometry.fromWkt(f"POINT ({x} {y})")
    if kind == QgsWkbTypes.LineGeometry:
        return QgsGeometry.fromWkt(f"MULTILINESTRING (({x} {y}, {x + w} {y + h}, {x + 2 * w} {y}))")
    return QgsGeometry.fromWkt(f"MULTIPOLYGON ((({x} {y}, {x + w} {y}, {x + w} {y + h}, {x} {y + h}, {x} {y})))")


def add(layer, column, n, chance):
    """New features, every fifth without geometry; what they must be, by their text."""
    added = {}
    for i in range(n):
        feature = QgsFeature(layer.fields())
        feature.setAttribute(column, f"new 新 {i}")
        wkb = None
        if layer.isSpatial() and i % 5 < 4:
            geometry = made_geometry(layer, chance)
            feature.setGeometry(geometry)
            wkb = bytes(geometry.asWkb())
        expect(layer.addFeature(feature), f"{layer.name()}: adding")
        added[f"new 新 {i}"] = wkb
    return added


def edit(layer, column, expected, chance):
    """One session of edits; `expected` becomes what the layer must hold, the features added are returned by their text."""
    name, at = layer.name(), layer.fields().indexOf(column)
    expect(layer.startEditing(), f"{name}: startEditing")
    added = add(layer, column, 40, chance)
    rows = chance.sample(sorted(expected), min(len(expected), 120))
    for i, fid in enumerate(rows):
        columns, wkb = expected[fid]
        if i % 3 == 0:
            expect(layer.deleteFeature(fid), f"{name} {fid}: deleting")
            del expected[fid]
            continue
        if i % 3 == 1 and layer.isSpatial():
            geometry = QgsGeometry() if i % 4 == 0 else made_geometry(layer, chance)
            expect(layer.changeGeometry(fid, geometry), f"{name} {fid}: moving")
            wkb = None if geometry.isNull() else bytes(geometry.asWkb())
        expect(layer.changeAttributeValue(fid, at, f"changed 変 {fid}"), f"{name} {fid}: changing")
        expected[fid] = (dict(columns, **{column: f"changed 変 {fid}"}), wkb)
    expect(layer.addAttribute(QgsField("remark", QVariant.String)), f"{name}: a new column")
    for fid, (columns, _) in expected.items():
        columns["remark"] = None
    for fid in rows[1::3]:
        expect(layer.changeAttributeValue(fid, layer.fields().indexOf("remark"), "備考"), f"{name} {fid}: the new column")
        expected[fid][0]["remark"] = "備考"
    expect(layer.commitChanges(), f"{name}: commitChanges: {layer.commitErrors()}")
    return added


def undo(layer):
    expect(layer.startEditing() and layer.deleteFeatures(layer.allFeatureIds()) and layer.rollBack(), "rollBack")


def compare(path, name, column, expected, added):
    """A newly opened layer holds what it must; `added` moves to `expected` under the ids that the file gave."""
    layer = open_layer(path, name)
    found = contents(layer)
    new = {fid: row for fid, row in found.items() if fid not in expected}
    expect({row[0][column]: row[1] for row in new.values()} == added, f"{name}: features added")
    expect(len(new) == len(added), f"{name}: {len(new)} features instead of {len(added)} added")
    for fid, row in expected.items():
        expect(found.get(fid) == row, f"{name} {fid}: {found.get(fid)} instead of {row}")
    expect(layer.featureCount() == len(found), f"{name}: counts {layer.featureCount()} of {len(found)}")
    expected.update(new)
    return layer


def windows(seed):
    chance = random.Random(seed)
    for _ in range(N_WINDOWS):
        x, y, side = chance.uniform(122, 150), chance.uniform(24, 48), 4 * chance.random() ** 2
        yield x, y, x + side, y + side


def check_filters(layer, expected):
    """QGIS's filter finds what its geometry engine finds in every feature."""
    shapes = {}
    for fid, (_, wkb) in expected.items():
        if wkb is not None:
            shapes[fid] = QgsGeometry()
            shapes[fid].fromWkb(wkb)
    boxes = {fid: g.boundingBox() for fid, g in shapes.items()}
    n = 0
    for window in windows(1):
        box = QgsRectangle(*window)
        request = QgsFeatureRequest().setFilterRect(box).setFlags(QgsFeatureRequest.ExactIntersect)
        found = {f.id() for f in layer.getFeatures(request)}
        true = {fid for fid, b in boxes.items() if b.intersects(box) and shapes[fid].intersects(box)}
        expect(found == true, f"{layer.name()} {window}: {sorted(found ^ true)[:5]} found by one way only")
        n += len(found)
    expect(n > 0, f"{layer.name()}: no window found anything")


def check_index(path, name):
    """The index, asked by SQL, finds what a look at every box finds."""
    source = ogr.Open(path)
    boxes = {}
    for feature in source.GetLayerByName(name):
        geometry = feature.GetGeometryRef()
        if geometry is not None and not geometry.IsEmpty():
            boxes[feature.GetFID()] = geometry.GetEnvelope()
    source = None
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    expect(db.execute(f"SELECT rtreecheck('rtree_{name}_geom')").fetchall() == [("ok",)], f"{name}: rtreecheck")
    expect(db.execute(f"SELECT count(*) FROM rtree_{name}_geom").fetchall() == [(len(boxes),)], f"{name}: boxes")
    for x0, y0, x1, y1 in windows(2):
        near = {i for (i,) in db.execute(f"SELECT id FROM rtree_{name}_geom WHERE minx <= ? AND maxx >= ? AND miny <= ? "
                                         "AND maxy >= ?", (x1, x0, y1, y0))}
        true = {i for i, b in boxes.items() if b[0] <= x1 and b[1] >= x0 and b[2] <= y1 and b[3] >= y0}
        found = {i for i in near if boxes[i][0] <= x1 and boxes[i][1] >= x0 and boxes[i][2] <= y1 and boxes[i][3] >= y0}
        expect(found == true, f"{name}: the index misses {sorted(true - found)[:5]}")
        expect(len(near) - len(found) <= 2 + len(found) // 10, f"{name}: {len(near)} candidates for {len(found)} rows")


def main():
    path, layers = sys.argv[1], [a.split(":") for a in sys.argv[2:]]
    QgsApplication.setPrefixPath("/usr", True)
    app = QgsApplication([], False)
    app.initQgis()
    for name, column in layers:
        layer = open_layer(path, name)
        expected = contents(layer)
        undo(layer)
        added = edit(layer, column, expected, random.Random(name))
        del layer
        layer = compare(path, name, column, expected, added)
        if layer.isSpatial():
            check_filters(layer, expected)
        del layer
        if not failures:
            print(f"{name}: {len(expected)} rows after the edits")
    for name, _ in layers:
        if any(name == t for (t,) in sqlite3.connect(path).execute("SELECT table_name FROM gpkg_geometry_columns")):
            check_index(path, name)
    db = sqlite3.connect(path)
    expect(db.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "integrity_check")
    expect(db.execute("PRAGMA foreign_key_check").fetchall() == [], "foreign_key_check")
    db.close()
    sys.stdout.flush()
    os._exit(1 if failures else 0)  # QGIS's own end may crash off-screen


main()
