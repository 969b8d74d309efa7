# SPDX-License-Identifier: GPL-2.0-or-later
"""Chargers that zeep has made from the published contracts themselves, where these are at hand."""

from scenarios import scenario
from scenarios.central import operations
from scenarios.session import session


@scenario(versions=("1.2", "1.5", "1.6"), needs="official")
def publishedContract(world, version):
    """A {version} charger made from the published WSDLs runs a whole session and serves every CS->CP operation."""
    world.start()
    charger = world.charger(version, published=True).ready()
    session(world, charger)
    operations(world, charger)
