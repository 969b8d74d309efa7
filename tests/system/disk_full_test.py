#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A full disk: the data directory lies on a small tmpfs that a filler file fills. New transactions are refused with a
clear Fault, running ones can still stop, and everything goes on without a restart when space returns (issue 3). Needs
root for the mount; without it one line says so and nothing is tested.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import soap_texts as soap  # noqa: E402
from audit import Audit  # noqa: E402
from crash_test import Belief, Charger  # noqa: E402
from durable import DEFAULT_BRIDGE, CrashBackend, Gateway, Tallies, temporaryFolder, verdict  # noqa: E402
from harness import Failed  # noqa: E402
from patience import until  # noqa: E402

MIB = 1024 * 1024


class Disk:
    """A tmpfs of `size` bytes, mounted at a folder."""

    def __init__(self, folder, size):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=%d" % size, "none", folder], capture_output=True, text=True
        )
        if done.returncode != 0:
            raise OSError(done.stderr.strip() or "mount failed")
        self.fillers = []

    def fill(self):
        """Writes until not one more byte fits."""
        path = os.path.join(self.folder, "filler-%d" % len(self.fillers))
        self.fillers.append(path)
        file = os.open(path, os.O_CREAT | os.O_WRONLY)
        size = MIB
        while size:
            try:
                os.write(file, b"x" * size)
            except OSError:
                size //= 16
        os.close(file)

    def empty(self):
        for path in self.fillers:
            os.unlink(path)
        self.fillers = []

    def free(self):
        told = os.statvfs(self.folder)
        return told.f_bavail * told.f_frsize

    def unmount(self):
        subprocess.run(["umount", "-l", self.folder], capture_output=True)


class Careful(Charger):
    """A charger whose tries are counted one by one."""

    def __init__(self, options, number, port, tallies, deadline):
        super().__init__(options, number, port, 1, tallies, deadline)
        self.wire.impatience = 0

    def tryStart(self, connector):
        """A Belief, or the Fault's reason; what was refused is repeated later with the same content by `again`."""
        belief = Belief(self.identity, connector, "TAG1", self.now(), self.count())
        return belief, self.again(belief)

    def again(self, belief):
        """None when the start was accepted, else the Fault's reason."""
        inner = soap.startTransaction(belief.connector, belief.idTag, belief.start, belief.meterStart)
        answer = self.wire.once("StartTransaction", inner)
        if answer.fault:
            return answer.reason()
        belief.id = int(answer.field("transactionId"))
        self.beliefs.append(belief)
        self.order.append(("start", belief.connector, belief.start))
        return None


