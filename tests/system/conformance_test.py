#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows that the conformance run of ocpp-soap-cs is right: our charge point passes every scenario, directly and through the
bridge, and fails each one as soon as it has the matching defect. Ends with "N passed, N failed"; a failed part says where
its logs are.

Usage: conformance_test.py [--cs PROGRAM] [--cp PROGRAM] [--bridge PROGRAM] [--only WORD] [--jobs N]
"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import parts  # noqa: E402
from charger_defects import DEFECTS, defectOf  # noqa: E402
from durable import modulesFolder  # noqa: E402
from faulty_wire import FaultyWire  # noqa: E402
from harness import HERE, LOOPBACK_CHARGERS, ROOT, Bridge, Failed, Peer, same  # noqa: E402
from tools import VERSIONS, Cp, Cs, World, addPrograms, makeAbsolute  # noqa: E402

CONTRACT = "OSG_CONTRACT_CS"  # judged after all scenarios, whatever they are
# What is asked of somebody at the charge point, and what happens at its board.
PLUG, OWN, STRANGER = "plug", "tag LOCALTAG", "tag STRANGER"
OPERATOR = {
    "plug the cable of connector 1 into a vehicle": [PLUG],
    "unplug the cable of connector 1": ["unplug"],
    "take the cable of connector 1 out of the vehicle, and leave it in the connector": ["plug cable"],
    "present a tag, so that charging starts": [OWN],
    "present a tag, before the cable": [OWN],
    "present the same tag again, then unplug": [OWN, "wait idle", "unplug"],
    "present a tag that this charger has never seen": [STRANGER],
    "let the lock of connector 1 fail": ["lock fails"],
    "let the lock of connector 1 work again": ["lock works"],
    "make connector 1 report a fault": ["fault HighTemperature"],
    "end the fault of connector 1": ["clear HighTemperature"],
    "switch the power off and on": ["power off", "power on"],
    "wait for two seconds": ["pause 2"],
    "plug the cable of connector 1 into a vehicle, present the same tag, and wait until it charges":
        [PLUG, OWN, "wait Charging"],
    "plug the cable of connector 1 into a vehicle, present a tag that this charger has never seen, and wait until it "
    "charges": [PLUG, STRANGER, "wait Charging"],
    "plug the cable of connector 1 into a vehicle, present the same tag, wait until it charges, present the same tag "
    "again, then unplug": [PLUG, OWN, "wait Charging", OWN, "wait idle", "unplug"],
}
ENTER = " (then press Enter)"
END = re.compile(r"(\d+) passed, (\d+) failed, (\d+) not applicable, (\d+) skipped")


class Board:
    """Does at the charge point what a run asks for; `confirm` is called when something was to be said done."""

    def __init__(self, cp, confirm):
        self.cp, self.confirm = cp, confirm

    def obey(self, line):
        text = line[len("OPERATOR: "):]
        toConfirm = text.endswith(ENTER)
        for command in OPERATOR[text.replace(ENTER, "")]:
            self.cp.type(command)
        if toConfirm:
            self.cp.type("status")
            self.cp.says(r"^connector 1: ", 60)
            self.confirm()


def chargePoint(world, version, url, name="cp"):
    """Its sessions are short: without milliseconds two of them would look the same. A refused message is soon repeated."""
    more = ["--set", "TransactionMessageRetryInterval=1", "--set", "TransactionMessageAttempts=20"]
    return Cp(world, url, "--version", version, "--reboot", "0", "--retry", "1", "--patience", "60", "--write",
              "milliseconds", *more, name=name)


def listed(options):
    return subprocess.run([options.cs, "conformance", "--list", "--json"], text=True, capture_output=True, check=True).stdout


def scenariosOf(options, version):
    return [each for each in json.loads(listed(options)) if version in each["versions"]]


def passes(world, version):
    """Our charge point passes every scenario for OCPP {}, and TAP and JUnit say the same."""
    tap, junit = (os.path.join(world.folder, each) for each in ("result.tap", "result.xml"))
    cs = Cs(world, "conformance", "--charger", "CP1", "--operator", "--api", "none", "--patience", world.options.patience, "--tap", tap,
            "--junit", junit)
    board = Board(chargePoint(world, version, cs.url), lambda: cs.type(""))
    while True:
        line = cs.take(lambda text: text.startswith("OPERATOR: ") or END.search(text), "its end", 120)
        if END.search(line):
            break
        board.obey(line)
    status = cs.join()
    passed, failed, foreign, skipped = map(int, END.search(line).groups())
    if failed or skipped or status != 0:
        raise Failed(cs.said()[-6000:])
    same("passed", passed, len(scenariosOf(world.options, version)) + 1)
    with open(tap) as lines:
        told = lines.read()
    same("TAP", (len(re.findall(r"^ok ", told, re.M)), told.count("not ok")), (passed + foreign, 0))
    suite = ElementTree.parse(junit).getroot()
    same("JUnit", (suite.get("failures"), suite.get("skipped")), ("0", str(foreign)))
    return line


# --- through the bridge ---


# What the bridge decides by a rule of docs/translation.md before the charge point can.
DECIDED = {"TC_027_CS": "RS-2: connectorId 0 is left out"}


class Walker(Peer):
    """conformance_backend.js: the scenarios, asserted by a JSON back-end."""

    def __init__(self, world, version):
        scenarios = [each for each in scenariosOf(world.options, version) if each["name"] not in DECIDED]
        chosen = [each for each in scenarios if world.options.scenario in each["name"]]
        script = os.path.join(HERE, "conformance_backend.js")
        command = ["node", script, world.file("scenarios.json", chosen), version, world.options.patience]
        env = dict(os.environ, NODE_PATH=world.options.modules)
        super().__init__("walker", command, world.folder, env=env)
        self.url = "ws://127.0.0.1:%d/" % self.wait("listening", 30)["port"]


