# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenarios of the system test: functions whose docstring is the sentence they prove, in their order."""

import dataclasses
import os
import typing

VERSIONS = ("1.2", "1.5", "1.6")
ALL = []


@dataclasses.dataclass
class Scenario:
    """One sentence and what proves it; `needs` names an option whose folder must exist, else it is left out."""

    sentence: str
    run: typing.Callable
    name: str
    tags: tuple
    needs: str

    def chosen(self, only):
        """--only: a tag, a function's name, or a part of the sentence."""
        return only in self.tags or only == self.name or only.lower() in self.sentence.lower()

    def possible(self, options):
        return not self.needs or os.path.isdir(getattr(options, self.needs) or "")


def scenario(*tags, versions=None, needs=""):
    """Registers function(world), or function(world, version) once for each of `versions`; "{version}" stands in its
    sentence. The tag "asan" puts it into the run of the sanitizer build."""

    def register(function):
        sentence = " ".join(function.__doc__.split())
        for version in versions or (None,):

            def run(world, version=version):
                return function(world, version) if version else function(world)

            text = sentence.replace("{version}", version or "")
            ALL.append(Scenario(text, run, function.__name__, tags, needs))
        return function

    return register
