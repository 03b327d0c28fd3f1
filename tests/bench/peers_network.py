#!/usr/bin/env python3
"""Other libraries on the graph that bench_network --write made, beside bench_network itself.

Usage: peers_network.py FOLDER BENCH_NETWORK PEER_IGRAPH RUNS [OPTIONS OF BENCH_NETWORK…]   all, and their ratios
       peers_network.py scipy|graph-tool|pgrouting FOLDER RUNS                              one of them

Every peer answers two questions: (a) the nearest of the facilities for all nodes, (b) how many facilities lie within 30
minutes of every node. Only the searches are timed, in RUNS runs (five), of which the median counts; reading, building
the graph and counting what was found are left out (of pgRouting too: its time is that of the query, which reads the
edges from the table each time). All must give the same sum of times and the same counts.
"""
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

LIMIT_MS = 30 * 60 * 1000


def read(folder, name, kind="<i4"):
    return np.fromfile(Path(folder) / name, dtype=kind)


def say(text):
    print(text, flush=True)


def peer_scipy(folder, runs):
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    first, head, ms = (read(folder, f"{n}.i32") for n in ("first", "head", "time_ms"))
    facilities = read(folder, "facilities.i32")
    n = len(first) - 1
    graph = csr_matrix((ms.astype(np.float64), head, first), shape=(n, n))
    for _ in range(runs):
        start = time.perf_counter()
        times = dijkstra(graph, indices=facilities, min_only=True)
        say(f"nearest {time.perf_counter() - start:.6f}")
    say(f"sum {times[np.isfinite(times)].sum():.0f}")
    for _ in range(runs):
        count = np.zeros(n, np.uint32)
        search = 0.0
        for batch in np.array_split(facilities, max(1, len(facilities) * n // 40_000_000)):  # 320 MB of answers each
            start = time.perf_counter()
            times = dijkstra(graph, indices=batch, limit=LIMIT_MS)
            search += time.perf_counter() - start
            for row in times:
                count += row <= LIMIT_MS
        say(f"count {search:.6f}")
    count.tofile(Path(folder) / "count_scipy.u32")


def peer_graph_tool(folder, runs):
    import graph_tool.all as gt

    gt.openmp_set_num_threads(1)
    first, head, ms = (read(folder, f"{n}.i32") for n in ("first", "head", "time_ms"))
    facilities = read(folder, "facilities.i32")
    n = len(first) - 1
    tail = np.repeat(np.arange(n, dtype=np.int64), np.diff(first))
    graph = gt.Graph(directed=True)
    graph.add_vertex(n + 1)
    weight = graph.new_edge_property("int32_t")
    edges = np.column_stack([tail, head.astype(np.int64), ms.astype(np.int64)])
    roots = np.column_stack([np.full(len(facilities), n), facilities.astype(np.int64), np.zeros_like(facilities)])
    graph.add_edge_list(np.vstack([edges, roots]), eprops=[weight])
    far = 2**31 - 1
    for _ in range(runs):
        start = time.perf_counter()
        times = gt.shortest_distance(graph, graph.vertex(n), weights=weight)
        say(f"nearest {time.perf_counter() - start:.6f}")
    times = times.a[:n].astype(np.int64)
    say(f"sum {times[times < far].sum()}")
    # With a map of its own and the list of the nodes reached, a search need not touch the others: its fastest way.
    for _ in range(runs):
        count = np.zeros(n + 1, np.uint32)
        times = graph.new_vertex_property("int32_t", val=far)
        search = 0.0
        for facility in facilities:
            start = time.perf_counter()
            _, reached = gt.shortest_distance(graph, graph.vertex(facility), weights=weight, max_dist=LIMIT_MS,
                                              dist_map=times, return_reached=True)
            search += time.perf_counter() - start
            reached = np.asarray(reached)
            count[reached[times.a[reached] <= LIMIT_MS]] += 1
            times.a[reached] = far
        say(f"count {search:.6f}")
    count[:n].tofile(Path(folder) / "count_graph-tool.u32")


def peer_pgrouting(folder, runs):
    """In a cluster of its own under FOLDER/pg, as the user postgres (PostgreSQL refuses to run as root)."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    home = Path(folder).resolve() / "pg"
    as_postgres = ["runuser", "-u", "postgres", "--"]

    def sql(text, **more):
        command = as_postgres + [str(binaries / "psql"), "-h", str(home), "-p", "54329", "-d", "postgres", "-qAtX",
                                 "-v", "ON_ERROR_STOP=1", "-c", text]
        done = subprocess.run(command, text=True, capture_output=True, cwd="/", **more)
        if done.returncode != 0:
            sys.exit(done.stderr)
        return done.stdout

    subprocess.run(["rm", "-rf", str(home)], check=True)
    subprocess.run(["install", "-d", "-o", "postgres", str(home)], check=True)
    subprocess.run(as_postgres + [str(binaries / "initdb"), "-D", str(home / "data"), "-A", "trust"], check=True,
                   stdout=subprocess.DEVNULL, cwd="/")
    control = as_postgres + [str(binaries / "pg_ctl"), "-D", str(home / "data"), "-w", "-l", str(home / "log"), "-o",
                             f"-p 54329 -k {home} -c listen_addresses= -c shared_buffers=1GB -c work_mem=256MB"]
    subprocess.run(control + ["start"], check=True, stdout=subprocess.DEVNULL, cwd="/")
    try:
        sql("create extension postgis; create extension pgrouting;"
            "create table edges (id bigint, source bigint, target bigint, cost float8);"
            "create table roots (id bigint, source bigint, target bigint, cost float8)")
        first, head, ms = (read(folder, f"{n}.i32") for n in ("first", "head", "time_ms"))
        facilities = read(folder, "facilities.i32")
        n = len(first) - 1
        tail = np.repeat(np.arange(n, dtype=np.int64), np.diff(first))
        text = "\n".join(f"{i},{a},{b},{c}" for i, (a, b, c) in enumerate(zip(tail, head, ms)))
        sql("copy edges from stdin (format csv)", input=text)
        text = "\n".join(f"{len(head) + i},{n},{f},0" for i, f in enumerate(facilities))
        sql("copy roots from stdin (format csv)", input=text)
        sql("analyze")
        for _ in range(runs):
            start = time.perf_counter()
            total = sql("select sum(agg_cost)::bigint from pgr_drivingDistance("
                        "'select id, source, target, cost from edges union all "
                        f"select id, source, target, cost from roots', {n}, 1e12, true)")
            say(f"nearest {time.perf_counter() - start:.6f}")
        say(f"sum {total.strip()}")
        # One answer may have at most 1 GB, so what is larger is asked for in several.
        batches = np.array_split(facilities, 1 + int(read(folder, "count.u32", "<u4").sum()) // 15_000_000)
        for _ in range(runs):
            start = time.perf_counter()
            sql("drop table if exists counted; create unlogged table counted (node bigint, n bigint)")
            for batch in batches:
                sql("insert into counted select node, count(*) from pgr_drivingDistance("
                    "'select id, source, target, cost from edges', "
                    f"array[{','.join(str(f) for f in batch)}]::bigint[], {LIMIT_MS}, true, false) group by node")
            say(f"count {time.perf_counter() - start:.6f}")
        count = np.zeros(n, np.uint32)
        for line in sql("copy counted to stdout (format csv)").split():
            node, times = line.split(",")
            count[int(node)] += int(times)
        count.tofile(Path(folder) / "count_pgrouting.u32")
    finally:
        subprocess.run(control + ["stop", "-m", "fast"], check=False, stdout=subprocess.DEVNULL, cwd="/")


def run(name, command):
    """Runs a peer; gives its medians, its sum and its whole time."""
    start = time.perf_counter()
    done = subprocess.run(command, text=True, capture_output=True)
    if done.returncode != 0:
        say(f"{name}: failed\n{done.stderr[-2000:]}")
        return None
    numbers = {"nearest": [], "count": [], "sum": []}
    for line in done.stdout.splitlines():
        key, value = line.split()
        numbers[key].append(float(value))
    return {"nearest": statistics.median(numbers["nearest"]), "count": statistics.median(numbers["count"]),
            "sum": int(numbers["sum"][0]), "whole": time.perf_counter() - start}


def ours(folder, bench, runs, options):
    command = [bench, "--write", folder, "--runs", str(runs), *options]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, check=True)
    say(done.stdout)
    found = {}
    timings = re.findall(r"^(nearest|count), (\d+) thread\(s\): ([0-9.]+) s", done.stdout, re.M)
    for question, threads, seconds in timings:
        found[question, int(threads)] = float(seconds)
    found["threads"] = sorted(threads for question, threads in found if question == "count")
    found["sum"] = int(re.search(r"sum of ms (\d+)", done.stdout).group(1))
    return found


def main(folder, bench, igraph, runs, *options):
    mine = ours(folder, bench, int(runs), options)
    runs = int(runs)
    me = [sys.executable, __file__]
    peers = {"scipy": me + ["scipy", folder, str(runs)],
             "igraph": [igraph, folder, str(runs)],
             "graph-tool": me + ["graph-tool", folder, str(runs)],
             "pgrouting": me + ["pgrouting", folder, str(min(runs, 3))]}
    count = read(folder, "count.u32", "<u4")
    rows, good = {}, True
    for name, command in peers.items():
        found = run(name, command)
        if found is None:
            good = False
            continue
        theirs = read(folder, f"count_{name}.u32", "<u4")
        equal = found["sum"] == mine["sum"] and np.array_equal(theirs, count)
        good &= equal
        rows[name] = found
        verdict = "all equal ours" if equal else f"DIFFERS FROM OURS at {(theirs != count).sum()} nodes"
        say(f"{name}: nearest {found['nearest']:.2f} s, count {found['count']:.2f} s; {verdict}")
    say("")
    say(f"{'':22}{'(a) nearest':>14}{'(b) count':>14}")
    for threads in mine["threads"]:
        name = f"ours, {threads} thread(s)"
        say(f"{name:22}{mine['nearest', threads]:12.4f} s{mine['count', threads]:12.4f} s")
    for name, found in rows.items():
        say(f"{name:22}{found['nearest']:12.3f} s{found['count']:12.3f} s")
    if rows:
        for threads in mine["threads"]:
            ratios = [min(f[q] for f in rows.values()) / mine[q, threads] for q in ("nearest", "count")]
            say(f"{'fastest / ours, ' + str(threads):22}{ratios[0]:12.1f} x{ratios[1]:12.1f} x")
    return 0 if good else 1


if __name__ == "__main__":
    single = {"scipy": peer_scipy, "graph-tool": peer_graph_tool, "pgrouting": peer_pgrouting}
    if len(sys.argv) == 4 and sys.argv[1] in single:
        single[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
    elif len(sys.argv) > 4:
        sys.exit(main(*sys.argv[1:]))
    else:
        sys.exit(__doc__)
