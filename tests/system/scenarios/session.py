# SPDX-License-Identifier: GPL-2.0-or-later
"""Charging sessions: what a charger says reaches the back-end, and the answers reach the charger."""

from harness import Failed, same
from samples import (
    BOOT,
    DIAGNOSTICS_STATUS,
    EXPIRY,
    FIRMWARE_STATUS,
    METER_VALUES,
    OPAQUE,
    START,
    START_J,
    STOP,
    TRANSACTION_DATA,
)
from scenarios import VERSIONS, scenario

ACCEPTED = {"idTagInfo": {"status": "Accepted", "expiryDate": EXPIRY, "parentIdTag": "PARENT"}}
NOT_ACCEPTED = "2024-05-01T08:00:00Z"


def boot(world, version, identity=None):
    """A charger that has booted and whose connector 1 is free."""
    charger = world.charger(version, identity).ready()
    charger.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
    world.backend.seen(charger.identity, "BootNotification")
    return charger


def statusOf(world, charger, connector, status, error="NoError", **fields):
    """The next StatusNotification that the back-end sees."""
    seen = world.backend.seen(charger.identity, "StatusNotification")
    wanted = dict(fields, connectorId=connector, status=status, errorCode=error)
    if "timestamp" not in fields:
        if not seen.get("timestamp"):
            raise Failed("StatusNotification must carry a timestamp: %s" % seen)
        wanted["timestamp"] = seen["timestamp"]
    same("StatusNotification", seen, wanted)


@scenario("asan", versions=VERSIONS)
def wholeSession(world, version):
    """A {version} charger boots, reports status, authorizes, starts, meters and stops, and both sides see it all."""
    world.start()
    session(world, world.charger(version).ready())


def session(world, charger):
    """Everything that a charger of its version can tell, in the order of a day."""
    version, backend, identity = charger.version, world.backend, charger.identity

    now = "2024-05-01T10:00:00.5+02:00"
    backend.answer("BootNotification", payload={"status": "Accepted", "currentTime": now, "interval": 240}, times=1)
    answer = charger.call("BootNotification", BOOT)
    interval = "interval" if version == "1.6" else "heartbeatInterval"
    same("answer", answer, {"status": "Accepted", "currentTime": "2024-05-01T08:00:00Z", interval: 240})
    connected = backend.wait("connected", identity=identity)
    same("subprotocols", connected["offered"], ["ocpp1.6"])
    backend.seen(identity, "BootNotification", BOOT)

    beat = charger.call("Heartbeat")
    if not beat["currentTime"].endswith("Z"):
        raise Failed("Heartbeat answered %s" % beat)

    for connector in (0, 1):
        charger.call("StatusNotification", {"connectorId": connector, "status": "Available", "errorCode": "NoError"})
        statusOf(world, charger, connector, "Available")

    backend.answer("Authorize", payload=ACCEPTED, times=1)
    same("answer", charger.call("Authorize", {"idTag": "TAG-1"}), ACCEPTED)
    backend.seen(identity, "Authorize", {"idTag": "TAG-1"})

    plug(world, charger)
    backend.answer("StartTransaction", payload=dict(ACCEPTED, transactionId=17), times=1)
    reservation = {} if version == "1.2" else {"reservationId": 5}
    started = charger.call(
        "StartTransaction", dict(connectorId=1, idTag="TAG-1", timestamp=START, meterStart=1000, **reservation)
    )
    same("answer", started, dict(ACCEPTED, transactionId=17))
    backend.seen(
        identity,
        "StartTransaction",
        dict(connectorId=1, idTag="TAG-1", timestamp=START_J, meterStart=1000, **reservation),
    )
    if version == "1.6":
        charger.call("StatusNotification", {"connectorId": 1, "status": "Charging", "errorCode": "NoError"})
        statusOf(world, charger, 1, "Charging")
    else:
        statusOf(world, charger, 1, "Charging", timestamp=START_J)  # ST-8, from the bridge

    meter(world, charger, 17)

    soap, frame = TRANSACTION_DATA[version]
    backend.answer("StopTransaction", payload={"idTagInfo": {"status": "Expired"}}, times=1)
    stopped = charger.call(
        "StopTransaction", dict(transactionId=17, idTag="TAG-1", timestamp=STOP, meterStop=2000, **soap)
    )
    same("answer", stopped, {"idTagInfo": {"status": "Expired"}})
    backend.seen(
        identity, "StopTransaction", dict(transactionId=17, idTag="TAG-1", timestamp=STOP, meterStop=2000, **frame)
    )
    if version != "1.6":
        statusOf(world, charger, 1, "Finishing", timestamp=STOP)  # ST-8
    charger.call("StatusNotification", {"connectorId": 1, "status": "Available", "errorCode": "NoError"})
    statusOf(world, charger, 1, "Available")
    transferAndProgress(world, charger)


def plug(world, charger):
    if charger.version == "1.2":
        charger.call("StatusNotification", {"connectorId": 1, "status": "Occupied", "errorCode": "NoError"})
        return statusOf(world, charger, 1, "Preparing")
    raw = "Preparing" if charger.version == "1.6" else "Occupied"
    more = {"info": "cable <in>", "vendorId": "com.example", "vendorErrorCode": "v7"}
    charger.call("StatusNotification", dict(more, connectorId=1, status=raw, errorCode="NoError", timestamp=START))
    return statusOf(world, charger, 1, "Preparing", timestamp=START_J, **more)


