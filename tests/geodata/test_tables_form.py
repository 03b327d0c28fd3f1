#!/usr/bin/python3
"""The form of every table: header, ids, codes, names, years, numbers, sources.

Also text that has no place in a table: sentinel values, machine paths.  What
one table says of another is in test_references.py.
"""

import csv
import os
import re
import sys
import unicodedata

sys.dont_write_bytecode = True
import common
from common import GEODATA, IDS, MODELLED_POINTS, POINTS, PLAIN, PREFECTURES

HEADERS = {
    "airports": "iata name_en name_ja class scheduled opened pref_code "
                "lon_deg lat_deg pos_err_m pos_src source",
    "anchor_institutes": "anchor_id name_en place country founded note "
                         "verified source",
    "cities": "code name_en name_ja pref_code population pop_year lon_deg "
              "lat_deg pos_err_m pos_src source",
    "cities_1980": "code name_en name_ja pref_code population pop_year lon_deg "
                   "lat_deg pos_err_m pos_src verified source",
    "core_codes": "jsic_code industry name_ja verified source",
    "core_industries": "industry_id slot name_en name_ja verified source",
    "designated": "desig_id programme name_en name_ja valid_from valid_to "
                  "approved members memb_kind core_place pref_code lon_deg "
                  "lat_deg pos_err_m pos_src verified note source",
    "expressways": "section_id name_en route class from_place to_place opened "
                   "closed verified source",
    "fixed_links": "section_id name_en route class from_place to_place opened "
                   "closed verified source",
    "flights": "flight_id iata metro minutes direct km min_src source",
    "institutes": "inst_id name_en name_ja parent kind founded pref_code "
                  "city_code lon_deg lat_deg pos_err_m pos_src verified "
                  "source",
    "junctions": "junc_id name_en opened lon_deg lat_deg pos_err_m "
                 "pos_src source",
    "plants": "plant_id name_en name_ja operator industry product opened "
              "closed pref_code city_code lon_deg lat_deg pos_err_m pos_src "
              "verified source",
    "prefectural_offices": "office_id name_en name_ja pref_code muni_code "
                           "lon_deg lat_deg pos_err_m pos_src source",
    "programme_facts": "fact_id cluster year indicator value unit verified "
                       "source",
    "rail": "segment_id from_stn to_stn line service minutes min_src km "
            "opened closed verified source",
    "reference_footprints": "footprint_id name_en country length_km width_km "
                            "universities institutes organisations "
                            "researchers note verified source",
    "region_schemes": "pref_code scheme region_id region_en region_ja source",
    "road_barriers": "barrier_id name_en kind line verified source",
    "road_nodes": "node_id name_en island lon_deg lat_deg source",
    "road_towns": "code name_en name_ja pref_code lon_deg lat_deg pos_err_m "
                  "pos_src source",
    "roads": "road_id name_en class node_a node_b speed_kmh drive_kmh detour "
             "length_m opened closed model source",
    "sites": "site_id name_en name_ja kind role pref_code core_place muni_code "
             "lon_deg lat_deg pos_err_m pos_src approved appr_mark mother_en "
             "verified note source",
    "stations": "station_id name_en name_ja kind shinkansen metro opened "
                "shink_year lines pref_code lon_deg lat_deg pos_err_m "
                "pos_src verified source",
    "universities": "univ_id univ name_en name_ja kind campus founded fields "
                    "imperial number_sch pref_code city_code lon_deg lat_deg "
                    "pos_err_m pos_src verified source",
}

# Columns that may be empty: not known, or not applicable.
MAY_BE_EMPTY = {
    "airports": "opened", "anchor_institutes": "note",
    "core_industries": "name_en name_ja",       # the three unnamed slots
    "designated": "valid_from valid_to approved members memb_kind",
    "institutes": "founded", "plants": "industry opened closed",
    "expressways": "opened closed", "fixed_links": "closed",
    "reference_footprints": "length_km width_km universities "
                            "institutes organisations researchers note",
    "programme_facts": "year", "rail": "closed", "roads": "opened closed",
    "sites": "approved appr_mark mother_en note",
    "stations": "metro opened shink_year",
}

ID_FORMS = {"iata": r"[A-Z]{3}", "code": r"\d{5}", "pref_code": r"\d\d"}
SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"

