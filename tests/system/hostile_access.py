# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile neighbours, strangers and readers of the log (FIELD C7, C8): each function is a row of its own bridge."""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import time

import hostile_request
import soap_texts as soap
from harness import Bridge
from patience import until
from raw_http import Http
from raw_ws import Central

PATIENCE = 60.0
FLOOD = 3000  # more lines than a pipe and its reader's buffer hold


def wrongDoor():
    head = ["GET /ocpp HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade", "X-Padding: " + "x" * 100]
    return ("\r\n".join(head) + "\r\n\r\n").encode()


def freePort():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def flooded(port, count=FLOOD):
    """So many requests that are worth a line each; the number of those that were answered."""
    line = Http(port, PATIENCE)
    answered = 0
    for _ in range(count):
        line.send(wrongDoor())
        answered += line.answer()[0] == 400
    line.close()
    return answered


def stalledReader(options, folder):
    """Nobody reads the log: everybody is served, and SIGTERM ends the process."""
    reader, writer = os.pipe()
    port = freePort()
    command = [options.bridge, "--listen", "127.0.0.1:%d" % port, "--auto-register", "--log-limit", "0"]
    child = subprocess.Popen(command, stdout=writer, stderr=writer)
    os.close(writer)
    try:
        until(lambda: listening(port), "a port that listens", PATIENCE)
        begin = time.monotonic()
        answered = flooded(port)
        yield "a flood of lines that nobody reads is answered", None if answered == FLOOD else "%d of them" % answered
        yield "without waiting for the reader", None if time.monotonic() - begin < PATIENCE / 2 else "slowly"
        body = soap.envelope("1.6", "CP-1", "BootNotification", soap.boot("1.6"), "m")
        status = Http(port, PATIENCE).send(hostile_request.post(body)).answer()[0]
        yield "an honest charger is served meanwhile", None if status == 200 else str(status)
        child.send_signal(signal.SIGTERM)
        try:
            status = child.wait(20)
        except subprocess.TimeoutExpired:
            status = "no end"
        yield "SIGTERM ends it although the log is stuck", None if status == 0 else str(status)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        os.close(reader)


def listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def floodedLog(options, folder):
    """Strangers cannot write many lines of a kind, and hide no other kind; what was left out is told."""
    arguments = ["--log-limit", "6", "--central-url", "ws://127.0.0.1:1/", "--chargers", written(folder, {"CP-1": {}})]
    bridge = Bridge(folder, options, arguments, durable=False, trace=False)
    flooded(bridge.port, 500)
    evil = "CP\u202e1\u009b"
    line = Http(bridge.port, PATIENCE)
    line.send(hostile_request.post(soap.envelope("1.6", evil, "BootNotification", soap.boot("1.6"), "m")))
    status = line.answer()[0]
    yield "an identity with control and format characters is refused", None if status >= 400 else str(status)
    for i in range(100):
        line = Http(bridge.port, PATIENCE)
        line.send(hostile_request.post(soap.envelope("1.6", "CP-%d" % (i + 2), "BootNotification", soap.boot("1.6"), "m")))
        line.answer()
        line.close()
    bridge.terminate()
    text = bridge.written()
    for event, most in (("wrong-door", 7), ("refused", 14), ("soap-refused", 1)):  # refused: for two reasons
        count = len(re.findall('"event":"%s"' % event, text))
        yield "%s is a few lines of the log" % event, None if 1 <= count <= most else "%d lines" % count
    yield "the others are counted", None if '"more":"494"' in text else "no count"
    hidden = [c for c in text if c in "\u202e\u009b"]
    yield "and no line holds characters that are not seen", "it does" if hidden else None


def written(folder, chargers):
    path = os.path.join(folder, "chargers.json")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(chargers, file)
    return path


def neighbour(options, folder):
    """A neighbour behind the same address guesses; chargers with the right password are heard."""
    sha = subprocess.run(["openssl", "passwd", "-6", "hashed"], check=True, capture_output=True, text=True).stdout.strip()
    fleet = {"CP-1": {"soapPassword": "right"}, "CP-2": {"soapPassword": "other"}, "CP-3": {"soapPasswordHash": sha}}
    central = Central()
    arguments = ["--central-url", central.url, "--chargers", written(folder, fleet), "--auth-failures", "5"]
    bridge = Bridge(folder, options, arguments, durable=False, trace=False)

    def status(identity, password, user=None):
        shown = base64.b64encode(("%s:%s" % (user or identity, password)).encode()).decode()
        body = soap.envelope("1.6", identity, "BootNotification", soap.boot("1.6"), soap.newMessageId())
        line = Http(bridge.port, PATIENCE)
        line.send(hostile_request.post(body, "Authorization: Basic " + shown))
        result = line.answer()[0]
        line.close()
        return result

    guesses = [status("CP-2", "guess%d" % i) for i in range(30)]
    wanted = [401] * 5 + [429] * 25
    yield "who guesses has to wait", None if guesses == wanted else str(guesses)
    named = [status("CP-1", "guess%d" % i) for i in range(30)]
    yield "also with another's name", None if set(named) == {429} else str(named)
    for identity, password in (("CP-1", "right"), ("CP-2", "other"), ("CP-3", "hashed")):
        heard = status(identity, password)
        yield "%s with the right password is heard at once" % identity, None if heard == 200 else str(heard)
    again = [status("CP-3", "hashed") for _ in range(20)]
    yield "and again", None if set(again) == {200} else str(again)
    bridge.terminate()
    central.close()


def strangers(options, folder):
    """--auto-register with a back-end that accepts nobody: a flood of strangers leaves nothing behind."""
    arguments = ["--central-url", "ws://127.0.0.1:1/", "--auto-register", "--soap-hold", "1"]
    bridge = Bridge(folder, options, arguments, durable=True, trace=False)
    lines = []
    for i in range(700):
        body = soap.envelope("1.6", "WHO-%d" % i, "Heartbeat", "", soap.newMessageId())
        lines.append(Http(bridge.port, PATIENCE).send(hostile_request.post(body)))
        if len(lines) >= 100:
            drainAll(lines)
    drainAll(lines)
    line = Http(bridge.port, PATIENCE).send(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    health = json.loads(line.answer()[2])
    known = health["chargers"]["known"]
    yield "strangers are a few at a time", None if 0 < known <= 500 else str(known)
    bridge.terminate()
    kept = subprocess.run(
        [options.bridge, "queue", "--data-dir", os.path.join(folder, "data"), "list", "--all"],
        capture_output=True, text=True)
    yield "and leave nothing in the queue", "WHO-" + kept.stdout[:200] if "WHO-" in kept.stdout else None
    again = Bridge(folder, options, arguments, durable=True, trace=False)
    restored = again.logged("restored")["text"]
    yield "nor in the data directory", None if restored == "0 chargers" else restored
    again.terminate()


def drainAll(lines):
    for line in lines:
        line.answer()
        line.close()
    lines.clear()


ROWS = (stalledReader, floodedLog, neighbour, strangers)
