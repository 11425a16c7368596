"""Tryton under the contract: a real server on a database of the tests' own, its calls troubled by a proxy of ours."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from canonical.documents.item import Ownership
from canonical.documents.receipt import ReceivedLot
from canonical.errors import Audience
from canonical.identity import wire_key
from canonical.kinds import Kind
from canonical.ports import System
from connectors.systems.tryton.connector import SYSTEM
from suture.free_port import free_port
from tests.connectors.contract.ledgers import MOVEMENT
from tests.connectors.contract.peer import WORDS, Peer, Refusal, Sample, Variant, Verb
from tests.connectors.contract.peers.sandbox import NOWHERE
from tests.connectors.contract.trouble import Trouble
from tests.connectors.stock import ON, lot, lots_in, lots_out, movement, transfer
from tests.support.meddler import Meddler
from tests.support.tryton import TrytonServer

ITEM = "4703"
QUANTITIES = {
    Variant.least: Decimal("0.001"),
    Variant.largest: Decimal("99999.999"),
    Variant.too_fine: Decimal("0.0001"),
}
SHIPMENTS = {Kind.lots_in: "in", Kind.lots_out: "in.return", Kind.transfer: "internal"}
REFUSAL = b'{"id": 0, "error": ["UserError", ["This is not done here.", "", null]]}'


class TrytonPeer(Peer):
    """It dedupes nothing; trouble befalls the call that creates a document, or the one that takes it back."""

    name = "tryton"
    ledgers = (MOVEMENT, *SHIPMENTS)
    calls = {
        **{
            kind: (
                f"stock.shipment.{form}.create",
                f"stock.shipment.{form}.cancel",
                f"stock.shipment.{form}.search_read",
            )
            for kind, form in SHIPMENTS.items()
        },
        MOVEMENT: (
            "stock.shipment.out.create",
            "stock.shipment.out.return.create",
            "stock.shipment.out.search_read",
        ),
    }
    unknown = {
        MOVEMENT: "out-999999999",
        Kind.lots_in: "in-999999999",
        Kind.lots_out: "back-999999999",
        Kind.transfer: "int-999999999",
    }
    refusals = {
        "movement-item": Refusal(MOVEMENT, movement(item="4739"), Audience.item_master),
        "movement-place": Refusal(MOVEMENT, movement(location="NOWHERE"), Audience.supply_chain),
        "movement-unit": Refusal(MOVEMENT, movement(unit="pallet"), Audience.item_master),
        "movement-lot": Refusal(MOVEMENT, movement(item="4701", lot="NONE"), Audience.supply_chain),
        "movement-too-many": Refusal(MOVEMENT, movement(Decimal(9_000_000)), Audience.supply_chain),
        "item": Refusal(Kind.lots_in, lots_in("4739", quantity=1), Audience.item_master),
        "no-lot": Refusal(Kind.lots_in, lots_in("4701", quantity=1), Audience.supply_chain),
        "owner": Refusal(
            Kind.lots_in, lots_in("4701", lot("L4701A"), ownership=Ownership.consigned), Audience.receiving
        ),
        "expiry": Refusal(
            Kind.lots_in,
            lots_in("4701", ReceivedLot(lot="L4701A", expires=ON, quantity=Decimal(1))),
            Audience.receiving,
        ),
        "too-many-out": Refusal(Kind.lots_out, lots_out("4702", quantity=9_000_000), Audience.supply_chain),
        "too-many-moved": Refusal(Kind.transfer, transfer("4702", 9_000_000), Audience.supply_chain),
        "moved-nowhere": Refusal(Kind.transfer, transfer(ITEM, 1, to="NOWHERE"), Audience.supply_chain),
        "moved-in-place": Refusal(Kind.transfer, transfer(ITEM, 1, to="CATH"), Audience.supply_chain),
    }

    async def start(self, folder: Path) -> None:
        """A server and its proxy, each on a free port."""
        self._folder = folder
        (folder / "stranger").write_text("nobody")
        self._server = TrytonServer(folder)
        await self._server.start()
        self._port = free_port()
        self._meddler = Meddler(self._server.url, REFUSAL)
        await self._meddler.start(self._port)

    async def stop(self) -> None:
        """At once."""
        await self._meddler.stop()
        await self._server.stop()

    async def crash(self) -> None:
        """Killed, with every connection to it, and started again on the same database."""
        self._server.kill()
        await self._meddler.hang_up()
        await self._server.again()

    def connect(self, *, timeout: float = 10.0, known: bool = True, away: bool = False) -> System:
        """The connector by a table of its own."""
        table = {
            "base_url": NOWHERE if away else f"http://127.0.0.1:{self._port}",
            "database": self._server.database,
            "login": "engine",
            "password_file": str(self._server.password_file if known else self._folder / "stranger"),
            "timeout": f"PT{timeout}S",
        }
        settings = SYSTEM.settings.model_validate_json(json.dumps(table), strict=True)
        return SYSTEM.build(self.name, settings, outgoing=dict)

    async def sample(self, system: Any, ledger: str, number: str, variant: Variant = Variant.plain) -> Sample:
        """Two of an item without lots; what goes out has come in before."""
        quantity = QUANTITIES.get(variant, Decimal(2))
        document: Any
        match ledger:
            case "movement":
                document = movement(quantity, reason=WORDS if variant is Variant.worded else "")
            case Kind.lots_in:
                return Sample(lots_in(ITEM, quantity=quantity), quantity, day=ON)
            case Kind.lots_out:
                document = lots_out(ITEM, quantity=quantity)
            case _:
                document = transfer(ITEM, quantity)
        place = "CATH" if ledger == Kind.transfer else "OR-1"
        # Enough for every writer that a test may have.
        stock = lots_in(ITEM, quantity=10 * quantity, location=place)
        await system.books()[Kind.lots_in].post(stock, wire_key=wire_key(f"stock {number}"))
        return Sample(document, quantity, day=ON)

    async def trouble(self, ledger: str, verb: Verb, trouble: Trouble) -> None:
        """For the next such call."""
        call = self.calls[ledger][("write", "undo", "find").index(verb)]
        self.plan(f"model.{call}", trouble)

    def plan(self, method: str, trouble: Trouble) -> None:
        """For the next call of a method of Tryton's."""
        self._meddler.plan(method, trouble)

    def count(self, method: str) -> int:
        """How many calls of a method there were."""
        return self._meddler.met[method]

    @property
    def url(self) -> str:
        """Where the proxy answers."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def password_file(self) -> Path:
        """The engine's password."""
        return self._server.password_file

    async def calm(self) -> None:
        """No more of it."""
        self._meddler.calm()
