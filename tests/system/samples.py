# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages of the system test as tables: what one side says, what the other must see (TRANSLATION sections 2-6)."""

BOOT = {
    "chargePointVendor": "Vendor & Söhne",
    "chargePointModel": "Model <7>",
    "chargePointSerialNumber": "cp-001",
    "chargeBoxSerialNumber": "cb-001",
    "firmwareVersion": "1.0.4",
    "iccid": "8931440400000000001",
    "imsi": "204046000000001",
    "meterType": "MT-3",
    "meterSerialNumber": "m-77",
}

# A time with more digits than JSON may carry and a zone (L-11), and what it becomes.
START = "2024-05-01T10:00:00.1234567+02:00"
START_J = "2024-05-01T08:00:00.123Z"
METER = "2024-05-01T08:05:00Z"
STOP = "2024-05-01T08:30:00Z"

# MeterValues as each version writes them, and the meterValue list that the back-end must see.
METER_VALUES = {
    "1.2": (
        {"values": [{"timestamp": METER, "value": 1234}]},
        [
            {
                "timestamp": METER,
                "sampledValue": [{"value": "1234", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}],
            }
        ],
    ),
    "1.5": (
        {
            "values": [
                {
                    "timestamp": METER,
                    "value": [
                        {
                            "_value_1": "1234",
                            "context": "Sample.Periodic",
                            "format": "Raw",
                            "measurand": "Energy.Active.Import.Register",
                            "location": "Outlet",
                            "unit": "Wh",
                        },
                        {"_value_1": "6.2", "measurand": "Current.Import", "unit": "Amp"},
                        {"_value_1": "1235"},
                    ],
                },
                {"timestamp": STOP, "value": [{"_value_1": "230.1", "measurand": "Voltage", "unit": "Volt"}]},
            ]
        },
        [
            {
                "timestamp": METER,
                "sampledValue": [
                    {
                        "value": "1234",
                        "context": "Sample.Periodic",
                        "format": "Raw",
                        "measurand": "Energy.Active.Import.Register",
                        "location": "Outlet",
                        "unit": "Wh",
                    },
                    {"value": "6.2", "measurand": "Current.Import", "unit": "A"},
                    {"value": "1235"},
                ],
            },
            {"timestamp": STOP, "sampledValue": [{"value": "230.1", "measurand": "Voltage", "unit": "V"}]},
        ],
    ),
    "1.6": (
        {
            "meterValue": [
                {
                    "timestamp": METER,
                    "sampledValue": [
                        {
                            "value": "1234",
                            "context": "Sample.Periodic",
                            "format": "Raw",
                            "measurand": "Energy.Active.Import.Register",
                            "phase": "L1-N",
                            "location": "EV",
                            "unit": "Wh",
                        },
                        {"value": "50.01", "measurand": "Frequency"},
                        {"value": "43", "measurand": "SoC", "unit": "Percent"},
                    ],
                }
            ]
        },
        [
            {
                "timestamp": METER,
                "sampledValue": [
                    {
                        "value": "1234",
                        "context": "Sample.Periodic",
                        "format": "Raw",
                        "measurand": "Energy.Active.Import.Register",
                        "phase": "L1-N",
                        "location": "EV",
                        "unit": "Wh",
                    },
                    {"value": "50.01", "measurand": "Frequency"},
                    {"value": "43", "measurand": "SoC", "unit": "Percent"},
                ],
            }
        ],
    ),
}

# transactionData of StopTransaction: SOAP, JSON. 1.2 has none; 1.5 is one level deeper (T:TransactionData).
TRANSACTION_DATA = {
    "1.2": ({}, {}),
    "1.5": (
        {
            "transactionData": [
                {"values": METER_VALUES["1.5"][0]["values"][:1]},
                {"values": METER_VALUES["1.5"][0]["values"][1:]},
            ]
        },
        {"transactionData": METER_VALUES["1.5"][1]},
    ),
    "1.6": (
        {"transactionData": METER_VALUES["1.6"][0]["meterValue"], "reason": "EVDisconnected"},
        {"transactionData": METER_VALUES["1.6"][1], "reason": "EVDisconnected"},
    ),
}

