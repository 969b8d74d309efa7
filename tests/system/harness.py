# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes of the system test (bridge, foreign back-end, foreign chargers) and how to wait for what they tell."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PATIENCE = float(os.environ.get("PATIENCE", "30"))  # seconds until an awaited event counts as missing
SANITIZER = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|Sanitizer:DEADLYSIGNAL")


class Failed(Exception):
    """What a scenario expected did not happen."""


def matches(seen, wanted):
    """True when every wanted field is there: values compare equal, callables judge, dicts match in depth."""
    if callable(wanted):
        return bool(wanted(seen))
    if isinstance(wanted, dict):
        return isinstance(seen, dict) and all(
            key in seen and matches(seen[key], value) for key, value in wanted.items()
        )
    return seen == wanted


class Process:
    """A child whose output lines are kept in order; waiting consumes them one by one."""

    def __init__(self, name, command, folder, env=None, merge=False):
        self.name = name
        self.lines = []
        self.changed = threading.Condition()
        self.ended = False
        self.log = open(os.path.join(folder, name + ".log"), "w")
        # lives in the scenario's folder, so that a failed scenario keeps it
        self.errors = self.log if merge else open(os.path.join(folder, name + ".err"), "w")
        self.child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
            text=True,
            bufsize=1,
            errors="replace",
            stderr=subprocess.STDOUT if merge else self.errors,
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.child.stdout:
            self.log.write(line)
            self.log.flush()
            item = self.parse(line.rstrip("\n"))
            with self.changed:
                if item is not None:
                    self.lines.append(item)
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def parse(self, line):
        return line

    def take(self, wanted, what, patience=PATIENCE, keep=None):
        """The first line that `wanted` accepts, taken out; Failed when it does not come in time.
        With `keep` the lines before it are taken out too, into that list."""
        deadline = time.monotonic() + patience
        with self.changed:
            while True:
                for index, line in enumerate(self.lines):
                    if wanted(line):
                        if keep is not None:
                            keep += self.lines[:index]
                            del self.lines[:index]
                            index = 0
                        return self.lines.pop(index)
                left = deadline - time.monotonic()
                if left <= 0 or self.ended:
                    why = "it ended" if self.ended else "%g s passed" % patience
                    raise Failed("%s never told %s (%s); untaken: %s" % (self.name, what, why, str(self.lines)[-1500:]))
                self.changed.wait(left)

    def say(self, **command):
        self.child.stdin.write(json.dumps(command) + "\n")
        self.child.stdin.flush()

    def finish(self, patience=PATIENCE):
        """Closes stdin and waits for the end, killing only this child when it does not come."""
        try:
            self.child.stdin.close()
        except OSError:
            pass
        return self.join(patience)

    def join(self, patience=PATIENCE):
        try:
            status = self.child.wait(patience)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            status = None
        self.reader.join(PATIENCE)
        return status


class Peer(Process):
    """A child that speaks JSON lines."""

    def __init__(self, *args, **more):
        self.refs = 0
        super().__init__(*args, **more)

    def parse(self, line):
        try:
            return json.loads(line)
        except ValueError:
            return {"event": "trouble", "text": line}

    def wait(self, event, patience=PATIENCE, **fields):
        wanted = dict(fields, event=event)
        return self.take(lambda seen: matches(seen, wanted), "%s %s" % (event, fields), patience)

    def untaken(self, event, **fields):
        wanted = dict(fields, event=event)
        with self.changed:
            return [seen for seen in self.lines if matches(seen, wanted)]

    def obey(self, cmd, **fields):
        """A command without a result of its own; returns when it is done."""
        self.say(cmd=cmd, **fields)
        self.wait("done", cmd=cmd)

    def ask(self, **command):
        """Says a command that will have a result and returns its ref."""
        self.refs += 1
        self.say(ref=self.refs, **command)
        return self.refs

    def outcome(self, ref, patience=45.0):
        return self.take(lambda seen: seen.get("ref") == ref, "the outcome of its call", patience)


