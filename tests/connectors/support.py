"""What each system supports, as the README's table: `make support` writes it, a test holds it to the code.

Verbs are read from the connectors' classes; kinds of documents from the adapters, which the contract holds to the connectors.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from canonical.kinds import DOMAINS, Kind
from canonical.ports import Billing, Finance, Inventory, Procurement, Storeroom, Supplier
from suture.assembly import GROUP
from tests.connectors.contract.conftest import PEERS

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- made by `make support`: what each system supports -->", "<!-- end of what each system supports -->"
PORTS = (Inventory, Storeroom, Billing, Finance, Procurement, Supplier)
KEPT_BY = {Storeroom: "inventory", Procurement: "procurement", Supplier: "supplier"}
"""The ports whose systems keep documents by kind, with the domain of these."""


class System:
    """A kind of system that is installed: the verbs of its class, and the kinds of documents that it keeps."""

    def __init__(self, name: str, module: ModuleType) -> None:
        self.name = name
        own = [each for each in vars(module).values() if getattr(each, "__module__", "") == module.__name__]
        self.connector: Any = next(each for each in own if isinstance(each, type) and hasattr(each, "ping"))
        package = module.__name__.split(".")[-2]
        peers = [peer for peer in PEERS if peer.__module__.rpartition(".")[2].startswith(package)]
        assert peers, f"{name} has no adapter in tests/connectors/contract/peers/{package}.py"
        self.ledgers = {ledger for peer in peers for ledger in peer.ledgers}

    def offers(self, verb: str) -> bool:
        return hasattr(self.connector, verb)

    def keeps(self, kind: Kind) -> bool:
        return kind in self.ledgers


def systems() -> list[System]:
    """Every system that is installed, by name."""
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return [System(point.name, import_module(point.module)) for point in points]


def rows(installed: list[System]) -> Iterator[tuple[str, ...]]:
    """Each verb of each port, then each kind of document, which is posted, taken back, found and got alike."""
    for port in PORTS:
        for verb in [verb for verb in vars(port) if not verb.startswith("_")]:
            yield port.__name__, f"`{verb}`", *(_mark(one.offers(verb) and _serves(one, port)) for one in installed)
        for kind in [kind for kind, domain in DOMAINS.items() if domain == KEPT_BY.get(port)]:
            words = f"{kind}: `post` `take_back` `find` `get`"
            yield port.__name__, words, *(_mark(one.keeps(kind) and _serves(one, port)) for one in installed)


def table() -> str:
    """The table as it stands in the README."""
    installed = systems()
    head = ("port", "verb", *(one.name for one in installed))
    lines = [head, tuple("---" for _ in head), *rows(installed)]
    return "\n".join([BEGIN, *("| " + " | ".join(line) + " |" for line in lines), END])


def refreshed(text: str) -> str:
    """The README's text with the table of now."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin and end, f"README.md lacks {BEGIN} or {END}"
    return before + table() + after


def _serves(system: System, port: type) -> bool:
    """Whether a verb of this name is this port's: some verbs have the same name in several."""
    own = [verb for verb in vars(port) if not verb.startswith("_")]
    return any(system.offers(verb) for verb in own if not re.fullmatch("take_back|books|ping|close|declares", verb))


def _mark(supported: bool) -> str:
    return "yes" if supported else ""


if __name__ == "__main__":
    README.write_text(refreshed(README.read_text(encoding="utf-8")), encoding="utf-8")
