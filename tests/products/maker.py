"""Makes small files in a product's layout and encoding, with its traps, and reads them through the program.

A test file that we build shares our reading of the layout: it shows that the product does what its description says, not
that the description is right. That is why `list products` says `untested on an original file`.
"""
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile

try:
    from osgeo import gdal, ogr, osr
except ImportError:
    print("skipped: python3-gdal is not installed")
    sys.exit(77)

gdal.UseExceptions()
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("TP_PROGRAM", os.path.join(ROOT, "build", "test", "technopolis"))
KINDS = {"C": ogr.OFTString, "I": ogr.OFTInteger64, "N": ogr.OFTReal}


class CP932Name(zipfile.ZipInfo):
    """A member whose name is written in CP932 without the flag for UTF-8, as Japanese Windows does."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("cp932"), self.flag_bits & ~0x800


class Case:
    """A scratch folder, the files in it, and what the program makes of them."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        self.failures = 0
        self.db = None

    def shapefile(self, name, geometry, fields, rows, encoding="CP932", epsg=6668, stated=False):
        """fields: "NAME:C20", …; rows: (WKT, values…). Neither .cpg nor a language id unless `stated`."""
        path = os.path.join(self.folder, name + ".shp")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        crs = None
        if epsg:
            crs = osr.SpatialReference()
            crs.ImportFromEPSG(epsg)
        data = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(path)
        layer = data.CreateLayer(os.path.basename(name), crs, geometry, ["ENCODING=" + encoding])
        for field in fields:
            title, kind = field.split(":")
            made = ogr.FieldDefn(title, KINDS[kind[0]])
            made.SetWidth(int(kind[1:] or 10) if kind[0] != "N" else 18)
            if kind[0] == "N":
                made.SetPrecision(4)
            layer.CreateField(made)
        for row in rows:
            feature = ogr.Feature(layer.GetLayerDefn())
            feature.SetGeometry(ogr.CreateGeometryFromWkt(row[0]) if row[0] else None)
            for i, value in enumerate(row[1:]):
                if value is not None:
                    feature.SetField(i, value)
            layer.CreateFeature(feature)
        layer = data = None
        stem = path[:-4]
        if not stated:
            if os.path.exists(stem + ".cpg"):
                os.remove(stem + ".cpg")
            with open(stem + ".dbf", "r+b") as dbf:
                dbf.seek(29)
                dbf.write(b"\0")
        return stem

    def patch_dbf(self, stem, record, offset, data):
        """Overwrites bytes of a record: offset counts from the first byte behind the deletion mark."""
        with open(stem + ".dbf", "r+b") as dbf:
            head = dbf.read(32)
            header, size = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
            dbf.seek(header + record * size + 1 + offset)
            dbf.write(data)

    def zip(self, name, members):
        """members: folder inside -> stems or files. Names are CP932; the files themselves are removed."""
        path = os.path.join(self.folder, name)
        with zipfile.ZipFile(path, "a") as archive:
            for inside, stems in members.items():
                for stem in stems:
                    folder = os.path.dirname(stem)
                    for entry in sorted(os.listdir(folder)):
                        full = os.path.join(folder, entry)
                        if full == stem or entry.startswith(os.path.basename(stem) + "."):
                            with open(full, "rb") as data:
                                archive.writestr(CP932Name(inside + entry), data.read())
                            os.remove(full)
        return path

    def text(self, name, text, encoding="utf-8"):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as out:
            out.write(text.encode(encoding))
        return path

    def run(self, entry, run="", code=0, layer="layer"):
        """Reads one layer by the entry's YAML; gives stderr. The result is in self.db."""
        if self.db is not None:
            self.db.close()
        config = os.path.join(self.folder, "config.yaml")
        with open(config, "w", encoding="utf-8") as out:
            out.write('run: { crs: "EPSG:6668"%s }\nread:\n  - %s: %s\nwrite:\n  - geopackage: out.gpkg\n'
                      % (", " + run if run else "", layer, entry))
        done = subprocess.run([PROGRAM, "run", config], capture_output=True, text=True, check=False)
        self.equal(done.returncode, code, "exit code (%s)" % done.stderr.strip()[:600])
        if code == 0 and done.returncode == 0:
            self.db = sqlite3.connect(os.path.join(self.folder, "out.gpkg"))
        return done.stderr

    def all(self, query):
        return self.db.execute(query).fetchall()

    def one(self, query):
        row = self.db.execute(query).fetchone()
        return row[0] if row and len(row) == 1 else row

    def points(self, layer="layer"):
        """id column's values with rounded positions, of the layer as written."""
        data = ogr.Open(os.path.join(self.folder, "out.gpkg"))
        return [tuple(round(c, 6) for c in f.GetGeometryRef().GetPoint_2D()) for f in data.GetLayerByName(layer)]

    def equal(self, found, expected, what):
        if found != expected:
            self.failures += 1
            print("FAILED: %s: %r instead of %r" % (what, found, expected))

    def holds(self, part, text, what):
        if part not in text:
            self.failures += 1
            print("FAILED: %s: no %r in %r" % (what, part, text))

    def finish(self):
        if self.db is not None:
            self.db.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        print("%d expectations failed" % self.failures if self.failures else "all expectations hold")
        sys.exit(1 if self.failures else 0)
