#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures what the bridge costs, next to a Node bridge of the same job: CPU time and memory as the kernel counts.

For each number of chargers and kind of connection the back-end, the bridge and the load start as real processes on
127.0.0.1. The load is a fleet of ocpp-soap-cp: every charge point boots; then sessions of charging go through, some
20,000 messages at a time, several times. Told are medians of the CPU milliseconds of the bridge process (utime + stime of /proc/PID/stat) per 1,000 SOAP round trips, and
its resident memory (/proc/PID/statm) per idle charger. The last lines tell the ratio to the Node bridge, and which
limit of this machine comes first.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
# Seconds handed out at boot. Longer than any rest of the fleet: a bridge would answer most Heartbeats by itself (SM-5).
HEARTBEAT_INTERVAL = 60
# A session of the fleet: seconds of charging, of rest, and between readings; its time flies (--at-once).
CHARGING, REST, SAMPLING = 40, 30, 10


def cpuSeconds(pid):
    with open("/proc/%d/stat" % pid) as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident(pid):
    with open("/proc/%d/statm" % pid) as statm:
        return int(statm.read().split()[1]) * PAGE


class Child:
    """A process whose stdout is read line by line; it ends with its stdin or by SIGTERM."""

    def __init__(self, command, env=None, log=None):
        self.child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=env, text=True, bufsize=1
        )
        self.reader = None

    def line(self, mark=""):
        for line in self.child.stdout:
            if mark in line:
                return line
        raise RuntimeError("%s ended" % self.child.args[0])

    def ask(self, text):
        self.child.stdin.write(text + "\n")
        self.child.stdin.flush()
        return json.loads(self.line("{"))

    def ignore(self):
        """Reads and forgets further lines: a process that logs must never wait for its reader."""
        self.reader = threading.Thread(target=lambda: [None for _ in self.child.stdout], daemon=True)
        self.reader.start()

    def end(self):
        self.child.stdin.close()
        self.child.terminate()
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        if self.reader:
            self.reader.join()
        self.child.stdout.close()


