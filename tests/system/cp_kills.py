# SPDX-License-Identifier: GPL-2.0-or-later
"""Parts of cp_test.py: ocpp-soap-cp is killed at random points of sessions."""

import os
import random
import re
import signal

from harness import Failed, same
from patience import pace
from soap_central import Central
from tools import VERSIONS, Cp

LANES = 4


def killed(world, lane):
    """SIGKILL at random points of sessions: the central system ends with each transaction once and complete (lane {})."""
    version = VERSIONS[int(lane) % 3]
    dice = random.Random(world.options.seed * 100 + int(lane))
    central = Central(world, version, slow=40)
    arguments = ["--version", version, "--state", os.path.join(world.folder, "state"), "--write", "milliseconds",
                 "--set", "MeterValueSampleInterval=1", "--retry", "1"]
    for life in range(world.options.killsOf(int(lane))):
        seconds = dice.randrange(2)
        cp = Cp(world, central.url, *arguments, "--session", "TAG", "--sessions", "0", "--session-seconds", str(seconds))
        cp.says("> BootNotification", 30)
        pace(dice.uniform(0, 1.6 if seconds else 0.5))
        cp.child.send_signal(signal.SIGKILL)
        cp.join()
    end = world.file("end.txt", "wait registered\nwait quiet\nwait idle\n")
    last = Cp(world, central.url, *arguments, "--script", end)
    last.exits(0)
    books = central.books()
    same("messages of unknown transactions", books["unknown"], [])
    for each in books["transactions"]:
        if len(each["stops"]) != 1:
            raise Failed("%d stops: %s" % (len(each["stops"]), each))
        values = [int(reading(value)) for value in each["values"]]
        meters = [int(each["start"]["meterStart"]), *values, int(each["stops"][0]["meterStop"])]
        if meters != sorted(meters):
            raise Failed("the register goes back: %s in %s" % (meters, each))
    begun = {(e["payload"]["timestamp"], e["payload"]["meterStart"])
             for e in last.logged(direction="out", kind="request", action="StartTransaction")}
    known = {(re.sub(r"\.000Z$", "Z", e["start"]["timestamp"]), int(e["start"]["meterStart"]))
             for e in books["transactions"]}
    same("transactions", sorted(begun), sorted(known))
    if len(known) < world.options.killsOf(int(lane)) / 2:
        raise Failed("only %d transactions" % len(known))
    cut = sum("idTag" not in each["stops"][0] for each in books["transactions"])
    return "%d transactions, %d cut off, %d starts and %d stops said again" % (
        len(known), cut, books["startRepeats"], books["stopRepeats"])


def reading(message):
    """The register of a MeterValues of any version, as npm soap shows it."""
    values = message.get("meterValue") or message["values"]
    values = values if isinstance(values, list) else [values]
    value = values[0].get("sampledValue", values[0].get("value"))
    value = value[0] if isinstance(value, list) else value
    value = value.get("value", value.get("$value")) if isinstance(value, dict) else value
    return float(value)
