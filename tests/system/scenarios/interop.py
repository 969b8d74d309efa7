# SPDX-License-Identifier: GPL-2.0-or-later
"""What real chargers do differently: peculiar bytes, the CALL that they must become, the notes that they leave.

The messages are rows of tests/quirks/messages.txt; the unit test reads the same. docs/interop.md lists their ids.
"""

import json
import re

from harness import Failed, logLine, same
from quirk_fixtures import Replier, load
from raw_http import Http
from scenarios import scenario
from scenarios.corpus import story
from scenarios.wire import faultOf, request

FIXTURES = load()
KINDS = {kind for fixture in FIXTURES for kind in fixture.noted}
BOOT = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" '
    'xmlns:o="urn://Ocpp/Cs/%s/"><s:Header><o:chargeBoxIdentity>%s</o:chargeBoxIdentity>'
    "<a:MessageID>urn:uuid:boot</a:MessageID><a:From><a:Address>%s</a:Address></a:From><a:To>http://b/</a:To>"
    "<a:Action>/%s</a:Action></s:Header><s:Body><o:%sRequest>%s</o:%sRequest></s:Body></s:Envelope>"
)


def soap(date, identity, url, operation, inner):
    name = operation[0].lower() + operation[1:]
    return (BOOT % (date, identity, url, operation, name, inner, name)).encode()


def boot(date, identity, url, vendor="V", model="M"):
    inner = "<o:chargePointVendor>%s</o:chargePointVendor><o:chargePointModel>%s</o:chargePointModel>" % (vendor, model)
    return soap(date, identity, url, "BootNotification", inner)


def post(world, body, http=(), target="/ocpp"):
    whole = request(body, http, "POST %s HTTP/1.1" % target)
    if any(line.lower().startswith("content-type") for line in http):
        whole = whole.replace(b"Content-Type: application/soap+xml; charset=utf-8\r\n", b"", 1)
    connection = Http(world.bridge.port)
    answer = connection.send(whole).answer()
    connection.close()
    return answer


def kindsIn(lines):
    texts = [part for line in lines if line.get("event") == "tolerated" for part in line["text"].split("; ")]
    return sorted({text.split(" ")[0] for text in texts if text.split(" ")[0] in KINDS})


