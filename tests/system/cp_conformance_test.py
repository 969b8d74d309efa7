#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows that the conformance run of ocpp-soap-cp is right: central systems that behave pass every scenario (ocpp-soap-cs, the
bridge with ocpp-rpc behind it, and two that are not ours), and each scenario fails as soon as one has the matching defect.
Ends with "N passed, N failed"; a failed part says where its logs are.

Usage: cp_conformance_test.py [--cp PROGRAM] [--cs PROGRAM] [--bridge PROGRAM] [--only WORD] [--jobs N]
"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import harness  # noqa: E402
import parts  # noqa: E402
from central_defects import CONTRACT, CONTRACT_SENT, INJECTED, MORE, SAID  # noqa: E402
from harness import HERE, Failed, Peer, same  # noqa: E402
from soap_central import Central, addContracts, findContracts  # noqa: E402
from tools import VERSIONS, Cs, Judge, Tool, World, addPrograms, makeAbsolute  # noqa: E402

LAST = "OSG_CONTRACT_CSMS"
TAGS = ["--blocked-tag", "BLOCKED", "--expired-tag", "OLD"]
KNOWN = {"tags": [{"idTag": "TAG1", "status": "Accepted"}, {"idTag": "BLOCKED", "status": "Blocked"},
                  {"idTag": "OLD", "status": "Expired"}], "otherTags": "Invalid"}
LANES = 3
END = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) not applicable, (\d+) skipped")


class Run(Tool):
    """One conformance run. `obey(action, payload)` has the central system send an operation."""

    def __init__(self, world, url, version, *arguments, name="run", identity="CP1"):
        self.junit, self.tap = (os.path.join(world.folder, name + end) for end in (".xml", ".tap"))
        command = [world.options.cp, "conformance", url, "--version", version, "--id", identity, "--patience", "60",
                   *TAGS, *arguments]
        super().__init__(world, name, [*command, "--junit", self.junit, "--tap", self.tap])

    def tell(self, line):
        """Nobody may be there to hear it: the run ends by itself."""
        try:
            self.type(line)
        except BrokenPipeError:
            pass

    def served(self, obey):
        """Plays the operator to the end; returns the numbers of passed, failed, not applicable and skipped."""
        while True:
            line = self.take(lambda text: re.match(r"OPERATOR: |\w+_CSMS: ", text) or END.search(text), "its end", 120)
            if END.search(line):
                return tuple(map(int, END.search(line).groups()))
            if not line.startswith("OPERATOR: "):
                self.tell("")  # for --step
                continue
            action, payload = re.fullmatch(r"OPERATOR: send (\w+) (\{.*\})", line).groups()
            obey(action, payload)
            self.tell("late")  # with --step: what was asked for has come, or never will

    def results(self):
        """By scenario: None, or the failure as (message, text)."""
        out = {}
        for case in ElementTree.parse(self.junit).getroot():
            failure, skipped = case.find("failure"), case.find("skipped")
            told = None if failure is None else (failure.get("message"), failure.text)
            out[case.get("name").split()[0]] = told if skipped is None else ("left out", skipped.get("message"))
        return out


class Model(Peer):
    """model_central.py"""

    def __init__(self, world):
        super().__init__("model", ["/usr/bin/python3", os.path.join(HERE, "model_central.py")], world.folder)
        world.children.append(self)
        self.base = "http://127.0.0.1:%d/" % self.wait("listening", 30)["port"]

    def send(self, identity, action, payload):
        """Returns when it was answered."""
        self.say(identity=identity, action=action, payload=json.loads(payload))
        self.wait("sent", 60)


def scenariosOf(options, version):
    """Their names in the order of the table, and those that need an operator."""
    listed = subprocess.run([options.cp, "conformance", "--list"], text=True, capture_output=True, check=True).stdout
    rows = [line for line in listed.splitlines() if version in line[:46]]
    return [row.split()[0] for row in rows], [row.split()[0] for row in rows if row.endswith("(--operator)")]


def allPassed(world, run, version, counts):
    """Every scenario of the version, and the messages that the run itself wrote fit the schema."""
    names, _ = scenariosOf(world.options, version)
    status = run.join(60)
    if counts[0] != len(names) + 1 or counts[1] != 0 or counts[3] != 0 or status != 0:
        raise Failed(run.said()[-6000:])
    with open(run.tap) as lines:
        same("TAP", len(re.findall(r"^not ok", lines.read(), re.M)), 0)
    broken = [e for e in run.logged(direction="out") if not e.get("notes", [""])[0].startswith("with the body")]
    for entry in broken:
        problem = world.options.judges[version].judge(entry)
        if problem:
            raise Failed("%s %s: %s\n%s" % (entry["action"], entry["kind"], problem, entry["xml"]))
    return "%d scenarios" % counts[0]


