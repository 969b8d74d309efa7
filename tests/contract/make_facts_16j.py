#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes facts_16j.txt: what OCPP 1.6-J (with the security extension) demands of every field, one line each.

Usage: make_facts_16j.py FACTS.json > facts_16j.txt     FACTS.json holds the facts extracted from the published schemas.
"""
import json
import sys

HEAD = """\
# What OCPP 1.6-J demands of every field. Made by make_facts_16j.py; read by json_contract_test.cpp and json_facts.py.
# path  cardinality  kind  [limit in characters | words of the enumeration]
# cardinality: 1 required, ? optional; lists: + required with at least one, ! required but may be empty, * optional
"""


def cardinality(field):
    if not field.get("array"):
        return "1" if field["card"] == "1..1" else "?"
    if not field.get("required"):
        return "*"
    return "+" if field.get("minItems", 0) >= 1 else "!"


def kind(field):
    if "enum" in field:
        return "enumeration"
    if field["type"] == "string":
        return {"date-time": "dateTime", "uri": "anyURI"}.get(field.get("format"), "text")
    if field["type"] == "number":
        return {0.1: "decimal.1"}[field["multipleOf"]]
    return {"integer": "int", "boolean": "boolean", "object": "object"}[field["type"]]


def lines(path, fields):
    for field in fields:
        here = f"{path}/{field['name']}"
        detail = field.get("enum") or ([str(field["maxLength"])] if "maxLength" in field else [])
        yield " ".join([here, cardinality(field), kind(field), *detail])
        yield from lines(here, field.get("fields", []))


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        operations = json.load(file)["operations"]
    sys.stdout.write(HEAD)
    for operation in operations:
        for half in ("request", "response"):
            path = f"{operation['op']}.{half.capitalize()}"
            print(path, "1 object")
            for line in lines(path, operation[half]["fields"]):
                print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
