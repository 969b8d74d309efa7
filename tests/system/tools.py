# SPDX-License-Identifier: GPL-2.0-or-later
"""Our two programs, ocpp-soap-cs and ocpp-soap-cp, as children of a test, and the world in which a part has them."""

import http.client
import json
import os
import re
import sys
import tempfile

from lxml import etree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))

import cut_xsd  # noqa: E402
from harness import PATIENCE, ROOT, SANITIZER, Charger, Failed, Process, matches  # noqa: E402

VERSIONS = ("1.2", "1.5", "1.6")
ENVIRONMENT = dict(
    os.environ,
    ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":exitcode=99:detect_leaks=1",
    UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1",
)
BODY = "{http://www.w3.org/2003/05/soap-envelope}Body"


class Tool(Process):
    """One of the two, with a log of all messages and their XML."""

    def __init__(self, world, name, command):
        self.journal = os.path.join(world.folder, name + ".jsonl")
        command = [*command, "--log", self.journal, "--raw"]
        super().__init__(name, command, world.folder, env=ENVIRONMENT, merge=True)
        world.children.append(self)

    def type(self, line):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()

    def says(self, pattern, patience=PATIENCE):
        return self.take(lambda line: re.search(pattern, line), pattern, patience)

    def said(self):
        with open(self.log.name, errors="replace") as log:
            return log.read()

    def logged(self, **wanted):
        """The log entries that match."""
        with open(self.journal) as lines:
            return [entry for entry in map(json.loads, lines) if matches(entry, wanted)]

    def check(self):
        if SANITIZER.search(self.said()):
            raise Failed("sanitizer: " + self.said()[-3000:])

    def exits(self, wanted, patience=60):
        """What it said, when it has ended with that status."""
        status = self.join(patience)
        self.check()
        if status != wanted:
            raise Failed("exit status %s, expected %s; it said\n%s" % (status, wanted, self.said()[-3000:]))
        return self.said()


class Cs(Tool):
    """The central system. With an API unless another one, or none, is ordered."""

    def __init__(self, world, *arguments, name="cs"):
        api = [] if "--api" in arguments else ["--api", "127.0.0.1:0"]
        super().__init__(world, name, [world.options.cs, *arguments, "--listen", "127.0.0.1:0", *api])
        self.url = self.take(lambda line: line.startswith("chargers: "), "where it listens").split(": ")[1]
        self.port = int(re.search(r":(\d+)/", self.url).group(1))
        self.apiPort = int(self.says("^api: port ").split()[-1]) if api else None

    def ask(self, method, path, body=None, headers={}):
        """(status, JSON) of the API."""
        connection = http.client.HTTPConnection("127.0.0.1", self.apiPort, timeout=PATIENCE)
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        told = answer.status, json.loads(answer.read())
        connection.close()
        return told


class Cp(Tool):
    """The charge point."""

    def __init__(self, world, url, *arguments, name="cp"):
        super().__init__(world, name, [world.options.cp, "--central", url, *arguments])

    def judged(self, judge):
        """Every message that it wrote fits the schema; returns how many kinds there were."""
        kinds = set()
        for entry in self.logged(direction="out"):
            problem = judge.judge(entry)
            if problem:
                raise Failed("%s %s: %s\n%s" % (entry["action"], entry["kind"], problem, entry["xml"]))
            kinds.add((entry["action"], entry["kind"]))
        return kinds


class Judge:
    """The schemas of one version, of both services."""

    def __init__(self, contracts):
        self.schemas = [etree.XMLSchema(etree.fromstring(cut_xsd.cut(path).encode())) for path in contracts]

    def judge(self, entry):
        """Of a log entry that we wrote: "" or what is wrong."""
        body = etree.fromstring(entry["xml"].encode()).find(BODY)
        if len(body) != 1:
            return "not one element in the Body"
        if entry["kind"] == "fault":
            return ""
        schema = self.schemas[0 if entry["kind"] == "request" else 1]
        lone = etree.fromstring(etree.tostring(body[0]))
        return "" if schema.validate(lone) else str(schema.error_log.last_error)


class ModelCharger(Charger):
    """A charger that is not ours, and behaves."""

    script = "model_charger.py"


class World:
    """What one part starts; leaving it stops everything."""

    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="ocpp-soap-tools-test-")
        self.children = []
        self.chargers = []
        self.tolerated = []

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        for child in reversed(self.children):
            running = child.child.poll() is None
            if running:
                child.child.terminate()
            status = child.finish()
            if kind is None and isinstance(child, Tool):
                child.check()
                if running and status is None:
                    raise Failed(child.name + " does not end")
        for charger in self.chargers:
            charger.finish()
        if kind is None:
            self.judge()
        return False

    def judge(self):
        """Whatever broke WSDL, schema, WS-Addressing or the HTTP binding has been told by a charger."""
        for charger in self.chargers:
            for event in ("violation", "trouble"):
                for seen in charger.untaken(event):
                    if not any(re.search(each, json.dumps(seen)) for each in self.tolerated):
                        raise Failed("%s told %s" % (charger.name, seen))

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "w") as out:
            out.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def charger(self, version, url, identity=None, kind=Charger):
        charger = kind(self.folder, self.options, version, identity or "CP-" + version, url)
        self.chargers.append(charger)
        return charger


def addPrograms(parser, *names):
    for name in names:
        standard = os.path.join(ROOT, "build", "ocpp-soap-" + name)
        parser.add_argument("--" + name, default=standard, help="the program under test")


def makeAbsolute(options, *names):
    for name in names:
        setattr(options, name, os.path.abspath(getattr(options, name)))
