# SPDX-License-Identifier: GPL-2.0-or-later
"""A central system that is not ours: soap_central.js, on npm soap, made from the published contracts."""

import json
import os

from charger import OFFICIAL
from harness import HERE, Failed, Peer


class Central(Peer):
    """`slow`: most milliseconds until a message about transactions, once in the books, is answered."""

    def __init__(self, world, version, slow=0):
        contracts = world.options.contracts(version)
        command = ["node", os.path.join(HERE, "soap_central.js"), version, *contracts, str(slow)]
        super().__init__("central", command, world.folder, env=dict(os.environ, NODE_PATH=world.options.modules))
        self.folder = world.folder
        world.children.append(self)
        self.url = self.wait("listening", 30)["url"]

    def call(self, identity, action, payload):
        told = self.outcome(self.ask(cmd="call", identity=identity, action=action, payload=payload))
        if told["event"] != "result":
            raise Failed("%s got the fault %s" % (action, told["text"]))
        return told["payload"]

    def heard(self, action, **fields):
        return self.wait("call", action=action, **({"payload": fields} if fields else {}))["payload"]

    def books(self):
        path = os.path.join(self.folder, "books.json")
        self.obey("dump", file=path)
        with open(path) as file:
            return json.load(file)


def contractsOf(options):
    """Published contracts if they are there."""

    def contracts(version):
        official = [os.path.join(options.official, "wsdl", name) for name in OFFICIAL[version]]
        if all(map(os.path.exists, official)):
            return official
        return [os.path.join(options.wsdl, version, name) for name in ("central_system.wsdl", "charge_point.wsdl")]

    return contracts
