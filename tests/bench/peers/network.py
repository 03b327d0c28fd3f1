"""Minutes and counts on the time network: peers_network.sh, whose lines become lines of the table."""
import re

from peers.common import BENCH, HERE, Watch, number, run

QUICK = ["--nodes", "100000", "--facilities", "500"]
MEMORY = {"scipy": "peers_network.py scipy", "igraph": "^[^ ]*/peer_igraph", "graph-tool": "peers_network.py graph-tool"}
QUESTIONS = (("nearest", "nearest facility of all nodes"), ("count", "facilities within 30 minutes"))


def ours(out):
    """Seconds by question and threads."""
    found = re.findall(r"^(nearest|count), (\d+) thread\(s\): ([\d.]+) s", out, re.M)
    return {(question, int(threads)): float(s) for question, threads, s in found}


def bench(settings, table):
    command = ["bash", HERE + "/../peers_network.sh", BENCH + "bench_network", str(settings.runs)]
    if settings.quick or settings.rows < 1000000:
        command = [BENCH + "bench_network", *QUICK, "--runs", str(settings.runs)]
    table.topic("The time network of %s nodes, search alone" % number(100000 if command[0] != "bash" else 1000000))
    watch = Watch()
    out = run(command, watch)["out"]
    table.detail(out)
    mine = ours(out)
    peers = re.findall(r"^(\S+): nearest ([\d.]+) s, count ([\d.]+) s; (.*)", out, re.M)
    for at, (question, title) in enumerate(QUESTIONS):
        for threads in (1, 2):
            if (question, threads) in mine:
                table.line("ours, %s, %d thread%s" % (title, threads, "s"[:threads - 1]), mine[question, threads],
                           watch.peak_mb("bench_network --"))
        for name, *seconds, verdict in peers:
            table.line("  " + name, float(seconds[at]), watch.peak_mb(MEMORY.get(name, name)),
                       float(seconds[at]) / mine[question, 1],
                       table.agree(verdict == "all equal ours", "" if verdict == "all equal ours" else verdict))
    for failed in re.findall(r"^(\S+: failed)", out, re.M):
        print(table.agree(False, failed))
    if command[0] != "bash":
        table.left_out("  scipy, igraph, graph-tool, pgRouting", "--quick")
