#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows that ocpp-soap-cs does what it says: against chargers on python3-zeep, which judge every message that it writes by
the schema of the WSDL, and as bytes. Ends with "N passed, N failed"; a failed part keeps its logs and says where.

Usage: cs_test.py [--cs PROGRAM] [--only WORD] [--jobs N]
"""

import argparse
import concurrent.futures
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import traceback
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from harness import HERE, PATIENCE, ROOT, SANITIZER, Charger, Failed, Process, matches, same  # noqa: E402
from raw_http import Http  # noqa: E402
from samples import BOOT, EXCHANGES, METER_VALUES, START, START_J, STOP, TRANSACTION_DATA  # noqa: E402
from scenarios.tls import Certificates  # noqa: E402
from soap_texts import envelope  # noqa: E402

VERSIONS = ("1.2", "1.5", "1.6")
ENVIRONMENT = dict(
    os.environ,
    ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":exitcode=99:detect_leaks=1",
    UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1",
)


class Cs(Process):
    """The program, with a log of all messages."""

    def __init__(self, world, *arguments, name="cs"):
        self.journal = os.path.join(world.folder, name + ".jsonl")
        command = [world.options.cs, *arguments, "--listen", "127.0.0.1:0", "--log", self.journal, "--raw"]
        command += [] if "--api" in arguments else ["--api", "127.0.0.1:0"]
        super().__init__(name, command, world.folder, env=ENVIRONMENT, merge=True)
        world.children.append(self)
        self.url = self.take(lambda line: line.startswith("chargers: "), "where it listens").split(": ")[1]
        self.port = int(re.search(r":(\d+)/", self.url).group(1))
        self.apiPort = None
        if "--api" not in arguments:
            self.apiPort = int(self.take(lambda line: line.startswith("api: port "), "its API").split()[-1])

    def ask(self, method, path, body=None, headers={}):
        """(status, JSON) of the API."""
        connection = http.client.HTTPConnection("127.0.0.1", self.apiPort, timeout=PATIENCE)
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        told = answer.status, json.loads(answer.read())
        connection.close()
        return told

    def type(self, line):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()

    def says(self, pattern, patience=PATIENCE):
        return self.take(lambda line: re.search(pattern, line), pattern, patience)

    def logged(self, **wanted):
        """The log entries that match."""
        with open(self.journal) as lines:
            return [entry for entry in map(json.loads, lines) if matches(entry, wanted)]

    def exits(self, wanted, patience=60):
        status = self.join(patience)
        with open(self.log.name, errors="replace") as log:
            said = log.read()
        if SANITIZER.search(said):
            raise Failed("sanitizer: " + said[-3000:])
        if status != wanted:
            raise Failed("exit status %s, expected %s; it said\n%s" % (status, wanted, said[-3000:]))
        return said


class Model(Charger):
    """model_charger.py: a charger that behaves, or misbehaves in one way."""

    def __init__(self, world, version, identity, url):
        self.identity, self.version, self.refs = identity, version, 0
        command = ["/usr/bin/python3", os.path.join(HERE, "model_charger.py"), "--version", version]
        command += ["--identity", identity, "--url", url, "--wsdl", world.options.wsdl]
        Process.__init__(self, "model-" + identity, command, world.folder)


class World:
    """What one part starts; leaving it stops everything."""

    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="ocpp-soap-cs-test-")
        self.children = []
        self.chargers = []
        self.tolerated = []

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        for child in self.children:
            if child.child.poll() is None:
                child.child.terminate()
                try:
                    child.exits(0)
                except Failed:
                    if kind is None:
                        raise
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

    def charger(self, version, url, identity=None):
        charger = Charger(self.folder, self.options, version, identity or "CP-" + version, url)
        self.chargers.append(charger)
        return charger

    def model(self, version, url, identity=None):
        charger = Model(self, version, identity or "CP-" + version, url)
        self.chargers.append(charger)
        return charger


# --- every message of both directions ---


def everyOperation(world, version):
    """All operations that OCPP {version} has for charge points arrive with their content, judged by the WSDL, and their
    answers come back; the others are refused by name."""
    cs = Cs(world)
    charger = world.charger(version, cs.url).ready()
    charger.call("BootNotification", BOOT)
    # What 1.5 says in a word that OCPP-J does not have is shown in that word.
    special = {("1.5", "SendLocalList"): {"status": "HashError"}}
    sent = 0
    for exchange in EXCHANGES:
        soap, answer, result = (exchange.at(c, version) for c in (exchange.soap, exchange.answer, exchange.result))
        path = "/chargers/%s/%s" % (charger.identity, exchange.action)
        if soap is None:
            status, body = cs.ask("POST", path, exchange.call)
            same(exchange.action, status, 404)
            continue
        charger.answer(exchange.action, payload=answer, times=1)
        status, body = cs.ask("POST", path, exchange.call)
        charger.request(exchange.action, soap)
        wanted = special.get((version, exchange.action), result)
        same("answer of " + exchange.action, (status, body.get("response")), (200, wanted))
        sent += 1
        if exchange.action == "RemoteStartTransaction":
            same("note about the profile", "notes" in body, version != "1.6")
    same("operations of " + version, sent, {"1.2": 9, "1.5": 15, "1.6": 19}[version])
    for kind, fields in (("fault", {"fault": {"code": "Receiver", "subcode": "NotSupported", "reason": "no"}}),
                         ("error", {"http": {"status": 503, "body": "no SOAP"}})):
        charger.answer("ClearCache", times=1, **fields)
        status, body = cs.ask("POST", "/chargers/%s/ClearCache" % charger.identity, {})
        same(kind, (status, kind in body), (502, True))
    same("unknown charger", cs.ask("POST", "/chargers/NOBODY/Reset", {"type": "Soft"})[0], 404)
    same("bad payload", cs.ask("POST", "/chargers/%s/Reset" % charger.identity, {"type": "Slow"})[0], 400)
    same("web page", cs.ask("POST", path, {}, {"Origin": "http://elsewhere"})[0], 403)


def everyRequest(world, version):
    """Everything that a {version} charger says is answered, judged by the WSDL, shown and logged."""
    cs = Cs(world, "--config", world.file("cs.json", {
        "boot": {"interval": 77},
        "tags": [{"idTag": "GOOD*", "status": "Accepted", "expiryDate": "2031-01-01T00:00:00Z", "parentIdTag": "P"}],
        "otherTags": "Blocked",
        "dataTransfer": "Rejected"}))
    charger = world.charger(version, cs.url).ready()
    answer = charger.call("BootNotification", BOOT)
    same("interval", answer.get("interval", answer.get("heartbeatInterval")), 77)
    same("a known tag", charger.call("Authorize", {"idTag": "good7"})["idTagInfo"],
         {"status": "Accepted", "expiryDate": "2031-01-01T00:00:00Z", "parentIdTag": "P"})
    same("another tag", charger.call("Authorize", {"idTag": "X"})["idTagInfo"], {"status": "Blocked"})
    charger.call("StatusNotification", {"connectorId": 1, "status": "Charging" if version == "1.6" else "Occupied",
                                        "errorCode": "NoError"})
    begin = {"connectorId": 1, "idTag": "GOOD1", "timestamp": START, "meterStart": 10}
    number = charger.call("StartTransaction", begin)["transactionId"]
    same("the same start again", charger.call("StartTransaction", begin)["transactionId"], number)
    charger.call("MeterValues", {"connectorId": 1, **({} if version == "1.2" else {"transactionId": number}),
                                 **METER_VALUES[version][0]})
    charger.call("StopTransaction", {"transactionId": number, "idTag": "GOOD1", "timestamp": STOP, "meterStop": 30,
                                     **TRANSACTION_DATA[version][0]})
    charger.call("Heartbeat")
    charger.call("FirmwareStatusNotification", {"status": "Installed"})
    charger.call("DiagnosticsStatusNotification", {"status": "Uploaded"})
    if version != "1.2":
        same("data transfer", charger.call("DataTransfer", {"vendorId": "v"}), {"status": "Rejected"})
    status, known = cs.ask("GET", "/chargers/" + charger.identity)
    same("connector", matches(known["connectors"][0], {"connectorId": 1, "status": "Charging" if version == "1.6" else "Occupied"}), True)
    same("transactions", [(t["transactionId"], t["start"], t["meterStop"], t["reason"]) for t in known["transactions"]],
         [(number, START_J, 30, "EVDisconnected" if version == "1.6" else "Local")])
    same("callback address", known["url"], charger.endpoint)
    logged = cs.logged(direction="in", kind="request", action="StopTransaction", charger=charger.identity, version=version)
    same("logged", logged[0]["payload"].get("transactionData"), TRANSACTION_DATA[version][1].get("transactionData"))
    answered = cs.logged(direction="out", kind="response", action="StopTransaction", http=200)
    same("RelatesTo in the log", answered[0]["relatesTo"], logged[0]["messageId"])
    same("raw XML in the log", "stopTransactionResponse" in answered[0]["xml"], True)
    same("tolerated", [e["notes"] for e in cs.logged(notes=lambda n: bool(n))], [])
    cs.type("list")
    cs.says(r"transaction %d: connector 1, GOOD1.*20 Wh" % number)
    cs.type("%s Reset {\"type\":\"Soft\"}" % charger.identity)
    cs.says(r"Reset\.conf \{\"status\":\"Accepted\"\}")


# --- answers by rules, and bad answers ---


def post(cs, operation, inner="", identity="RAW", version="1.6", patience=PATIENCE):
    """The connection on which a request was sent."""
    body = envelope(version, identity, operation, inner, "urn:uuid:raw-1")
    head = "POST /ocpp HTTP/1.1\r\nHost: cs\r\nContent-Type: application/soap+xml\r\nContent-Length: %d\r\n\r\n" % len(body)
    return Http(cs.port, patience).send(head.encode() + body)


def bootsInTurn(world):
    """Boot statuses come in their turn, and delays are kept to."""
    cs = Cs(world, "--config", world.file("cs.json", {
        "boot": {"statuses": ["Pending", "Rejected", "Accepted"], "interval": 60, "retryInterval": 5},
        "delays": {"Heartbeat": 0.4}}))
    boot = "<o:chargePointVendor>V</o:chargePointVendor><o:chargePointModel>M</o:chargePointModel>"
    for version, words in (("1.6", "Pending Rejected Accepted Accepted"), ("1.5", "Rejected Rejected Accepted")):
        for word in words.split():
            status, _, body = post(cs, "BootNotification", boot, "CP-" + version, version).answer()
            same("answer", (status, (">%s<" % word).encode() in body), (200, True))
            same("interval", (b">60<" if word == "Accepted" else b">5<") in body, True)
    begin = time.monotonic()
    same("late answer", post(cs, "Heartbeat").answer()[0], 200)
    same("not before its time", time.monotonic() - begin >= 0.4, True)


def complete(connection):
    return connection.answer()


def reset(connection):
    """True if the peer reset the connection without a byte."""
    try:
        connection.more()
    except ConnectionResetError:
        return True
    except EOFError:
        return False
    return False


def resetAtOnce(port):
    """True if a new connection is reset without a byte; the reset may come before connect() has returned."""
    try:
        connection = Http(port)
    except ConnectionResetError:
        return True
    return reset(connection)


START_RAW = ("<o:connectorId>1</o:connectorId><o:idTag>T</o:idTag><o:timestamp>2024-05-01T08:00:00Z</o:timestamp>"
             "<o:meterStart>1</o:meterStart>")
# Each failure of the config file, and how it shows on the wire of a StartTransaction.
FAILURES = (
    ({"kind": "delay", "seconds": 0.5}, lambda c: timed(c, 0.5)),
    ({"kind": "fault", "code": "SecurityError", "text": "go away"},
     lambda c: statusAnd(c, 400, b"SecurityError") and True),
    ({"kind": "fault", "code": "InternalError"}, lambda c: statusAnd(c, 500, b"InternalError")),
    ({"kind": "httpStatus", "status": 503, "text": "busy"}, lambda c: complete(c)[::2] == (503, b"busy")),
    ({"kind": "garbage", "text": "<<<"}, lambda c: complete(c)[::2] == (200, b"<<<")),
    ({"kind": "wrongRelatesTo"}, lambda c: wrongRelation(complete(c))),
    ({"kind": "reset"}, reset),
    ({"kind": "truncated"}, lambda c: truncated(c)),
    ({"kind": "noAnswer"}, lambda c: not c.ended() and c.buffer == b""),
)


def timed(connection, seconds):
    begin = time.monotonic()
    return complete(connection)[0] == 200 and time.monotonic() - begin >= seconds * 0.9


def statusAnd(connection, status, words):
    seen, _, body = complete(connection)
    return seen == status and words in body and b"Fault" in body


def wrongRelation(answer):
    return answer[0] == 200 and b"startTransactionResponse" in answer[2] and b"urn:uuid:raw-1" not in answer[2]


def truncated(connection):
    status, headers = connection.head()
    try:
        while True:
            connection.more()
    except EOFError:
        pass
    return status == 200 and 0 < len(connection.buffer) < int(headers["content-length"])


def everyFailure(world):
    """Each failure of the config file is seen on the wire, once, for its charger and action only; the answer after it is
    good, and a lost answer's transaction keeps its id."""
    for number, (failure, seen) in enumerate(FAILURES):
        rule = dict(failure, action="StartTransaction", charger="R?W", times=1, skip=1)
        cs = Cs(world, "--api", "none", "--config", world.file("cs%d.json" % number, {"failures": [rule]}),
                name="cs%d" % number)
        same("skipped", b"transactionId>1<" in post(cs, "StartTransaction", START_RAW).answer()[2], True)
        same("another action", post(cs, "Heartbeat").answer()[0], 200)
        same("another charger", post(cs, "StartTransaction", START_RAW, "OTHER").answer()[0], 200)
        patience = 0.7 if failure["kind"] == "noAnswer" else PATIENCE
        later = START_RAW.replace("08:00", "09:00")
        if not seen(post(cs, "StartTransaction", later, patience=patience)):
            raise Failed("%s was not seen on the wire" % failure)
        status, _, body = post(cs, "StartTransaction", later).answer()
        same("afterwards", (status, b"transactionId>3<" in body), (200, True))
        same("logged", len(cs.logged(injected=failure["kind"])), 1)
        cs.child.terminate()
        cs.exits(0)
    cs = Cs(world, "--api", "none", "--config", world.file("cs.json", {"failures": [{"kind": "resetBeforeReading", "times": 1}]}))
    same("reset before reading", resetAtOnce(cs.port), True)
    same("afterwards", post(cs, "Heartbeat").answer()[0], 200)
    never = Cs(world, "--api", "none", "--config", world.file("p.json", {"failures": [{"kind": "reset", "probability": 0}]}),
               name="never")
    same("probability 0", post(never, "Heartbeat").answer()[0], 200)