def holds(seen, wanted):
    """True when everything wanted is there; the session may add to a configuration."""
    if isinstance(wanted, dict):
        return isinstance(seen, dict) and all(key in seen and holds(seen[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(seen, list) and all(any(holds(each, one) for each in seen) for one in wanted)
    return seen == wanted


@scenario("asan", "quirks")
def peculiarities(world):
    """A charger with any of the field's peculiarities is served with its notes, and a strict back-end takes what was
    meant."""
    world.start("--status-fill", "600")
    for fixture in FIXTURES:
        if not fixture.call:
            continue
        answer = post(world, fixture.bytes(), fixture.http, fixture.text(fixture.target or "/ocpp"))
        where = "%s (%s)" % (fixture.title, fixture.who)
        same("HTTP status for %s: %s" % (where, answer[2].decode()), answer[0], 200)
        lines = [line for line in story(world) if line.get("identity") == fixture.who]
        calls = [json.loads(line["text"])[2:] for line in lines if line.get("event") == "json-out"]
        payload = json.loads(fixture.forwards) if fixture.forwards else fixture.payload
        same("CALL for " + where, calls, [[fixture.action, payload]])
        same("notes for " + where, kindsIn(lines), fixture.noted)


@scenario("asan", "quirks")
def peculiarReplies(world):
    """A charger whose replies are peculiar is understood with its notes, and a strict back-end takes what was meant."""
    world.start("--status-fill", "600")
    with Replier() as replier:
        for fixture in FIXTURES:
            if fixture.asks:
                reply(world, replier, fixture)


def reply(world, replier, fixture):
    replier.fixture = fixture
    where = "%s (%s)" % (fixture.title, fixture.who)
    date = "2015/10" if "R16" in fixture.body or not fixture.body else "2012/06"
    same("HTTP status of the boot for " + where, post(world, boot(date, fixture.who, replier.url))[0], 200)
    story(world)
    told = world.backend.call(fixture.who, fixture.action, fixture.payload)
    lines = []
    world.bridge.take(lambda text: re.match(r"\[[34],", str(logLine(text).get("text"))), "the outcome", keep=lines)
    lines = [logLine(text) for text in lines]
    if fixture.error:
        same("outcome of " + where, (told["event"], told.get("code")), ("error", fixture.error))
    elif told["event"] != "result" or not holds(told["payload"], json.loads(fixture.result)):
        raise Failed("outcome of %s is %s" % (where, told))
    same("notes for " + where, kindsIn(lines), fixture.noted)
    if fixture.title.startswith("F6") and not any("(hint: " in line.get("text", "") for line in lines):
        raise Failed("no hint for " + where)


def health(world, identity):
    connection = Http(world.bridge.port)
    status, _, body = connection.send(b"GET /health/chargers HTTP/1.1\r\nHost: b\r\n\r\n").answer()
    connection.close()
    same("HTTP status of /health/chargers", status, 200)
    return json.loads(body)[identity]


def values(date, identity, inner):
    reading = "<o:values><o:timestamp>2024-05-01T08:00:00Z</o:timestamp><o:value>7</o:value></o:values>"
    return soap(date, identity, "http://127.0.0.1:9/", "MeterValues", inner + reading)


@scenario("asan", "quirks")
def profiles(world):
    """A profile is chosen for a charger, switched in parts, or recognised; strict refuses with the right Fault; the
    operator sees profile and counts."""
    chargers = {
        "S-1": {"profile": "strict"},
        "S-2": {"profile": "strict", "quirks": {"message-id": True}},
        "J-1": {"profile": "javaoca"},
        "T-1": {"quirks": {"tag-suffix": True, "tag-upper-case": True}},
        "K-1": {},
    }
    world.start("--status-fill", "600", "--chargers", world.file("chargers.json", chargers))
    cs = "2012/06"
    counter = (b"urn:uuid:boot", b"7230")
    tag = "<o:idTag>%s</o:idTag>"
    asked = soap(cs, "S-1", "http://127.0.0.1:9/", "Authorize", tag % "T")
    same("a clean message under strict", post(world, asked)[0], 200)
    same("a counter as MessageID under strict", faultOf(post(world, asked.replace(*counter))), "400 Sender/ProtocolError")
    old = asked.replace(b"http://www.w3.org/2003/05/soap-envelope", b"http://schemas.xmlsoap.org/soap/envelope/")
    refused = post(world, old, ["Content-Type: text/xml"])
    if refused[0] != 500 or b"VersionMismatch" not in refused[2]:
        raise Failed("SOAP 1.1 under strict: %r" % (refused,))
    same("the same with one switch", post(world, asked.replace(b"S-1", b"S-2").replace(*counter))[0], 200)

    status, _, told = post(world, asked.replace(b"S-1", b"J-1"))
    for part in (b">J-1</", b"http://127.0.0.1:9/</", b"http://schemas.xmlsoap.org/ws/2004/08/addressing"):
        if status != 200 or part not in told:
            raise Failed("javaoca: no %r in %r" % (part, told))

    same("a tag with suffix", post(world, soap(cs, "T-1", "http://127.0.0.1:9/", "Authorize", tag % "ab;NULL"))[0], 200)
    world.backend.seen("T-1", "Authorize", {"idTag": "AB"})

    same("the boot of a KEBA", post(world, boot(cs, "K-1", "http://127.0.0.1:9/", "Keba AG", "KC-P30"))[0], 200)
    world.bridge.logged("profile", identity="K-1", text="recognised as keba")
    start = "<o:connectorId>1</o:connectorId>%s<o:timestamp>2024-05-01T08:00:00Z</o:timestamp><o:meterStart>1</o:meterStart>"
    same("its start", post(world, soap(cs, "K-1", "http://127.0.0.1:9/", "StartTransaction", start % (tag % "T")))[0], 200)
    same("its values", post(world, values(cs, "K-1", "<o:connectorId>0</o:connectorId>"))[0], 200)
    told = world.backend.seen("K-1", "MeterValues")
    same("connector and transaction", (told["connectorId"], "transactionId" in told), (1, True))
    seen = health(world, "K-1")
    same("profile and counts", (seen["profile"], seen["tolerated"]), ("keba", {"connector-zero": 1, "fill-transaction": 1}))
