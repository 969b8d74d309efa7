# SPDX-License-Identifier: GPL-2.0-or-later
"""For each scenario of ocpp-soap-cs a defect of the charge point that it must find, and the words of its verdict.
A dict tells the versions apart; what stands under "" is for the others."""

from faulty_wire import Altered, Answered, Believed, Chatty, Faulted, Ignored, Lost, Misheard

ACCEPTED, REJECTED = 'got {"status":"Accepted"}', 'got {"status":"Rejected"}'


def status(word):
    return 'no StatusNotification {"connectorId":1,"status":"%s"}' % word


def lostStatus(word):
    return Lost("StatusNotification", r"connectorId>1<.*status>%s<" % word), status(word)


def says(action, right, wrong, words, after=None):
    """The status in the answer to an operation."""
    return Answered(action, "status>(%s)<" % right, "status>%s<" % wrong, after), words


def yes(action, right=r"\w+"):
    """Everything is accepted."""
    return says(action, right, "Accepted", ACCEPTED)


def without(kind, action, element):
    """The element is left out, and its like."""
    return kind(action, r"<(\w+):%s>.*</\1:%s>" % (element, element), "")


def lost(action, after=None):
    return Lost(action, after=after), "no " + action


def stopReason(wrong="Local"):
    """Before 1.6 there is no reason."""
    return {"1.6": (Altered("StopTransaction", r"reason>\w+<", "reason>%s<" % wrong), "no StopTransaction"),
            "": lost("StopTransaction")}


def notKept(words, value=""):
    """ChangeConfiguration is accepted without effect."""
    return Ignored("ChangeConfiguration", value), words


OTHER_TAG = (Altered("StartTransaction", "idTag>OSGTAG1<", "idTag>OTHER<"), "no StartTransaction")
REFUSED_TAG = (Believed("Authorize", r"status>\w+<", "status>Accepted<"), "expected no StartTransaction")
NO_RESERVATION = (without(Altered, "StartTransaction", "reservationId"), "no StartTransaction")
CHATTY = (Chatty("BootNotification", "status>(Pending|Rejected)<"), "expected nothing but BootNotification")
PRE_AUTHORIZE = "LocalPreAuthorize.*true"

