# SPDX-License-Identifier: GPL-2.0-or-later
"""Judges OCPP 1.6-J payloads by facts_16j.txt, for machines without the published schemas."""
import decimal
import json
import pathlib
import re

DATE_TIME = re.compile(r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~!$&'()*+,;=:@/?#\[\]-]|%[0-9A-Fa-f]{2})*")


class Field:
    """One line of the table and the fields below it."""

    def __init__(self, cardinality, kind, detail):
        self.cardinality, self.kind, self.detail = cardinality, kind, detail
        self.fields = {}

    @property
    def required(self):
        return self.cardinality in "1+!"

    @property
    def is_list(self):
        return self.cardinality in "+!*"


def load(path=None):
    """The table: a Field per message, `Authorize.Request` and so on."""
    messages = {}
    for line in (path or pathlib.Path(__file__).with_name("facts_16j.txt")).read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        name, cardinality, kind, *detail = line.split(" ")
        steps = name.split("/")
        place = messages
        for step in steps[:-1]:
            place = place[step].fields
        place[steps[-1]] = Field(cardinality, kind, detail)
    return messages


def parse(text):
    """JSON with exact numbers; a key given twice is an error."""
    def members(pairs):
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise ValueError(f"a key twice in {keys}")
        return dict(pairs)
    return json.loads(text, parse_float=decimal.Decimal, object_pairs_hook=members)


def problems(field, value, path=""):
    """What is wrong with a value, as a list of sentences."""
    if field.is_list:
        if not isinstance(value, list):
            return [f"{path}: no list"]
        found = [f"{path}: empty list"] if field.cardinality == "+" and not value else []
        for i, each in enumerate(value):
            found += single(field, each, f"{path}/{i}")
        return found
    return single(field, value, path)


def single(field, value, path):
    if field.kind == "object":
        if not isinstance(value, dict):
            return [f"{path}: no object"]
        found = [f"{path}/{name}: unknown" for name in value if name not in field.fields]
        for name, below in field.fields.items():
            if name in value:
                found += problems(below, value[name], f"{path}/{name}")
            elif below.required:
                found.append(f"{path}/{name}: missing")
        return found
    return [] if CHECKS[field.kind](field, value) else [f"{path}: not {field.kind} {' '.join(field.detail)}: {value!r}"]


def is_number(value):
    return isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool)


CHECKS = {
    "text": lambda f, v: isinstance(v, str) and (not f.detail or len(v) <= int(f.detail[0])),
    "enumeration": lambda f, v: v in f.detail,
    "int": lambda f, v: isinstance(v, int) and not isinstance(v, bool),
    "boolean": lambda f, v: isinstance(v, bool),
    "decimal.1": lambda f, v: is_number(v) and v % decimal.Decimal("0.1") == 0,
    "dateTime": lambda f, v: isinstance(v, str) and DATE_TIME.fullmatch(v) is not None,
    "anyURI": lambda f, v: isinstance(v, str) and URI.fullmatch(v) is not None,
}
