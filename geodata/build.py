#!/usr/bin/python3
"""Make the shapefiles of geodata/ from its tables.

    build.py                        model the roads (model_roads.py), then
                                    write every NAME.shp (.shx .dbf .prj .cpg)
    build.py --check                rebuild into a temporary folder and compare
    build.py --prefectures GPKG     the recipe of prefectures.shp

The first two read nothing but this folder.  GPKG is world_map.gpkg of Debian's
qgis-common (/usr/share/qgis/resources/data/world_map.gpkg).

Exit codes: 0 done, 1 the shapefiles differ from the tables, or the tables of
the road model from the model (--check), 2 a table or the command line is wrong.  Every fault is reported, each on one
line as FILE:LINE: what is wrong.

Needs Debian's python3-gdal.  Two runs with the same version of GDAL write the
same bytes: the date in the .dbf is fixed and the .prj is the text below.
"""

import argparse
import csv
import io
import math
import os
import re
import sys
import tempfile

from osgeo import gdal, ogr, osr

sys.dont_write_bytecode = True
import model_roads

gdal.UseExceptions()
ogr.UseExceptions()
osr.UseExceptions()

HERE = os.path.dirname(os.path.abspath(__file__))

# JGD2011 (EPSG:6668), as .prj files spell it.
PRJ = ('GEOGCS["GCS_JGD_2011",DATUM["D_JGD_2011",'
       'SPHEROID["GRS_1980",6378137.0,298.257222101]],'
       'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]')
DBF_DATE = "2020-10-01"     # a constant (the day of the 2020 census), so that
                            # the bytes do not depend on the day of the build
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")

MAX_TEXT = 250              # bytes of UTF-8; a DBF field holds 254
WEST, EAST, SOUTH, NORTH = 122.0, 154.1, 20.0, 46.5

# NAME: columns that the table must have, the first one being its id.
POINTS = {
    "cities": "code name_en name_ja pref_code population pop_year lon_deg "
              "lat_deg pos_err_m pos_src source",
    "prefectural_offices": "office_id name_en name_ja pref_code muni_code "
                           "lon_deg lat_deg pos_err_m pos_src source",
    "airports": "iata name_en name_ja class scheduled opened pref_code "
                "lon_deg lat_deg pos_err_m pos_src source",
    "stations": "station_id name_en name_ja kind shinkansen metro opened "
                "shink_year lines pref_code lon_deg lat_deg pos_err_m pos_src "
                "verified source",
    "universities": "univ_id univ name_en name_ja kind campus founded fields "
                    "imperial number_sch pref_code city_code lon_deg lat_deg "
                    "pos_err_m pos_src verified source",
    "institutes": "inst_id name_en name_ja parent kind founded pref_code "
                  "city_code lon_deg lat_deg pos_err_m pos_src verified "
                  "source",
    "plants": "plant_id name_en name_ja operator industry product opened "
              "closed pref_code city_code lon_deg lat_deg pos_err_m pos_src "
              "verified source",
    "junctions": "junc_id name_en opened lon_deg lat_deg pos_err_m "
                 "pos_src source",
    "sites": "site_id name_en name_ja kind role pref_code core_place muni_code "
             "lon_deg lat_deg pos_err_m pos_src approved appr_mark mother_en "
             "verified note source",
    "designated": "desig_id programme name_en name_ja valid_from valid_to "
                  "approved members core_place pref_code lon_deg lat_deg "
                  "pos_err_m pos_src verified note source",
}
LINES = {
    "rail": "segment_id from_stn to_stn line service minutes min_src km "
            "opened verified source",
    "roads": "road_id name_en class node_a node_b speed_kmh drive_kmh detour "
             "length_m opened closed model source",
}
ENDS = {"rail": ("from_stn", "to_stn", "stations", "station_id"),
        "roads": ("node_a", "node_b", "road_nodes", "node_id")}