DEFECTS = {
    # service
    "TC_001_CS": (Lost("Heartbeat"), "no Heartbeat {}"),
    "TC_002_CS": CHATTY,
    "OSG_REJECTED_CS": CHATTY,
    "TC_013_CS": (Ignored("Reset"), "no BootNotification"),
    "TC_014_CS": says("Reset", "Accepted", "Rejected", REJECTED),
    "TC_034_CS": (Altered("StatusNotification", "status>Unavailable<", "status>Available<", after="BootNotification"),
                  status("Unavailable")),
    "TC_019_1_CS": (without(Answered, "GetConfiguration", "configurationKey"), "differs at /configurationKey"),
    "TC_019_2_CS": (without(Answered, "GetConfiguration", "unknownKey"), "differs at /unknownKey"),
    "TC_021_CS": {"1.2": says("ChangeConfiguration", "Accepted", "Rejected", REJECTED),
                  "": notKept("differs at /configurationKey")},
    "TC_040_1_CS": yes("ChangeConfiguration"),
    "TC_040_2_CS": yes("ChangeConfiguration"),
    "TC_061_CS": (Faulted("ClearCache"), "got InternalError: defect"),
    "TC_062_CS": yes("DataTransfer"),
    "TC_017_1_CS": {"1.6": says("UnlockConnector", "Unlocked", "UnlockFailed", 'got {"status":"UnlockFailed"}'),
                    "": says("UnlockConnector", "Accepted", "Rejected", 'got {"status":"UnlockFailed"}')},
    "TC_017_2_CS": (Faulted("UnlockConnector"), "got InternalError: defect"),
    "TC_030_CS": {"1.6": says("UnlockConnector", "UnlockFailed", "Unlocked", 'got {"status":"Unlocked"}'),
                  "": says("UnlockConnector", "Rejected", "Accepted", 'got {"status":"Unlocked"}')},
    "TC_031_CS": {"1.6": says("UnlockConnector", r"\w+", "Unlocked", 'got {"status":"Unlocked"}'),
                  "": says("UnlockConnector", r"\w+", "Accepted", 'got {"status":"Unlocked"}')},
    "TC_041_CS": lostStatus("Faulted"),
    "OSG_AVAILABILITY_CS": lostStatus("Unavailable"),
    "OSG_AVAILABILITY_SCHEDULED_CS": says("ChangeAvailability", "Scheduled", "Rejected", REJECTED),
    # sessions
    "TC_003_CS": (Altered("StopTransaction", r"transactionId>\d+<", "transactionId>987654<"), "no StopTransaction"),
    "TC_004_1_CS": lost("StartTransaction"),
    "TC_004_2_CS": {"1.6": notKept(status("Available")), "": notKept("expected no StartTransaction")},
    "TC_010_CS": OTHER_TAG,
    "TC_011_1_CS": OTHER_TAG,
    "TC_011_2_CS": notKept(status("Available")),
    "TC_026_CS": yes("RemoteStartTransaction", "Rejected"),
    "TC_027_CS": yes("RemoteStartTransaction"),
    "OSG_REMOTE_START_UNKNOWN_CS": yes("RemoteStartTransaction"),
    "TC_005_1_CS": lost("StopTransaction"),
    "TC_005_2_CS": lostStatus("Finishing"),
    "TC_005_3_CS": notKept(status("SuspendedEV")),
    "TC_012_CS": stopReason(),
    "TC_015_CS": stopReason(),
    "TC_016_CS": stopReason(),
    "TC_018_1_CS": stopReason(),
    "TC_018_2_CS": stopReason(),
    "TC_024_CS": (Altered("StatusNotification", "errorCode>ConnectorLockFailure<", "errorCode>NoError<"),
                  'no StatusNotification {"connectorId":1,"errorCode":"ConnectorLockFailure"}'),
    "TC_028_CS": yes("RemoteStopTransaction"),
    "TC_068_CS": (Believed("Authorize", r"(<(\w+):status>Accepted</\w+:status>)",
                           r"\1<\2:parentIdTag>GROUP</\2:parentIdTag>"), "expected no StopTransaction"),
    "TC_069_CS": lost("StopTransaction"),
    "TC_070_CS": lost("MeterValues"),
    "TC_071_CS": (Altered("MeterValues", "Sample.Clock", "Sample.Periodic"), "no MeterValues"),
    # tags, connections, power
    "TC_007_CS": notKept("expected no Authorize", PRE_AUTHORIZE),
    "TC_023_1_CS": REFUSED_TAG,
    "TC_023_2_CS": REFUSED_TAG,
    "TC_023_3_CS": REFUSED_TAG,
    "TC_032_1_CS": stopReason(),
    "TC_036_CS": lost("MeterValues"),
    "TC_037_1_CS": lost("StartTransaction", after="StopTransaction"),
    "TC_037_2_CS": notKept("expected no StopTransaction", "StopTransactionOnInvalidId.*false"),
    "TC_037_3_CS": lost("StopTransaction"),
    "TC_038_CS": lost("StopTransaction"),
    "TC_039_CS": lost("StopTransaction", after="StopTransaction"),
    # local lists, firmware, diagnostics
    "TC_008_CS": notKept("expected no Authorize", PRE_AUTHORIZE),
    "TC_043_4_CS": (Answered("GetLocalListVersion", r"listVersion>\d+<", "listVersion>0<"), 'got {"listVersion":0}'),
    "TC_043_2_CS": yes("SendLocalList", "VersionMismatch"),
    "TC_043_5_CS": (Ignored("SendLocalList", "Differential"), 'got {"listVersion":41}'),
    "TC_042_2_CS": (Answered("GetLocalListVersion", r"listVersion>\d+<", "listVersion>41<"), 'got {"listVersion":41}'),
    "TC_044_1_CS": (Altered("FirmwareStatusNotification", "status>Installed<", "status>InstallationFailed<"),
                    'no FirmwareStatusNotification {"status":"Installed"}'),
    "TC_044_3_CS": (Altered("FirmwareStatusNotification", "status>InstallationFailed<", "status>Installed<"),
                    'no FirmwareStatusNotification {"status":"InstallationFailed"}'),
    "TC_044_2_CS": (Lost("FirmwareStatusNotification", "DownloadFailed"), "no FirmwareStatusNotification"),
    "TC_045_1_CS": (Altered("DiagnosticsStatusNotification", "status>Uploaded<", "status>UploadFailed<"),
                    "no DiagnosticsStatusNotification"),
    "TC_045_2_CS": (Lost("DiagnosticsStatusNotification", "UploadFailed"), "no DiagnosticsStatusNotification"),
    # reservations
    "TC_046_CS": NO_RESERVATION,
    "TC_047_CS": lostStatus("Available"),
    "TC_048_1_CS": yes("ReserveNow"),
    "TC_048_2_CS": yes("ReserveNow"),
    "TC_048_3_CS": yes("ReserveNow"),
    "TC_049_CS": NO_RESERVATION,
    "TC_051_CS": (Ignored("CancelReservation"), status("Available")),
    "TC_052_CS": yes("CancelReservation"),
    "TC_053_CS": NO_RESERVATION,
    # triggers
    "TC_054_CS": (Ignored("TriggerMessage"), "no StatusNotification"),
    "OSG_TRIGGER_BOOT_CS": (Ignored("TriggerMessage"), "no BootNotification"),
    "OSG_TRIGGER_FILES_CS": (Ignored("TriggerMessage"), "no FirmwareStatusNotification"),
    "TC_055_CS": yes("TriggerMessage"),
    # smart charging
    "TC_056_CS": says("SetChargingProfile", "Accepted", "Rejected", REJECTED),
    "TC_057_CS": (Ignored("SetChargingProfile"), "differs at /chargingSchedule"),
    "TC_058_1_CS": yes("SetChargingProfile"),
    "TC_058_2_CS": yes("SetChargingProfile"),
    "TC_059_CS": (without(Misheard, "RemoteStartTransaction", "chargingProfile"), "differs at /chargingSchedule"),
    "TC_060_CS": yes("RemoteStartTransaction"),
    "TC_066_CS": (Answered("GetCompositeSchedule", "limit>[0-9.]+<", "limit>32.0<"), "differs at /chargingSchedule"),
    "TC_067_CS": yes("ClearChargingProfile", "Unknown"),
    "TC_072_CS": (Ignored("SetChargingProfile", "chargingProfileId>4712<"), "differs at /chargingSchedule"),
    # found in whatever is said
    "OSG_CONTRACT_CS": (Altered("*", "<wsa:From>.*</wsa:From>", ""), "no address in wsa:From"),
}


def defectOf(name, version):
    """(defect, words)"""
    row = DEFECTS[name]
    return row.get(version, row.get("")) if isinstance(row, dict) else row
