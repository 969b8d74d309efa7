#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks that rule numbers, section numbers and docs/translation.md agree; prints `N passed, N failed`."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RULEBOOK = "docs/translation.md"
GROUPS = "G|L|ST|TX|MV|CK|EM|RS|ER|SM|WA|AU"
# `L-7`, `ST-6b`, and ranges: `TX-1..TX-3`, `TX-1 to TX-8`, `L-1..14`.
RANGE = re.compile(rf"\b({GROUPS})-(\d+)(?:\.\.| to )(?:(?:{GROUPS})-)?(\d+)\b")
RULE = re.compile(rf"\b({GROUPS})-(\d+b?)\b")
ENTRY = re.compile(rf"^(?:- |\| )\*\*((?:{GROUPS})-\d+b?)\*\*( \(property\))?")
HEADING = re.compile(r"^##+ (\d(?:\.\d)?)\.? ")
# Other "section"s are of the OCPP specification, of RFCs and the like.
SECTION = re.compile(r"\btranslation,? (\d(?:\.\d)?)\b|\bsection (\d(?:\.\d)?) of (?:the translation|docs/translation)")
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:work|tmp|home|root|mnt|Users|build|var/tmp)(?:/|\b)")
SOURCES = {".cpp", ".h", ".py", ".js", ".sh", ".sql", ".txt", ".md"}
THIS = pathlib.Path(__file__).resolve()


def files(*places):
    """The project's own texts below the places, in order."""
    for place in places:
        path = ROOT / place
        for each in [path] if path.is_file() else sorted(path.rglob("*")):
            if each.is_file() and each.suffix in SOURCES and "node_modules" not in each.parts and each != THIS:
                yield each


def rules_in(line):
    """Every rule that the line cites; a range cites all between its ends."""
    found = {f"{group}-{number}" for group, number in RULE.findall(line)}
    for group, first, last in RANGE.findall(line):
        found.update(f"{group}-{number}" for number in range(int(first), int(last) + 1))
    return found


def citations(*places, purposes=True):
    """Rule -> the first place that cites it; with or without the comments that tell the purpose of whole files."""
    found = {}
    for path in files(*places):
        purpose = not purposes
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            purpose = purpose and line.startswith("//")
            if purpose:
                continue
            for rule in rules_in(ENTRY.sub("", line)):
                found.setdefault(rule, f"{path.relative_to(ROOT)}:{number}")
    return found


def rulebook():
    """Entries (rule -> is it a property), section numbers, and what is wrong with them."""
    entries, sections, problems = {}, set(), []
    for number, line in enumerate((ROOT / RULEBOOK).read_text().splitlines(), 1):
        heading, entry = HEADING.match(line), ENTRY.match(line)
        if heading:
            sections.add(heading.group(1))
        if entry and entry.group(1) in entries:
            problems.append(f"{RULEBOOK}:{number}: {entry.group(1)} stands there twice")
        if entry:
            entries[entry.group(1)] = bool(entry.group(2))
    return entries, sections, problems


def order(rule):
    group, number = rule.split("-")
    return group, int(number.rstrip("b")), number


def missing_sections(sections):
    for path in files("src", "bridge", "tests", "docs", "README.md"):
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            for match in SECTION.finditer(line):
                cited = match.group(1) or match.group(2)
                if cited not in sections:
                    yield f"{path.relative_to(ROOT)}:{number}: {RULEBOOK} has no section {cited}"


def machine_paths():
    for path in files("docs", "README.md", "CHANGELOG.md"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if MACHINE_PATH.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: a path of one machine"


def main():
    entries, sections, problems = rulebook()
    cited = citations("src", "bridge", "tests", "docs", "README.md")
    in_code, in_tests = citations("src", "bridge"), citations("tests", purposes=False)
    for rule in sorted(cited, key=order):
        if rule not in entries:
            problems.append(f"{cited[rule]}: {rule} is not in {RULEBOOK}")
    for rule, is_property in entries.items():
        if rule not in in_tests:
            problems.append(f"{RULEBOOK}: no test cites {rule}")
        if not is_property and rule not in in_code:
            problems.append(f"{RULEBOOK}: {rule} is cited nowhere in src or bridge")
    problems += missing_sections(sections)
    problems += machine_paths()
    for problem in problems:
        print(problem)
    checked = len(set(cited) | set(entries)) + len(sections)
    print(f"{max(checked - len(problems), 0)} passed, {len(problems)} failed")
    return 1 if problems or not entries else 0


if __name__ == "__main__":
    sys.exit(main())
