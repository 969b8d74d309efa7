# SPDX-License-Identifier: GPL-2.0-or-later
"""The life of the processes: a back-end that goes and comes, passwords, reload, drain, the embedded back-end."""

import json
import os
import signal
import socket
import time
import urllib.error
import urllib.request

from harness import PATIENCE, Failed, same
from samples import EXPIRY, METER_VALUES, START, START_J, STOP
from scenarios import scenario
from scenarios.session import ACCEPTED, boot, statusOf

RECONNECT = 40.0  # seconds to wait for a reconnect; QUICKLY makes the first attempts come after 1 s and 2 s (SM-2)
QUICKLY = ("--reconnect-first", "1")
PROVISIONAL = 2000000001  # TX-4
AGAIN = "Receiver/InternalError"  # the fault that makes a charger keep its message and repeat it


def bootKnowing(world, version, idTag):
    """A charger whose connection to the back-end is up, and a tag that the back-end has accepted for it."""
    charger = boot(world, version)
    world.backend.answer("Authorize", payload=ACCEPTED, times=1)
    charger.call("Authorize", {"idTag": idTag})
    world.backend.seen(charger.identity, "Authorize")
    world.backend.wait("connected")
    return charger


@scenario("asan")
def backendAway(world):
    """While the back-end is away chargers get the answers of SM-5..SM-9, without a data directory transaction messages
    the fault of TX-4; the bridge reconnects by itself."""
    world.start(*QUICKLY, durable=False)
    charger = bootKnowing(world, "1.5", "TAG-1")
    backend, identity = world.backend, charger.identity
    charger.call("StatusNotification", {"connectorId": 1, "status": "Available", "errorCode": "NoError"})
    statusOf(world, charger, 1, "Available")
    backend.answer("StartTransaction", payload=dict(ACCEPTED, transactionId=17), times=1)
    start = dict(connectorId=1, idTag="TAG-1", timestamp=START, meterStart=5)
    same("transaction id", charger.call("StartTransaction", start)["transactionId"], 17)
    backend.seen(identity, "StartTransaction")
    backend.obey("stop")
    world.bridge.logged("central-down")
    lonely(charger)

    backend.obey("start")
    backend.wait("connected", RECONNECT, identity=identity)
    backend.seen(identity, "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M2"})
    statusOf(world, charger, 1, "Unavailable", timestamp=START_J)
    backend.seen(identity, "FirmwareStatusNotification", {"status": "Installed"})
    stop = {"transactionId": 17, "timestamp": STOP, "meterStop": 5}
    charger.call("StopTransaction", stop)  # repeated by the charger, which was told to keep it
    backend.seen(identity, "StopTransaction", dict(stop, reason="Reboot"))  # it booted meanwhile (TX-11)
    charger.call("Authorize", {"idTag": "TAG-2"})
    backend.seen(identity, "Authorize", {"idTag": "TAG-2"})
    late = backend.untaken("call", action=lambda action: action != "StatusNotification")
    if late:
        raise Failed("what got a fault must not be delivered: %s" % late)


def lonely(charger):
    """The answers while there is no back-end and nothing can be kept: nothing about money is promised."""
    if not charger.call("Heartbeat")["currentTime"]:
        raise Failed("no local time")
    hello = {"chargePointVendor": "V", "chargePointModel": "M2"}
    same("status of the boot", charger.call("BootNotification", hello)["status"], "Accepted")
    same("answer from the cache", charger.call("Authorize", {"idTag": "tag-1"}), ACCEPTED)
    same("Authorize of a stranger", charger.fault("Authorize", {"idTag": "STRANGER"}), AGAIN)
    same("DataTransfer", charger.fault("DataTransfer", {"vendorId": "v"}), AGAIN)
    for tag in ("TAG-1", "STRANGER"):
        start = dict(connectorId=2, idTag=tag, timestamp=START, meterStart=5)
        same("StartTransaction of " + tag, charger.fault("StartTransaction", start), AGAIN)
    soap = METER_VALUES["1.5"][0]
    same("MeterValues of 17", charger.fault("MeterValues", dict(connectorId=1, transactionId=17, **soap)), AGAIN)
    stop = dict(transactionId=17, timestamp=STOP, meterStop=5)
    same("StopTransaction", charger.fault("StopTransaction", stop), AGAIN)
    same("FirmwareStatusNotification", charger.call("FirmwareStatusNotification", {"status": "Installed"}), {})
    unavailable = {"connectorId": 1, "status": "Unavailable", "errorCode": "NoError", "timestamp": START}
    same("StatusNotification", charger.call("StatusNotification", unavailable), {})


