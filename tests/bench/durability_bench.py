#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures what durability costs: CPU and wall time of each StartTransaction and StopTransaction with and without a
data directory, at one charger and at 1,000 at once, and how often the disk is waited for.

All chargers start a transaction at once, then all stop it, and so on, through real processes on 127.0.0.1. CPU is the run
time of all threads of the bridge (/proc/PID/task/*/schedstat), wall time is what the charger waits for its answer, and
fsyncs are counted where the process calls them (count_fsync.c). The figures of the store alone come last.
"""

import argparse
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile

import bridge_bench as bench


def cpuNanoseconds(pid):
    total = 0
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/schedstat" % (pid, task)) as stat:
            total += int(stat.read().split()[0])
    return total


class Fsyncs:
    """The counter that the preloaded library keeps."""

    def __init__(self, folder, library):
        self.path = os.path.join(folder, "fsyncs")
        self.environment = dict(os.environ, LD_PRELOAD=library, FSYNC_COUNT=self.path)

    def count(self):
        with open(self.path, "rb") as counter:
            return struct.unpack("L", counter.read(8))[0]


def preload(folder):
    source, target = os.path.join(bench.HERE, "count_fsync.c"), os.path.join(folder, "count_fsync.so")
    compiler = os.environ.get("CC", "gcc").split()
    subprocess.run(compiler + ["-O2", "-shared", "-fPIC", source, "-o", target, "-ldl"], check=True)
    return target


def measure(options, tools, library, chargers, durable):
    """Rows of StartTransaction and StopTransaction."""
    folder = tempfile.mkdtemp(prefix="ocpp-soap-bridge-bench-", dir=options.disk)
    children = []
    try:
        backend = bench.Child([tools["ws_backend"], "300"])
        children.append(backend)
        central = backend.line("listening").split()[1]
        fsyncs = Fsyncs(folder, library)
        command = [options.bridge, "--listen", "127.0.0.1:0", "--central-url", central, "--auto-register"]
        command += ["--data-dir", os.path.join(folder, "data")] if durable else []
        bridge = bench.Child(["sh", "-c", 'exec "$@" 2>&1', "sh"] + command, env=fsyncs.environment)
        children.insert(0, bridge)
        port = bridge.line("listening").split("http://127.0.0.1:", 1)[1].split("/", 1)[0]
        bridge.ignore()
        pid = bridge.child.pid
        load = bench.Child([tools["billing"], port, str(chargers)])
        children.insert(0, load)
        load.line("ready")
        rounds = max(2, options.messages // chargers)
        rows = {action: {"cpu": 0, "p50": [], "p99": [], "failed": 0} for action in ("Start", "Stop")}
        syncs = 0
        for number in range(rounds):
            for action, row in rows.items():
                cpu, before = cpuNanoseconds(pid), fsyncs.count()
                told = load.ask("")
                if number == 0:
                    continue  # the first round warms up
                row["cpu"] += cpuNanoseconds(pid) - cpu
                syncs += fsyncs.count() - before
                row["p50"].append(told["p50us"])
                row["p99"].append(told["p99us"])
                row["failed"] += told["failed"] + told["broken"]
        messages = (rounds - 1) * chargers
        for action, row in rows.items():
            row["cpu"] /= messages * 1000.0
            row["p50"] = statistics.median(row["p50"]) / 1000
            row["p99"] = statistics.median(row["p99"]) / 1000
            row["fsyncs"] = syncs * 1000.0 / (2 * messages)
        return rows
    finally:
        for child in children:
            child.end()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bridge", default=os.path.join(bench.BUILD, "ocpp-soap-bridge"))
    parser.add_argument("--tools", default=os.path.join(bench.BUILD, "tests", "bench"))
    parser.add_argument("--disk", help="a folder on the disk to measure (default: where temporary files go)")
    parser.add_argument("--chargers", default="1,1000")
    parser.add_argument("--messages", type=int, default=10000, help="of each kind, at the larger number of chargers")
    options = parser.parse_args()
    tools = bench.build(options.tools)
    library = preload(options.tools)
    form = "%8s %10s %-18s %14s %12s %12s %14s %7s"
    print(form % ("chargers", "durability", "message", "CPU us each", "p50 wall ms", "p99 wall ms", "fsyncs/1000", "failed"))
    failed = 0
    for chargers in map(int, options.chargers.split(",")):
        options.messages = min(options.messages, 2000) if chargers == 1 else options.messages
        for durable in (False, True):
            rows = measure(options, tools, library, chargers, durable)
            for action, row in rows.items():
                failed += row["failed"]
                print(
                    "%8d %10s %-18s %14.1f %12.2f %12.2f %14.1f %7d"
                    % (
                        chargers,
                        "on" if durable else "off",
                        action + "Transaction",
                        row["cpu"],
                        row["p50"],
                        row["p99"],
                        row["fsyncs"],
                        row["failed"],
                    ),
                    flush=True,
                )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
