# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile back-ends and chargers that answer: one row each, with what must become of it.

CENTRAL: (name, bytes on the WebSocket, outcome). The outcome is a number (the bridge closes with that code), a text
(part of the answer to our CALL) or IGNORED (nothing is said, the connection stays and serves the next CALL).
CHARGER: (name, bytes of the HTTP answer to a Reset, part of the back-end's answer).
CONFIGURATION: the same for a GetConfiguration that names no key."""

import gzip
import json

from hostile_soap import BOMB
from raw_ws import BINARY, CLOSE, PING, call, frame

IGNORED = "ignored"
MIB = 1024 * 1024


def text(message):
    return frame(message if isinstance(message, bytes) else json.dumps(message).encode())


def reset(kind="Soft"):
    return call("Reset", {"type": kind})


def keys(count):
    return {"key": ["Key%d" % i for i in range(count)]}


CENTRAL = [
    ("a message of 2 MB", text(call("DataTransfer", {"vendorId": "x", "data": "y" * 2 * MIB})), 1009),
    (
        "2 MB in fragments",
        frame(b"[2,", final=False) + frame(b"x" * MIB, 0, final=False) * 2 + frame(b"]", 0),
        1009,
    ),
    ("a frame that claims 4 EB", frame(b"[2," + b"x" * 10000, length=1 << 62), 1009),
    ("a frame that claims a negative length", frame(b"[2,", length=(1 << 64) - 1), "end"),
    ("a binary frame", frame(b"\0\1", BINARY), 1003),
    ("a masked frame", frame(b"[]", masked=True), IGNORED),
    ("a reserved bit", frame(b"[]", reserved=4), "end"),
    ("an unknown opcode", frame(b"[]", 7), "end"),
    ("a continuation of nothing", frame(b"[]", 0), "end"),
    ("a ping of 200 bytes", frame(b"x" * 200, PING), "end"),
    ("a ping in fragments", frame(b"x", PING, final=False), "end"),
    ("a close frame of one byte", frame(b"\3", CLOSE), "end"),
    ("100,000 brackets", text(b"[" * 100000), IGNORED),
    ("100,000 levels in a CALL", text(b'[2,"d","Reset",{"type":' + b"[" * 50000 + b"]" * 50000 + b"}]"), IGNORED),
    (
        "40 levels of objects",
        text(b'[2,"d","DataTransfer",{"vendorId":' + b'{"a":' * 40 + b"1" + b"}" * 42 + b"]"),
        IGNORED,
    ),
    ("invalid UTF-8", text(b'[2,"u","Reset",{"type":"\xff\xfe"}]'), IGNORED),
    ("overlong UTF-8", text(b'[2,"u","Reset",{"type":"\xc0\xbc"}]'), IGNORED),
    ("UTF-8 cut in the middle", text(b'[2,"u","Reset",{"type":"\xf0\x9f'), IGNORED),
    ("NUL in JSON", text(b'[2,"u","Reset",{"type":"So\0ft"}]'), IGNORED),
    ("not JSON", text(b"<xml/>"), IGNORED),
    ("an empty message", text(b""), IGNORED),
    ("JSON and rubbish", text(b'[2,"u","Reset",{"type":"Soft"}]x'), IGNORED),
    ("an object", text({"a": 1}), IGNORED),
    ("a message type of nobody", text([9, "u", "Reset", {}]), IGNORED),
    ("a message type beyond 64 bits", text(b'[99999999999999999999999,"u","Reset",{}]'), IGNORED),
    ("a result that nobody waits for", text([3, "nobody", {}]), IGNORED),
    ("an error that nobody waits for", text([4, "nobody", "InternalError", "", {}]), IGNORED),
    ("a CALL without id", text([2, "", "Reset", {"type": "Soft"}]), IGNORED),
    ("a CALL of nine elements", text([2, "u", "Reset", {"type": "Soft"}, 1, 2, 3, 4, 5]), IGNORED),
    (
        "the same key twice",
        text(b'[2,"u","ChangeAvailability",{"connectorId":1,"connectorId":"x","type":"Operative"}]'),
        "TypeConstraintViolation",
    ),
    ("1,001 keys asked for", text(call("GetConfiguration", keys(1001))), "PropertyConstraintViolation"),
    ("50,000 keys asked for", text(call("GetConfiguration", keys(50000))), "PropertyConstraintViolation"),
    ("20,000 keys", text(call("Reset", {"k%d" % i: i for i in range(20000)})), "OccurenceConstraintViolation"),
    (
        "20,000 times the same key",
        text(b'[2,"u","Reset",{' + b'"k":1,' * 20000 + b'"k":2}]'),
        "OccurenceConstraintViolation",
    ),
    ("an unknown action", text(call("FormatDisk", {})), "NotImplemented"),
    ("an action of 500 KB", text(call("x" * 500000, {})), "NotImplemented"),
    (
        "an action of a charger",
        text(call("BootNotification", {"chargePointVendor": "x", "chargePointModel": "y"})),
        "NotImplemented",
    ),
    ("a word of 900 KB", text(reset("x" * 900000)), "PropertyConstraintViolation"),
    (
        "a number of 100,000 digits",
        text(b'[2,"u","ChangeAvailability",{"connectorId":' + b"9" * 100000 + b',"type":"Operative"}]'),
        IGNORED,
    ),
    ("an exponent of 999", text(b'[2,"u","ChangeAvailability",{"connectorId":1e999,"type":"Operative"}]'), IGNORED),
    ("a lone surrogate", text(b'[2,"u","Reset",{"type":"\\ud800"}]'), "PropertyConstraintViolation"),
    ("markup in a value", text(call("Reset", {"type": "</o:type><o:type>Hard"})), "PropertyConstraintViolation"),
    (
        "control characters in a key",
        text(call("GetConfiguration", {"key": ["a\u0001b"]})),
        "PropertyConstraintViolation",
    ),
]


def answer(body=b"", *headers, status="200 OK", length=None):
    lines = ["HTTP/1.1 " + status, "Content-Type: application/soap+xml", *headers]
    if length is None:
        length = len(body)
    if length >= 0:
        lines.append("Content-Length: %d" % length)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


ACCEPTED = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:o="urn://Ocpp/Cp/2015/10/"><s:Body>'
    b"<o:resetResponse><o:status>Accepted</o:status></o:resetResponse></s:Body></s:Envelope>"
)
FAILED = "GenericError"
UNREADABLE = "InternalError"

CHARGER = [
    ("an honest answer", answer(ACCEPTED), "Accepted"),
    ("gzip", answer(gzip.compress(ACCEPTED), "Content-Encoding: gzip"), "Accepted"),
    ("gzip in its name only", answer(ACCEPTED, "Content-Encoding: gzip"), "Accepted"),
    ("gzip bomb", answer(gzip.compress(BOMB), "Content-Encoding: gzip"), FAILED),
    ("brotli", answer(ACCEPTED, "Content-Encoding: br"), FAILED),
    ("100 MB announced", answer(b"x" * 10000, length=100_000_000), FAILED),
    ("100 MB until the end", answer(b"x" * 3_000_000, length=-1), FAILED),
    ("two Content-Lengths", answer(ACCEPTED, "Content-Length: 7"), FAILED),
    ("a chunk size that is none", answer(b"ZZ\r\n", "Transfer-Encoding: chunked", length=-1), FAILED),
    ("3,000 header fields", answer(ACCEPTED, *["a:"] * 3000), FAILED),
    ("a header without end", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100000, FAILED),
    ("rubbish", b"\0\1\2rubbish\r\n\r\n", FAILED),
    ("nothing", b"", FAILED),
    ("a redirect", answer(b"", "Location: http://TRAP/", status="302 Found"), FAILED),
    ("a redirect that keeps the method", answer(b"", "Location: http://TRAP/", status="307 Temporary"), FAILED),
    ("another protocol", answer(b"", "Upgrade: h2c", status="101 Switching Protocols", length=-1), FAILED),
    ("a web page", answer(b"<html>login</html>"), FAILED),
    ("an envelope cut off", answer(ACCEPTED[:-20]), UNREADABLE),
    ("a doctype", answer(b'<!DOCTYPE x SYSTEM "http://TRAP/">' + ACCEPTED), UNREADABLE),
    ("10,000 levels", answer(b"<Envelope>" * 10000), UNREADABLE),
    ("UTF-16", answer(ACCEPTED.decode().encode("utf-16")), FAILED),
    ("the answer of another operation", answer(ACCEPTED.replace(b"reset", b"clearCache")), UNREADABLE),
    ("interim answers for ever", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000, FAILED),
]


def configuration(count):
    entry = "<o:configurationKey><o:key>K%d</o:key><o:readonly>false</o:readonly></o:configurationKey>"
    return ACCEPTED.replace(b"resetResponse", b"getConfigurationResponse").replace(
        b"<o:status>Accepted</o:status>", "".join(entry % i for i in range(count)).encode()
    )


CONFIGURATION = [
    ("5,000 keys", answer(configuration(5000)), '"K4095"'),
    ("16,000 keys", answer(configuration(16000)), "body limit exceeded"),
]
