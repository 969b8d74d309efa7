# SPDX-License-Identifier: GPL-2.0-or-later
"""Parts of cs_test.py: mistakes in config file, script and options of ocpp-soap-cs, and its help."""

import concurrent.futures
import os
import re
import subprocess

from harness import PATIENCE, ROOT, Failed, same
from tools import ENVIRONMENT, Cs

# A config file, and what must be said about it.
MISTAKES = (
    ('{"boot": {', "line 1, column 11: not JSON"),
    ('{\n "tags": [\n  }', "line 3, column 3: not JSON"),
    ('{"bot": {}}', "no key 'bot'; known are boot, tags"),
    ('{"boot": {"statuses": ["Acepted"]}}', "/boot/statuses/0: 'Acepted' is none of Accepted, Pending, Rejected"),
    ('{"boot": {"statuses": []}}', "/boot/statuses: needs at least one status"),
    ('{"boot": {"interval": -1}}', "/boot/interval: -1 is not a whole number from 0 to"),
    ('{"tags": {"a": 1}}', "/tags: must be a list"),
    ('{"tags": [{"status": "Accepted"}]}', "/tags/0: needs an 'idTag'"),
    ('{"tags": [{"idTag": "a", "expiryDate": "soon"}]}', "/tags/0/expiryDate: 'soon' is no date and time"),
    ('{"tags": [{"idTag": "a", "parentIdTag": "123456789012345678901"}]}', "/tags/0/parentIdTag: is longer than 20"),
    ('{"otherTags": 7}', "/otherTags: must be a text in quotes, not 7"),
    ('{"delays": {"Hartbeat": 1}}', "/delays/Hartbeat: 'Hartbeat' is no message of a charger"),
    ('{"delays": {"Heartbeat": "1"}}', '/delays/Heartbeat: "1" is not a number from 0 to 86400'),
    ('{"failures": [{"action": "Heartbeat"}]}', "/failures/0: needs a 'kind'"),
    ('{"failures": [{"kind": "explode"}]}', "/failures/0/kind: 'explode' is none of delay, fault"),
    ('{"failures": [{"kind": "fault", "code": "Oops"}]}', "/failures/0/code: 'Oops' is none of SecurityError"),
    ('{"failures": [{"kind": "reset", "probability": 2}]}', "/failures/0/probability: 2 is not a number from 0 to 1"),
    ('{"failures": [{"kind": "delay"}]}', "/failures/0: a delay needs 'seconds'"),
    ('{"failures": [{"kind": "resetBeforeReading", "action": "Heartbeat"}]}', "/failures/0: resetBeforeReading knows neither"),
    ("[]", "the whole file: must be an object"),
)
# A script, and what must be said about it.
SCRIPT_MISTAKES = (
    ("CP1 Rest {}", ":1: 'Rest' is no message of central systems"),
    ("# x\nCP1 Reset {", ":2: '{' is not a JSON object"),
    ("wait CP1 Reset", ":1: 'Reset' is no message of charge points"),
    ("wait CP1 Heartbeat within soon", ":1: seconds: 'soon' is not a whole number"),
    ("expect something", ":1: expect: JSON in braces, fault or none"),
    ("\n", ": no command in it"),
)
OPTION_MISTAKES = (
    (["--version", "2.0"], "option version: '2.0' is none of 1.2, 1.5, 1.6"),
    (["--patience", "0"], "option patience: '0' is not a whole number from 1"),
    (["--charger-url", "CP1"], "option charger-url: 'CP1' is not ID=http"),
    (["conformance"], "conformance: needs the option charger"),
    (["--tap", "x"], "only with the word conformance"),
    (["conformance", "--charger", "A", "--only", "TC_999"], "option only: no 'TC_999'"),
    (["conformance", "--charger", "A", "--profile", "cor"], "option profile: no 'cor'"),
    (["confrmance"], "'confrmance' is no command"),
    (["--nonsense"], "nonsense"),
    (["--write", "padding"], "option write: 'padding' is no habit of writing"),
)


def mistakes(world):
    """Mistakes in config file, script and options are named with their place, with exit status 2."""
    cases = [(["--config", world.file("c%d.json" % i, text)], words) for i, (text, words) in enumerate(MISTAKES)]
    cases += [(["--script", world.file("s%d" % i, text)], words) for i, (text, words) in enumerate(SCRIPT_MISTAKES)]
    cases += list(OPTION_MISTAKES) + [(["--config", "missing.json"], "missing.json: cannot be opened")]

    def run(case):
        arguments, words = case
        done = subprocess.run([world.options.cs, "--listen", "127.0.0.1:0", "--api", "none", *arguments], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE * 2, env=ENVIRONMENT)
        return done, arguments, words

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done, arguments, words in pool.map(run, cases):
            if done.returncode != 2 or words not in done.stderr:
                raise Failed("%s: status %d, said %r, not %r" % (arguments, done.returncode, done.stderr, words))


def helpIsTrue(world):
    """README, --help and the manual page are made from the same table."""
    table = subprocess.run([world.options.cs, "--help-table"], text=True, capture_output=True, check=True).stdout
    with open(os.path.join(ROOT, "README.md")) as readme:
        if table not in readme.read():
            raise Failed("the table of options in README.md differs from --help-table")
        readme.seek(0)
        example = next(text for text in re.findall(r"```json\n(.*?)```", readme.read(), re.S) if '"failures"' in text)
    Cs(world, "--config", world.file("readme.json", example), "--script", world.file("end", "quit 7"), "--api", "none",
       name="readme").exits(7)
    text = subprocess.run([world.options.cs, "--help"], text=True, capture_output=True, check=True).stdout
    man = subprocess.run([world.options.cs, "--help-man"], text=True, capture_output=True, check=True).stdout
    for name in re.findall(r"`--([a-z-]+)", table):
        for where, spelled in ((text, "--" + name), (man, "\\-\\-" + name.replace("-", "\\-"))):
            same("--" + name, spelled in where, True)
