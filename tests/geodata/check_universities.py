#!/usr/bin/python3
"""universities against MEXT's list of 2022: names, kinds, founding years and
positions; institutes against ROR: founding years and prefectures.

Each disagreement is listed in known_differences.csv with its reason; the
groups are explained in geodata/README.md.  Skipped (77) without the files.
"""

import re
import sys

sys.dont_write_bytecode = True
import common
from common import metres, position

MEXT = ("universities", "university_campuses.csv")
ROR = ("institutes", "ror_japan.csv")
KINDS = {"national": "国立", "public": "公立", "private": "私立"}
PREFECTURES_EN = """Hokkaido Aomori Iwate Miyagi Akita Yamagata Fukushima
    Ibaraki Tochigi Gunma Saitama Chiba Tokyo Kanagawa Niigata Toyama Ishikawa
    Fukui Yamanashi Nagano Gifu Shizuoka Aichi Mie Shiga Kyoto Osaka Hyogo Nara
    Wakayama Tottori Shimane Okayama Hiroshima Yamaguchi Tokushima Kagawa Ehime
    Kochi Fukuoka Saga Nagasaki Kumamoto Oita Miyazaki Kagoshima
    Okinawa""".split()


def mext():
    """{name: campus rows}, by our names where ours are spelled otherwise."""
    rows = {}
    for r in common.reference_rows(*MEXT):
        rows.setdefault(r["univ"], []).append(r)
    spelled = {theirs: ours for _, (ours, theirs) in
               common.known("universities_name").items()}
    return {spelled.get(name, name): r for name, r in rows.items()}


def main_rows():
    return [r for r in common.table("universities") if r["campus"] == "main"]


def name_differences():
    """Names that the list has not: with the listed spelling, if it has it."""
    raw = {r["univ"] for r in common.reference_rows(*MEXT)}
    listed = common.known("universities_name")
    found = {}
    for r in main_rows():
        if r["name_ja"] not in raw:
            theirs = listed.get(r["univ"], ("", ""))[1]
            found[r["univ"]] = (r["name_ja"], theirs if theirs in raw else "")
    return found


def missing():
    """National and public universities of the list that are not in ours."""
    ours = {r["name_ja"] for r in main_rows()}
    return {name: ("", rows[0]["type"]) for name, rows in mext().items()
            if rows[0]["type"] in ("国立", "公立") and name not in ours}


def year_differences():
    """Two: the years that differ, and the universities without one there."""
    theirs = mext()
    differ, none = {}, {}
    for r in main_rows():
        if r["name_ja"] not in theirs:
            continue
        year = theirs[r["name_ja"]][0]["univ_event_year"]
        if year == "":
            none[r["univ"]] = (r["founded"], "")
        elif year != r["founded"]:
            differ[r["univ"]] = (r["founded"], year)
    return differ, none


def position_differences():
    """Rows farther from every campus of the list than their pos_err_m: the
    error and the distance in km, as text."""
    theirs = mext()
    names = {r["univ"]: r["name_ja"] for r in main_rows()}
    found = {}
    for r in common.table("universities"):
        places = [(float(c["lon"]), float(c["lat"]))
                  for c in theirs.get(names[r["univ"]], ()) if c["lat"]]
        d = min((metres(position(r), p) for p in places), default=None)
        if d is None or d > int(r["pos_err_m"]):
            found[r["univ_id"]] = (r["pos_err_m"] + " m", "" if d is None
                                   else "%.1f km" % (d / 1000))
    return found


def plain(name):
    """Without macrons."""
    return name.translate(str.maketrans("ŌōŪū", "OoUu"))


def ror_differences():
    """Two: founding years and prefectures of institutes that name a ROR id."""
    ror = {r["ror_id"].rsplit("/", 1)[1]: r
           for r in common.reference_rows(*ROR)}
    years, prefectures = {}, {}
    for r in common.table("institutes"):
        for i in re.findall(r"\bROR (0[a-z0-9]{8})\b", r["source"]):
            theirs = ror.get(i)
            if theirs is None:
                years[r["inst_id"]] = (i, "no such id")
                continue
            if r["founded"] and theirs["established"] not in (
                    "", r["founded"]):
                years[r["inst_id"]] = (r["founded"], theirs["established"])
            prefecture = PREFECTURES_EN[int(r["pref_code"]) - 1]
            if plain(theirs["subdivision"]) not in ("", prefecture):
                prefectures[r["inst_id"]] = (prefecture,
                                             theirs["subdivision"])
    return years, prefectures


class Universities(common.Case):
    def test_names(self):
        self.differences("universities_name", name_differences())

    def test_national_and_public_are_complete(self):
        self.differences("universities_missing", missing())

    def test_kinds(self):
        theirs = mext()
        self.none("%s: %s, %s in the list" % (
                      r.where, r["kind"], theirs[r["name_ja"]][0]["type"])
                  for r in main_rows() if r["name_ja"] in theirs and
                  theirs[r["name_ja"]][0]["type"] != KINDS[r["kind"]])

    def test_founding_years(self):
        self.differences("universities_year", year_differences()[0])

    def test_universities_without_a_year(self):
        self.differences("universities_no_year", year_differences()[1])

    def test_marks(self):
        """V: the year is the list's, or ROR's, or a named page's."""
        differ, none = year_differences()
        ror = {r["ror_id"].rsplit("/", 1)[1]: r["established"]
               for r in common.reference_rows(*ROR)}
        problems = []
        for r in common.table("universities"):
            by_ror = [ror.get(i) for i in
                      re.findall(r"\bROR (0[a-z0-9]{8})\b", r["source"])]
            says_ror = "equal to ROR" in r["source"]
            if says_ror and r["founded"] not in by_ror:
                problems.append("%s: %s, but ROR has %s" % (
                    r.where, r["founded"], by_ror))
            if r["verified"] == "V" and r["univ"] in {**differ, **none} and \
                    not says_ror and not r["source"].startswith("Year: "):
                problems.append("%s: V, but not %s in the list, and no page "
                                "is named" % (r.where, r["founded"]))
        self.none(problems)

    def test_positions(self):
        self.differences("universities_position", position_differences())


class Institutes(common.Case):
    def test_years_by_ror(self):
        self.differences("institutes_year", ror_differences()[0])

    def test_prefectures_by_ror(self):
        self.none("%s: %s, %s in ROR" % ((i,) + d)
                  for i, d in ror_differences()[1].items())


if __name__ == "__main__":
    common.main(MEXT, ROR)