def meter(world, charger, transaction):
    soap, frames = METER_VALUES[charger.version]
    known = {} if charger.version == "1.2" else {"transactionId": transaction}  # 1.2: the bridge adds it (MV-2)
    same("answer", charger.call("MeterValues", dict(connectorId=1, **known, **soap)), {})
    world.backend.seen(
        charger.identity, "MeterValues", {"connectorId": 1, "transactionId": transaction, "meterValue": frames}
    )


def transferAndProgress(world, charger):
    """DataTransfer where the version has it, and every status of firmware and diagnostics."""
    backend, identity = world.backend, charger.identity
    if charger.version != "1.2":
        backend.answer("DataTransfer", payload={"status": "Accepted", "data": OPAQUE}, times=1)
        data = {"vendorId": "com.example", "messageId": "m-1", "data": OPAQUE}
        same("answer", charger.call("DataTransfer", data), {"status": "Accepted", "data": OPAQUE})
        backend.seen(identity, "DataTransfer", data)
    for action, literals in (
        ("FirmwareStatusNotification", FIRMWARE_STATUS),
        ("DiagnosticsStatusNotification", DIAGNOSTICS_STATUS),
    ):
        for literal in literals[charger.version]:
            same("answer", charger.call(action, {"status": literal}), {})
            backend.seen(identity, action, {"status": literal})


@scenario()
def versionsTogether(world):
    """Chargers of 1.2, 1.5 and 1.6 share one URL, and each has a WebSocket of its own."""
    world.start()
    chargers = [world.charger(version) for version in VERSIONS]
    for charger in chargers:
        charger.ready()
    refs = [
        (charger, charger.start("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}))
        for charger in chargers
    ]
    for charger, ref in refs:
        same("status", charger.outcome(ref)["payload"]["status"], "Accepted")
        world.backend.wait("connected", identity=charger.identity)
        world.backend.seen(charger.identity, "BootNotification")


@scenario()
def strangeIdentity(world):
    """An identity with blanks, slashes and umlauts reaches the back-end percent-encoded."""
    world.start()
    charger = boot(world, "1.6", "CP/ä #1?x=%41")
    same("identity", world.backend.wait("connected")["identity"], charger.identity)
    told = world.backend.call(charger.identity, "ClearCache", {})
    charger.request("ClearCache")
    same("CALLRESULT", told.get("payload"), {"status": "Accepted"})


@scenario()
def pendingBoot(world):
    """A back-end that answers Pending is Pending for 1.6 and Rejected with the interval for 1.5 (SM-4)."""
    world.start()
    world.backend.answer("BootNotification", payload={"status": "Pending", "currentTime": NOT_ACCEPTED, "interval": 60})
    for version, literal, interval in (("1.5", "Rejected", "heartbeatInterval"), ("1.6", "Pending", "interval")):
        charger = world.charger(version).ready()
        answer = charger.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
        same("answer", answer, {"status": literal, "currentTime": NOT_ACCEPTED, interval: 60})
        if world.backend.untaken("disconnected"):
            raise Failed("the WebSocket must stay open while the answer is Pending")


@scenario()
def centralErrors(world):
    """A CALLERROR of the back-end becomes the SOAP fault of section 7.2."""
    world.start()
    charger = boot(world, "1.5")
    table = (
        ("NotImplemented", "Receiver/NotSupported"),
        ("NotSupported", "Receiver/NotSupported"),
        ("InternalError", "Receiver/InternalError"),
        ("GenericError", "Receiver/InternalError"),
        ("ProtocolError", "Sender/ProtocolError"),
        ("PropertyConstraintViolation", "Sender/ProtocolError"),
    )
    for number, (code, fault) in enumerate(table):
        world.backend.answer("DataTransfer", error={"code": code, "description": "no <&> thanks"}, times=1)
        same("fault for " + code, charger.fault("DataTransfer", {"vendorId": "v%d" % number}), fault)


@scenario()
def repeatedStart(world):
    """A StartTransaction that a charger repeats, with the same or a new MessageID, starts one transaction (SM-7)."""
    world.start()
    charger = boot(world, "1.5")
    world.backend.answer("StartTransaction", payload=dict(ACCEPTED, transactionId=17), hold=True)
    start = dict(connectorId=1, idTag="TAG-1", timestamp=START, meterStart=1000)
    refs = []
    for messageId in ("urn:uuid:one", "urn:uuid:one", "urn:uuid:two"):
        refs.append(charger.start("StartTransaction", start, messageId=messageId))
        world.bridge.logged("soap-in", action="StartTransaction")
    world.backend.seen(charger.identity, "StartTransaction")
    world.backend.obey("release", action="StartTransaction")
    refs.append(charger.start("StartTransaction", start, messageId="urn:uuid:three"))  # after the answer
    for ref in refs:
        same("transaction id", charger.outcome(ref)["payload"]["transactionId"], 17)
    if world.backend.untaken("call", action="StartTransaction"):
        raise Failed("the back-end saw a second StartTransaction")
