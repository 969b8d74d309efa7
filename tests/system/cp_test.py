#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows that ocpp-soap-cp does what it says: against a central system on npm soap made from the published contracts (ours
if they are not there), through the bridge to ocpp-rpc in strict mode, and against ocpp-soap-cs. Every message that it
writes is judged by the schema; cp_kill_test.py cuts its power. Ends with "N passed, N failed"; a failed part says where its
logs are.

Usage: cp_test.py [--cp PROGRAM] [--cs PROGRAM] [--bridge PROGRAM] [--only WORD] [--jobs N]
"""

import argparse
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import harness  # noqa: E402
import parts  # noqa: E402
from harness import ROOT, Failed, matches, same  # noqa: E402
from soap_central import Central, addContracts, findContracts  # noqa: E402
from tools import ENVIRONMENT, VERSIONS, Cp, Cs, Judge, World, addPrograms, makeAbsolute  # noqa: E402


# --- every operation ---

EXPIRY = "2035-01-01T00:00:00Z"
PROFILE = {
    "chargingProfileId": 7,
    "stackLevel": 1,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": "10.0"}]},
}
# action, since which version, request, what the answer must have
OPERATIONS = [
    ("ChangeAvailability", "1.2", {"connectorId": 1, "type": "Inoperative"}, {"status": "Accepted"}),
    ("ChangeAvailability", "1.2", {"connectorId": 1, "type": "Operative"}, {"status": "Accepted"}),
    ("ChangeConfiguration", "1.2", {"key": "MeterValueSampleInterval", "value": "1"}, {"status": "Accepted"}),
    ("ChangeConfiguration", "1.2", {"key": "NumberOfConnectors", "value": "9"}, {"status": "Rejected"}),
    ("ClearCache", "1.2", {}, {"status": "Accepted"}),
    ("DataTransfer", "1.5", {"vendorId": "ocpp-soap-gateway", "data": "a<b"}, {"status": "Accepted", "data": "a<b"}),
    ("DataTransfer", "1.5", {"vendorId": "somebody"}, {"status": lambda text: text.startswith("UnknownVendor")}),
    ("GetConfiguration", "1.5", {"key": ["MeterValueSampleInterval", "Nonsense"]},
     lambda told: "Nonsense" in json.dumps(told["unknownKey"]) and '"1"' in json.dumps(told["configurationKey"])),
    ("GetLocalListVersion", "1.5", {}, {"listVersion": lambda n: int(n) == 0}),
    ("ReserveNow", "1.5", {"connectorId": 1, "expiryDate": EXPIRY, "idTag": "X", "reservationId": 5},
     {"status": "Accepted"}),
    ("CancelReservation", "1.5", {"reservationId": 5}, {"status": "Accepted"}),
    ("CancelReservation", "1.5", {"reservationId": 5}, {"status": "Rejected"}),
    ("UnlockConnector", "1.2", {"connectorId": 1}, {"status": lambda text: text in ("Accepted", "Unlocked")}),
    ("SetChargingProfile", "1.6", {"connectorId": 1, "csChargingProfiles": PROFILE}, {"status": "Accepted"}),
    ("GetCompositeSchedule", "1.6", {"connectorId": 1, "duration": 600, "chargingRateUnit": "A"},
     {"status": "Accepted", "chargingSchedule": {"chargingSchedulePeriod": {"limit": lambda text: float(text) == 10}}}),
    ("ClearChargingProfile", "1.6", {"id": 7}, {"status": "Accepted"}),
    ("ClearChargingProfile", "1.6", {"id": 7}, {"status": "Unknown"}),
    ("TriggerMessage", "1.6", {"requestedMessage": "MeterValues", "connectorId": 1}, {"status": "Accepted"}),
]


def localList(version):
    name = "localAuthorizationList" if version == "1.6" else "localAuthorisationList"
    entry = {"idTag": "LISTED", "idTagInfo": {"status": "Accepted"}}
    return {"updateType": "Full", "listVersion": 3, name: [entry]}


def every(world, version):
    """All operations that OCPP {} has for charge points, from npm soap made of the contracts: each has its answer
    and its effect, and every message of ours fits the schema."""
    central = Central(world, version)
    identity = "CP <1> &"
    cp = Cp(world, central.url, "--version", version, "--id", identity, "--no-write", "must-understand")
    central.heard("BootNotification", chargePointVendor="ocpp-soap-gateway")
    central.heard("StatusNotification", connectorId=lambda n: int(n) == 1, status="Available")
    ask = lambda action, payload: central.call(identity, action, payload)  # noqa: E731
    done = set()
    for action, since, request, wanted in OPERATIONS:
        if version < since:
            continue
        told = ask(action, request)
        if not matches(told, wanted):
            raise Failed("%s %s was answered %s" % (action, request, told))
        done.add(action)
    if version != "1.2":
        same("SendLocalList", ask("SendLocalList", localList(version))["status"], "Accepted")
        same("list version", int(ask("GetLocalListVersion", {})["listVersion"]), 3)
        done.add("SendLocalList")
    # A session from afar.
    same("remote start", ask("RemoteStartTransaction", {"connectorId": 1, "idTag": "FAR"})["status"], "Accepted")
    cp.type("plug")
    central.heard("StartTransaction", idTag="FAR")
    cp.says("< StartTransaction.conf")
    cp.says("> MeterValues")
    central.heard("MeterValues")
    same("remote stop", ask("RemoteStopTransaction", {"transactionId": 1})["status"], "Accepted")
    central.heard("StopTransaction", transactionId=lambda n: int(n) == 1)
    cp.type("unplug")
    central.heard("StatusNotification", status="Available")
    ask("GetDiagnostics", {"location": "ftp://127.0.0.1/up"})
    central.heard("DiagnosticsStatusNotification", status="Uploaded")
    ask("UpdateFirmware", {"retrieveDate": "2020-01-01T00:00:00Z", "location": "ftp://127.0.0.1/fw"})
    central.heard("FirmwareStatusNotification", status="Downloaded")
    central.heard("BootNotification")
    central.heard("FirmwareStatusNotification", status="Installed")
    same("interval", ask("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "1"})["status"], "Accepted")
    central.heard("Heartbeat")
    cp.type("tag NEAR")
    central.heard("Authorize", idTag="NEAR")
    same("reset", ask("Reset", {"type": "Soft"})["status"], "Accepted")
    central.heard("BootNotification")
    cp.type("wait registered")
    if version != "1.2":
        cp.type("data ocpp-soap-gateway greet text")
        central.heard("DataTransfer", data="text")
    cp.type("wait quiet")
    cp.type("quit")
    cp.exits(0)
    done |= {"RemoteStartTransaction", "RemoteStopTransaction", "GetDiagnostics", "UpdateFirmware", "Reset"}
    same("operations", len(done), {"1.2": 9, "1.5": 15, "1.6": 19}[version])
    kinds = cp.judged(world.options.judges[version])
    same("answers judged", len([k for k in kinds if k[1] == "response"]), len(done))
    same("requests judged", len([k for k in kinds if k[1] == "request"]), 9 if version == "1.2" else 10)
    same("requests not understood", cp.logged(kind="trouble"), [])


# --- sessions ---


def throughBridge(world, version):
    """A session of OCPP {} arrives whole at ocpp-rpc in strict mode behind the bridge, and a remote stop comes back."""
    with harness.World(world.options) as between:
        between.start()
        cp = Cp(world, between.bridge.url, "--version", version, "--session", "TAG7", "--session-seconds", "300",
                "--set", "MeterValueSampleInterval=1")
        backend = between.backend
        same("boot", backend.seen("CP1", "BootNotification")["chargePointModel"], "ocpp-soap-cp")
        start = backend.seen("CP1", "StartTransaction")
        same("tag", (start["idTag"], start["connectorId"]), ("TAG7", 1))
        backend.seen("CP1", "MeterValues")
        told = backend.call("CP1", "RemoteStopTransaction", {"transactionId": 1001})
        same("remote stop", told["payload"], {"status": "Accepted"})
        stop = backend.seen("CP1", "StopTransaction")
        same("stop", (stop["transactionId"], stop["meterStop"] > start["meterStart"]), (1001, True))
        cp.exits(0)
        cp.judged(world.options.judges[version])
    between.remove()


def withCs(world):
    """Sessions of all versions and of every profile of writing against ocpp-soap-cs; refused tags and absent central
    systems make the exit status 1."""
    rules = {"tags": [{"idTag": "BAD*", "status": "Blocked"}]}
    url = Cs(world, "--api", "none", "--config", world.file("cs.json", rules)).url
    runs = [(["--version", version], 0) for version in VERSIONS]
    runs += [(["--profile", name], 0) for name in ("javaoca", "cxf", "gsoap", "apostol", "minimal12", "ev-server")]
    runs.append((["--fleet", "25", "--spread", "1", "--connectors", "2"], 0))
    children = []
    for number, (arguments, status) in enumerate(runs):
        more = ["--session", "T", "--session-seconds", "1", "--id", "R%d" % number]
        children.append((Cp(world, url, *arguments, *more, name="run%d" % number), status))
    for child, status in children:
        same("sessions", "0 failed" in child.exits(status), True)
    said = Cp(world, url, "--session", "BAD1", name="bad").exits(1)
    same("refused", "CP1: session failed: tag BAD1 was refused" in said, True)
    said = Cp(world, "http://127.0.0.1:9/", "--session", "T", "--patience", "1", name="nobody").exits(1)
    same("nobody", "it was not registered" in said, True)


SCRIPT = """
# A whole afternoon
wait registered
start TAG1
wait transaction
wait Charging
ev pauses
wait SuspendedEV
wait sent StatusNotification {"status":"SuspendedEV"} within 5
ev draws
warn WeakSignal
fault GroundFailure
wait Faulted
clear GroundFailure
wait Charging
meter 5000
tag OTHER
wait refused-tag
expect transaction
tag TAG1
wait idle
wait sent StopTransaction {"meterStop":5000,"reason":"Local"}
unplug
wait Available
wait quiet
expect not transaction
power off
power on
wait sent BootNotification
wait quiet
"""


def scripts(world):
    """A script acts at the board and waits for what follows; one that expects wrongly ends with 1 and names the line; mistakes
    end with 2 and name theirs."""
    url = Cs(world, "--api", "none").url
    run = lambda text, *more, name: Cp(  # noqa: E731
        world, url, "--script", world.file(name + ".txt", text), "--id", name, *more, name=name)
    good = run(SCRIPT, name="good")
    good.exits(0)
    good.judged(world.options.judges["1.6"])
    said = run("wait registered\nexpect Charging\nquit\n", name="wrong").exits(1)
    same("wrong", "wrong.txt:2: not so: expect Charging" in said, True)
    said = run("wait Charging within 1\n", name="late").exits(1)
    same("late", "late.txt:1: not in time" in said, True)
    said = run("plug\n\ntag\n", name="mistake").exits(2)
    same("mistake", "mistake.txt:3: the line ends where an idTag should stand" in said, True)
    for line, what in (("plug 2", "'2' is not a whole number from 1 to 1"), ("hum", "'hum' is no command"),
                       ("wait sent Reset", "no message of charge points"), ("fault Hot", "'Hot' is not an error code")):
        same(line, what in run(line, name="m" + line.split()[0]).exits(2), True)
    same("quit", run("quit 7", name="seven").exits(7) is not None, True)


def secured(world):
    """HTTPS in both directions, with the certificate checked; a wrong one is not spoken to. HTTP Basic is sent."""
    key, cert = os.path.join(world.folder, "key.pem"), os.path.join(world.folder, "cert.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    cs = Cs(world, "--api", "none", "--tls-cert", cert, "--tls-key", key, "--charger-ca", cert)
    url = cs.url
    more = ["--tls-cert", cert, "--tls-key", key, "--session-seconds", "600", "--session", "T"]
    cp = Cp(world, url, "--central-ca", cert, *more)
    cp.says("< StartTransaction.conf")
    cs.child.stdin.write("CP1 RemoteStopTransaction {\"transactionId\":1}\nexpect {\"status\":\"Accepted\"}\n")
    cs.child.stdin.flush()
    cp.exits(0)
    same("self-signed", Cp(world, url, "--self-signed", "--session", "T", "--session-seconds", "0", "--id", "S",
                           name="selfsigned").exits(0) is not None, True)
    said = Cp(world, url, "--session", "T", "--patience", "1", name="distrust").exits(1)
    same("distrust", "certificate" in said, True)
    chargers = world.file("chargers.json", json.dumps({"CP1": {"soapPassword": "geheim"}}))
    with harness.World(world.options) as between:
        between.start("--chargers", chargers)
        password = ["--user", "CP1", "--password-file", world.file("password", "geheim\n")]
        for arguments, status in ((password, 0), ([], 1)):
            Cp(world, between.bridge.url, "--session", "T", "--session-seconds", "0", "--patience", "5", *arguments,
               name="basic%d" % status).exits(status)
    between.remove()


# --- the rest ---


def helpIsTrue(world):
    """README and man page have what --help-table says; mistakes in options are named."""
    ask = lambda *a: subprocess.run([world.options.cp, *a], capture_output=True, text=True, env=ENVIRONMENT)  # noqa: E731
    table = ask("--help-table").stdout
    with open(os.path.join(ROOT, "README.md")) as readme:
        same("README has the table", table in readme.read() and len(table) > 1000, True)
    same("man page", ".SH EXIT STATUS" in ask("--help-man").stdout, True)
    for arguments, what in (([], "option central"), (["--central", "ftp://x"], "is no http:// or https://"),
                            (["--central", "http://x", "--user", "a"], "one needs the other"),
                            (["--central", "http://x", "--profile", "odd"], "is none of oca"),
                            (["--central", "http://x", "--listen", "0.0.0.0:0"], "option public-url"),
                            (["--central", "http://x", "--session", "x" * 21], "is no idTag")):
        told = ask(*arguments)
        same(" ".join(arguments), (told.returncode, what in told.stderr), (2, True))


PARTS = (
    [(every, version) for version in VERSIONS]
    + [(throughBridge, version) for version in VERSIONS]
    + [(each, None) for each in (withCs, scripts, secured, helpIsTrue)]
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    addPrograms(parser, "bridge", "cs", "cp")
    addContracts(parser)
    parts.addArguments(parser, 8)
    options = parser.parse_args()
    makeAbsolute(options, "bridge", "cs", "cp")
    findContracts(options)
    options.judges = {version: Judge(options.contracts(version)) for version in VERSIONS}
    print("contracts: %s" % options.contracts("1.6")[0], flush=True)
    return parts.runParts(PARTS, options, World)


if __name__ == "__main__":
    sys.exit(main())
