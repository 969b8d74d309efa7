# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP as bytes, for requests that no library would send, and listeners whose peers are served as bytes."""

import socket
import threading

from harness import PATIENCE, Failed


class Http:
    """One raw connection to the bridge, for bytes that no library would send."""

    def __init__(self, port, patience=PATIENCE, source="", tls=None):
        """`source` is a loopback address to come from, `tls` an ssl.SSLContext."""
        self.socket = socket.create_connection(("127.0.0.1", port), patience, (source, 0) if source else None)
        self.socket.settimeout(patience)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="127.0.0.1")
        self.buffer = b""

    def send(self, *parts):
        """Each part is one write; the kernel is told not to merge them."""
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            self.socket.sendall(part)
        return self

    def more(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def head(self):
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
        return int(lines[0].split()[1]), headers

    def answer(self):
        """(status, headers, body) of the next response."""
        try:
            status, headers = self.head()
            while len(self.buffer) < int(headers.get("content-length", 0)):
                self.more()
        except (EOFError, socket.timeout, ConnectionError) as e:
            raise Failed("no complete HTTP answer: %r after %r" % (e, self.buffer[:200]))
        length = int(headers.get("content-length", 0))
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return status, headers, body

    def ended(self):
        """True when the peer closes without another byte."""
        try:
            self.more()
        except (EOFError, ConnectionError):
            return True
        except socket.timeout:
            return False
        return False

    def close(self):
        self.socket.close()


class Listener:
    """A port of a loopback address; each connection is given to `serve` on a thread of its own."""

    def __init__(self, serve=lambda sock: sock.close(), address="127.0.0.1"):
        self.socket = socket.create_server((address, 0), backlog=256)
        self.port = self.socket.getsockname()[1]
        self.connections = 0
        self.serve = serve
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                sock, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes accept()
        except OSError:
            pass
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
