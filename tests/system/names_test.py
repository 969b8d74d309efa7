#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Names and addresses as the field has them: name servers that do not answer, names with several addresses of which the
first is silent, settings that change (C5). The bridge runs with a hosts file and a resolv.conf of its own (unshare -m,
as root), the name server is ours.

Ends with "N passed, N failed"; exits 1 when anything failed."""

import argparse
import json
import os
import socket
import stat
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import hostile_peers  # noqa: E402
import soap_texts as soap  # noqa: E402
from durable import DEFAULT_BRIDGE  # noqa: E402
from harness import PATIENCE, Bridge, Failed, World  # noqa: E402
from parts import addArguments, runParts  # noqa: E402
from patience import until  # noqa: E402
from raw_ws import Central  # noqa: E402

NAME_SERVER = "127.0.83.%d"  # one address for each part: they run side by side
# IPv6 is preferred by every resolver; glibc would put any 127.x behind 127.0.0.1.
FIRST = "::1" if os.path.exists("/proc/sys/net/ipv6/conf/lo") else "127.0.84.1"
QUICK = 8.0  # seconds; the former resolver took 19.5, the first address of a back-end was the only one


def familyOf(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def listening(address, port, backlog):
    listener = socket.socket(familyOf(address))
    listener.bind((address, port))
    listener.listen(backlog)
    return listener


class NameServer:
    """UDP port 53 of an address of loopback. `names`: lists of addresses; None never gets an answer."""

    def __init__(self, address, names):
        self.names = names
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                packet, peer = self.socket.recvfrom(512)
            except OSError:
                return
            labels, at = [], 12
            while packet[at]:
                labels.append(packet[at + 1 : at + 1 + packet[at]].decode())
                at += packet[at] + 1
            name, kind = ".".join(labels), packet[at + 2]
            self.asked.append(name)
            if name in self.names and self.names[name] is None:
                continue
            family = {1: socket.AF_INET, 28: socket.AF_INET6}.get(kind)
            found = [each for each in self.names.get(name, []) if familyOf(each) == family]
            head = packet[:2] + bytes([0x84, 0 if name in self.names else 3, 0, 1, 0, len(found), 0, 0, 0, 0])
            records = b""
            for each in found:
                data = socket.inet_pton(family, each)
                records += b"\xc0\x0c\0" + bytes([kind]) + b"\0\1\0\0\0\x3c\0" + bytes([len(data)]) + data
            self.socket.sendto(head + packet[12 : at + 5] + records, peer)

    def close(self):
        self.socket.close()


class BlackHole:
    """A port on which connections never come about: nobody takes from its full queue."""

    def __init__(self, address, port):
        self.listener = listening(address, port, 0)
        self.full = [socket.socket(familyOf(address)) for _ in range(3)]
        for each in self.full:
            each.setblocking(False)
            each.connect_ex((address, port))


class NamesWorld(World):
    """A bridge in a mount namespace of its own, between raw peers."""

    count = 0

    def __init__(self, options):
        super().__init__(options)
        NamesWorld.count += 1
        self.number = NamesWorld.count
        self.central = Central()
        self.port = self.central.listener.port
        self.server = None

    def start(self, names, hosts="", chargers=None, servers=None, more=()):
        """The back-end's name is central.test."""
        here = NAME_SERVER % self.number
        self.server = NameServer(here, names)
        self.write("resolv.conf", "".join("nameserver %s\n" % each for each in servers or [here]))
        self.write("hosts", "127.0.0.1 localhost\n" + hosts)
        self.write("chargers.json", json.dumps(chargers or {"CP1": {}, "CP2": {}}))
        script = self.write(
            "bridge.sh",
            "#!/bin/sh\nexec unshare -m sh -c 'mount --bind \"$0/resolv.conf\" /etc/resolv.conf && mount --bind "
            '"$0/hosts" /etc/hosts && exec "$@"\' %s %s "$@"\n' % (self.folder, self.options.bridge),
        )
        os.chmod(script, os.stat(script).st_mode | stat.S_IXUSR)
        arguments = ["--central-url", "ws://central.test:%d/ocpp" % self.port, "--reconnect-first", "1"]
        arguments += ["--chargers", os.path.join(self.folder, "chargers.json"), "--callback-allow", "127.0.0.0/8,::1/128", *more]
        wrapped = argparse.Namespace(**{**vars(self.options), "bridge": script})
        self.bridge = Bridge(self.folder, wrapped, arguments, durable=False, trace=False)

    def write(self, name, text):
        """In place: a bind mount shows the file that was there when it was made."""
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def boot(self, identity):
        """Says BootNotification without waiting for the answer."""

        def say():
            try:
                envelope = soap.envelope("1.6", identity, "BootNotification", soap.boot("1.6"), soap.newMessageId())
                soap.Connection(self.bridge.port).post(envelope, PATIENCE)
            except (OSError, soap.Unanswered):
                pass

        threading.Thread(target=say, daemon=True).start()

    def linked(self, identity, within):
        begin = time.monotonic()
        with self.central.changed:
            there = self.central.changed.wait_for(lambda: identity in self.central.links, PATIENCE)
        took = time.monotonic() - begin
        if not there or took > within:
            raise Failed("the link of %s %s" % (identity, "took %.1f s" % took if there else "never came"))
        return "%.2f s" % took

    def __exit__(self, kind, error, trace):
        try:
            super().__exit__(kind, error, trace)
        finally:
            self.central.close()
            if self.server:
                self.server.close()


