#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows that ocpp-soap-cs does what it says: against chargers on python3-zeep, which judge every message that it writes by
the schema of the WSDL, and as bytes. Ends with "N passed, N failed"; a failed part keeps its logs and says where.

Usage: cs_test.py [--cs PROGRAM] [--only WORD] [--jobs N]
"""

import argparse
import json
import os
import socket
import ssl
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import parts  # noqa: E402
from cs_mistakes import helpIsTrue, mistakes  # noqa: E402
from cs_rules import START_RAW, bootsInTurn, everyFailure, post  # noqa: E402
from harness import PATIENCE, ROOT, Failed, matches, same  # noqa: E402
from raw_http import Http  # noqa: E402
from samples import BOOT, EXCHANGES, METER_VALUES, START, START_J, STOP, TRANSACTION_DATA  # noqa: E402
from scenarios.tls import Certificates  # noqa: E402
from soap_texts import envelope  # noqa: E402
from tools import VERSIONS, Cs, ModelCharger, World, addPrograms, makeAbsolute  # noqa: E402


# --- every message of both directions ---


def everyOperation(world, version):
    """All operations that OCPP {} has for charge points arrive with their content, judged by the WSDL, and their
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
    """Everything that a {} charger says is answered, judged by the WSDL, shown and logged."""
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
    # What has ended is not started again, however alike.
    same("a new transaction", charger.call("StartTransaction", begin)["transactionId"] != number, True)


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
    refused = post(cs, "Heartbeat").answer()
    same("without TLS", (refused[0], b"https" in refused[2]), (400, True))


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
    model = world.charger("1.6", cs.url, kind=ModelCharger).ready()
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


# The long ones first.
PARTS = (
    [(everyOperation, version) for version in VERSIONS]
    + [(everyRequest, version) for version in VERSIONS]
    + [(each, None) for each in (scripts, overTls, everyFailure, mistakes, bootsInTurn, helpIsTrue)]
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    addPrograms(parser, "cs")
    parser.add_argument("--wsdl", default=os.environ.get("WSDL_DIR") or os.path.join(ROOT, "wsdl"))
    parts.addArguments(parser, 10)
    options = parser.parse_args()
    makeAbsolute(options, "cs", "wsdl")
    return parts.runParts(PARTS, options, World)


if __name__ == "__main__":
    sys.exit(main())