class Backend(Peer):
    """`tls`: {"key": FILE, "cert": FILE, "clientCa": FILE or absent} makes it a wss:// server."""

    def __init__(self, folder, modules, tls=None):
        env = dict(os.environ, NODE_PATH=modules)
        command = ["node", os.path.join(HERE, "backend.js")] + ([json.dumps(tls)] if tls else [])
        super().__init__("backend", command, folder, env=env)
        self.port = self.wait("listening")["port"]
        self.url = "%s://127.0.0.1:%d/steve/websocket" % ("wss" if tls else "ws", self.port)

    def answer(self, action, **fields):
        self.obey("answer", action=action, **fields)

    def call(self, identity, action, payload):
        return self.outcome(self.start(identity, action, payload))

    def start(self, identity, action, payload):
        return self.ask(cmd="call", identity=identity, action=action, payload=payload)

    def seen(self, identity, action, payload=None, **more):
        """The next CALL of that action; its payload must equal `payload` when that is given."""
        call = self.wait("call", identity=identity, action=action, **more)
        if payload is not None:
            same("CALL " + action, call["payload"], payload)
        return call["payload"]


class Charger(Peer):
    """`published`: made from the published contracts instead of ours."""

    script = "charger.py"

    def __init__(self, folder, options, version, identity, url, published=False):
        self.identity = identity
        self.version = version
        where = ["--official", options.official] if published else ["--wsdl", options.wsdl]
        command = [
            "/usr/bin/python3",
            os.path.join(HERE, self.script),
            "--version",
            version,
            "--identity",
            identity,
            "--url",
            url,
        ]
        super().__init__("charger-" + re.sub(r"\W", "_", identity), command + where, folder)
        self.endpoint = None

    def ready(self):
        """zeep reads the WSDLs for a second; chargers started together are waited for afterwards."""
        self.endpoint = self.wait("ready", 30)["endpoint"]
        return self

    def start(self, operation, payload=None, **more):
        return self.ask(cmd="call", operation=operation, payload=payload or {}, **more)

    def call(self, operation, payload=None, **more):
        """Calls and demands an answer that is no fault."""
        told = self.outcome(self.start(operation, payload, **more))
        if told["event"] != "result":
            raise Failed("%s of %s got %s" % (operation, self.identity, told))
        return told["payload"]

    def fault(self, operation, payload=None, **more):
        """Calls and demands a fault; returns "Code/Subcode"."""
        told = self.outcome(self.start(operation, payload, **more))
        if told["event"] != "fault":
            raise Failed("%s of %s should get a fault, got %s" % (operation, self.identity, told))
        return told["code"] + "/" + told["subcode"]

    def answer(self, operation, **fields):
        """What the operation gets from now on, or the next `times` times."""
        self.obey("answer", operation=operation, **fields)

    def release(self, operation):
        """Answers the requests that "hold" keeps open."""
        self.obey("release", operation=operation)

    def request(self, operation, payload=None, patience=PATIENCE):
        told = self.wait("request", patience, operation=operation)
        if payload is not None:
            same("SOAP " + operation, told["payload"], payload)
        return told["payload"]


def logLine(text):
    try:
        return json.loads(text)
    except ValueError:
        return {}


# The chargers of the tests live on loopback, which is not called unless that is allowed.
LOOPBACK_CHARGERS = ("--callback-policy", "from", "--callback-allow", "127.0.0.0/8")