FIRMWARE_STATUS = {
    "1.2": ("Downloaded", "DownloadFailed", "InstallationFailed", "Installed"),
    "1.5": ("Downloaded", "DownloadFailed", "InstallationFailed", "Installed"),
    "1.6": ("Downloaded", "DownloadFailed", "Downloading", "Idle", "InstallationFailed", "Installing", "Installed"),
}
DIAGNOSTICS_STATUS = {
    "1.2": ("Uploaded", "UploadFailed"),
    "1.5": ("Uploaded", "UploadFailed"),
    "1.6": ("Idle", "Uploaded", "UploadFailed", "Uploading"),
}

OPAQUE = '{"a":"<b>&amp; \'é\' \u20ac</b>","c":[1, 2]}  '
EXPIRY = "2031-12-31T23:59:59Z"

# A limit of 21.4 is no multiple of 0.1 in binary floating point (L-9).
PROFILE = {
    "chargingProfileId": 11,
    "stackLevel": 1,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Recurring",
    "recurrencyKind": "Daily",
    "validFrom": "2024-05-01T00:00:00Z",
    "validTo": EXPIRY,
    "chargingSchedule": {
        "duration": 86400,
        "startSchedule": "2024-05-01T00:00:00Z",
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 21.4, "numberPhases": 3},
            {"startPeriod": 3600, "limit": 16},
        ],
        "minChargingRate": 6.1,
    },
}


