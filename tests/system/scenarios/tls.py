# SPDX-License-Identifier: GPL-2.0-or-later
"""TLS to the back-end: whom the bridge trusts, and as whom it presents itself."""

import os
import subprocess

from harness import Failed, same
from scenarios import scenario
from scenarios.session import boot

HELLO = {"chargePointVendor": "V", "chargePointModel": "M"}


class Certificates:
    """Made on the spot by the openssl program: two CAs, and certificates that the first of them has signed."""

    def __init__(self, folder):
        self.folder = folder
        for ca in ("ca", "other"):
            self.openssl("req", "-x509", *self.key(ca), "-days", "2", "-out", self.file(ca + ".pem"))
        self.sign("server", "IP:127.0.0.1")
        self.sign("client", "DNS:client")

    def file(self, name):
        return os.path.join(self.folder, name)

    def key(self, name):
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        return curve + ["-subj", "/CN=" + name, "-keyout", self.file(name + ".key")]

    def sign(self, name, alternative, ca="ca"):
        with open(self.file("extensions"), "w") as out:
            out.write("subjectAltName=%s\n" % alternative)
        self.openssl("req", *self.key(name), "-out", self.file("request"))
        authority = ["-CA", self.file(ca + ".pem"), "-CAkey", self.file(ca + ".key"), "-CAcreateserial"]
        extensions = ["-extfile", self.file("extensions"), "-days", "2"]
        self.openssl(
            "x509", "-req", "-in", self.file("request"), *authority, *extensions, "-out", self.file(name + ".pem")
        )

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl"] + list(arguments), check=True, capture_output=True)

    def server(self, **more):
        return dict(more, key=self.file("server.key"), cert=self.file("server.pem"))


def refused(world):
    """A charger whose back-end cannot be reached is told to try again later."""
    charger = world.charger("1.6").ready()
    answer = charger.call("BootNotification", HELLO)
    same("answer", (answer["status"], answer["interval"]), ("Rejected", 60))
    down = world.bridge.logged("central-down", identity=charger.identity)
    if world.backend.untaken("connected"):
        raise Failed("the back-end saw a WebSocket in spite of " + str(down))
    return down["text"]


@scenario("asan")
def trustedBackend(world):
    """A back-end whose certificate chains to the CA file is spoken to over TLS, with the charger's password (SM-1)."""
    made = Certificates(world.folder)
    chargers = world.file("chargers.json", {"CP-1.6": {"password": "over TLS"}})
    world.start("--chargers", chargers, "--central-ca", made.file("ca.pem"), tls=made.server())
    charger = boot(world, "1.6")
    same("password", world.backend.wait("connected")["password"], "over TLS")
    told = world.backend.call(charger.identity, "ClearCache", {})
    same("CALLRESULT", told.get("payload"), {"status": "Accepted"})


@scenario("asan")
def untrustedBackend(world):
    """A back-end whose certificate chains to another CA gets no WebSocket, and the log says why."""
    made = Certificates(world.folder)
    world.start("--central-ca", made.file("other.pem"), tls=made.server())
    reason = refused(world)
    if "certificate" not in reason and "CA" not in reason:
        raise Failed("the log says only " + reason)


@scenario()
def clientCertificate(world):
    """A back-end that demands a client certificate is shown the configured one."""
    made = Certificates(world.folder)
    shown = ["--central-cert", made.file("client.pem"), "--central-key", made.file("client.key")]
    world.start("--central-ca", made.file("ca.pem"), *shown, tls=made.server(clientCa=made.file("ca.pem")))
    boot(world, "1.6")
    same("certificate", world.backend.wait("connected")["certificate"], "client")


@scenario()
def noClientCertificate(world):
    """A back-end that demands a client certificate gets no WebSocket from a bridge that has none."""
    made = Certificates(world.folder)
    world.start("--central-ca", made.file("ca.pem"), tls=made.server(clientCa=made.file("ca.pem")))
    refused(world)
    world.backend.wait("tls-refused")