@scenario("asan")
def provisionalTransaction(world):
    """A transaction of a known tag that begins and ends while the back-end is away is kept, and delivered in order
    with the back-end's number when it returns (TX-4, TX-6, TX-9)."""
    world.start(*QUICKLY)
    charger = bootKnowing(world, "1.5", "TAG-1")
    backend, identity = world.backend, charger.identity
    backend.obey("stop")
    world.bridge.logged("central-down")
    stranger = dict(connectorId=2, idTag="STRANGER", timestamp=START, meterStart=5)
    same("StartTransaction of a stranger", charger.fault("StartTransaction", stranger), AGAIN)
    start = dict(connectorId=1, idTag="TAG-1", timestamp=START, meterStart=1000)
    started = charger.call("StartTransaction", start)
    number = started["transactionId"]
    same("idTagInfo", started["idTagInfo"], ACCEPTED["idTagInfo"])
    if number < PROVISIONAL:
        raise Failed("%d is no provisional transaction number" % number)
    soap, frames = METER_VALUES["1.5"]
    same("MeterValues", charger.call("MeterValues", dict(connectorId=1, transactionId=number, **soap)), {})
    stop = dict(timestamp=STOP, meterStop=2000)
    same("StopTransaction", charger.call("StopTransaction", dict(stop, transactionId=number)), {})

    backend.answer("StartTransaction", payload={"transactionId": 55, "idTagInfo": {"status": "Accepted"}}, times=1)
    backend.obey("start")
    backend.wait("connected", RECONNECT, identity=identity)
    kept = (
        ("StartTransaction", dict(start, timestamp=START_J)),
        ("MeterValues", dict(connectorId=1, transactionId=55, meterValue=frames)),
        ("StopTransaction", dict(stop, transactionId=55)),
    )
    for action, payload in kept:
        seen = backend.wait("call", identity=identity, action=lambda name: name != "StatusNotification")
        same("CALL", [seen["action"], seen["payload"]], [action, payload])


@scenario("asan")
def backendCutsOne(world):
    """A connection that the back-end drops in the middle of a call fails that call only and comes back by itself."""
    world.start(*QUICKLY)
    charger = boot(world, "1.6")
    backend, identity = world.backend, charger.identity
    backend.wait("connected")
    backend.answer("DataTransfer", hold=True, times=1)
    ref = charger.start("DataTransfer", {"vendorId": "v"})
    backend.seen(identity, "DataTransfer")
    backend.obey("close", identity=identity, force=True)
    told = charger.outcome(ref)
    same("outcome", (told["event"], told.get("subcode")), ("fault", "InternalError"))
    backend.wait("connected", RECONNECT, identity=identity)
    charger.call("Authorize", {"idTag": "TAG-1"})
    if backend.untaken("call", action="BootNotification"):
        raise Failed("a reconnect must not repeat BootNotification (SM-3)")


@scenario()
def password(world):
    """The password of the chargers file is sent as Basic authentication; without it the charger is refused (7.2, AU-3)."""
    chargers = world.file("chargers.json", {"CP-1": {"password": "a secret: really"}, "CP-2": {}})
    world.start("--chargers", chargers)
    world.tolerate("upgrade-aborted", identity="CP-2", text="refused")
    world.backend.obey("auth", password="a secret: really")
    charger = boot(world, "1.6", "CP-1")
    same("password", world.backend.wait("connected")["password"], "a secret: really")
    stranger = world.charger("1.6", "CP-2").ready()
    answer = stranger.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
    same("status", answer["status"], "Rejected")
    same("fault", stranger.fault("Authorize", {"idTag": "TAG-1"}), "Sender/SecurityError")
    charger.call("Authorize", {"idTag": "TAG-1"})


