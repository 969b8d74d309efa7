# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may speak: passwords, secrets in URLs, client certificates, proxies, and what becomes of everybody else."""

import base64
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import urllib.request

from harness import PATIENCE, Failed, same
from raw_http import Http
from scenarios import scenario
from scenarios.tls import Certificates
from scenarios.wire import envelope, faultOf, request

BOOT = "<o:chargePointVendor>V</o:chargePointVendor><o:chargePointModel>M</o:chargePointModel>"
SECRET = "a-secret-of-one-charger"


def basic(user, password):
    return "Authorization: Basic " + base64.b64encode(("%s:%s" % (user, password)).encode()).decode()


def outcome(answer):
    """HTTP status, and the status or fault in the envelope if there is one."""
    status, _, body = answer
    found = re.search(rb">(Accepted|Rejected|Pending)</", body)
    if found:
        return "%d %s" % (status, found.group(1).decode())
    return faultOf(answer) if b"Envelope" in body else str(status)


def ask(connection, identity, headers=(), path="/ocpp", to=""):
    """What a BootNotification gets: (outcome, headers)."""
    body = envelope("BootNotification", BOOT, identity=identity)
    if to:
        body = body.replace(b"<a:Action>", b"<a:To>%s</a:To><a:Action>" % to.encode())
    answer = connection.send(request(body, headers, "POST %s HTTP/1.1" % path)).answer()
    return outcome(answer), answer[1]


def whenAsked(url, identity, password):
    """The outcome for Python's own HTTP client, which shows a password only when it was challenged for one."""
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, url, identity, password)
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPBasicAuthHandler(passwords)
    )
    headers = {"Content-Type": "application/soap+xml"}
    body = envelope("BootNotification", BOOT, identity=identity)
    with opener.open(urllib.request.Request(url, body, headers), timeout=PATIENCE) as answer:
        return outcome((answer.status, answer.headers, answer.read()))


def health(world):
    status, _, body = Http(world.bridge.port).send(b"GET /health HTTP/1.1\r\nHost: b\r\n\r\n").answer()
    same("status of /health", status, 200)
    return json.loads(body)


def start(world, chargers, *more):
    path = world.file("chargers.json", chargers) if chargers is not None else None
    return world.start(*(["--chargers", path] if path else []), *more, backend=False)


def notLogged(world, *secrets):
    """The whole life of the bridge long."""
    world.willStop()
    world.bridge.terminate()
    written = world.bridge.written()
    for secret in secrets:
        if secret in written:
            raise Failed("the log shows " + secret)


@scenario("asan")
def basicAuth(world):
    """Basic auth: right, wrong, missing, unknown and another charger's (AU-5); nothing of it is in log or trace."""
    os.makedirs(world.folder, exist_ok=True)
    with open(os.path.join(world.folder, "cp2.password"), "w") as out:
        out.write("second:secret\n")
    chargers = {
        "CP-1": {"soapPassword": "first-secret"},
        "CP-2": {"soapPasswordFile": os.path.join(world.folder, "cp2.password")},
        "00:13:F6": {"soapUser": "mac", "soapPassword": "third-secret"},
    }
    start(world, chargers)
    connection = Http(world.bridge.port)
    same("right", ask(connection, "CP-1", [basic("CP-1", "first-secret")])[0], "200 Accepted")
    same("from a file", ask(connection, "CP-2", [basic("CP-2", "second:secret")])[0], "200 Accepted")
    same("with a colon", ask(connection, "00:13:F6", [basic("mac", "third-secret")])[0], "200 Accepted")
    refused = set()
    for identity, headers in (
        ("CP-1", []),
        ("STRANGER", []),
        ("CP-1", [basic("CP-1", "first-secrets")]),
        ("CP-1", [basic("STRANGER", "first-secret")]),
        ("CP-1", ["Authorization: Bearer x"]),
    ):
        told, answered = ask(connection, identity, headers)
        refused.add((told, answered.get("www-authenticate", "")))
    same("refusals", list(refused), [("401", 'Basic realm="OCPP", charset="UTF-8"')])
    swapped = ask(connection, "CP-2", [basic("CP-1", "first-secret")])[0]
    same("another's credentials", swapped, "400 Sender/IdentityMismatch")
    same("a client that waits to be asked", whenAsked(world.bridge.url, "CP-1", "first-secret"), "200 Accepted")
    counted = health(world)["refused"]
    same("counted", [counted[w] for w in ("password", "password-missing", "identity-mismatch")], [3, 3, 1])
    world.bridge.logged("refused", why="identity-mismatch", identity="CP-2", peer="127.0.0.1")
    encoded = [basic("CP-1", "first-secret").split()[-1], basic("mac", "third-secret").split()[-1]]
    notLogged(world, "first-secret", "second:secret", "third-secret", *encoded)


