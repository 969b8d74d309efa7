#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Proves that verify-wsdl sees every kind of difference between contracts, and nothing but differences.

Usage: verify_wsdl_test.py VERIFY_WSDL_PROGRAM     Works on copies of this repository's own wsdl/ only.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
OURS = ROOT / "wsdl"
CS12, CP12, CS15, CP15, CS16, CP16 = CONTRACTS = [f"{version}/{role}.wsdl" for version in ("1.2", "1.5", "1.6")
                                                  for role in ("central_system", "charge_point")]
PUBLISHED_NAMES = ["ocpp_centralsystemservice_1.2", "ocpp_chargepointservice_1.2",
                   "ocpp_centralsystemservice_1.5_final", "ocpp_chargepointservice_1.5_final",
                   "OCPP_CentralSystemService_1.6", "OCPP_ChargePointService_1.6"]
WSAM = "http://www.w3.org/2007/05/addressing/metadata"

# What changes | file | pattern, matched once | replacement | what the report must name.
MUTATIONS = [
    # Types
    ("a greater maxLength", CS16, r'maxLength value="25"', 'maxLength value="26"', "CiString25Type].*maxLength/@value"),
    ("a maxLength that is gone", CS15, r'<xs:maxLength value="50"/>', "", "FirmwareVersion].*maxLength: only in"),
    ("another facet of the same value", CP16, "fractionDigits", "totalDigits", "DecimalOne].*fractionDigits"),
    ("a pattern that is new", CP15, r'(<xs:maxLength value="20"/>)', r'\1<xs:pattern value="[0-9]+"/>', r"pattern\["),
    ("a literal that is gone", CS12, r'<xs:enumeration value="ConcurrentTx"/>', "", r"enumeration\[ConcurrentTx\]"),
    ("a literal that is misspelt", CP16, '"VersionMismatch"', '"VersionMissmatch"', "VersionMissmatch"),
    ("a literal that is new", CP12, r'(<xs:enumeration value="Inoperative"/>)', r'\1<xs:enumeration value="Idle"/>',
     r"enumeration\[Idle\]"),
    ("another base of a simple type", CP16, 'restriction base="xs:decimal"', 'restriction base="xs:double"', "@base"),
    ("a simple type that is gone", CS12, r'<xs:simpleType name="FirmwareStatus">.*?</xs:simpleType>', "",
     r"simpleType\[FirmwareStatus\]: only in"),
    ("a complex type that is new", CP12, r"(</xs:schema>)", r'<xs:complexType name="Extra"/>\1',
     r"complexType\[Extra\]"),
    ("an empty sequence where there was none", CS16, r'(<xs:complexType name="HeartbeatRequest")/>',
     r"\1><xs:sequence/></xs:complexType>", r"HeartbeatRequest\]/xs:sequence"),
    # Elements
    ("two elements swapped", CS12,
     r'(<xs:element name="timestamp" type="xs:dateTime"/>\s*)(<xs:element name="meterStop"[^>]*>)',
     r"\2\1", "StopTransactionRequest].*order"),
    ("a required element made optional", CS15, r'(<xs:element name="meterStop" type="xs:int")', r'\1 minOccurs="0"',
     r"meterStop\]/@minOccurs"),
    ("an optional element made required", CS16, r'(name="iccid"[^>]*?) minOccurs="0"', r"\1", r"iccid\]/@minOccurs"),
    ("a list that became a single element", CS16, r'(name="sampledValue"[^>]*?) maxOccurs="unbounded"', r"\1",
     r"sampledValue\]/@maxOccurs"),
    ("a sequence that became a choice", CP15, r"(name=\"KeyValue\">\s*)<xs:sequence>(.*?)</xs:sequence>",
     r"\1<xs:choice>\2</xs:choice>", "KeyValue].*xs:choice"),
    ("another type of an element", CP12, r'(name="reservationId"|name="connectorId") type="xs:int"',
     r'\1 type="xs:long"', "@type"),
    ("a type of the same name in another namespace", CS15, r'(<xs:element name="idTag") type="my:IdToken"',
     r'\1 xmlns:my="urn:other" type="my:IdToken"', r"\{urn:other\}IdToken"),
    ("an element that is gone", CP15, r'<xs:element name="hash"[^>]*>', "", r"element\[hash\]"),
    ("an element that may be nil", CS12, r'(<xs:element name="meterStart" type="xs:int")', r'\1 nillable="true"',
     "@nillable"),
    ("another type of a global element", CP16, r'(<xs:element name="clearCacheResponse") type="[^"]*"',
     r'\1 type="my:ClearCacheRequest"', r"element\[clearCacheResponse\]/@type"),
    ("an attribute that became required", CS15, r'(<xs:attribute name="unit" [^>]*?)/>', r'\1 use="required"/>',
     r"attribute\[unit\]/@use"),
    ("an attribute that is gone", CS15, r'<xs:attribute name="location"[^>]*>', "", r"attribute\[location\]"),
    ("another base of simple content", CS15, r'(<xs:extension base=)"xs:string"', r'\1"xs:token"', "extension/@base"),
    ("unqualified local elements", CP16, ' elementFormDefault="qualified"', "", "@elementFormDefault"),
    ("qualified local attributes", CS15, r'( elementFormDefault="qualified")', r'\1 attributeFormDefault="qualified"',
     "@attributeFormDefault"),
    ("one local element that is unqualified", CS16, r'(<xs:element name="meterStop" type="xs:int")',
     r'\1 form="unqualified"', r"meterStop\]/@form"),
    # Messages and operations
    ("another element of a message part", CS16, r'element="my:heartbeatRequest"', 'element="my:heartbeatResponse"',
     "HeartbeatInput].*@element"),
    ("another name of a message part", CS12, r'name="parameters"( element="my:authorizeRequest")', r'name="body"\1',
     r"part\[body\]"),
    ("a message that is gone", CP15, r'<wsdl:message name="ResetOutput">.*?</wsdl:message>', "",
     r"message\[ResetOutput\]"),
    ("another input action", CS15, r'adr:Action="/Heartbeat"', 'adr:Action="/HeartBeat"',
     "Heartbeat]/input/@wsaw:Action"),
    ("an output action that is gone", CP16, ' adr:Action="/ResetResponse"', "", "Reset]/output/@wsaw:Action"),
    ("an output action that is new", CS12, r'(<wsdl:output message="my:HeartbeatOutput")',
     r'\1 adr:Action="/HeartbeatResponse"', "Heartbeat]/output/@wsaw:Action"),
    ("an action in another namespace", CS12, r"http://www\.w3\.org/2006/05/addressing/wsdl", WSAM, re.escape(WSAM)),
    ("another message of an operation", CP12, r'(<wsdl:input message=)"my:ClearCacheInput"', r'\1"my:ResetInput"',
     "ClearCache]/input/@message"),
    ("input and output swapped", CS12, r'(<wsdl:input message="my:HeartbeatInput"[^>]*>)\s*(<wsdl:output[^>]*>)',
     r"\2\1", "Heartbeat]/order"),
    ("a fault that is new", CP15, r'(<wsdl:output message="my:ResetOutput"[^>]*>)',
     r'\1<wsdl:fault name="f" message="my:ResetOutput"/>', r"fault\[f\]"),
    ("an operation that is gone", CP16,
     r'<wsdl:operation name="TriggerMessage">\s*<wsdl:input message.*?</wsdl:operation>', "",
     r"portType.*operation\[TriggerMessage\]: only in"),
    ("another name of the port type", CS16, 'portType name="CentralSystemService"', 'portType name="CentralSystem"',
     r"portType\[CentralSystem\]"),
    # Binding and service
    ("another SOAP action", CP16, 'soapAction="/Reset"', 'soapAction="Reset"', "Reset]/soap12:operation/@soapAction"),
    ("another header part", CS12, r'(?s)(soapAction="/Authorize".*?part=)"ChargeBoxIdentity"', r'\1"Identity"',
     r"Authorize\]/input/soap12:header\[Identity\]"),
    ("another header message", CS15, r'(?s)(soapAction="/Authorize".*?<sp12:header message=)"my:Header"',
     r'\1"my:AuthorizeInput"', "header.*@message"),
    ("a header that is gone", CP12, r'(?s)(soapAction="/Reset".*?)<sp12:header[^>]*>', r"\1",
     "Reset]/input/soap12:header"),
    ("a header that must be understood", CS16, r'(?s)(soapAction="/Authorize".*?<sp12:header )',
     r'\1wsdl:required="true" ', "header.*@wsdl:required"),
    ("an encoded body", CS15, r'(?s)(soapAction="/Heartbeat".*?<wsdl:output><sp12:body use=)"literal"', r'\1"encoded"',
     "Heartbeat]/output/soap12:body/@use"),
    ("rpc style of one operation", CP15, r'(soapAction="/Reset" style=)"document"', r'\1"rpc"',
     "Reset]/soap12:operation/@style"),
    ("another transport", CP16, "http://schemas.xmlsoap.org/soap/http", "http://schemas.xmlsoap.org/soap/smtp",
     "@transport"),
    ("SOAP 1.1", CS12, "http://schemas.xmlsoap.org/wsdl/soap12/", "http://schemas.xmlsoap.org/wsdl/soap/",
     "wsdl/soap/}"),
    ("another port type bound", CP12, r'(<wsdl:binding [^>]*type=)"my:\w+"', r'\1"my:Other"', "binding.*@type"),
    ("another address", CS15, r'location="[^"]*"', 'location="http://localhost/"', "soap12:address/@location"),
    ("another name of the port", CP12, "ChargePointServiceSoap12", "ChargePointServiceSoap11",
     r"port\[ChargePointServiceSoap11"),
    ("another name of the service", CP15, 'service name="ChargePointService"', 'service name="ChargePoint"',
     r"service\[ChargePoint\]"),
    ("another binding of the port", CS16, r'(<wsdl:port [^>]*binding=)"[^"]*"', r'\1"my:Other"', "port.*@binding"),
    ("no use of WS-Addressing", CP16, "<adr:UsingAddressing/>", "", "wsaw:UsingAddressing"),
    ("a policy that is not referred to", CS12, r"<pol:PolicyReference[^>]*>", "", "wsp:PolicyReference"),
    ("another target namespace", CS16, r'(<wsdl:definitions targetNamespace="urn://Ocpp/Cs/2015/10)/"', r'\1"',
     "2015/10"),
    ("a file that does not parse", CP15, "</wsdl:definitions>", "", "charge_point.wsdl"),
]

