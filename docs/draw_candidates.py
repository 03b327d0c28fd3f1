#!/usr/bin/python3
"""Draws the sites and candidate zones of a screened grid: draw_candidates.py FILE.gpkg PICTURE.png [W S E N]

Needs python3-geopandas and python3-matplotlib. The picture in this folder was made so:
technopolis run configs/kyushu-grid.yaml
docs/draw_candidates.py out/kyushu-grid.gpkg docs/kyushu-grid.png 129.3 30.9 132.2 34.1
"""

import sys

import geopandas
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plot

COLOURS = {"met": "#1a9850", "unknown": "#fee08b", "not_met": "#eeeeee"}


def main():
    source, target = sys.argv[1:3]
    box = [float(degrees) for degrees in sys.argv[3:7]]
    sites = geopandas.read_file(source, layer="sites")
    zones = geopandas.read_file(source, layer="candidates")
    prefectures = geopandas.read_file(source, layer="prefectures")
    figure, axes = plot.subplots(figsize=(9, 10.5))
    sites.plot(ax=axes, color=sites.verdict.map(COLOURS), marker="s",
               markersize=7)
    prefectures.boundary.plot(ax=axes, color="#888888", linewidth=0.5)
    for kind, colour, width in (("met_or_unknown", "#b36b00", 0.7),
                                ("met", "#00441b", 1.2)):
        zones[zones.kind == kind].boundary.plot(ax=axes, color=colour,
                                                linewidth=width)
    for _, zone in zones[zones.kind == "met"].iterrows():
        axes.annotate("%d %s" % (zone["rank"], zone["name"]),
                      (zone.best_lon + 0.02, zone.best_lat), fontsize=8)
    if box:
        axes.set_xlim(box[0], box[2])
        axes.set_ylim(box[1], box[3])
    axes.set_aspect(1.2)
    axes.set_title("1 km squares that meet (green) or do not fail (yellow) all "
                   "required criteria of 1982; modelled roads, sample layers",
                   fontsize=9)
    plot.tight_layout()
    plot.savefig(target, dpi=80, metadata={"Software": None})


main()
