# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP and SOAP as bytes that no library would send: chunks, pipelines, HTTP/1.0, and bodies that deserve a fault."""

import json
import re
import uuid

from lxml import etree

from harness import Failed, same
from raw_http import Http
from scenarios import VERSIONS, scenario
from scenarios.session import boot

SOAP = "http://www.w3.org/2003/05/soap-envelope"
DATE = {"1.2": "2010/08", "1.5": "2012/06", "1.6": "2015/10"}


def envelope(
    operation,
    inner="",
    version="1.5",
    identity="CP-RAW",
    namespace=None,
    prolog='<?xml version="1.0" encoding="UTF-8"?>',
):
    ns = namespace or "urn://Ocpp/Cs/%s/" % DATE[version]
    head = "<o:chargeBoxIdentity>%s</o:chargeBoxIdentity>" % identity if identity else ""
    return (
        '%s<s:Envelope xmlns:s="%s" xmlns:o="%s" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>%s'
        "<a:MessageID>urn:uuid:%s</a:MessageID><a:Action>/%s</a:Action></s:Header>"
        "<s:Body><o:%sRequest>%s</o:%sRequest></s:Body></s:Envelope>"
        % (prolog, SOAP, ns, head, uuid.uuid4(), operation, lower(operation), inner, lower(operation))
    ).encode()


def lower(name):
    return name[0].lower() + name[1:]


def authorize(tag):
    return envelope("Authorize", "<o:idTag>%s</o:idTag>" % tag)


def request(body, headers=(), line="POST /ocpp HTTP/1.1", length=True):
    lines = [line, "Host: bridge", "Content-Type: application/soap+xml; charset=utf-8"] + list(headers)
    if length:
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def accepted(answer, status="Accepted"):
    same("HTTP status", answer[0], 200)
    if ("<" not in answer[2].decode()) or not re.search(r">%s</" % status, answer[2].decode()):
        raise Failed("body is %r" % answer[2][:400])


def faultOf(answer):
    """ "HTTP Code/Subcode" of a fault."""
    status, _, body = answer
    try:
        fault = etree.fromstring(body).find(".//{%s}Fault" % SOAP)
        values = [value.text.split(":")[-1] for value in fault.iter("{%s}Value" % SOAP)]
    except (etree.XMLSyntaxError, AttributeError):
        raise Failed("no SOAP fault: HTTP %d %r" % (status, body[:300]))
    return "%d %s" % (status, "/".join(values))


def raw(world):
    """A connection of the charger CP-RAW, which has booted; the back-end tells each tag's own status."""
    world.start()
    connection = Http(world.bridge.port)
    body = envelope(
        "BootNotification", "<o:chargePointVendor>V</o:chargePointVendor><o:chargePointModel>M</o:chargePointModel>"
    )
    accepted(connection.send(request(body)).answer())
    world.backend.seen("CP-RAW", "BootNotification")
    return connection


@scenario("asan")
def keepAlive(world):
    """Many requests share one connection, with stray line ends between them, and Connection: close ends it."""
    connection = raw(world)
    for number in range(5):
        accepted(connection.send(request(authorize("T%d" % number)), b"\r\n" * (number % 2)).answer())
        world.backend.seen("CP-RAW", "Authorize", {"idTag": "T%d" % number})
    _, headers, _ = connection.send(request(authorize("LAST"), ["Connection: close"])).answer()
    same("Connection", headers.get("connection", "").lower(), "close")
    if not connection.ended():
        raise Failed("the connection stays open after Connection: close")


@scenario("asan")
def pipelined(world):
    """Requests that come in one segment are all answered, in their order."""
    connection = raw(world)
    for tag, status in (("T1", "Blocked"), ("T2", "Expired"), ("T3", "Invalid")):
        world.backend.answer("Authorize", payload={"idTagInfo": {"status": status}}, times=1)
    connection.send(b"".join(request(authorize(tag)) for tag in ("T1", "T2", "T3")))
    for status in ("Invalid", "Expired", "Blocked"):  # the newest answer is given first
        accepted(connection.answer(), status)


