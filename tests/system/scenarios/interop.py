# SPDX-License-Identifier: GPL-2.0-or-later
"""What real chargers do differently, one row each: peculiar bytes, and the CALL that they must become.

The ids are those of the survey of field peculiarities that docs/interop.md lists.
"""

import json
import re

from harness import same
from raw_http import Http
from scenarios import scenario
from scenarios.corpus import story
from scenarios.wire import SOAP, request

CS = "urn://Ocpp/Cs/2012/06/"
WSA = "http://www.w3.org/2005/08/addressing"
PLAIN = '<s:Envelope xmlns:s="%s" xmlns:o="%s" xmlns:a="%s"><s:Header>%s</s:Header><s:Body>%s</s:Body></s:Envelope>'
AUTHORIZE = "<o:authorizeRequest><o:idTag>T</o:idTag></o:authorizeRequest>"
ASKED = ("Authorize", {"idTag": "T"})


class Row:
    """`ids`: of the survey; `header`: behind the identity; `edit`: what is changed in the finished envelope."""

    def __init__(self, ids, body=AUTHORIZE, call=ASKED, header="", edit=(), http=(), identity=None, cs=CS, **line):
        self.ids, self.call, self.http, self.line = ids, call, http, line
        self.identity = identity or "CP-" + ids.split()[0]
        head = "<o:chargeBoxIdentity>%s</o:chargeBoxIdentity>%s" % (self.identity, header)
        text = PLAIN % (SOAP, cs, WSA, head, body)
        for old, new in edit:
            assert old in text, (ids, old)
            text = text.replace(old, new)
        self.bytes = text.encode()

    def request(self):
        whole = request(self.bytes, self.http, **self.line)
        # a Content-Type of the row stands alone
        own = any(line.lower().startswith("content-type") for line in self.http)
        return whole.replace(b"Content-Type: application/soap+xml; charset=utf-8\r\n", b"", 1) if own else whole


def wrap(name, inner):
    return "<o:%sRequest>%s</o:%sRequest>" % (name, inner, name)


STOP = wrap("stopTransaction", "%s<o:timestamp>%s</o:timestamp><o:meterStop>5</o:meterStop>")
METER = wrap("meterValues", "<o:connectorId>%s</o:connectorId>%s")
VALUE = "<o:values><o:timestamp>2024-05-01T08:00:00Z</o:timestamp><o:value>7</o:value></o:values>"
READING = {"timestamp": "2024-05-01T08:00:00Z", "sampledValue": [{"value": "7"}]}


def stopped(timestamp, transaction=17):
    return ("StopTransaction", {"transactionId": transaction, "timestamp": timestamp, "meterStop": 5})


