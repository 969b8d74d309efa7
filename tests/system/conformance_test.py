#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows that the conformance run of ocpp-soap-cs is right: our charge point passes every scenario, directly and through
the bridge, and fails each one as soon as it has the matching defect. Ends with "N passed, N failed"; a failed part says
where its logs are.

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
from cs_rules import post  # noqa: E402
from durable import modulesFolder  # noqa: E402
from faulty_wire import FaultyWire  # noqa: E402
from harness import HERE, LOOPBACK_CHARGERS, ROOT, Bridge, Failed, Peer, same  # noqa: E402
from tools import VERSIONS, Cp, Cs, ModelCharger, World, addPrograms, makeAbsolute  # noqa: E402

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
FIRMWARE = ["--firmware", "http://127.0.0.1:8/firmware.bin"]  # never fetched: our charge point only says so
FIXED_CABLE = ["TC_017_2_CS", "TC_018_2_CS"]  # what only a charge point with a cable of its own can pass
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


def chargePoint(world, version, url, *arguments, name="cp"):
    """Its sessions are short: without milliseconds two would look the same. What is refused is soon repeated."""
    more = ["--set", "TransactionMessageRetryInterval=1", "--set", "TransactionMessageAttempts=20"]
    return Cp(world, url, "--version", version, "--reboot", "0", "--retry", "1", "--patience", "60", "--write",
              "milliseconds", *more, *arguments, name=name)


def booted(cp):
    """Waits until the first boot of the charge point is over."""
    for line in ('wait sent StatusNotification {"connectorId":1}', "wait quiet", "status"):
        cp.type(line)
    cp.says(r"^connector 1: ", 60)


def listed(options):
    command = [options.cs, "conformance", "--list", "--json"]
    return subprocess.run(command, text=True, capture_output=True, check=True).stdout


def scenariosOf(options, version):
    return [each for each in json.loads(listed(options)) if version in each["versions"]]


def shareOf(options, share):
    """(version, its scenarios) of "1.6 part 2 of 3": runs wait most of the time, so several stand side by side."""
    version, _, number, _, count = share.split()
    chosen = [each for each in scenariosOf(options, version) if options.scenario in each["name"]]
    return version, chosen[int(number) - 1::int(count)]


def attend(cs, board):
    """Does what is asked for until the run is over; returns its last line."""
    while True:
        line = cs.take(lambda text: text.startswith("OPERATOR: ") or END.search(text), "its end", 120)
        if END.search(line):
            return line
        board.obey(line)


def run(world, identity, only, *arguments, name="cs"):
    """A run with somebody at the charger."""
    standard = ["--charger", identity, "--operator", "--only", only, "--patience", world.options.patience]
    return Cs(world, "conformance", *standard, "--api", "none", *arguments, name=name)


def passes(world, share):
    """Our charge point passes every scenario for OCPP {}, and TAP and JUnit say the same."""
    version, scenarios = shareOf(world.options, share)
    tap, junit = (os.path.join(world.folder, each) for each in ("result.tap", "result.xml"))
    cs = run(world, "CP1", ",".join(each["name"] for each in scenarios), "--tap", tap, "--junit", junit, *FIRMWARE)
    line = attend(cs, Board(chargePoint(world, version, cs.url), lambda: cs.type("")))
    status = cs.join()
    passed, failed, foreign, skipped = map(int, END.search(line).groups())
    if failed or skipped or status != 0:
        raise Failed(cs.said()[-6000:])
    same("passed", passed, len([each for each in scenarios if each["name"] not in FIXED_CABLE]) + 1)
    with open(tap) as lines:
        told = lines.read()
    same("TAP", (len(re.findall(r"^ok ", told, re.M)), told.count("not ok")), (passed + foreign, 0))
    suite = ElementTree.parse(junit).getroot()
    same("JUnit", (suite.get("failures"), suite.get("skipped")), ("0", str(foreign)))
    return line


