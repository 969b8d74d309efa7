#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Cuts the XML Schema out of a WSDL, so that xmllint can judge a SOAP body element by it.

Usage: cut_xsd.py CONTRACT.wsdl [OUT.xsd]     then: xmllint --noout --schema OUT.xsd body.xml
"""
import pathlib
import sys
from xml.dom import minidom

WSDL = "http://schemas.xmlsoap.org/wsdl/"
XSD = "http://www.w3.org/2001/XMLSchema"


def cut(path):
    """The text of a standalone schema with the types of the WSDL at `path`; ValueError if it has not exactly one."""
    document = minidom.parse(str(path))
    schemas = [schema for types in document.getElementsByTagNameNS(WSDL, "types")
               for schema in types.getElementsByTagNameNS(XSD, "schema")]
    if len(schemas) != 1:
        raise ValueError(f"{path}: expected one xs:schema in wsdl:types, found {len(schemas)}")
    schema = schemas[0]
    # Prefixes that the schema only inherits from the WSDL around it must be declared on its new root.
    outer = schema.parentNode
    while outer.nodeType == outer.ELEMENT_NODE:
        for name, value in outer.attributes.items():
            if (name == "xmlns" or name.startswith("xmlns:")) and not schema.hasAttribute(name):
                schema.setAttribute(name, value)
        outer = outer.parentNode
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + schema.toxml() + "\n"


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    text = cut(arguments[0])
    if len(arguments) == 2:
        pathlib.Path(arguments[1]).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