# What the road model is made from, beside the points above, and its nodes.
ROAD_PARTS = {
    "road_towns": "code name_en name_ja pref_code lon_deg lat_deg pos_err_m "
                  "pos_src source",
    "expressways": "section_id name_en route class from_place to_place opened "
                   "closed verified source",
    "fixed_links": "section_id name_en route class from_place to_place opened "
                   "closed verified source",
    "road_barriers": "barrier_id name_en kind line verified source",
    "road_nodes": "node_id name_en island lon_deg lat_deg source",
}
MODELLED = ("junctions", "road_nodes", "roads")      # written by build.py, not by hand
# Tables that stay tables.  Their form is checked, no shapefile is made.
PLAIN = {
    "cities_1980": "code name_en name_ja pref_code population pop_year lon_deg "
                   "lat_deg pos_err_m pos_src verified source",
    "flights": "flight_id iata metro minutes direct km min_src source",
    "region_schemes": "pref_code scheme region_id region_en region_ja source",
    "core_codes": "jsic_code industry name_ja verified source",
    "core_industries": "industry_id slot name_en name_ja verified source",
    "programme_facts": "fact_id cluster year indicator value unit verified "
                       "source",
    "anchor_institutes": "anchor_id name_en place country founded note "
                         "verified source",
    "reference_footprints": "footprint_id name_en country length_km width_km "
                            "universities institutes organisations "
                            "researchers note verified source",
}
KEYS = {"region_schemes": ("pref_code", "scheme")}      # else: first column
IDS = {"iata": r"[A-Z]{3}", "code": r"\d{5}", "pref_code": r"\d{2}"}
SLUG = r"[a-z0-9-]+"

INTEGERS = frozenset("""length_m model island population pop_year pos_err_m scheduled opened closed
    shinkansen shink_year imperial number_sch founded minutes direct
    valid_from valid_to slot year universities institutes
    organisations researchers""".split())
REALS = frozenset("""lon_deg lat_deg km value speed_kmh drive_kmh
    detour length_km width_km""".split())
YEARS = frozenset("""pop_year opened closed shink_year founded valid_from
    valid_to year""".split())
BOOLEANS = frozenset("""scheduled shinkansen imperial number_sch direct
    model""".split())
REQUIRED = frozenset("""lon_deg lat_deg pos_err_m pos_src source population
    pop_year""".split())

SOURCE_NE = "Natural Earth 10m admin-1 v4.1.0, as in QGIS world_map.gpkg"
PREFECTURES = """01 Hokkaido 北海道|02 Aomori 青森県|03 Iwate 岩手県
04 Miyagi 宮城県|05 Akita 秋田県|06 Yamagata 山形県|07 Fukushima 福島県
08 Ibaraki 茨城県|09 Tochigi 栃木県|10 Gunma 群馬県|11 Saitama 埼玉県
12 Chiba 千葉県|13 Tokyo 東京都|14 Kanagawa 神奈川県|15 Niigata 新潟県
16 Toyama 富山県|17 Ishikawa 石川県|18 Fukui 福井県|19 Yamanashi 山梨県
20 Nagano 長野県|21 Gifu 岐阜県|22 Shizuoka 静岡県|23 Aichi 愛知県
24 Mie 三重県|25 Shiga 滋賀県|26 Kyoto 京都府|27 Osaka 大阪府
28 Hyogo 兵庫県|29 Nara 奈良県|30 Wakayama 和歌山県|31 Tottori 鳥取県
32 Shimane 島根県|33 Okayama 岡山県|34 Hiroshima 広島県|35 Yamaguchi 山口県
36 Tokushima 徳島県|37 Kagawa 香川県|38 Ehime 愛媛県|39 Kochi 高知県
40 Fukuoka 福岡県|41 Saga 佐賀県|42 Nagasaki 長崎県|43 Kumamoto 熊本県
44 Oita 大分県|45 Miyazaki 宮崎県|46 Kagoshima 鹿児島県|47 Okinawa 沖縄県"""
PREFECTURES = [tuple(entry.split()) for entry in re.split(r"[|\n]", PREFECTURES)]
CAPITAL_LIMIT_M = 6000.0

# Natural Earth gives the Amami islands to Okinawa; they are Kagoshima's.  Its
# polygons of Okinawa that lie wholly north and east of this corner are theirs
# (Iheya is west of it, the main island and Daito south of it).
AMAMI_WEST, AMAMI_SOUTH = 128.3, 26.95

faults = []


def fault(place, text):
    faults.append("%s: %s" % (place, text))