def fixedCable(world, version):
    """With a cable of its own it passes for OCPP {} what is said of such."""
    cs = run(world, "CP1", ",".join(FIXED_CABLE))
    attend(cs, Board(chargePoint(world, version, cs.url, "--fixed-cable"), lambda: cs.type("")))
    cs.join()
    same("verdict", "3 passed, 0 failed, 0 not applicable, 0 skipped" in cs.said(), True)


# --- through the bridge ---


# What the bridge decides by a rule of docs/translation.md before the charge point can.
DECIDED = {"TC_027_CS": "RS-2: connectorId 0 is left out"}


class Walker(Peer):
    """conformance_backend.js: the scenarios, asserted by a JSON back-end."""

    def __init__(self, world, version, scenarios):
        chosen = [each for each in scenarios if each["name"] not in DECIDED]
        script = os.path.join(HERE, "conformance_backend.js")
        command = ["node", script, world.file("scenarios.json", chosen), version, world.options.patience]
        env = dict(os.environ, NODE_PATH=world.options.modules)
        super().__init__("walker", command, world.folder, env=env)
        self.url = "ws://127.0.0.1:%d/" % self.wait("listening", 30)["port"]


def bridged(world, share):
    """Our charge point behind the bridge passes every scenario for OCPP {} of a strict JSON back-end."""
    version, scenarios = shareOf(world.options, share)
    walker = Walker(world, version, scenarios)
    arguments = ["--auto-register", "--central-url", walker.url, "--reconnect-first", "1", "--reconnect-most", "1"]
    bridge = Bridge(world.folder, world.options, [*arguments, *LOOPBACK_CHARGERS])
    try:
        cp = chargePoint(world, version, bridge.url)
        walker.wait("connected", 60)
        booted(cp)
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
    cs = run(world, "CP1", only, "--step", "--junit", junit, *FIRMWARE, name="cs-" + name)
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
        cable = ["--fixed-cable"] if name in FIXED_CABLE else []
        cp = chargePoint(world, version, wire.url, *cable, name="cp-" + name)
        board = Board(cp, lambda: cs.type(""))
        while True:
            wanted = re.compile(r"OPERATOR: |waiting for |%s: |\d+ passed, " % only)
            line = cs.take(wanted.match, "its end", 120)
            if line.startswith("OPERATOR: "):
                board.obey(line)
            elif line.startswith("waiting for "):
                if words.startswith("no ") and line.startswith("waiting for " + words[3:]):
                    note("waits")
            elif " passed, " in line:
                break
            else:
                booted(cp)
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

    def judge(name):
        try:
            problem = verdict(world, version, name)
        except Failed as e:
            problem = str(e)
        if problem:
            problems.append("%s %s" % (name, problem))

    with concurrent.futures.ThreadPoolExecutor(world.options.lanes) as pool:
        list(pool.map(judge, [name for name in names if world.options.scenario in name]))
    if problems:
        raise Failed("\n".join(problems))
    return "%d scenarios" % len(names)


# --- chargers that are not ours ---

# What the model charger can; it is no whole station.
MODEL = """TC_001 TC_002 OSG_REJECTED TC_003 TC_010 TC_011_1 TC_011_2 TC_012 TC_013 TC_014 TC_015 TC_016 TC_017_1
TC_018_1 TC_019_1 TC_019_2 TC_021 TC_023_1 TC_027 TC_028 TC_031 TC_040_1 TC_040_2 TC_061 TC_062 OSG_AVAILABILITY
OSG_REMOTE_START_UNKNOWN TC_043_2 TC_043_4 TC_043_5 TC_044_2 TC_045_2 TC_047 TC_051 TC_052 TC_054 TC_055 TC_056
TC_067""".split()


def foreign(world, version):
    """A {} charger on python3-zeep passes, too, whatever it can do."""
    only = ",".join(name + "_CS" for name in MODEL)
    cs = run(world, "CP-" + version, only)
    model = world.charger(version, cs.url, kind=ModelCharger).ready()
    model.obey("boot")
    while True:
        line = cs.take(lambda text: text.startswith("OPERATOR: ") or END.search(text), "its end", 120)
        if END.search(line):
            break
        model.obey("operator", text=line[len("OPERATOR: "):])
    if cs.join() != 0:
        raise Failed(cs.said()[-6000:])
    known = {each["name"] for each in scenariosOf(world.options, version)}
    same("passed", int(END.search(line).group(1)), len(known & set(only.split(","))) + 1)