class Bridge(Process):
    def __init__(self, folder, options, arguments, durable=True, trace=True):
        self.folder = folder
        data = os.path.join(folder, "data")
        os.makedirs(data, exist_ok=True)
        command = [
            options.bridge,
            *([] if "--listen" in arguments else ["--listen", "127.0.0.1:0"]),
            "--log",
            "json",
        ]
        command += ["--trace"] if trace else []
        command += [] if "--log-limit" in arguments else ["--log-limit", "0"]
        command += (["--data-dir", data] if durable else []) + list(arguments)
        env = dict(
            os.environ,
            ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":exitcode=99:detect_leaks=1",
            UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1",
        )
        super().__init__("bridge", command, folder, env=env, merge=True)
        pattern = re.compile(r"soap\W{1,5}https?://127\.0\.0\.1:(\d+)/ocpp")
        line = self.take(lambda text: "listening" in text and pattern.search(text), "where it listens")
        self.port = int(pattern.search(line).group(1))
        tls = re.search(r"soapTls\W{1,5}https://127\.0\.0\.1:(\d+)/ocpp", line)
        self.tlsPort = int(tls.group(1)) if tls else None
        self.url = "http://127.0.0.1:%d/ocpp" % self.port

    def signal(self, number):
        self.child.send_signal(number)

    def logged(self, event, patience=PATIENCE, **fields):
        """The next log line of that event, as an object; a trace line is there before its effects are."""
        wanted = dict(fields, event=event)
        line = self.take(lambda text: matches(logLine(text), wanted), "%s %s" % (event, fields), patience)
        return logLine(line)

    def written(self):
        """All that its log holds."""
        with open(os.path.join(self.folder, "bridge.log"), errors="replace") as log:
            return log.read()

    def terminate(self):
        """SIGTERM; Failed unless it drains, exits 0 and no sanitizer spoke."""
        if self.child.poll() is None:
            self.signal(signal.SIGTERM)
        status = self.join(30)
        self.check()
        if status != 0:
            raise Failed(
                "the bridge ended with %s" % ("a kill: it did not drain" if status is None else "status %d" % status)
            )

    def check(self):
        with open(os.path.join(self.folder, "bridge.log"), errors="replace") as log:
            for line in log:
                if SANITIZER.search(line):
                    raise Failed("sanitizer: " + line.strip())


class World:
    """Everything one scenario starts; leaving it stops everything and judges what nobody should have told."""

    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="ocpp-soap-bridge-test-")
        self.peers = []
        self.backend = None
        self.bridge = None
        self.tolerated = []
        self.stopping = False

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                self.willStop()
                if self.bridge:
                    self.bridge.terminate()
        finally:
            if self.bridge and self.bridge.child.poll() is None:
                self.bridge.child.kill()
                self.bridge.join()
            for peer in self.peers:
                peer.finish()
        if kind is None:
            self.judge()
        return False

    def willStop(self):
        """From here on the bridge may leave its peers; what they told until now is judged."""
        self.judge()
        self.stopping = True

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *arguments, backend=True, tls=None, durable=True, callbacks=LOOPBACK_CHARGERS):
        """The bridge with the foreign back-end behind it; all chargers are welcome unless a chargers file is named."""
        arguments = list(arguments) + list(callbacks)
        if backend:
            self.backend = Backend(self.folder, self.options.modules, tls)
            self.peers.append(self.backend)
            arguments += ["--central-url", self.backend.url]
        if "--chargers" not in arguments:
            arguments.append("--auto-register")
        self.bridge = Bridge(self.folder, self.options, arguments, durable)
        return self.bridge

    def charger(self, version, identity=None, published=False):
        identity = identity or "CP-" + version
        charger = Charger(self.folder, self.options, version, identity, self.bridge.url, published)
        self.peers.append(charger)
        return charger

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path + ".new", "w") as out:
            json.dump(content, out)
        os.replace(path + ".new", path)
        return path

    def tolerate(self, event, **fields):
        """This complaint of a peer is what the scenario provokes."""
        self.tolerated.append(dict(fields, event=event))

    def judge(self):
        """Failed for any complaint of a peer. A bridge that stops may cut an upgrade short or leave its TCP first."""
        complaints = ("violation", "bad-message", "trouble") + (() if self.stopping else ("upgrade-aborted",))
        for peer in self.peers:
            for event in complaints:
                for seen in peer.untaken(event):
                    if not any(matches(seen, wanted) for wanted in self.tolerated):
                        raise Failed("%s told %s" % (peer.name, seen))


def same(what, seen, wanted):
    if seen != wanted:
        raise Failed(
            "%s is\n      %s\n    expected\n      %s"
            % (what, json.dumps(seen, sort_keys=True), json.dumps(wanted, sort_keys=True))
        )