def overTls(world):
    """With a certificate it serves by TLS, and calls a charger whose certificate the given CA has signed."""
    made = Certificates(world.folder)
    cs = Cs(world, "--tls-cert", made.file("server.pem"), "--tls-key", made.file("server.key"),
            "--charger-ca", made.file("ca.pem"))
    context = ssl.create_default_context(cafile=made.file("ca.pem"))
    body = envelope("1.6", "RAW", "Heartbeat", "", "urn:uuid:raw-1")
    listener = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    listener.load_cert_chain(made.file("server.pem"), made.file("server.key"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        body = body.replace(b"http://127.0.0.1:9/", b"https://127.0.0.1:%d/" % server.getsockname()[1])
        head = "POST /ocpp HTTP/1.1\r\nHost: cs\r\nContent-Type: application/soap+xml\r\nContent-Length: %d\r\n\r\n"
        answer = Http(cs.port, tls=context).send((head % len(body)).encode() + body).answer()
        same("Heartbeat", (answer[0], b"heartbeatResponse" in answer[2]), (200, True))
        cs.type("RAW ClearCache")
        server.settimeout(PATIENCE)
        called, _ = server.accept()
        with listener.wrap_socket(called, server_side=True) as secure:
            came = b""
            while not came.rstrip().endswith(b"Envelope>"):
                came += secure.recv(65536)
            same("called by TLS", b"clearCacheRequest" in came, True)
            secure.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    cs.says("ClearCache trouble: HTTP 503 without a SOAP envelope")
    try:
        post(cs, "Heartbeat").answer()
    except Failed:
        return
    raise Failed("it answers without TLS")


# A config file, and what must be said about it.
MISTAKES = (
    ('{"boot": {', "line 1, column 11: not JSON"),
    ('{\n "tags": [\n  }', "line 3, column 3: not JSON"),
    ('{"bot": {}}', "no key 'bot'; known are boot, tags"),
    ('{"boot": {"statuses": ["Acepted"]}}', "/boot/statuses/0: 'Acepted' is none of Accepted, Pending, Rejected"),
    ('{"boot": {"statuses": []}}', "/boot/statuses: needs at least one status"),
    ('{"boot": {"interval": -1}}', "/boot/interval: -1 is not a whole number from 0 to"),
    ('{"tags": {"a": 1}}', "/tags: must be a list"),
    ('{"tags": [{"status": "Accepted"}]}', "/tags/0: needs an 'idTag'"),
    ('{"tags": [{"idTag": "a", "expiryDate": "soon"}]}', "/tags/0/expiryDate: 'soon' is no date and time"),
    ('{"tags": [{"idTag": "a", "parentIdTag": "123456789012345678901"}]}', "/tags/0/parentIdTag: is longer than 20"),
    ('{"otherTags": 7}', "/otherTags: must be a text in quotes, not 7"),
    ('{"delays": {"Hartbeat": 1}}', "/delays/Hartbeat: 'Hartbeat' is no message of a charger"),
    ('{"delays": {"Heartbeat": "1"}}', '/delays/Heartbeat: "1" is not a number from 0 to 86400'),
    ('{"failures": [{"action": "Heartbeat"}]}', "/failures/0: needs a 'kind'"),
    ('{"failures": [{"kind": "explode"}]}', "/failures/0/kind: 'explode' is none of delay, fault"),
    ('{"failures": [{"kind": "fault", "code": "Oops"}]}', "/failures/0/code: 'Oops' is none of SecurityError"),
    ('{"failures": [{"kind": "reset", "probability": 2}]}', "/failures/0/probability: 2 is not a number from 0 to 1"),
    ('{"failures": [{"kind": "delay"}]}', "/failures/0: a delay needs 'seconds'"),
    ('{"failures": [{"kind": "resetBeforeReading", "action": "Heartbeat"}]}', "/failures/0: resetBeforeReading knows neither"),
    ("[]", "the whole file: must be an object"),
)
# A script, and what must be said about it.
SCRIPT_MISTAKES = (
    ("CP1 Rest {}", ":1: 'Rest' is no message of central systems"),
    ("# x\nCP1 Reset {", ":2: '{' is not a JSON object"),
    ("wait CP1 Reset", ":1: 'Reset' is no message of charge points"),
    ("wait CP1 Heartbeat within soon", ":1: seconds: 'soon' is not a whole number"),
    ("expect something", ":1: expect: JSON in braces, fault or none"),
    ("\n", ": no command in it"),
)
OPTION_MISTAKES = (
    (["--version", "2.0"], "option version: '2.0' is none of 1.2, 1.5, 1.6"),
    (["--patience", "0"], "option patience: '0' is not a whole number from 1"),
    (["--charger-url", "CP1"], "option charger-url: 'CP1' is not ID=http"),
    (["conformance"], "conformance: needs the option charger"),
    (["--tap", "x"], "only with the word conformance"),
    (["conformance", "--charger", "A", "--only", "TC_999"], "option only: no 'TC_999'"),
    (["conformance", "--charger", "A", "--profile", "cor"], "option profile: no 'cor'"),
    (["confrmance"], "'confrmance' is no command"),
    (["--nonsense"], "nonsense"),
    (["--write", "padding"], "option write: 'padding' is no habit of writing"),
)


def mistakes(world):
    """Mistakes in config file, script and options are named with their place, with exit status 2."""
    cases = [(["--config", world.file("c%d.json" % i, text)], words) for i, (text, words) in enumerate(MISTAKES)]
    cases += [(["--script", world.file("s%d" % i, text)], words) for i, (text, words) in enumerate(SCRIPT_MISTAKES)]
    cases += list(OPTION_MISTAKES) + [(["--config", "missing.json"], "missing.json: cannot be opened")]

    def run(case):
        arguments, words = case
        done = subprocess.run([world.options.cs, "--listen", "127.0.0.1:0", "--api", "none", *arguments], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE * 2, env=ENVIRONMENT)
        return done, arguments, words

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done, arguments, words in pool.map(run, cases):
            if done.returncode != 2 or words not in done.stderr:
                raise Failed("%s: status %d, said %r, not %r" % (arguments, done.returncode, done.stderr, words))


def helpIsTrue(world):
    """README, --help and the manual page are made from the same table."""
    table = subprocess.run([world.options.cs, "--help-table"], text=True, capture_output=True, check=True).stdout
    with open(os.path.join(ROOT, "README.md")) as readme:
        if table not in readme.read():
            raise Failed("the table of options in README.md differs from --help-table")
        readme.seek(0)
        example = next(text for text in re.findall(r"```json\n(.*?)```", readme.read(), re.S) if '"failures"' in text)
    Cs(world, "--config", world.file("readme.json", example), "--script", world.file("end", "quit 7"), "--api", "none",
       name="readme").exits(7)
    text = subprocess.run([world.options.cs, "--help"], text=True, capture_output=True, check=True).stdout
    man = subprocess.run([world.options.cs, "--help-man"], text=True, capture_output=True, check=True).stdout
    for name in re.findall(r"`--([a-z-]+)", table):
        for where, spelled in ((text, "--" + name), (man, "\\-\\-" + name.replace("-", "\\-"))):
            same("--" + name, spelled in where, True)


# --- scripts, prompt, state ---

SCRIPT = """# a session started and stopped by the central system
wait CP-1.6 connected
CP-1.6 RemoteStartTransaction {"connectorId":1,"idTag":"SCRIPT"}
expect {"status":"Accepted"}
wait CP-1.6 StartTransaction {"idTag":"SCRIPT"} within 20
wait CP-1.6 StatusNotification {"status":"Charging"}
send CP-1.6 RemoteStopTransaction {"transactionId":${transactionId}}
expect {"status":"Accepted|Rejected"}
wait CP-1.6 StopTransaction {"reason":"Remote"}
CP-1.6 RemoteStopTransaction {"transactionId":${transactionId}}
expect {"status":"Rejected"}
"""


def scripts(world):
    """A script drives a session and its exit status is its verdict; transaction ids and addresses outlive the process."""
    state = os.path.join(world.folder, "state.json")
    script = world.file("good.script", SCRIPT)
    cs = Cs(world, "--script", script, "--state", state, "--api", "none")
    model = world.model("1.6", cs.url).ready()
    model.obey("operator", text="plug the cable of connector 1")
    model.obey("boot")
    cs.exits(0)
    with open(state) as kept:
        before = json.load(kept)
    same("kept", [(t["idTag"], t["reason"]) for t in before["transactions"]], [("SCRIPT", "Remote")])
    # Nobody has to speak first now: the address is known.
    bad = world.file("bad.script", "CP-1.6 ClearCache\nexpect fault NotSupported\n")
    again = Cs(world, "--script", bad, "--state", state, "--api", "none", name="again")
    said = again.exits(1)
    same("verdict", "bad.script:2: expected a fault NotSupported, got CP-1.6 > ClearCache.conf" in said, True)
    lonely = world.file("lonely.script", "wait CP-9 Heartbeat within 1\n")
    said = Cs(world, "--script", lonely, "--api", "none", name="lonely").exits(1)
    same("late", "lonely.script:1: no Heartbeat {} of CP-9 in time" in said, True)
    third = Cs(world, "--state", state, name="third")
    answer = post(third, "StartTransaction", START_RAW, "CP-1.6").answer()[2]
    same("a new id", ("transactionId>%d<" % before["nextTransactionId"]).encode() in answer, True)


# --- conformance runs ---

# What each version can pass with somebody at the charger; OSG_CONTRACT_CS is always the last.
PASSES = {"1.2": 24, "1.5": 31, "1.6": 39}




def conformant(world, version):
    """A {version} charger that behaves passes every scenario of its version, and TAP and JUnit say the same."""
    tap, junit = (os.path.join(world.folder, each) for each in ("result.tap", "result.xml"))
    cs = Cs(world, "conformance", "--charger", "CP-" + version, "--operator", "--api", "none", "--patience", "20",
            "--tap", tap, "--junit", junit)
    model = world.model(version, cs.url).ready()
    model.obey("boot")
    serveOperator(cs, model)
    said = cs.exits(0)
    count = re.search(r"(\d+) passed, 0 failed, (\d+) not applicable, 0 skipped", said)
    same("passed", count and int(count.group(1)), PASSES[version])
    with open(tap) as lines:
        tap = lines.read()
    same("TAP", (len(re.findall(r"^ok ", tap, re.M)), tap.count("not ok")), (int(count.group(1)) + int(count.group(2)), 0))
    suite = ElementTree.parse(junit).getroot()
    same("JUnit", (suite.get("failures"), suite.get("skipped")), ("0", count.group(2)))


def serveOperator(cs, model):
    """Does what the run asks of the operator until it is over."""
    while True:
        try:
            line = cs.take(lambda text: text.startswith("OPERATOR: ") or " passed, " in text, "its end", 120)
        except Failed:
            if cs.ended:
                return
            raise
        if " passed, " in line:
            return
        model.obey("operator", text=line[len("OPERATOR: "):])


# Scenario -> a defect of the charger, and words of the verdict.
DEFECTS = {
    "TC_001_CS": ("no-heartbeat", "no Heartbeat {}"),
    "TC_002_CS": ("chatty-while-pending", "expected nothing but BootNotification"),
    "OSG_REJECTED_CS": ("chatty-while-pending", "expected nothing but BootNotification"),
    "TC_003_CS": ("wrong-transaction-id", "no StopTransaction"),
    "TC_010_CS": ("wrong-tag", "no StartTransaction"),
    "TC_011_1_CS": ("wrong-tag", "no StartTransaction"),
    "TC_011_2_CS": ("no-timeout", 'no StatusNotification {"connectorId":1,"status":"Available"}'),
    "TC_012_CS": ("no-stop", "no StopTransaction"),
    "TC_013_CS": ("reset-ignored", "no BootNotification"),
    "TC_014_CS": ("reset-rejected", 'got {"status":"Rejected"}'),
    "TC_015_CS": ("no-stop", "no StopTransaction"),
    "TC_016_CS": ("no-stop", "no StopTransaction"),
    "TC_017_1_CS": ("unlock-fails", 'got {"status":"UnlockFailed"}'),
    "TC_018_1_CS": ("no-stop", "no StopTransaction"),
    "TC_019_CS": ("unknown-key-silent", "differs at /unknownKey"),
    "TC_021_CS": ("config-not-kept", "differs at /configurationKey"),
    "TC_023_1_CS": ("starts-anyway", "expected no StartTransaction"),
    "TC_027_CS": ("connector-0", 'got {"status":"Accepted"}'),
    "TC_028_CS": ("stop-anything", 'got {"status":"Accepted"}'),
    "TC_031_CS": ("unlock-anything", 'got {"status":"Unlocked"}'),
    "TC_040_1_CS": ("key-anything", 'got {"status":"Accepted"}'),
    "TC_040_2_CS": ("value-anything", 'got {"status":"Accepted"}'),
    "OSG_AVAILABILITY_CS": ("no-status", "no StatusNotification"),
    "OSG_REMOTE_START_UNKNOWN_CS": ("start-anywhere", 'got {"status":"Accepted"}'),
    "TC_061_CS": ("fault-ClearCache", "got InternalError: defect"),
    "TC_062_CS": ("vendor-anything", 'got {"status":"Accepted"}'),
    "OSG_LOCAL_LIST_FULL_CS": ("list-version-lost", 'got {"listVersion":0}'),
    "OSG_LOCAL_LIST_DIFFERENTIAL_CS": ("list-older-taken", 'got {"status":"Accepted"}'),
    "TC_044_2_CS": ("no-firmware-status", "no FirmwareStatusNotification"),
    "TC_045_2_CS": ("no-diagnostics-status", "no DiagnosticsStatusNotification"),
    "TC_047_CS": ("reservation-stays", 'no StatusNotification {"connectorId":1,"status":"Available"}'),
    "TC_051_CS": ("cancel-ignored", 'no StatusNotification {"connectorId":1,"status":"Available"}'),
    "TC_052_CS": ("cancel-anything", 'got {"status":"Accepted"}'),
    "TC_054_CS": ("trigger-nothing", "no StatusNotification"),
    "TC_055_CS": ("trigger-anything", 'got {"status":"Accepted"}'),
    "TC_056_CS": ("profile-rejected", 'got {"status":"Rejected"}'),
    "TC_066_CS": ("schedule-wrong", "differs at /chargingSchedule/chargingSchedulePeriod/0"),
    "TC_067_CS": ("clear-anything", 'got {"status":"Accepted"}'),
    "OSG_CONTRACT_CS": ("no-from", "From"),
}
SHARES = 5


def defective(world, share):
    """Each scenario fails for a charger with the matching defect, with messages and rule (part {version} of %d)."""
    mine = list(DEFECTS)[int(share) - 1::SHARES]
    only = ",".join(name for name in mine if name != "OSG_CONTRACT_CS") + ",TC_014_CS" * ("OSG_CONTRACT_CS" in mine)
    junit = os.path.join(world.folder, "result.xml")
    cs = Cs(world, "conformance", "--charger", "CP", "--operator", "--api", "none", "--patience", "4",
            "--step", "--only", only, "--junit", junit)
    world.tolerated = ["RemoteDisconnected|Connection"]
    model = world.model("1.6", cs.url, "CP").ready()
    model.obey("boot")
    defect = None
    while True:
        line = cs.take(lambda text: re.match(r"OPERATOR: |[A-Z_0-9]+_CS: |\d+ passed, ", text), "its end", 120)
        if " passed, " in line:
            break
        if line.startswith("OPERATOR: "):
            model.obey("operator", text=line[len("OPERATOR: "):])
            continue
        if defect:
            model.obey("defect", name=defect, on=False)
        name = line.split(":")[0]
        defect = DEFECTS[name][0] if name in mine else "no-from" if "OSG_CONTRACT_CS" in mine else None
        if defect:
            model.obey("defect", name=defect, on=True)
        cs.type("")
    cs.exits(1)
    results = {case.get("name").split()[0]: case.find("failure") for case in ElementTree.parse(junit).getroot()}
    for name in mine:
        failure = results[name]
        if failure is None:
            raise Failed("%s passes in spite of the defect %s" % (name, DEFECTS[name][0]))
        if DEFECTS[name][1] not in failure.get("message"):
            raise Failed("%s failed with %r, not with %r" % (name, failure.get("message"), DEFECTS[name][1]))
        if "rule: " not in failure.text or " > " not in failure.text:
            raise Failed("%s shows no rule or message: %s" % (name, failure.text))


def lacking(world):
    """What a charger lacks is not applicable, never passed: by SupportedFeatureProfiles and by NotSupported."""
    names = "TC_051_CS,TC_056_CS,TC_013_CS,TC_061_CS,TC_017_1_CS"
    cs = Cs(world, "conformance", "--charger", "CP", "--api", "none", "--only", names, "--patience", "20")
    model = world.model("1.6", cs.url, "CP").ready()
    supported = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core,SmartCharging"}
    model.answer("GetConfiguration", payload={"configurationKey": [supported]}, times=1)
    model.answer("ClearCache", payload={"status": "Rejected"})
    model.answer("UnlockConnector", payload={"status": "NotSupported"})
    model.obey("defect", name="lacks-SetChargingProfile", on=True)
    model.obey("boot")
    said = cs.exits(0)
    for name, why in (("TC_051_CS", "SupportedFeatureProfiles is Core,SmartCharging"),
                      ("TC_056_CS", "SetChargingProfile got the fault NotSupported"),
                      ("TC_061_CS", 'ClearCache got {"status":"Rejected"}'),
                      ("TC_017_1_CS", 'UnlockConnector got {"status":"NotSupported"}')):
        if not re.search(r"^%s +not applicable .*\n +%s" % (name, re.escape(why)), said, re.M):
            raise Failed("%s is not called not applicable: %s" % (name, said))
    same("passed", "2 passed, 0 failed, 4 not applicable, 0 skipped" in said, True)
    # No charger at all, and one of another version.
    nobody = Cs(world, "conformance", "--charger", "NOBODY", "--connect", "1", "--api", "none", name="nobody").exits(1)
    same("nobody", "charger NOBODY was not heard in 1 s" in nobody, True)
    other = Cs(world, "conformance", "--charger", "RAW", "--version", "1.5", "--api", "none", name="other")
    post(other, "Heartbeat").answer()
    same("version", "it speaks 1.6, not 1.5" in other.exits(1), True)


# The long ones first.
PARTS = (
    [(conformant, version) for version in reversed(VERSIONS)]
    + [(defective, str(share)) for share in range(1, SHARES + 1)]
    + [(everyOperation, version) for version in VERSIONS]
    + [(everyRequest, version) for version in VERSIONS]
    + [(each, None) for each in (lacking, scripts, overTls, everyFailure, mistakes, bootsInTurn, helpIsTrue)]
)


def runPart(options, part):
    """(passed, report)"""
    work, version = part
    sentence = re.sub(r"\s+", " ", work.__doc__.replace("{version}", str(version)).replace("%d", str(SHARES)))
    world = World(options)
    begin = time.monotonic()
    try:
        with world:
            work(world, *([version] if version else []))
    except Exception as e:
        text = str(e) if isinstance(e, Failed) else traceback.format_exc()
        report = "FAIL  %s (%.1f s)\n%s\nlogs: %s" % (sentence, time.monotonic() - begin, text, world.folder)
        return False, report.replace("\n", "\n    ")
    shutil.rmtree(world.folder, ignore_errors=True)
    return True, "ok    %s (%.1f s)" % (sentence, time.monotonic() - begin)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cs", default=os.path.join(ROOT, "build", "ocpp-soap-cs"), help="the program under test")
    parser.add_argument("--wsdl", default=os.environ.get("WSDL_DIR") or os.path.join(ROOT, "wsdl"))
    parser.add_argument("--only", default="", help="parts whose function or version contains this")
    parser.add_argument("--jobs", type=int, default=10, help="parts at the same time; they mostly wait")
    options = parser.parse_args()
    options.cs, options.wsdl = os.path.abspath(options.cs), os.path.abspath(options.wsdl)
    chosen = [part for part in PARTS if options.only in "%s %s" % (part[0].__name__, part[1])]
    passed = 0
    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        for good, report in pool.map(lambda part: runPart(options, part), chosen):
            passed += good
            print(report, flush=True)
    print("%d passed, %d failed" % (passed, len(chosen) - passed))
    return 0 if passed == len(chosen) and chosen else 1


if __name__ == "__main__":
    sys.exit(main())
