"""OpenStreetMap's .osm.pbf: places by tag, areas by their centres, one place of one name; roads are left to `roads`."""
import os
import struct
import zlib

from maker import Case


def number(value):
    out = b""
    while True:
        out += bytes([value & 0x7F | (0x80 if value > 0x7F else 0)])
        value >>= 7
        if not value:
            return out


def field(tag, data):
    return number(tag << 3 | 2) + number(len(data)) + data if isinstance(data, bytes) else number(tag << 3) + number(data)


def signed(value):
    return number(value << 1 if value >= 0 else -value * 2 - 1)


def block(kind, content):
    blob = field(2, len(content)) + field(3, zlib.compress(content))
    head = field(1, kind.encode()) + field(3, len(blob))
    return struct.pack(">I", len(head)) + head + blob


def pbf(nodes, ways):
    """nodes: (id, lon, lat, tags); ways: (id, refs, tags)."""
    strings = [""]

    def text(value):
        if value not in strings:
            strings.append(value)
        return strings.index(value)

    def tags(of):
        return field(2, b"".join(number(text(k)) for k in of)) + field(3, b"".join(number(text(v)) for v in of.values()))

    group = b""
    for ident, lon, lat, of in nodes:
        group += field(1, number(1 << 3) + signed(ident) + (tags(of) if of else b"") + number(8 << 3) + signed(round(lat * 1e7)) +
                       number(9 << 3) + signed(round(lon * 1e7)))
    second = b""
    for ident, refs, of in ways:
        steps = [refs[0]] + [b - a for a, b in zip(refs, refs[1:])]
        second += field(3, field(1, ident) + tags(of) + field(8, b"".join(signed(s) for s in steps)))
    table = b"".join(field(1, s.encode()) for s in strings)
    content = field(1, table) + field(2, group) + (field(2, second) if second else b"")
    return block("OSMHeader", field(4, b"OsmSchema-V0.6")) + block("OSMData", content)


case = Case()
corners = [(1, 130.70, 32.80, {}), (2, 130.71, 32.80, {}), (3, 130.71, 32.81, {}), (4, 130.70, 32.81, {})]
places = [(10, 130.705, 32.8051, {"amenity": "university", "name": "熊本大学"}),
          (11, 130.85, 32.84, {"aeroway": "aerodrome", "name": "熊本空港", "name:en": "Kumamoto Airport", "iata": "KMJ"}),
          (12, 130.689, 32.790, {"railway": "station", "name": "熊本"}), (13, 130.690, 32.790, {"railway": "station", "name": "熊本"}),
          (14, 130.79, 32.79, {"office": "research", "name": "研究所", "operator": "県"}), (15, 130.6, 32.6, {"amenity": "school", "name": "学校"})]
ways = [(100, [1, 2, 3, 4, 1], {"amenity": "university", "name": "熊本大学", "operator": "国立大学法人熊本大学"}),
        (101, [1, 2, 3, 1], {"landuse": "industrial", "name": "工業団地"}), (102, [1, 3], {"highway": "primary"})]
with open(os.path.join(case.folder, "kumamoto.osm.pbf"), "wb") as out:
    out.write(pbf(corners + places, ways))
case.run("{ file: kumamoto.osm.pbf, product: osm }")
case.equal(case.all("SELECT osm_id, kind, name, name_en, univ, iata FROM layer ORDER BY osm_id"),
           [("n10", "university", "熊本大学", None, "熊本大学", None), ("n11", "airport", "熊本空港", "Kumamoto Airport", "熊本空港", "KMJ"),
            ("n12", "station", "熊本", None, "熊本", None), ("n14", "institute", "研究所", None, "県", None),
            ("w101", "industrial", "工業団地", None, "工業団地", None)], "places by tag, one of one name")
case.equal(case.points()[2], (130.6895, 32.79), "the mean of two nodes of one station")
case.equal(case.one("SELECT coverage, crs FROM sources"), ("sample", "EPSG:4326 WGS 84"), "a sample, WGS 84")
case.run("{ file: kumamoto.osm.pbf, product: osm, where: kind = university }", layer="universities")
case.equal(case.one("SELECT count(*) FROM universities"), 1, "by the entry's where")
case.run("{ file: kumamoto.osm.pbf }", layer="roads")
case.equal(case.one("SELECT count(*) FROM roads"), 1, "without a product it is a layer of roads")
with open(os.path.join(case.folder, "cut.osm.pbf"), "wb") as out:
    out.write(pbf(corners + places, ways)[:-20])
case.run("{ file: cut.osm.pbf, product: osm }", code=3)

xml = '<?xml version="1.0"?>\n<osm version="0.6">\n%s</osm>\n' % "".join(
    '<node id="%d" lat="32.%03d" lon="130.%03d"><tag k="amenity" v="university"/><tag k="name" v="%d"/></node>\n' % (i, i, i, i)
    for i in range(1, 900))
case.text("whole.osm", xml)
case.run("{ file: whole.osm, product: osm }")
case.equal(case.one("SELECT count(*) FROM layer"), 899, "OpenStreetMap's XML")
case.text("cut.osm", xml[:len(xml) // 2])
case.holds("cut.osm: is cut short or damaged", case.run("{ file: cut.osm, product: osm }", code=3), "half of it is no file")
case.run("{ file: [whole.osm, cut.osm], product: osm }", run="on_error: skip")
case.equal(case.one("SELECT count(*) FROM rejects WHERE reason = 'file cannot be used' AND source_file = 'cut.osm'"), 1, "or is passed over, with a line")
case.text("none.osm", '<?xml version="1.0"?>\n<osm version="0.6">\n<node id="1" lat="32" lon="130"/></osm>\n')
case.holds("none.osm: has no features", case.run("{ file: none.osm, product: osm }", code=3), "a file without places")
case.finish()
