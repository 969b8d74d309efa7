#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What honest chargers notice of abuse: 5,000 of them do their work, with and without 500 connections that send slow
headers and bodies, garbage, bombs, envelopes of strangers and floods. Tells p50 and p99 of the honest answers in turns,
and the longest turn of the bridge's loop in CPU time; ends with status 1 when an honest message was not answered, or
when a turn took more than 50 ms (of a program built for release)."""

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
import urllib.request

from bridge_bench import BUILD, HEARTBEAT_INTERVAL, Child, build, cpuSeconds, lost, resident, startBridge, startFleet

MOST_MS = 50.0  # of a turn of the loop (docs/architecture.md)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bridge", default=os.path.join(BUILD, "ocpp-soap-bridge"))
    parser.add_argument("--cp", default=os.path.join(BUILD, "ocpp-soap-cp"), help="the honest chargers")
    parser.add_argument("--tools", default=os.path.join(BUILD, "tests", "bench"))
    parser.add_argument("--version", default="1.6", choices=("1.5", "1.6"))
    parser.add_argument("--chargers", type=int, default=5000)
    parser.add_argument("--abusers", type=int, default=500)
    parser.add_argument("--per-second", type=int, default=2, help="acts of each abusive connection")
    parser.add_argument("--messages", type=int, default=50000, help="per turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--in-flight", type=int, default=16)
    options = parser.parse_args()
    options.bridge_option = []
    return options


def turn(options, load, pid, port, abusers):
    abuse, did = None, {}
    if abusers:
        command = [os.path.join(options.tools, "abuse"), "127.0.0.1", str(port), str(abusers), str(options.per_second)]
        abuse = Child(command)
        abuse.line("ready")
    cpu = cpuSeconds(pid)
    told = load.ask("requests %d" % options.messages)
    cpu = cpuSeconds(pid) - cpu
    if abuse:
        abuse.child.stdin.close()
        did = json.loads(abuse.line("{"))
        abuse.child.wait(20)
    print(
        "%-8s %8d %10.0f %9.2f %9.2f %8d %10.1f %9.1f   %s"
        % (
            "abuse" if abusers else "quiet",
            told["answered"],
            told["answered"] / told["seconds"],
            told["p50us"] / 1000,
            told["p99us"] / 1000,
            lost(told),
            cpu / told["seconds"] * 100,
            resident(pid) / 1048576,
            ", ".join("%s %s" % (value, name) for name, value in did.items()),
        ),
        flush=True,
    )
    return lost(told)


def longestTurn(port):
    with urllib.request.urlopen("http://127.0.0.1:%d/health" % port, timeout=30) as answer:
        return json.load(answer)["loop"]


def main():
    options = parse()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    tools = build(options.tools)
    folder = tempfile.mkdtemp(prefix="ocpp-soap-bridge-abuse-")
    children = []
    try:
        backend = Child([tools["ws_backend"], str(HEARTBEAT_INTERVAL)])
        children.append(backend)
        bridge, port = startBridge(options, "ours", backend.line("listening").split()[1], folder, False)
        children.insert(0, bridge)
        load, boot = startFleet(options, "http://127.0.0.1:%d/ocpp" % port, options.chargers, True, options.in_flight)
        children.insert(0, load)
        failed = lost(boot)
        load.ask("requests %d" % options.messages)  # every charger has had a session
        print(
            "%d chargers, %d in flight; %d abusive connections" % (options.chargers, options.in_flight, options.abusers)
        )
        print(
            "%-8s %8s %10s %9s %9s %8s %10s %9s   abuse did"
            % tuple("turn answered per-second p50-ms p99-ms failed CPU-% RSS-MiB".split())
        )
        for _ in range(options.turns):
            failed += turn(options, load, bridge.child.pid, port, 0)
            failed += turn(options, load, bridge.child.pid, port, options.abusers)
        loop = longestTurn(port)
        print(
            "longest turn of the loop: %.1f ms of CPU time, at most %.0f; %d were longer"
            % (loop["longestTurnMs"], MOST_MS, loop["turnsTooLong"])
        )
        return 1 if failed or loop["turnsTooLong"] else 0
    finally:
        for child in children:
            child.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