@scenario("asan")
def urlSecret(world):
    """A secret in the URL: in the path, as token, wrong, missing and another charger's (AU-6); traces do not show it."""
    start(world, {"CP-1": {"urlSecret": SECRET}, "CP-2": {"urlSecret": "the-secret-of-another"}})
    connection = Http(world.bridge.port)
    to = "http://bridge/ocpp/" + SECRET
    same("in the path", ask(connection, "CP-1", path="/ocpp/" + SECRET, to=to)[0], "200 Accepted")
    same("as token", ask(connection, "CP-1", path="/ocpp?token=" + SECRET, to=to)[0], "200 Accepted")
    same("without identity", ask(connection, "", path="/ocpp/%s/" % SECRET)[0], "200 Accepted")
    same("missing", ask(connection, "CP-1")[0], "403")
    same("mistyped", ask(connection, "", path="/ocpp/%sx" % SECRET)[0], "403")
    same("another's", ask(connection, "CP-2", path="/ocpp/" + SECRET)[0], "400 Sender/IdentityMismatch")
    world.bridge.logged("soap-in", identity="CP-1", text=lambda text: "bridge/ocpp/***<" in text)
    same("counted", health(world)["refused"]["url-secret"], 2)
    notLogged(world, SECRET)


class TlsChargers:
    """Certificates of the bridge and of chargers, and contexts to connect with."""

    def __init__(self, world):
        self.made = Certificates(world.folder)
        for name in ("CP-1", "CP-2", "maker"):
            self.made.sign(name, "URI:urn:charger:CP-3" if name == "maker" else "DNS:unused")
        self.made.sign("forged", "DNS:CP-1", "other")
        self.options = ["--tls-listen", "127.0.0.1:0", "--tls-cert", self.made.file("server.pem")]
        self.options += ["--tls-key", self.made.file("server.key"), "--tls-client-ca", self.made.file("ca.pem")]

    def context(self, name=None):
        context = ssl.create_default_context(cafile=self.made.file("ca.pem"))
        if name:
            context.load_cert_chain(self.made.file(name + ".pem"), self.made.file(name + ".key"))
        return context

    def connect(self, world, name=None):
        return Http(world.bridge.tlsPort, tls=self.context(name))


def refusedByTls(open):
    """In TLS 1.3 a client learns only with its first read that its certificate was not good."""
    try:
        connection = open()
        connection.send(b"GET /ready HTTP/1.1\r\nHost: b\r\n\r\n").answer()
    except (ssl.SSLError, ConnectionError, Failed):
        return
    raise Failed("the bridge has taken a certificate that it must not take")


@scenario("asan")
def clientCertificates(world):
    """A client certificate: right, missing, another charger's, of a foreign CA; beside a port without TLS (AU-1)."""
    tls = TlsChargers(world)
    chargers = {
        "CP-1": {"clientCertificate": True},
        "CP-2": {"clientCertificate": True},
        "CP-3": {"clientCertificate": "urn:charger:CP-3"},
        "CP-4": {},
    }
    start(world, chargers, *tls.options)
    same("CN", ask(tls.connect(world, "CP-1"), "CP-1")[0], "200 Accepted")
    same("SAN", ask(tls.connect(world, "maker"), "CP-3")[0], "200 Accepted")
    same("no identity", ask(tls.connect(world, "CP-2"), "")[0], "200 Accepted")
    same("none needed", ask(tls.connect(world), "CP-4")[0], "200 Accepted")
    same("none shown", ask(tls.connect(world), "CP-1")[0], "200 Rejected")
    same("without TLS", ask(Http(world.bridge.port), "CP-1")[0], "200 Rejected")
    same("another's", ask(tls.connect(world, "CP-2"), "CP-1")[0], "400 Sender/IdentityMismatch")
    refusedByTls(lambda: tls.connect(world, "forged"))
    world.bridge.logged("refused", why="certificate", text=lambda text: text.startswith("client certificate: "))
    same("counted", health(world)["refused"]["certificate"], 3)


