#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the system test: the bridge between a zeep charger and an ocpp-rpc back-end, as real processes on 127.0.0.1.

Needs Debian's python3-zeep and python3-lxml (so /usr/bin/python3), node, and `npm ci` for this folder's package.json.
Ends with "N passed, N failed"; a failed scenario keeps its logs and says where. Exits 1 when anything failed.
"""

import argparse
import os
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import scenarios  # noqa: E402
import scenarios.session  # noqa: E402,F401  the import order is the order of the run
import scenarios.central  # noqa: E402,F401
import scenarios.life  # noqa: E402,F401
import scenarios.wire  # noqa: E402,F401
from harness import HERE, ROOT, Failed, World  # noqa: E402


def modulesFolder():
    for folder in (os.path.join(ROOT, "build", "peers", "node_modules"), os.path.join(HERE, "node_modules")):
        if os.path.isdir(os.path.join(folder, "ocpp-rpc")):
            return folder
    return os.path.join(HERE, "node_modules")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--bridge", default=os.path.join(ROOT, "build", "ocpp-soap-bridge"), help="the program under test"
    )
    parser.add_argument(
        "--wsdl", default=os.path.join(ROOT, "wsdl"), help="contracts for the charger: folder with 1.2/ 1.5/ 1.6/"
    )
    parser.add_argument("--official", help="folder with the published WSDLs: the charger is made from these instead")
    parser.add_argument("--modules", default=modulesFolder(), help="node_modules with ocpp-rpc")
    parser.add_argument("--only", default="", help="run the scenarios whose function or sentence contains this")
    parser.add_argument("--list", action="store_true", help="print the sentences and stop")
    options = parser.parse_args()
    for name in ("bridge", "wsdl", "official", "modules"):
        if getattr(options, name):
            setattr(options, name, os.path.abspath(getattr(options, name)))
    return options


def runOne(options, sentence, function):
    """True when it passed."""
    world = World(options)
    begin = time.monotonic()
    try:
        with world:
            function(world)
    except Exception as e:
        print("FAIL  %s (%.1f s)" % (sentence, time.monotonic() - begin))
        text = str(e) if isinstance(e, Failed) else traceback.format_exc()
        print("    " + text.replace("\n", "\n    ") + "\n    logs: " + world.folder, flush=True)
        return False
    print("ok    %s (%.1f s)" % (sentence, time.monotonic() - begin), flush=True)
    world.remove()
    return True


def main():
    options = parse()
    chosen = [
        (sentence, function)
        for sentence, function in scenarios.ALL
        if options.only.lower() in sentence.lower() or options.only == function.__name__
    ]
    if options.list:
        print("\n".join(sentence for sentence, _ in chosen))
        return 0
    for path, what in ((options.bridge, "bridge"), (os.path.join(options.modules, "ocpp-rpc"), "npm packages")):
        if not os.path.exists(path):
            print("no %s at %s" % (what, path))
            return 2
    passed = sum(runOne(options, sentence, function) for sentence, function in chosen)
    print("%d passed, %d failed" % (passed, len(chosen) - passed))
    return 0 if passed == len(chosen) and chosen else 1


if __name__ == "__main__":
    sys.exit(main())
