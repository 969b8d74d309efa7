#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets xmllint look at our SOAP bodies: random messages of every version and action against the schemas of the WSDLs.

Usage: xsd_check.py TOOL [COUNT [SEED]]
TOOL is the built tests/tools/random_messages. The WSDLs are those of $WSDL_DIR (else wsdl/).
Ends with `N passed, N failed`, counting kinds of messages.
"""
import collections
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import cut_xsd  # noqa: E402

VERSIONS = ("1.2", "1.5", "1.6")
SERVICES = ("central_system", "charge_point")
BODY = "{http://www.w3.org/2003/05/soap-envelope}Body"
# How many kinds of messages a version has: operations of both services, request and response.
KINDS = {"1.2": 2 * (9 + 9), "1.5": 2 * (10 + 15), "1.6": 2 * (10 + 19)}


def messages(tool, version, count, seed):
    """(service, action, half, envelope) of each random message."""
    out = subprocess.run([tool, "--soap", version, "--count", count, "--seed", seed], check=True,
                         capture_output=True).stdout
    return [record.decode("utf-8").split("\t", 3) for record in out.split(b"\0") if record]


def body_of(envelope):
    """The one element of the Body, as a document of its own; ParseError if the envelope is not well-formed."""
    body = ElementTree.fromstring(envelope.encode("utf-8")).find(BODY)
    if body is None or len(body) != 1:
        raise ElementTree.ParseError("not one element in the Body")
    return ElementTree.tostring(body[0], encoding="utf-8", xml_declaration=True)


def refused(folder, xsd, names):
    """What xmllint says about the files that it refuses: name -> sentences. One process for all of them."""
    run = subprocess.run(["xmllint", "--noout", "--schema", str(xsd), *names], cwd=folder, capture_output=True,
                         encoding="utf-8")
    verdicts = collections.defaultdict(list)
    valid = set()
    for line in run.stderr.split("\n"):
        name = line.split(":")[0].split(" ")[0]
        if line == f"{name} validates":
            valid.add(name)
        elif name in names:
            verdicts[name].append(line)
        elif line and run.returncode not in (0, 3, 4):
            raise SystemExit(f"FAIL xmllint: {line}")
    for name in names:
        if name not in valid and name not in verdicts:
            verdicts[name].append("xmllint says nothing")
    return {name: lines for name, lines in verdicts.items() if name not in valid}


def check_judge(folder, xsd, action_file):
    """A judge that likes everything is none: the same body with one element too many must be refused."""
    spoilt = folder / "spoilt.xml"
    root = ElementTree.fromstring((folder / action_file).read_bytes())
    ElementTree.SubElement(root, "nonsense")
    spoilt.write_bytes(ElementTree.tostring(root))
    if not refused(folder, xsd, [spoilt.name]):
        raise SystemExit(f"FAIL xmllint with {xsd} accepts nonsense")


def check_service(version, service, batch):
    """(action, half) -> number of bad messages, for the messages of one service of one version."""
    bad = collections.Counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        xsd = folder / "schema.xsd"
        wsdl = pathlib.Path(os.environ.get("WSDL_DIR") or "wsdl") / version / f"{service}.wsdl"
        xsd.write_text(cut_xsd.cut(wsdl), encoding="utf-8")
        written = {}
        for i, (_, action, half, envelope) in enumerate(batch):
            try:
                (folder / f"{i}.xml").write_bytes(body_of(envelope))
                written[f"{i}.xml"] = (action, half, envelope)
            except ElementTree.ParseError as error:
                bad[action, half] += 1
                print(f"FAIL {version} {service} {action}.{half}: {error}\n  {envelope}")
        check_judge(folder, xsd, next(iter(written)))
        for name, lines in refused(folder, xsd, list(written)).items():
            action, half, envelope = written[name]
            bad[action, half] += 1
            print(f"FAIL {version} {service} {action}.{half}: {' '.join(lines)}\n  {envelope}")
    return bad


def main(arguments):
    if not 1 <= len(arguments) <= 3:
        print(__doc__, file=sys.stderr)
        return 2
    count, seed = (arguments[1:] + ["200", "1"][len(arguments) - 1:])[:2]
    passed = failed = 0
    for version in VERSIONS:
        everything = messages(arguments[0], version, count, seed)
        bad, kinds = 0, 0
        for service in SERVICES:
            batch = [message for message in everything if message[0] == service]
            wrong = check_service(version, service, batch)
            bad += len(wrong)
            kinds += len({(action, half) for _, action, half, _ in batch})
        if kinds != KINDS[version]:
            bad += abs(kinds - KINDS[version])
            print(f"FAIL {version}: {kinds} kinds of messages instead of {KINDS[version]}")
        print(f"{version}: {len(everything)} messages of {kinds} kinds judged by xmllint")
        passed, failed = passed + kinds - min(bad, kinds), failed + bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
