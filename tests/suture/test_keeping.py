"""Who keeps an order is known from the order book, and before that from the basket that the order came of."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from canonical.documents.contract import UnitPrice
from canonical.documents.order import Order, OrderLine
from canonical.documents.order_book import OrderStanding
from canonical.effect import Intent
from canonical.envelope import Envelope
from canonical.identity import basket_run, invoice_run, order_number, order_run, write_key
from canonical.inbound import EventType
from suture.keeping import Keeping
from suture.store.store import Store
from tests.support.documents import NOON

INVOICE = invoice_run("NORTH", "100000", "IV1")


def document(kind: EventType, **data: Any) -> Envelope:
    return Envelope(id="e", source="supplier", type=kind, subject="x", time=NOON, facility="NORTH", data=data)


def billed(*orders: str | None) -> Envelope:
    return document(EventType.invoice_presented, lines=[{"line": 1, "order": order} for order in orders])


async def tell(store: Store, number: str, procurement: str, *, facility: str = "NORTH") -> None:
    price = UnitPrice(amount=Decimal(10), currency="USD")
    order = Order(
        facility=facility,
        source="erp",
        number=number,
        occurred=NOON,
        supplier="100000",
        currency="USD",
        ordered_on=date(2026, 6, 1),
        lines=(OrderLine(line=1, item="4701", quantity=Decimal(1), price=price),),
    )
    await store.order_book.tell(OrderStanding(facility=facility, order=order, procurement=procurement, lines=()))


async def test_an_order_that_a_run_has_told_is_known_by_its_system(store: Store) -> None:
    keeping = Keeping(store)
    await tell(store, "PO-1", "erp")
    await tell(store, "PO-2", "", facility="NORTH")
    await tell(store, "PO-3", "erp-of-south", facility="SOUTH")
    received = document(EventType.goods_received)
    assert await keeping.of(order_run("NORTH", "PO-1"), received) == "erp"
    assert await keeping.of(INVOICE, billed(None, "PO-9", "PO-2", "PO-1")) == "erp"
    for name, said in (
        (order_run("NORTH", "PO-9"), received),
        (INVOICE, billed("PO-2", "PO-3")),
        (INVOICE, document(EventType.invoice_presented, lines="none")),
        (INVOICE, document(EventType.invoice_presented)),
        (INVOICE, document(EventType.invoice_presented, lines=["none", {"order": 7}])),
    ):
        assert await keeping.of(name, said) is None


async def test_an_order_of_a_basket_is_where_the_basket_has_ordered_before_its_own_run_says_so(store: Store) -> None:
    basket = basket_run("NORTH", "100000-0630")
    number = order_number(basket, 1)
    placed = document(EventType.order_placed)
    assert await Keeping(store).of(order_run("NORTH", number), placed) is None
    for step, domain, system in (("sent-order-1", "supplier", "supplier"), ("order-1", "procurement", "erp")):
        intent = Intent(
            key=write_key(basket.workflow_id, step, 1),
            workflow_id=basket.workflow_id,
            correlation_id="c-1",
            process=basket.process,
            facility="NORTH",
            step=step,
            revision=1,
            domain=domain,
            system=system,
        )
        await store.effects.intend(intent, at=datetime.now(UTC))
    assert await Keeping(store).of(order_run("NORTH", number), placed) == "erp"
    assert await Keeping(store).of(order_run("SOUTH", number), placed) is None