WORDS = {       # (table, column): the values that there are
    ("airports", "class"): "company national special_local local joint_use "
                           "other",
    ("designated", "programme"): "technopolis meti_cluster mext_knowledge "
                                 "nistep2004 tama",
    ("designated", "memb_kind"): "complete partial inferred",
    ("expressways", "class"): "expressway national urban",
    ("fixed_links", "class"): "expressway national",
    ("road_barriers", "kind"): "range water",
    ("roads", "class"): "expressway national local",
    ("flights", "metro"): "Tokyo Osaka Nagoya",
    ("institutes", "kind"): "national kosetsushi corporate university "
                            "foundation",
    ("rail", "min_src"): "published line_speed",
    ("region_schemes", "scheme"): "conventional8 meti_bureaus",
    ("sites", "kind"): "technopolis capital",
    ("sites", "role"): "zone no_zone zone_pref metro",
    ("sites", "appr_mark"): "V I U",
    ("stations", "kind"): "shinkansen express",
    ("stations", "metro"): "Tokyo Osaka Nagoya",
    ("universities", "kind"): "national public private",
    ("universities", "campus"): "main science",
}
VERIFIED = "V I U"
FIELDS = "science engineering medicine agriculture general".split()

# Column, or (table, column): the least and the greatest value.
INTEGERS = {
    "population": (100000, 10000000), ("cities", "pop_year"): (2020, 2020),
    ("cities_1980", "pop_year"): (1980, 1980),
    "pos_err_m": (50, 5000), "slot": (1, 14), "minutes": (1, 300),
    ("airports", "opened"): (1910, 2025),
    ("anchor_institutes", "founded"): (1850, 2004),
    ("designated", "valid_from"): (1983, 2010),
    ("designated", "valid_to"): (1998, 2020),
    ("expressways", "opened"): (1963, 2024),
    ("fixed_links", "opened"): (1955, 2024),
    ("institutes", "founded"): (1868, 2026),
    ("junctions", "opened"): (1963, 2024),
    ("road_nodes", "island"): (1, 200), ("roads", "length_m"): (300, 120000),
    ("roads", "opened"): (1955, 2024),
    ("plants", "opened"): (1868, 2026), ("plants", "closed"): (1950, 2026),
    ("programme_facts", "year"): (1950, 2026),
    ("reference_footprints", "universities"): (1, 100),
    ("reference_footprints", "institutes"): (1, 1000),
    ("reference_footprints", "organisations"): (1, 10000),
    ("reference_footprints", "researchers"): (1, 1000000),
    ("rail", "opened"): (1872, 2026), ("rail", "closed"): (1900, 2026),
    ("stations", "opened"): (1872, 2026),
    ("stations", "shink_year"): (1964, 2026),
    ("universities", "founded"): (1877, 2026),
}
REALS = {"lon_deg": (122.9, 154.0), "lat_deg": (20.4, 45.6),
         ("reference_footprints", "length_km"): (1, 100),
         ("reference_footprints", "width_km"): (1, 100),
         ("roads", "speed_kmh"): (15, 80), ("roads", "drive_kmh"): (20, 100),
         ("roads", "detour"): (1, 2), ("flights", "km"): (50, 2500), ("rail", "km"): (0.5, 800),
         ("programme_facts", "value"): (-100, 1e8)}
BOOLEANS = "scheduled shinkansen imperial number_sch direct model".split()

# Municipality codes PP1NN are designated cities and their wards, and the
# special wards: of these only the cities themselves may be used.
CITIES_PP1NN = """01100 04100 11100 12100 13100 14100 14130 14150 15100 22100
    22130 23100 26100 27100 27140 28100 33100 34100 40100 40130
    43100""".split()

SENTINELS = """unknown unclear none null nil nan na n/a tbd todo xxx ? ?? - --
    -1 -9 -99 -999 -9999 9999 99999""".split()
OUT_OF_PLACE = re.compile(
    r"/work|/tmp|/home|\.\./|shared/|facts\.md|domain\.md|contract\.md"
    r"|\bhelper\b|\bcolleague|\\|\ufffd", re.IGNORECASE)
JAPANESE = re.compile("[\u3041-\u3096\u30a1-\u30fa\u3005\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ()&'.,:/+-]*")


def limits(rules, name, column):
    return rules.get((name, column)) or rules.get(column)


