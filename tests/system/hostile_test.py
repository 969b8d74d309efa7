#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A table of hostile inputs on every wire of the bridge: each gets its stated answer, the memory of the bridge stays
bounded, nobody is called whom only the attacker named, and an honest charger is served all the while (issue 4).

Ends with "N passed, N failed"; exits 1 when anything failed."""

import argparse
import concurrent.futures
import itertools
import json
import os
import re
import select
import socket
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import hostile_access  # noqa: E402
import hostile_load  # noqa: E402
import hostile_peers  # noqa: E402
import hostile_request  # noqa: E402
import hostile_soap  # noqa: E402
import soap_texts as soap  # noqa: E402
from durable import DEFAULT_BRIDGE  # noqa: E402
from harness import SANITIZER, Bridge, Failed  # noqa: E402
from hostile_request import CLOSED, END, Dribble  # noqa: E402
from patience import pace  # noqa: E402
from raw_http import Http, Listener  # noqa: E402
from raw_ws import Central, frame, call  # noqa: E402

MIB = 1024 * 1024
PATIENCE = 60.0
MOST_GROWTH = 160 * MIB  # of resident memory; a sanitizer keeps 32 MiB of freed memory and doubles the rest
LIMITS = ["--header-timeout", "3", "--body-timeout", "4", "--idle-timeout", "6", "--charger-timeout", "10"]
LIMITS += ["--callback-allow", "127.0.0.0/8", "--auth-failures", "1000"]
LIMITS += ["--max-unfinished", "16", "--reconnect-first", "1", "--drain-timeout", "1"]


def memory(pid, what="VmRSS"):
    """In bytes."""
    with open("/proc/%d/status" % pid) as status:
        return int(re.search(what + r":\s+(\d+) kB", status.read()).group(1)) * 1024


class Honest(threading.Thread):
    """A charger that does its work during everything; remembers how long each answer took."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.stop, self.took, self.trouble = port, False, [], None

    def run(self):
        line = soap.Connection(self.port)
        actions = [("Heartbeat", ""), ("Authorize", soap.authorize("TAG")), ("StatusNotification", None)]
        count = 0
        while not self.stop:
            action, inner = actions[count % 3]
            count += 1
            if inner is None:
                inner = soap.status(1, "Available", 1767225600000 + count * 1000)
            begin = time.monotonic()
            try:
                answer = line.post(soap.envelope("1.6", "CP-HONEST", action, inner, soap.newMessageId()), PATIENCE)
                if answer.fault:
                    self.trouble = "%s got %s" % (action, answer.reason())
            except soap.Unanswered as e:
                self.trouble = "%s: %s" % (action, e)
            self.took.append(time.monotonic() - begin)
            pace(0.02)


