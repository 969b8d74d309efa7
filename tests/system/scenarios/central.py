# SPDX-License-Identifier: GPL-2.0-or-later
"""What the back-end asks of chargers: every CS->CP operation, emulations, faults, and both directions at once."""

from harness import Failed, same
from samples import EXCHANGES, START, START_J
from scenarios import VERSIONS, scenario
from scenarios.session import boot, statusOf


@scenario("asan", versions=VERSIONS)
def everyOperation(world, version):
    """The back-end sends all 19 CS->CP operations to a {version} charger: each arrives with its content,
    or gets the answer of section 6."""
    world.start()
    operations(world, boot(world, version))


def operations(world, charger):
    """The back-end's CALLs one after the other; the last word of each is compared on both sides."""
    version = charger.version
    for exchange in EXCHANGES:
        soap, answer, result = (
            exchange.at(cell, version) for cell in (exchange.soap, exchange.answer, exchange.result)
        )
        if soap is not None:
            charger.answer(exchange.action, payload=answer, times=1)
        told = world.backend.call(charger.identity, exchange.action, exchange.call)
        if told["event"] != "result":
            raise Failed("%s got %s" % (exchange.action, told))
        if soap is not None:
            charger.request(exchange.action, soap)
        same("CALLRESULT " + exchange.action, told["payload"], result)
        if charger.untaken("request"):
            raise Failed("%s must not reach a %s charger: %s" % (exchange.action, version, charger.untaken("request")))


@scenario()
def triggeredStatus(world):
    """TriggerMessage(StatusNotification) of a 1.5 charger is answered first, then told from memory with original
    times (EM-3)."""
    chargers = world.file("chargers.json", {"CP-1.5": {"connectors": 2}})
    world.start("--chargers", chargers)
    charger = boot(world, "1.5")
    for connector in (0, 1, 2):
        charger.call(
            "StatusNotification",
            {
                "connectorId": connector,
                "status": "Unavailable" if connector == 2 else "Available",
                "errorCode": "NoError",
                "timestamp": START,
            },
        )
        statusOf(world, charger, connector, "Unavailable" if connector == 2 else "Available", timestamp=START_J)
    told = world.backend.call(charger.identity, "TriggerMessage", {"requestedMessage": "StatusNotification"})
    same("CALLRESULT", told.get("payload"), {"status": "Accepted"})
    for connector in (0, 1, 2):
        statusOf(world, charger, connector, "Unavailable" if connector == 2 else "Available", timestamp=START_J)
    told = world.backend.call(
        charger.identity, "TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 9}
    )
    same("CALLRESULT", told.get("payload"), {"status": "Rejected"})
    if charger.untaken("request"):
        raise Failed("nothing may be sent to the charger: %s" % charger.untaken("request"))


