#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Billing records through crashes: chargers run transactions through the bridge while it is killed with SIGKILL, the
back-end is stopped and started, and connections are cut on both sides. Afterwards the back-end must know every
transaction that a charger believes in exactly once, with equal content and in the charger's order (TX-5, TX-9, TX-12,
SM-7, SM-13, SM-15). Ends with "N passed, N failed"; exits 1 when anything failed.

When what happens is drawn from --seed, but not repeatable to the instruction: processes run as the kernel lets them.
"""

import argparse
import os
import random
import shutil
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import soap_texts as soap  # noqa: E402
from audit import Audit  # noqa: E402
from durable import DEFAULT_BRIDGE, CrashBackend, Gateway, Insistent, JumpingClock  # noqa: E402
from durable import Tallies, temporaryFolder, verdict  # noqa: E402
from harness import Failed  # noqa: E402
from patience import pace  # noqa: E402


class Belief:
    """One transaction as its charger knows it."""

    def __init__(self, identity, connector, idTag, start, meterStart):
        self.identity = identity
        self.connector = connector
        self.idTag = idTag
        self.start = start
        self.meterStart = meterStart
        self.id = None
        self.meters = []  # acknowledged: [reading, ...] each
        self.stop = None  # (milliseconds, meter, readings) once acknowledged

    def key(self):
        return (self.identity, self.connector, self.idTag, self.start, self.meterStart)

    def __str__(self):
        return "%s connector %d start %s id %s" % (self.identity, self.connector, soap.isoTime(self.start), self.id)


class Charger(threading.Thread):
    """Its transactions one after the other, or, with two connectors, in each other's midst."""

    def __init__(self, options, number, port, transactions, tallies, deadline):
        super().__init__(daemon=True)
        self.version = "1.5" if number % 2 else "1.6"
        self.identity = "CRASH-%02d%s" % (number, "-big" if number % 5 == 4 else "")
        self.dice = random.Random(options.seed * 1000 + number)
        self.wire = Insistent(self.version, self.identity, port, tallies, self.dice, deadline)
        self.wire.impatience = 0.03
        self.wire.constantId = "1" if number % 4 == 3 else None
        self.think = options.think
        self.tallies = tallies
        self.transactions = transactions
        self.connectors = 2 if number % 3 == 2 else 1
        self.clock = 0
        self.meter = 1000 * number
        self.beliefs = []
        self.order = []  # transaction messages in the order they were answered: (kind, connector, milliseconds)
        self.troubles = []
        self.boots = 0

    def now(self):
        """Milliseconds, never the same twice: that is what a start is known by."""
        self.clock = max(self.clock + 1, int(time.time() * 1000))
        return self.clock

    def count(self):
        self.meter += self.dice.randrange(1, 50)
        return self.meter

    def run(self):
        try:
            self.boot()
            shares = share(self.transactions, self.connectors)
            lanes = [self.lane(1 + i, count) for i, count in enumerate(shares)]
            while lanes:
                lane = self.dice.choice(lanes)
                if next(lane, None) is None:
                    lanes.remove(lane)
                pace(self.dice.uniform(0, 2 * self.think))
        except Exception as e:  # a fault of the test or of an answer; never silent
            self.troubles.append("%s stopped: %r" % (self.identity, e))

    def boot(self):
        while True:
            self.boots += 1
            answer = self.wire.insist("BootNotification", soap.boot(self.version), tries=1)
            if answer and answer.field("status") == "Accepted":
                break
            if time.monotonic() > self.wire.deadline:
                raise Failed("never accepted")
            pace(0.1)
        for connector in range(self.connectors + 1):
            self.tell("StatusNotification", soap.status(connector, "Available", self.now()))

    def tell(self, operation, inner):
        return self.wire.insist(operation, inner, tries=2)

    def lane(self, connector, transactions):
        for _ in range(transactions):
            yield from self.transaction(connector)

    def transaction(self, connector):
        """One message per step."""
        busy = "Occupied" if self.version == "1.5" else "Preparing"
        idTag = "TAG%d" % self.dice.randrange(3)
        yield self.tell("StatusNotification", soap.status(connector, busy, self.now())) or True
        yield self.tell("Authorize", soap.authorize(idTag)) or True
        belief = Belief(self.identity, connector, idTag, self.now(), self.count())
        self.started(belief)
        yield True
        for _ in range(self.dice.randrange(1, 5)):
            self.metered(belief)
            yield True
        fate = self.dice.random()
        if fate < 0.04:  # power loss: it will never be stopped (TX-13)
            self.tallies.add("abandoned")
            return
        if fate < 0.12:  # a reboot: the stop gets a reason, the same in all repeats (TX-11, TX-12)
            self.tallies.add("reboots")
            self.boots += 2  # tries of tell()
            yield self.tell("BootNotification", soap.boot(self.version)) or True
        self.stopped(belief)
        yield True
        yield self.tell("StatusNotification", soap.status(connector, "Available", self.now())) or True

    def demand(self, operation, inner):
        answer = self.wire.insist(operation, inner)
        if not answer:
            raise Failed("%s was not answered before the end of time" % operation)
        return answer

    def started(self, belief):
        inner = soap.startTransaction(belief.connector, belief.idTag, belief.start, belief.meterStart)
        answer = self.demand("StartTransaction", inner)
        belief.id = int(answer.field("transactionId"))
        self.beliefs.append(belief)
        self.order.append(("start", belief.connector, belief.start))
        self.tallies.add("transactions")
        if belief.id > 2000000000:
            self.tallies.add("provisional")
        if answer.field("status") != "Accepted":
            self.troubles.append("%s: start answered %s" % (belief, answer.text[-400:]))

    def metered(self, belief):
        readings = [(self.now(), self.count(), "Sample.Periodic") for _ in range(self.dice.randrange(1, 3))]
        self.demand("MeterValues", soap.meterValues(self.version, belief.connector, belief.id, readings))
        belief.meters.append(readings)
        self.order.append(("meter", belief.connector, readings[0][0]))

    def stopped(self, belief):
        ends = ((belief.start, belief.meterStart), (self.now(), self.count()))
        readings = [each + (context,) for each, context in zip(ends, ("Transaction.Begin", "Transaction.End"))]
        at, meter = ends[1]
        tag = self.dice.choice((belief.idTag, None))
        self.demand("StopTransaction", soap.stopTransaction(self.version, belief.id, tag, at, meter, readings))
        belief.stop = (at, meter, readings, tag)
        self.order.append(("stop", belief.connector, at))
        self.tallies.add("completed")


