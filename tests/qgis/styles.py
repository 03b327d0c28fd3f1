#!/usr/bin/python3
"""A result in a real QGIS, off-screen: each layer loads with the style that the file holds, columns have their aliases,
and the map shows each site in the colour of its verdict.

usage: styles.py FILE.gpkg PICTURE.png [LAYERS, comma-separated, top first] [WIDTH HEIGHT] [XMIN YMIN XMAX YMAX]
"""
import os
import sqlite3
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if not os.access(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"), os.W_OK):
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp()
from qgis.core import (QgsApplication, QgsExpression, QgsMapRendererParallelJob, QgsMapSettings, QgsPointXY,  # noqa: E402
                       QgsRectangle, QgsVectorLayer)
from qgis.PyQt.QtCore import QSize  # noqa: E402
from qgis.PyQt.QtGui import QColor  # noqa: E402

VERDICTS = {"met": QColor("#009e73"), "not_met": QColor("#d55e00"), "unknown": QColor("#7b7f86")}
DEFAULT_TOP = "sites,evidence_links,designated,cities,airports,isochrones,candidates,cluster_links,cluster_members,clusters,mesh_density,roads,regions,prefectures"
failures = []


def expect(truth, what):
    if not truth:
        failures.append(what)
        print("FAILED:", what)


def stored(path):
    """Per layer: the renderer's type, its attribute, its values or bounds, as the stored QML says."""
    styles = {}
    for name, column, qml in sqlite3.connect(path).execute(
            "SELECT f_table_name, f_geometry_column, styleQML FROM layer_styles WHERE useAsDefault = 1"):
        renderer = ElementTree.fromstring(qml).find("renderer-v2")
        values = [c.get("value") for c in renderer.iter("category")]
        bounds = [(float(r.get("lower")), float(r.get("upper"))) for r in renderer.iter("range")]
        expect(name not in styles, f"{name} has two default styles")
        expect(column == "geom", f"{name}: geometry column {column}")
        expect("{{" not in qml, f"{name}: a placeholder is left")
        styles[name] = (renderer.get("type"), renderer.get("attr"), values, bounds)
    return styles


def compare(layer, style):
    name = layer.name()
    kind, attribute, values, bounds = style
    renderer = layer.renderer()
    expect(renderer.type() == kind, f"{name}: renderer {renderer.type()} instead of {kind}")
    if renderer.type() != kind:
        return
    if kind != "singleSymbol":
        expect(renderer.classAttribute() == attribute, f"{name}: by {renderer.classAttribute()} instead of {attribute}")
        expect(layer.fields().indexOf(attribute) >= 0, f"{name}: has no column {attribute}")
    if kind == "categorizedSymbol":
        shown = [c.value() for c in renderer.categories()]
        expect([v or "" for v in shown] == values, f"{name}: categories {shown} instead of {values}")
    if kind == "graduatedSymbol":
        shown = [(r.lowerValue(), r.upperValue()) for r in renderer.ranges()]
        expect(shown == bounds, f"{name}: ranges {shown} instead of {bounds}")
    if layer.labelsEnabled():
        expression = QgsExpression(layer.labeling().settings().fieldName)
        expect(not expression.hasParserError(), f"{name}: label {expression.parserErrorString()}")
        unknown = expression.referencedColumns() - set(layer.fields().names()) - {""}
        expect(not unknown, f"{name}: labels use columns that are not there: {unknown}")


def render(layers, box, crs, picture, width, height):
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(crs)
    settings.setOutputSize(QSize(width, height))
    settings.setOutputDpi(110)
    settings.setBackgroundColor(QColor("#dfe9ee"))
    settings.setExtent(box)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    for error in job.errors():
        expect(False, f"drawing {error.layerID}: {error.message}")
    image = job.renderedImage()
    expect(image.save(picture), f"{picture} cannot be written")
    return image, settings.mapToPixel()


def near(image, x, y, colour, reach=2):
    """Does a pixel within `reach` of a position have the colour?"""
    for dx in range(-reach, reach + 1):
        for dy in range(-reach, reach + 1):
            if image.valid(x + dx, y + dy):
                c = QColor(image.pixel(x + dx, y + dy))
                if max(abs(c.red() - colour.red()), abs(c.green() - colour.green()), abs(c.blue() - colour.blue())) <= 8:
                    return True
    return False


def check_colours(sites, image, to_pixel):
    """Sites that stand alone (none within 14 pixels) show their verdict's colour and neither of the others."""
    places = []
    for feature in sites.getFeatures():
        point = to_pixel.transform(QgsPointXY(feature.geometry().asPoint()))
        places.append((point.x(), point.y(), feature["verdict"], feature["site_id"]))
    alone = [p for p in places if all(q is p or abs(p[0] - q[0]) > 14 or abs(p[1] - q[1]) > 14 for q in places)
             and image.valid(round(p[0]), round(p[1]))]
    seen = set()
    for x, y, verdict, site in alone:
        for other, colour in VERDICTS.items():
            found = near(image, round(x), round(y), colour)
            expect(found == (other == verdict), f"{site} is {verdict}, the colour of {other} is {'' if found else 'not '}there")
        seen.add(verdict)
    print(f"{len(alone)} of {len(places)} sites stand alone on the picture: {sorted(seen)}")
    expect(len(alone) >= 10, "too few sites stand alone on the picture")
    expect(seen == {p[2] for p in places}, f"verdicts seen: {seen}")


def main():
    path, picture = sys.argv[1], sys.argv[2]
    wanted = sys.argv[3] if len(sys.argv) > 3 and sys.argv[3] else DEFAULT_TOP
    width, height = (int(sys.argv[4]), int(sys.argv[5])) if len(sys.argv) > 5 else (1100, 1100)
    QgsApplication.setPrefixPath("/usr", True)
    app = QgsApplication([], False)
    app.initQgis()
    styles = stored(path)
    names = [n for (n,) in sqlite3.connect(path).execute("SELECT table_name FROM gpkg_contents ORDER BY rowid")]
    layers = {}
    for name in names:
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        expect(layer.isValid(), f"{name} cannot be loaded")
        expect(layer.isSpatial() == (name in styles), f"{name}: spatial {layer.isSpatial()}, styled {name in styles}")
        if name in styles:
            compare(layer, styles[name])
        layers[name] = layer
    if "sites" in layers:
        aliases = {f.name(): f.alias() for f in layers["sites"].fields()}
        expect(aliases["verdict"] in ("Verdict", "判定"), f"alias of verdict: {aliases['verdict']}")
    drawn = [layers[n] for n in wanted.split(",") if n in layers]
    box = QgsRectangle(*map(float, sys.argv[6:10])) if len(sys.argv) > 9 else QgsRectangle(127.5, 30, 146, 45.8)
    image, to_pixel = render(drawn, box, drawn[0].crs(), picture, width, height)
    shades = {image.pixel(x, y) for x in range(0, width, 3) for y in range(0, height, 3)}
    expect(len(shades) > 20, f"the picture is nearly blank: {len(shades)} colours")
    if "sites" in layers and layers["sites"].geometryType() == 0 and layers["sites"].featureCount() < 1000:
        alone, pixel = render([layers["sites"], layers["prefectures"]] if "prefectures" in layers else [layers["sites"]], box,
                              drawn[0].crs(), picture + ".sites.png", width, height)
        check_colours(layers["sites"], alone, pixel)
        check_colours(layers["sites"], image, to_pixel)
    print(f"{len(styles)} styles are those of the file" if not failures else f"{len(failures)} faults")
    sys.stdout.flush()
    os._exit(1 if failures else 0)  # QGIS's own end may crash off-screen


main()
