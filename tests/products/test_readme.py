"""The KSJ configuration of the README, with original files where they are and made ones for the rest."""
import csv
import os
import shutil
import subprocess
import sqlite3
import sys

from maker import PROGRAM, ROOT, Case, ogr

SHARED = os.environ.get("TP_SHARED_DATA", os.path.join(ROOT, "..", "shared", "data"))
if not os.path.isdir(os.path.join(SHARED, "ksj")):
    print("skipped: the original files are not here")
    sys.exit(77)

CONFIG = """title: Sites in Kanagawa, by National Land Numerical Information
run: { year: 2020, crs: "EPSG:6677" }
read:
  - municipalities:      { file: data/N03-*_14_GML.zip, product: ksj-n03-cities }
  - universities:        { file: data/P29-21_GML.zip, product: ksj-p29 }
  - institutes:          { file: data/P16-12_*_GML.zip, product: ksj-p16 }
  - airports:            { file: data/C28-21_GML.zip, product: ksj-c28 }
  - stations:            { file: data/N02-20_GML.zip, product: ksj-n02 }
  - prefectural_offices: { file: data/P28-13_*.zip, product: ksj-p28 }
  - population:          { file: data/tblT001100S*.zip, product: estat-mesh }
  - cities:              { file: data/cities.csv, id: code, name: name, crs: "EPSG:6668" }
  - sites:               { file: data/candidates.csv, id: no, name: place, crs: "EPSG:6668", lon: keido, lat: ido }
judge:
  - profile: list1982
write:
  - geopackage: out/kanagawa.gpkg
"""
case = Case()
data = os.path.join(case.folder, "data")
os.mkdir(data)


def original(name, folder, inside):
    copies = []
    for entry in sorted(os.listdir(os.path.join(SHARED, folder))):
        if entry.startswith("N") and not entry.endswith(".xml"):
            copies.append(shutil.copy(os.path.join(SHARED, folder, entry), os.path.join(case.folder, entry)))
    case.zip("data/" + name, {inside: copies})


original("N03-190101_14_GML.zip", "ksj/N03-190101_14_GML", "")
original("N02-20_GML.zip", "ksj/N02-20_GML", "N02-20_GML/")
shutil.copy(os.path.join(SHARED, "airports", "ksj_c28_airports.geojson"), os.path.join(case.folder, "C28-21_Airport.geojson"))
case.zip("data/C28-21_GML.zip", {"C28-21_GML/": [os.path.join(case.folder, "C28-21_Airport.geojson")]})
shutil.copy(os.path.join(SHARED, "mesh", "census_mesh_2020_5339.zip"), os.path.join(data, "tblT001100S5339.zip"))
p29 = case.shapefile("P29-21", ogr.wkbPoint, ["P29_001:C5", "P29_002:C13", "P29_003:C5", "P29_004:C80", "P29_005:C150", "P29_006:C1"],
                     [("POINT (139.59 35.47)", "14106", "F114110000001", "16007", "横浜国立大学", "横浜市保土ケ谷区常盤台", "1")])
case.zip("data/P29-21_GML.zip", {"": [p29]})
p16 = case.shapefile("P16-12_14", ogr.wkbPoint, ["P16_001:C60", "P16_002:I1", "P16_003:C2", "P16_004:C80", "P16_005:C6"] +
                     ["P16_%03d:C10" % i for i in range(6, 27)],
                     [("POINT (139.55 35.50)", "神奈川県立産業技術総合研究所", 3, "14", "海老名市", "1"),
                      ("POINT (139.60 35.45)", "㈱横浜研究所", 6, "14", "横浜市", "2")])
case.zip("data/P16-12_14_GML.zip", {"": [p16]})
p28 = case.shapefile("P28-13_14", ogr.wkbPoint, ["P28_001:C5", "P28_002:C2", "P28_003:C5", "P28_004:C5", "P28_005:C40", "P28_006:C60", "P28_007:C1"],
                     [("POINT (139.6425 35.4478)", "14104", "12", "12001", "12001", "神奈川県庁", "横浜市中区日本大通", "2")])
case.zip("data/P28-13_14_GML.zip", {"": [p28]})
with open(os.path.join(SHARED, "cities", "municipalities_census2020.csv"), encoding="utf-8-sig") as source, \
        open(os.path.join(data, "cities.csv"), "w", encoding="utf-8") as out:
    out.write("code,name,population,pop_year,lon_deg,lat_deg\n")
    for row in csv.DictReader(source):
        if row["code"].startswith("14") and row["lat"] and row["kind"] != "ward_designated":
            out.write("%s,%s,%s,2020,%s,%s\n" % (row["code"], row["name"], row["pop2020_prelim"], row["lon"], row["lat"]))
case.text("data/candidates.csv", "no,place,keido,ido\n1,保土ケ谷,139.59,35.46\n2,真鶴,139.137,35.158\n")
os.mkdir(os.path.join(case.folder, "out"))
config = case.text("config.yaml", CONFIG)
done = subprocess.run([PROGRAM, "run", config], capture_output=True, text=True, check=False)
case.equal(done.returncode, 0, "exit code: " + done.stderr[:1500])
if done.returncode == 0:
    case.db = sqlite3.connect(os.path.join(case.folder, "out", "kanagawa.gpkg"))
    case.equal(case.one("SELECT count(*) FROM municipalities"), 33, "municipalities")
    case.equal(case.one("SELECT count(DISTINCT product) FROM sources WHERE product IS NOT NULL"), 7, "products")
    found = dict(case.all("SELECT criterion_id, verdict FROM verdicts WHERE site_id = '1' AND profile = 'list1982'"))
    for criterion in ("research_base", "residential_zone", "mother_city", "transport_hub"):
        case.equal(found.get(criterion), "met", criterion)
    far = dict(case.all("SELECT criterion_id, verdict FROM verdicts WHERE site_id = '2' AND profile = 'list1982'"))
    case.equal(far.get("research_base"), "not_met", "a complete layer proves absence")
readme = os.path.join(ROOT, "README.md")
if "ksj-p29" in open(readme, encoding="utf-8").read():
    body = [line.split("#")[0].rstrip() for line in open(readme, encoding="utf-8").read().splitlines()]
    for line in CONFIG.splitlines()[2:10]:
        case.equal(line.rstrip() in body, True, "the README shows %r" % line)
case.finish()
