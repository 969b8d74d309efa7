#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows that ocpp-soap-cp loses nothing by a power cut: it is killed at random points of sessions, and in the end a central
system on npm soap, made from the contracts, has each transaction once and complete, and each sampled reading once and in
order. Ends with "N passed, N failed"; a failed part says where its logs are.

Usage: cp_kill_test.py [--cp PROGRAM] [--kills N] [--seed N] [--only VERSION]
"""

import argparse
import os
import random
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import parts  # noqa: E402
from harness import Failed, same  # noqa: E402
from patience import pace  # noqa: E402
from soap_central import Central, addContracts, findContracts  # noqa: E402
from tools import VERSIONS, Cp, World, addPrograms, makeAbsolute  # noqa: E402

# Charge points under test at the same time, each with its own central system; their versions alternate.
LANES = 6
ENERGY = "Energy.Active.Import.Register"
# Seconds: the longest session, and what is around it: tag, plug; stop, unplug.
LONGEST, AROUND = 4, 2
# Most milliseconds until a message about transactions is answered, so that many a power cut finds some unanswered.
SLOW = 400
# Milliseconds that an EV draws on in every other lane, so that power cuts find stops that wait for their contactor.
EV_STOP = 1500
# Longest outage of the central system before a power cut, so that it finds messages that wait.
OUTAGE = 4


def killed(world, lane):
    """SIGKILL at random points of sessions: the central system ends with each transaction once and complete, and each
    reading once (lane {})."""
    version = VERSIONS[int(lane) % len(VERSIONS)]
    kills = (world.options.kills + LANES - 1 - int(lane)) // LANES
    dice = random.Random(world.options.seed * 100 + int(lane))
    central = Central(world, version, slow=SLOW)
    arguments = ["--version", version, "--state", os.path.join(world.folder, "state"), "--write", "milliseconds",
                 "--retry", "1", "--set", "MeterValueSampleInterval=1", "--set", "MeterValuesSampledData=" + ENERGY,
                 "--set", "StopTxnSampledData=" + ENERGY, "--ev-stop", str(EV_STOP * (int(lane) // len(VERSIONS) % 2))]
    for life in range(kills):
        seconds = dice.randrange(LONGEST + 1)
        session = ["--session", "TAG", "--sessions", "0", "--session-seconds", str(seconds)]
        cp = Cp(world, central.url, *arguments, *session)
        cp.says("> StartTransaction" if life % 3 != 2 else "> BootNotification", 60)
        # A random point, and before every other one an outage of the central system.
        pace(dice.uniform(0, seconds + AROUND))
        if dice.random() < 0.5:
            central.obey("away", now=True)
            pace(dice.uniform(0, OUTAGE))
        cp.child.send_signal(signal.SIGKILL)
        cp.join()
        central.obey("away", now=False)
    end = world.file("end.txt", "wait registered within 60\nwait quiet within 60\nwait idle\n")
    last = Cp(world, central.url, *arguments, "--script", end)
    last.exits(0, 120)
    books = central.books()
    same("messages of unknown transactions", books["unknown"], [])
    for each in books["transactions"]:
        judge(each, version)
    begun = {(seconds3(e["payload"]["timestamp"]), e["payload"]["meterStart"]) for e in sent(last, "StartTransaction")}
    known = {(seconds3(e["start"]["timestamp"]), int(e["start"]["meterStart"])) for e in books["transactions"]}
    same("transactions that the charge point began", sorted(begun), sorted(known))
    same("readings that it sent", sentReadings(last), {r[:2] for e in books["transactions"] for r in readings(e["values"])})
    again = books["startRepeats"] + books["stopRepeats"] + books["valueRepeats"]
    if again > kills:
        raise Failed("%d messages came twice: more than power cuts explain" % again)
    if len(known) < kills * 2 // 3:  # in so many lives one was seen to begin
        raise Failed("only %d transactions" % len(known))
    return tell(version, kills, books)


def judge(transaction, version):
    """One stop, readings in order between start and stop, and as many as its stop has kept."""
    def wrong(what):
        raise Failed("%s: %s" % (what, transaction))

    if len(transaction["stops"]) != 1:
        wrong("%d stops" % len(transaction["stops"]))
    if transaction["late"]:
        wrong("readings behind the stop")
    start, stop = transaction["start"], transaction["stops"][0]
    taken = readings(transaction["values"])
    meters = [int(start["meterStart"]), *(int(value) for _, value, _ in taken), int(stop["meterStop"])]
    if meters != sorted(meters):
        wrong("the readings are not in order")
    if len(set(taken)) != len(taken):
        wrong("a reading is there twice")
    if version == "1.2":
        return  # its stop cannot carry readings
    # What the charge point took is kept in two places: for MeterValues, and for the stop.
    kept = [each for each in readings(stop.get("transactionData", [])) if each[2] == "Sample.Periodic"]
    if kept != taken:
        wrong("MeterValues and the readings of the stop differ")


def readings(node):
    """(time, register, context) of all readings in messages of any version as npm soap shows them."""
    if isinstance(node, list):
        return [each for part in node for each in readings(part)]
    if not isinstance(node, dict):
        return []
    if "timestamp" not in node or ("value" not in node and "sampledValue" not in node):
        return readings([part for part in node.values() if isinstance(part, (list, dict))])
    value = node.get("sampledValue", node.get("value"))
    value = value[0] if isinstance(value, list) else value
    if not isinstance(value, dict):
        return [(node["timestamp"], float(value), None)]
    context = value.get("context") or value.get("attributes", {}).get("context")
    return [(node["timestamp"], float(value.get("value", value.get("$value"))), context)]


def sent(cp, action):
    """From the logs of all its lives."""
    return cp.logged(direction="out", kind="request", action=action)


def sentReadings(cp):
    return {(seconds3(value["timestamp"]), float(value["sampledValue"][0]["value"]))
            for entry in sent(cp, "MeterValues") for value in entry["payload"]["meterValue"]}


def seconds3(text):
    """Always with milliseconds, as npm soap has it."""
    return text if "." in text else text.replace("Z", ".000Z")


def tell(version, kills, books):
    transactions = books["transactions"]
    cut = sum("idTag" not in each["stops"][0] for each in transactions)
    return "OCPP %s, %d kills: %d transactions, %d cut off, %d readings; said again: %d starts, %d readings, %d stops" % (
        version, kills, len(transactions), cut, sum(len(each["values"]) for each in transactions),
        books["startRepeats"], books["valueRepeats"], books["stopRepeats"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    addPrograms(parser, "cp")
    addContracts(parser)
    parser.add_argument("--only", default="", help="the lanes of this version")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    makeAbsolute(options, "cp")
    findContracts(options)
    print("%d kills, seed %d" % (options.kills, options.seed), flush=True)
    cases = [(killed, str(lane)) for lane in range(LANES) if options.only in VERSIONS[lane % len(VERSIONS)]]
    options.jobs, options.only = LANES, ""
    return parts.runParts(cases, options, World)


if __name__ == "__main__":
    sys.exit(main())
