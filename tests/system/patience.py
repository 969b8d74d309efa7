# SPDX-License-Identifier: GPL-2.0-or-later
"""How tests let time pass: until something has happened, or because time itself is what they do."""

import time

from harness import PATIENCE, Failed


def until(look, what, patience=PATIENCE):
    """The first true answer of `look`, which is asked again and again; Failed when there is none in time."""
    deadline = time.monotonic() + patience
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise Failed("%g s have passed without %s" % (patience, what))
        time.sleep(0.01)


def pace(seconds):
    """Lets time pass where that is the stimulus: a slow sender, a charger between two messages, the moment of a blow.
    No test may depend on what others have done meanwhile."""
    time.sleep(seconds)