def startFleet(options, url, chargers, keep, in_flight):
    """(child, what it told when all had booted). Every charge point has an address of its own, as real ones have."""
    child = Child(
        [
            options.cp,
            *("--central", url, "--version", options.version),
            *("--fleet", str(chargers), "--at-once", str(min(chargers, in_flight))),
            *("--source", "127.1.0.1", "--spread", str(1 + chargers // 2000)),
            *("--session", "TAG", "--sessions", "0"),
            *("--session-seconds", str(CHARGING), "--pause-seconds", str(REST)),
            *("--set", "MeterValueSampleInterval=%d" % SAMPLING),
            *("--set", "MeterValuesSampledData=Energy.Active.Import.Register,Power.Active.Import"),
            *(["--keep-alive"] if keep else []),
        ]
    )
    return child, json.loads(child.line("{"))


def lost(told):
    return told["faults"] + told["unanswered"]


def build(folder):
    """Compiles the helpers when they are missing or old; returns their paths."""
    os.makedirs(folder, exist_ok=True)
    paths = {}
    for name, libraries in (("billing", []), ("ws_backend", ["-lcrypto"])):
        source, target = os.path.join(HERE, name + ".cpp"), os.path.join(folder, name)
        if not os.path.exists(target) or os.path.getmtime(target) < os.path.getmtime(source):
            compiler = os.environ.get("CXX", "g++").split()
            subprocess.run(compiler + ["-std=c++17", "-O2", source, "-o", target] + libraries, check=True)
        paths[name] = target
    return paths


def startBridge(options, target, central, folder, durable):
    """Returns (child, port) of "ours" or "node"."""
    log = open(os.path.join(folder, "bridge.err"), "w")
    if target == "node":
        env = dict(os.environ, NODE_PATH=options.modules, NODE_ENV="production")
        child = Child(["node", os.path.join(HERE, "node_bridge.js"), options.wsdl, central], env=env, log=log)
    else:
        # its log may stand on either stream
        command = [
            options.bridge,
            "--listen",
            "127.0.0.1:0",
            "--central-url",
            central,
            "--auto-register",
            "--callback-allow",
            "127.0.0.0/8",
        ]
        command += ["--data-dir", os.path.join(folder, "data")] if durable else []
        command += options.bridge_option
        child = Child(["sh", "-c", 'exec "$@" 2>&1', "sh"] + command)
    line = child.line("listening")
    child.ignore()
    return child, int(line.split("http://127.0.0.1:", 1)[1].split("/", 1)[0])


def measure(options, tools, target, chargers, kind):
    """One row of the table."""
    folder = tempfile.mkdtemp(prefix="ocpp-soap-bridge-bench-")
    children = []
    try:
        backend = Child([tools["ws_backend"], str(HEARTBEAT_INTERVAL)])
        children.append(backend)
        central = backend.line("listening").split()[1]
        bridge, port = startBridge(options, target, central, folder, kind == "disk")
        children.insert(0, bridge)
        pid = bridge.child.pid
        empty = resident(pid)
        url = "http://127.0.0.1:%d/ocpp/%s" % (port, options.version)
        load, boot = startFleet(options, url, chargers, kind != "new", options.in_flight)
        children.insert(0, load)
        row = {
            "target": target,
            "chargers": chargers,
            "kind": kind,
            "idle": (resident(pid) - empty) / chargers,
            "failed": lost(boot),
        }
        count = options.messages if target == "ours" else options.node_messages
        load.ask("requests %d" % (count // 2))  # warm: the other bridge compiles while it runs
        runs = [run(load, backend, pid, count) for _ in range(options.runs)]
        row["cpu"] = statistics.median(r["cpu"] for r in runs)
        row["spread"] = max(r["cpu"] for r in runs) - min(r["cpu"] for r in runs)
        row["calls"] = statistics.median(r["calls"] for r in runs)
        row["rate"] = statistics.median(r["rate"] for r in runs)
        row["p99"] = statistics.median(r["p99"] for r in runs)
        row["failed"] += sum(r["failed"] for r in runs)
        row["resident"] = resident(pid)
        return row
    finally:
        for child in children:
            child.end()
        shutil.rmtree(folder, ignore_errors=True)


def run(load, backend, pid, count):
    before, calls = cpuSeconds(pid), backend.ask("stats")["calls"]
    told = load.ask("requests %d" % count)
    cpu = cpuSeconds(pid) - before
    calls = backend.ask("stats")["calls"] - calls
    return {
        "cpu": cpu * 1e6 / told["requests"],
        "calls": calls / told["requests"],
        "failed": lost(told),
        "rate": told["answered"] / told["seconds"],
        "p99": told["p99us"] / 1000,
    }


def modulesFolder():
    folder = os.path.join(ROOT, "tests", "system", "node_modules")
    return folder if os.path.isdir(os.path.join(folder, "ocpp-rpc")) else None


def filesNeeded(chargers, kind):
    """Open files of the bridge: a WebSocket per charger, a connection of the charger where it keeps one, the rest."""
    return chargers * (1 if kind == "new" else 2) + 200


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bridge", default=os.path.join(BUILD, "ocpp-soap-bridge"))
    parser.add_argument("--cp", default=os.path.join(BUILD, "ocpp-soap-cp"), help="the load")
    parser.add_argument(
        "--bridge-option",
        action="append",
        default=[],
        help="a further argument for the bridge, e.g. --bridge-option=--x",
    )
    parser.add_argument("--wsdl", default=os.path.join(ROOT, "wsdl"))
    parser.add_argument("--modules", default=modulesFolder(), help="node_modules with soap and ocpp-rpc")
    parser.add_argument(
        "--tools", default=os.path.join(BUILD, "tests", "bench"), help="where ws_backend is built"
    )
    parser.add_argument("--version", default="1.6", choices=("1.2", "1.5", "1.6"))
    parser.add_argument("--chargers", default="100,1000,5000,9000")
    parser.add_argument("--node-chargers", default="100,1000", help="numbers for which the Node bridge runs, too")
    parser.add_argument(
        "--kinds",
        default="keep,new,disk",
        help="keep: one connection per charger; new: one per message; disk: as keep, the bridge with --data-dir",
    )
    parser.add_argument("--targets", default="ours,node")
    parser.add_argument("--messages", type=int, default=20000, help="per run")
    parser.add_argument("--node-messages", type=int, default=4000, help="per run of the Node bridge")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--in-flight", type=int, default=64, help="charge points that act at any time")
    parser.add_argument("--json", help="also write the rows there")
    return parser.parse_args()


def main():
    options = parse()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    tools = build(options.tools)
    print(
        "OCPP %s, sessions of charging, %d charge points at a time, medians of %d runs; %d open files allowed per process"
        % (options.version, options.in_flight, options.runs, hard)
    )
    print(
        "%-6s %8s %-5s %16s %8s %11s %10s %9s %11s %9s %7s"
        % (
            "bridge",
            "chargers",
            "conn",
            "CPU ms/1000 SOAP",
            "spread",
            "CALLs/SOAP",
            "messages/s",
            "p99 ms",
            "KiB/charger",
            "RSS MiB",
            "failed",
        )
    )
    rows = []
    for kind in options.kinds.split(","):
        for chargers in map(int, options.chargers.split(",")):
            for target in options.targets.split(","):
                if target == "node" and (kind == "disk" or str(chargers) not in options.node_chargers.split(",")):
                    continue
                if target == "node" and not options.modules:
                    print("node: npm packages are missing, run npm ci in tests/system")
                    continue
                if filesNeeded(chargers, kind) > hard:
                    print(
                        "%-6s %8d %-5s needs %d open files, %d are allowed"
                        % (target, chargers, kind, filesNeeded(chargers, kind), hard)
                    )
                    continue
                row = measure(options, tools, target, chargers, kind)
                rows.append(row)
                print(
                    "%-6s %8d %-5s %16.1f %8.1f %11.2f %10.0f %9.1f %11.1f %9.1f %7d"
                    % (
                        target,
                        chargers,
                        kind,
                        row["cpu"],
                        row["spread"],
                        row["calls"],
                        row["rate"],
                        row["p99"],
                        row["idle"] / 1024,
                        row["resident"] / 1048576,
                        row["failed"],
                    ),
                    flush=True,
                )
    ratios(rows)
    limits(rows, hard)
    if options.json:
        with open(options.json, "w") as out:
            json.dump(rows, out, indent=1)
    return 1 if any(row["failed"] for row in rows) else 0


def ratios(rows):
    cost = {(row["target"], row["chargers"], row["kind"]): row["cpu"] for row in rows}
    for (target, chargers, kind), ours in cost.items():
        node = cost.get(("node", chargers, kind))
        if target == "ours" and node:
            print("%5d chargers, %-4s: the Node bridge takes %.1f times the CPU" % (chargers, kind, node / ours))


def limits(rows, hard):
    """How many chargers each resource of this machine would allow one bridge process; the first line comes first."""
    ours = [row for row in rows if row["target"] == "ours" and row["kind"] != "disk" and row["chargers"] >= 1000]
    if not ours:
        return
    with open("/proc/sys/net/ipv4/ip_local_port_range") as ports:
        low, high = map(int, ports.read().split())
    memory = os.sysconf("SC_PHYS_PAGES") * PAGE
    keep = [row for row in ours if row["kind"] == "keep"] or ours
    cost = max(row["cpu"] for row in keep)  # ms per 1,000 messages
    found = [
        ((hard - 200) // 2, "open files (hard limit %d), two for each charger with keep-alive" % hard),
        (high - low + 1, "local ports towards one address of a back-end"),
        (int(memory / max(row["idle"] for row in ours)), "memory of this machine, without the kernel's sockets"),
        (int(60 * 1e6 / cost), "one core, with one message a minute from each charger"),
    ]
    print("limits of one bridge process here, the first one first:")
    for chargers, why in sorted(found):
        print("  %9d chargers: %s" % (chargers, why))


if __name__ == "__main__":
    sys.exit(main())
