#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A charge point that behaves, on python3-zeep: charger.py with a small model of one connector behind it.

Understands on stdin, beside what charger.py does:
  operator {text}      somebody at the charger plugs, unplugs, or presents the tag
  defect {name, on}    from now on (or no longer) it misbehaves in that one way
  boot                 starts up: BootNotification until it is accepted, then StatusNotifications
"""

import datetime
import threading
import time

import charger as base
from charger import WSA, Charger, main

PROFILES = "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger"
KEYS = {
    "HeartbeatInterval": "300",
    "ConnectionTimeOut": "30",
    "MeterValueSampleInterval": "60",
    "SupportedFeatureProfiles": PROFILES,
}


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def accept(yes):
    return {"status": "Accepted" if yes else "Rejected"}


class Model(Charger):
    def __init__(self, options):
        super().__init__(options)
        self.defects = set()
        self.keys = dict(KEYS)
        self.listVersion = 0
        self.reservation = None
        self.profiles = {}
        self.plugged = False
        self.pending = None  # tag of a remote start that waits for the cable
        self.transaction = None
        self.epoch = 0  # counts boots; what an earlier life began is not finished
        self.modern = self.version == "1.6"

    # --- what the test says ---

    def told(self, command):
        kind = command["cmd"]
        if kind == "operator":
            self.later(self.operator, command["text"])
        elif kind == "defect":
            (self.defects.add if command["on"] else self.defects.discard)(command["name"])
        elif kind == "boot":
            self.later(self.boot)
        else:
            return False
        return True

    def bad(self, name):
        return name in self.defects

    def later(self, work, *values, wait=0.05):
        timer = threading.Timer(wait, work, values)
        timer.daemon = True
        timer.start()

    def operator(self, text):
        if "plug the cable of" in text and not text.startswith("un"):
            self.plugged = True
            self.status("Preparing" if self.modern else None)
            if self.pending:
                self.begin(self.pending)
        if "present a tag" in text:
            self.present("STRANGER" if "never seen" in text else "LOCALTAG")
        if "same tag again" in text:
            self.end("Local")
        if text.startswith("unplug") or "then unplug" in text:
            self.plugged = False
            self.end("EVDisconnected")
            self.status("Available")

    # --- what it does ---

    def say(self, operation, payload):
        return self.call({"operation": operation, "payload": payload}) or {}

    def status(self, status):
        if status and not self.bad("no-status"):
            when = {} if self.version == "1.2" else {"timestamp": now()}
            self.say("StatusNotification", {"connectorId": 1, "status": status, "errorCode": "NoError", **when})

    def boot(self):
        self.epoch += 1
        mine = self.epoch
        while mine == self.epoch:
            answer = self.say("BootNotification", {"chargePointVendor": "Model", "chargePointModel": "M1"})
            interval = answer.get("interval", answer.get("heartbeatInterval", 300))
            if answer.get("status") == "Accepted":
                break
            if self.bad("chatty-while-pending"):
                self.say("Heartbeat", {})
            time.sleep(interval)
        self.status("Available")
        if interval < 5 and not self.bad("no-heartbeat"):
            time.sleep(interval)
            if mine == self.epoch:
                self.say("Heartbeat", {})

    def present(self, tag):
        answer = self.say("Authorize", {"idTag": tag})
        if answer.get("idTagInfo", {}).get("status") == "Accepted" or self.bad("starts-anyway"):
            self.begin(tag)

    def begin(self, tag):
        self.pending = None
        tag = "OTHER" if self.bad("wrong-tag") else tag
        answer = self.say("StartTransaction", {"connectorId": 1, "idTag": tag, "timestamp": now(), "meterStart": 100})
        self.transaction = answer.get("transactionId", 0)
        self.status("Charging" if self.modern else "Occupied")

    def end(self, reason):
        if self.transaction is None:
            return
        number = self.transaction + (1000 if self.bad("wrong-transaction-id") else 0)
        self.transaction = None
        if self.bad("no-stop"):
            return
        more = {"reason": reason} if self.modern else {}
        self.say("StopTransaction", {"transactionId": number, "timestamp": now(), "meterStop": 150, **more})

    def reset(self, kind):
        self.end(kind + "Reset")
        if not self.bad("reset-ignored"):
            self.boot()

    def remoteStart(self, tag):
        if self.plugged:
            return self.begin(tag)
        self.pending = tag
        self.status("Preparing" if self.modern else None)
        if self.modern:
            time.sleep(int(self.keys["ConnectionTimeOut"]))
            if self.pending == tag and not self.plugged and not self.bad("no-timeout"):
                self.pending = None
                self.status("Available")

    def expire(self, number, until):
        time.sleep(max(0, (until - now()).total_seconds()))
        if self.reservation == number and not self.bad("reservation-stays"):
            self.reservation = None
            self.status("Available")

    # --- what it answers ---

    def findAnswer(self, operation, payload):
        ordered = super().findAnswer(operation, payload)
        if ordered:
            return ordered
        if self.bad("fault-" + operation):
            return {"fault": {"code": "Receiver", "subcode": "InternalError", "reason": "defect"}}
        if self.bad("lacks-" + operation):
            return {"fault": {"code": "Receiver", "subcode": "NotSupported", "reason": "not built in"}}
        return {"payload": getattr(self, "on" + operation)(payload)}

    def onReset(self, asked):
        if self.bad("reset-rejected"):
            return accept(False)
        self.later(self.reset, asked["type"])
        return accept(True)

    def onRemoteStartTransaction(self, asked):
        connector = asked.get("connectorId", 1)
        good = connector == 1 or (connector == 0 and self.bad("connector-0")) or self.bad("start-anywhere")
        if good and connector == 1:
            self.later(self.remoteStart, asked["idTag"])
        return accept(good)

    def onRemoteStopTransaction(self, asked):
        mine = asked["transactionId"] == self.transaction
        if mine:
            self.later(self.end, "Remote")
        return accept(mine or self.bad("stop-anything"))

    def onUnlockConnector(self, asked):
        good = (asked["connectorId"] == 1 or self.bad("unlock-anything")) and not self.bad("unlock-fails")
        if good:
            self.later(self.end, "UnlockCommand")
        words = ("Unlocked", "UnlockFailed") if self.modern else ("Accepted", "Rejected")
        return {"status": words[0] if good else words[1]}

    def onChangeAvailability(self, asked):
        self.later(self.status, "Available" if asked["type"] == "Operative" else "Unavailable")
        return accept(True)

    def onChangeConfiguration(self, asked):
        key, value = asked["key"], asked["value"]
        if key not in self.keys:
            return {"status": "Accepted" if self.bad("key-anything") else "NotSupported"}
        if not value.isdigit() and not self.bad("value-anything"):
            return accept(False)
        if not self.bad("config-not-kept"):
            self.keys[key] = value
        return accept(True)

    def onGetConfiguration(self, asked):
        wanted = asked.get("key") or list(self.keys)
        known = [{"key": k, "readonly": False, "value": self.keys[k]} for k in wanted if k in self.keys]
        unknown = [k for k in wanted if k not in self.keys and not self.bad("unknown-key-silent")]
        return {"configurationKey": known, "unknownKey": unknown}

    def onClearCache(self, asked):
        return accept(True)

    def onDataTransfer(self, asked):
        return {"status": "Accepted" if self.bad("vendor-anything") else "UnknownVendorId"}

    def onGetLocalListVersion(self, asked):
        return {"listVersion": 0 if self.bad("list-version-lost") else self.listVersion}

    def onSendLocalList(self, asked):
        older = asked["updateType"] == "Differential" and asked["listVersion"] <= self.listVersion
        if older and not self.bad("list-older-taken"):
            return {"status": "VersionMismatch"}
        self.listVersion = asked["listVersion"]
        return accept(True)

    def onUpdateFirmware(self, asked):
        def report():
            if self.modern:
                self.say("FirmwareStatusNotification", {"status": "Downloading"})
            self.say("FirmwareStatusNotification", {"status": "DownloadFailed"})

        if not self.bad("no-firmware-status"):
            self.later(report)
        return {}

    def onGetDiagnostics(self, asked):
        if not self.bad("no-diagnostics-status"):
            self.later(self.say, "DiagnosticsStatusNotification", {"status": "UploadFailed"})
        return {"fileName": "diagnostics.zip"}

    def onReserveNow(self, asked):
        self.reservation = asked["reservationId"]
        self.later(self.status, "Reserved")
        self.later(self.expire, self.reservation, asked["expiryDate"], wait=0.1)
        return {"status": "Accepted"}

    def onCancelReservation(self, asked):
        mine = self.reservation == asked["reservationId"]
        if mine:
            self.reservation = None
            if not self.bad("cancel-ignored"):
                self.later(self.status, "Available")
        return accept(mine or self.bad("cancel-anything"))

    def onTriggerMessage(self, asked):
        if asked.get("connectorId", 1) != 1 and not self.bad("trigger-anything"):
            return accept(False)
        what = asked["requestedMessage"]
        if self.bad("trigger-nothing"):
            return accept(True)
        if what == "StatusNotification":
            self.later(self.status, "Available")
        elif what == "Heartbeat":
            self.later(self.say, "Heartbeat", {})
        elif what == "MeterValues":
            sample = {"timestamp": now(), "sampledValue": [{"value": "100"}]}
            self.later(self.say, "MeterValues", {"connectorId": 1, "meterValue": [sample]})
        return accept(True)

    def onSetChargingProfile(self, asked):
        profile = asked["csChargingProfiles"]
        self.profiles[profile["chargingProfileId"]] = profile
        return accept(not self.bad("profile-rejected"))

    def onGetCompositeSchedule(self, asked):
        limit = "32" if self.bad("schedule-wrong") else "10"
        return {
            "status": "Accepted",
            "connectorId": asked["connectorId"],
            "scheduleStart": now(),
            "chargingSchedule": {
                "duration": asked["duration"],
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
            },
        }

    def onClearChargingProfile(self, asked):
        found = self.profiles.pop(asked.get("id"), None) is not None
        return {"status": "Accepted" if found or self.bad("clear-anything") else "Unknown"}


if __name__ == "__main__":
    watch = base.Watcher.egress

    def egress(self, envelope, http_headers, operation, binding_options):
        """The defect no-from leaves out what tells the central system where to call."""
        envelope, http_headers = watch(self, envelope, http_headers, operation, binding_options)
        if self.charger.bad("no-from"):
            header = envelope.find("{%s}Header" % base.SOAP)
            for name in ("From", "ReplyTo"):
                header.remove(header.find("{%s}%s" % (WSA, name)))
        return envelope, http_headers

    base.Watcher.egress = egress
    main(Model)