ROWS = [
    Row("H1", http=['Content-Type: application/soap+xml; charset=UTF-8; action="/Authorize"']),
    Row("H2", http=["Content-Type: text/xml"]),
    Row("H2b", http=["Content-Type: application/soap+xml", "Content-Type: application/xml; charset=utf-8"]),
    Row("H3", http=["SOAPAction: urn://Ocpp/Cs/2012/06/Reset"]),
    Row("H5", http=["Connection: close"]),
    Row("H11 A1", line="POST /OCPP/service/CP-H11?tenantid=1&token=x HTTP/1.1",
        edit=[("<o:chargeBoxIdentity>CP-H11</o:chargeBoxIdentity>", "")]),
    Row("X1", edit=[("s:Envelope", "SOAP-ENV:Envelope"), ("xmlns:s=", "xmlns:SOAP-ENV="),
                    ("s:Header", "SOAP-ENV:Header"), ("s:Body", "SOAP-ENV:Body"),
                    ("<o:authorizeRequest>", '<authorizeRequest xmlns="%s">' % CS),
                    ("</o:authorizeRequest>", "</authorizeRequest>"), ("o:idTag", "idTag")]),
    Row("X2", edit=[(SOAP, "http://schemas.xmlsoap.org/soap/envelope/")]),
    Row("X3 H7", edit=[("<s:Envelope", "\ufeff\r\n <s:Envelope"), ("</s:Envelope>", "</s:Envelope>\r\n\r\n")]),
    Row("X4", body=STOP % ('<o:transactionId>17</o:transactionId><o:idTag xsi:nil="true"></o:idTag>',
                           "2024-05-01T08:00:00Z"), call=stopped("2024-05-01T08:00:00Z")),
    Row("X6", edit=[("o:idTag", "idTag")]),
    Row("X7", body=wrap("stopTransaction", "<o:timestamp>2024-05-01T08:00:00Z</o:timestamp><o:meterStop>5</o:meterStop>"
                        "<o:transactionId>17</o:transactionId>"), call=stopped("2024-05-01T08:00:00Z")),
    Row("X8", cs="urn://Ocpp/Cp/2012/06/"),
    Row("X8b", cs="urn://Ocpp/Cs/2012/06"),
    Row("X9", edit=[("<o:chargeBoxIdentity>", '<h:chargeBoxIdentity xmlns:h="urn://Ocpp/Cp/2015/10/">'),
                    ("</o:chargeBoxIdentity>", "</h:chargeBoxIdentity>")]),
    Row("X10", body=METER % (1, "<o:transactionId></o:transactionId>" + VALUE),
        call=("MeterValues", {"connectorId": 1, "meterValue": [READING]})),
    Row("X11", edit=[("CP-X11<", "\n  CP-X11  \n<")]),
    Row("X12", body=wrap("dataTransfer", "<o:vendorId>v</o:vendorId><o:data><x>1</x></o:data>"),
        call=("DataTransfer", {"vendorId": "v", "data": "<x>1</x>"})),
    Row("X16", body=wrap("firmwareStatusNotification", "<o:status>installed</o:status>"),
        call=("FirmwareStatusNotification", {"status": "Installed"})),
    Row("X19", identity="UID=1013,O=00:13:F6:01:91:26"),
    Row("A2", edit=[("o:chargeBoxIdentity", "a:ChargeBoxIdentity")]),
    Row("A3", header='<a:Action s:mustUnderstand="1">/Authorize</a:Action><a:To s:mustUnderstand="true">x</a:To>'),
    Row("A5", header="<a:MessageID>7230</a:MessageID>"),
    Row("A6", header="<a:MessageID>urn:uuid:constant</a:MessageID>"),
    Row("A6b", header="<a:MessageID>urn:uuid:constant</a:MessageID>", identity="CP-A6",
        edit=[("<o:idTag>T<", "<o:idTag>U<")], call=("Authorize", {"idTag": "U"})),
    Row("A9", header="<a:From>http://10.0.0.7:8080/</a:From>"),
    Row("A11", header="<a:ReplyTo><a:Address>invalid</a:Address></a:ReplyTo>"
        "<a:FaultTo><a:Address>x</a:Address></a:FaultTo>"),
    Row("A12", edit=[(WSA, "http://schemas.xmlsoap.org/ws/2004/08/addressing")]),
    Row("A13", header="<a:Action>urn://Ocpp/Cs/2012/06/CentralSystemService/Heartbeat</a:Action>"),
    Row("A18", header='<x:Security xmlns:x="urn:x"><x:UsernameToken/></x:Security>'),
    Row("P1", body=wrap("bootNotification", "<o:chargePointVendor>V</o:chargePointVendor>"),
        call=("BootNotification", {"chargePointVendor": "V", "chargePointModel": "Unknown"})),
    Row("P6", body=METER % (1, '<o:values timestamp="2024-05-01T08:00:00Z"><o:value>7</o:value></o:values>'),
        call=("MeterValues", {"connectorId": 1, "meterValue": [READING]})),
    Row("P8", body=METER % (11, VALUE), call=("MeterValues", {"connectorId": 11, "meterValue": [READING]})),
    Row("P14", body=STOP % ("<o:transactionId>17</o:transactionId>", "2024-05-01T10:00:00.123456+02:00"),
        call=stopped("2024-05-01T08:00:00.123Z")),
    Row("P14b", body=STOP % ("<o:transactionId>17</o:transactionId>", "2024-05-01T08:00:00"),
        call=stopped("2024-05-01T08:00:00Z")),
]


@scenario("asan")
def peculiarities(world):
    """A charger with any of the field's peculiarities is served, and the back-end sees the message that was meant."""
    world.start()
    for row in ROWS:
        connection = Http(world.bridge.port)
        status, _, body = connection.send(row.request()).answer()
        connection.close()
        same("HTTP status for %s: %s" % (row.ids, body.decode()), status, 200)
        calls = [json.loads(line["text"]) for line in story(world) if line.get("event") == "json-out"]
        same("CALL for " + row.ids, [tuple(call[2:]) for call in calls], [row.call])
        if row.ids == "A5":
            same("RelatesTo", re.search(rb"RelatesTo[^>]*>([^<]*)<", body)[1], b"7230")