@scenario("asan")
def reload(world):
    """SIGHUP reloads the chargers file: a stranger is refused before, served after (AU-1); nobody is disconnected."""
    chargers = world.file("chargers.json", {"CP-1": {}})
    world.start("--chargers", chargers)
    known = boot(world, "1.5", "CP-1")
    late = world.charger("1.5", "CP-2").ready()
    hello = {"chargePointVendor": "V", "chargePointModel": "M"}
    same("status", late.call("BootNotification", hello)["status"], "Rejected")
    same("fault", late.fault("Authorize", {"idTag": "TAG-1"}), "Sender/SecurityError")
    world.file("chargers.json", {"CP-1": {}, "CP-2": {}})
    world.bridge.signal(signal.SIGHUP)
    deadline = time.monotonic() + PATIENCE
    # the signal may be handled after the next request: ask again until it was
    while late.call("BootNotification", hello)["status"] != "Accepted":
        if time.monotonic() > deadline:
            raise Failed("still refused after SIGHUP")
    known.call("Authorize", {"idTag": "TAG-1"})
    if world.backend.untaken("disconnected", identity="CP-1"):
        raise Failed("the reload disconnected a charger")


@scenario("asan")
def drain(world):
    """SIGTERM stops listening, delivers the answer that is in flight, closes the WebSockets and exits 0."""
    world.start()
    charger = boot(world, "1.5")
    world.backend.answer("Authorize", payload=ACCEPTED, hold=True)
    ref = charger.start("Authorize", {"idTag": "TAG-1"})
    world.backend.seen(charger.identity, "Authorize")
    world.willStop()
    world.bridge.signal(signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", world.bridge.port), PATIENCE).close()
        except ConnectionError:
            break
        if time.monotonic() > deadline:
            raise Failed("still listening after SIGTERM")
    world.backend.obey("release", action="Authorize")
    same("answer in flight", charger.outcome(ref).get("payload"), ACCEPTED)
    same("exit status", world.bridge.join(), 0)
    world.backend.wait("disconnected", identity=charger.identity)
    world.bridge.check()


def embedded(world, identity, action, payload):
    request = urllib.request.Request(
        "http://127.0.0.1:%d/embedded/%s/%s" % (world.bridge.port, identity, action),
        json.dumps(payload).encode(),
        {"Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as e:
        raise Failed("%s: HTTP %d %s" % (action, e.code, e.read()[:300]))


@scenario("asan")
def embeddedBackend(world):
    """Without a back-end the bridge brings its own: a charger boots, charges, is stopped remotely."""
    world.start(backend=False)
    charger = world.charger("1.5").ready()
    same(
        "status",
        charger.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})["status"],
        "Accepted",
    )
    same("status", charger.call("Authorize", {"idTag": "TAG-1"})["idTagInfo"]["status"], "Accepted")
    started = charger.call("StartTransaction", dict(connectorId=1, idTag="TAG-1", timestamp=START, meterStart=1000))
    number = started["transactionId"]
    same(
        "status", embedded(world, "CP-1.5", "RemoteStopTransaction", {"transactionId": number}), {"status": "Accepted"}
    )
    charger.request("RemoteStopTransaction", {"transactionId": number})
    charger.call("StopTransaction", dict(transactionId=number, timestamp=STOP, meterStop=2000))
    second = charger.call("StartTransaction", dict(connectorId=1, idTag="TAG-1", timestamp=EXPIRY, meterStart=2000))
    if second["transactionId"] == number:
        raise Failed("two transactions got the id %d" % number)


@scenario()
def configFile(world):
    """What stands in the config file counts as if it stood on the command line."""
    path = os.path.join(world.folder, "bridge.conf")
    with open(path, "w") as out:
        out.write("auto-register=true\n# a comment\npublic-url=http://bridge.example/cs\n")
    world.start("--config", path)
    charger = boot(world, "1.6")
    ref = world.backend.start(charger.identity, "ClearCache", {})
    told = charger.wait("request", operation="ClearCache")
    same("wsa:From", told["headers"]["From"], "http://bridge.example/cs")
    world.backend.outcome(ref)
