# SPDX-License-Identifier: GPL-2.0-or-later
"""Chargers that come, change and go while the bridge works, over kills and reloads (TX-14, TX-15, CK-4)."""

import base64
import http.client
import json
import os
import signal
import socket
import struct
import subprocess
import time

import soap_texts as soap
from harness import LOOPBACK_CHARGERS, Bridge, Failed, same
from patience import until
from scenarios import scenario

QUICKLY = ("--reconnect-first", "1", "--reconnect-most", "2", "--soap-hold", "2", "--start-offline", "provisional")


class Plain:
    """An OCPP 1.5 charger that sends compact texts, with a password if it has one."""

    def __init__(self, world, identity="R1", password=None):
        self.world, self.identity, self.password = world, identity, password
        self.clock = int(time.time() * 1000)

    def send(self, operation, inner):
        """The Answer, which may be a Fault."""
        headers = {"Content-Type": "application/soap+xml; charset=utf-8"}
        if self.password:
            both = "%s:%s" % (self.identity, self.password)
            headers["Authorization"] = "Basic " + base64.b64encode(both.encode()).decode()
        body = soap.envelope("1.5", self.identity, operation, inner, soap.newMessageId())
        connection = http.client.HTTPConnection("127.0.0.1", self.world.bridge.port, timeout=60)
        connection.request("POST", "/ocpp", body, headers)
        answer = connection.getresponse()
        return soap.Answer(answer.status, answer.read())

    def call(self, operation, inner):
        answer = self.send(operation, inner)
        if answer.fault:
            raise Failed("%s of %s got %s" % (operation, self.identity, answer.reason()))
        return answer

    def boot(self):
        return self.call("BootNotification", soap.boot("1.5")).field("status")

    def transaction(self, meter):
        """Start and stop, both accepted."""
        self.clock += 1000
        start = self.call("StartTransaction", soap.startTransaction(1, "TAG-1", self.clock, meter))
        self.clock += 1000
        stop = soap.element("transactionId", start.field("transactionId"))
        stop += soap.element("timestamp", soap.isoTime(self.clock)) + soap.element("meterStop", meter + 5)
        self.call("StopTransaction", stop)


def health(world):
    connection = http.client.HTTPConnection("127.0.0.1", world.bridge.port, timeout=60)
    connection.request("GET", "/health")
    return json.loads(connection.getresponse().read())


def becomes(world, what, wanted, *path):
    """/health says that; its counts may be a second old."""
    seen = []

    def there():
        value = health(world)
        for key in path:
            value = value[key]
        seen[:] = [value]
        return value == wanted

    try:
        until(there, what, 20)
    except Failed:
        same(what, seen[0], wanted)


def again(world, *arguments):
    """SIGKILL, and another process on the same data."""
    world.tolerate("upgrade-aborted")  # by the kill
    world.bridge.child.kill()
    world.bridge.join()
    world.bridge.check()
    url = ["--central-url", world.backend.url] if "--central-url" not in arguments else []
    world.bridge = Bridge(world.folder, world.options, list(arguments) + url + list(LOOPBACK_CHARGERS))


def reload(world, chargers):
    """SIGHUP with that chargers file; what the bridge says that it did."""
    world.file("chargers.json", chargers)
    world.bridge.signal(signal.SIGHUP)
    text = world.bridge.logged("reloaded")["text"]
    return text.split(": ", 1)[1]


def billed(world, identity="R1"):
    """meterStart and meterStop of what the back-end was told, in order."""
    seen = []
    for call in world.backend.untaken("call", identity=identity):
        meter = call["payload"].get("meterStart", call["payload"].get("meterStop"))
        if call["action"] in ("StartTransaction", "StopTransaction"):
            seen.append(meter)
    return seen