@scenario()
def configurationKeys(world):
    """HeartbeatInterval is HeartBeatInterval for a 1.5 charger, and keys that the bridge owns never reach it
    (CK-1, CK-3, CK-4)."""
    world.start()
    charger = boot(world, "1.5")
    told = world.backend.call(charger.identity, "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "120"})
    same("CALLRESULT", told.get("payload"), {"status": "Accepted"})
    charger.request("ChangeConfiguration", {"key": "HeartBeatInterval", "value": "120"})
    told = world.backend.call(charger.identity, "GetConfiguration", {"key": ["SupportedFeatureProfiles"]})
    same("key", told["payload"]["configurationKey"][0]["key"], "SupportedFeatureProfiles")
    if charger.untaken("request"):
        raise Failed("a key of the bridge was asked from the charger")
    charger.answer(
        "GetConfiguration",
        payload={"configurationKey": [{"key": "HeartBeatInterval", "readonly": False, "value": "120"}]},
        times=1,
    )
    told = world.backend.call(charger.identity, "GetConfiguration", {})
    charger.request("GetConfiguration", {})
    keys = {entry["key"]: entry for entry in told["payload"]["configurationKey"]}
    same("value", keys["HeartbeatInterval"]["value"], "120")
    if "HeartBeatInterval" in keys or "AuthorizationKey" in keys or "SupportedFeatureProfiles" not in keys:
        raise Failed("reported keys: %s" % sorted(keys))


@scenario("asan")
def chargerFaults(world):
    """A fault of a charger becomes the CALLERROR of section 7.3, or the negative status of section 6.2."""
    world.start()
    charger = boot(world, "1.6")
    table = (
        ("Sender", "SecurityError", "SecurityError"),
        ("Sender", "ProtocolError", "ProtocolError"),
        ("Receiver", "InternalError", "InternalError"),
        ("Receiver", "NotSupported", "NotSupported"),
        ("Sender", "IdentityMismatch", "GenericError"),
        ("Receiver", "", "InternalError"),
        ("Sender", "", "ProtocolError"),
    )
    for code, subcode, error in table:
        charger.answer("Reset", fault={"code": code, "subcode": subcode, "reason": "because <&>"}, times=1)
        told = world.backend.call(charger.identity, "Reset", {"type": "Hard"})
        charger.request("Reset")
        same("CALLERROR for %s/%s" % (code, subcode), told.get("code"), error)
    charger.answer("UnlockConnector", fault={"code": "Receiver", "subcode": "NotSupported"}, times=1)
    told = world.backend.call(charger.identity, "UnlockConnector", {"connectorId": 1})
    same("CALLRESULT", told.get("payload"), {"status": "NotSupported"})
    for answer, error in (
        ({"status": 404}, "GenericError"),
        ({"status": 500}, "InternalError"),
        ({"status": 200, "body": "<html/>"}, "GenericError"),
        ({"status": 401}, "SecurityError"),
    ):
        charger.answer("ClearCache", http=answer, times=1)
        told = world.backend.call(charger.identity, "ClearCache", {})
        same("CALLERROR for HTTP %s" % answer, told.get("code"), error)


@scenario("asan")
def wrongCalls(world):
    """Wrong CALLs of a back-end get the CALLERROR that 1.6-J names for them, and none reaches the charger."""
    world.start()
    charger = boot(world, "1.5")
    table = (
        ("Foo", {}, ["NotImplemented"]),
        ("Reset", {}, ["OccurenceConstraintViolation"]),
        ("Reset", {"type": "Warm"}, ["PropertyConstraintViolation"]),
        ("UnlockConnector", {"connectorId": "x"}, ["TypeConstraintViolation"]),
        ("ChangeConfiguration", {"key": "k" * 51, "value": "v"}, ["PropertyConstraintViolation"]),
    )
    for number, (action, payload, codes) in enumerate(table):
        world.backend.obey("raw", identity=charger.identity, frame=[2, "raw-%d" % number, action, payload])
        frame = world.backend.wait("frame")["frame"]
        if frame[0] != 4 or frame[2] not in codes or not isinstance(frame[4], dict):
            raise Failed("%s %s got %s" % (action, payload, frame))
    if charger.untaken("request"):
        raise Failed("the charger was asked: %s" % charger.untaken("request"))


@scenario()
def unreachableCharger(world):
    """A charger whose endpoint is gone makes the back-end's CALL a GenericError, and its own messages are served on."""
    chargers = world.file("chargers.json", {"CP-1.5": {"callback": "http://127.0.0.1:9/"}})
    world.start("--chargers", chargers)
    charger = boot(world, "1.5")
    told = world.backend.call(charger.identity, "ClearCache", {})
    same("CALLERROR", told.get("code"), "GenericError")
    charger.call("Authorize", {"idTag": "TAG-1"})


@scenario("asan")
def bothDirections(world):
    """A charger that calls Authorize while it has not yet answered RemoteStartTransaction is served at once (SM-11)."""
    world.start()
    for version in VERSIONS:
        charger = boot(world, version)
        charger.answer("RemoteStartTransaction", hold=True, times=1)
        ref = world.backend.start(charger.identity, "RemoteStartTransaction", {"idTag": "TAG-1", "connectorId": 1})
        charger.request("RemoteStartTransaction")
        charger.call("Authorize", {"idTag": "TAG-1"})
        world.backend.seen(charger.identity, "Authorize")
        charger.call("StartTransaction", dict(connectorId=1, idTag="TAG-1", timestamp=START, meterStart=1))
        world.backend.seen(charger.identity, "StartTransaction")
        if world.backend.untaken("result"):
            raise Failed("RemoteStartTransaction was answered before the charger answered it")
        charger.release("RemoteStartTransaction")
        same("CALLRESULT", world.backend.outcome(ref).get("payload"), {"status": "Accepted"})


@scenario()
def oneAtATime(world):
    """A charger gets one request at a time; the next one follows when it has answered (SM-11)."""
    world.start()
    charger = boot(world, "1.6")
    charger.answer("Reset", hold=True, times=1)
    first = world.backend.start(charger.identity, "Reset", {"type": "Soft"})
    charger.request("Reset")
    # past ocpp-rpc's own queue of one, so that both CALLs are on the wire
    world.backend.obey("raw", identity=charger.identity, frame=[2, "raw-1", "ClearCache", {}])
    charger.call("Authorize", {"idTag": "TAG-1"})  # a round trip through the bridge after it has read the second CALL
    if charger.untaken("request"):
        raise Failed("a second request was sent while the first was unanswered")
    charger.release("Reset")
    charger.request("ClearCache")
    world.backend.outcome(first)
    same("CALLRESULT", world.backend.wait("frame")["frame"], [3, "raw-1", {"status": "Accepted"}])
