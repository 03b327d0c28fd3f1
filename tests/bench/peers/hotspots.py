"""Gi* beside R's spdep and scipy.ndimage: peers_hotspots.sh, whose lines become lines of the table."""
import os
import re

from peers.common import BENCH, HERE, Failed, Watch, run

LINE = re.compile(r"^(\w+) +work +([\d.]+) s \| process +([\d.]+) s, processor +([\d.]+) s \| sum of \|z\| ([\d.]+)", re.M)
TITLES = {"ours_cells_1": ("ours, non-empty cells, 1 thread", None, ("cells", "1")),
          "ours_cells_2": ("ours, non-empty cells, 2 threads", None, ("cells", "2")),
          "spdep_cells": ("  R spdep (its neighbours and localG)", "ours_cells_1", r"R\b.*spdep\.R"),
          "ours_full_1": ("ours, full grid, 1 thread", None, ("full", "1")),
          "ours_full_2": ("ours, full grid, 2 threads", None, ("full", "2")),
          "ndimage_full": ("  scipy.ndimage, full grid", "ours_full_1", r"ndimage\.py")}


def bench(settings, table):
    table.topic("Gi* of a made-up Japan, non-empty cells and the full grid of 2.27 million, whole processes")
    watch = Watch()
    out = run(["bash", HERE + "/../peers_hotspots.sh", BENCH + "bench_hotspots"], watch,
              env=dict(os.environ, TURNS=str(settings.runs)))["out"]
    table.detail(out)
    found = {name: tuple(map(float, rest)) for name, *rest in LINE.findall(out)}
    if not {"ours_cells_1", "ours_full_1", "spdep_cells", "ndimage_full"} <= set(found):
        raise Failed("peers_hotspots.sh told nothing that is understood here:\n" + out)
    folder = settings.file("cells")
    os.makedirs(folder)
    run([BENCH + "bench_hotspots", "make", folder])
    for name, (work, process, processor, answer) in found.items():
        title, mine, memory = TITLES.get(name, ("  " + name, None, name))
        expected = found[mine][3] if mine else found[name.replace("_2", "_1")][3]
        own = isinstance(memory, tuple)
        mb = run([BENCH + "bench_hotspots", memory[0], folder, memory[1]])["mb"] if own else watch.peak_mb(memory)
        table.line(title, process, mb, process / found[mine][1] if mine else None,
                   "%.3f s of work, %.2f s of processor; %s" % (
                       work, processor, table.agree(abs(answer - expected) <= 2e-9 * expected, "sum of |z| %.9g" % answer)))
