# SPDX-License-Identifier: GPL-2.0-or-later
"""Parts of cs_test.py: how ocpp-soap-cs answers by its rules, and misbehaves as they order, byte for byte."""

import time

from harness import PATIENCE, Failed, same
from raw_http import Http
from soap_texts import envelope
from tools import Cs


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
    except (EOFError, ConnectionResetError):
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