def asSoap(value, key=""):
    """The same message with its decimals as the text that the wire must carry."""
    if isinstance(value, dict):
        return {k: asSoap(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [asSoap(v) for v in value]
    return (
        "%.1f" % value
        if key in ("limit", "minChargingRate") and value != int(value)
        else str(value) if key == "limit" else value
    )


TX_PROFILE = dict(PROFILE, chargingProfilePurpose="TxProfile", chargingProfileKind="Relative")
for unwanted in ("recurrencyKind", "validFrom", "validTo"):
    del TX_PROFILE[unwanted]
TX_PROFILE["chargingSchedule"] = {k: v for k, v in PROFILE["chargingSchedule"].items() if k != "startSchedule"}

SCHEDULE_ANSWER = {
    "status": "Accepted",
    "connectorId": 1,
    "scheduleStart": "2024-05-01T08:00:00Z",
    "chargingSchedule": PROFILE["chargingSchedule"],
}


class Exchange:
    """One CALL of the back-end. `soap`, `answer` and `result` are values, or dicts by version under "by".

    soap: what the charger must see, None for nothing; answer: what it answers; result: what the back-end must get.
    """

    def __init__(self, action, call, soap, answer, result):
        self.action, self.call = action, call
        self.soap, self.answer, self.result = soap, answer, result

    @staticmethod
    def at(cell, version):
        return cell["by"][version] if isinstance(cell, dict) and "by" in cell else cell


def by(v12, v15, v16):
    return {"by": {"1.2": v12, "1.5": v15, "1.6": v16}}


def status(text):
    return {"status": text}


LIST = [
    {"idTag": "TAG-1", "idTagInfo": {"status": "Accepted", "expiryDate": EXPIRY, "parentIdTag": "PARENT"}},
    {"idTag": "TAG-2"},
]
DIAGNOSTICS = {
    "location": "ftp://user:pw@127.0.0.1/upload%20here",
    "startTime": "2024-05-01T00:00:00Z",
    "stopTime": "2024-05-02T00:00:00Z",
    "retries": 2,
    "retryInterval": 30,
}
FIRMWARE = {
    "location": "ftp://127.0.0.1/fw-2.bin",
    "retries": 1,
    "retrieveDate": "2024-06-01T01:02:03Z",
    "retryInterval": 60,
}
RESERVE = {"connectorId": 1, "expiryDate": EXPIRY, "idTag": "TAG-1", "parentIdTag": "PARENT", "reservationId": 77}
SETTINGS = {
    "configurationKey": [{"key": "MeterValueSampleInterval", "readonly": False, "value": "60"}],
    "unknownKey": ["Foo"],
}
ASKED = {"key": ["MeterValueSampleInterval", "Foo"]}
COMPOSITE = {"connectorId": 1, "duration": 86400, "chargingRateUnit": "A"}
CLEAR_PROFILE = {"id": 11, "connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1}
START_TAG = {"idTag": "TAG-1", "connectorId": 1}
AVAILABILITY = {"connectorId": 1, "type": "Inoperative"}
INTERVAL = {"key": "MeterValueSampleInterval", "value": "60"}
DATA = {"vendorId": "com.example", "messageId": "greet", "data": OPAQUE}
DATA_ANSWER = {"status": "Accepted", "data": OPAQUE}

# Every CS->CP operation of the contracts; 1.2 learns from ChangeConfiguration what GetConfiguration tells (CK-6).
EXCHANGES = [
    Exchange(
        "CancelReservation",
        {"reservationId": 77},
        by(None, {"reservationId": 77}, {"reservationId": 77}),
        status("Accepted"),
        by(status("Rejected"), status("Accepted"), status("Accepted")),
    ),
    Exchange("ChangeAvailability", AVAILABILITY, AVAILABILITY, status("Scheduled"), status("Scheduled")),
    Exchange(
        "ChangeConfiguration",
        INTERVAL,
        INTERVAL,
        by(status("Accepted"), status("Accepted"), status("RebootRequired")),
        by(status("Accepted"), status("Accepted"), status("RebootRequired")),
    ),
    Exchange("ClearCache", {}, {}, status("Rejected"), status("Rejected")),
    Exchange(
        "ClearChargingProfile",
        CLEAR_PROFILE,
        by(None, None, CLEAR_PROFILE),
        status("Accepted"),
        by(status("Unknown"), status("Unknown"), status("Accepted")),
    ),
    Exchange(
        "DataTransfer", DATA, by(None, DATA, DATA), DATA_ANSWER, by(status("UnknownVendorId"), DATA_ANSWER, DATA_ANSWER)
    ),
    Exchange(
        "GetCompositeSchedule",
        COMPOSITE,
        by(None, None, COMPOSITE),
        asSoap(SCHEDULE_ANSWER),
        by(status("Rejected"), status("Rejected"), SCHEDULE_ANSWER),
    ),
    Exchange("GetConfiguration", ASKED, by(None, ASKED, ASKED), SETTINGS, SETTINGS),
    Exchange("GetDiagnostics", DIAGNOSTICS, DIAGNOSTICS, {"fileName": "log.zip"}, {"fileName": "log.zip"}),
    Exchange(
        "GetLocalListVersion",
        {},
        by(None, {}, {}),
        {"listVersion": 5},
        by({"listVersion": -1}, {"listVersion": 5}, {"listVersion": 5}),
    ),
    Exchange(
        "RemoteStartTransaction",
        dict(START_TAG, chargingProfile=TX_PROFILE),
        by(START_TAG, START_TAG, dict(START_TAG, chargingProfile=asSoap(TX_PROFILE))),
        status("Accepted"),
        status("Accepted"),
    ),
    Exchange(
        "RemoteStopTransaction",
        {"transactionId": 4711},
        {"transactionId": 4711},
        status("Rejected"),
        status("Rejected"),
    ),
    Exchange(
        "ReserveNow",
        RESERVE,
        by(None, RESERVE, RESERVE),
        status("Occupied"),
        by(status("Rejected"), status("Occupied"), status("Occupied")),
    ),
    Exchange("Reset", {"type": "Soft"}, {"type": "Soft"}, status("Rejected"), status("Rejected")),
    Exchange(
        "SendLocalList",
        {"listVersion": 6, "updateType": "Differential", "localAuthorizationList": LIST},
        by(
            None,
            {"updateType": "Differential", "listVersion": 6, "localAuthorisationList": LIST},
            {"updateType": "Differential", "listVersion": 6, "localAuthorizationList": LIST},
        ),
        by(None, status("HashError"), status("VersionMismatch")),
        by(status("NotSupported"), status("Failed"), status("VersionMismatch")),
    ),
    Exchange(
        "SetChargingProfile",
        {"connectorId": 1, "csChargingProfiles": PROFILE},
        by(None, None, {"connectorId": 1, "csChargingProfiles": asSoap(PROFILE)}),
        status("Accepted"),
        by(status("NotSupported"), status("NotSupported"), status("Accepted")),
    ),
    Exchange(
        "TriggerMessage",
        {"requestedMessage": "BootNotification"},
        by(None, None, {"requestedMessage": "BootNotification"}),
        status("Accepted"),
        by(status("Rejected"), status("Rejected"), status("Accepted")),
    ),
    Exchange(
        "UnlockConnector",
        {"connectorId": 1},
        {"connectorId": 1},
        by(status("Accepted"), status("Accepted"), status("Unlocked")),
        status("Unlocked"),
    ),
    Exchange("UpdateFirmware", FIRMWARE, FIRMWARE, {}, {}),
]
