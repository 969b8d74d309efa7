# SPDX-License-Identifier: GPL-2.0-or-later
"""The contract of one service as zeep and libxml2 understand it, and how the charger tells what it sees."""

import datetime
import decimal
import json
import sys
import threading

from lxml import etree
import zeep
import zeep.helpers

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
ANONYMOUS = WSA + "/anonymous"
XSD = "http://www.w3.org/2001/XMLSchema"

tellLock = threading.Lock()


def tell(event, **fields):
    line = json.dumps({"event": event, **fields}, default=plain)
    with tellLock:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def plain(value):
    """Times as RFC 3339 UTC text, decimals as text without trailing zeros: a test compares what was on the wire."""
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
            return value.isoformat() + "Z"
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return format(value.normalize(), "f")
    return str(value)


def withoutNone(value):
    if isinstance(value, dict):
        return {k: withoutNone(v) for k, v in value.items() if v is not None and v != []}
    if isinstance(value, list):
        return [withoutNone(v) for v in value]
    return value


class Contract:
    """One WSDL: zeep's objects for reading and writing, libxml2's schema for judging."""

    def __init__(self, path, plugin, transport):
        self.client = zeep.Client(path, transport=transport, plugins=[plugin])
        binding = next(iter(self.client.wsdl.bindings.values()))
        self.binding = str(binding.name)
        self.operations = {name: op for name, op in binding.all().items()}
        root = etree.parse(path).getroot()
        schema = root.find(".//{%s}schema" % XSD)
        self.namespace = schema.get("targetNamespace")
        self.schema = etree.XMLSchema(etree.ElementTree(etree.fromstring(etree.tostring(schema))))

    def judge(self, where, element):
        """Tells a violation when the body element is not what the schema demands."""
        lone = etree.fromstring(etree.tostring(element))
        if not self.schema.validate(lone):
            tell("violation", where=where, errors=[str(e.message) for e in self.schema.error_log])

    def read(self, element):
        parsed = self.client.get_element(str(etree.QName(element))).parse(element, self.client.wsdl.types)
        return withoutNone(zeep.helpers.serialize_object(parsed, dict)) or {}

    def write(self, name, payload):
        wrapper = self.client.get_element("{%s}%s" % (self.namespace, name))
        holder = etree.Element("holder")
        wrapper.render(holder, wrapper(**payload))
        return holder[0]


def bodyOf(envelope):
    body = envelope.find("{%s}Body" % SOAP)
    return body[0] if body is not None and len(body) else None


def headersOf(envelope):
    """Header texts by local name; From and ReplyTo by Address; "identityNamespace" is that of chargeBoxIdentity."""
    found = {}
    header = envelope.find("{%s}Header" % SOAP)
    for part in header if header is not None else []:
        name = etree.QName(part)
        address = part.find("{%s}Address" % WSA)
        found[name.localname] = ((address.text if address is not None else part.text) or "").strip()
        if name.localname == "chargeBoxIdentity":
            found["identityNamespace"] = name.namespace
        if name.localname in ("Action", "MessageID", "To", "From", "ReplyTo", "RelatesTo") and name.namespace != WSA:
            tell("violation", where="header " + name.localname, errors=["namespace is " + str(name.namespace)])
    return found


def demand(where, **pairs):
    """Each pair is (seen, expected); tells a violation of those that differ."""
    errors = ["%s is %r, expected %r" % (name, seen, want) for name, (seen, want) in pairs.items() if seen != want]
    if errors:
        tell("violation", where=where, errors=errors)
