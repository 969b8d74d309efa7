# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of durability share: a bridge that is killed and comes back, its back-end, a charger that insists."""

import http.client
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import soap_texts as soap  # noqa: E402
from harness import HERE, LOOPBACK_CHARGERS, ROOT, SANITIZER, Failed, Peer  # noqa: E402
from patience import pace, until  # noqa: E402

DEFAULT_BRIDGE = os.path.join(ROOT, "build", "ocpp-soap-bridge")
PAGE = os.sysconf("SC_PAGE_SIZE")


def modulesFolder():
    """Where npm has put ocpp-rpc."""
    folders = (os.path.join(ROOT, "build", "peers", "node_modules"), os.path.join(HERE, "node_modules"))
    return next((folder for folder in folders if os.path.isdir(os.path.join(folder, "ocpp-rpc"))), folders[-1])


def freePort():
    """One below the range from which the kernel takes ports for outgoing connections: nobody takes it in between."""
    while True:
        port = random.SystemRandom().randrange(20000, 32000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Gateway:
    """The bridge on one port and one data directory, through any number of lives. Its log goes to a file."""

    def __init__(self, bridge, folder, centralUrl, data=None, arguments=(), environment=None):
        self.port = freePort()
        self.folder = folder
        self.data = data or os.path.join(folder, "data")
        os.makedirs(self.data, exist_ok=True)
        self.command = [bridge, "--listen", "127.0.0.1:%d" % self.port, "--central-url", centralUrl]
        self.command += ["--auto-register", "--data-dir", self.data, "--log", "json", *LOOPBACK_CHARGERS]
        self.command += ["--reconnect-first", "1", "--reconnect-most", "2", "--soap-hold", "3"] + list(arguments)
        self.environment = environment
        self.child = None
        self.lives = 0
        self.startTimes = []  # seconds from exec to the first answer

    def start(self, patience=60.0, wait=True):
        self.lives += 1
        with open(os.path.join(self.folder, "bridge.log"), "ab") as log:
            log.write(b"--- life %d\n" % self.lives)
            log.flush()
            self.child = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment
            )
        if wait:
            self.waitReady(patience)

    def waitReady(self, patience=60.0):
        begin = time.monotonic()
        until(lambda: self.mustLive() and self.ask("/ready", 1.0), "an answer of the bridge", patience)
        self.startTimes.append(time.monotonic() - begin)

    def mustLive(self):
        if self.child.poll() is not None:
            raise Failed("the bridge ended by itself with %s" % self.child.returncode)
        return True

    def kill(self):
        """SIGKILL: what is not on disk is gone."""
        self.mustLive()
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def terminate(self, patience=60.0):
        """SIGTERM; the exit status, None when it had to be killed."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            return self.child.wait(patience)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            return None

    def complaints(self):
        """What sanitizers said in any of its lives."""
        with open(os.path.join(self.folder, "bridge.log"), errors="replace") as log:
            return ["sanitizer: " + line.strip() for line in log if SANITIZER.search(line)][:5]

    def stop(self):
        if self.child and self.child.poll() is None:
            self.child.kill()
            self.child.wait()

    def ask(self, path, patience=10.0):
        """What a GET tells as JSON, None when there is no answer."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
            connection.request("GET", path)
            answer = json.loads(connection.getresponse().read())
            connection.close()
            return answer
        except (OSError, ValueError, http.client.HTTPException):
            return None

    def backlog(self):
        """Messages that wait for the back-end, on disk or in memory; None when /health does not answer."""
        health = self.ask("/health")
        if health is None:
            return None
        return max(health["waitingForCentral"], health["store"]["queued"])

    def deadLetters(self):
        return (self.ask("/health") or {"store": {"deadLetters": 0}})["store"]["deadLetters"]

    def waitDrained(self, patience):
        """Until nothing waits; the backlog left when that does not happen in time."""
        try:
            until(lambda: self.backlog() == 0, "an empty queue", patience)
            return 0
        except Failed:
            return self.backlog()

    def waitCutOff(self):
        """Until the bridge knows that no charger is connected to the back-end any more."""
        until(
            lambda: (self.ask("/health") or {}).get("chargers", {}).get("connectedToCentral") == 0,
            "the end of all connections to the back-end",
        )

    def promised(self):
        """(charger, number, payload) of all messages that wait on disk, as an operator sees them."""
        command = [self.command[0], "queue", "export", "--data-dir", self.data]
        told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        messages = [json.loads(line) for line in told.stdout.splitlines()]
        return [(m["charger"], m["number"], m["payload"]) for m in messages if m["id"].startswith("Q")]

    def rss(self):
        """Bytes of resident memory."""
        with open("/proc/%d/statm" % self.child.pid) as statm:
            return int(statm.read().split()[1]) * PAGE


