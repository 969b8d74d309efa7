#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks the include rules of tests/layers.txt and the house limits on files; prints `N passed, N failed`."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
LONGEST = 400
STD_C = {"sys/", "netinet/", "arpa/"}
# libev calls us behind the firewall of the loop only: its watchers are bound by bindWatcher() (C6).
BOUND = re.compile(r"\bev_(\w+_)?init\s*\(|\bev_set_cb\s*\(")


def rules():
    layers, generated = {}, {}
    for line in (ROOT / "tests/layers.txt").read_text().splitlines():
        line = line.split("#")[0].strip() if not line.startswith("src") else line.strip()
        if not line:
            continue
        name, allowed = line.split(":", 1)
        if name.startswith("generated "):
            generated[name.split()[1]] = set(allowed.split())
        else:
            layers[name] = allowed.split()
    return layers, generated


def is_standard(header):
    return "/" not in header and (not header.endswith(".h") or header in POSIX) or any(header.startswith(p) for p in STD_C)


POSIX = {"unistd.h", "time.h", "fcntl.h", "errno.h", "signal.h", "poll.h", "netdb.h", "pthread.h", "stddef.h", "stdint.h"}


def problems_of(path, layer, allowed, generated):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if BOUND.search(line) and path.name != "watch.h":
            yield f"{path.relative_to(ROOT)}:{number}: a watcher that is not bound by bindWatcher()"
        found = INCLUDE.match(line)
        if not found:
            continue
        kind, header = found.groups()
        where = f"{path.relative_to(ROOT)}:{number}: {header}"
        if header in generated or "soap" in header and header.startswith(("soapH", "soapStub", "stdsoap")):
            if str(path.relative_to(ROOT)) not in generated.get("soapH.h", set()) and path.parts[-2] != "ocpp_s":
                yield f"{where}: generated code is not for this file"
            continue
        if kind == "<":
            systems = [a[1:-1] for a in allowed if a.startswith("<")]
            if not is_standard(header) and not any(header.startswith(s) for s in systems):
                yield f"{where}: this library is not for layer {layer}"
            continue
        top = header.split("/")[0]
        own = layer.split("/")[-1]
        if top != own and top not in allowed:
            yield f"{where}: layer {layer} must not include {top}"


def main():
    layers, generated = rules()
    passed, problems = 0, []
    for layer, allowed in layers.items():
        for path in sorted(p for p in (ROOT / layer).rglob("*.*") if p.suffix in {".h", ".cpp"}):
            found = list(problems_of(path, layer, allowed, generated))
            lines = path.read_text().count("\n")
            tables = {"options.cpp", "literals.h"}
            if lines > LONGEST and path.name not in tables:
                found.append(f"{path.relative_to(ROOT)}: {lines} lines, more than {LONGEST}")
            first = path.read_text().splitlines()[:2]
            if len(first) < 2 or "SPDX-License-Identifier: GPL-2.0-or-later" not in first[0] or not first[1].startswith("// "):
                found.append(f"{path.relative_to(ROOT)}: must open with the SPDX line and one sentence of purpose")
            problems += found
            passed += not found
    for problem in problems:
        print(problem)
    print(f"{passed} passed, {len(problems)} failed")
    return 1 if problems or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
