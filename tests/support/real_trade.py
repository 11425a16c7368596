"""Purchasing on a Tryton: one that keeps orders, goods and invoices, with a proxy before it, for houses of tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.in_process_storeroom import InProcessStoreroom
from canonical.documents.replenishment import ParStanding
from canonical.errors import Audience
from canonical.kinds import Kind
from canonical.ports import Book, ClearCase, Declaration
from connectors.systems.tryton.client import TrytonClient
from connectors.systems.tryton.connector import SYSTEM
from connectors.systems.tryton.settings import TrytonSettings
from tests.connectors.contract.peers.tryton_invoices import TrytonInvoicesPeer
from tests.connectors.contract.trouble import Trouble
from tests.support.house import eventually
from tests.support.real_hospital import connector_of, patient_policy
from tests.support.trade_house import TradeHouse

PLACE, COST_CENTRE = "OR-1", "4130"
"""A cost centre without a budget: what the contract suite orders, in the same Tryton, leaves nothing of the others."""
PRICE = Decimal("25.00")
"""Of a box of ten, by the contract of every supplier that is made here."""
LIKE, TERMS_OF = "4701", "100"
"""An item of the seed with lots, and a supplier of it, that those of the tests are made like."""


@dataclass(frozen=True)
class Goods:
    """What a house trades in and with whom, by its codes; nobody else's, so that its books are counted by themselves."""

    item: str
    supplier: str
    contract: str


class Storeroom:
    """A storeroom whose goods are in Tryton; par levels, what is expected and scheduled cases are beside, in this process."""

    def __init__(self, tryton: Any) -> None:
        self._tryton = tryton
        self.beside = InProcessStoreroom("inventory", "M")
        self.look_up, self.move, self.take_back = tryton.look_up, tryton.move, tryton.take_back
        self.find_movements, self.movement = tryton.find_movements, tryton.movement

    @property
    def declares(self) -> Declaration:
        declares: Declaration = self._tryton.declares
        return declares

    def books(self) -> Mapping[Kind, Book[Any]]:
        return {**self._tryton.books(), Kind.expected: self.beside.deliveries}

    async def par(self, *, facility: str, location: str, item: str) -> ParStanding | None:
        return await self.beside.par(facility=facility, location=location, item=item)

    async def below_par(self, *, facility: str) -> tuple[ParStanding, ...]:
        return await self.beside.below_par(facility=facility)

    async def cases_needing(self, *, facility: str, item: str, until: date) -> tuple[ClearCase, ...]:
        return await self.beside.cases_needing(facility=facility, item=item, until=until)


class TradingPeer(TrytonInvoicesPeer):
    """One that asks to be left alone no longer than a test can wait."""

    asks_to_wait = 1


@dataclass
class RealTrade:
    """The system, the engine's connector to it, and a person at work in it, who sees its books."""

    tryton: TradingPeer
    erp: Any
    person: TrytonClient

    @classmethod
    async def start(cls, folder: Path) -> "RealTrade":
        """Start it."""
        tryton = TradingPeer()
        await tryton.start(folder)
        (folder / "admin").write_text("admin")
        settings = TrytonSettings(base_url=tryton.url, database="suture", login="admin", password_file=folder / "admin")
        person = TrytonClient(settings.client("tryton", outgoing=dict), settings)
        return cls(tryton, connector_of(SYSTEM, "tryton", tryton.table), person)

    async def stop(self) -> None:
        """Give back what was asked for."""
        await self.erp.close()
        await self.person.close()
        await self.tryton.stop()

    def plan(self, calls: Sequence[str], trouble: Trouble) -> None:
        """Let the next of each of these calls meet with trouble."""
        for call in calls:
            self.tryton.plan(call, trouble)

    async def met(self) -> None:
        """Wait until no trouble waits for its call any more."""

        async def seen() -> bool | None:
            return None if self.tryton.waiting else True

        await eventually(seen)

    async def furnish(self, trade_houses: Callable[..., TradeHouse], *workflows: type, **furniture: Any) -> TradeHouse:
        """A house that orders, receives and pays here."""
        real = {"procurement": self.erp, "finance": self.erp, "inventory": Storeroom(self.erp)}
        return trade_houses(*workflows, **{**real, "policy": patient_policy(), **furniture})

    async def goods(self) -> Goods:
        """An item with lots, bought in boxes of ten, and a supplier that has agreed to sell it."""
        tag = uuid4().hex[:8]
        [like] = await self.person.rows(
            "product.template", [["code", "=", LIKE]], ["default_uom", "account_category", "lot_required"]
        )
        [box] = await self.person.rows("product.uom", [["name", "=", "box"]], ["id"])
        [terms] = await self.person.rows("party.party", [["code", "=", TERMS_OF]], ["supplier_payment_term"])
        company = await self.person.company()
        [own] = await self.person.rows("company.company", [["id", "=", company]], ["currency"])
        supplier = await self._made(
            "party.party",
            {
                "name": f"Supplier {tag}",
                "code": f"S-{tag}",
                "supplier_payment_term": terms["supplier_payment_term"],
                "addresses": [["create", [{"street": "1 Long Road"}]]],
            },
        )
        agreed = {"party": supplier, "currency": own["currency"]}
        template = await self._made(
            "product.template",
            {
                "name": f"Item {tag}",
                "code": f"I-{tag}",
                "type": "goods",
                "default_uom": like["default_uom"],
                "list_price": Decimal(20),
                "cost_price_method": "fixed",
                "purchasable": True,
                "purchase_uom": box["id"],
                "account_category": like["account_category"],
                "lot_required": like["lot_required"],
                "expiration_state": "optional",
                "products": [["create", [{"cost_price": PRICE / 10}]]],
                "product_suppliers": [
                    ["create", [{**agreed, "prices": [["create", [{"quantity": 0.0, "unit_price": PRICE}]]]}]]
                ],
            },
        )
        [sold] = await self.person.rows("purchase.product_supplier", [["template", "=", template]], ["id"])
        return Goods(f"I-{tag}", f"S-{tag}", f"ps-{sold['id']}")

    async def _made(self, model: str, values: dict[str, Any]) -> int:
        return await self.person.create(model, values, audience=Audience.integration)