def stop_on_faults():
    if faults:
        for line in faults:
            print("build.py: " + line, file=sys.stderr)
        sys.exit(2)


# ---------------------------------------------------------------- reading

class Table:
    """Rows of one CSV file as dictionaries of text, with their line numbers."""

    def __init__(self, name, path):
        self.name = name
        self.label = os.path.relpath(path, HERE)
        self.columns = []
        self.rows = []
        self.lines = []
        self.key = KEYS.get(name)
        with open(path, "rb") as f:
            data = f.read()
        if data.startswith(b"\xef\xbb\xbf"):
            fault(self.label + ":1", "begins with a byte order mark")
            data = data[3:]
        if b"\r" in data:
            at = data[:data.index(b"\r")].count(b"\n") + 1
            fault("%s:%d" % (self.label, at), "carriage return (LF expected)")
        if data and not data.endswith(b"\n"):
            fault(self.label + ":%d" % (data.count(b"\n") + 1),
                  "the last line has no line end")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as e:
            fault("%s:%d" % (self.label, data[:e.start].count(b"\n") + 1),
                  "not UTF-8")
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        line = 1
        try:
            for row in reader:
                if line == 1:
                    self.columns = row
                elif len(row) != len(self.columns):
                    fault("%s:%d" % (self.label, line), "%d fields (%d "
                          "expected)" % (len(row), len(self.columns)))
                else:
                    self.rows.append(dict(zip(self.columns, row)))
                    self.lines.append(line)
                line = reader.line_num + 1
        except csv.Error as e:
            fault("%s:%d" % (self.label, reader.line_num), str(e))

    def at(self, i):
        return "%s:%d" % (self.label, self.lines[i])

    def id(self, row):
        return tuple(row[k] for k in self.key)

    def check(self, wanted):
        """Everything that can be said of a table without another one."""
        wanted = wanted.split()
        head = self.label + ":1"
        for c in wanted:
            if c not in self.columns:
                fault(head, "no column %s" % c)
        longest = 30 if self.name in PLAIN else 10      # .dbf: 10
        for c in self.columns:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", c) or len(c) > longest:
                fault(head, "column name '%s' (1 to %d characters of a-z, "
                      "0-9, _ expected)" % (c, longest))
        if len(set(self.columns)) != len(self.columns):
            fault(head, "a column name occurs twice")
        if self.key is None:
            self.key = (wanted[0],)
        if any(c not in self.columns for c in wanted):
            self.rows, self.lines = [], []
            return
        if not self.rows:
            fault(head, "the table has no rows")
        form = IDS.get(wanted[0], SLUG)
        seen, last = {}, None
        for i, row in enumerate(self.rows):
            where = self.at(i)
            key = self.id(row)
            shown = " ".join(key)
            if not re.fullmatch(form, row[wanted[0]]):
                fault(where, "id '%s' (%s expected)" % (row[wanted[0]], form))
            if key in seen:
                fault(where, "id '%s' occurs in line %d too" %
                      (shown, seen[key]))
            seen[key] = self.lines[i]
            order = tuple(k.encode("utf-8") for k in key)
            if last is not None and order < last:
                fault(where, "id '%s' is not in bytewise order" % shown)
            last = order
            for c, v in row.items():
                self.check_value(where, c, v)
            if "pref_code" in row and row["pref_code"] and not (
                    re.fullmatch(r"\d\d", row["pref_code"])
                    and 1 <= int(row["pref_code"]) <= 47):
                fault(where, "pref_code '%s' (01 to 47 expected)" %
                      row["pref_code"])

    def check_value(self, where, c, v):
        if v == "":
            if c in REQUIRED:
                fault(where, "%s is empty" % c)
            return
        if v != v.strip():
            fault(where, "%s '%s' begins or ends with a blank" % (c, v))
        if len(v.encode("utf-8")) > MAX_TEXT:
            fault(where, "%s has %d bytes (at most %d expected)" %
                  (c, len(v.encode("utf-8")), MAX_TEXT))
        if any(ord(ch) < 32 for ch in v):
            fault(where, "%s holds a control character" % c)
        if c in INTEGERS:
            if not re.fullmatch(r"0|-?[1-9]\d{0,8}", v):
                fault(where, "%s '%s' (whole number expected)" % (c, v))
            elif c in YEARS and not 1600 <= int(v) <= 2100:
                fault(where, "%s %s (a year expected)" % (c, v))
            elif c in BOOLEANS and v not in ("0", "1"):
                fault(where, "%s '%s' (0 or 1 expected)" % (c, v))
        elif c in REALS:
            if not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", v):
                fault(where, "%s '%s' (decimal number expected)" % (c, v))
            elif c == "lon_deg" and not WEST <= float(v) <= EAST:
                fault(where, "lon_deg %s is outside Japan" % v)
            elif c == "lat_deg" and not SOUTH <= float(v) <= NORTH:
                fault(where, "lat_deg %s is outside Japan" % v)