@scenario("asan")
def pieces(world):
    """A request cut into single bytes is read like any other."""
    connection = raw(world)
    whole = request(authorize("T1"))
    connection.send(*[whole[i : i + 1] for i in range(len(whole))])
    accepted(connection.answer())


@scenario("asan")
def chunked(world):
    """A chunked request with extensions and trailers is read, and the connection lives on."""
    connection = raw(world)
    for number in range(2):
        body = authorize("T%d" % number)
        head = request(b"", ["Transfer-Encoding: chunked"], length=False)
        cut = len(body) // 3
        chunks = [
            b"%x;note=1\r\n%s\r\n" % (len(part), part) for part in (body[:cut], body[cut : cut + 1], body[cut + 1 :])
        ]
        accepted(connection.send(head, *chunks, b"0\r\nTrailer: x\r\n\r\n").answer())
        world.backend.seen("CP-RAW", "Authorize", {"idTag": "T%d" % number})


@scenario("asan")
def http10(world):
    """HTTP/1.0 is answered with a length and a closed connection, or kept open when the charger asks for that."""
    raw(world).close()
    connection = Http(world.bridge.port)
    answer = connection.send(request(authorize("T1"), line="POST /ocpp HTTP/1.0")).answer()
    accepted(answer)
    if not connection.ended():
        raise Failed("an HTTP/1.0 connection stays open")
    connection = Http(world.bridge.port)
    for tag in ("T2", "T3"):
        accepted(
            connection.send(request(authorize(tag), ["Connection: keep-alive"], line="POST /ocpp HTTP/1.0")).answer()
        )


@scenario("asan")
def expectContinue(world):
    """A charger that waits for 100 Continue gets it, and then its answer."""
    connection = raw(world)
    body = authorize("T1")
    whole = request(body, ["Expect: 100-continue"])
    connection.send(whole[: -len(body)])
    same("interim status", connection.head()[0], 100)
    accepted(connection.send(body).answer())


@scenario()
def targets(world):
    """Any path under /ocpp and the absolute form of the target are served; others are not found."""
    connection = raw(world)
    for line in (
        "POST /ocpp/ HTTP/1.1",
        "POST /ocpp/cs/CP-RAW?tenant=1 HTTP/1.1",
        "POST http://bridge/ocpp/x HTTP/1.1",
    ):
        accepted(connection.send(request(authorize("T1"), line=line)).answer())
    same("status", connection.send(request(authorize("T1"), line="POST /elsewhere HTTP/1.1")).answer()[0], 404)
    connection = Http(world.bridge.port)
    same("status", connection.send(b"DELETE /ocpp HTTP/1.1\r\nHost: bridge\r\n\r\n").answer()[0], 405)


@scenario("asan")
def smuggling(world):
    """Requests with two meanings are refused and their connection closed."""
    raw(world).close()
    for headers in (
        ["Transfer-Encoding: chunked", "Content-Length: 3"],
        ["Content-Length: 3", "Content-Length: 4"],
        ["Content-Length: -3"],
    ):
        connection = Http(world.bridge.port)
        same("status for %s" % headers, connection.send(request(b"abc", headers, length=False)).answer()[0], 400)
        if not connection.ended():
            raise Failed("still open after %s" % headers)


@scenario("asan")
def oversize(world):
    """A body over the limit gets 413, before it is sent when its length is told."""
    raw(world).close()
    connection = Http(world.bridge.port)
    same("status", connection.send(request(b"", ["Content-Length: 100000000"], length=False)).answer()[0], 413)


@scenario("asan")
def goneCharger(world):
    """A charger that hangs up before its answer harms nobody."""
    connection = raw(world)
    world.backend.answer("Authorize", hold=True, times=1)
    connection.send(request(authorize("T1")))
    world.backend.seen("CP-RAW", "Authorize")
    connection.close()
    world.backend.obey("release", action="Authorize")
    again = Http(world.bridge.port)
    accepted(again.send(request(authorize("T2"))).answer())


