# SPDX-License-Identifier: GPL-2.0-or-later
"""The peculiar messages of tests/quirks/messages.txt, which also explains their form, and a charger that replies so."""

import http.server
import json
import os
import re
import threading

from harness import ROOT

FILE = os.path.join(ROOT, "tests", "quirks", "messages.txt")


class Fixture:
    def __init__(self, number, title, defines):
        self.number, self.title, self.defines = number, title, defines
        self.fields, self.http, self.body = {}, [], ""

    def __getattr__(self, name):
        return self.fields.get(name, "")

    @property
    def action(self):
        return (self.call or self.asks).partition(" ")[0]

    @property
    def payload(self):
        return json.loads((self.call or self.asks).partition(" ")[2])

    @property
    def who(self):
        return self.identity or "Q-%d" % self.number

    @property
    def noted(self):
        return sorted(set((self.kinds + " " + self.bridge).split()))

    def text(self, pattern, relates=""):
        for name, value in reversed(self.defines):
            pattern = pattern.replace("${%s}" % name, value)
        for name, value in (("ID", self.who), ("OP", self.action), ("RELATES", relates)):
            pattern = pattern.replace("${%s}" % name, value)
        return pattern

    def bytes(self, relates=""):
        return self.text(self.body, relates).encode()


def load():
    defines, all, reading = [], [], False
    with open(FILE, encoding="utf-8") as file:
        for line in file.read().split("\n"):
            if line.startswith("== "):
                all.append(Fixture(len(all), line[3:], defines))
                reading = False
            elif reading:
                all[-1].body += line + "\n"
            elif line.startswith("define "):
                defines.append(tuple(line[7:].split(" ", 1)))
            elif line == "-":
                reading = True
            elif line and not line.startswith("#"):
                key, value = line.split(": ", 1)
                if key == "http":
                    all[-1].http.append(all[-1].text(value))
                else:
                    all[-1].fields[key] = value
    for fixture in all:
        if not fixture.body.strip():
            fixture.body = ""
    return all


class Replier:
    """A charger's own endpoint that answers every request with the bytes of the fixture at hand."""

    def __init__(self):
        self.fixture = None
        self.requests = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.requests.append((dict(self.headers), asked))
                relates = re.search(r"MessageID[^>]*>\s*([^<]*?)\s*<", asked)
                body = outer.fixture.bytes(relates[1] if relates else "")
                self.send_response(int(outer.fixture.status or 200))
                self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
