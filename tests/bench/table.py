#!/usr/bin/env python3
"""The table of tests/bench/run, which prepares what this needs: each topic is a file of the folder peers."""
import importlib
import os
import signal
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from peers.common import Failed, Settings, Table, machine  # noqa: E402


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are stopped
    settings = Settings(sys.argv[1:])
    table = Table(settings.verbose)
    print(machine())
    table.head(settings.runs)
    for topic in ["growth"] if settings.growth else settings.topics:
        try:
            importlib.import_module("peers." + topic).bench(settings, table)
        except Exception as failure:  # the other topics are still worth their time
            print("FAILED: %s" % (failure if isinstance(failure, Failed) else traceback.format_exc()), flush=True)
            table.differ = True
    if table.differ:
        sys.exit("tests/bench/run: an answer differs, or a program failed (see above)")


main()
