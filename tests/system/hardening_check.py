# SPDX-License-Identifier: GPL-2.0-or-later
"""Plain `make` builds programs that are hard to misuse (FIELD C9): its commands have the flags, and what they have made has
their effect, as readelf sees it.

usage: hardening_check.py BUILD
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPILED = ("-D_FORTIFY_SOURCE=2", "-fstack-protector-strong", "-fPIE")
LINKED = ("-pie", "-Wl,-z,relro,-z,now")
PROGRAMS = ("ocpp-soap-bridge", "ocpp-soap-cs", "ocpp-soap-cp")


def commands(build, program):
    """What make would run for the program, if nothing were there."""
    made = subprocess.run(
        ["make", "-n", "-B", "--no-print-directory", "BUILD=" + build, "%s/%s" % (build, program)],
        check=True, capture_output=True, text=True, cwd=ROOT).stdout
    return re.sub(r"\\\n", " ", made).splitlines()


def flags(build):
    for program in PROGRAMS:
        lines = commands(build, program)
        compiled = [line for line in lines if re.search(r" -c (src|bridge|tests)/\S+\.cpp ", line)]
        linked = [line for line in lines if "-o %s/%s " % (build, program) in line]
        yield program + " is compiled with the flags", \
            len(compiled) > 50 and all(flag in line for line in compiled for flag in COMPILED)
        yield program + " is linked with the flags", \
            len(linked) == 1 and all(flag in linked[0] for flag in LINKED)
    sanitized = commands(build, "asan/ocpp-soap-bridge")
    yield "sanitizer builds go without", not any("FORTIFY" in line for line in sanitized if "/asan/obj/" in line)


def elf(path):
    def readelf(what):
        return subprocess.run(["readelf", "-W", what, str(path)], check=True, capture_output=True, text=True).stdout

    name = path.name
    yield name + " can be loaded anywhere (PIE)", re.search(r"Type:\s+DYN", readelf("-h"))
    segments = readelf("-l")
    yield name + " has its tables read-only (RELRO)", "GNU_RELRO" in segments
    yield name + " has no executable stack", re.search(r"GNU_STACK\s.*\sRW\s", segments)
    yield name + " is bound at its start", re.search(r"BIND_NOW|Flags:.*NOW", readelf("-d"))
    symbols = readelf("--dyn-syms")
    yield name + " guards its stack", "__stack_chk_fail" in symbols
    if name in PROGRAMS:
        yield name + " checks lengths", "_chk@" in symbols or "_chk " in symbols


def main():
    build = sys.argv[1]
    passed = failed = 0
    found = [ROOT / build / name for name in ("tests/verify-wsdl", *PROGRAMS)]
    results = list(flags(build))
    for path in found:
        if path.exists():
            results += elf(path)
    for name, good in results:
        passed += bool(good)
        failed += not good
        if not good:
            print("FAIL  " + name)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or len(results) < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
