# SPDX-License-Identifier: GPL-2.0-or-later
"""A WebSocket back-end made of bytes: answers honest CALLs, and sends any frame that no library would send."""

import base64
import hashlib
import json
import os
import re
import socket
import struct
import threading
import time

from raw_http import Listener

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(payload, opcode=TEXT, final=True, reserved=0, masked=False, length=None):
    """One frame; `length` lies about the payload's."""
    size = len(payload) if length is None else length
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    mask = 0x80 if masked else 0
    if size < 126:
        head += bytes([mask | size])
    elif size < 65536:
        head += bytes([mask | 126]) + struct.pack(">H", size)
    else:
        head += bytes([mask | 127]) + struct.pack(">Q", size)
    return head + (b"\0\0\0\0" if masked else b"") + payload


def call(action, payload, uniqueId="hostile"):
    return [2, uniqueId, action, payload]


class Link:
    """One charger's connection."""

    def __init__(self, server, sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server, self.socket, self.buffer = server, sock, b""
        self.identity = None
        self.said = []  # answers to our CALLs
        self.closeCode = None
        self.over = False
        self.changed = threading.Condition()

    def run(self):
        try:
            self.upgrade()
            while not self.over:
                self.handle(*self.nextFrame())
        except (OSError, EOFError):
            pass
        with self.changed:
            self.over = True
            self.changed.notify_all()

    def exactly(self, size):
        while len(self.buffer) < size:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError
            self.buffer += data
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def upgrade(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.exactly(1)
        key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head).group(1)
        self.identity = head.split(b" ")[1].rsplit(b"/", 1)[1].decode()
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        self.socket.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self.server.add(self)

    def nextFrame(self):
        first, second = self.exactly(2)
        size = second & 0x7F
        if size > 125:
            size = int.from_bytes(self.exactly(2 if size == 126 else 8), "big")
        mask = self.exactly(4) if second & 0x80 else b"\0\0\0\0"
        payload = self.exactly(size)
        return first & 15, bytes(b ^ mask[i % 4] for i, b in enumerate(payload)) if any(mask) else payload

    def handle(self, opcode, payload):
        if opcode == PING:
            self.socket.sendall(frame(payload, PONG))
        elif opcode == CLOSE:
            with self.changed:
                self.closeCode = int.from_bytes(payload[:2], "big") if len(payload) > 1 else 1005
                self.changed.notify_all()
            self.socket.sendall(frame(payload[:2], CLOSE))
            raise EOFError
        elif opcode == TEXT:
            message = json.loads(payload)
            if message[0] == 2:
                answer = self.server.answer(self.identity, message[2], message[3])
                self.socket.sendall(frame(json.dumps([3, message[1], answer]).encode()))
                return
            with self.changed:
                self.said.append(message)
                self.changed.notify_all()

    def send(self, data):
        """Everything, or as much as is taken before the bridge has had enough."""
        try:
            self.socket.sendall(data)
        except OSError:
            pass

    def wait(self, test, patience):
        with self.changed:
            return self.changed.wait_for(lambda: test(self), patience)


class Central:
    """Listens; `links` are the newest connections by identity."""

    def __init__(self):
        self.links = {}
        self.unmute = threading.Event()  # until then Authorize of CP-MUTE is not answered
        self.stops = []  # payloads of StopTransaction
        self.changed = threading.Condition()
        self.listener = Listener(lambda sock: Link(self, sock).run())
        self.url = "ws://127.0.0.1:%d/ocpp" % self.listener.port

    def add(self, link):
        with self.changed:
            self.links[link.identity] = link
            self.changed.notify_all()

    def link(self, identity, patience):
        with self.changed:
            self.changed.wait_for(lambda: identity in self.links, patience)
            return self.links[identity]

    def answer(self, identity, action, payload):
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        if action == "BootNotification":
            return {"status": "Accepted", "currentTime": now, "interval": 1}
        if action == "Heartbeat":
            return {"currentTime": now}
        if action == "StartTransaction":
            return {"transactionId": int.from_bytes(os.urandom(3), "big"), "idTagInfo": {"status": "Accepted"}}
        if action == "StopTransaction":
            self.stops.append(payload)
        if action == "Authorize":
            if identity == "CP-MUTE":
                self.unmute.wait()
            return {"idTagInfo": {"status": "Accepted"}}
        return {"status": "Accepted"} if action == "DataTransfer" else {}

    def close(self):
        self.listener.close()