class Test:
    def __init__(self, options, folder):
        self.gate = options.gate
        self.trap = Listener()
        self.central = Central()
        self.charger = Listener(self.answerAsCharger)
        self.answers = {}
        known = {name: {} for name in ("CP-H", "CP-0", "CP-HONEST", "CP-MUTE")}
        for i in range(len(hostile_peers.CENTRAL)):
            known["CP-W%d" % i] = {"callback": "http://127.0.0.1:%d/w" % self.charger.port}
        self.charged = hostile_peers.CHARGER + hostile_peers.CONFIGURATION
        for i in range(len(self.charged)):
            known["CP-C%d" % i] = {"callback": "http://127.0.0.1:%d/%d" % (self.charger.port, i)}
        path = os.path.join(folder, "chargers.json")
        with open(path, "w") as file:
            json.dump(known, file)
        os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=32"
        arguments = ["--central-url", self.central.url, "--chargers", path] + LIMITS
        self.bridge = Bridge(folder, options, arguments, durable=False, trace=False)
        self.results = []

    def check(self, name, trouble):
        self.results.append((name, trouble))
        if trouble:
            print("FAIL  %s: %s" % (name, trouble), flush=True)

    # --- requests of chargers

    def resolved(self, piece):
        return piece.replace(b"TRAP", b"127.0.0.1:%d" % self.trap.port)

    def request(self, row):
        """One connection; why the answers are not those of the row, or None."""
        name, pieces, expected = row
        line = Http(self.bridge.port, PATIENCE)
        try:
            for piece in pieces:
                if piece is END:
                    line.socket.shutdown(socket.SHUT_WR)
                elif isinstance(piece, bytes):
                    line.send(self.lengthened(piece))
                elif isinstance(piece, Dribble):
                    self.dribble(line, piece)
        except (OSError, EOFError):
            pass  # it had enough; its answer may be there
        try:
            for wanted in expected if isinstance(expected, list) else [expected]:
                trouble = self.compare(line, wanted)
                if trouble:
                    return trouble
        finally:
            line.close()
        return None

    @staticmethod
    def dribble(line, piece):
        for byte in itertools.cycle(piece.data):
            line.send(bytes([byte]))
            line.socket.settimeout(piece.pause)
            try:
                line.more()  # it may answer, and will close
            except socket.timeout:
                line.socket.settimeout(PATIENCE)

    def lengthened(self, piece):
        """A TRAP in the body changes its length: counted again."""
        if b"TRAP" not in piece:
            return piece
        head, body = piece.split(b"\r\n\r\n", 1)
        body = self.resolved(body)
        return re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head) + b"\r\n\r\n" + body

    @staticmethod
    def compare(line, wanted):
        if wanted is CLOSED:
            return None if line.ended() and not line.buffer else "not closed, or with %r" % line.buffer[:200]
        try:
            status, headers, body = line.answer()
        except Failed as e:
            return str(e)
        body = body.decode("utf-8", "replace")
        if status != wanted[0] or wanted[1] not in body:
            return "expected %s %r, got %d %r" % (wanted[0], wanted[1], status, body[-400:])
        if status == 503 and "retry-after" not in headers:
            return "503 without Retry-After"
        return None

    # --- the back-end

    def boot(self, identity):
        line = soap.Connection(self.bridge.port)
        answer = line.post(soap.envelope("1.6", identity, "BootNotification", soap.boot("1.6"), "m"), PATIENCE)
        line.close()
        if answer.fault:
            raise Failed("%s cannot boot: %s" % (identity, answer.reason()))
        return self.central.link(identity, PATIENCE)

    def fromCentral(self, row):
        number, (name, data, outcome) = row
        link = self.boot("CP-W%d" % number)
        link.send(data)
        if outcome == "end":
            return None if link.wait(lambda l: l.over, PATIENCE) else "the connection goes on"
        if isinstance(outcome, int):
            link.wait(lambda l: l.over, PATIENCE)
            return None if link.closeCode == outcome else "closed with %s, over %s" % (link.closeCode, link.over)
        if outcome is hostile_peers.IGNORED:
            link.send(frame(json.dumps(call("GetLocalListVersion", {}, "alive")).encode()))
        if not link.wait(lambda l: l.said or l.over, PATIENCE) or not link.said:
            return "no answer; closed with %s" % link.closeCode
        said = json.dumps(link.said[0])
        wanted = "alive" if outcome is hostile_peers.IGNORED else outcome
        return None if wanted in said else "answered %s" % said[:300]

    # --- chargers that answer

    def answerAsCharger(self, sock):
        line = Http.__new__(Http)
        line.socket, line.buffer = sock, b""
        sock.settimeout(PATIENCE)
        try:
            while b"Envelope>" not in line.buffer:
                line.more()
            path = line.buffer.split(b" ")[1].decode()[1:]
            data = hostile_peers.answer(b"") if path == "w" else self.charged[int(path)][1]
            sock.sendall(self.resolved(data))
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass
        except (OSError, EOFError):
            pass
        sock.close()

    def toCharger(self, row):
        number, (name, _, outcome) = row
        link = self.boot("CP-C%d" % number)
        asks = number >= len(hostile_peers.CHARGER)
        link.send(hostile_peers.text(call("GetConfiguration", {}) if asks else hostile_peers.reset()))
        if not link.wait(lambda l: l.said, PATIENCE):
            return "the back-end gets no answer"
        said = json.dumps(link.said[0])
        return None if outcome in said else "the back-end got %s" % said[:300]

    # --- all of it

    def run(self):
        tasks = [("slow: " + row[0], self.request, row) for row in hostile_soap.SLOW]
        for kind in ("XML", "HTTP", "ENCODED"):
            tasks += [("%s: %s" % (kind, row[0]), self.request, row) for row in getattr(hostile_soap, kind)]
        tasks += [("back-end: " + row[0], self.fromCentral, (i, row)) for i, row in enumerate(hostile_peers.CENTRAL)]
        tasks += [("charger: " + row[0], self.toCharger, (i, row)) for i, row in enumerate(self.charged)]
        honest = Honest(self.bridge.port)
        honest.start()
        pid = self.bridge.child.pid
        before = memory(pid)
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            for name, trouble in pool.map(self.one, tasks):
                self.check(name, trouble)
        self.flood(pid)
        self.insist()
        for name, trouble in hostile_load.beside(self.bridge, self.central, honest):
            self.check(name, trouble)
        honest.stop = True
        honest.join()
        peak = memory(pid, "VmHWM")
        took = sorted(honest.took)
        print(
            "%d hostile inputs; honest charger: %d answers, p50 %.0f ms, slowest %.0f ms; resident memory %.0f MiB, "
            "at most %.0f MiB"
            % (len(tasks), len(took), took[len(took) // 2] * 1e3, took[-1] * 1e3, before / MIB, peak / MIB)
        )
        health = hostile_load.health(self.bridge.port)
        longest, gate = health["loop"]["longestTurnMs"], self.gate
        print("longest turn of the loop %.1f ms of CPU time%s" % (longest, "" if gate else " (with a sanitizer)"))
        if gate:
            self.check("no turn is longer than %d ms" % gate, None if longest <= gate else "%.1f ms" % longest)
        self.check("no handler has thrown", health["internal"] and str(health["internal"]))
        self.check("at least 100 rows", None if len(tasks) >= 100 else str(len(tasks)))
        self.check("the honest charger is served all the while", honest.trouble)
        self.check("memory stays bounded", None if peak - before < MOST_GROWTH else "grew by %d" % (peak - before))
        self.check("nobody calls an address of the attacker", "called" if self.trap.connections else None)
        self.bridge.terminate()

    @staticmethod
    def one(task):
        name, run, row = task
        try:
            return name, run(row)
        except Exception as e:  # a row that breaks the test is a failed row
            return name, repr(e)

    def flood(self, pid):
        """100 MB of unfinished bodies at once: most are told to come again, and the small ones are served."""
        lines = []
        for _ in range(120):
            line = Http(self.bridge.port, PATIENCE)
            lines.append(line)
            try:
                line.send(hostile_request.head(*hostile_request.PLAIN, "Content-Length: 1000000"), b"x" * 900_000)
            except OSError:
                pass
        told = 0
        for line in lines:
            try:
                told += line.answer()[0] == 503
            except Failed:
                pass
            line.close()
        self.check("unfinished bodies beyond the budget get 503", None if told > 60 else "%d of 120" % told)

    def insist(self):
        """One charger asks 70 times at once while its back-end is silent: 64 are held, the others come again later."""
        lines = []
        self.boot("CP-MUTE")
        for i in range(70):
            body = soap.envelope("1.6", "CP-MUTE", "Authorize", soap.authorize("T%d" % i), soap.newMessageId())
            lines.append(Http(self.bridge.port, PATIENCE).send(hostile_request.post(body)))
        early = self.answered(lines, 6)
        self.central.unmute.set()
        told = []
        for line in early + [line for line in lines if line not in early]:
            status, headers, _ = line.answer()
            told.append("503" if status == 503 and "retry-after" in headers else str(status))
            line.close()
        trouble = None if told == ["503"] * 6 + ["200"] * 64 else " ".join(told)
        self.check("a charger that insists gets 503 beyond 64 requests, and an answer to each of them", trouble)


    @staticmethod
    def answered(lines, count):
        """The first `count` connections on which something has come."""
        found = []
        deadline = time.monotonic() + PATIENCE
        while len(found) < count and time.monotonic() < deadline:
            left = [line for line in lines if line not in found]
            ready, _, _ = select.select([line.socket for line in left], [], [], 1.0)
            found += [line for line in left if line.socket in ready]
        return found


def crowd(options, folder):
    """Limits of connections: idle ones give way, busy ones do not; who is turned away is told when to come again."""
    central = Central()
    arguments = ["--central-url", central.url, "--auto-register", "--max-connections-per-address", "4"]
    bridge = Bridge(folder, options, arguments, durable=False, trace=False)
    results = []
    idle = [Http(bridge.port, PATIENCE) for _ in range(4)]
    good = hostile_request.post(hostile_soap.GOOD)
    for line in idle:
        line.send(good)
        line.answer()
    newest = Http(bridge.port, PATIENCE).send(good)
    results.append(("an idle connection gives way to a new one", Test.compare(newest, hostile_request.SERVED)))
    results.append(("it is the one that was idle longest", None if idle[0].ended() else "another one"))
    asks = hostile_request.head(*hostile_request.PLAIN, "Content-Length: 10", "Expect: 100-continue")
    busy = [Http(bridge.port, PATIENCE).send(asks) for _ in range(4)]
    for line in busy:
        line.head()  # 100: the bridge waits for the body
    late = Http(bridge.port, PATIENCE)
    results.append(("among busy connections a new one gets 503", Test.compare(late, (503, ""))))
    results.append(("and is closed", None if late.ended() else "it stays"))
    for line in idle + busy + [newest, late]:
        line.close()
    bridge.terminate()
    central.close()
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bridge", default=DEFAULT_BRIDGE)
    parser.add_argument("--gate", type=float, default=0, help="ms of CPU time that a turn may take (release build)")
    options = parser.parse_args()
    options.bridge = os.path.abspath(options.bridge)
    with tempfile.TemporaryDirectory(prefix="ocpp-soap-bridge-hostile-") as folder:
        test = Test(options, folder)
        try:
            test.run()
        except (Failed, OSError) as e:
            test.check("the bridge lives to the end", str(e))
        finally:
            if test.bridge.child.poll() is None:
                test.bridge.child.kill()
        with open(os.path.join(folder, "bridge.log"), errors="replace") as log:
            text = log.read()
        spoken = SANITIZER.search(text)
        test.check("no sanitizer spoke", spoken and text[spoken.start() : spoken.start() + 3000])
        forged = "203.0.113.9" in text
        test.check("the log names who sent it, not who he says he is", "X-Forwarded-For is trusted" if forged else None)
    with tempfile.TemporaryDirectory(prefix="ocpp-soap-bridge-hostile-") as folder:
        for name, trouble in crowd(options, folder) + hostile_load.alone(options, folder):
            test.check(name, trouble)
    for row in hostile_access.ROWS:
        with tempfile.TemporaryDirectory(prefix="ocpp-soap-bridge-hostile-") as folder:
            try:
                for name, trouble in row(options, folder):
                    test.check(name, trouble)
            except (Failed, OSError) as e:
                test.check(row.__doc__, str(e))
    failed = sum(1 for _, trouble in test.results if trouble)
    print("%d passed, %d failed" % (len(test.results) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