def read_tables(without=()):
    """Every table that is there, checked: {name: Table}."""
    found = {}
    for folder in ("tables", "."):
        full = os.path.join(HERE, folder)
        for file in sorted(os.listdir(full)) if os.path.isdir(full) else ():
            if not file.endswith(".csv"):
                continue
            name = file[:-4]
            if name in without:
                continue
            rule = POINTS.get(name) or LINES.get(name) or PLAIN.get(name) or \
                ROAD_PARTS.get(name)
            label = os.path.relpath(os.path.join(full, file), HERE)
            if rule is None:
                fault(label + ":1", "build.py knows no table '%s'" % name)
            elif name in found:
                fault(label + ":1", "the table is in %s too" %
                      found[name].label)
            else:
                found[name] = Table(name, os.path.join(full, file))
                found[name].check(rule)
    check_references(found)
    return found


def check_references(tables):
    def ids(name, column):
        return {r[column] for r in tables[name].rows} if name in tables else None

    airports = ids("airports", "iata")
    if "flights" in tables and airports is not None:
        t = tables["flights"]
        for i, r in enumerate(t.rows):
            if r["iata"] not in airports:
                fault(t.at(i), "no airport '%s' in airports.csv" % r["iata"])
            if r["metro"] not in ("Tokyo", "Osaka", "Nagoya"):
                fault(t.at(i), "metro '%s' (Tokyo, Osaka or Nagoya expected)" %
                      r["metro"])
            try:
                wanted = math.floor(30 + float(r["km"]) / 12 + 0.5)
                if r["min_src"].startswith("modelled") and \
                        int(r["minutes"]) != wanted:
                    fault(t.at(i), "minutes %s (30 + km/12 = %d expected)" %
                          (r["minutes"], wanted))
            except ValueError:
                pass                    # already reported
    industries = ids("core_industries", "industry_id")
    if "plants" in tables and industries is not None:
        t = tables["plants"]
        for i, r in enumerate(t.rows):
            if r["industry"] and r["industry"] not in industries:
                fault(t.at(i), "no industry '%s' in core_industries.csv" %
                      r["industry"])
    for name, (first, last, points, key) in ENDS.items():
        if name not in tables:
            continue
        t, ends = tables[name], ids(points, key)
        if ends is None:
            fault(t.label + ":1", "tables/%s.csv is missing; %s needs its "
                  "positions" % (points, name))
            continue
        for i, r in enumerate(t.rows):
            for c in (first, last):
                if r[c] not in ends:
                    fault(t.at(i), "no '%s' (%s) in %s.csv" % (r[c], c,
                                                               points))
            if r[first] == r[last]:
                fault(t.at(i), "both ends are '%s'" % r[first])
    check_road_parts(tables, ids)


def check_road_parts(tables, ids):
    places = (ids("cities", "code") or set()) | \
        (ids("road_towns", "code") or set()) | (airports_of(tables))
    for name in ("expressways", "fixed_links"):
        for i, r in enumerate(tables[name].rows if name in tables else ()):
            at = tables[name].at(i)
            for c in ("from_place", "to_place"):
                if r[c] not in places:
                    fault(at, "no place '%s' (%s) in cities, road_towns or "
                          "airports" % (r[c], c))
            if r["from_place"] == r["to_place"]:
                fault(at, "both ends are '%s'" % r["from_place"])
            if r["class"] not in model_roads.EXPRESS_KMH:
                fault(at, "class '%s' (%s expected)" % (
                    r["class"], ", ".join(model_roads.EXPRESS_KMH)))
    if "road_barriers" in tables:
        t = tables["road_barriers"]
        point = r"\d{3}\.\d+ \d{2}\.\d+"
        for i, r in enumerate(t.rows):
            if not re.fullmatch("%s(;%s)+" % (point, point), r["line"]):
                fault(t.at(i), "line '%s' (LON LAT;LON LAT... expected)" %
                      r["line"])


