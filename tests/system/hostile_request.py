# SPDX-License-Identifier: GPL-2.0-or-later
"""How the requests of hostile chargers are written: envelopes, HTTP around them, and rows of both."""

import zlib
from collections import namedtuple

# Its bytes one by one and again and again, `pause` seconds apart, until the bridge has had enough.
Dribble = namedtuple("Dribble", "data pause")
CLOSED = "closed without an answer"
END = "end of our direction"
NS = 'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:o="urn://Ocpp/Cs/2015/10/"'
WSA = 'xmlns:a="http://www.w3.org/2005/08/addressing"'
HEARTBEAT = "<o:heartbeatRequest/>"
IDENTITY = "<o:chargeBoxIdentity>CP-H</o:chargeBoxIdentity>"
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>'
TRAP = "http://TRAP/"
SERVED = (200, "currentTime")
AUTHORIZED = (200, "Accepted")
PLAIN = ["POST /ocpp HTTP/1.1", "Host: bridge"]
CHUNKED = "Transfer-Encoding: chunked"


def envelope(body=HEARTBEAT, header=IDENTITY, before="", after="", attributes=""):
    return "%s<s:Envelope %s %s%s><s:Header>%s</s:Header><s:Body>%s</s:Body></s:Envelope>%s" % (
        before,
        NS,
        WSA,
        attributes,
        header,
        body,
        after,
    )


def authorize(idTag):
    return "<o:authorizeRequest><o:idTag>%s</o:idTag></o:authorizeRequest>" % idTag


def start(**fields):
    values = dict(connectorId="1", idTag="T", timestamp="2026-01-01T00:00:00Z", meterStart="0")
    values.update(fields)
    inner = "".join("<o:%s>%s</o:%s>" % (name, value, name) for name, value in values.items())
    return "<o:startTransactionRequest>%s</o:startTransactionRequest>" % inner


def values(samples):
    """MeterValues with these samples."""
    inner = "<o:timestamp>2026-01-01T00:00:00Z</o:timestamp>" + samples
    return envelope(
        "<o:meterValuesRequest><o:connectorId>1</o:connectorId><o:meterValue>%s</o:meterValue></o:meterValuesRequest>"
        % inner
    )


def stop(blocks, identity):
    """A StopTransaction of OCPP 1.5 with so many moments of four readings each; 1,440 are those of a day."""
    value = '<o:value context="Sample.Periodic" format="Raw" location="Outlet" measurand="%s" unit="%s">%d</o:value>'
    kinds = [("Energy.Active.Import.Register", "Wh"), ("Power.Active.Import", "W")]
    kinds += [("Current.Import", "Amp"), ("Voltage", "Volt")]
    data = "".join(
        "<o:values><o:timestamp>2026-01-01T%02d:%02d:00Z</o:timestamp>%s</o:values>"
        % (i // 60 % 24, i % 60, "".join(value % (*kind, 1000 + i) for kind in kinds))
        for i in range(blocks)
    )
    body = (
        "<o:stopTransactionRequest><o:transactionId>%d</o:transactionId><o:timestamp>2026-01-02T00:00:00Z</o:timestamp>"
        "<o:meterStop>9</o:meterStop><o:transactionData>%s</o:transactionData></o:stopTransactionRequest>"
        % (blocks, data)
    )
    identity = "<o:chargeBoxIdentity>%s</o:chargeBoxIdentity>" % identity
    return envelope(body, identity).replace("Cs/2015/10", "Cs/2012/06")


def post(body, *headers, path="/ocpp", length=True):
    """A whole request as bytes."""
    body = body if isinstance(body, bytes) else body.encode()
    lines = ["POST %s HTTP/1.1" % path, "Host: bridge", *headers]
    if not any(line.lower().startswith("content-type") for line in headers):
        lines.append("Content-Type: application/soap+xml; charset=utf-8")
    if length:
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def head(*lines):
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def chunked(body, size=4096, *headers):
    body = body if isinstance(body, bytes) else body.encode()
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    whole = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    return post(whole, CHUNKED, *headers, length=False)


def xml(name, body, answer, *headers):
    return (name, [post(body, *headers)], answer)


def raw(name, answer, *pieces):
    return (name, list(pieces), answer)


def framed(name, *headers, then=b"", status=400):
    """A row whose header says something odd about the body `then`."""
    return raw(name, (status, ""), head(*PLAIN, *headers) + then)


def chunks(name, then, status=400):
    return framed(name, CHUNKED, then=then, status=status)


def rawDeflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()
