# SPDX-License-Identifier: GPL-2.0-or-later
"""The audit after a test of durability: what chargers believe against the books of the back-end."""

import soap_texts as soap


def meterOf(value):
    return {"timestamp": soap.milliseconds(value["timestamp"]), "sampledValue": value["sampledValue"]}


class Audit:
    """Compares what chargers believe with the back-end's books; each check has its differences."""

    def __init__(self, chargers, books):
        self.chargers = chargers
        self.books = books
        self.beliefs = {b.key(): b for c in chargers for b in c.beliefs}
        self.known = {}
        for each in books["transactions"]:
            start = each["start"]
            at = soap.milliseconds(start["timestamp"])
            key = (each["identity"], start["connectorId"], start["idTag"], at, start["meterStart"])
            self.known.setdefault(key, []).append(each)
        self.checks = []
        self.lateRepeats = []

    def check(self, sentence, differences):
        self.checks.append((sentence, differences))

    def run(self):
        self.check("every started transaction is known exactly once", self.missing())
        self.check("no transaction is known that no charger believes in", self.invented())
        self.check("every StopTransaction is there exactly once, with equal content", self.stops())
        self.check("every acknowledged MeterValues is there, with equal content, in order", self.meters())
        self.check("messages of a charger come in its order", self.order())
        unknown = ["%s %s %s" % (u["identity"], u["action"], u["payload"]) for u in self.books["unknown"]]
        self.check("no message names a transaction that the back-end does not know", unknown)
        self.check("every message fits its schema", [str(v) for v in self.books["violations"]])
        self.check("no BootNotification is invented", self.boots())
        self.check("chargers got what they may expect", [t for c in self.chargers for t in c.troubles])

    def missing(self):
        for key, belief in self.beliefs.items():
            found = len(self.known.get(key, ()))
            if found != 1:
                yield "%s: known %d times" % (belief, found)

    def invented(self):
        for key, found in self.known.items():
            if key not in self.beliefs:
                yield "%s: %s" % (key, found)

    def pairs(self):
        for key, belief in self.beliefs.items():
            for known in self.known.get(key, ())[:1]:
                yield belief, known

    def stops(self):
        for belief, known in self.pairs():
            if len(known["stops"]) != (1 if belief.stop else 0):
                yield "%s: %d StopTransactions: %s" % (belief, len(known["stops"]), known["stops"])
                continue
            if not belief.stop:
                continue
            at, meter, readings, tag = belief.stop
            stop = known["stops"][0]
            seen = (soap.milliseconds(stop["timestamp"]), stop["meterStop"], stop.get("idTag"))
            data = [meterOf(value) for value in stop.get("transactionData", [])]
            if seen != (at, meter, tag) or data != [soap.expectedReading(*each) for each in readings]:
                yield "%s: StopTransaction is %s, expected %s" % (belief, stop, belief.stop)

    def meters(self):
        came = {}
        for identity, messages in self.books["messages"].items():
            for message in messages:
                if message["action"] == "MeterValues":
                    payload = message["payload"]
                    content = [meterOf(value) for value in payload["meterValue"]]
                    came.setdefault((identity, payload.get("transactionId")), []).append(
                        (payload["connectorId"], content)
                    )
        for belief, known in self.pairs():
            first = []
            for each in came.get((belief.identity, known["id"]), ()):
                if each not in first:
                    first.append(each)
            expected = [(belief.connector, [soap.expectedReading(*r) for r in group]) for group in belief.meters]
            if first != expected:
                yield "%s: MeterValues are %s, expected %s" % (belief, first, expected)

    def order(self):
        for charger in self.chargers:
            first, place = [], {}
            for message in self.books["messages"].get(charger.identity, ()):
                key = self.keyOf(message)
                if key not in place:
                    place[key] = len(first)
                    first.append(key)
                elif place[key] != len(first) - 1:
                    self.lateRepeats.append("%s: %s comes again after %s" % (charger.identity, key, first[-1]))
            if first != charger.order:
                wrong = [pair for pair in zip(first, charger.order) if pair[0] != pair[1]][:1]
                yield "%s: %d messages, expected %d; first difference (seen, expected) %s" % (
                    charger.identity,
                    len(first),
                    len(charger.order),
                    wrong,
                )

    def keyOf(self, message):
        payload = message["payload"]
        if message["action"] == "StartTransaction":
            return ("start", payload["connectorId"], soap.milliseconds(payload["timestamp"]))
        if message["action"] == "MeterValues":
            return ("meter", payload["connectorId"], soap.milliseconds(payload["meterValue"][0]["timestamp"]))
        at = soap.milliseconds(payload["timestamp"])
        data = payload.get("transactionData")
        begin = soap.milliseconds(data[0]["timestamp"]) if data else None
        for known in self.books["transactions"]:
            if known["id"] == payload["transactionId"] and soap.milliseconds(known["start"]["timestamp"]) == begin:
                return ("stop", known["start"]["connectorId"], at)
        return ("stop", None, at)

    def boots(self):
        """After the first transaction: what the charger has tried since, and what a cut connection made a repeat of."""
        for charger in self.chargers:
            came = self.books["boots"].get(charger.identity, 0)
            cuts = self.books["cutsOf"].get(charger.identity, 0)
            if came > charger.boots - 1 + cuts:
                yield "%s booted %d times and was cut off %d times, the back-end saw %d boots late" % (
                    charger.identity,
                    charger.boots,
                    cuts,
                    came,
                )
