"""What the parts of tests/bench/table.py share: running programs, the lines of the table, the machine."""
import argparse
import datetime
import glob
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "../../.."))
BENCH = os.path.join(ROOT, "build/release/tests/bench/")
PROGRAM = os.path.join(ROOT, "build/release/technopolis")
PYTHON = "/usr/bin/python3"
TOPICS = ("nearest", "polygons", "reading", "writing", "whole", "dbscan", "hotspots", "network")


class Settings:
    """How much is run, and where."""

    def __init__(self, arguments):
        parser = argparse.ArgumentParser(prog="tests/bench/run", description="Ours beside the programs that people use.")
        parser.add_argument("--quick", action="store_true", help="a tenth of the rows, no PostGIS")
        parser.add_argument("--growth", action="store_true", help="ours alone at 100,000, 1,000,000 and 5,000,000 rows")
        parser.add_argument("--only", default="", help="topics, comma-separated: " + ", ".join(TOPICS))
        parser.add_argument("--rows", type=int, help="instead of 1,000,000")
        parser.add_argument("--runs", type=int, default=3, help="of which the median counts (3)")
        parser.add_argument("--verbose", action="store_true", help="also what each program printed")
        parser.add_argument("--folder", required=True, help=argparse.SUPPRESS)
        given = parser.parse_args(arguments)
        unknown = set(filter(None, given.only.split(","))) - set(TOPICS)
        if unknown:
            parser.error("no such topic: %s" % ", ".join(sorted(unknown)))
        self.quick, self.growth, self.verbose, self.runs = given.quick, given.growth, given.verbose, given.runs
        self.topics = [t for t in TOPICS if t in given.only.split(",") or not given.only]
        self.rows = given.rows or (100000 if given.quick else 1000000)
        self.folder = given.folder
        self.shared = os.environ.get("TP_SHARED_DATA", os.path.join(ROOT, "../shared/data"))

    def file(self, name):
        return os.path.join(self.folder, name)


class Table:
    """Prints line by line; remembers whether any answer differed."""

    def __init__(self, verbose):
        self.verbose, self.differ = verbose, False

    def head(self, runs):
        print("Medians of %d runs; PostGIS, geopandas, R's reader and what copies gigabytes once. Ratio: the other's time / ours" %
              runs)
        print("%-60s %9s %8s %7s  %s" % ("", "wall s", "peak MB", "ratio", "answers"), flush=True)

    def topic(self, text):
        print("\n" + text, flush=True)

    def line(self, what, seconds, mb=None, ratio=None, answers=""):
        wall = ("%9.4f" if seconds < 0.1 else "%9.3f" if seconds < 1 else "%9.2f") % seconds
        print("%-60s %s %8s %7s  %s" % (what, wall, "%.0f" % mb if mb else "", "%.1f" % ratio if ratio else "", answers),
              flush=True)

    def left_out(self, what, why):
        print("%-60s left out: %s" % (what, why), flush=True)

    def agree(self, same, text=""):
        """The word for the last column; a difference makes the whole program fail."""
        self.differ |= not same
        return ("agree" if same else "DIFFER") + (": " + text if text else "")

    def detail(self, text):
        if self.verbose:
            print("\n".join("    | " + part for part in text.rstrip().splitlines()), flush=True)


class Failed(Exception):
    """A program ended with an error; what it said."""


class TooLarge(Exception):
    """The machine has no room for it."""


