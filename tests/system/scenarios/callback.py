# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the bridge calls: hostile callback addresses are never connected to, and a working one survives them."""

import hashlib
import http.client
import json
import signal
import socket
import ssl
import uuid

from harness import PATIENCE, Failed, same
from raw_http import Http, Listener
from scenarios import scenario
from scenarios.session import boot
from scenarios.tls import Certificates
from scenarios.wire import request

HELLO = "<o:chargePointVendor>V</o:chargePointVendor><o:chargePointModel>M</o:chargePointModel>"
ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:o="urn://Ocpp/Cs/2012/06/" '
    'xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header><o:chargeBoxIdentity>%s</o:chargeBoxIdentity>%s'
    "<a:MessageID>urn:uuid:%s</a:MessageID><a:Action>/%s</a:Action></s:Header>"
    "<s:Body><o:%sRequest>%s</o:%sRequest></s:Body></s:Envelope>"
)


class Trap(Listener):
    """A listener that nobody may connect to; keeps what each visitor sends."""

    def __init__(self, address="127.0.0.1", context=None, answer="HTTP/1.1 500 Trap\r\n"):
        self.context = context
        self.answer = (answer + "Content-Length: 0\r\n\r\n").encode()
        self.visits = []
        super().__init__(self.welcome, address)

    def welcome(self, visitor):
        visit = {"bytes": b""}
        self.visits.append(visit)
        visitor.settimeout(PATIENCE)
        try:
            if self.context:
                visitor = self.context.wrap_socket(visitor, server_side=True)
            visit["bytes"] = visitor.recv(65536)
            visitor.sendall(self.answer)
        except OSError:
            pass
        visitor.close()

    def untouched(self):
        if self.connections:
            raise Failed("the bridge connected to a trap: %s" % self.visits)


def say(world, identity, operation="BootNotification", inner=HELLO, **addresses):
    """One message with the given WS-Addressing endpoints, on a connection of its own; (status, headers, body)."""
    endpoints = "".join("<a:%s><a:Address>%s</a:Address></a:%s>" % (k, v, k) for k, v in addresses.items())
    name = operation[0].lower() + operation[1:]
    text = ENVELOPE % (identity, endpoints, uuid.uuid4(), operation, name, inner, name)
    connection = Http(world.bridge.port)
    answer = connection.send(request(text.encode())).answer()
    connection.close()
    return answer


def shown(world, identity):
    """What GET /health/chargers tells of a charger."""
    connection = http.client.HTTPConnection("127.0.0.1", world.bridge.port, timeout=PATIENCE)
    connection.request("GET", "/health/chargers")
    return json.loads(connection.getresponse().read())[identity]


def command(world, identity):
    return world.backend.call(identity, "ClearCache", {})


@scenario("asan")
def hostileFrom(world):
    """Loopback, metadata, multicast and the bridge's own port are never called, in any spelling and though
    --callback-policy is from (WA-5)."""
    callbacks = ("--callback-policy", "from", "--callback-allow", "127.0.0.1")
    world.start("--public-url", "http://bridge.example/ocpp", callbacks=callbacks)
    with Trap("127.0.0.3") as trap:
        own = "http://127.0.0.1:%d/ocpp" % world.bridge.port
        nobody = ("127.0.0.3", "2130706435", "0x7f.3", "0177.0.0.3", "[::ffff:127.0.0.3]", "127.3", "[64:ff9b::7f00:3]")
        repaired = ["http://%s:%d/" % (host, trap.port) for host in nobody]
        refused = ["http://169.254.169.254/latest/", "http://2852039166/", "http://224.0.0.1/", own]
        for number, address in enumerate(repaired + refused):
            identity = "CP-H%d" % number
            same("status", say(world, identity, From=address)[0], 200)
            world.backend.seen(identity, "BootNotification")
            same("CALLERROR for " + address, command(world, identity).get("code"), "GenericError")
            report = shown(world, identity)
            sender = "http://127.0.0.1:%d/" % trap.port  # where nobody listens: the trap is at another address
            same("callback for " + address, report["callback"], sender if address in repaired else "")
            if ("names no usable host" if address in repaired else "refused") not in report["remark"]:
                raise Failed("no reason is shown: %s" % report)
        trap.untouched()


@scenario("asan")
def safeByDefault(world):
    """Without further options a message from this machine teaches no callback address, and the log says why."""
    world.start(callbacks=())
    with Trap() as trap:
        say(world, "CP-L", From="http://127.0.0.1:%d/" % trap.port)
        world.backend.seen("CP-L", "BootNotification")
        text = world.bridge.logged("callback", identity="CP-L")["text"]
        if "loopback" not in text:
            raise Failed("the log says only " + text)
        same("CALLERROR", command(world, "CP-L").get("code"), "GenericError")
        trap.untouched()


@scenario("asan")
def workingSurvives(world):
    """A callback address that works outlives a hostile announcement; when it fails the other one gets the command."""
    world.start()
    charger = boot(world, "1.5")
    same("CALLRESULT", command(world, charger.identity).get("payload"), {"status": "Accepted"})
    with Trap() as trap:
        hostile = "http://127.0.0.1:%d/" % trap.port
        beat = {"operation": "Heartbeat", "inner": ""}
        say(world, charger.identity, From=hostile, **beat)
        world.bridge.logged("callback", text=lambda text: "kept until it fails" in text)
        same("CALLRESULT", command(world, charger.identity).get("payload"), {"status": "Accepted"})
        report = shown(world, charger.identity)
        same("shown", (report["callback"], report["standing"]), (charger.endpoint, "working"))
        same("waiting", report["waiting"], hostile)
        charger.call("Heartbeat")
        if "waiting" in shown(world, charger.identity):
            raise Failed("the charger is still there, but the other address waits on")
        trap.untouched()
        say(world, charger.identity, From=hostile, **beat)
        charger.say(cmd="quit")
        charger.join()
        told = command(world, charger.identity)
        same("CALLERROR of the second address", told.get("code"), "InternalError")
        same("connections", len(trap.visits), 1)
        same("callback", shown(world, charger.identity)["callback"], hostile)


