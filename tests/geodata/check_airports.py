#!/usr/bin/python3
"""airports against OurAirports and MLIT KSJ C28, flights against OpenFlights.

Every airport that OurAirports calls scheduled is in the table or listed as
left out.  Skipped (77) without the three files.
"""

import json
import sys

sys.dont_write_bytecode = True
import common
from common import metres, metres_outside, position

OURAIRPORTS = ("airports", "airports_ourairports.csv")
OPENFLIGHTS = ("airports", "direct_flights_to_metros.csv")
KSJ = ("airports", "ksj_c28_airports.geojson")
CLASSES = {1: "company", 2: "national", 3: "special_local", 4: "local",
           5: "other", 6: "joint_use"}


def service_differences():
    """{iata or ident: (ours, theirs)} where service is seen differently."""
    ours = common.by_id("airports")
    found, theirs = {}, set()
    for a in common.reference_rows(*OURAIRPORTS):
        iata = a["iata_code"]
        theirs.add(iata)
        scheduled = a["scheduled_service"] == "yes"
        have = iata in ours and ours[iata]["scheduled"] == "1"
        if have != scheduled:
            found[iata or a["ident"]] = ("yes" if have else "left out",
                                         a["scheduled_service"])
    for iata in ours:
        if iata not in theirs:
            found[iata] = ("yes", "")
    return found


def flight_differences():
    ours = {(r["iata"], r["metro"]) for r in common.table("flights")}
    theirs = {(r["iata"], r["metro"])
              for r in common.reference_rows(*OPENFLIGHTS)}
    return {"%s-%s" % pair: ("yes" if pair in ours else "",
                             "yes" if pair in theirs else "")
            for pair in ours ^ theirs}


class Airports(common.Case):
    def test_scheduled_service(self):
        self.differences("airports_service", service_differences())

    def test_positions(self):
        theirs = {a["iata_code"]: (float(a["longitude_deg"]),
                                   float(a["latitude_deg"]))
                  for a in common.reference_rows(*OURAIRPORTS)}
        self.none("%s: %.0f m from OurAirports" % (r.where, d)
                  for r in common.table("airports") if r["iata"] in theirs
                  for d in [metres(position(r), theirs[r["iata"]])]
                  if d > 1.5)       # five decimals

    def test_class_and_position_by_ksj(self):
        """The nearest polygon is within the position error and of the same
        legal class."""
        with open(common.reference(*KSJ), encoding="utf-8") as f:
            features = json.load(f)["features"]
        polygons = [(f["geometry"]["coordinates"][0], f["properties"])
                    for f in features]
        problems = []
        for row in common.table("airports"):
            at = position(row)
            d, ksj = min(((metres_outside(at, [ring], 0.1), p)
                          for ring, p in polygons), key=lambda x: x[0])
            if d > int(row["pos_err_m"]):
                problems.append("%s: %.0f m from an airport of KSJ" %
                                (row.where, d))
            elif CLASSES[ksj["C28_003"]] != row["class"]:
                problems.append("%s: class %s, %s (%s) in KSJ" % (
                    row.where, row["class"], CLASSES[ksj["C28_003"]],
                    ksj["C28_005"]))
        self.none(problems)


class Flights(common.Case):
    def test_pairs(self):
        self.differences("flights_pair", flight_differences())


if __name__ == "__main__":
    common.main(OURAIRPORTS, OPENFLIGHTS, KSJ)
