# SPDX-License-Identifier: GPL-2.0-or-later
"""A wire between a charge point and its central system that turns a good charge point into one with a defect: it loses,
alters and invents messages. Both sides speak SOAP over HTTP to it and believe to speak to each other."""

import http.client
import http.server
import re
import socket
import struct
import threading
import urllib.parse
import uuid

ADDRESS = re.compile(r"(<wsa:From><wsa:Address>)([^<]*)(</wsa:Address>)")
IDENTITY = re.compile(r"(chargeBoxIdentity[^>]*>)[^<]*(<)")
ANSWER = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:o="%(namespace)s"><s:Header>'
    "<wsa:MessageID>urn:uuid:%(id)s</wsa:MessageID><wsa:RelatesTo>%(relatesTo)s</wsa:RelatesTo>"
    "<wsa:To>http://www.w3.org/2005/08/addressing/anonymous</wsa:To><wsa:Action>%(action)s</wsa:Action>"
    "</s:Header><s:Body>%(body)s</s:Body></s:Envelope>"
)
CONTENT_TYPE = "application/soap+xml; charset=utf-8"
FAULT = (
    "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>o:InternalError</s:Value></s:Subcode></s:Code>"
    '<s:Reason><s:Text xml:lang="en">defect</s:Text></s:Reason></s:Fault>'
)


class Defect:
    """What goes wrong with one action; `pattern` says with which of its messages. `after`: only when such a request of
    the charge point has passed before."""

    def __init__(self, action, pattern="", after=None):
        self.action, self.pattern, self.after = action, re.compile(pattern, re.S), after

    def request(self, xml):
        """The charge point's request, as the central system is to get it."""
        return xml

    def answered(self, wire, xml, answer):
        """The central system's answer, as the charge point is to get it."""
        return answer

    def operation(self, xml):
        """The central system's operation, as the charge point is to get it."""
        return xml

    def ignored(self, xml):
        """The body of the answer to an operation that the charge point never gets, or None."""
        return None

    def reply(self, answer):
        """The charge point's answer to an operation, as the central system is to get it."""
        return answer


class Lost(Defect):
    """The request never arrives: it is said in the name of a charge point that nobody looks at."""

    def request(self, xml):
        return IDENTITY.sub(r"\1GHOST\2", xml) if self.pattern.search(xml) else xml


class Changing(Defect):
    def __init__(self, action, pattern, to, after=None):
        super().__init__(action, pattern, after)
        self.to = to

    def change(self, xml):
        return self.pattern.sub(self.to, xml)


class Altered(Changing):
    """The charge point says something else."""

    def request(self, xml):
        return self.change(xml)


class Believed(Changing):
    """The charge point takes the central system's answer for another one."""

    def answered(self, wire, xml, answer):
        return self.change(answer)


class Misheard(Changing):
    """The charge point takes the operation for another one."""

    def operation(self, xml):
        return self.change(xml)


class Answered(Changing):
    """The charge point gives another answer than it should."""

    def reply(self, answer):
        return self.change(answer)


class Ignored(Defect):
    """The charge point says that it will, and does not."""

    def __init__(self, action, pattern="", body="<o:status>Accepted</o:status>", after=None):
        super().__init__(action, pattern, after)
        self.body = body

    def ignored(self, xml):
        if not self.pattern.search(xml):
            return None
        name = self.action[0].lower() + self.action[1:] + "Response"
        return "<o:%s>%s</o:%s>" % (name, self.body, name)


class Faulted(Defect):
    """The charge point fails."""

    def ignored(self, xml):
        return FAULT


class Chatty(Defect):
    """A Heartbeat follows upon an answer that forbids it."""

    def answered(self, wire, xml, answer):
        if self.pattern.search(answer):
            said = re.sub(r"(<\S+Body>)<(\w+):.*(</\S+Body>)", r"\1<\2:heartbeatRequest/>\3", xml, flags=re.S)
            said = said.replace("/BootNotification", "/Heartbeat")
            said = re.sub(r"urn:uuid:[^<]*", "urn:uuid:%s" % uuid.uuid4(), said)
            wire.forward(wire.central, said)
            wire.struck()
        return answer


class FaultyWire:
    """`struck()` is called when a defect has had its effect; there is none before arm()."""

    def __init__(self, central, defect, struck):
        self.central, self.defect, self.struck = central, defect, struck
        self.armed = False
        self.passed = set()
        self.charger = None
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.wire = self
        self.base = "http://127.0.0.1:%d" % self.server.server_address[1]
        self.url = self.base + "/ocpp"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def arm(self):
        self.passed.clear()
        self.armed = True

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def applies(self, action):
        defect = self.defect
        if not self.armed or defect.action not in ("*", action):
            return False
        return defect.after is None or defect.after in self.passed

    def change(self, work, xml):
        """The text after the defect has worked on it."""
        changed = work(xml)
        if changed != xml:
            self.struck()
        return changed

    def forward(self, url, xml):
        """(status, text) of the other side; whatever goes wrong is an OSError."""
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        try:
            connection.request("POST", parts.path, xml.encode(), {"Content-Type": CONTENT_TYPE})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def fromCharger(self, action, xml):
        address = ADDRESS.search(xml)
        self.charger = address.group(2)
        said = ADDRESS.sub(r"\g<1>%s/charger\g<3>" % self.base, xml)
        defective = self.applies(action)
        good = said
        if defective:
            said = self.defect.request(said)
        self.passed.add(action)
        status, answer = self.forward(self.central, said)
        if said != good:
            self.struck()
        if defective:
            answer = self.change(lambda text: self.defect.answered(self, xml, text), answer)
        return status, answer

    def fromCentral(self, action, xml):
        defective = self.applies(action)
        body = self.defect.ignored(xml) if defective else None
        if body is not None:
            self.struck()
            return (500 if body is FAULT else 200), ANSWER % {
                "namespace": re.search(r'xmlns:cp1\d="([^"]+)"', xml).group(1),
                "id": uuid.uuid4(),
                "relatesTo": re.search(r"MessageID>([^<]*)<", xml).group(1),
                "action": "/" + action + "Response",
                "body": body,
            }
        if defective:
            xml = self.change(self.defect.operation, xml)
        status, answer = self.forward(self.charger, xml)
        return status, self.change(self.defect.reply, answer) if defective else answer


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a peer that leaves is no matter


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        wire = self.server.wire
        xml = self.rfile.read(int(self.headers["Content-Length"])).decode()
        action = re.search(r"Action[^>]*>/(\w+)<", xml).group(1)
        try:
            status, answer = (wire.fromCharger if self.path == "/ocpp" else wire.fromCentral)(action, xml)
        except OSError:
            # The other side broke off, so do we.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        body = answer.encode()
        self.send_response(status)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