@scenario("asan")
def replyAndFaultTo(world):
    """ReplyTo and FaultTo of a charger are never called: answers, faults and commands go elsewhere (WA-2, WA-5)."""
    world.start()
    charger = boot(world, "1.5")
    with Trap() as trap:
        there = "http://127.0.0.1:%d/" % trap.port
        for operation, inner, status in (("Heartbeat", "", 200), ("StopTransaction", "", 400)):
            answer = say(world, charger.identity, operation, inner, From=charger.endpoint, ReplyTo=there, FaultTo=there)
            same("status of " + operation, answer[0], status)
        same("CALLRESULT", command(world, charger.identity).get("payload"), {"status": "Accepted"})
        say(world, "CP-F", From="http://www.w3.org/2005/08/addressing/anonymous", FaultTo=there)
        world.backend.seen("CP-F", "BootNotification")
        same("CALLERROR", command(world, "CP-F").get("code"), "GenericError")
        trap.untouched()


@scenario("asan")
def pinnedCharger(world):
    """A charger with TLS is called if its certificate is the pinned one, and otherwise hears nothing (AU-2)."""
    made = Certificates(world.folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.file("server.pem"), made.file("server.key"))
    with open(made.file("server.pem")) as file:
        right = hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest()
    with Trap(context=context) as charger:
        url = "https://127.0.0.1:%d/" % charger.port
        pins = {"CP-GOOD": right, "CP-BAD": "0" * 64}
        settings = {name: {"callback": url, "callbackPin": pin} for name, pin in pins.items()}
        world.start("--chargers", world.file("chargers.json", settings))
        for name in pins:
            say(world, name)
            world.backend.seen(name, "BootNotification")
        told = command(world, "CP-BAD")
        if told.get("code") != "GenericError" or "not the pinned one" not in json.dumps(told):
            raise Failed("the back-end was told %s" % told)
        same("CALLERROR of HTTP 500", command(world, "CP-GOOD").get("code"), "InternalError")
        same("heard", [visit["bytes"][:5] for visit in charger.visits], [b"", b"POST "])


@scenario("asan")
def pinnedLater(world):
    """A charger that gets a pin by SIGHUP is not called at the http:// address that was learned before (AU-2)."""
    identity = "CP-P"
    chargers = world.file("chargers.json", {identity: {}})
    world.start("--chargers", chargers)
    with Trap() as trap:
        http = "http://127.0.0.1:%d/" % trap.port
        say(world, identity, From=http)
        world.backend.seen(identity, "BootNotification")
        same("callback", shown(world, identity)["callback"], http)
        world.file("chargers.json", {identity: {"callbackPin": "0" * 64}})
        world.bridge.signal(signal.SIGHUP)
        world.bridge.logged("callback", text=lambda text: "not used any more" in text)
        world.bridge.logged("reloaded")
        say(world, identity, "Heartbeat", "", From=http)
        same("CALLERROR", command(world, identity).get("code"), "GenericError")
        trap.untouched()


@scenario("asan")
def impatient(world):
    """A charger that does not answer is given the time of the chargers file: QUIRKS H14, chargerTimeout."""
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the kernel takes connections, nobody reads them
        settings = {"callback": "http://127.0.0.1:%d/" % silent.getsockname()[1], "chargerTimeout": 1}
        chargers = world.file("chargers.json", {"CP-S": settings})
        world.start("--chargers", chargers, "--charger-timeout", "600")
        say(world, "CP-S")
        world.backend.seen("CP-S", "BootNotification")
        told = command(world, "CP-S")
        same("CALLERROR", (told.get("code"), "outcome unknown" in json.dumps(told)), ("GenericError", True))


@scenario("asan")
def staleAddress(world):
    """No redirect is followed; after one, or IdentityMismatch, the next announced address is taken (section 7.3)."""
    world.start()
    with Trap() as trap:
        location = "http://127.0.0.1:%d/" % trap.port
        with Trap(answer="HTTP/1.1 307 Temporary Redirect\r\nLocation: %s\r\n" % location) as redirecting:
            say(world, "CP-1.5", From="http://127.0.0.1:%d/" % redirecting.port)
            world.backend.seen("CP-1.5", "BootNotification")
            same("CALLERROR", command(world, "CP-1.5").get("code"), "GenericError")
            same("connections", len(redirecting.visits), 1)
            same("standing", shown(world, "CP-1.5")["standing"], "stale")
        charger = boot(world, "1.5")
        same("CALLRESULT", command(world, charger.identity).get("payload"), {"status": "Accepted"})
        mismatch = {"code": "Sender", "subcode": "IdentityMismatch", "reason": "I am another one"}
        charger.answer("ClearCache", fault=mismatch, times=1)
        same("CALLERROR", command(world, charger.identity).get("code"), "GenericError")
        same("standing", shown(world, charger.identity)["standing"], "stale")
        trap.untouched()
        say(world, charger.identity, "Heartbeat", "", From=location)
        same("callback", shown(world, charger.identity)["callback"], location)