def run(command, watch=None, **options):
    """Wall seconds, processor seconds and peak MB of a process, and what it printed. `watch` is told its number.

    By GNU time, since a child of a large process counts that one's memory as its own.
    """
    with tempfile.NamedTemporaryFile("r") as account:
        begun = time.perf_counter()
        process = subprocess.Popen(["/usr/bin/time", "-q", "-f", "%U %S %M", "-o", account.name, *command], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        if watch:
            watch.begin(process.pid)
        out, err = process.communicate()
        seconds = time.perf_counter() - begun
        if watch:
            watch.end()
        if process.returncode != 0:
            raise Failed("%s failed:\n%s%s" % (" ".join(command), out[-2000:], err[-2000:]))
        user, system, kb = account.read().split()
    return {"s": seconds, "cpu": float(user) + float(system), "mb": int(kb) / 1024, "out": out}


def several(command, runs, clean=None):
    """Medians of several runs; `clean` is a file that each makes anew."""
    results = []
    for _ in range(runs):
        if clean and os.path.exists(clean):
            os.remove(clean)
        results.append(run(command))
    return {key: statistics.median(r[key] for r in results) for key in ("s", "cpu", "mb")} | {"out": results[-1]["out"]}


def searched(result):
    """The median of the lines `search SECONDS` that a peer of its own prints."""
    return statistics.median(float(s) for s in re.findall(r"^search ([\d.]+)", result["out"], re.M))


class Watch:
    """Memory of a process and of all that it starts: the largest of each command, and with `shares` that of the sum. Looks
    four times a second, so that what is over sooner is missed."""

    def __init__(self, shares=False):
        self.peaks_mb, self.sum_mb, self.thread, self.shares = {}, 0, None, shares

    def begin(self, pid):
        self.going, self.pid = True, pid
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def end(self):
        self.going = False
        self.thread.join()

    def look(self):
        while self.going:
            total = 0
            for pid in descendants(self.pid):
                try:
                    peak = re.search(r"VmHWM:\s+(\d+)", text_of(pid, "status"))
                    command = text_of(pid, "cmdline").replace("\0", " ").strip()
                    if self.shares:  # pages that several processes share are counted once
                        total += int(re.search(r"Pss:\s+(\d+)", text_of(pid, "smaps_rollup"))[1]) / 1024
                except (OSError, TypeError):
                    continue
                self.peaks_mb[command] = max(int(peak[1]) / 1024 if peak else 0, self.peaks_mb.get(command, 0))
            self.sum_mb = max(self.sum_mb, total)
            time.sleep(0.25)

    def peak_mb(self, pattern):
        """Of the commands that the pattern finds; None: of none."""
        return max((mb for command, mb in self.peaks_mb.items() if re.search(pattern, command)), default=None)


def text_of(pid, name):
    with open("/proc/%d/%s" % (pid, name)) as file:
        return file.read()


def descendants(pid):
    children = {}
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat) as file:
                number, rest = file.read().split(" ", 1)
        except OSError:
            continue
        children.setdefault(int(rest[rest.rindex(")") + 2:].split()[1]), []).append(int(number))
    found, at = [pid], 0
    while at < len(found):
        found += children.get(found[at], [])
        at += 1
    return found


def machine():
    """One line: processor, cores, memory, date, versions."""
    with open("/proc/cpuinfo") as file:
        name = re.search(r"model name\s*: (.*)", file.read())
    with open("/proc/meminfo") as file:
        memory = int(re.search(r"MemTotal:\s+(\d+)", file.read())[1]) / 2 ** 20
    versions = run([PROGRAM, "--version"])["out"].split("\n")
    return "%s, %d cores, %.0f GB; %s, load %.1f; %s" % (
        name[1] if name else os.uname().machine, len(os.sched_getaffinity(0)), memory,
        datetime.date.today().isoformat(), os.getloadavg()[0], ", ".join(filter(None, versions)))


def free_gb():
    with open("/proc/meminfo") as file:
        return int(re.search(r"MemAvailable:\s+(\d+)", file.read())[1]) / 2 ** 20


def number(n):
    return "{:,}".format(n)


def plural(text):
    """1 thread(s) is one, 2 thread(s) are several."""
    return re.sub(r"\(s\)", "s", re.sub(r"\b1 (\w+)\(s\)", r"1 \1", text))


def fail(text):
    sys.exit("tests/bench: " + text)
