#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A charge point that behaves, on python3-zeep: charger.py with a small model of one connector behind it.

Understands on stdin, beside what charger.py does:
  operator {text}      somebody at the charger plugs, unplugs, or presents the tag
  lacks {operation}    from now on that operation is not built in
  boot                 starts up: BootNotification until it is accepted, then StatusNotifications
"""

import datetime
import threading
import time

from charger import Charger, main

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
        self.lacking = set()
        self.keys = dict(KEYS)
        self.listVersion = 0
        self.reservation = None
        self.profiles = {}
        self.plugged = False
        self.pending = None  # tag of a remote start that waits for the cable
        self.meeting = threading.Lock()  # of cable and remote start, which come in any order
        self.transaction = None
        self.epoch = 0  # counts boots; what an earlier life began is not finished
        self.modern = self.version == "1.6"

    # --- what the test says ---

    def told(self, command):
        kind = command["cmd"]
        if kind == "operator":
            self.later(self.operator, command["text"])
        elif kind == "lacks":
            self.lacking.add(command["operation"])
        elif kind == "boot":
            self.later(self.boot)
        else:
            return False
        return True

    def later(self, work, *values, wait=0.05):
        timer = threading.Timer(wait, work, values)
        timer.daemon = True
        timer.start()

    def operator(self, text):
        if "plug the cable of" in text and not text.startswith("un"):
            with self.meeting:
                self.plugged, tag = True, self.pending
            self.status("Preparing" if self.modern else None)
            if tag:
                self.begin(tag)
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
        if status:
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
            time.sleep(interval)
        self.status(("Preparing" if self.modern else "Occupied") if self.plugged else "Available")
        if interval < 5:
            time.sleep(interval)
            if mine == self.epoch:
                self.say("Heartbeat", {})

    def present(self, tag):
        answer = self.say("Authorize", {"idTag": tag})
        if answer.get("idTagInfo", {}).get("status") == "Accepted":
            self.begin(tag)

    def begin(self, tag):
        self.pending = None
        answer = self.say("StartTransaction", {"connectorId": 1, "idTag": tag, "timestamp": now(), "meterStart": 100})
        self.transaction = answer.get("transactionId", 0)
        self.status("Charging" if self.modern else "Occupied")

    def end(self, reason):
        if self.transaction is None:
            return
        number, self.transaction = self.transaction, None
        more = {"reason": reason} if self.modern else {}
        self.say("StopTransaction", {"transactionId": number, "timestamp": now(), "meterStop": 150, **more})

    def reset(self, kind):
        self.end(kind + "Reset")
        self.boot()

    def remoteStart(self, tag):
        with self.meeting:
            plugged = self.plugged
            if not plugged:
                self.pending = tag
        if plugged:
            return self.begin(tag)
        self.status("Preparing" if self.modern else None)
        if self.modern:
            time.sleep(int(self.keys["ConnectionTimeOut"]))
            if self.pending == tag and not self.plugged:
                self.pending = None
                self.status("Available")

    def expire(self, number, until):
        time.sleep(max(0, (until - now()).total_seconds()))
        if self.reservation == number:
            self.reservation = None
            self.status("Available")

    # --- what it answers ---

    def findAnswer(self, operation, payload):
        ordered = super().findAnswer(operation, payload)
        if ordered:
            return ordered
        if operation in self.lacking:
            return {"fault": {"code": "Receiver", "subcode": "NotSupported", "reason": "not built in"}}
        return {"payload": getattr(self, "on" + operation)(payload)}

    def onReset(self, asked):
        self.later(self.reset, asked["type"])
        return accept(True)

    def onRemoteStartTransaction(self, asked):
        good = asked.get("connectorId", 1) == 1
        if good:
            self.later(self.remoteStart, asked["idTag"])
        return accept(good)

    def onRemoteStopTransaction(self, asked):
        mine = asked["transactionId"] == self.transaction
        if mine:
            self.later(self.end, "Remote")
        return accept(mine)

    def onUnlockConnector(self, asked):
        good = asked["connectorId"] == 1
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
            return {"status": "NotSupported"}
        if not value.isdigit():
            return accept(False)
        self.keys[key] = value
        return accept(True)

    def onGetConfiguration(self, asked):
        wanted = asked.get("key") or list(self.keys)
        known = [{"key": k, "readonly": False, "value": self.keys[k]} for k in wanted if k in self.keys]
        unknown = [k for k in wanted if k not in self.keys]
        return {"configurationKey": known, "unknownKey": unknown}

    def onClearCache(self, asked):
        return accept(True)

    def onDataTransfer(self, asked):
        return {"status": "UnknownVendorId"}

    def onGetLocalListVersion(self, asked):
        return {"listVersion": self.listVersion}

    def onSendLocalList(self, asked):
        older = asked["updateType"] == "Differential" and asked["listVersion"] <= self.listVersion
        if older:
            return {"status": "VersionMismatch"}
        self.listVersion = asked["listVersion"]
        return accept(True)

    def onUpdateFirmware(self, asked):
        def report():
            if self.modern:
                self.say("FirmwareStatusNotification", {"status": "Downloading"})
            self.say("FirmwareStatusNotification", {"status": "DownloadFailed"})

        self.later(report)
        return {}

    def onGetDiagnostics(self, asked):
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
            self.later(self.status, "Available")
        return accept(mine)

    def onTriggerMessage(self, asked):
        if asked.get("connectorId", 1) != 1:
            return accept(False)
        what = asked["requestedMessage"]
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
        return accept(True)

    def onGetCompositeSchedule(self, asked):
        return {
            "status": "Accepted",
            "connectorId": asked["connectorId"],
            "scheduleStart": now(),
            "chargingSchedule": {
                "duration": asked["duration"],
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": "10"}],
            },
        }

    def onClearChargingProfile(self, asked):
        found = self.profiles.pop(asked.get("id"), None) is not None
        return {"status": "Accepted" if found else "Unknown"}


if __name__ == "__main__":
    main(Model)