# What changes without any difference in meaning | file | pattern, matched at least once | replacement.
NEUTRAL = [
    ("other prefixes", CS15, r"\bxs:|xmlns:xs=", lambda found: found[0].replace("xs", "s")),
    ("defaults written out", CS16, r'(<xs:element name="\w+" type="[^"]*")/>(?=\s*</xs:sequence>)',
     r'\1 minOccurs="1" maxOccurs="1"/>'),
    ("an optional attribute that says so", CS15, r"(<xs:attribute [^>]*?)/>", r'\1 use="optional"/>'),
    ("a form that is the schema's default", CS16, r'(<xs:element name="meterStop" type="xs:int")',
     r'\1 form="qualified"'),
    ("a style inherited from the binding", CP12, r' style="document"', ""),
    ("no line breaks", CP16, r"\s*\n\s*", " "),
    ("documentation and comments", CS12, r"(<wsdl:portType [^>]*>|<xs:sequence>)",
     lambda found: found[0] + ("<!-- x -->" if "xs:" in found[0] else "<wsdl:documentation>x</wsdl:documentation>")),
    ("simple types in another order", CP15,
     r"(?s)(<xs:simpleType.*?</xs:simpleType>)\s*(<xs:simpleType.*?</xs:simpleType>)", r"\2\1"),
    ("literals in another order", CS12, r"(<xs:enumeration [^>]*>)\s*(<xs:enumeration [^>]*>)", r"\2\1"),
    ("the default namespace instead of a prefix", CS16, r"</?wsdl:|xmlns:wsdl=",
     lambda found: "xmlns=" if "xmlns" in found[0] else found[0].replace("wsdl:", "")),
]


