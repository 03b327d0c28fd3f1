"""Minutes and counts on the time network: peers_network.sh, whose lines become lines of the table."""
import re

from peers.common import BENCH, HERE, Watch, number, plural, run

MEMORY = {"scipy": "peers_network.py scipy", "igraph": "^[^ ]*/peer_igraph", "graph-tool": "peers_network.py graph-tool"}
QUESTIONS = (("nearest", "nearest facility of all nodes"), ("count", "facilities within 30 minutes"))


def ours(out):
    """Seconds by question and threads."""
    found = re.findall(r"^(nearest|count), (\d+) thread\(s\): ([\d.]+) s", out, re.M)
    return {(question, int(threads)): float(s) for question, threads, s in found}


def bench(settings, table):
    nodes = settings.rows
    options = ["--nodes", str(nodes), "--facilities", str(nodes // 500)]
    command = ["bash", HERE + "/../peers_network.sh", BENCH + "bench_network", str(settings.runs), *options]
    if settings.quick:
        command = [BENCH + "bench_network", *options, "--runs", str(settings.runs)]
    table.topic("The time network of %s nodes with %s facilities, search alone" % (number(nodes), number(nodes // 500)))
    watch = Watch()
    out = run(command, watch)["out"]
    table.detail(out)
    mine = ours(out)
    mb = float(re.search(r"^peak memory: (\d+) MB", out, re.M)[1])
    peers = re.findall(r"^(\S+): nearest ([\d.]+) s, count ([\d.]+) s; (.*)", out, re.M)
    for at, (question, title) in enumerate(QUESTIONS):
        for threads in (1, 2):
            if (question, threads) in mine:
                table.line(plural("ours, %s, %d thread(s)" % (title, threads)), mine[question, threads], mb)
        for name, *seconds, verdict in peers:
            table.line("  " + name, float(seconds[at]), watch.peak_mb(MEMORY.get(name, "^$")),
                       float(seconds[at]) / mine[question, 1],
                       table.agree(verdict == "all equal ours", "" if verdict == "all equal ours" else verdict))
    for failed in re.findall(r"^(\S+: failed)", out, re.M):
        print(table.agree(False, failed))
    if settings.quick:
        table.left_out("  scipy, igraph, graph-tool, pgRouting", "--quick")
