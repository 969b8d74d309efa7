# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the parts of a suite side by side and counts them. A part is (function, argument or None); the docstring of the
function, with {} for the argument, is the sentence that it shows."""

import concurrent.futures
import re
import shutil
import time
import traceback

from harness import Failed


def attempt(sentence, world, work):
    """(passed, report) of work(), called in `world`, whose folder stays when it fails."""
    begin = time.monotonic()
    try:
        with world:
            told = work()
    except Exception as e:
        text = str(e) if isinstance(e, Failed) else traceback.format_exc()
        report = "FAIL  %s (%.1f s)\n%s\nlogs: %s" % (sentence, time.monotonic() - begin, text, world.folder)
        return False, report.replace("\n", "\n    ")
    shutil.rmtree(world.folder, ignore_errors=True)
    more = "\n      " + told if isinstance(told, str) else ""
    return True, "ok    %s (%.1f s)%s" % (sentence, time.monotonic() - begin, more)


def runAll(cases, jobs):
    """Exit status. A case is called without arguments and returns (passed, report)."""
    passed = 0
    with concurrent.futures.ThreadPoolExecutor(max(1, jobs)) as pool:
        for good, report in pool.map(lambda case: case(), cases):
            passed += good
            print(report, flush=True)
    print("%d passed, %d failed" % (passed, len(cases) - passed))
    return 0 if passed == len(cases) and cases else 1


def addArguments(parser, jobs):
    parser.add_argument("--only", default="", help="parts whose function or argument contains this")
    parser.add_argument("--jobs", type=int, default=jobs, help="parts at the same time; they mostly wait")


def runParts(parts, options, makeWorld):
    """Exit status. Each part gets a world of its own."""

    def case(work, argument):
        world = makeWorld(options)
        sentence = re.sub(r"\s+", " ", work.__doc__.replace("{}", str(argument)))
        return attempt(sentence, world, lambda: work(world, *([] if argument is None else [argument])))

    chosen = [part for part in parts if options.only in "%s %s" % (part[0].__name__, part[1])]
    return runAll([lambda part=part: case(*part) for part in chosen], options.jobs)
