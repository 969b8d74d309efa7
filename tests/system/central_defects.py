# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be wrong with a central system, as tables: scenario of ocpp-soap-cp -> defect of model_central.py that it finds, and
words of the verdict."""

REFUSED = "got InternalError: a defect"

# What a charge point says.
SAID = {
    "TC_001_CSMS": ("clock-off", "differs at /currentTime"),
    "TC_003_CSMS": ("fault-MeterValues", REFUSED),
    "TC_004_1_CSMS": ("nobody-known", "differs at /idTagInfo/status"),
    "TC_005_1_CSMS": ("fault-StopTransaction", REFUSED),
    "TC_007_CSMS": ("needs-authorize", "differs at /idTagInfo/status"),
    "TC_023_1_CSMS": ("accept-anything", "differs at /idTagInfo/status"),
    "TC_023_2_CSMS": ("accept-anything", "differs at /idTagInfo/status"),
    "TC_023_3_CSMS": ("accept-anything", "differs at /idTagInfo/status"),
    "TC_032_1_CSMS": ("fault-StopTransaction", REFUSED),
    "TC_036_CSMS": ("fault-old-values", REFUSED),
    "TC_037_1_CSMS": ("fault-old", REFUSED),
    "TC_037_3_CSMS": ("accept-anything", "differs at /idTagInfo/status"),
    "TC_038_CSMS": ("fault-old", REFUSED),
    "TC_039_CSMS": ("fault-old", REFUSED),
    "TC_064_CSMS": ("accept-anything", 'got {"status":"Accepted"}'),
    "OSG_TWO_STARTS_CSMS": ("same-id", "differs at /transactionId"),
    "OSG_NEXT_START_CSMS": ("same-id", "differs at /transactionId"),
    "OSG_START_REPEATED_CSMS": ("new-id", "differs at /transactionId"),
    "OSG_STOP_REPEATED_CSMS": ("fault-stop-again", REFUSED),
    "OSG_START_UNKNOWN_TAG_CSMS": ("fault-start-by-strangers", REFUSED),
    "OSG_STOP_UNKNOWN_CSMS": ("fault-unknown-stop", REFUSED),
    "OSG_STOP_WITHOUT_TAG_CSMS": ("fault-no-tag", REFUSED),
    "OSG_STOP_REASONS_CSMS": ("fault-reason", REFUSED),
    "OSG_TRANSACTION_DATA_CSMS": ("fault-data", REFUSED),
    "OSG_STATUSES_CSMS": ("fault-rare-status", REFUSED),
    "OSG_ERROR_CODES_CSMS": ("fault-error-code", REFUSED),
    "OSG_METER_ALONE_CSMS": ("fault-without-transaction", REFUSED),
    "OSG_METER_CONTEXTS_CSMS": ("fault-rare-context", REFUSED),
    "OSG_MEASURANDS_CSMS": ("fault-rare-measurand", REFUSED),
    "OSG_FIRMWARE_STATUSES_CSMS": ("fault-FirmwareStatusNotification", REFUSED),
    "OSG_DIAGNOSTICS_STATUSES_CSMS": ("fault-DiagnosticsStatusNotification", REFUSED),
    "OSG_UNKNOWN_ACTION_CSMS": ("html-for-faults", "got HTTP 500 without a SOAP envelope"),
    "OSG_MISSING_VALUE_CSMS": ("lax", "expected fault, got {"),
    "OSG_BAD_VALUE_CSMS": ("lax", "expected fault, got {"),
}
# More defects, and a scenario that finds each.
MORE = (
    ("no-interval", "TC_001_CSMS", "differs at /interval"),
    ("fault-Heartbeat", "TC_001_CSMS", REFUSED),
    ("nothing-for-faults", "OSG_MISSING_VALUE_CSMS", "got HTTP 200 without a SOAP envelope"),
)
# What the last row of every run finds, whatever passed before it.
CONTRACT = (
    ("other-relates-to", "TC_001_CSMS", "wsa:RelatesTo is not the MessageID"),
    ("no-relates-to", "TC_001_CSMS", "no header RelatesTo"),
    ("other-action", "TC_001_CSMS", "contradicts the body"),
    ("html-type", "TC_001_CSMS", "Content-Type text/html"),
    ("other-namespace", "TC_001_CSMS", "namespace of OCPP"),
    ("faults-with-200", "OSG_UNKNOWN_ACTION_CSMS", "HTTP 200 with a fault"),
)
# The same in what it sends when the operator says so.
CONTRACT_SENT = (
    ("other-identity", "there is no charge point 'SOMEBODY' here"),
    ("no-identity", "no chargeBoxIdentity in the header"),
    ("other-to", "wsa:To is 'http://elsewhere/', not our address"),
    ("other-action-sent", "contradicts the body"),
    ("said-twice", "came again with the same MessageID"),
)
# What ocpp-soap-cs does wrong when its config file says so, and what the verdict says of it.
INJECTED = (
    ({"kind": "fault", "code": "InternalError", "text": "ordered"}, "got InternalError: ordered"),
    ({"kind": "httpStatus", "status": 503}, "got HTTP 503 without a SOAP envelope"),
    ({"kind": "garbage"}, "got HTTP 200 without a SOAP envelope"),
    ({"kind": "reset"}, "got "),
    ({"kind": "truncated"}, "got "),
    ({"kind": "noAnswer"}, "got no answer in time"),
)
