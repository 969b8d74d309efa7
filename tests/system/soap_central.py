# SPDX-License-Identifier: GPL-2.0-or-later
"""A central system that is not ours: soap_central.js, on npm soap, made from the published contracts."""

import json
import os

from charger import OFFICIAL
from durable import modulesFolder
from harness import HERE, ROOT, Failed, Peer


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


def addContracts(parser):
    parser.add_argument("--wsdl", default=os.environ.get("WSDL_DIR") or os.path.join(ROOT, "wsdl"))
    parser.add_argument("--official", default=os.environ.get("OFFICIAL") or os.path.join(ROOT, "..", "shared", "official"))


def findContracts(options):
    """What a Central is made of: its modules, and the contracts of a version, the published ones if they are there."""
    wsdl, published = os.path.abspath(options.wsdl), os.path.abspath(options.official)

    def contracts(version):
        official = [os.path.join(published, "wsdl", name) for name in OFFICIAL[version]]
        if all(map(os.path.exists, official)):
            return official
        return [os.path.join(wsdl, version, name) for name in ("central_system.wsdl", "charge_point.wsdl")]

    options.modules = modulesFolder()
    options.contracts = contracts