@scenario("asan")
def nothingIsReplaced(world):
    """A charger's kept start and stop outlive a start without it and its addition by SIGHUP; its next transactions take
    no place of theirs, and the back-end gets all of them once, in order (A1)."""
    chargers = world.file("chargers.json", {"R1": {}})
    arguments = ("--chargers", chargers) + QUICKLY
    world.start(*arguments)
    charger = Plain(world)
    same("registration", charger.boot(), "Accepted")
    world.backend.wait("connected", identity="R1")
    world.backend.obey("stop")
    charger.transaction(100)
    world.file("chargers.json", {})
    again(world, *arguments)
    becomes(world, "leaving", 1, "leaving")  # TX-15: delivered with its last settings, as soon as that is possible
    listed = subprocess.run(
        [world.options.bridge, "queue", "--data-dir", os.path.join(world.folder, "data"), "list", "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    if listed.count('"state":"waiting"') != 2:
        raise Failed("queue list does not show both messages: " + listed)
    same("registration", charger.boot(), "Rejected")
    same("the reload", reload(world, {"R1": {}}), "1 added")
    charger.transaction(200)
    same("the reload", reload(world, {}), "1 removed, 1 leaving")
    same("the reload", reload(world, {"R1": {}}), "1 added")
    charger.transaction(300)
    world.backend.obey("start")
    until(lambda: len(billed(world)) >= 6, "all messages at the back-end", 60)
    same("what was billed", billed(world), [100, 105, 200, 205, 300, 305])
    becomes(world, "unserved", {"chargers": 0, "messages": 0}, "unserved")
    becomes(world, "conflicts", 0, "store", "conflicts")


@scenario("asan")
def leaves(world):
    """A charger that is removed by SIGHUP while messages wait is refused, its messages are delivered with its last
    settings, also by the next process, and then it is forgotten (A3, TX-15)."""
    entry = {"R1": {"centralIdentity": "ONE", "password": "0123456789abcdef"}}
    chargers = world.file("chargers.json", entry)
    arguments = ("--chargers", chargers) + QUICKLY
    world.start(*arguments)
    world.backend.obey("auth", password="0123456789abcdef")
    charger = Plain(world)
    same("registration", charger.boot(), "Accepted")
    world.backend.wait("connected", identity="ONE")
    world.backend.obey("stop")
    charger.transaction(100)
    same("the reload", reload(world, {}), "1 removed, 1 leaving")
    world.bridge.logged("leaving", text=lambda text: text.startswith("2 messages"))
    same("registration", charger.boot(), "Rejected")
    becomes(world, "leaving", 1, "leaving")
    again(world, *arguments)
    becomes(world, "leaving", 1, "leaving")
    world.backend.obey("start")
    world.bridge.logged("left", 60)
    same("what was billed", billed(world, "ONE"), [100, 105])
    becomes(world, "chargers", 0, "chargers", "known")
    again(world, *arguments)
    becomes(world, "chargers", 0, "chargers", "known")


@scenario("asan")
def locksTakenAway(world):
    """With --auto-register an entry that is deleted takes its password and callback with it: who comes then is not
    shown to the back-end with them (A5)."""
    entry = {"R1": {"password": "0123456789abcdef", "soapPassword": "let-me-in-please", "callback": "http://127.0.0.1:9/x"}}
    world.start("--auto-register", "--chargers", world.file("chargers.json", entry), *QUICKLY)
    charger = Plain(world, password="let-me-in-please")
    same("registration", charger.boot(), "Accepted")
    same("password", world.backend.wait("connected", identity="R1")["password"], "0123456789abcdef")
    same("the reload", reload(world, {}), "1 removed")
    world.backend.wait("disconnected", identity="R1")
    same("registration", Plain(world).boot(), "Accepted")
    same("password", world.backend.wait("connected", identity="R1")["password"], None)
    told = http.client.HTTPConnection("127.0.0.1", world.bridge.port, timeout=60)
    told.request("GET", "/health/chargers")
    callback = json.loads(told.getresponse().read())["R1"]["callback"]
    if callback == "http://127.0.0.1:9/x":
        raise Failed("the callback of the deleted entry is still called")


def connected(told):
    return None if "not connected" in str(told.get("description")) else told


@scenario("asan")
def keyOutlivesKill(world):
    """An AuthorizationKey that was answered Accepted is there after SIGKILL in that moment (A6)."""
    chargers = world.file("chargers.json", {"R1": {}})
    arguments = ("--chargers", chargers) + QUICKLY
    world.start(*arguments)
    same("registration", Plain(world).boot(), "Accepted")
    world.backend.wait("connected", identity="R1")
    for turn in range(4):
        key = "0123456789abcde%d" % turn
        change = {"key": "AuthorizationKey", "value": key.encode().hex()}
        told = until(lambda: connected(world.backend.call("R1", "ChangeConfiguration", change)), "a connection", 60)
        same("answer", told.get("payload", told), {"status": "Accepted"})
        again(world, *arguments)
        until(
            lambda: any(seen["password"] == key for seen in world.backend.untaken("connected", identity="R1")),
            "a connection with the new key",
            60,
        )


@scenario("asan")
def movesWhenItMay(world):
    """A charger that gets another back-end finishes its transaction at the former one, which alone hears of the stop;
    the new one gets a BootNotification first (A2, TX-14)."""
    chargers = world.file("chargers.json", {"R1": {}})
    world.start("--chargers", chargers, *QUICKLY)
    charger = Plain(world)
    same("registration", charger.boot(), "Accepted")
    world.backend.wait("connected", identity="R1")
    start = charger.call("StartTransaction", soap.startTransaction(1, "TAG-1", charger.clock, 100))
    same("the reload", reload(world, {"R1": {"centralIdentity": "NEW"}}), "1 changed, 1 moving")
    world.bridge.logged("move-waits", text=lambda text: "1 open transaction" in text)
    becomes(world, "waiting to move", 1, "moveWaits")
    stop = soap.element("transactionId", start.field("transactionId"))
    stop += soap.element("timestamp", soap.isoTime(charger.clock + 5000)) + soap.element("meterStop", 105)
    charger.call("StopTransaction", stop)
    world.backend.seen("R1", "StopTransaction")
    world.bridge.logged("moved")
    world.backend.wait("connected", identity="NEW")
    world.backend.seen("NEW", "BootNotification")
    charger.transaction(200)
    same("at the new one", billed(world, "NEW"), [200, 205])
    becomes(world, "waiting to move", 0, "moveWaits")


@scenario("asan")
def goneIsNotWaitedFor(world):
    """SIGTERM does not wait the whole limit for a charger that was removed or has gone while the back-end thinks (A4)."""
    chargers = world.file("chargers.json", {"R1": {}, "R2": {}})
    world.start("--chargers", chargers, "--drain-timeout", "60", "--soap-hold", "60")
    for identity in ("R1", "R2"):
        same("registration", Plain(world, identity).boot(), "Accepted")
        world.backend.wait("connected", identity=identity)
    world.backend.answer("Authorize", payload={"idTagInfo": {"status": "Accepted"}}, hold=True)
    asked = []
    for identity in ("R1", "R2"):
        body = soap.envelope("1.5", identity, "Authorize", soap.authorize("TAG-1"), soap.newMessageId())
        connection = http.client.HTTPConnection("127.0.0.1", world.bridge.port, timeout=60)
        connection.request("POST", "/ocpp", body, {"Content-Type": "application/soap+xml; charset=utf-8"})
        world.backend.seen(identity, "Authorize")
        asked.append(connection)
    world.file("chargers.json", {"R2": {}})
    world.bridge.signal(signal.SIGHUP)
    if not soap.Answer(*(lambda told: (told.status, told.read()))(asked[0].getresponse())).fault:
        raise Failed("R1, which was removed, was answered as if it had been asked for")
    asked[1].sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset: it has gone
    asked[1].close()
    world.willStop()
    begin = time.monotonic()
    world.bridge.terminate()
    if time.monotonic() - begin > 20:
        raise Failed("SIGTERM took %.1f s" % (time.monotonic() - begin))
