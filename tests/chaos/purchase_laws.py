"""One document of each kind of purchasing, written and taken back through the real activities, connectors and store."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from activities.books import Books
from canonical.asking.writing import Balance, Balanced, Post
from canonical.documents.item import Ownership
from canonical.documents.posting import (
    ExpectedDelivery,
    ExpectedLine,
    LotEntry,
    LotsIn,
    LotsOut,
    Replacement,
    ReturnRequest,
    Transfer,
)
from canonical.documents.receipt import ReceivedLot
from canonical.effect import Posted
from canonical.identity import order_run, wire_key
from canonical.kinds import Kind
from canonical.model import Frozen
from canonical.ports import KeepsBooks
from canonical.run import Leg, RunContext
from suture.store.effects import Effect
from suture.store.store import Store
from tests.chaos.lives import Life
from tests.chaos.purchase_books import PurchaseBooks
from tests.chaos.purchase_writes import OPERATIONS
from tests.connectors import purchases as papers
from tests.support.sandbox import SandboxSystem

DAY = papers.DAY
LEGS = (
    Leg(domain="inventory", system="inventory", queue="none"),
    Leg(domain="procurement", system="erp", queue="none"),
    Leg(domain="supplier", system="supplier", queue="none"),
)
BEFORE = {
    Kind.order_change: (Kind.order,),
    Kind.receipt: (Kind.order,),
    Kind.goods_return: (Kind.order, Kind.receipt),
    Kind.payable: (Kind.order, Kind.receipt),
    Kind.lots_out: (Kind.lots_in,),
    Kind.sent_change: (Kind.sent_order,),
}
"""What must be there already for a document of a kind."""


def document_of(kind: Kind, number: str) -> Frozen:
    """A small one, of a purchase of this number."""
    lot = ReceivedLot(lot=f"L{number}", expires=date(2028, 1, 1), quantity=Decimal(4))
    entry = LotEntry(item="4702", quantity=Decimal(4), lots=(lot,))
    at: dict[str, Any] = {"facility": "NORTH", "location": "OR-1"}
    made: Mapping[Kind, Callable[[], Frozen]] = {
        Kind.order: lambda: papers.order(number),
        Kind.order_change: lambda: papers.change(number),
        Kind.receipt: lambda: papers.receipt(number),
        Kind.goods_return: lambda: papers.goods_return(number),
        Kind.voucher: lambda: papers.voucher(f"INV-{number}"),
        Kind.payable: lambda: papers.payable(f"INV-{number}", of=number),
        Kind.debit_memo: lambda: papers.debit_memo(f"DM-{number}"),
        Kind.reservation: lambda: papers.reservation(),
        Kind.lots_in: lambda: LotsIn(**at, receipt=f"GR-{number}", ownership=Ownership.owned, on=DAY, lines=(entry,)),
        Kind.lots_out: lambda: LotsOut(**at, goods_return=f"RT-{number}", on=DAY, lines=(entry,)),
        Kind.transfer: lambda: Transfer(
            facility="NORTH", item="4703", from_location="CATH", to_location="OR-1", quantity=Decimal(1), on=DAY
        ),
        Kind.expected: lambda: ExpectedDelivery(
            facility="NORTH",
            order=number,
            revision=1,
            lines=(ExpectedLine(item="4702", location="OR-1", quantity=Decimal(4), on=DAY),),
        ),
        Kind.sent_order: lambda: papers.order(number),
        Kind.sent_change: lambda: papers.change(number),
        Kind.replacement: lambda: Replacement(**at, supplier=papers.SUPPLIER, number=number, lines=(entry,)),
        Kind.return_request: lambda: ReturnRequest(goods_return=papers.goods_return(number).goods_return),
    }
    return made[kind]()


@dataclass(frozen=True)
class Desk:
    """The activities of every kind over the real connectors and a real store."""

    systems: Mapping[str, KeepsBooks]
    store: Store

    async def effects_of(self, workflow_id: str) -> tuple[Effect, ...]:
        """What the store has recorded of a run."""
        return await self.store.effects.of(workflow_ids=[workflow_id])

    def calls(self, kind: Kind) -> tuple[Callable[[Any], Awaitable[Any]], Callable[[Any], Awaitable[Any]]]:
        """How a kind is posted, and balanced."""
        keeper = self.systems[OPERATIONS[kind][0]]
        post, balance, _ = Books(keeper.declares, {kind: keeper.books()[kind]}, self.store.effects).all()
        return post, balance

    async def prepare(self, kind: Kind, number: str) -> None:
        """What must be there before, as if somebody else had written it."""
        for before in BEFORE.get(kind, ()):
            book = self.systems[OPERATIONS[before][0]].books()[before]
            await book.post(document_of(before, number), wire_key=wire_key(f"before:{before}:{number}"))


@dataclass(kw_only=True)
class Paper(Life):
    """A ledger of one document of a kind."""

    desk: Desk
    kind: Kind
    number: str

    @property
    def context(self) -> RunContext:
        """A run of its own."""
        name = order_run("NORTH", f"{self.number}-{self.kind}")
        return RunContext(name=name, correlation_id=self.number, currency="USD", route=LEGS)

    @property
    def system(self) -> SandboxSystem:
        """Who keeps it."""
        system: SandboxSystem = getattr(self.sandbox, OPERATIONS[self.kind][0])
        return system

    def operation(self, *, undoes: bool) -> str:
        """The vendor's name."""
        return OPERATIONS[self.kind][2 if undoes else 1]

    async def send(self) -> Posted:
        """Write the document under the current key."""
        post, _ = self.desk.calls(self.kind)
        document = document_of(self.kind, self.number)
        posted: Posted = await post(Post(context=self.context, ledger=self.ledger, document=document, on=DAY))
        return posted

    async def balance(self, *, expected: int, closing: bool) -> Balanced:
        """Take back until so many stand."""
        _, balance = self.desk.calls(self.kind)
        context, ledger = self.context, self.ledger
        order = Balance(context=context, ledger=ledger, expected=expected, closing=closing, service_date=DAY)
        balanced: Balanced = await balance(order)
        return balanced

    @property
    def wires(self) -> list[str]:
        """Every key that it was written under."""
        return [wire_key(key) for key in self.ledger.keys]

    def documents(self) -> list[tuple[str, str]]:
        """What the systems hold of purchasing."""
        return [(one.key, one.reference) for one in PurchaseBooks.of(self.sandbox).kept]