def unresolvable(world):
    """C5: a charger whose name no name server answers for does not delay the back-end of another charger"""
    chargers = {"CP1": {"callback": "http://lost.test:9000/"}, "CP2": {}}
    world.start({"central.test": ["127.0.0.1"], "lost.test": None}, chargers=chargers)
    world.boot("CP1")
    world.linked("CP1", QUICK)
    link = world.central.links["CP1"]
    link.send(hostile_peers.text(hostile_peers.reset()))
    until(lambda: "lost.test" in world.server.asked, "a question for lost.test")
    world.boot("CP2")
    took = world.linked("CP2", QUICK)
    if not link.wait(lambda l: l.said, PATIENCE) or link.said[0][0] != 4:
        raise Failed("the CALL for CP1 got %s" % link.said)
    return "the other's link after %s; the CALL got %s" % (took, json.dumps(link.said[0][2:4]))


def blackHole(world):
    """C5: a back-end whose first address is a black hole is reached by the next one"""
    world.hole = BlackHole(FIRST, world.port)
    world.start({"central.test": [FIRST, "127.0.0.1"]})
    world.boot("CP1")
    return world.linked("CP1", QUICK)


def silentFirst(world):
    """C5: a back-end whose first address takes connections and says nothing is reached by the next one"""
    world.silent = listening(FIRST, world.port, 16)
    world.start({"central.test": [FIRST, "127.0.0.1"]})
    world.boot("CP1")
    return world.linked("CP1", 5 + QUICK)


def chargerHole(world):
    """C5: a charger whose first address is a black hole gets the operation by the next one, once"""
    listener = listening("127.0.0.1", 0, 4)
    port = listener.getsockname()[1]
    world.hole = BlackHole(FIRST, port)
    chargers = {"CP1": {"callback": "http://charger.test:%d/" % port}}
    world.start({"central.test": ["127.0.0.1"], "charger.test": [FIRST, "127.0.0.1"]}, chargers=chargers)
    world.boot("CP1")
    world.linked("CP1", QUICK)
    begin = time.monotonic()
    world.central.links["CP1"].send(hostile_peers.text(hostile_peers.reset()))
    listener.settimeout(PATIENCE)
    line, _ = listener.accept()
    took = time.monotonic() - begin
    data = b""
    while b"Envelope>" not in data:
        data += line.recv(65536)
    line.close()
    listener.settimeout(1.0)
    try:
        listener.accept()
        raise Failed("a second connection came")
    except socket.timeout:
        pass
    if took > QUICK or b"reset" not in data:
        raise Failed("after %.1f s: %r" % (took, data[:300]))
    return "%.2f s" % took


def settings(world):
    """C5: the hosts file counts before DNS; search domains complete short names; changed name servers are used at once"""
    nobody = "127.0.85.%d" % world.number
    world.start({"central.test": ["127.0.0.1"]}, servers=[nobody])
    world.boot("CP1")
    until(lambda: "cannot resolve central.test" in world.bridge.written(), "a line that the name cannot be resolved")
    world.write("resolv.conf", "search nowhere.test\nnameserver %s\n" % (NAME_SERVER % world.number))
    world.boot("CP1")
    first = world.linked("CP1", PATIENCE)
    asked = len(world.server.asked)
    world.write("hosts", "127.0.0.1 localhost central.test\n")
    world.boot("CP2")
    second = world.linked("CP2", QUICK)
    if len(world.server.asked) != asked:
        raise Failed("asked although the hosts file knows: %s" % world.server.asked[asked:])
    return "%s after the new resolv.conf, %s by the hosts file" % (first, second)


PARTS = [(each, None) for each in (unresolvable, blackHole, silentFirst, chargerHole, settings)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bridge", default=DEFAULT_BRIDGE)
    addArguments(parser, 3)
    options = parser.parse_args()
    options.bridge = os.path.abspath(options.bridge)
    return runParts(PARTS, options, NamesWorld)


if __name__ == "__main__":
    sys.exit(main())
