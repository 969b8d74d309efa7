#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A SOAP charge point made by python3-zeep from the WSDLs, steered by JSON lines on stdin and telling what it sees.

Told on stdout, one object per line, key "event":
  ready {endpoint}
  result {ref,payload,xml}       the central system answered a call
  fault {ref,code,subcode,reason,http}
  trouble {ref,text}             no SOAP answer at all, or the call could not be written
  request {operation,payload,xml,headers,http}   the central system called us
  done {cmd}                     answer or release was understood
  violation {where,errors}       something broke the WSDL, its schema, WS-Addressing or the HTTP binding
Understood on stdin, key "cmd":
  call {ref, operation, payload, messageId?, url?}
  answer {operation, payload | fault:{code,subcode,reason} | http:{status,body}, hold?, times?}
  release {operation}            answers the requests that "hold" keeps open
  quit
"""

import argparse
import http.server
import json
import os
import socketserver
import sys
import threading
import uuid

from lxml import etree
import requests
import zeep.exceptions
from zeep.plugins import Plugin
from zeep.transports import Transport

from contract import ANONYMOUS, SOAP, WSA, Contract, bodyOf, demand, headersOf, tell

# The names under which the contracts are published, for --official.
OFFICIAL = {
    "1.2": ("ocpp_centralsystemservice_1.2.wsdl", "ocpp_chargepointservice_1.2.wsdl"),
    "1.5": ("ocpp_centralsystemservice_1.5_final.wsdl", "ocpp_chargepointservice_1.5_final.wsdl"),
    "1.6": ("OCPP_CentralSystemService_1.6.wsdl", "OCPP_ChargePointService_1.6.wsdl"),
}

# What a friendly charger answers; fields that a version lacks are dropped by friendlyAnswer().
FRIENDLY = {
    "CancelReservation": {"status": "Accepted"},
    "ChangeAvailability": {"status": "Accepted"},
    "ChangeConfiguration": {"status": "Accepted"},
    "ClearCache": {"status": "Accepted"},
    "ClearChargingProfile": {"status": "Accepted"},
    "DataTransfer": {"status": "Accepted"},
    "GetCompositeSchedule": {"status": "Rejected"},
    "GetConfiguration": {},
    "GetDiagnostics": {"fileName": "diagnostics.zip"},
    "GetLocalListVersion": {"listVersion": 1},
    "RemoteStartTransaction": {"status": "Accepted"},
    "RemoteStopTransaction": {"status": "Accepted"},
    "ReserveNow": {"status": "Accepted"},
    "Reset": {"status": "Accepted"},
    "SendLocalList": {"status": "Accepted"},
    "SetChargingProfile": {"status": "Accepted"},
    "TriggerMessage": {"status": "Accepted"},
    "UnlockConnector": {"1.6": {"status": "Unlocked"}, "": {"status": "Accepted"}},
    "UpdateFirmware": {},
}


class Watcher(Plugin):
    """Completes what zeep sends (From, ReplyTo) and judges what comes back (WA-2)."""

    def __init__(self, charger):
        self.charger = charger
        self.own = threading.local()

    def egress(self, envelope, http_headers, operation, binding_options):
        header = envelope.find("{%s}Header" % SOAP)
        for name, address in (("From", self.charger.endpoint), ("ReplyTo", ANONYMOUS)):
            party = etree.SubElement(header, "{%s}%s" % (WSA, name))
            etree.SubElement(party, "{%s}Address" % WSA).text = address
        messageId = header.find("{%s}MessageID" % WSA)
        if getattr(self.own, "messageId", None):
            messageId.text = self.own.messageId
        self.own.sent = messageId.text
        self.charger.central.judge("own request " + operation.name, bodyOf(envelope))
        return envelope, http_headers

    def ingress(self, envelope, http_headers, operation):
        body = bodyOf(envelope)
        self.own.xml = etree.tostring(body).decode() if body is not None else ""
        where = "answer to " + operation.name
        headers = headersOf(envelope)
        fault = body is not None and etree.QName(body).localname == "Fault"
        action = WSA + "/soap/fault" if fault else "/" + operation.name + "Response"
        demand(
            where,
            RelatesTo=(headers.get("RelatesTo"), self.own.sent),
            Action=(headers.get("Action"), action),
            To=(headers.get("To"), ANONYMOUS),
            contentType=(http_headers.get("Content-Type", "").split(";")[0], "application/soap+xml"),
            contentLength=("Content-Length" in http_headers, True),
            chunked=("Transfer-Encoding" in http_headers, False),
        )
        if not headers.get("MessageID"):
            tell("violation", where=where, errors=["no MessageID"])
        if body is None:
            tell("violation", where=where, errors=["no body"])
        elif not fault:
            self.charger.central.judge(where, body)
        return envelope, http_headers


class Charger:
    def __init__(self, options):
        self.version = options.version
        self.identity = options.identity
        self.url = options.url
        self.endpoint = None
        self.answers = []
        self.held = []
        self.lock = threading.Lock()
        session = requests.Session()
        session.trust_env = False
        transport = Transport(session=session, operation_timeout=options.timeout)
        self.watcher = Watcher(self)
        central, own = self.paths(options)
        self.central = Contract(central, self.watcher, transport)
        self.contract = Contract(own, self.watcher, transport)

    @staticmethod
    def paths(options):
        if options.official:
            return tuple(os.path.join(options.official, name) for name in OFFICIAL[options.version])
        folder = os.path.join(options.wsdl, options.version)
        return os.path.join(folder, "central_system.wsdl"), os.path.join(folder, "charge_point.wsdl")

    def told(self, command):
        """For subclasses with commands of their own: True if this is one."""
        return False

    # --- we call the central system ---

    def call(self, command):
        ref, operation = command.get("ref"), command["operation"]
        identity = etree.Element("{%s}chargeBoxIdentity" % self.central.namespace)
        identity.text = self.identity
        self.watcher.own.messageId = command.get("messageId")
        service = self.central.client.create_service(self.central.binding, command.get("url", self.url))
        try:
            answer = getattr(service, operation)(_soapheaders=[identity], **command.get("payload", {}))
            payload = self.readAnswer(answer)
            tell("result", ref=ref, payload=payload, xml=self.watcher.own.xml)
            return payload
        except zeep.exceptions.Fault as fault:
            subcode = fault.subcodes[0].localname if fault.subcodes else ""
            tell("fault", ref=ref, code=str(fault.code).split(":")[-1], subcode=subcode, reason=fault.message)
        except zeep.exceptions.TransportError as e:
            tell("trouble", ref=ref, text="HTTP %s: %s" % (e.status_code, e.message))
        except Exception as e:  # whatever went wrong is for the scenario to judge
            tell("trouble", ref=ref, text="%s: %s" % (type(e).__name__, e))
        return None

    def readAnswer(self, answer):
        """zeep unwraps answers with one field; the body says the name of that field."""
        body = etree.fromstring(self.watcher.own.xml)
        return self.central.read(body)

    # --- the central system calls us ---

    def findAnswer(self, operation, payload):
        """What was ordered for the operation; subclasses look at the request as well."""
        with self.lock:
            for index, answer in enumerate(self.answers):
                if answer["operation"] == operation:
                    if "times" in answer:
                        answer["times"] -= 1
                        if answer["times"] <= 0:
                            del self.answers[index]
                    return answer
        return {}

    def friendlyAnswer(self, operation):
        friendly = FRIENDLY[operation]
        return friendly.get(self.version, friendly.get("", {})) if "1.6" in friendly else friendly

    def serve(self, operation, request, asked):
        """Returns (HTTP status, body text) for an incoming operation, after holding it when told so."""
        answer = self.findAnswer(operation, asked)
        if answer.get("hold"):
            gate = threading.Event()
            with self.lock:
                self.held.append((operation, gate))
            gate.wait()
        if "http" in answer:
            return answer["http"]["status"], answer["http"].get("body", "").encode()
        envelope = etree.Element("{%s}Envelope" % SOAP, nsmap={"soap": SOAP, "wsa": WSA})
        header = etree.SubElement(envelope, "{%s}Header" % SOAP)
        body = etree.SubElement(envelope, "{%s}Body" % SOAP)
        fault = answer.get("fault")
        for name, text in (
            ("Action", WSA + "/soap/fault" if fault else "/" + operation + "Response"),
            ("MessageID", "urn:uuid:" + str(uuid.uuid4())),
            ("RelatesTo", request.get("MessageID", "")),
            ("To", ANONYMOUS),
        ):
            etree.SubElement(header, "{%s}%s" % (WSA, name)).text = text
        if fault:
            self.writeFault(body, fault)
            status = 400 if fault["code"] == "Sender" else 500
        else:
            payload = answer.get("payload", self.friendlyAnswer(operation))
            element = self.contract.write(lowerFirst(operation) + "Response", payload)
            body.append(element)
            self.contract.judge("own answer to " + operation, element)
            status = 200
        return status, etree.tostring(envelope, xml_declaration=True, encoding="utf-8")

    def writeFault(self, body, fault):
        element = etree.SubElement(body, "{%s}Fault" % SOAP, nsmap={"ocpp": self.contract.namespace})
        code = etree.SubElement(element, "{%s}Code" % SOAP)
        etree.SubElement(code, "{%s}Value" % SOAP).text = "soap:" + fault["code"]
        if fault.get("subcode"):
            subcode = etree.SubElement(code, "{%s}Subcode" % SOAP)
            etree.SubElement(subcode, "{%s}Value" % SOAP).text = "ocpp:" + fault["subcode"]
        reason = etree.SubElement(element, "{%s}Reason" % SOAP)
        text = etree.SubElement(reason, "{%s}Text" % SOAP)
        text.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
        text.text = fault.get("reason", "")

    def release(self, operation):
        with self.lock:
            ready = [gate for name, gate in self.held if name == operation]
            self.held = [(name, gate) for name, gate in self.held if name != operation]
        for gate in ready:
            gate.set()


def lowerFirst(name):
    return name[0].lower() + name[1:]


def makeHandler(charger):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_POST(self):
            if "Transfer-Encoding" in self.headers or "Content-Length" not in self.headers:
                tell("violation", where="HTTP request", errors=["a body without Content-Length"])
                return self.reply(411, b"")
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                status, body = self.understand(raw)
            except Exception as e:
                tell(
                    "violation",
                    where="incoming request",
                    errors=["%s: %s" % (type(e).__name__, e), raw.decode("utf-8", "replace")],
                )
                status, body = 500, b""
            return self.reply(status, body)

        def understand(self, raw):
            if not raw.startswith(b"<?xml"):
                tell("violation", where="HTTP request", errors=["no XML declaration"])
            envelope = etree.fromstring(raw)
            body = bodyOf(envelope)
            wrapper = etree.QName(body).localname
            operation = wrapper[0].upper() + wrapper[1 : -len("Request")]
            contract = charger.contract
            contract.judge("request " + operation, body)
            headers = headersOf(envelope)
            demand(
                "request " + operation,
                chargeBoxIdentity=(headers.get("chargeBoxIdentity"), charger.identity),
                identityNamespace=(headers.get("identityNamespace"), contract.namespace),
                Action=(headers.get("Action"), "/" + operation),
                To=(headers.get("To"), charger.endpoint),
                ReplyTo=(headers.get("ReplyTo"), ANONYMOUS),
                MessageID=(headers.get("MessageID", "").startswith("urn:uuid:"), True),
                From=(bool(headers.get("From")), True),
                contentType=(
                    self.headers.get("Content-Type", "").replace(" ", ""),
                    'application/soap+xml;charset=utf-8;action="/%s"' % operation,
                ),
            )
            payload = contract.read(body)
            tell(
                "request",
                operation=operation,
                payload=payload,
                xml=etree.tostring(body).decode(),
                headers=headers,
            )
            return charger.serve(operation, headers, payload)

        def reply(self, status, body):
            self.send_response(status)
            self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def obey(charger, command, workers):
    kind = command["cmd"]
    if kind == "call":
        workers.submit(lambda: charger.call(command))
    elif kind == "answer":
        with charger.lock:
            charger.answers.insert(0, command)
    elif kind == "release":
        charger.release(command["operation"])
    elif not charger.told(command):
        tell("trouble", text="unknown command " + kind)
    if kind != "call":
        tell("done", cmd=kind)


class Workers:
    """A thread for each call: a charger may call while another call of it is unanswered."""

    def submit(self, work):
        threading.Thread(target=work, daemon=True).start()


def main(kind=Charger):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--version", choices=sorted(OFFICIAL), required=True)
    parser.add_argument("--identity", required=True)
    parser.add_argument("--url", required=True, help="of the central system")
    parser.add_argument(
        "--wsdl", default=os.path.join(os.path.dirname(__file__), "..", "..", "wsdl"), help="folder with 1.2/ 1.5/ 1.6/"
    )
    parser.add_argument("--official", help="folder with the published WSDLs, used instead of --wsdl")
    parser.add_argument("--timeout", type=float, default=40, help="seconds for one call")
    options = parser.parse_args()
    charger = kind(options)
    server = Server(("127.0.0.1", 0), makeHandler(charger))
    charger.endpoint = "http://127.0.0.1:%d/" % server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tell("ready", endpoint=charger.endpoint)
    workers = Workers()
    for line in sys.stdin:
        if not line.strip():
            continue
        command = json.loads(line)
        if command["cmd"] == "quit":
            break
        obey(charger, command, workers)


if __name__ == "__main__":
    main()