class Chaos:
    """Kills, outages and cuts, spread over the answered messages: there is always something in flight."""

    def __init__(self, options, gateway, backend, tallies, expected):
        self.options = options
        self.gateway = gateway
        self.backend = backend
        self.tallies = tallies
        self.expected = expected
        self.dice = random.Random(options.seed)
        self.kills = 0
        self.restarts = 0
        self.problems = []
        self.wait = 8.0

    def run(self):
        kills = self.options.kills
        events = ["kill"] * kills + ["cut"] * (kills // 2 + 1)
        events += ["outage"] * max(1, kills // 5) + ["restart"] * max(1, kills // 10)
        self.dice.shuffle(events)
        marks = sorted(self.dice.uniform(0.03, 0.9) for _ in events)
        self.backend.do("moods", cut=0.01, slow=0.004, slowMs=4000, refuse=0.02)
        for event, mark in zip(events, marks):
            self.waitFor(mark * self.expected)
            if event == "outage":
                self.outage()
            elif event == "cut":
                self.backend.do("cut", count=self.dice.randrange(1, self.options.chargers + 1))
            elif event == "restart":
                self.restart()
            elif self.kills < kills:
                self.kill()
        while self.kills < kills:
            self.kill()
        self.backend.do("moods")

    def waitFor(self, answered):
        self.tallies.wait("answered", answered, self.wait)
        pace(self.dice.uniform(0, 0.05))

    def kill(self):
        self.gateway.kill()
        self.kills += 1
        if self.dice.random() < 0.5:
            pace(self.dice.uniform(0, 0.5))
        again = self.dice.random() < 0.15 and self.kills < self.options.kills
        self.gateway.start(wait=not again)
        if again:  # while it starts, or just after
            pace(self.dice.uniform(0, 0.4))
            self.gateway.kill()
            self.kills += 1
            self.gateway.start()

    def restart(self):
        """In order, as for an upgrade."""
        status = self.gateway.terminate()
        self.restarts += 1
        if status != 0:
            self.problems.append("SIGTERM under load ended the bridge with %s" % status)
        self.gateway.start()

    def outage(self):
        self.backend.do("stop")
        pace(self.dice.uniform(0.1, 1.5))
        if self.dice.random() < 0.5 and self.kills < self.options.kills:
            self.kill()
            pace(self.dice.uniform(0, 1.0))
        self.backend.do("start")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bridge", default=DEFAULT_BRIDGE, help="the program under test")
    parser.add_argument("--transactions", type=int, default=60, help="of all chargers together")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--chargers", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=120, help="after which a charger gives up: a failure")
    parser.add_argument("--think", type=float, default=0.05, help="seconds between messages of a charger, on average")
    parser.add_argument("--seed", type=int, default=0, help="0 draws one")
    parser.add_argument("--argument", action="append", default=[], help="one more for the bridge")
    parser.add_argument("--clock", action="store_true", help="set the clock of the bridge all the while, both ways (B1)")
    parser.add_argument("--keep", action="store_true", help="keep the logs and the books")
    options = parser.parse_args()
    options.seed = options.seed or random.SystemRandom().randrange(1, 1000000)
    return options


def share(transactions, chargers):
    return [transactions // chargers + (1 if i < transactions % chargers else 0) for i in range(chargers)]


def run(options, folder):
    """(chargers, chaos, gateway, books, tallies, problems)"""
    deadline = time.monotonic() + options.seconds
    tallies = Tallies()
    backend = CrashBackend(folder, options.seed)
    clock = JumpingClock(folder, options.seed) if options.clock else None
    environment = clock.environment if clock else None
    gateway = Gateway(options.bridge, folder, backend.url, arguments=options.argument, environment=environment)
    chargers = [
        Charger(options, i, gateway.port, count, tallies, deadline)
        for i, count in enumerate(share(options.transactions, options.chargers))
    ]
    chaos = Chaos(options, gateway, backend, tallies, options.transactions * 8)
    problems = chaos.problems
    try:
        gateway.start()
        if clock:
            clock.start()
        for charger in chargers:
            charger.start()
        chaos.run()
        for charger in chargers:
            charger.join(max(0.1, deadline + 20 - time.monotonic()))
        left = gateway.waitDrained(60)
        if left != 0:
            problems.append("still waiting for the back-end at the end: %s" % left)
        if gateway.deadLetters():
            problems.append("%d dead letters" % gateway.deadLetters())
        books = backend.books()
        status = gateway.terminate()
        if status != 0:
            problems.append("SIGTERM ended the bridge with %s" % status)
        problems += gateway.complaints()
    finally:
        if clock:
            clock.finish()
            print("the clock of the bridge was set %d times" % clock.jumps)
        gateway.stop()
        backend.finish()
    return chargers, chaos, gateway, books, tallies, problems


def report(options, chaos, gateway, books, tallies, audit, took):
    print(
        "%d transactions (%d completed, %d abandoned, %d with a reboot, %d provisional) of %d chargers, %d messages "
        "answered, in %.0f s, seed %d"
        % (
            tallies["transactions"],
            tallies["completed"],
            tallies["abandoned"],
            tallies["reboots"],
            tallies["provisional"],
            options.chargers,
            tallies["answered"],
            took,
            options.seed,
        )
    )
    starts = sorted(gateway.startTimes)
    print(
        "%d kills of the bridge (back after %.2f s at the median, %.2f s at worst), %d restarts, %d back-end outages"
        % (chaos.kills, starts[len(starts) // 2], starts[-1], chaos.restarts, books["outages"])
    )
    print(
        "%d connections cut by the back-end, %d by chargers, %d answers later than the bridge waits, %d CALLERRORs"
        % (books["cuts"], tallies["cut by chargers"], books["slow"], books["refused"])
    )
    print(
        "%d repeats of chargers (%d after Faults, %d unanswered)"
        % (tallies["repeats of chargers"], tallies["faults"], tallies["unanswered"])
    )
    repeats = books["repeats"]
    print(
        "repeats at the back-end: %d StartTransaction, %d StopTransaction, %d MeterValues; %d of them late"
        % (repeats["StartTransaction"], repeats["StopTransaction"], repeats["MeterValues"], len(audit.lateRepeats))
    )
    for each in audit.lateRepeats[:10]:
        print("late: " + each)
    for reason, count in sorted(tallies.faults.items()):
        print("fault %d x %s" % (count, reason))


def main():
    options = parse()
    folder = temporaryFolder()
    begin = time.monotonic()
    try:
        chargers, chaos, gateway, books, tallies, problems = run(options, folder)
    except Failed as e:
        print("FAILED %s; logs in %s, seed %d\n0 passed, 1 failed" % (e, folder, options.seed))
        return 1
    audit = Audit(chargers, books)
    audit.run()
    audit.check("all queues drain and the bridge ends in order", problems)
    checks = [(sentence, list(differences)) for sentence, differences in audit.checks]
    report(options, chaos, gateway, books, tallies, audit, time.monotonic() - begin)
    for sentence, differences in checks:
        count = ": %d" % len(differences) if differences else ""
        print("%s  %s%s" % ("FAIL" if differences else "ok  ", sentence, count))
    differences = [each for _, found in checks for each in found]
    print("%d differences" % len(differences))
    status = verdict("crash test", differences, folder)
    if not differences and not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
    elif options.keep:
        print("kept: " + folder)
    failed = sum(1 for _, found in checks if found)
    print("%d passed, %d failed" % (len(checks) - failed, failed))
    return status


if __name__ == "__main__":
    sys.exit(main())
