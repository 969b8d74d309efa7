# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile requests of chargers, one row each: name, how it is sent, and the answer it must get.

A row is (name, send, answer). `send` is a list of pieces of one connection: bytes, or a number of seconds to wait.
`answer` is (status, text in the body), a list of them for pipelined requests, or CLOSED. TRAP in a text becomes the
address of a listener that nobody may ever connect to."""

import gzip
import zlib

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
    framed = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    return post(framed, "Transfer-Encoding: chunked", *headers, length=False)


def xml(name, body, answer, *headers):
    return (name, [post(body, *headers)], answer)


def raw(name, answer, *pieces):
    return (name, list(pieces), answer)


def dribble(data, pause, times):
    pieces = []
    for i in range(times):
        pieces += [data[i : i + 1] or b"x", pause]
    return pieces


def rawDeflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


GOOD = envelope()
LAUGHS = "".join('<!ENTITY l%d "%s">' % (i, "&l%d;" % (i - 1) * 10) for i in range(1, 10))
DTD = "a document type declaration is not allowed"
BOMB = b" " * 100_000_000
ZIPPED = gzip.compress(GOOD.encode())
NO_ENVELOPE = "not a SOAP envelope"

XML = [
    xml("billion laughs", '<!DOCTYPE x [<!ENTITY l0 "ha">%s]>%s' % (LAUGHS, envelope(authorize("&l9;"))), (400, DTD)),
    xml(
        "quadratic entity",
        '<!DOCTYPE x [<!ENTITY a "%s">]>%s' % ("a" * 50000, envelope(authorize("&a;" * 5000))),
        (400, DTD),
    ),
    xml(
        "external entity of a file",
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + envelope(authorize("&f;")),
        (400, DTD),
    ),
    xml(
        "external entity by http",
        '<!DOCTYPE x [<!ENTITY f SYSTEM "%s">]>' % TRAP + envelope(authorize("&f;")),
        (400, DTD),
    ),
    xml("parameter entity", '<!DOCTYPE x [<!ENTITY %% p SYSTEM "%s"> %%p;]>' % TRAP + GOOD, (400, DTD)),
    xml("external DTD", '<!DOCTYPE s:Envelope SYSTEM "%s">' % TRAP + GOOD, (400, DTD)),
    xml("public DTD", '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "%s">' % TRAP + GOOD, (400, DTD)),
    xml("doctype in small letters", "<!doctype x>" + GOOD, (400, DTD)),
    xml("doctype behind a comment", DECLARED + "<!-- c --><!DOCTYPE x>" + GOOD, (400, DTD)),
    xml("doctype inside the body", envelope("<!DOCTYPE x>" + HEARTBEAT), (400, DTD)),
    xml("an entity that nobody declared is text", envelope(authorize("&xxe;")), AUTHORIZED),
    xml("entity declaration alone", envelope('<!ENTITY a "b">' + HEARTBEAT), (400, DTD)),
    xml("33 levels", envelope("<a>" * 31 + "</a>" * 31), (400, "nested too deeply")),
    xml("100,000 levels", "<a>" * 100000, (400, "nested too deeply")),
    xml(
        "65 attributes", envelope("<o:heartbeatRequest%s/>" % "".join(" a%d=''" % i for i in range(65))), (400, "attr")
    ),
    xml("60,000 attributes", "<a%s/>" % "".join(" a%d=''" % i for i in range(60000)), (400, "too")),
    xml(
        "65 namespaces on one element",
        envelope(attributes="".join(' xmlns:n%d="u%d"' % (i, i) for i in range(65))),
        (400, "too many attributes"),
    ),
    xml(
        "namespaces on every level",
        envelope("".join("<n%d%s>" % (k, "".join(' xmlns:n%d="u%d"' % (i, i) for i in range(30))) for k in range(8))),
        (400, "too many attributes around an element"),
    ),
    xml("the same attribute twice", envelope('<o:heartbeatRequest a="1" a="2"/>'), SERVED),
    xml("attribute of 20 KB", envelope('<o:heartbeatRequest a="%s"/>' % ("x" * 20000)), (400, "too long")),
    xml("70,000 elements", envelope("<a/>" * 70000), (400, "too many elements")),
    xml("60,000 unknown elements", envelope("<o:heartbeatRequest>%s</o:heartbeatRequest>" % ("<a/>" * 60000)), SERVED),
    xml("100,000 comments", envelope("<!---->" * 100000 + HEARTBEAT), SERVED),
    xml("50,000 processing instructions", envelope("<?a b?>" * 50000 + HEARTBEAT), SERVED),
    xml("50,000 CDATA sections", envelope(authorize("<![CDATA[]]>" * 50000 + "TAG")), AUTHORIZED),
    xml("100,000 character references", envelope(authorize("&#65;" * 100000)), (200, "Invalid")),
    xml("NUL", envelope(authorize("a\0b")), (400, "NUL")),
    xml("NUL as reference", envelope(authorize("a&#0;b")), (400, "NUL")),
    xml("NUL as hexadecimal reference", envelope(authorize("a&#x0000;b")), (400, "NUL")),
    xml("NULs behind the envelope", GOOD + "\0\0\0", (400, "")),
    xml("control characters", envelope(authorize("a\x01b")), AUTHORIZED),
    xml("overlong UTF-8", envelope(authorize("AZ")).encode().replace(b"AZ", b"\xc0\xbc"), AUTHORIZED),
    xml("surrogates in UTF-8", envelope(authorize("AZ")).encode().replace(b"AZ", b"\xed\xa0\x80"), AUTHORIZED),
    xml("a stray continuation byte", envelope(authorize("AZ")).encode().replace(b"AZ", b"\x80\xbf"), AUTHORIZED),
    xml("UTF-8 cut in the middle", envelope(authorize("AZ")).encode().replace(b"AZ", b"\xf0\x9f"), AUTHORIZED),
    xml("UTF-16 with byte order mark", GOOD.encode("utf-16"), (400, "UTF-16")),
    xml("UTF-16 big endian without mark", GOOD.encode("utf-16-be"), (400, "UTF-16")),
    xml("UTF-16 that hides a doctype", ("<!DOCTYPE x>" + GOOD).encode("utf-16"), (400, "UTF-16")),
    xml("UTF-32", GOOD.encode("utf-32"), (400, "UTF-16 and UTF-32")),
    xml("UTF-7 declared", '<?xml version="1.0" encoding="UTF-7"?>' + GOOD, (400, "encoding")),
    xml("EBCDIC declared", '<?xml version="1.0" encoding="cp037"?>' + GOOD, (400, "encoding")),
    xml("UTF-16 declared, UTF-8 sent", '<?xml version="1.0" encoding="UTF-16"?>' + GOOD, (400, "encoding")),
    xml("two body elements", envelope(HEARTBEAT + authorize("T")), (400, "more than one body element")),
    xml("an empty Body", envelope(""), (400, "there is no body element")),
    xml(
        "two Bodies",
        GOOD.replace("</s:Envelope>", "<s:Body>%s</s:Body></s:Envelope>" % authorize("T")),
        (400, "more than one Header or Body"),
    ),
    xml("two Headers", GOOD.replace("<s:Body>", "<s:Header/><s:Body>"), (400, "more than one Header or Body")),
    xml("two envelopes", GOOD + GOOD, (400, "more than one root element")),
    xml("an envelope in an envelope", envelope(GOOD), (500, "not in a namespace of OCPP")),
    xml("text behind the envelope", GOOD + "garbage", (400, "text behind the root element")),
    xml("an element behind the envelope", GOOD + "<a/>", (400, "more than one root element")),
    xml("text before the envelope", "garbage" + GOOD, (400, "this is not XML")),
    xml("tags that cross", "<a><b></a></b>", (400, "does not match")),
    xml("an envelope cut off", GOOD[:-30], (400, "ends early")),
    xml("no body at all", "", (400, "there is no document")),
    xml("white space only", " \r\n" * 1000, (400, "there is no document")),
    xml("JSON", '[2,"1","Heartbeat",{}]', (400, "this is not XML")),
    xml("a web page", "<html><body>login</body></html>", (400, NO_ENVELOPE)),
    xml("random bytes", bytes(range(1, 256)) * 40, (400, "not XML")),
    xml(
        "a Fault as request",
        envelope("<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code></s:Fault>"),
        (400, "Fault"),
    ),
    xml("a response as request", envelope("<o:heartbeatResponse/>"), (400, "not expected here")),
    xml("an unknown operation", envelope("<o:formatDiskRequest/>"), (500, "unknown operation")),
    xml(
        "an operation of the other service",
        envelope('<p:resetRequest xmlns:p="urn://Ocpp/Cp/2015/10/"><p:type>Hard</p:type></p:resetRequest>'),
        (500, "resetRequest"),
    ),
    xml("a namespace of nobody", GOOD.replace("urn://Ocpp/Cs/2015/10/", "urn://x/"), (500, "")),
    xml(
        "an unknown header that must be understood",
        envelope(header=IDENTITY + '<x:Kill xmlns:x="urn:x" s:mustUnderstand="true"/>'),
        SERVED,
    ),
    xml("1,000 headers", envelope(header=IDENTITY + '<x xmlns="urn:x">1</x>' * 1000), SERVED),
    xml(
        "xop:Include",
        envelope(authorize('<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="%s"/>' % TRAP)),
        (200, "Invalid"),
    ),
    xml(
        "XInclude",
        envelope(authorize('<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="%s"/>' % TRAP)),
        (200, "Invalid"),
    ),
    xml(
        "schemaLocation",
        envelope(
            attributes=' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x %s"' % TRAP
        ),
        SERVED,
    ),
    xml("a stylesheet", '<?xml-stylesheet href="%s"?>' % TRAP + GOOD, SERVED),
    xml(
        "MTOM",
        "--b\r\nContent-Type: application/xop+xml\r\n\r\n%s\r\n--b--" % GOOD,
        (415, "attachments"),
        'Content-Type: multipart/related; type="application/xop+xml"; boundary=b',
    ),
    xml("SOAP with attachments", "--b--", (415, "attachments"), "Content-Type: Multipart/Mixed; boundary=b"),
    xml("multipart under another name", "--b\r\n\r\n%s\r\n--b--" % GOOD, (400, "this is not XML")),
    xml("FaultTo another place", envelope("", "<a:FaultTo><a:Address>%s</a:Address></a:FaultTo>" % TRAP), (400, "")),
    xml(
        "ReplyTo another place",
        envelope(header=IDENTITY + "<a:ReplyTo><a:Address>%s</a:Address></a:ReplyTo>" % TRAP),
        SERVED,
    ),
    xml(
        "an address of the cloud",
        envelope(header=IDENTITY + "<a:From><a:Address>http://169.254.169.254/</a:Address></a:From>"),
        SERVED,
    ),
    xml("no identity", envelope(header=""), (400, "chargeBoxIdentity is missing")),
    xml("two identities", envelope(header=IDENTITY + IDENTITY.replace("CP-H", "CP-0")), (400, "two different")),
    xml(
        "two identities in two namespaces",
        envelope(header=IDENTITY + '<p:chargeBoxIdentity xmlns:p="urn://Ocpp/Cp/2015/10/">CP-0</p:chargeBoxIdentity>'),
        (400, "IdentityMismatch"),
    ),
    xml(
        "a second identity under another name",
        envelope(header=IDENTITY + "<a:chargeBoxIdentity>CP-0</a:chargeBoxIdentity>"),
        (400, "two different"),
    ),
    xml("an unknown identity", envelope(header=IDENTITY.replace("CP-H", "CP-X")), (400, "not known here")),
    xml("an identity of 256 bytes", envelope(header=IDENTITY.replace("CP-H", "x" * 256)), (400, "too long")),
    xml("an identity of 900 KB", envelope(header=IDENTITY.replace("CP-H", "x" * 900000)), (400, "too long")),
    xml("an identity that climbs", envelope(header=IDENTITY.replace("CP-H", "../../health")), (400, "not known here")),
    xml("an identity of two lines", envelope(header=IDENTITY.replace("CP-H", "CP\n-H")), (400, "not known here")),
    xml("a MessageID of 500 KB", envelope(header=IDENTITY + "<a:MessageID>%s</a:MessageID>" % ("m" * 500000)), SERVED),
    xml("a number of a megabyte", envelope(start(meterStart="9" * 1000000)), (400, "meterStart")),
    xml("a number beyond 32 bits", envelope(start(meterStart="99999999999")), (400, "meterStart")),
    xml("a number that is none", envelope(start(meterStart="NaN")), (400, "meterStart")),
    xml("an exponent", envelope(start(meterStart="1e400")), (400, "meterStart")),
    xml(
        "a time of 100 KB",
        envelope(start(timestamp="2026-01-01T00:00:00." + "0" * 100000 + "Z")),
        (200, "transactionId"),
    ),
    xml("a time beyond all years", envelope(start(timestamp="999999999-01-01T00:00:00Z")), (400, "timestamp")),
    xml("an idTag of 500 KB", envelope(authorize("x" * 500000)), (200, "Invalid")),
]

PLAIN = ["POST /ocpp HTTP/1.1", "Host: bridge"]
HTTP = [
    raw("Content-Length that is no number", (400, ""), head(*PLAIN, "Content-Length: abc")),
    raw("negative Content-Length", (400, ""), head(*PLAIN, "Content-Length: -1")),
    raw("Content-Length with a sign", (400, ""), head(*PLAIN, "Content-Length: +5") + b"12345"),
    raw("Content-Length in hexadecimal", (400, ""), head(*PLAIN, "Content-Length: 0x10")),
    raw("Content-Length beyond 64 bits", (400, ""), head(*PLAIN, "Content-Length: 99999999999999999999999")),
    raw("two Content-Lengths", (400, ""), head(*PLAIN, "Content-Length: 5", "Content-Length: 6") + b"12345"),
    raw("a list of Content-Lengths", (400, ""), head(*PLAIN, "Content-Length: 5, 6") + b"12345"),
    raw(
        "Content-Length and chunked",
        (400, ""),
        head(*PLAIN, "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    ),
    raw(
        "chunked and Content-Length",
        (400, ""),
        head(*PLAIN, "Transfer-Encoding: chunked", "Content-Length: 5") + b"0\r\n\r\n",
    ),
    raw("an unknown Transfer-Encoding", (400, ""), head(*PLAIN, "Transfer-Encoding: xchunked") + b"0\r\n\r\n"),
    raw("chunked twice", (400, ""), head(*PLAIN, "Transfer-Encoding: chunked, chunked") + b"0\r\n\r\n"),
    raw(
        "two Transfer-Encodings",
        (400, ""),
        head(*PLAIN, "Transfer-Encoding: chunked", "Transfer-Encoding: identity") + b"0\r\n\r\n",
    ),
    raw("gzip as Transfer-Encoding", (400, ""), head(*PLAIN, "Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n"),
    raw("a blank before the colon", (400, ""), head(*PLAIN, "Content-Length : 5") + b"12345"),
    raw("a header without colon", (400, ""), head(*PLAIN, "nonsense")),
    raw("a header name with a blank", (400, ""), head(*PLAIN, "a b: c")),
    raw("NUL in a header", (400, ""), head(*PLAIN, "X: a\0b")),
    raw("a bare CR in a header", (400, ""), head(*PLAIN, "X: a\rb")),
    raw("a start line without version", (400, ""), b"POST /ocpp\r\n\r\n"),
    raw("the preface of HTTP/2", (400, ""), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    raw("HTTP/9.9", (400, ""), b"POST /ocpp HTTP/9.9\r\n\r\n"),
    raw("a TLS handshake on the plain port", (400, ""), bytes.fromhex("16030100a5010000a10303") + b"\n\n"),
    raw("another protocol", (400, ""), b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    raw("a method of 10 KB", (405, ""), b"X" * 10000 + b" /ocpp HTTP/1.1\r\n\r\n"),
    raw("a URL of 20 KB", (431, ""), head("GET /" + "a" * 20000 + " HTTP/1.1")),
    raw("a header of 20 KB", (431, ""), head(*PLAIN, "X: " + "a" * 20000)),
    raw("a header that never ends", (431, ""), b"POST /ocpp HTTP/1.1\r\nX: " + b"a" * 40000),
    raw("3,000 header fields", (431, ""), head(*PLAIN, *["a:"] * 3000)),
    raw("129 header fields", (431, ""), head(*PLAIN, *["a: b"] * 128)),
    raw("a chunk size that is none", (400, ""), head(*PLAIN, "Transfer-Encoding: chunked") + b"ZZ\r\n"),
    raw("a negative chunk size", (400, ""), head(*PLAIN, "Transfer-Encoding: chunked") + b"-5\r\nabcde\r\n"),
    raw("a chunk size beyond 64 bits", (400, ""), head(*PLAIN, "Transfer-Encoding: chunked") + b"f" * 17 + b"\r\n"),
    raw("a chunk of 4 GB", (413, ""), head(*PLAIN, "Transfer-Encoding: chunked") + b"ffffffff\r\n" + b"x" * 100),
    raw(
        "a chunk that is longer than it says", (400, ""), head(*PLAIN, "Transfer-Encoding: chunked") + b"2\r\nabcd\r\n"
    ),
    raw(
        "a chunk extension without end",
        (431, ""),
        head(*PLAIN, "Transfer-Encoding: chunked") + b"5;x=" + b"a" * 20000,
    ),
    raw("trailers without end", (431, ""), head(*PLAIN, "Transfer-Encoding: chunked") + b"0\r\n" + b"a: b\r\n" * 4000),
    raw("100 MB by Content-Length", (413, ""), head(*PLAIN, "Content-Length: 100000000"), b"x" * 3_000_000),
    raw(
        "100 MB in chunks",
        (413, ""),
        head(*PLAIN, "Transfer-Encoding: chunked"),
        b"10000\r\n" + b"x" * 65536 + b"\r\n",
        (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 40,
    ),
    raw("2 MB that ask first", (413, ""), head(*PLAIN, "Content-Length: 2000000", "Expect: 100-continue")),
    raw("GET of nothing", (404, ""), head("GET /etc/passwd HTTP/1.1")),
    raw("GET of the endpoint", (405, ""), head("GET /ocpp HTTP/1.1")),
    raw("TRACE", (405, ""), head("TRACE /ocpp HTTP/1.1")),
    raw("PUT", (405, ""), head("PUT /ocpp HTTP/1.1", "Content-Length: 0")),
    raw("CONNECT", (404, ""), head("CONNECT 127.0.0.1:22 HTTP/1.1")),
    raw("OPTIONS of everything", (404, ""), head("OPTIONS * HTTP/1.1")),
    raw("a path that climbs", (404, ""), head("GET /ocppx/../../etc/passwd HTTP/1.1")),
    raw("the embedded back-end's control", (404, ""), post("{}", path="/embedded/CP-H/Reset")),
    raw(
        "a WebSocket upgrade",
        (400, "OCPP over SOAP is spoken here"),
        head("GET /ocpp/CP-H HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade"),
    ),
    raw("an upgrade to HTTP/2", SERVED, post(GOOD, "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings")),
    raw("a request for another host", SERVED, post(GOOD, path="http://169.254.169.254/ocpp")),
    raw(
        "a claim to come from elsewhere",
        (400, ""),
        post("<a/>", "X-Forwarded-For: 203.0.113.9", "Forwarded: for=203.0.113.9"),
    ),
    raw("fifty pipelined requests and rubbish", [SERVED] * 50 + [(400, "")], post(GOOD) * 50 + b"\x01\x02\r\n\r\n"),
    raw(
        "a body that is longer than said",
        [(400, "ends early"), (408, "")],
        post(GOOD, "Content-Length: 50", length=False),
    ),
    raw("a request hidden in a body", [SERVED], post(GOOD + " " * 10).replace(b" " * 10, b"\r\n" * 5)),
    raw("half closed behind the request", SERVED, post(GOOD), END),
    raw("half closed within the header", CLOSED, head(*PLAIN)[:-4], END),
    raw("half closed within the body", CLOSED, post(GOOD)[:-9], END),
]

ENCODED = [
    xml("gzip", ZIPPED, SERVED, "Content-Encoding: gzip"),
    xml("x-gzip", ZIPPED, SERVED, "Content-Encoding: X-GZIP"),
    xml("deflate", zlib.compress(GOOD.encode()), SERVED, "Content-Encoding: deflate"),
    xml("deflate without zlib's frame", rawDeflate(GOOD.encode()), SERVED, "Content-Encoding: deflate"),
    xml("gzip in its name only", GOOD, SERVED, "Content-Encoding: gzip"),
    xml("deflate in its name only", GOOD, SERVED, "Content-Encoding: deflate"),
    ("gzip in chunks", [chunked(ZIPPED, 7, "Content-Encoding: gzip")], SERVED),
    xml("gzip bomb", gzip.compress(BOMB), (413, ""), "Content-Encoding: gzip"),
    xml("deflate bomb", zlib.compress(BOMB, 9), (413, ""), "Content-Encoding: deflate"),
    xml("raw deflate bomb", rawDeflate(BOMB), (413, ""), "Content-Encoding: deflate"),
    ("gzip bomb in chunks", [chunked(gzip.compress(BOMB), 1000, "Content-Encoding: gzip")], (413, "")),
    xml("small gzip bomb", gzip.compress(b"<a>" + BOMB[:900000]), (413, ""), "Content-Encoding: gzip"),
    xml("gzip of gzip", gzip.compress(ZIPPED), (400, "this is not XML"), "Content-Encoding: gzip"),
    xml("gzip cut off", ZIPPED[:-20], (400, ""), "Content-Encoding: gzip"),
    xml("gzip with a wrong checksum", ZIPPED[:-8] + b"\0" * 8, (400, ""), "Content-Encoding: gzip"),
    xml("gzip with rubbish behind it", ZIPPED + b"rubbish", (400, ""), "Content-Encoding: gzip"),
    xml("rubbish as gzip", b"\x1f\x8bnonsense", (400, ""), "Content-Encoding: gzip"),
    xml("gzip that nobody announced", ZIPPED, (400, "this is not XML")),
    xml("brotli", b"\x0b\x02\x80", (415, ""), "Content-Encoding: br"),
    xml("gzip twice", ZIPPED, (415, ""), "Content-Encoding: gzip, gzip"),
    xml("two Content-Encodings", ZIPPED, (415, ""), "Content-Encoding: gzip", "Content-Encoding: gzip"),
]

# The bridge of the test gives a header 1 s, a body 2 s and an idle connection 3 s.
SLOW = [
    raw("a connection that says nothing", CLOSED, 3.0),
    raw("a header byte by byte", (408, ""), *dribble(post(GOOD), 0.1, 25)),
    raw("line ends without a request", CLOSED, *dribble(b"\r\n" * 20, 0.15, 30)),
    raw("a body byte by byte", (408, ""), head(*PLAIN, "Content-Length: 1000"), *dribble(b"x" * 40, 0.1, 35)),
    raw(
        "a chunk byte by byte",
        (408, ""),
        head(*PLAIN, "Transfer-Encoding: chunked"),
        b"fff\r\n",
        *dribble(b"", 0.1, 35),
    ),
    raw(
        "a gzip body byte by byte",
        (408, ""),
        post(ZIPPED, "Content-Encoding: gzip")[:-60],
        *dribble(ZIPPED[-60:], 0.1, 35),
    ),
    raw("an answer, then line ends for ever", [SERVED, CLOSED], post(GOOD), *dribble(b"\r\n" * 40, 0.15, 40)),
]
