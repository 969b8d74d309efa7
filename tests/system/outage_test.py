#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A long absence of the back-end: chargers go on with MeterValues and StopTransactions, each answered as soon as it is
durable (TX-9); at the end of the night the bridge is killed and comes back; then the back-end returns and gets all in
order with the original timestamps (SM-14). Tells the bridge's resident memory along the way and the rate of the
drain. Ends with "N passed, N failed"; exits 1 when anything failed.
"""

import argparse
import os
import shutil
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from audit import Audit  # noqa: E402
from crash_test import Belief, Charger  # noqa: E402
from durable import DEFAULT_BRIDGE, CrashBackend, Gateway, Tallies, temporaryFolder, verdict  # noqa: E402
from harness import Failed  # noqa: E402
from patience import until  # noqa: E402

MIB = 1024.0 * 1024.0


class NightCharger(Charger):
    """Starts a transaction by day; what follows is sent by night."""

    def __init__(self, options, number, port, tallies, deadline):
        super().__init__(options, number, port, 1, tallies, deadline)
        self.wire.impatience = 0
        self.belief = None

    def evening(self):
        self.boot()
        starting = self.transaction(1)
        for _ in range(3):  # status, authorize, start
            next(starting)
        self.belief = self.beliefs[0]

    def night(self, count):
        """`count` MeterValues."""
        for _ in range(count):
            self.metered(self.belief)

    def sessions(self, count):
        """`count` whole transactions that begin and end by night: only the bridge knows who is who (TX-4, TX-6)."""
        for _ in range(count):
            belief = Belief(self.identity, 1, self.belief.idTag, self.now(), self.count())
            self.started(belief)
            self.metered(belief)
            self.stopped(belief)


def inThreads(count, jobs):
    """Runs the jobs on `count` threads; the first failure is raised."""
    jobs = list(jobs)
    failures = []

    def work():
        while True:
            try:
                job = jobs.pop()
            except IndexError:
                return
            try:
                job()
            except Exception as e:
                failures.append(e)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failed("%d jobs failed, first: %r" % (len(failures), failures[0]))


class Memory:
    """Resident memory of the bridge at named moments."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.seen = {}

    def look(self, moment):
        self.seen[moment] = self.gateway.rss() / MIB
        print("memory %-28s %7.1f MiB" % (moment, self.seen[moment]), flush=True)
        return self.seen[moment]


def queueAll(options, chargers, memory, tallies):
    """Sends all messages in tenths; (seconds, growth of memory in bytes per message of the second half)."""
    each = options.messages // len(chargers) - 1
    steps = [len(range(i, each, 10)) for i in range(10)]
    begin = time.monotonic()
    seen = []
    done = 0
    for tenth, count in enumerate(steps):
        inThreads(options.threads, [lambda c=c: c.night(count) for c in chargers])
        done += count * len(chargers)
        seen.append((done, memory.look("%d queued" % done)))
    inThreads(options.threads, [lambda c=c: c.stopped(c.belief) for c in chargers])
    took = time.monotonic() - begin
    if options.sessions:
        inThreads(options.threads, [lambda c=c: c.sessions(options.sessions) for c in chargers[: options.sleepless]])
        memory.look("%d more transactions" % (options.sessions * options.sleepless))
    (half, then), (whole, now) = seen[4], seen[-1]
    return took, (now - then) * MIB / (whole - half)


def awaitDrain(backend, wanted, patience, memory):
    """(first, last) arrival in ms since the epoch; Failed when it does not happen in time."""
    begin = last = 0
    mark = 1

    def delivered():
        nonlocal begin, last, mark
        told = backend.do("stats")
        begin = begin or told["first"]
        last = told["last"] or last
        count = told["transactionCalls"]
        if count >= mark * wanted // 4 and mark < 4:
            memory.look("%d delivered" % count)
            mark += 1
        return count >= wanted

    until(delivered, "all %d messages delivered" % wanted, patience)
    return begin, last


