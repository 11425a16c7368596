"""The skeleton of a system: its folder, its adapter to the contract suite, and the lines by which both are found."""

import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from canonical.kinds import DOMAINS, Kind
from suture.connector.verbs import LIMIT, Ports, import_lines

TEMPLATES = Path(__file__).parent / "templates"
FORM = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 24
PORTS: Mapping[str, str] = {
    "inventory": "Inventory",
    "storeroom": "Storeroom",
    "billing": "Billing",
    "finance": "Finance",
    "procurement": "Procurement",
    "supplier": "Supplier",
}
"""What a system can be asked to serve, each with its protocol in `canonical/ports.py`."""
_OWN_LEDGER = {"inventory": "MOVEMENT", "billing": "CHARGE", "finance": "JOURNAL"}
_BOOKS_OF = {"storeroom": "inventory", "procurement": "procurement", "supplier": "supplier"}
PEERS = "tests/connectors/contract/peers"


class Refused(Exception):
    """The skeleton cannot be written: what is in the way, and what to do."""

    def __init__(self, what: str, *, do: str) -> None:
        super().__init__(what)
        self.what = what
        self.do = do


@dataclass(frozen=True)
class Skeleton:
    """A system by the name of its kind, for example `acme-erp`, with the ports that it is to serve."""

    kind: str
    ports: Sequence[str]

    def __post_init__(self) -> None:
        if FORM.fullmatch(self.kind) is None or len(self.kind) > LONGEST or keyword.iskeyword(self.kind):
            do = f"take at most {LONGEST} small letters and digits, words parted by dashes, for example acme-erp"
            raise Refused(f"{self.kind} cannot be the name of a system", do=do)
        unknown = sorted(set(self.ports) - PORTS.keys())
        if unknown or not self.ports:
            what = f"no port {', '.join(unknown)}" if unknown else "a system serves at least one port"
            raise Refused(what, do=f"--port is one of {', '.join(PORTS)}")

    @property
    def package(self) -> str:
        """The name of its folder."""
        return self.kind.replace("-", "_")

    @property
    def name(self) -> str:
        """The name of its class."""
        return "".join(word.capitalize() for word in self.kind.split("-"))

    @property
    def entry_point(self) -> str:
        """The line in the group `suture.systems`."""
        return f'{self.kind} = "connectors.systems.{self.package}.connector:SYSTEM"'

    @property
    def peer_file(self) -> str:
        """Its adapter to the contract suite."""
        return f"{PEERS}/{self.package}.py"

    def files(self) -> dict[str, str]:
        """Every file by its path, with its content."""
        folder = f"connectors/systems/{self.package}"
        common = {"name": self.name, "package": self.package, "kind": self.kind, "title": self._title}
        made = {f"{folder}/__init__.py": ""}
        for part in ("settings", "client", "mapping", "events"):
            made[f"{folder}/{part}.py"] = _filled(part, common)
        made[f"{folder}/connector.py"] = _filled("connector", common | self._connector())
        made[self.peer_file] = _filled("peer", common | self._peer())
        return made

    @property
    def _title(self) -> str:
        return self.kind.replace("-", " ").capitalize()

    @property
    def _protocols(self) -> list[str]:
        return [protocol for port, protocol in PORTS.items() if port in self.ports]

    def _connector(self) -> dict[str, str]:
        source = Ports()
        verbs = {verb.name: verb for protocol in self._protocols for verb in source.verbs(protocol)}
        names = frozenset(name for verb in verbs.values() for name in verb.names)
        own = f"connectors.systems.{self.package}"
        modules = source.imports(names | {"Declaration", "SystemKind", *self._protocols})
        modules |= {
            "connectors.protocols.rest_kind": {"RestKind"},
            f"{own}.client": {f"{self.name}Client"},
            f"{own}.events": {"BODIES", "translate"},
            f"{own}.settings": {f"{self.name}Settings"},
        }
        bodies = [
            f'{verb.source}\n        raise NotImplementedError("{self.name}.{verb.name} is not written yet")'
            for verb in verbs.values()
        ]
        *others, last = self._protocols
        words = f"{', '.join(others)} and {last}" if others else last
        return {
            "imports": import_lines(modules),
            "verbs": "\n\n".join(bodies),
            "ports": f"{words} {'ports' if others else 'port'}",
            "held": "\n".join(f"_{one.upper()}: type[{one}] = {self.name}" for one in self._protocols),
        }

    def _peer(self) -> dict[str, str]:
        own = [_OWN_LEDGER[port] for port in self.ports if port in _OWN_LEDGER]
        domains = {_BOOKS_OF[port] for port in self.ports if port in _BOOKS_OF}
        kinds = [f"Kind.{kind.name}" for kind in Kind if DOMAINS[kind] in domains]
        modules = {
            "canonical.ports": {"System"},
            "tests.connectors.contract.peer": {"Peer", "Sample", "Variant", "Verb"},
            "tests.connectors.contract.trouble": {"Trouble"},
        }
        if own:
            modules["suture.connector.ledgers"] = set(own)
        if kinds:
            modules["canonical.kinds"] = {"Kind"}
        ledgers = [*own, *kinds]
        line = f"{ledgers[0]}," if len(ledgers) == 1 else ", ".join(ledgers)
        if len(line) > LIMIT - len("    ledgers = ()"):
            line = "".join(["\n", *(f"        {ledger},\n" for ledger in ledgers), "    "])
        return {"imports": import_lines(modules), "ledgers": line}


def _filled(part: str, words: Mapping[str, str]) -> str:
    return Template((TEMPLATES / f"{part}.txt").read_text(encoding="utf-8")).substitute(words)
