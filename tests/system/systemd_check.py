# SPDX-License-Identifier: GPL-2.0-or-later
"""The systemd unit fits the program: options, paths and the user that it names exist.

usage: systemd_check.py BRIDGE
"""
import configparser
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parents[2] / "bridge" / "systemd"


def unit():
    parser = configparser.RawConfigParser(strict=False, delimiters="=", comment_prefixes="#")
    parser.optionxform = str
    parser.read(HERE / "ocpp-soap-bridge.service")
    return parser


def known_options(bridge):
    text = subprocess.run([bridge, "--help"], check=True, capture_output=True, text=True).stdout
    return set(re.findall(r"^  --([a-z-]+)", text, re.M))


def checks(bridge):
    service = unit()["Service"]
    command = shlex.split(service["ExecStart"])
    options = dict(zip(command[1::2], command[2::2]))
    known = known_options(bridge)
    yield "the unit names only options that the bridge has", {o.lstrip("-") for o in options} <= known
    example = (HERE / "bridge.conf.example").read_text()
    used = {line.split("=")[0] for line in example.splitlines() if line and not line.startswith("#")}
    yield "the example names only options that the bridge has", used and used <= known
    yield "the data directory is the unit's StateDirectory", \
        options["--data-dir"] == "/var/lib/" + service["StateDirectory"]
    yield "the configuration is in the unit's ConfigurationDirectory", \
        options["--config"].startswith("/etc/" + service["ConfigurationDirectory"] + "/")
    users = (HERE / "ocpp-soap-bridge.sysusers").read_text()
    yield "the user of the unit is created", \
        re.search(r"^u " + service["User"] + r" ", users, re.M) and service["User"] == service["Group"]
    limits = subprocess.run([bridge, "--help"], capture_output=True, text=True).stdout
    drain = int(re.search(r"--drain-timeout .*\[(\d+)\]", limits).group(1))
    yield "systemd waits longer than --drain-timeout", int(service["TimeoutStopSec"]) > drain
    if shutil.which("systemd-analyze"):
        yield "systemd-analyze verify has no remark", verified()


def verified():
    text = (HERE / "ocpp-soap-bridge.service").read_text()
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory) / "ocpp-soap-bridge.service"
        file.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.M))
        run = subprocess.run(["systemd-analyze", "verify", "--man=no", "--generators=no", str(file)],
                             capture_output=True, text=True)
    remarks = [line for line in run.stderr.splitlines() if "ocpp-soap-bridge" in line]
    print("\n".join(remarks))
    return not remarks


def main():
    failed = 0
    passed = 0
    for sentence, holds in checks(sys.argv[1]):
        print(("ok   " if holds else "FAIL ") + sentence)
        passed += bool(holds)
        failed += not holds
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed else 1


if __name__ == "__main__":
    sys.exit(main())