def airports_of(tables):
    return {r["iata"] for r in tables["airports"].rows} \
        if "airports" in tables else set()


def model_tables(tables):
    """The bytes of the tables of the road model: {name: bytes}."""
    needed = [t[0] for t in model_roads.PLACES] + [
        "expressways", "fixed_links", "road_barriers"]
    for name in needed:
        if name not in tables:
            fault("tables/%s.csv" % name, "missing; the road model needs it")
    for line in prefecture_faults():
        fault("prefectures.shp", line)
    stop_on_faults()
    model = model_roads.Model(tables, os.path.join(HERE, "prefectures.shp"))
    made = {}
    for name, rows in (("junctions", model.junction_rows()),
                       ("road_nodes", model.node_rows()),
                       ("roads", model.link_rows())):
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, (ROAD_PARTS.get(name) or
                                      POINTS.get(name) or
                                      LINES[name]).split(),
                                lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        made[name] = out.getvalue().encode("utf-8")
    return made


def modelled_path(name):
    return os.path.join(HERE, "tables", name + ".csv")


# ---------------------------------------------------------------- writing

def field_definition(column, values):
    """An OGR field just wide enough for the values of a column."""
    filled = [v for v in values if v != ""]
    if column in INTEGERS:
        f = ogr.FieldDefn(column, ogr.OFTInteger)
        f.SetWidth(max([len(v) for v in filled] or [1]))
    elif column in REALS:
        f = ogr.FieldDefn(column, ogr.OFTReal)
        decimals = max([len(v.partition(".")[2]) for v in filled] or [0])
        whole = max([len(v.partition(".")[0]) for v in filled] or [1])
        f.SetWidth(whole + 1 + max(decimals, 1))
        f.SetPrecision(max(decimals, 1))
    else:
        f = ogr.FieldDefn(column, ogr.OFTString)
        f.SetWidth(max([len(v.encode("utf-8")) for v in filled] or [1]))
    return f


def delete_shapefile(folder, name):
    for ext in PARTS + (".qix", ".qpj", ".sbn", ".sbx"):
        path = os.path.join(folder, name + ext)
        if os.path.exists(path):
            os.unlink(path)


def write_shapefile(folder, name, kind, columns, rows, geometries):
    delete_shapefile(folder, name)
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(6668)
    driver = ogr.GetDriverByName("ESRI Shapefile")
    ds = driver.CreateDataSource(os.path.join(folder, name + ".shp"))
    layer = ds.CreateLayer(name, crs, kind, options=[
        "ENCODING=UTF-8", "DBF_DATE_LAST_UPDATE=" + DBF_DATE])
    for c in columns:
        layer.CreateField(field_definition(c, [r[c] for r in rows]))
    for row, geometry in zip(rows, geometries):
        feature = ogr.Feature(layer.GetLayerDefn())
        for i, c in enumerate(columns):
            v = row[c]
            if v == "":
                feature.SetFieldNull(i)
            elif c in INTEGERS:
                feature.SetField(i, int(v))
            elif c in REALS:
                feature.SetField(i, float(v))
            else:
                feature.SetField(i, v)
        feature.SetGeometry(geometry)
        layer.CreateFeature(feature)
    layer = None
    ds = None
    with open(os.path.join(folder, name + ".prj"), "w") as f:
        f.write(PRJ)


def position(row):
    return float(row["lon_deg"]), float(row["lat_deg"])


def write_all(folder, tables):
    """Shapefiles of all tables into folder; their names."""
    written = []
    for name in sorted(tables):
        t = tables[name]
        geometries = []
        if name in POINTS:
            kind = ogr.wkbPoint
            for row in t.rows:
                g = ogr.Geometry(ogr.wkbPoint)
                g.AddPoint_2D(*position(row))
                geometries.append(g)
        elif name in LINES:
            kind = ogr.wkbLineString
            first, last, points, key = ENDS[name]
            place = {r[key]: position(r) for r in tables[points].rows}
            for row in t.rows:
                g = ogr.Geometry(ogr.wkbLineString)
                g.AddPoint_2D(*place[row[first]])
                g.AddPoint_2D(*place[row[last]])
                geometries.append(g)
        else:
            continue
        write_shapefile(folder, name, kind, t.columns, t.rows, geometries)
        written.append(name)
    return written