class JumpingClock(threading.Thread):
    """Sets the calendar of the bridge at random, seconds to years, both ways and to 1970; often for moments only. The
    process sees it by a preloaded library; its steady clock goes on."""

    DAY = 86400

    def __init__(self, folder, seed):
        super().__init__(daemon=True)
        self.dice = random.Random(seed)
        self.path = os.path.join(folder, "clock")
        self.jumps = 0
        self.ended = threading.Event()
        library = os.path.join(folder, "jump_clock.so")
        compiler = os.environ.get("CC", "gcc").split()
        source = os.path.join(HERE, "jump_clock.c")
        subprocess.run(compiler + ["-O2", "-shared", "-fPIC", source, "-o", library, "-ldl"], check=True)
        self.set(0)
        self.environment = dict(os.environ, LD_PRELOAD=library, CLOCK_OFFSET=self.path)
        self.environment.setdefault("ASAN_OPTIONS", "verify_asan_link_order=0")

    def set(self, seconds):
        mode = "r+b" if os.path.exists(self.path) else "wb"
        with open(self.path, mode) as file:
            file.write(struct.pack("q", int(seconds * 1e9)))

    def draw(self):
        """Seconds ahead of the right time."""
        far = self.dice.choice((10, 3600, self.DAY, 200 * self.DAY, 3000 * self.DAY))
        return self.dice.choice((0, self.dice.uniform(-far, far), -time.time()))

    def run(self):
        while not self.ended.wait(self.dice.uniform(0.02, 1.5)):
            self.set(self.draw())
            self.jumps += 1

    def finish(self):
        self.ended.set()
        if self.is_alive():
            self.join()


class CrashBackend(Peer):
    def __init__(self, folder, seed=1, modules=None):
        env = dict(os.environ, NODE_PATH=modules or modulesFolder())
        command = ["node", os.path.join(HERE, "crash_backend.js"), str(seed)]
        super().__init__("backend", command, folder, env=env)
        self.folder = folder
        self.turn = threading.Lock()
        self.url = "ws://127.0.0.1:%d/steve/websocket" % self.wait("listening", 30)["port"]

    def do(self, cmd, **fields):
        with self.turn:
            self.say(cmd=cmd, **fields)
            told = self.take(lambda seen: seen["event"] in ("done", "trouble"), "the end of " + cmd, 60)
        if told["event"] == "trouble":
            raise Failed("back-end: " + told["text"])
        return told

    def books(self):
        path = os.path.join(self.folder, "books.json")
        self.do("dump", file=path)
        with open(path) as file:
            return json.load(file)


class Tallies:
    """What all chargers did, counted."""

    def __init__(self):
        self.changed = threading.Condition()
        self.counts = {}
        self.faults = {}

    def add(self, what, count=1):
        with self.changed:
            self.counts[what] = self.counts.get(what, 0) + count
            self.changed.notify_all()

    def wait(self, what, count, patience):
        """Until there are so many of it, or patience is over."""
        with self.changed:
            self.changed.wait_for(lambda: self[what] >= count, patience)

    def fault(self, operation, reason):
        with self.changed:
            key = "%s %s" % (operation, reason)
            self.faults[key] = self.faults.get(key, 0) + 1

    def __getitem__(self, what):
        return self.counts.get(what, 0)


class Insistent:
    """The SOAP side of one charger: transaction messages are repeated word for word until they are answered without a
    Fault; the same MessageID is used again for some repeats only. `impatience` is the share of requests whose
    connection the charger cuts almost at once; `constantId`: every message has the same MessageID (QUIRKS)."""

    def __init__(self, version, identity, port, tallies, dice, deadline, patience=12.0):
        self.version = version
        self.identity = identity
        self.connection = soap.Connection(port)
        self.tallies = tallies
        self.dice = dice
        self.deadline = deadline
        self.patience = patience
        self.impatience = 0.0
        self.constantId = None

    def newId(self):
        return self.constantId or soap.newMessageId()

    def once(self, operation, inner, messageId=None):
        """One try. Unanswered, or the Answer, which may be a Fault."""
        body = soap.envelope(self.version, self.identity, operation, inner, messageId or self.newId())
        patience = self.patience
        if self.dice.random() < self.impatience:
            patience = self.dice.choice((0.0005, 0.002, 0.01, 0.05))
        try:
            return self.connection.post(body, patience)
        except soap.Unanswered:
            if patience < 1:
                self.tallies.add("cut by chargers")
            raise

    def insist(self, operation, inner, tries=None):
        """The Answer without a Fault; None when `tries` or the deadline is over."""
        messageId = self.newId()
        attempt = 0
        while time.monotonic() < self.deadline and (tries is None or attempt < tries):
            if attempt and self.dice.random() < 0.7:
                messageId = self.newId()
            attempt += 1
            try:
                answer = self.once(operation, inner, messageId)
                if not answer.fault:
                    self.tallies.add("answered")
                    return answer
                self.tallies.add("faults")
                self.tallies.fault(operation, answer.reason())
            except soap.Unanswered:
                self.tallies.add("unanswered")
            self.tallies.add("repeats of chargers")
            pace(self.dice.uniform(0.02, 0.3))
        return None


def temporaryFolder():
    return tempfile.mkdtemp(prefix="ocpp-soap-bridge-durable-")


def verdict(name, differences, folder, most=40):
    """Prints the differences and the closing line; the exit status. A failed run keeps its logs."""
    for each in differences[:most]:
        print("DIFFERENCE " + each)
    if len(differences) > most:
        print("... and %d more" % (len(differences) - most))
    if differences:
        print("%s: logs in %s" % (name, folder))
    return 1 if differences else 0