def bridged(world, version):
    """Our charge point behind the bridge passes every scenario for OCPP {} of a strict JSON back-end."""
    walker = Walker(world, version)
    arguments = ["--auto-register", "--central-url", walker.url, "--reconnect-first", "1", "--reconnect-most", "1"]
    bridge = Bridge(world.folder, world.options, [*arguments, *LOOPBACK_CHARGERS])
    try:
        cp = chargePoint(world, version, bridge.url)
        cp.type("wait quiet")
        walker.wait("connected")
        cp.says("< BootNotification.conf", 30)
        board = Board(cp, lambda: walker.say(cmd="confirm"))
        walker.say(cmd="begin")
        verdicts = []
        while True:
            told = walker.take(lambda seen: seen["event"] in ("operator", "verdict", "over", "trouble"), "its end", 120)
            if told["event"] == "operator":
                board.obey("OPERATOR: " + told["text"] + (ENTER if told["confirm"] else ""))
            elif told["event"] == "verdict":
                verdicts.append(told)
            else:
                break
        bad = ["%(name)s %(verdict)s %(reason)s" % each for each in verdicts if each["verdict"] == "failed"]
        bad += [json.dumps(seen) for event in ("violation", "bad-message", "trouble") for seen in walker.untaken(event)]
        if bad or told["event"] == "trouble":
            raise Failed("\n".join(bad) + told.get("text", ""))
        walker.finish()
        bridge.terminate()
    finally:
        if bridge.child.poll() is None:
            bridge.child.kill()
            bridge.join()
        walker.finish()
    foreign = [each["name"] for each in verdicts if each["verdict"] == "not applicable"]
    return "%d scenarios, not applicable: %s" % (len(verdicts), ", ".join(foreign) or "none")


# --- defects ---


def verdict(world, version, name):
    """Runs one scenario against a charge point with its defect; returns "" or what is wrong with the verdict."""
    defect, words = defectOf(name, version)
    junit = os.path.join(world.folder, name + ".xml")
    only = "TC_014_CS" if name == CONTRACT else name
    cs = Cs(world, "conformance", "--charger", "CP1", "--operator", "--api", "none", "--patience", "60", "--step",
            "--only", only, "--junit", junit, name="cs-" + name)
    said = threading.Condition()  # guards `seen`
    seen = {"struck": False, "waits": False}

    def note(what):
        with said:
            seen[what] = True
            both = seen["struck"] and seen["waits"]
            if both:
                seen["waits"] = False
        if both:  # it would wait in vain
            cs.type("late")

    wire = FaultyWire(cs.url, defect, lambda: note("struck"))
    try:
        cp = chargePoint(world, version, wire.url, "cp-" + name)
        board = Board(cp, lambda: cs.type(""))
        while True:
            line = cs.take(lambda text: re.match(r"OPERATOR: |waiting for |%s: |\d+ passed, " % only, text), "its end", 120)
            if line.startswith("OPERATOR: "):
                board.obey(line)
            elif line.startswith("waiting for "):
                if words.startswith("no ") and line.startswith("waiting for " + words[3:]):
                    note("waits")
            elif " passed, " in line:
                break
            else:
                cp.type("wait quiet")
                cp.type("status")
                cp.says(r"^connector 1: ", 60)
                wire.arm()
                cs.type("")
        cs.exits(1)
        cp.child.terminate()
        cp.finish()
    finally:
        wire.close()
    failure = {case.get("name").split()[0]: case.find("failure") for case in ElementTree.parse(junit).getroot()}[name]
    if failure is None:
        return "passes"
    if not failure.get("message").startswith(words) and words not in failure.get("message"):
        return "fails with %r, not with %r" % (failure.get("message"), words)
    if "rule: " not in failure.text or " > " not in failure.text:
        return "shows no rule or message: %s" % failure.text
    return ""


def fails(world, version):
    """Each scenario for OCPP {} fails for a charge point with the matching defect, with messages and rule."""
    names = [each["name"] for each in scenariosOf(world.options, version)] + [CONTRACT]
    same("scenarios without a defect", sorted(set(names) - set(DEFECTS)), [])
    problems = []

    def run(name):
        try:
            problem = verdict(world, version, name)
        except Failed as e:
            problem = str(e)
        if problem:
            problems.append("%s %s" % (name, problem))

    with concurrent.futures.ThreadPoolExecutor(world.options.lanes) as pool:
        list(pool.map(run, [name for name in names if world.options.scenario in name]))
    if problems:
        raise Failed("\n".join(problems))
    return "%d scenarios" % len(names)


PARTS = [(work, version) for work in (passes, bridged) for version in reversed(VERSIONS)] + [(fails, version) for version in reversed(VERSIONS)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    addPrograms(parser, "cs", "cp", "bridge")
    parser.add_argument("--wsdl", default=os.environ.get("WSDL_DIR") or os.path.join(ROOT, "wsdl"))
    parser.add_argument("--scenario", default="", help="only scenarios whose name contains this, where one can choose")
    parser.add_argument("--patience", default="60", help="seconds that a run waits for a message")
    parser.add_argument("--lanes", type=int, default=4, help="scenarios with defects at the same time")
    parts.addArguments(parser, 9)
    options = parser.parse_args()
    makeAbsolute(options, "cs", "cp", "bridge", "wsdl")
    options.modules = modulesFolder()
    return parts.runParts(PARTS, options, World)


if __name__ == "__main__":
    sys.exit(main())