def build():
    tables = read_tables(without=MODELLED)
    stop_on_faults()
    for name, content in model_tables(tables).items():
        with open(modelled_path(name), "wb") as f:
            f.write(content)
    tables = read_tables()
    stop_on_faults()
    for name in write_all(HERE, tables):
        print("%-20s %5d" % (name, len(tables[name].rows)))


def prefecture_faults():
    """prefectures.shp has no table here; its codes and names can be checked."""
    path = os.path.join(HERE, "prefectures.shp")
    missing = ["prefectures%s is missing (see --prefectures)" % ext
               for ext in PARTS if not os.path.exists(path[:-4] + ext)]
    if missing:
        return missing
    ds = ogr.Open(path)
    have = [(f.GetField("code"), f.GetField("name_en"), f.GetField("name_ja"))
            for f in ds.GetLayer(0)]
    return [] if have == PREFECTURES else \
        ["prefectures.dbf does not hold the 47 codes and names of build.py"]


def check():
    tables = read_tables()
    stop_on_faults()
    differences = []
    for name, content in model_tables(tables).items():
        try:
            with open(modelled_path(name), "rb") as f:
                if f.read() != content:
                    differences.append("tables/%s.csv differs from the road "
                                       "model" % name)
        except FileNotFoundError:
            differences.append("tables/%s.csv is missing" % name)
    with tempfile.TemporaryDirectory() as folder:
        names = write_all(folder, tables)
        for name in names:
            for ext in PARTS:
                there = os.path.join(HERE, name + ext)
                if not os.path.exists(there):
                    differences.append("%s%s is missing" % (name, ext))
                    continue
                with open(there, "rb") as a, \
                        open(os.path.join(folder, name + ext), "rb") as b:
                    if a.read() != b.read():
                        differences.append("%s%s differs from %s" %
                                           (name, ext, tables[name].label))
    for file in sorted(os.listdir(HERE)):
        name, ext = os.path.splitext(file)
        if ext == ".shp" and name not in names and name != "prefectures":
            differences.append("%s has no table" % file)
    differences += prefecture_faults()
    for d in differences:
        print("build.py: " + d, file=sys.stderr)
    if differences:
        sys.exit(1)
    print("%d shapefiles equal their tables" % len(names))


# ---------------------------------------------------------------- prefectures

def plain_name(name):
    """'Hyōgo' and 'Hyogo Prefecture' as 'hyogo'."""
    folded = name.translate(str.maketrans("ŌōŪū", "OoUu"))
    return re.sub(r"[ -](prefecture|ken|fu|to)$", "", folded.strip().lower())


def metres_outside(polygon, lon, lat):
    """0 inside; else the distance to the polygon (azimuthal equidistant)."""
    point = ogr.Geometry(ogr.wkbPoint)
    point.AddPoint_2D(lon, lat)
    if polygon.Intersects(point):
        return 0.0
    jgd = osr.SpatialReference()
    jgd.ImportFromEPSG(6668)
    jgd.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    local = osr.SpatialReference()
    local.ImportFromProj4("+proj=aeqd +lat_0=%.6f +lon_0=%.6f +ellps=GRS80 "
                          "+units=m" % (lat, lon))
    near = polygon.Clone()
    near.Transform(osr.CoordinateTransformation(jgd, local))
    origin = ogr.Geometry(ogr.wkbPoint)
    origin.AddPoint_2D(0.0, 0.0)
    return near.Distance(origin)


def polygons(geometry):
    """The polygons of a polygon, multipolygon or collection."""
    if ogr.GT_Flatten(geometry.GetGeometryType()) == ogr.wkbPolygon:
        return [geometry.Clone()]
    found = []
    for i in range(geometry.GetGeometryCount()):
        part = geometry.GetGeometryRef(i)
        if ogr.GT_Flatten(part.GetGeometryType()) in (
                ogr.wkbPolygon, ogr.wkbMultiPolygon, ogr.wkbGeometryCollection):
            found += polygons(part)
    return found