class Test:
    def __init__(self, options, folder, disk):
        self.options = options
        self.disk = disk
        self.tallies = Tallies()
        self.checks = []
        self.backend = CrashBackend(folder, 1)
        self.gateway = Gateway(
            options.bridge, folder, self.backend.url, data=os.path.join(disk.folder, "data"), arguments=options.argument
        )
        deadline = time.monotonic() + options.seconds
        self.chargers = [Careful(options, i, self.gateway.port, self.tallies, deadline) for i in range(8)]
        self.refused = []  # (charger, belief)

    def check(self, sentence, differences):
        differences = list(differences)
        self.checks.append((sentence, differences))
        print("%s  %s" % ("FAIL" if differences else "ok  ", sentence), flush=True)

    def begin(self):
        self.gateway.start()
        for charger in self.chargers:
            charger.boot()
            charger.tell("Authorize", soap.authorize("TAG1"))
            _, reason = charger.tryStart(1)
            if reason:
                raise Failed("start refused while the disk was empty: " + reason)
            charger.metered(charger.beliefs[0])

    def fillUp(self):
        """The disk is full; what was written once may hold a few records more, so starts go on until one is refused."""
        self.disk.fill()
        accepted = 0
        for turn in range(self.options.starts):
            charger = self.chargers[turn % len(self.chargers)]
            belief, reason = charger.tryStart(2)
            if reason:
                self.refused.append((charger, belief))
                print("refused after %d more starts, %d bytes free: %s" % (accepted, self.disk.free(), reason))
                return self.check("a new start is refused when the disk is full", [])
            accepted += 1
            charger.stopped(belief)
        self.check("a new start is refused when the disk is full", ["%d starts were accepted" % accepted])
        print("store: %s" % self.gateway.ask("/health").get("store"))

    def refusals(self):
        wrong = []
        for charger in self.chargers:
            belief, reason = charger.tryStart(2)
            if reason is None:
                wrong.append("%s was accepted" % belief)
                continue
            self.refused.append((charger, belief))
            if not any(word in reason.lower() for word in ("stor", "space", "disk", "full")):
                wrong.append("unclear: " + reason)
        self.check("further starts are refused and told why", wrong)

    def stops(self, who, what):
        wrong = []
        for charger in who:
            belief = charger.beliefs[0]
            begin = time.monotonic()
            faults = self.tallies["faults"]
            charger.metered(belief)
            charger.stopped(belief)
            if self.tallies["faults"] > faults:
                wrong.append("%s: %d Faults" % (belief, self.tallies["faults"] - faults))
            if time.monotonic() - begin > 20:
                wrong.append("%s: took %.1f s" % (belief, time.monotonic() - begin))
        self.check(what, wrong)

    def reallyFull(self):
        """Even the reserve is gone: a stop is refused, not lost: the charger keeps it."""
        self.disk.fill()
        charger = self.chargers[6]
        belief = charger.beliefs[0]
        inner = soap.meterValues(charger.version, 1, belief.id, [(charger.now(), charger.count(), "Sample.Periodic")])
        told = None
        for turn in range(2000):  # the log of the database may still have room
            answer = charger.wire.once("MeterValues", inner)
            told = answer.reason() if answer.fault else None
            if told or turn == 1999:
                break
            inner = self.noted(charger, belief, inner)
        self.check("without any space a message is refused instead of lost", [] if told else ["all were answered"])
        print("without any space: %s" % told)
        self.pendingMeter = (charger, belief, inner)

    def restart(self):
        """The bridge is killed and comes back on the full disk: what was promised is still there, and it serves."""
        waiting = self.gateway.promised()
        self.gateway.kill()
        for charger in self.chargers:
            charger.wire.connection.close()
        self.gateway.start()
        kept = self.gateway.promised()
        self.check(
            "the bridge comes back on a full disk with all that it has kept",
            [] if kept == waiting and kept else ["%s waited, after the restart %s" % (waiting, kept)],
        )
        _, reason = self.chargers[0].tryStart(2)
        self.check("it still refuses new starts", [] if reason else ["a start was accepted"])

    def noted(self, charger, belief, inner):
        """The reading just accepted goes to the charger's books; a new one."""
        at, meter = self.lastReading(inner)
        belief.meters.append([(at, meter, "Sample.Periodic")])
        charger.order.append(("meter", 1, at))
        return soap.meterValues(charger.version, 1, belief.id, [(charger.now(), charger.count(), "Sample.Periodic")])

    @staticmethod
    def lastReading(inner):
        answer = soap.Answer(200, inner.encode())
        value = answer.field("value") or inner.split('unit="Wh">')[1].split("<")[0]
        return soap.milliseconds(answer.field("timestamp")), int(value)

    def recovery(self):
        self.disk.empty()
        begin = time.monotonic()
        wrong = []
        charger, belief, inner = self.pendingMeter
        if not charger.wire.insist("MeterValues", inner):
            wrong.append("the refused message is still refused")
        self.noted(charger, belief, inner)
        for charger, belief in self.refused:
            until(lambda c=charger, b=belief: c.again(b) is None, "an accepted start of %s" % belief, 60)
        print("starts are accepted %.1f s after space has returned" % (time.monotonic() - begin))
        self.check("when space returns, what was refused is accepted without a restart", wrong)
        self.stops(self.chargers[6:], "the other running transactions stop")

    def ending(self):
        for charger in self.chargers:
            for belief in charger.beliefs:
                if not belief.stop:
                    charger.stopped(belief)
        left = self.gateway.waitDrained(60)
        self.check("all queues drain", ["%s messages wait" % left] if left else [])
        self.check("the bridge has lived through it all", [] if self.gateway.child.poll() is None else ["it ended"])
        status = self.gateway.terminate()
        self.check("the bridge ends in order", (["status %s" % status] if status else []) + self.gateway.complaints())
        audit = Audit(self.chargers, self.backend.books())
        audit.run()
        for sentence, differences in audit.checks:
            self.check(sentence, differences)

    def run(self):
        self.begin()
        self.fillUp()
        self.refusals()
        self.stops(self.chargers[:3], "running transactions can stop while the disk is full")
        self.backend.do("stop")
        self.gateway.waitCutOff()
        self.stops(self.chargers[3:6], "running transactions can stop while the back-end is away too")
        self.reallyFull()
        self.restart()
        self.backend.do("start")
        self.recovery()
        self.ending()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bridge", default=DEFAULT_BRIDGE, help="the program under test")
    parser.add_argument("--mib", type=int, default=40, help="size of the disk")
    parser.add_argument("--starts", type=int, default=3000, help="most starts until one must be refused")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--argument", action="append", default=[], help="one more for the bridge")
    options = parser.parse_args()
    options.seed, options.think = 1, 0
    folder = temporaryFolder()
    try:
        disk = Disk(os.path.join(folder, "disk"), options.mib * MIB)
    except OSError as e:
        print("left out: no tmpfs can be mounted here (%s)\n0 passed, 0 failed" % e)
        shutil.rmtree(folder, ignore_errors=True)
        return 0
    test = Test(options, folder, disk)
    try:
        test.run()
    except (Failed, soap.Unanswered) as e:
        test.check("the test comes to its end", ["%s %s" % (type(e).__name__, e)])
    finally:
        test.gateway.stop()
        test.backend.finish()
        disk.unmount()
    differences = [each for _, found in test.checks for each in found]
    status = verdict("disk full test", differences, folder)
    if not differences:
        shutil.rmtree(folder, ignore_errors=True)
    failed = sum(1 for _, found in test.checks if found)
    print("%d passed, %d failed" % (len(test.checks) - failed, failed))
    return status


if __name__ == "__main__":
    sys.exit(main())
