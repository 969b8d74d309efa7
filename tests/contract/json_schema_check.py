#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets judges from outside look at our JSON: random messages against the table of facts and the published schemas.

Usage: json_schema_check.py TOOL [COUNT [SEED]]
TOOL is the built tests/tools/random_messages. The schemas are looked for in $OFFICIAL (else $OCPP_SHARED/official, else
../shared/official); where they or python3-jsonschema are absent, the table alone judges and a line says so.
Ends with `N passed, N failed`, counting kinds of messages.
"""
import collections
import decimal
import os
import pathlib
import subprocess
import sys

import json_facts

try:
    import jsonschema
except ImportError:
    jsonschema = None


def schedule(limit):
    period = {"startPeriod": 0, "limit": decimal.Decimal(limit)}
    return {"status": "Accepted", "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [period]}}


# Frames that must be refused: a judge that likes everything is none.
WRONG = [
    ("Authorize", "Request", {}),
    ("Authorize", "Request", {"idTag": "123456789012345678901"}),
    ("Authorize", "Request", {"idTag": 5}),
    ("Authorize", "Request", {"idTag": "a", "idtag": "a"}),
    ("Reset", "Request", {"type": "hard"}),
    ("UnlockConnector", "Request", {"connectorId": "1"}),
    ("MeterValues", "Request", {"connectorId": 1, "meterValue": []}),
    ("Heartbeat", "Response", {"currentTime": "yesterday"}),
    ("UpdateFirmware", "Request", {"retrieveDate": "2026-01-01T00:00:00Z", "location": "not a uri"}),
    ("GetCompositeSchedule", "Response", schedule("21.45")),
]
# A number that binary floating point would refuse (L-9).
RIGHT = [
    ("GetCompositeSchedule", "Response", schedule("21.4")),
]


def facts_judge():
    table = json_facts.load()
    return lambda action, half, payload: json_facts.problems(table[f"{action}.{half}"], payload)


def schema_judge():
    """None where there are no schemas or no validator."""
    official = os.environ.get("OFFICIAL") or os.environ.get("OCPP_SHARED", "../shared") + "/official"
    folder = pathlib.Path(official) / "json-1.6"
    if not folder.is_dir() or jsonschema is None:
        print(f"skipped: no schemas in {folder}" if jsonschema else "skipped: no python3-jsonschema")
        return None
    checker = jsonschema.FormatChecker(formats=())
    for name, pattern in (("date-time", json_facts.DATE_TIME), ("uri", json_facts.URI)):
        checker.checks(name)(lambda value, p=pattern: not isinstance(value, str) or p.fullmatch(value) is not None)
    validators = {}

    def judge(action, half, payload):
        name = action + ("Response" if half == "Response" else "")
        if name not in validators:
            schema = json_facts.parse((folder / f"{name}.json").read_text(encoding="utf-8-sig"))
            kind = jsonschema.validators.validator_for(schema)
            kind.check_schema(schema)
            validators[name] = kind(schema, format_checker=checker)
        return [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validators[name].iter_errors(payload)]
    return judge


def check_judge(name, judge):
    for action, half, payload in WRONG:
        if not judge(action, half, payload):
            raise SystemExit(f"FAIL the {name} accept {action}.{half} {payload}")
    for action, half, payload in RIGHT:
        if judge(action, half, payload):
            raise SystemExit(f"FAIL the {name} refuse {action}.{half} {payload}: {judge(action, half, payload)}")


def main(arguments):
    if not 1 <= len(arguments) <= 3:
        print(__doc__, file=sys.stderr)
        return 2
    count, seed = (arguments[1:] + ["200", "1"][len(arguments) - 1:])[:2]
    judges = {"facts": facts_judge(), "schemas": schema_judge()}
    judges = {name: judge for name, judge in judges.items() if judge}
    for name, judge in judges.items():
        check_judge(name, judge)
    lines = subprocess.run([arguments[0], "--count", count, "--seed", seed], check=True, capture_output=True,
                           encoding="utf-8").stdout.removesuffix("\n").split("\n")
    seen, bad = collections.Counter(), collections.Counter()
    for line in lines:
        action, half, text = line.split("\t")
        frame = json_facts.parse(text)
        head = [2, action] if half == "Request" else [3]
        wrong = [] if [frame[0], *frame[2:-1]] == head and isinstance(frame[1], str) else ["not a frame"]
        for name, judge in judges.items():
            wrong += [f"{name}: {each}" for each in judge(action, half, frame[-1])]
        seen[action, half] += 1
        if wrong:
            bad[action, half] += 1
            print(f"FAIL {action}.{half} (seed {seed}): {'; '.join(wrong)}\n  {text}")
    print(f"{sum(seen.values())} messages judged by {' and '.join(judges)}: {sum(bad.values())} bad")
    print(f"{len(seen) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad or not seen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