def run(options, folder, checks):
    tallies = Tallies()
    deadline = time.monotonic() + options.seconds
    backend = CrashBackend(folder, options.seed)
    gateway = Gateway(options.bridge, folder, backend.url, arguments=options.argument)
    options.think = 0
    chargers = [NightCharger(options, i, gateway.port, tallies, deadline) for i in range(options.chargers)]
    memory = Memory(gateway)
    try:
        gateway.start()
        inThreads(options.threads, [c.evening for c in chargers])
        backend.do("stop")
        gateway.waitCutOff()
        memory.look("before the outage")
        faults = tallies["faults"]
        took, growth = queueAll(options, chargers, memory, tallies)
        count = options.messages // len(chargers) * len(chargers)
        print("%d messages answered in %.1f s while the back-end was away: %.0f/s" % (count, took, count / took))
        refused = ["%s (%d times)" % each for each in tallies.faults.items()] if tallies["faults"] > faults else []
        checks.append(("every message is answered without a Fault", refused))
        print("in the second half memory grows by %.0f bytes per message that waits" % growth)
        if options.growth:
            tooMuch = ["%.0f bytes" % growth] if growth > options.growth else []
            sentence = "memory stays flat: less than %g bytes per message of the second half" % options.growth
            checks.append((sentence, tooMuch))
        if not options.no_kill:
            gateway.kill()
            gateway.start()
            memory.look("after kill and restart")
            print("back after %.2f s with %s messages waiting" % (gateway.startTimes[-1], gateway.backlog()))
        backend.do("stats")  # the first and last arrival are told anew
        returned = time.monotonic()
        backend.do("start")
        wanted = count + len(chargers) + 3 * options.sessions * min(options.sleepless, len(chargers))
        begin, last = awaitDrain(backend, wanted, options.seconds, memory)
        peak = max(memory.seen.values())
        after = memory.look("after the drain")
        tooMuch = ["%.1f MiB, before that at most %.1f MiB" % (after, peak)] if after > peak + 2 else []
        if options.growth:
            checks.append(("the drain takes no memory", tooMuch))
        drained = max(0.001, (last - begin) / 1000.0)
        rate = (wanted - len(chargers)) / drained
        whole = time.monotonic() - returned
        print("drained in %.2f s: %.0f messages/s (%.1f s after the return of the back-end)" % (drained, rate, whole))
        left = gateway.waitDrained(60)
        checks.append(("nothing waits any more", ["%s messages" % left] if left else []))
        status = gateway.terminate()
        checks.append(("the bridge ends in order", (["status %s" % status] if status else []) + gateway.complaints()))
        audit = Audit(chargers, backend.books())
        audit.run()
        checks += [(sentence, list(differences)) for sentence, differences in audit.checks]
        repeats = audit.books["repeats"]
        print("repeats at the back-end: %s" % ", ".join("%d %s" % (v, k) for k, v in repeats.items()))
    finally:
        gateway.stop()
        backend.finish()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bridge", default=DEFAULT_BRIDGE, help="the program under test")
    parser.add_argument("--messages", type=int, default=10000, help="transaction messages while the back-end is away")
    parser.add_argument("--chargers", type=int, default=50)
    parser.add_argument("--sessions", type=int, default=40, help="whole transactions of a charger during the outage")
    parser.add_argument("--sleepless", type=int, default=3, help="chargers that have such transactions")
    parser.add_argument("--threads", type=int, default=8, help="chargers that speak at the same time")
    parser.add_argument("--seconds", type=float, default=300, help="longest time for each half")
    parser.add_argument("--growth", type=float, default=60, help="most bytes of memory per message; 0: do not look")
    parser.add_argument("--no-kill", action="store_true", help="let the bridge live through the outage")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--argument", action="append", default=[], help="one more for the bridge")
    options = parser.parse_args()
    folder = temporaryFolder()
    checks = []
    try:
        run(options, folder, checks)
    except Failed as e:
        checks.append(("the test comes to its end", [str(e)]))
    for sentence, differences in checks:
        print("%s  %s" % ("FAIL" if differences else "ok  ", sentence))
    differences = [each for _, found in checks for each in found]
    print("%d differences" % len(differences))
    status = verdict("outage test", differences, folder)
    if not differences:
        shutil.rmtree(folder, ignore_errors=True)
    failed = sum(1 for _, found in checks if found)
    print("%d passed, %d failed" % (len(checks) - failed, failed))
    return status


if __name__ == "__main__":
    sys.exit(main())