class Bytes(common.Case):
    def test_encoding_and_line_ends(self):
        problems = []
        for name in IDS:
            with open(common.table_path(name), "rb") as f:
                data = f.read()
            if data.startswith(b"\xef\xbb\xbf"):
                problems.append(name + ": byte order mark")
            if b"\r" in data or not data.endswith(b"\n"):
                problems.append(name + ": line ends")
            text = data.decode("utf-8")
            if text != unicodedata.normalize("NFC", text):
                problems.append(name + ": not in Unicode form NFC")
        self.none(problems)

    def test_every_table_is_known(self):
        found = {os.path.join(folder, file)
                 for folder in ("", "tables")
                 for file in os.listdir(os.path.join(GEODATA, folder))
                 if file.endswith(".csv")}
        wanted = {os.path.relpath(common.table_path(n), GEODATA) for n in IDS}
        self.assertEqual(found, wanted)

    def test_header_and_width(self):
        problems = []
        for name in IDS:
            with open(common.table_path(name), encoding="utf-8",
                      newline="") as f:
                rows = list(csv.reader(f, strict=True))
            if rows[0] != HEADERS[name].split():
                problems.append("%s: header %s" % (name, rows[0]))
            problems += ["%s row %d: %d fields" % (name, i, len(r))
                         for i, r in enumerate(rows) if len(r) != len(rows[0])]
            problems += ["%s: column name %s is too long for a .dbf" %
                         (name, c) for c in rows[0] if len(c) > 10
                         and name not in PLAIN]
        self.none(problems)