@scenario("asan")
def tlsOnly(world):
    """TLS alone, 1.2 or later; --require-certificate turns away who shows none, before the XML is read."""
    tls = TlsChargers(world)
    start(world, None, "--listen", "none", "--require-certificate", *tls.options)
    same("1.2 or 1.3", ask(tls.connect(world, "CP-1"), "CP-1")[0], "200 Accepted")
    same("no certificate", ask(tls.connect(world), "CP-1")[0], "403")
    same("another name", ask(tls.connect(world, "CP-2"), "CP-1")[0], "200 Rejected")
    old = tls.context("CP-1")
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    try:
        Http(world.bridge.port, tls=old)
        raise Failed("TLS 1.1 is spoken")
    except ssl.SSLError as e:
        same("alert", e.reason, "TLSV1_ALERT_PROTOCOL_VERSION")


@scenario("asan")
def renewedCertificate(world):
    """SIGHUP renews certificate, key and client CA for new connections; open ones go on, mistakes change nothing."""
    tls = TlsChargers(world)
    made = tls.made
    made.sign("second", "IP:127.0.0.1")
    made.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=third", "-days", "2",
                 "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", made.file("third.key"),
                 "-out", made.file("third.pem"))  # fmt: skip
    start(world, {"CP-1": {"clientCertificate": True}}, *tls.options)

    def renew(event, **files):
        for name, source in files.items():
            shutil.copy(made.file(source), made.file(name))
        world.bridge.signal(signal.SIGHUP)
        return world.bridge.logged(event, text=lambda text: "server." in text or "ca.pem" in text)

    def shown():
        anyone = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
        anyone.load_cert_chain(made.file("CP-1.pem"), made.file("CP-1.key"))
        connection = Http(world.bridge.tlsPort, tls=anyone)
        return connection.socket.getpeercert(binary_form=True), connection

    def der(name):
        with open(made.file(name)) as text:
            return ssl.PEM_cert_to_DER_cert(text.read())

    first, connection = shown()
    same("first certificate", first == der("server.pem"), True)
    same("before", ask(connection, "CP-1")[0], "200 Accepted")
    renew("reloaded", **{"server.pem": "third.pem", "server.key": "third.key"})
    same("renewed, with another kind of key", shown()[0] == der("third.pem"), True)
    renew("reloaded", **{"server.pem": "second.pem", "server.key": "second.key"})
    same("renewed again", shown()[0] == der("second.pem"), True)
    same("the open connection", ask(connection, "CP-1")[0], "200 Accepted")
    renew("reload-failed", **{"server.key": "third.key"})
    same("key of another", shown()[0] == der("second.pem"), True)
    same("still served", ask(shown()[1], "CP-1")[0], "200 Accepted")
    renew("reloaded", **{"server.key": "second.key", "ca.pem": "other.pem"})
    refusedByTls(lambda: shown()[1])
    same("the open connection after all", ask(connection, "CP-1")[0], "200 Accepted")


