#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the system test: the bridge between a zeep charger and an ocpp-rpc back-end, as real processes on 127.0.0.1.

Needs Debian's python3-zeep and python3-lxml (so /usr/bin/python3), openssl, node, and `npm ci` for this folder's
package.json. Ends with "N passed, N failed"; a failed scenario keeps its logs and says where. Exits 1 when anything
failed.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import parts  # noqa: E402
import scenarios  # noqa: E402
import scenarios.session  # noqa: E402,F401  the import order is the order of the run
import scenarios.central  # noqa: E402,F401
import scenarios.life  # noqa: E402,F401
import scenarios.lifecycle  # noqa: E402,F401
import scenarios.tls  # noqa: E402,F401
import scenarios.access  # noqa: E402,F401
import scenarios.callback  # noqa: E402,F401
import scenarios.wire  # noqa: E402,F401
import scenarios.published  # noqa: E402,F401
import scenarios.interop  # noqa: E402,F401
import scenarios.corpus  # noqa: E402,F401
from durable import modulesFolder  # noqa: E402
from harness import ROOT, World  # noqa: E402

REFERENCE = os.path.join(os.path.dirname(ROOT), "shared")


# Folders that may be missing: what needs them is left out, and said so.
OFFICIAL = os.environ.get("OFFICIAL") or os.path.join(REFERENCE, "official")
FOLDERS = (
    ("wsdl", os.environ.get("WSDL_DIR") or os.path.join(ROOT, "wsdl"), "our contracts, with 1.2/ 1.5/ 1.6/"),
    ("official", os.path.join(OFFICIAL, "wsdl"), "the published contracts"),
    ("corpus", os.path.join(REFERENCE, "corpus"), "captured messages of real chargers"),
    ("modules", modulesFolder(), "node_modules with ocpp-rpc"),
)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--bridge", default=os.path.join(ROOT, "build", "ocpp-soap-bridge"), help="the program under test"
    )
    for name, standard, text in FOLDERS:
        parser.add_argument("--" + name, default=standard, help=text)
    parser.add_argument("--only", default="", help="run the scenarios with this tag, function name or part of sentence")
    parser.add_argument("--jobs", type=int, default=2, help="scenarios at the same time")
    parser.add_argument("--list", action="store_true", help="print the sentences and stop")
    parser.add_argument("--list-corpus", action="store_true", help="print what became of each captured message")
    options = parser.parse_args()
    for name in ["bridge"] + [name for name, _, _ in FOLDERS]:
        setattr(options, name, os.path.abspath(getattr(options, name)))
    if options.list_corpus:
        options.only, options.jobs = "corpus", 1
    return options


def case(options, scenario):
    world = World(options)
    return parts.attempt(scenario.sentence, world, lambda: scenario.run(world))


def main():
    options = parse()
    chosen = [each for each in scenarios.ALL if not options.only or each.chosen(options.only)]
    if options.list:
        print("\n".join(each.sentence for each in chosen))
        return 0
    for path, what in ((options.bridge, "bridge"), (os.path.join(options.modules, "ocpp-rpc"), "npm packages")):
        if not os.path.exists(path):
            print("no %s at %s" % (what, path))
            return 2
    possible = [each for each in chosen if each.possible(options)]
    for each in chosen:
        if each not in possible:
            print("left out, no folder %s: %s" % (getattr(options, each.needs), each.sentence))
    return parts.runAll([lambda each=each: case(options, each) for each in possible], options.jobs)


if __name__ == "__main__":
    sys.exit(main())