def prefectures(path):
    """prefectures.shp from Natural Earth's states and provinces.

    Polygons of Japan are taken as they are (WGS84 read as JGD2011: the two
    differ by far less than the outline is generalised by), made valid where
    needed and dissolved by name; the Amami islands are moved from Okinawa to
    Kagoshima.  Code and names are ours.
    """
    try:
        ds = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_READONLY)
        layer = ds.GetLayerByName("states_provinces")
    except RuntimeError as e:
        fault(path, str(e))
        stop_on_faults()
    if layer is None:
        fault(path, "no layer states_provinces")
        stop_on_faults()
    layer.SetAttributeFilter("iso_a2 = 'JP'")
    codes = {plain_name(en): code for code, en, _ in PREFECTURES}
    shapes = {}
    for feature in layer:
        name = feature.GetField("name") or ""
        code = codes.get(plain_name(name))
        if code is None:
            fault(path, "feature %d: '%s' is no prefecture" %
                  (feature.GetFID(), name))
            continue
        g = feature.GetGeometryRef().Clone()
        if not g.IsValid():
            g = g.MakeValid()
        shapes[code] = shapes[code].Union(g) if code in shapes else g
    for code, en, _ in PREFECTURES:
        if code not in shapes:
            fault(path, "no polygon of %s %s" % (code, en))
    stop_on_faults()

    parts_of = {code: polygons(shapes[code]) for code in shapes}
    amami = [p for p in parts_of["47"] if p.GetEnvelope()[0] > AMAMI_WEST
             and p.GetEnvelope()[2] > AMAMI_SOUTH]
    if not amami:
        fault(path, "no Amami islands in Okinawa (the move to Kagoshima is no "
              "longer needed, or its corner is wrong)")
    parts_of["46"] += amami
    parts_of["47"] = [p for p in parts_of["47"]
                      if not any(p is a for a in amami)]

    rows, geometries, vertices = [], [], 0
    for code, en, ja in PREFECTURES:
        parts = ogr.Geometry(ogr.wkbMultiPolygon)
        for p in parts_of[code]:
            parts.AddGeometry(p)
            vertices += sum(p.GetGeometryRef(k).GetPointCount()
                            for k in range(p.GetGeometryCount()))
        if not parts.IsValid():
            fault(path, "the polygon of %s stays invalid" % en)
        geometries.append(parts)
        rows.append({"code": code, "name_en": en, "name_ja": ja,
                     "source": SOURCE_NE})

    sites = Table("sites", os.path.join(HERE, "tables", "sites.csv"))
    sites.check(POINTS["sites"])
    outside = []
    seen = set()
    for i, r in enumerate(sites.rows):
        if r["kind"] != "capital":
            continue
        k = int(r["pref_code"]) - 1
        seen.add(r["pref_code"])
        d = metres_outside(geometries[k], *position(r))
        if d > CAPITAL_LIMIT_M:
            fault(sites.at(i), "%s is %.0f m outside the polygon of %s" %
                  (r["name_en"], d, rows[k]["name_en"]))
        elif d > 0:
            outside.append("%s %.0f m" % (r["name_en"], d))
    if len(seen) != 47:
        fault(sites.label, "%d capitals (47 expected)" % len(seen))
    stop_on_faults()
    write_shapefile(HERE, "prefectures", ogr.wkbPolygon,
                    ["code", "name_en", "name_ja", "source"], rows, geometries)
    print("47 prefectures, %d vertices" % vertices)
    print("capitals just outside their polygon: " +
          (", ".join(outside) or "none"))


def main():
    parser = argparse.ArgumentParser(
        description="Make the shapefiles of geodata/ from its tables.")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--check", action="store_true",
                       help="compare what is here with what the tables give")
    group.add_argument("--prefectures", metavar="GPKG",
                       help="make prefectures.shp from world_map.gpkg")
    options = parser.parse_args()
    if options.check:
        check()
    elif options.prefectures:
        prefectures(options.prefectures)
    else:
        build()


if __name__ == "__main__":
    main()