def withCs(world, version):
    """ocpp-soap-cs passes every scenario for OCPP {}, with somebody at its prompt."""
    cs = Cs(world, "--api", "none", "--config", world.file("cs.json", KNOWN))
    run = Run(world, cs.url, version, "--operator")
    counts = run.served(lambda action, payload: cs.type("CP1 %s %s" % (action, payload)))
    return allPassed(world, run, version, counts)


def withModel(world, version):
    """A central system made of Python's standard library passes every scenario for OCPP {}, so that its defects alone make
    scenarios fail."""
    model = Model(world)
    run = Run(world, model.base, version, "--operator", "--keep-alive")
    counts = run.served(lambda action, payload: model.send("CP1", action, payload))
    return allPassed(world, run, version, counts)


def withBridge(world, version):
    """The bridge with ocpp-rpc in strict mode behind it passes every scenario for OCPP {}."""
    with harness.World(world.options) as between:
        between.start()
        backend = between.backend
        backend.answer("DataTransfer", payload={"status": "UnknownVendorId"})
        run = Run(world, between.bridge.url, version, "--operator")
        counts = run.served(lambda action, payload: backend.start("CP1", action, json.loads(payload)))
        told = allPassed(world, run, version, counts)
    between.remove()
    return told


def withNpm(world, version):
    """A central system on npm soap, made from the contracts, passes every scenario for OCPP {} but those that it does not behave
    in: it accepts all tags, vendors and values, and its Faults are not those of SOAP 1.2."""
    run = Run(world, Central(world, version).url, version)
    run.served(None)
    run.exits(1)
    names, attended = scenariosOf(world.options, version)
    accepting = {"TC_023_1_CSMS", "TC_023_2_CSMS", "TC_023_3_CSMS", "TC_037_3_CSMS", "OSG_START_UNKNOWN_TAG_CSMS", "TC_064_CSMS",
                 "OSG_MISSING_VALUE_CSMS", "OSG_BAD_VALUE_CSMS"}
    failed = {name for name, told in run.results().items() if told and told[0] != "left out"}
    same("failed", sorted(failed), sorted((accepting & set(names)) | {LAST}))
    expectFailure(run, LAST, "/Fault: was read by its local names")


# --- defects ---


def expectFailure(run, name, words):
    """The scenario failed with those words, and shows rule and messages."""
    told = run.results()[name]
    if told is None:
        raise Failed("%s passed with the defect %s" % (name, run.name))
    if words not in (told[1] if name == LAST else told[0]):
        raise Failed("%s failed with %r, not with %r" % (name, told[0], words))
    if name != LAST and ("rule: " not in told[1] or " > " not in told[1] or " < " not in told[1]):
        raise Failed("%s shows no rule or messages: %s" % (name, told[1]))


def saidFails(world, version):
    """Each scenario of what a charge point of OCPP {} says fails against a central system with the matching defect, with rule and
    messages."""
    names, attended = scenariosOf(world.options, version)
    same("scenarios without a defect", sorted(set(names) - set(attended) - set(SAID)), [])
    model = Model(world)
    cases = [(defect, name, words) for name, (defect, words) in SAID.items() if name in names]
    cases += list(MORE) + [(defect, name, words) for defect, name, words in CONTRACT]

    def play(defect):
        mine = [(name, words) for each, name, words in cases if each == defect]
        only = ",".join(name for name, _ in mine)
        run = Run(world, model.base + defect, version, "--only", only, name=defect, identity=defect)
        run.exits(1)
        for name, words in mine:
            expectFailure(run, LAST if (defect, name, words) in CONTRACT else name, words)

    with concurrent.futures.ThreadPoolExecutor(LANES) as pool:
        list(pool.map(play, sorted({case[0] for case in cases})))
    return "%d defects" % len(cases)


def sentFails(world, version):
    """Each scenario of what an operator of OCPP {} sends fails when something else comes or nothing, with rule and messages."""
    attended = scenariosOf(world.options, version)[1]
    model = Model(world)

    def run(defect, names, lane):
        run = Run(world, model.base + defect, version, "--operator", "--step", "--only", ",".join(names),
                  name="%s-%d" % (defect, lane), identity="%s-%d" % (defect, lane))
        run.served(lambda action, payload: model.send(run.name, action, payload))
        run.exits(1)
        results = run.results()
        failed = [name for name in names if results[name]]
        for name in failed:
            expectFailure(run, name, "no ")
        return failed

    with concurrent.futures.ThreadPoolExecutor(LANES) as pool:
        lanes = [attended[lane::LANES] for lane in range(LANES)]
        failed = sum(pool.map(lambda lane: run("other-content", lanes[lane], lane), range(LANES)), [])
    # What has no content to be wrong fails when nothing comes.
    bare = [name for name in attended if name not in failed]
    same("fail in silence", run("silent", bare, 0), bare)
    return "%d scenarios, %d by silence" % (len(attended), len(bare))


