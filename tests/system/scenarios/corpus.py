# SPDX-License-Identifier: GPL-2.0-or-later
"""The sweep over captured messages of chargers and central systems, which lie beside the repository.

The back-end is strict: whatever reaches it in spite of the schema is a violation, and fails the scenario by itself.
"""

import dataclasses
import glob
import json
import os
import re

from lxml import etree

from harness import Failed, logLine, same
from raw_http import Http
from scenarios import scenario
from scenarios.wire import faultOf, request

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ANSWERED = ("soap-out", "soap-refused", "not-tolerated")

# Values of a served request that its CALL may lack, by file number.
LOST = {}

# Operations that only a central system may call: at our endpoint they are not supported (ER-7).
FOR_CHARGERS = (
    "cancelReservation changeAvailability changeConfiguration clearCache clearChargingProfile getCompositeSchedule "
    "getConfiguration getDiagnostics getLocalListVersion remoteStartTransaction remoteStopTransaction reserveNow reset "
    "sendLocalList setChargingProfile triggerMessage unlockConnector updateFirmware"
).split()


@dataclasses.dataclass
class Sample:
    """One file; the name is NUMBER-VERSION-ELEMENT-ORIGIN.xml."""

    path: str

    def __post_init__(self):
        self.number, self.version, self.element = os.path.basename(self.path).split("-")[:3]
        with open(self.path, "rb") as file:
            self.body = file.read()

        self.name = re.sub("(Request|Response)$", "", self.element)
        self.operation = self.name[0].upper() + self.name[1:]

    def makeUnknown(self, known):
        """An identity that was seen before gets the file's number, so that nothing counts as a repeat (SM-7)."""
        found = re.search(rb"chargeBoxIdentity[^>]*>\s*([^<]*?)\s*<", self.body)
        if found and found[1] in known:
            self.body = self.body[: found.end(1)] + b"-" + self.number.encode() + self.body[found.end(1) :]
        elif found:
            known.add(found[1])


def samples(world, ending):
    found = [Sample(path) for path in glob.glob(os.path.join(world.options.corpus, "*.xml"))]
    return sorted((each for each in found if each.element.endswith(ending)), key=lambda each: int(each.number))


def report(world, *columns):
    if world.options.list_corpus:
        print(" | ".join(columns).replace("\n", " "), flush=True)


def story(world):
    """The bridge's log lines up to the answer of the request that was just made."""
    lines = []

    def ends(text):
        return logLine(text).get("event") in ANSWERED

    world.bridge.take(ends, "its answer", keep=lines)
    return [logLine(text) for text in lines]


@scenario("asan", "corpus", needs="corpus")
def corpusSweep(world):
    """Each captured request is served, or refused for a stated reason, and nothing that reaches the back-end breaks
    its schema."""
    world.start()
    known = set()
    for sample in samples(world, "Request"):
        sample.makeUnknown(known)
        connection = Http(world.bridge.port)
        answer = connection.send(request(sample.body)).answer()
        connection.close()
        told = story(world)
        calls = [json.loads(line["text"]) for line in told if line.get("event") == "json-out"]
        notes = [line["text"] for line in told if line.get("event") in ("tolerated", "callback", "note")]
        outcome = "served" if answer[0] == 200 else "refused, %s: %s" % (faultOf(answer), reasonOf(answer[2]))
        report(world, sample.number, sample.element, outcome, json.dumps([call[2:] for call in calls]), *notes)
        judge(sample, answer, calls)


def judge(sample, answer, calls):
    where = "file %s (%s)" % (sample.number, sample.element)
    if sample.name in FOR_CHARGERS:
        same(where, faultOf(answer), "500 Receiver/NotSupported")
        same(where + " as CALLs", calls, [])
        return
    if answer[0] != 200:
        raise Failed("%s is refused: %s, %s" % (where, faultOf(answer), reasonOf(answer[2])))
    same(where, etree.QName(bodyOf(answer[2])[0]).localname, sample.name + "Response")
    same(where + " as CALLs", [call[2] for call in calls], [sample.operation])
    lost = [text for text in said(sample) if text not in leaves(calls[0][3])]
    same(where + " loses", lost, LOST.get(sample.number, []))


def said(sample):
    """All values of the body, times to the second."""
    body = bodyOf(sample.body)
    texts = [text.strip() for text in body.itertext()]
    texts += [value for element in body.iter() for value in element.attrib.values()]
    return [shortTime(text) for text in texts if text]


def leaves(value):
    if isinstance(value, (dict, list)):
        return [leaf for each in (value.values() if isinstance(value, dict) else value) for leaf in leaves(each)]
    return [str(value).lower() if isinstance(value, bool) else shortTime(str(value))]


def shortTime(text):
    return re.sub(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z$", r"\1", text)


def bodyOf(text):
    return etree.fromstring(text).find("{%s}Body" % SOAP)


def reasonOf(text):
    return " ".join(bodyOf(text).itertext("{%s}Text" % SOAP))


# The CALL that each captured response of a charger answers.
CALLS = {
    "ClearCache": {},
    "Reset": {"type": "Soft"},
    "RemoteStartTransaction": {"idTag": "TAG-1", "connectorId": 1},
    "GetConfiguration": {},
    "GetCompositeSchedule": {"connectorId": 1, "duration": 600},
}


@scenario("asan", "corpus", needs="corpus")
def corpusResponses(world):
    """Each captured response of a charger, whatever it lacks, is a CALLRESULT that the back-end accepts."""
    world.start()
    chargers = {}
    for sample in samples(world, "Response"):
        if sample.operation not in CALLS:
            continue  # of a central system: for another direction than ours
        if sample.version not in chargers:
            chargers[sample.version] = world.charger(sample.version).ready()
            chargers[sample.version].call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
        charger = chargers[sample.version]
        charger.answer(sample.operation, http={"status": 200, "body": sample.body.decode()}, times=1)
        told = world.backend.call(charger.identity, sample.operation, CALLS[sample.operation])
        charger.request(sample.operation)
        report(world, sample.number, sample.element, told["event"], str(told.get("payload", told)))
        where = "file %s (%s)" % (sample.number, sample.element)
        same(where, told["event"], "result")
        lost = [text for text in said(sample) if text not in leaves(told["payload"])]
        same(where + " loses", lost, LOST.get(sample.number, []))
