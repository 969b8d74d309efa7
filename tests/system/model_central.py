#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A central system for charge points of OCPP 1.2, 1.5 and 1.6 that behaves, or misbehaves in one way: the path names the
defect (http://127.0.0.1:PORT/DEFECT). Made from nothing but the standard library.

It knows the tags TAG1 (Accepted), BLOCKED (Blocked) and OLD (Expired). Tells {"event": "listening", "port"} on stdout, {"event": "sent"} when
an operation was answered, and understands on stdin one object per line:
  send {identity, action, payload}    an operation, with a payload in the words of OCPP 1.6-J, or what the defect makes of it;
                                      one after the other
"""

import datetime
import http.client
import http.server
import json
import re
import sys
import threading
import urllib.parse
import uuid
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
DATES = {"1.2": "2010/08", "1.5": "2012/06", "1.6": "2015/10"}
TAGS = {"TAG1": "Accepted", "BLOCKED": "Blocked", "OLD": "Expired"}
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="%s" xmlns:a="%s" xmlns:o="%%s"><s:Header>%%s</s:Header>'
    "<s:Body>%%s</s:Body></s:Envelope>" % (SOAP, WSA)
)
FAULT = (
    "<s:Fault><s:Code><s:Value>s:%s</s:Value><s:Subcode><s:Value>o:%s</s:Value></s:Subcode></s:Code>"
    '<s:Reason><s:Text xml:lang="en">%s</s:Text></s:Reason></s:Fault>'
)


def now(shift=0):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=shift)


def isoTime(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def elements(value):
    """A payload as elements, in its own order."""
    out = ""
    for key, each in value.items():
        for one in each if isinstance(each, list) else [each]:
            text = elements(one) if isinstance(one, dict) else escape(json.dumps(one) if isinstance(one, bool) else str(one))
            out += "<o:%s>%s</o:%s>" % (key, text, key)
    return out


def lower(action):
    return action[0].lower() + action[1:]


class Refused(Exception):
    """Answered by a SOAP Fault."""

    def __init__(self, subcode, text="refused", code="Sender"):
        super().__init__(text)
        self.subcode, self.text, self.code = subcode, text, code


class Arrival:
    """One request of a charge point."""

    def __init__(self, xml, path):
        envelope = ElementTree.fromstring(xml)
        header, body = envelope.find("{%s}Header" % SOAP), envelope.find("{%s}Body" % SOAP)
        self.xml = xml.decode()
        self.defect = urllib.parse.unquote(path.strip("/"))
        namespace, name = re.fullmatch(r"\{(.*)\}(.*)", body[0].tag).groups()
        self.version = next(v for v, date in DATES.items() if date in namespace)
        self.action = name[0].upper() + name[1:].removesuffix("Request")
        self.fields = {re.sub(r"\{.*\}", "", each.tag): (each.text or "").strip() for each in body[0]}
        text = lambda path: (header.findtext(path) or "").strip()  # noqa: E731
        self.messageId = text("{%s}MessageID" % WSA)
        self.address = text("{%s}From/{%s}Address" % (WSA, WSA))
        self.identity = text("{%s}chargeBoxIdentity" % namespace)

    def age(self):
        """Seconds since its oldest timestamp."""
        times = re.findall(r"timestamp>([0-9T:-]{19})", self.xml)
        return max((now() - datetime.datetime.fromisoformat(each + "+00:00")).total_seconds() for each in times)


class Chargers:
    """What the central system remembers of each charge point; a defect is played to its own ones."""

    def __init__(self):
        self.lock = threading.Lock()
        self.starts, self.stopped, self.authorized = {}, set(), set()
        self.addresses = {}  # identity -> (where it is called, version, defect)
        self.next = 1

    def start(self, request):
        if request.defect == "same-id":
            return 1
        key = uuid.uuid4() if request.defect == "new-id" else (request.identity, request.messageId)
        with self.lock:
            if key not in self.starts:
                self.starts[key] = self.next
                self.next += 1
            return self.starts[key]


chargers = Chargers()
FEW_STATUSES = ("Available", "Occupied", "Preparing", "Charging", "Finishing")
# A defect that is a Fault: its name, and when it shows.
FAULTS = {
    "fault-old": lambda r: "timestamp" in r.xml and r.action != "StatusNotification" and r.age() > 600,
    "fault-old-values": lambda r: r.action == "MeterValues" and r.age() > 600,
    "fault-start-by-strangers": lambda r: r.action == "StartTransaction" and r.fields["idTag"] not in TAGS,
    "fault-unknown-stop": lambda r: r.fields.get("transactionId") == "987654321",
    "fault-no-tag": lambda r: r.action == "StopTransaction" and "idTag" not in r.fields,
    "fault-stop-again": lambda r: r.action == "StopTransaction" and r.messageId in chargers.stopped,
    "fault-reason": lambda r: "reason" in r.fields,
    "fault-data": lambda r: "transactionData" in r.fields,
    "fault-rare-status": lambda r: r.action == "StatusNotification" and r.fields["status"] not in FEW_STATUSES,
    "fault-error-code": lambda r: r.fields.get("errorCode", "NoError") != "NoError",
    "fault-without-transaction": lambda r: r.action == "MeterValues" and "transactionId" not in r.fields,
    "fault-rare-context": lambda r: "Interruption." in r.xml,
    "fault-rare-measurand": lambda r: "Reactive" in r.xml,
}


def tagInfo(request, tag):
    status = TAGS.get(tag, "Invalid")
    if request.defect == "accept-anything":
        status = "Accepted"
    if request.defect == "nobody-known" and tag != "BLOCKED":
        status = "Invalid"
    if request.defect == "needs-authorize" and request.action == "StartTransaction":
        status = status if request.identity in chargers.authorized else "Invalid"
    return {"idTagInfo": {"status": status}}


def boot(request):
    interval = "interval" if request.version == "1.6" else "heartbeatInterval"
    shift = 3600 if request.defect == "clock-off" else 0
    return {"status": "Accepted", "currentTime": isoTime(now(shift)), interval: 0 if request.defect == "no-interval" else 300}


def authorize(request):
    chargers.authorized.add(request.identity)
    return tagInfo(request, request.fields["idTag"])


def start(request):
    if not request.fields["connectorId"].isdigit():
        request.fields["connectorId"] = "1"
    return {"transactionId": chargers.start(request), **tagInfo(request, request.fields["idTag"])}


def stop(request):
    chargers.stopped.add(request.messageId)
    return {}


def transfer(request):
    return {"status": "Accepted" if request.defect == "accept-anything" else "UnknownVendorId"}


ANSWERS = {
    "Authorize": authorize,
    "BootNotification": boot,
    "DataTransfer": transfer,
    "DiagnosticsStatusNotification": lambda r: {},
    "FirmwareStatusNotification": lambda r: {},
    "Heartbeat": lambda r: {"currentTime": isoTime(now())},
    "MeterValues": lambda r: {},
    "StartTransaction": start,
    "StatusNotification": lambda r: {},
    "StopTransaction": stop,
}


def answer(request):
    """The payload of the answer; Refused for a Fault."""
    defect = request.defect
    if request.action not in ANSWERS:
        raise Refused("NotSupported", "no such operation")
    if defect == "lacks-" + request.action:
        raise Refused("NotSupported", "not built in", "Receiver")
    if defect == "fault-" + request.action or FAULTS.get(defect, lambda r: False)(request):
        raise Refused("InternalError", "a defect", "Receiver")
    if request.action == "Authorize" and "idTag" not in request.fields:
        if defect != "lax":
            raise Refused("FormationViolation", "idTag is missing")
        request.fields["idTag"] = "TAG1"
    if request.action == "StartTransaction" and not request.fields["connectorId"].isdigit() and defect != "lax":
        raise Refused("TypeConstraintViolation", "connectorId is no number")
    return ANSWERS[request.action](request)


def namespaceOf(version, service):
    return "urn://Ocpp/%s/%s/" % (service, DATES[version])


def respond(request):
    """(HTTP status, Content-Type, body)"""
    defect, action = request.defect, "/%sResponse" % request.action
    version = {"1.2": "1.5", "1.5": "1.6", "1.6": "1.5"}[request.version] if defect == "other-namespace" else request.version
    try:
        name = lower(request.action) + "Response"
        status, body = 200, "<o:%s>%s</o:%s>" % (name, elements(answer(request)), name)
    except Refused as refused:
        if defect == "html-for-faults":
            return 500, "text/html", b"<html><body>Internal Server Error</body></html>"
        if defect == "nothing-for-faults":
            return 200, "application/soap+xml", b""
        status, body = (400 if refused.code == "Sender" else 500), FAULT % (refused.code, refused.subcode, refused.text)
        status, action = 200 if defect == "faults-with-200" else status, WSA + "/fault"
    relation = {"other-relates-to": "urn:uuid:1", "no-relates-to": ""}.get(defect, request.messageId)
    action = "/ResetResponse" if defect == "other-action" else action
    header = "<a:MessageID>urn:uuid:%s</a:MessageID><a:To>%s/anonymous</a:To><a:Action>%s</a:Action>" % (
        uuid.uuid4(), WSA, action)
    header += "<a:RelatesTo>%s</a:RelatesTo>" % escape(relation) if relation else ""
    kind = "text/html" if defect == "html-type" else "application/soap+xml; charset=utf-8"
    return status, kind, (ENVELOPE % (namespaceOf(version, "Cs"), header, body)).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # header and body leave together

    def do_POST(self):
        request = Arrival(self.rfile.read(int(self.headers["Content-Length"])), self.path)
        chargers.addresses[request.identity] = (request.address, request.version, request.defect)
        status, kind, body = respond(request)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


# --- operations ---

OTHER = {"Hard": "Soft", "Soft": "Hard", "Operative": "Inoperative", "Inoperative": "Operative", "Full": "Differential",
         "Differential": "Full", "TxProfile": "TxDefaultProfile", "TxDefaultProfile": "TxProfile", "A": "W"}


def changed(value):
    """Other numbers, other words: what a central system sends that means something else."""
    if isinstance(value, dict):
        return {key: changed(each) for key, each in value.items() if key not in ("idTag", "location")}
    if isinstance(value, list):
        return [changed(each) for each in value]
    return value + 1000 if isinstance(value, int) else OTHER.get(value, "Other" if value.isalpha() else value)


def inVersion(payload, version):
    if version == "1.6":
        return payload
    return {"localAuthorisationList" if key == "localAuthorizationList" else key: each for key, each in payload.items()}


def send(command):
    """Sends the operation; answers are not looked at."""
    address, version, defect = chargers.addresses[command["identity"]]
    if defect == "silent":
        return
    action, payload = command["action"], inVersion(command["payload"], version)
    payload = changed(payload) if defect == "other-content" else payload
    identity = "SOMEBODY" if defect == "other-identity" else command["identity"]
    header = "<o:chargeBoxIdentity>%s</o:chargeBoxIdentity>" % escape(identity) if defect != "no-identity" else ""
    header += "<a:MessageID>urn:uuid:%s</a:MessageID><a:Action>/%s</a:Action>" % (
        uuid.uuid4(), "Heartbeat" if defect == "other-action-sent" else action)
    header += "<a:To>%s</a:To>" % escape("http://elsewhere/" if defect == "other-to" else address)
    header += "<a:From><a:Address>http://127.0.0.1/central</a:Address></a:From>"
    name = lower(action) + "Request"
    body = "<o:%s>%s</o:%s>" % (name, elements(payload), name)
    text = (ENVELOPE % (namespaceOf(version, "Cp"), header, body)).encode()
    target = urllib.parse.urlsplit(address)
    for _ in range(2 if defect == "said-twice" else 1):
        connection = http.client.HTTPConnection(target.hostname, target.port, timeout=30)
        connection.request("POST", target.path, text, {"Content-Type": "application/soap+xml; charset=utf-8"})
        connection.getresponse().read()
        connection.close()


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"event": "listening", "port": server.server_address[1]}), flush=True)
    for line in sys.stdin:
        send(json.loads(line))
        print(json.dumps({"event": "sent"}), flush=True)


if __name__ == "__main__":
    main()