@scenario("asan")
def proxies(world):
    """X-Forwarded-For counts from trusted proxies only, its rightmost foreign address; others are counted (AU-7)."""
    start(world, {"CP-1": {"allowFrom": ["203.0.113.7"]}}, "--trusted-proxies", "127.0.0.2,127.0.0.3")
    rows = (
        ("127.0.0.2", ["X-Forwarded-For: 203.0.113.7"], "200 Accepted"),
        ("127.0.0.2", ["X-Forwarded-For: 198.51.100.1, 203.0.113.7, 127.0.0.3"], "200 Accepted"),
        ("127.0.0.2", ["X-Forwarded-For: 203.0.113.7, 198.51.100.1"], "403"),
        ("127.0.0.2", ["Forwarded: for=203.0.113.7"], "403"),
        ("127.0.0.2", [], "403"),
        ("127.0.0.1", ["X-Forwarded-For: 203.0.113.7"], "403"),
        ("127.0.0.1", ["Forwarded: for=203.0.113.7"], "403"),
        ("127.0.0.1", [], "403"),
    )
    for source, headers, wanted in rows:
        told = ask(Http(world.bridge.port, source=source), "CP-1", headers)[0]
        same("%s %s" % (source, headers), told, wanted)
    counted = health(world)
    same("counted", (counted["forwardedIgnored"], counted["refused"]["address"]), (2, 6))
    world.bridge.logged("forwarded-ignored", peer="127.0.0.1")
    world.bridge.logged("refused", why="address", peer="198.51.100.1")


@scenario("asan")
def tooManyFailures(world):
    """After some wrong passwords who shows wrong ones must wait (429, Retry-After), who shows the right one never (C8)."""
    start(world, {"CP-1": {"soapPassword": "p"}, "CP-2": {"soapPassword": "q"}}, "--auth-failures", "3")
    connection = Http(world.bridge.port)
    told = [ask(connection, "CP-1", [basic("CP-1", "guess %d" % k)])[0] for k in range(6)]
    same("guesses", told, ["401"] * 3 + ["429"] * 3)
    told, headers = ask(connection, "CP-1", [basic("CP-1", "guess 7")])
    same("one more", (told, 0 < int(headers["retry-after"]) <= 20), ("429", True))
    same("the right one", ask(connection, "CP-1", [basic("CP-1", "p")])[0], "200 Accepted")
    same("from elsewhere", ask(Http(world.bridge.port, source="127.0.0.2"), "CP-1", [basic("CP-1", "p")])[0],
         "200 Accepted")  # fmt: skip
    same("counted", health(world)["refused"]["too-often"], 4)


@scenario("asan")
def twoPlaces(world):
    """An identity that is heard from two addresses at once is served, and an alarm (AU-9)."""
    start(world, {"CP-1": {}})
    for source in ("127.0.0.1", "127.0.0.2"):
        same(source, ask(Http(world.bridge.port, source=source), "CP-1")[0], "200 Accepted")
    world.bridge.logged("two-places", identity="CP-1", peer="127.0.0.2", before="127.0.0.1")
    same("counted", health(world)["twoPlaces"], 1)


@scenario("asan")
def otherName(world):
    """An identity that Basic auth cannot have is called otherwise at the back-end, in the URL and as user (AU-4)."""
    chargers = {"00:13:F6": {"centralIdentity": "WALLBOX-1", "password": "p"}}
    world.start("--chargers", world.file("chargers.json", chargers))
    world.backend.obey("auth", password="p")
    same("answer", ask(Http(world.bridge.port), "00:13:F6")[0], "200 Accepted")
    same("password", world.backend.wait("connected", identity="WALLBOX-1")["password"], "p")
    world.backend.seen("WALLBOX-1", "BootNotification")


@scenario("asan")
def mostChargers(world):
    """--auto-register takes in --max-chargers identities and no more (AU-1)."""
    start(world, None, "--max-chargers", "2")
    connection = Http(world.bridge.port)
    told = [ask(connection, identity)[0] for identity in ("CP-1", "CP-2", "CP-3", "CP-1")]
    same("answers", told, ["200 Accepted", "200 Accepted", "200 Rejected", "200 Accepted"])
    same("counted", health(world)["refused"]["registrations-full"], 1)


@scenario("asan")
def uselessRules(world):
    """A rule that nobody could fulfil stops the start: file, charger and what is missing are named, exit status 2."""
    path = world.file("chargers.json", {"CP-1": {"clientCertificate": True}})
    told = subprocess.run([world.options.bridge, "--chargers", path], capture_output=True, text=True, timeout=PATIENCE)
    same("exit status", told.returncode, 2)
    for word in ("chargers.json", "'CP-1'", "clientCertificate", "tls-client-ca"):
        if word not in told.stderr:
            raise Failed("%s is not in %s" % (word, told.stderr))