def lacking(world):
    """What a charger lacks is not applicable, never passed: by SupportedFeatureProfiles and by NotSupported."""
    names = "TC_051_CS,TC_056_CS,TC_013_CS,TC_061_CS,TC_017_1_CS"
    cs = Cs(world, "conformance", "--charger", "CP", "--api", "none", "--only", names, "--patience", "20")
    model = world.charger("1.6", cs.url, "CP", ModelCharger).ready()
    supported = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core,SmartCharging"}
    model.answer("GetConfiguration", payload={"configurationKey": [supported]}, times=1)
    model.answer("ClearCache", payload={"status": "Rejected"})
    model.answer("UnlockConnector", payload={"status": "NotSupported"})
    model.obey("lacks", operation="SetChargingProfile")
    model.obey("boot")
    said = cs.exits(0)
    for name, why in (("TC_051_CS", "SupportedFeatureProfiles is Core,SmartCharging"),
                      ("TC_056_CS", "SetChargingProfile got the fault NotSupported"),
                      ("TC_061_CS", 'ClearCache got {"status":"Rejected"}'),
                      ("TC_017_1_CS", 'UnlockConnector got {"status":"NotSupported"}')):
        if not re.search(r"^%s +not applicable .*\n +%s" % (name, re.escape(why)), said, re.M):
            raise Failed("%s is not called not applicable: %s" % (name, said))
    same("passed", "2 passed, 0 failed, 4 not applicable, 0 skipped" in said, True)
    # What the operator cannot do.
    cs = run(world, "CP", "TC_030_CS,TC_041_CS,TC_062_CS", "--charger-url", "CP=" + model.endpoint, name="operator")
    for words in ("let the lock of connector 1 fail", "make connector 1 report a fault"):
        cs.says("^OPERATOR: " + words)
        cs.type("no")
    said = cs.exits(0)
    same("refused", said.count("the operator cannot do this: "), 2)
    same("passed", "2 passed, 0 failed, 2 not applicable, 0 skipped" in said, True)
    # No charger at all, and one of another version.
    nobody = Cs(world, "conformance", "--charger", "NOBODY", "--connect", "1", "--api", "none", name="nobody").exits(1)
    same("nobody", "charger NOBODY was not heard in 1 s" in nobody, True)
    other = Cs(world, "conformance", "--charger", "RAW", "--version", "1.5", "--api", "none", name="other")
    post(other, "Heartbeat").answer()
    same("version", "it speaks 1.6, not 1.5" in other.exits(1), True)


SHARES = {"1.6": 3, "1.5": 2, "1.2": 2}
PARTS = [
    (work, "%s part %d of %d" % (version, number, count))
    for version, count in SHARES.items() for number in range(1, count + 1) for work in (passes, bridged)
]
PARTS += [(work, version) for work in (foreign, fails, fixedCable) for version in reversed(VERSIONS)] + [(lacking, None)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    addPrograms(parser, "cs", "cp", "bridge")
    parser.add_argument("--wsdl", default=os.environ.get("WSDL_DIR") or os.path.join(ROOT, "wsdl"))
    parser.add_argument("--scenario", default="", help="only scenarios whose name contains this, where one can choose")
    parser.add_argument("--patience", default="60", help="seconds that a run waits for a message")
    parser.add_argument("--lanes", type=int, default=3, help="scenarios with defects at the same time")
    parts.addArguments(parser, 21)
    options = parser.parse_args()
    makeAbsolute(options, "cs", "cp", "bridge", "wsdl")
    options.modules = modulesFolder()
    return parts.runParts(PARTS, options, World)


if __name__ == "__main__":
    sys.exit(main())