class Fields(common.Case):
    """Every field of every table, by the rules above."""

    def setUp(self):
        self.tables = {name: common.table(name) for name in IDS}

    def fields(self):
        for name, rows in self.tables.items():
            for row in rows:
                for column, value in row.items():
                    yield name, row, column, value

    def test_ids(self):
        problems = []
        for name, rows in self.tables.items():
            column = IDS[name]
            form = ID_FORMS.get(column, SLUG)
            keys = []
            for row in rows:
                if not re.fullmatch(form, row[column]):
                    problems.append("%s: id '%s'" % (row.where, row[column]))
                keys.append((row[column].encode(),
                             row["scheme"].encode()
                             if name == "region_schemes" else b""))
                if keys.count(keys[-1]) > 1:
                    problems.append(row.where + ": id occurs twice")
            if keys != sorted(keys):
                problems.append(name + ": rows are not sorted by id bytewise")
        self.none(problems)

    def test_no_field_is_empty_that_may_not_be(self):
        self.none("%s: %s is empty" % (row.where, column)
                  for name, row, column, value in self.fields()
                  if value == "" and
                  column not in MAY_BE_EMPTY.get(name, "").split())

    def test_text(self):
        problems = []
        for name, row, column, value in self.fields():
            if len(value.encode()) > 250:
                problems.append("%s: %s has over 250 bytes" %
                                (row.where, column))
            if value != value.strip() or "  " in value:
                problems.append("%s: blanks in %s '%s'" %
                                (row.where, column, value))
            if any(unicodedata.category(c) in ("Cc", "Cf", "Co")
                   for c in value):
                problems.append("%s: control character in %s" %
                                (row.where, column))
            if value.lower() in SENTINELS:
                problems.append("%s: %s is '%s' (empty means not known)" %
                                (row.where, column, value))
            if OUT_OF_PLACE.search(value):
                problems.append("%s: %s '%s'" % (row.where, column, value))
        self.none(problems)

    def test_sources(self):
        problems = []
        for name, rows in self.tables.items():
            for row in rows:
                if not re.search("[A-Za-z]{3}", row["source"]):
                    problems.append("%s: source '%s'" % (row.where,
                                                         row["source"]))
                if row.get("verified") == "V" and re.search(
                        r"not checked|\(U\)", row["source"]):
                    problems.append("%s: V, but its source says '%s'" %
                                    (row.where, row["source"]))
        self.none(problems)

    def test_names(self):
        problems = []
        for name, rows in self.tables.items():
            for row in rows:
                unnamed = name == "core_industries" and \
                    row["industry_id"].startswith("unnamed-")
                for c in ("name_en", "region_en"):
                    if c in row and not unnamed and not (
                            LATIN.fullmatch(row[c]) and
                            re.search("[A-Za-z]", row[c])):
                        problems.append("%s: %s '%s' (Latin script expected)" %
                                        (row.where, c, row[c]))
                for c in ("name_ja", "region_ja"):
                    if c in row and not unnamed and \
                            not JAPANESE.search(row[c]):
                        problems.append("%s: %s '%s' (Japanese expected)" %
                                        (row.where, c, row[c]))
                if unnamed and (row["name_en"] or row["name_ja"]
                                or row["verified"] != "U"):
                    problems.append(row.where + ": has a name or is not U")
        for name in set(POINTS) - MODELLED_POINTS:
            self.assertTrue({"name_en", "name_ja"} <= set(
                self.tables[name][0]), name)
        self.none(problems)

    def test_words(self):
        problems = []
        for name, row, column, value in self.fields():
            words = WORDS.get((name, column)) or \
                (VERIFIED if column == "verified" else None)
            if words and value and value not in words.split():
                problems.append("%s: %s '%s'" % (row.where, column, value))
        for row in self.tables["universities"]:
            parts = row["fields"].split(";")
            if not set(parts) <= set(FIELDS) or len(set(parts)) != len(parts):
                problems.append("%s: fields '%s'" % (row.where, row["fields"]))
        self.none(problems)

    def test_numbers(self):
        problems, seen = [], set()
        for name, row, column, value in self.fields():
            if value == "":
                continue
            at = "%s: %s '%s'" % (row.where, column, value)
            whole = limits(INTEGERS, name, column)
            real = limits(REALS, name, column)
            if column in BOOLEANS:
                if value not in ("0", "1"):
                    problems.append(at + " (0 or 1 expected)")
            elif whole:
                if not re.fullmatch(r"[1-9]\d*", value) or \
                        not whole[0] <= int(value) <= whole[1]:
                    problems.append(at + " (%d to %d expected)" % whole)
            elif real:
                form = r"\d+\.\d{5}" if column in ("lon_deg", "lat_deg") \
                    else r"-?(0|[1-9]\d*)(\.\d+)?"
                if not re.fullmatch(form, value) or \
                        not real[0] <= float(value) <= real[1]:
                    problems.append(at + " (%g to %g expected)" % real)
            elif re.fullmatch(r"-?\d+(\.\d+)?", value) and \
                    not column.endswith("code") and \
                    column not in ("code", "members", "approved", "node_id",
                                   "node_a", "node_b", "from_place",
                                   "to_place"):
                problems.append(at + " (a number in a text column)")
            seen |= {column, (name, column)}
        self.none(problems)
        for rule in list(INTEGERS) + list(REALS) + BOOLEANS:
            self.assertIn(rule, seen, "no such column")

    def test_years_in_order(self):
        problems = []
        for name, first, last in (
                ("stations", "opened", "shink_year"),
                ("plants", "opened", "closed"), ("rail", "opened", "closed"),
                ("designated", "valid_from", "valid_to")):
            for row in self.tables[name]:
                if row[first] and row[last] and \
                        int(row[first]) > int(row[last]):
                    problems.append("%s: %s %s is after %s %s" % (
                        row.where, first, row[first], last, row[last]))
        for row in self.tables["sites"] + self.tables["designated"]:
            day = r"19\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
            if row["approved"] and not re.fullmatch(
                    "%s(/%s)?" % (day, day), row["approved"]):
                problems.append("%s: approved '%s'" % (row.where,
                                                       row["approved"]))
        self.none(problems)

    def test_codes(self):
        problems = []
        for name, row, column, value in self.fields():
            if column == "pref_code" and value not in PREFECTURES:
                problems.append("%s: pref_code '%s'" % (row.where, value))
            if column not in ("code", "muni_code", "city_code", "members"):
                continue
            for code in value.split(";") if value else ():
                if not re.fullmatch(r"\d{5}", code) or \
                        code[:2] not in PREFECTURES or \
                        (code[2] == "1" and code not in CITIES_PP1NN) or \
                        code[2] not in "123456":
                    problems.append("%s: %s '%s'" % (row.where, column, code))
                elif column != "members" and code[:2] != row["pref_code"]:
                    problems.append("%s: %s %s is not in prefecture %s" %
                                    (row.where, column, code,
                                     row["pref_code"]))
        self.none(problems)

    def test_columns_that_go_together(self):
        problems = []
        for row in self.tables["stations"]:
            flags = (row["kind"] == "shinkansen", row["shinkansen"] == "1",
                     row["shink_year"] != "")
            if len(set(flags)) > 1:
                problems.append(row.where + ": kind, shinkansen, shink_year "
                                "do not agree")
        for row in self.tables["designated"]:
            if (row["members"] == "") != (row["memb_kind"] == ""):
                problems.append(row.where + ": members without memb_kind")
            codes = row["members"].split(";")
            if codes != sorted(set(codes)):
                problems.append(row.where + ": members not sorted or twice")
        for row in self.tables["sites"]:
            zone = row["kind"] == "technopolis"
            if not row["site_id"].startswith(row["kind"] + "-"):
                problems.append(row.where + ": kind " + row["kind"])
            for c in ("approved", "appr_mark", "mother_en", "note"):
                if zone and not row[c]:
                    problems.append("%s: %s is empty" % (row.where, c))
        self.none(problems)


if __name__ == "__main__":
    common.main()