class Results:
    """Counts what was proved and prints what was not."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, sentence, holds, evidence=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {sentence}\n{evidence}")


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def mutated(scratch, contract, pattern, replacement, once):
    """A copy of our contracts with one file changed."""
    copy = scratch / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(OURS, copy)
    text = (copy / contract).read_text(encoding="utf-8")
    changed, count = re.subn(pattern, replacement, text, count=1 if once else 0, flags=re.DOTALL)
    if count == 0 or changed == text:
        raise AssertionError(f"{contract}: nothing matches {pattern}")
    (copy / contract).write_text(changed, encoding="utf-8")
    return copy


def check_differences(verify, scratch, results):
    for sentence, contract, pattern, replacement, named in MUTATIONS:
        copy = mutated(scratch, contract, pattern, replacement, once=True)
        for direction, sides in (("official", (OURS, copy)), ("ours", (copy, OURS))):
            code, output = run(verify, *sides)
            results.check(f"{contract}: verify-wsdl reports {sentence} in {direction}",
                          code == 1 and re.search(named, output), f"exit {code}, want /{named}/ in\n{output}")


def check_neutral(verify, scratch, results):
    for sentence, contract, pattern, replacement in NEUTRAL:
        code, output = run(verify, OURS, mutated(scratch, contract, pattern, replacement, once=False))
        results.check(f"{contract}: verify-wsdl accepts {sentence}", code == 0, output)


def check_layouts(verify, scratch, results):
    flat = scratch / "flat"
    flat.mkdir()
    for contract, name in zip(CONTRACTS, PUBLISHED_NAMES):
        shutil.copy(OURS / contract, flat / (name + ".wsdl"))
    code, output = run(verify, OURS, flat)
    facts = re.search(r"6 contracts, (\d+) facts", output)
    results.check("verify-wsdl compares all six, whatever the files are called",
                  code == 0 and facts and int(facts[1]) > 0, output)

    find = OURS / "find.sh"
    code, output = run("sh", find, flat)
    expected = [str(flat / (name + ".wsdl")) for name in PUBLISHED_NAMES]
    results.check("find.sh knows the published names", code == 0 and output.split("\n")[:-1] == expected, output)
    code, output = run("sh", find, OURS)
    expected = [str(OURS / contract) for contract in CONTRACTS]
    results.check("find.sh knows our layout", code == 0 and output.split("\n")[:-1] == expected, output)

    shutil.copy(flat / (PUBLISHED_NAMES[0] + ".wsdl"), flat / "again.wsdl")
    for program, command in (("find.sh", ("sh", find, flat)), ("verify-wsdl", (verify, OURS, flat))):
        code, output = run(*command)
        results.check(f"{program} refuses two files of one contract", code == 1 and "urn://Ocpp/Cs/2010/08/" in output,
                      output)
    (flat / "again.wsdl").unlink()
    (flat / (PUBLISHED_NAMES[5] + ".wsdl")).unlink()
    for program, command in (("find.sh", ("sh", find, flat)), ("verify-wsdl", (verify, OURS, flat)),
                             ("verify-wsdl, of ours,", (verify, flat, OURS))):
        code, output = run(*command)
        results.check(f"{program} names a missing contract", code == 1 and "urn://Ocpp/Cp/2015/10/" in output, output)
    empty = scratch / "empty"
    empty.mkdir()
    code, output = run(verify, empty, empty)
    results.check("verify-wsdl does not call two empty directories equal", code == 1, output)


def check_schemas(scratch, results):
    for contract in CONTRACTS:
        schema = scratch / "types.xsd"
        run(sys.executable, ROOT / "tests/support/cut_xsd.py", OURS / contract, schema)
        namespace = re.search('targetNamespace="(.*?)"', (OURS / contract).read_text(encoding="utf-8"))[1]
        root = "heartbeatRequest" if "/Cs/" in namespace else "clearCacheRequest"
        for verdict, content, code in (("accepts a valid", "", 0), ("refuses an invalid", "<other/>", 3)):
            body = scratch / "body.xml"
            body.write_text(f'<{root} xmlns="{namespace}">{content}</{root}>', encoding="utf-8")
            got, output = run("xmllint", "--noout", "--schema", schema, body)
            results.check(f"{contract}: the schema cut from it {verdict} body", got == code, output)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    verify = pathlib.Path(arguments[0]).resolve()
    results = Results()
    with tempfile.TemporaryDirectory() as directory:
        scratch = pathlib.Path(directory)
        check_differences(verify, scratch, results)
        check_neutral(verify, scratch, results)
        check_layouts(verify, scratch, results)
        check_schemas(scratch, results)
    print(f"{results.passed} passed, {results.failed} failed")
    return 0 if results.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
