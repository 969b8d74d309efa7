#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows what ocpp-soap-cp can be to others beside a good charge point: one that answers badly, one that asks the central
system who it is, and a fleet as a load. Ends with "N passed, N failed"; a failed part says where its logs are.

Usage: cp_peer_test.py [--cp PROGRAM] [--bridge PROGRAM] [--only WORD] [--jobs N]
"""

import argparse
import base64
import json
import os
import signal
import ssl
import sys
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import harness  # noqa: E402
import parts  # noqa: E402
from harness import Failed, same  # noqa: E402
from scenarios.tls import Certificates  # noqa: E402
from soap_central import Central, addContracts, findContracts  # noqa: E402
from tools import VERSIONS, Cp, World, addPrograms, makeAbsolute  # noqa: E402

# How the charge point answers, and what the back-end behind the bridge gets.
MISBEHAVIOUR = [
    ("late 1", "result"),
    ("soap11", "result"),
    ("no-relates-to", "result"),
    ("other-relates-to", "result"),
    ("broken-xml", "error"),
    ("html", "error"),
    ("empty", "error"),
    ("truncated", "error"),
    ("reset", "error"),
    ("silence", "error"),
]


def misbehaving(world, version):
    """Whatever a charge point of OCPP {} does to its answers, the back-end behind the bridge gets the result that can
    still be read, or an error; and good answers again afterwards."""
    seen = {}
    with harness.World(world.options) as between:
        between.start("--charger-timeout", "10")
        cp = Cp(world, between.bridge.url, "--version", version, "--no-write", "must-understand")
        between.backend.seen("CP1", "BootNotification")
        cp.type("wait quiet")
        ask = lambda: between.backend.call("CP1", "ChangeAvailability", {"connectorId": 1, "type": "Operative"})  # noqa: E731
        for how, _ in MISBEHAVIOUR:
            for line, action in (("misbehave %s ClearCache" % how, None), ("misbehave " + how, how), ("behave", "good")):
                cp.type(line)
                cp.type("status")  # when it is told, the line has been read
                cp.says("^connector 1: ")
                told = ask()
                if action == how:
                    seen[how] = told["event"]
                    continue
                same("the answer after `%s`" % line, told.get("payload"), {"status": "Accepted"})
        cp.type("quit")
        cp.exits(0)
    between.remove()
    same("what the back-end got", seen, dict(MISBEHAVIOUR))
    injected = [entry.get("injected") for entry in cp.logged(direction="out", kind="response")]
    same("the log has it", [name for name in injected if name], [how.split()[0] for how, _ in MISBEHAVIOUR])


CLEAR_CACHE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" '
    'xmlns:o="urn://Ocpp/Cp/2015/10/"><s:Header><o:chargeBoxIdentity>CP1</o:chargeBoxIdentity>'
    "<a:MessageID>urn:uuid:1</a:MessageID><a:Action>/ClearCache</a:Action></s:Header>"
    "<s:Body><o:clearCacheRequest/></s:Body></s:Envelope>"
).encode()


def clearCache(url, context=None, **headers):
    """HTTP status; None if the connection was refused or broken off."""
    headers["Content-Type"] = "application/soap+xml; charset=utf-8"
    try:
        request = urllib.request.Request(url, CLEAR_CACHE, headers)
        with urllib.request.urlopen(request, timeout=60, context=context) as answer:
            return answer.status
    except urllib.error.HTTPError as e:
        e.close()
        return e.code
    except (ssl.SSLError, urllib.error.URLError, ConnectionError):
        return None


def doorkeeper(world):
    """Who calls the charge point must send its password, and show a certificate of its CA, if it asks for them."""
    central = Central(world, "1.6")
    certificates = Certificates(world.folder)
    certificates.sign("stranger", "DNS:client", "other")
    basic = lambda text: "Basic " + base64.b64encode(text.encode()).decode()  # noqa: E731
    password = ["--callback-user", "central", "--callback-password-file", world.file("password", "geheim\n")]
    files = ["--tls-cert", certificates.file("server.pem"), "--tls-key", certificates.file("server.key")]
    for arguments, secure in ((password, False), (files + password + ["--client-ca", certificates.file("ca.pem")], True)):
        cp = Cp(world, central.url, *arguments, name="cp%d" % secure)
        url = cp.says("called at: ").split(": ")[1]
        central.heard("BootNotification")
        cp.type("wait registered")

        def context(name=None):
            if not secure:
                return None
            made = ssl.create_default_context(cafile=certificates.file("ca.pem"))
            if name:
                made.load_cert_chain(certificates.file(name + ".pem"), certificates.file(name + ".key"))
            return made

        right = context("client")
        same("no password", clearCache(url, right), 401)
        same("a wrong one", clearCache(url, right, Authorization=basic("central:offen")), 401)
        same("the right one", clearCache(url, right, Authorization=basic("central:geheim")), 200)
        if secure:
            same("no certificate", clearCache(url, context(), Authorization=basic("central:geheim")), None)
            same("a stranger's", clearCache(url, context("stranger"), Authorization=basic("central:geheim")), None)
        cp.type("wait quiet")
        cp.type("quit")
        cp.exits(0)
        same("calls that came through", len(cp.logged(direction="in", kind="request", action="ClearCache")), 1)


FLEET = ["--fleet", "5", "--spread", "0", "--session", "TAG", "--sessions", "0", "--session-seconds", "40",
         "--pause-seconds", "30", "--set", "MeterValueSampleInterval=10", "--source", "127.1.0.1"]
SOURCES = ["127.1.0.%d" % n for n in range(1, 6)]


def turns(world):
    """A fleet in turns makes as many requests as it is asked for, of whole sessions, from an address for each charge point; with
    keep-alive each has one connection for all of them."""
    connections = {}
    for name, more in (("new", []), ("keep", ["--keep-alive"])):
        central = Central(world, "1.6")
        cp = Cp(world, central.url, *FLEET, "--at-once", "2", *more, name=name)
        booted = json.loads(cp.says(r'^{"registered"', 60))
        same("boots", booted, {"registered": 5, "faults": 0, "unanswered": 0})
        cp.type("requests 0")
        cp.says("`requests N` is all")
        for _ in range(2):
            cp.type("requests 100")
            told = json.loads(cp.says(r'^{"requests"', 60))
            same("all answered", (told["answered"], told["faults"], told["unanswered"]), (told["requests"], 0, 0))
            if not 100 <= told["requests"] < 130 or told["p50us"] > told["p99us"] or told["p99us"] == 0:
                raise Failed("odd numbers: %s" % told)
        books = central.books()
        connections[name] = books["connections"]
        stopped = [each for each in books["transactions"] if each["stops"]]
        # Time flies: each charged for 40 s, and was read every 10 s.
        if len(stopped) < 8 or {len(each["values"]) for each in stopped} - {3, 4, 5}:
            raise Failed("sessions are not whole: %s" % stopped)
        cp.child.send_signal(signal.SIGINT)
        cp.exits(0)
    same("sources", sorted(connections["new"]), SOURCES)
    same("connections kept", connections["keep"], dict.fromkeys(SOURCES, 1))
    if min(connections["new"].values()) < 20:
        raise Failed("connections: %s" % connections["new"])


def paced(world):
    """A fleet with a rate goes on by itself until it is ended."""
    central = Central(world, "1.6")
    cp = Cp(world, central.url, *FLEET, "--rate", "40", "--report", "1", name="rate")
    cp.says(r" [1-9]\d* sessions, 0 failed", 120)
    cp.type("requests 10")
    cp.says("a fleet by itself takes no commands")
    cp.child.send_signal(signal.SIGTERM)
    cp.exits(0)


PARTS = [(misbehaving, version) for version in VERSIONS] + [(each, None) for each in (doorkeeper, turns, paced)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    addPrograms(parser, "bridge", "cp")
    addContracts(parser)
    parts.addArguments(parser, 6)
    options = parser.parse_args()
    makeAbsolute(options, "bridge", "cp")
    findContracts(options)
    return parts.runParts(PARTS, options, World)


if __name__ == "__main__":
    sys.exit(main())
