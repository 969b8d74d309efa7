# SPDX-License-Identifier: GPL-2.0-or-later
"""What one peer must not do to the others, beside the rows of hostile_soap and hostile_peers: floods (C2), large honest
messages (C1), a charger that takes the disk (C3), descriptors (C4), handlers that throw (C6). Each function yields (name, trouble or None)."""

import gzip
import json
import os
import select
import signal
import socket
import time

import soap_texts as soap
from harness import Bridge, Failed
from hostile_request import envelope, head, post, stop
from patience import pace, until
from raw_http import Http
from raw_ws import Central

PATIENCE = 60.0
WSDL = b"GET /ocpp?wsdl HTTP/1.1\r\nHost: bridge\r\n\r\n"
DAY = 1440  # moments


def health(port):
    return json.loads(Http(port, PATIENCE).send(head("GET /health HTTP/1.1")).answer()[2])


def beside(bridge, central, honest):
    """Beside an honest charger on the bridge of the table."""
    yield from flood(bridge, honest)
    yield from honestStops(bridge, central)
    yield from doors(bridge)


def flood(bridge, honest):
    """C2: 3.6 MB of requests for the contract in one piece; the honest charger waits for one of them, not for all."""
    reads, deaf = Http(bridge.port, PATIENCE), Http(bridge.port, PATIENCE)
    deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)  # else the kernel takes it all, and nobody reads it
    for line in (reads, deaf):
        line.socket.setblocking(False)
    before, sent, got = len(honest.took), [0, 0], 0
    end = time.monotonic() + 3
    while time.monotonic() < end:
        for i, line in enumerate((reads, deaf)):
            try:
                sent[i] += line.socket.send(WSDL * 1000) if sent[i] < 3_600_000 else 0
            except BlockingIOError:
                pass
        try:
            got += len(reads.socket.recv(1 << 20))
        except BlockingIOError:
            select.select([reads.socket], [], [], 0.05)
    took = sorted(honest.took[before:])
    reads.close()
    deaf.close()
    print(
        "beside a flood of %d and %d bytes for contracts (%.0f MB read): %d honest answers, slowest %.0f ms"
        % (sent[0], sent[1], got / 1e6, len(took), took[-1] * 1e3 if took else 0)
    )
    yield "a flood of requests holds nobody up", None if took and took[-1] < 2 else "slowest %s s" % took[-1:]
    yield "who does not read is not read from", None if sent[1] < 2_000_000 else "%d bytes were taken" % sent[1]


def honestStops(bridge, central):
    """C1: the stop of a day, 1,440 x 4 readings, passes whole, plain and as gzip; larger ones without readings."""
    body = stop(DAY, "CP-H").encode()
    packed = gzip.compress(body.replace(b"<o:meterStop>9<", b"<o:meterStop>10<"))  # not the same stop again (SM-7)
    rows = [("plain", post(body), DAY), ("gzip", post(packed, "Content-Encoding: gzip"), DAY)]
    rows.append(("of four days", post(stop(4 * DAY, "CP-H")), 0))
    for name, request, blocks in rows:
        before = len(central.stops)
        status, _, answer = Http(bridge.port, PATIENCE).send(request).answer()
        until(lambda: len(central.stops) > before, "a stop at the back-end", PATIENCE)
        told = [len(each["sampledValue"]) for each in (central.stops[-1:] or [{}])[0].get("transactionData", [])]
        good = status == 200 and b"stopTransactionResponse" in answer and told == [4] * blocks
        yield "an honest stop, %s" % name, None if good else "%d %r, back-end: %d blocks" % (status, answer[:200], len(told))


def doors(bridge):
    """What goes wrong at the door is counted."""
    told = health(bridge.port)["door"]
    for what in ("not-found", "method", "bad-request", "slow", "large-body", "coding", "large-header", "tls-on-plain"):
        yield "counted at the door: " + what, None if told.get(what) else str(told)
    text = bridge.written()
    lines = text.count('"event":"door"')
    yield "and told in the log, with a limit", None if 0 < lines < 300 else "%d lines" % lines


def alone(options, folder):
    """Rows that want a bridge of their own."""
    found = []
    for row in (throwing, descriptors, greedy, reloads):
        try:
            found += list(row(options, folder))
        except (Failed, OSError) as e:
            found.append((row.__doc__.split(":")[0], repr(e)))
    return found


def throwing(options, folder):
    """C6: a request on which a handler once threw: bytes that are no UTF-8 for the embedded back-end."""
    bridge = Bridge(folder, options, ["--auto-register"], durable=False, trace=False)
    line = soap.Connection(bridge.port)
    line.post(soap.envelope("1.6", "CP1", "BootNotification", soap.boot("1.6"), "m"), PATIENCE)
    for path in ("/embedded/CP1/%ff", "/embedded/%ff/Reset", "/embedded/CP1/\xff", "/embedded/\xff/\xff"):
        request = ("POST %s HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}" % path).encode("latin-1")
        status, _, _ = Http(bridge.port, PATIENCE).send(request).answer()
        yield "an answer to POST %r" % path, None if status in (400, 404, 500, 502) else str(status)
    answer = line.post(soap.envelope("1.6", "CP1", "Heartbeat", "", "m2"), PATIENCE)
    yield "the process lives on", "fault" if answer.fault else None
    bridge.terminate()


