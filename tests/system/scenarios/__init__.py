# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenarios of the system test: functions whose docstring is the sentence they prove, in their order."""

ALL = []


def scenario(function):
    """Registers function(world)."""
    ALL.append((" ".join(function.__doc__.split()), function))
    return function


def scenarioPerVersion(*versions):
    """Registers function(world, version) once for each version; "{version}" stands in its sentence."""

    def register(function):
        for version in versions:
            sentence = " ".join(function.__doc__.split()).replace("{version}", version)
            ALL.append((sentence, lambda world, version=version: function(world, version)))
        return function

    return register