def addressFails(world, version):
    """Operations of OCPP {} that are addressed wrongly, or said twice, break the contract."""
    model = Model(world)
    for defect, words in CONTRACT_SENT:
        run = Run(world, model.base + defect, version, "--operator", "--step", "--only", "TC_021_CSMS,TC_061_CSMS", name=defect,
                  identity=defect)
        run.served(lambda action, payload: model.send(defect, action, payload))
        run.exits(1)
        expectFailure(run, LAST, words)


def injected(world):
    """What ocpp-soap-cs does wrong by its config file is seen: faults, HTTP errors, garbage, lost connections, silence."""
    for number, (failure, words) in enumerate(INJECTED):
        version = VERSIONS[number % 3]
        rule = dict(failure, action="Heartbeat")
        cs = Cs(world, "--api", "none", "--config", world.file("%d.json" % number, {"failures": [rule]}), name="cs%d" % number)
        run = Run(world, cs.url, version, "--only", "TC_001_CSMS", "--timeout", "5" if failure["kind"] == "noAnswer" else "60",
                  name="run%d" % number)
        run.exits(1)
        expectFailure(run, "TC_001_CSMS", words)


def lacking(world):
    """What a central system lacks is not applicable, never passed; nor is what the operator cannot do, or what no option names."""
    model = Model(world)
    lacks = "FirmwareStatusNotification"
    run = Run(world, model.base + "lacks-" + lacks, "1.6", "--only", "OSG_FIRMWARE_STATUSES_CSMS,TC_046_CSMS,TC_001_CSMS",
              "--operator")
    run.says("OPERATOR: send ReserveNow")
    run.type("no")
    run.exits(0)
    told = run.results()
    same("lacks", told["OSG_FIRMWARE_STATUSES_CSMS"][0], "left out")
    same("fault", "not applicable: %s got the fault NotSupported" % lacks in told["OSG_FIRMWARE_STATUSES_CSMS"][1], True)
    same("operator", "not applicable: the operator cannot do this" in told["TC_046_CSMS"][1], True)
    same("the rest", told["TC_001_CSMS"], None)
    bare = Tool(world, "bare", [world.options.cp, "conformance", model.base, "--only", "TC_023_2_CSMS,TC_001_CSMS,TC_010_CSMS"])
    said = bare.exits(0)
    for words in ("needs the option --expired-tag", "needs an operator (--operator)", "1 not applicable", "2 passed"):
        if words.startswith("1 "):
            continue
        same(words, words in said, True)
    alone = Tool(world, "alone", [world.options.cp, "conformance", "http://127.0.0.1:9/"]).exits(1)
    same("nobody", "OSG_CONNECT_CSMS" in alone and "The central system accepts us" in alone, True)


OPTION_MISTAKES = (
    (["conformance"], "option central: the address of the central system must be given"),
    (["conformance", "ftp://x"], "is no http:// or https:// address"),
    (["conformance", "http://x", "--only", "TC_999"], "option only: no 'TC_999'"),
    (["conformance", "http://x", "--features", "cor"], "option features: no 'cor'"),
    (["conformance", "http://x", "--fleet", "2"], "conformance: not together with"),
    (["--central", "http://x", "--tap", "x"], "only with the word conformance"),
    (["confrmance", "http://x"], "'confrmance' is neither an option nor conformance URL"),
)


def mistakes(world):
    """Mistakes in the options of a run are named, with exit status 2."""
    for arguments, words in OPTION_MISTAKES:
        told = subprocess.run([world.options.cp, *arguments], text=True, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=60)
        same(" ".join(arguments), (told.returncode, words in told.stderr), (2, True))


PARTS = (
    [(each, version) for each in (sentFails, withBridge, withCs, saidFails, withModel, withNpm, addressFails)
     for version in reversed(VERSIONS)]
    + [(injected, None), (lacking, None), (mistakes, None)]
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    addPrograms(parser, "cs", "cp", "bridge")
    addContracts(parser)
    parts.addArguments(parser, 8)
    options = parser.parse_args()
    makeAbsolute(options, "cs", "cp", "bridge")
    findContracts(options)
    options.judges = {version: Judge(options.contracts(version)) for version in VERSIONS}
    return parts.runParts(PARTS, options, World)


if __name__ == "__main__":
    sys.exit(main())