def descriptors(options, folder):
    """C4: with few descriptors neither our own WebSockets nor strangers' idle connections lock the HTTP port."""
    few = os.path.join(folder, "few")
    with open(few, "w") as file:
        file.write('#!/bin/sh\nulimit -n 256\nexec "%s" "$@"\n' % options.bridge)
    os.chmod(few, 0o755)
    central = Central()
    chosen = type("Options", (), dict(vars(options), bridge=few))
    arguments = ["--central-url", central.url, "--auto-register", "--max-connections", "4000"]
    bridge = Bridge(folder, chosen, arguments, durable=False, trace=False)
    text = bridge.written()
    yield "the limit that the system does not give is told", None if "max-connections: 4000" in text else text[-500:]
    yield "and what follows is said where it listens", None if "maxWebSockets" in text else text[-500:]
    idle = []
    for i in range(150):  # chargers, each with a WebSocket of ours
        line = soap.Connection(bridge.port)
        line.post(soap.envelope("1.6", "CP%d" % i, "BootNotification", soap.boot("1.6"), "m"), PATIENCE)
        idle.append(line)
    strangers = [socket.create_connection(("127.0.0.1", bridge.port), PATIENCE) for _ in range(300)]
    answer = soap.Connection(bridge.port).post(soap.envelope("1.6", "CP0", "Heartbeat", "", "h"), PATIENCE)
    yield "the port is open for who comes", "fault" if answer.fault else None
    turns = health(bridge.port)["http"]
    yield "idle ones gave way", None if turns["gaveWay"] > 0 else str(turns)
    cpu = processorTime(bridge.child.pid)
    pace(1)  # the second in which it must not spin
    cpu = processorTime(bridge.child.pid) - cpu
    yield "it does not spin", None if cpu < 0.5 else "%.2f s of CPU in one" % cpu
    for each in strangers:
        each.close()
    for line in idle:
        line.close()
    bridge.terminate()
    central.close()


def greedy(options, folder):
    """C3: a charger that floods is refused when its share of the disk is used up; the stops of all are taken."""
    own = os.path.join(folder, "greedy")
    os.makedirs(own, exist_ok=True)
    chargers = os.path.join(own, "chargers.json")
    with open(chargers, "w") as file:
        json.dump({"CP-G": {}, "CP-H": {}}, file)
    arguments = ["--central-url", "ws://127.0.0.1:1/", "--chargers", chargers, "--charger-bytes", "100000"]
    bridge = Bridge(own, options, arguments, trace=False)
    sample = "<o:sampledValue><o:value>1</o:value></o:sampledValue>" * 50
    line, taken = Http(bridge.port, PATIENCE), 0
    for i in range(200):
        moment = "<o:timestamp>2026-01-01T00:%02d:%02dZ</o:timestamp>" % (i // 60, i % 60)
        fields = "<o:connectorId>1</o:connectorId><o:transactionId>7</o:transactionId><o:meterValue>%s%s</o:meterValue>"
        body = "<o:meterValuesRequest>%s</o:meterValuesRequest>" % (fields % (moment, sample))
        header = "<o:chargeBoxIdentity>CP-G</o:chargeBoxIdentity>"
        status, _, answer = line.send(post(envelope(body, header).encode())).answer()
        if status != 200:
            break
        taken += 1
    yield "a flood is refused at its share", None if 5 < taken < 150 and b"share of the disk" in answer else str(taken)
    for who in ("CP-G", "CP-H"):
        status, _, answer = Http(bridge.port, PATIENCE).send(post(stop(2, who).encode())).answer()
        good = status == 200 and b"stopTransactionResponse" in answer
        yield "the stop of %s is taken" % who, None if good else "%d %r" % (status, answer[:200])
    bridge.terminate()


def reloads(options, folder):
    """C8: a reload of 20,000 chargers holds nobody up: it is read beside the loop, and taken over in slices."""
    own = os.path.join(folder, "reloads")
    os.makedirs(own, exist_ok=True)
    chargers = os.path.join(own, "chargers.json")

    def write(connectors):
        entry = {"connectors": connectors, "soapPassword": "the password of one"}
        with open(chargers, "w") as file:
            json.dump({"CP-H": {}, **{"CP-%d" % i: entry for i in range(20000)}}, file)

    write(1)
    bridge = Bridge(own, options, ["--central-url", "ws://127.0.0.1:1/", "--chargers", chargers], durable=False, trace=False)
    line, took, trouble = soap.Connection(bridge.port), [], None
    for connectors in (2, 3, 4):
        write(connectors)
        bridge.signal(signal.SIGHUP)
        done = time.monotonic() + PATIENCE
        while time.monotonic() < done and bridge.written().count('"event":"reloaded"') < connectors - 1:
            begin = time.monotonic()
            answer = line.post(soap.envelope("1.6", "CP-H", "Heartbeat", "", "m%d" % len(took)), PATIENCE)
            took.append(time.monotonic() - begin)
            trouble = trouble or answer.fault and answer.reason()
            pace(0.02)
    text = bridge.written()
    longest = health(bridge.port)["loop"]["longestTurnMs"]
    print("while 20,000 chargers were reloaded three times: %d answers, slowest %.0f ms, longest turn %.1f ms of CPU time"
          % (len(took), max(took) * 1e3, longest))  # fmt: skip
    yield "who is served meanwhile does not notice", trouble or (None if max(took) < 2 else "slowest %.1f s" % max(took))
    yield "20,000 chargers are reloaded", None if text.count("20000 changed") == 3 else text[-400:]
    if options.gate:
        yield "and no turn is longer than %d ms" % options.gate, None if longest <= options.gate else "%.1f ms" % longest
    bridge.terminate()


def processorTime(pid):
    with open("/proc/%d/stat" % pid) as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