@scenario("asan")
def soapFaults(world):
    """What is no proper request gets the fault of section 7.1 with its HTTP status (ER-7)."""
    connection = raw(world)
    tag = "<o:idTag>T</o:idTag>"
    dtd = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "boom">]>'
    table = (
        (b"", "400 Sender/ProtocolError"),
        (b"{}", "400 Sender/ProtocolError"),
        (b"<a><b></a>", "400 Sender/ProtocolError"),
        (envelope("Authorize", tag, prolog=dtd), "400 Sender/ProtocolError"),
        (envelope("Authorize", tag, identity=""), "400 Sender/ProtocolError"),
        (envelope("Authorize", ""), "400 Sender/ProtocolError"),
        (envelope("Frobnicate"), "500 Receiver/NotSupported"),
        (envelope("TriggerMessage", "<o:requestedMessage>Heartbeat</o:requestedMessage>"), "500 Receiver/NotSupported"),
        (envelope("Reset", "<o:type>Hard</o:type>", namespace="urn://Ocpp/Cp/2012/06/"), "500 Receiver/NotSupported"),
    )
    for body, wanted in table:
        same("fault for %r" % body[-120:], faultOf(connection.send(request(body)).answer()), wanted)
    accepted(connection.send(request(authorize("T1"))).answer())


@scenario(versions=VERSIONS)
def namespaceDecides(world, version):
    """The namespace of the body decides that a message is {version}, and the answer is in it (G-2)."""
    world.start()
    connection = Http(world.bridge.port)
    body = envelope(
        "BootNotification",
        "<o:chargePointVendor>V</o:chargePointVendor><o:chargePointModel>M</o:chargePointModel>",
        version,
    )
    answer = connection.send(request(body)).answer()
    accepted(answer)
    wrapper = etree.fromstring(answer[2]).find("{%s}Body" % SOAP)[0]
    same("wrapper", wrapper.tag, "{urn://Ocpp/Cs/%s/}bootNotificationResponse" % DATE[version])
    interval = "interval" if version == "1.6" else "heartbeatInterval"
    same("children", [etree.QName(child).localname for child in wrapper], ["status", "currentTime", interval])


@scenario()
def wsdl(world):
    """GET /ocpp?wsdl serves a contract whose address is the bridge's own."""
    world.start()
    connection = Http(world.bridge.port)
    status, headers, body = connection.send(
        b"GET /ocpp?wsdl HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % world.bridge.port
    ).answer()
    same("status", status, 200)
    if "xml" not in headers.get("content-type", ""):
        raise Failed("content type is %s" % headers.get("content-type"))
    root = etree.fromstring(body)
    same("root", root.tag, "{http://schemas.xmlsoap.org/wsdl/}definitions")
    addresses = [node.get("location") for node in root.iter("{http://schemas.xmlsoap.org/wsdl/soap12/}address")]
    if not addresses or ":%d/ocpp" % world.bridge.port not in addresses[0]:
        raise Failed("addresses are %s" % addresses)


@scenario()
def health(world):
    """/health and /ready answer in JSON; HEAD is answered without the body, OPTIONS with what is allowed (C8)."""
    world.start()
    charger = boot(world, "1.6")
    connection = Http(world.bridge.port)
    for path in ("/health", "/ready"):
        status, _, body = connection.send(("GET %s HTTP/1.1\r\nHost: b\r\n\r\n" % path).encode()).answer()
        same("status of " + path, status, 200)
        if not isinstance(json.loads(body), dict):
            raise Failed("%s answered %r" % (path, body))
        for method, wanted in (("OPTIONS", 204), ("PUT", 405)):
            status, headers, _ = connection.send(("%s %s HTTP/1.1\r\nHost: b\r\n\r\n" % (method, path)).encode()).answer()
            same("%s of %s" % (method, path), status, wanted)
            same("what it allows", headers["allow"], "GET, HEAD, OPTIONS")
        status, headers = connection.send(("HEAD %s HTTP/1.1\r\nHost: b\r\n\r\n" % path).encode()).head()
        same("HEAD of " + path, status, 200)
        if int(headers["content-length"]) < 10 or connection.buffer:
            raise Failed("HEAD of %s: %s, and behind it %r" % (path, headers, connection.buffer))
    charger.call("Authorize", {"idTag": "TAG-1"})
