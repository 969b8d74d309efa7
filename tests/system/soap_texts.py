# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests of OCPP 1.5 and 1.6 SOAP chargers as compact texts, and a charger's one HTTP connection.

Faster than a SOAP library, so that a test can have many chargers; what the texts mean is checked on the other side."""

import datetime
import re
import socket
import uuid

DATE = {"1.5": "2012/06", "1.6": "2015/10"}
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:o="urn://Ocpp/Cs/%s/" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>'
    "<o:chargeBoxIdentity>%s</o:chargeBoxIdentity><a:MessageID>%s</a:MessageID>"
    "<a:From><a:Address>http://127.0.0.1:9/</a:Address></a:From><a:Action>/%s</a:Action></s:Header>"
    "<s:Body><o:%sRequest>%s</o:%sRequest></s:Body></s:Envelope>"
)
UNIT = {"measurand": "Energy.Active.Import.Register", "unit": "Wh"}


def isoTime(milliseconds):
    moment = datetime.datetime.fromtimestamp(milliseconds // 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + ".%03dZ" % (milliseconds % 1000)


def milliseconds(text):
    """Of an ISO 8601 time in UTC with any number of fraction digits."""
    whole, fraction = re.fullmatch(r"(.{19})(?:\.(\d+))?Z", text).groups()
    moment = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return int(moment.timestamp()) * 1000 + int(((fraction or "") + "000")[:3])


def newMessageId():
    return "urn:uuid:%s" % uuid.uuid4()


def envelope(version, identity, operation, inner, messageId):
    name = operation[0].lower() + operation[1:]
    return (ENVELOPE % (DATE[version], identity, messageId, operation, name, inner, name)).encode()


def element(name, value):
    return "" if value is None else "<o:%s>%s</o:%s>" % (name, value, name)


def reading(version, name, at, value, context):
    """One MeterValue with one sample."""
    if version == "1.5":
        attributes = ' context="%s" measurand="%s" unit="%s"' % (context, UNIT["measurand"], UNIT["unit"])
        inner = "<o:value%s>%s</o:value>" % (attributes, value)
    else:
        fields = element("value", value) + element("context", context)
        fields += element("measurand", UNIT["measurand"]) + element("unit", UNIT["unit"])
        inner = "<o:sampledValue>%s</o:sampledValue>" % fields
    return "<o:%s>%s%s</o:%s>" % (name, element("timestamp", isoTime(at)), inner, name)


def expectedReading(at, value, context):
    """What the back-end must see of reading(), with the time as milliseconds."""
    return {"timestamp": at, "sampledValue": [dict(UNIT, value=str(value), context=context)]}


def boot(version):
    return element("chargePointVendor", "Crash") + element("chargePointModel", "Test " + version)


def status(connector, word, at):
    fields = element("connectorId", connector) + element("status", word) + element("errorCode", "NoError")
    return fields + element("timestamp", isoTime(at))


def authorize(idTag):
    return element("idTag", idTag)


def startTransaction(connector, idTag, at, meter):
    fields = element("connectorId", connector) + element("idTag", idTag)
    return fields + element("timestamp", isoTime(at)) + element("meterStart", meter)


def meterValues(version, connector, transaction, readings):
    name = "values" if version == "1.5" else "meterValue"
    fields = element("connectorId", connector) + element("transactionId", transaction)
    return fields + "".join(reading(version, name, *each) for each in readings)


def stopTransaction(version, transaction, idTag, at, meter, readings):
    fields = element("transactionId", transaction) + element("idTag", idTag)
    fields += element("timestamp", isoTime(at)) + element("meterStop", meter)
    if version == "1.5":
        inner = "".join(reading(version, "values", *each) for each in readings)
        return fields + "<o:transactionData>%s</o:transactionData>" % inner
    return fields + "".join(reading(version, "transactionData", *each) for each in readings)


class Unanswered(Exception):
    """No complete HTTP answer: no connection, cut, or too late."""


class Answer:
    def __init__(self, status, body):
        self.status = status
        self.text = body.decode("utf-8", "replace")
        self.fault = status != 200 or re.search(r"[<:]Fault[\s>]", self.text) is not None

    def field(self, name):
        found = re.search(r"[<:]%s>([^<]*)<" % name, self.text)
        return found.group(1) if found else None

    def reason(self):
        """Of a fault: "HTTP status: the Reason's text"."""
        found = re.search(r"[<:]Text[^>]*>([^<]*)<", self.text)
        return "%d: %s" % (self.status, found.group(1) if found else self.text[:200])


class Connection:
    """A charger's HTTP connection, kept open as long as both sides like it."""

    def __init__(self, port):
        self.port = port
        self.socket = None
        self.buffer = b""

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None
        self.buffer = b""

    def post(self, body, patience):
        """The Answer; Unanswered when none came within `patience` seconds: the connection is gone then."""
        head = (
            "POST /ocpp HTTP/1.1\r\nHost: bridge\r\nContent-Type: application/soap+xml; charset=utf-8\r\n"
            "Content-Length: %d\r\n\r\n" % len(body)
        )
        try:
            if not self.socket:
                self.socket = socket.create_connection(("127.0.0.1", self.port), patience)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.settimeout(patience)
            self.socket.sendall(head.encode() + body)
            return self.answer()
        except OSError as e:
            self.close()
            raise Unanswered(str(e) or type(e).__name__)

    def answer(self):
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
        length = int(headers.get("content-length", 0))
        while len(self.buffer) < length:
            self.more()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(lines[0].split()[1]), body)

    def more(self):
        data = self.socket.recv(65536)
        if not data:
            raise OSError("closed by the bridge")
        self.buffer += data
