"""The registry routes by facility, domain and day: to the sandbox, to Tryton and a FHIR server, and to some of each."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest

from canonical.documents.invoice import Invoice
from canonical.documents.order import Order
from canonical.documents.receipt import Receipt, ReceivedLot
from canonical.identity import RunName, wire_key
from canonical.inbound import EventType
from canonical.kinds import Kind
from suture.temporal.server import Server
from tests.chaos.ledgers import Ledgers
from tests.chaos.purchase_books import PurchaseBooks
from tests.connectors.purchases import order as ordered
from tests.support.orders import came
from tests.support.payables import billed
from tests.support.real_hospital import EACH
from tests.support.registry import AFTER, BEFORE, ITEM, PLACE, Registry, registry_here

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
VENDOR, OF_VENDOR = "100006", "4702"
"""A supplier of the sandbox's ERP, and what it sells at 44.74."""
PATIENTS = {"NORTH": 1, "SOUTH": 2}
"""A patient of each facility, whom the sandbox's billing knows by the same numbers as the FHIR server."""


@pytest.fixture(scope="module")
async def registry(tmp_path_factory: pytest.TempPathFactory, temporal: Server) -> AsyncIterator[Registry]:
    async with registry_here(tmp_path_factory.mktemp("registry"), temporal) as registry:
        yield registry


@dataclass(frozen=True)
class Counted:
    """What each system itself says of all uses."""

    sandbox_stock: Decimal
    sandbox_charges: Decimal
    sandbox_costs: Decimal
    tryton_stock: Decimal
    tryton_costs: Decimal
    fhir_charges: Decimal

    @classmethod
    async def now(cls, registry: Registry) -> "Counted":
        kept = Ledgers.of(registry.sandbox)
        moved, units, costs = (
            sum((one.counts for one in of), Decimal(0)) for of in (kept.movements, kept.charges, kept.journals)
        )
        return cls(
            moved,
            # The sandbox charges this item by the half.
            units / 2,
            costs,
            await shipped(registry),
            await expensed(registry),
            await charged(registry),
        )

    def since(self, before: "Counted") -> dict[str, Decimal]:
        """What has changed."""
        earlier = asdict(before)
        return {name: value - earlier[name] for name, value in asdict(self).items() if value != earlier[name]}


async def shipped(registry: Registry) -> Decimal:
    """How many of the item Tryton has handed out, less what came back."""
    ends = ["quantity", "from_location.type", "to_location.type"]
    moves = await registry.books.rows("stock.move", [["product.code", "=", ITEM], ["state", "=", "done"]], ends)
    out = sum(
        (Decimal(str(move["quantity"])) for move in moves if move["to_location."]["type"] == "customer"), Decimal(0)
    )
    back = sum(
        (Decimal(str(move["quantity"])) for move in moves if move["from_location."]["type"] == "customer"), Decimal(0)
    )
    return out - back


async def expensed(registry: Registry) -> Decimal:
    """How many uses have cost that much, by Tryton's ledger."""
    lines = await registry.books.rows(
        "account.move.line",
        [["account.code", "=", "5.1.1"], ["move.journal.code", "=", "COST"], ["move.state", "=", "posted"]],
        ["debit", "credit"],
    )
    return sum((line["debit"] - line["credit"] for line in lines), Decimal(0)) / EACH


async def charged(registry: Registry) -> Decimal:
    """How many units the FHIR server bills to the two patients."""
    units = Decimal(0)
    async with registry.fhir.server.client() as http:
        for number in PATIENTS.values():
            asked = {"subject": f"Patient/p{number}", "_count": "500"}
            answer = await http.get("/ChargeItem", params=asked, headers={"cache-control": "no-cache"})
            answer.raise_for_status()
            charges = [entry["resource"] for entry in answer.json().get("entry", ())]
            live = [one["quantity"]["value"] for one in charges if one["status"] == "billable"]
            units += sum((Decimal(str(one)) for one in live), Decimal(0))
    return units


async def used(registry: Registry, facility: str, *, at: datetime) -> RunName:
    """Two of the item are used then, and posted wherever the facility is served on that day."""
    number, patient = f"U-{uuid4().hex[:8]}", PATIENTS[facility]
    use: dict[str, Any] = {
        "occurred": at.isoformat(),
        "act": f"act-{number}",
        "surgical_case": f"C-2026-{patient:04d}",
        "account": f"A{100_000 + patient}",
        "location": PLACE,
        "performing_cost_centre": "4110",
        "charged_cost_centre": "4110",
        "item": ITEM,
        "quantity": "2",
        "unit": "each",
        "disposition": "consumed",
    }
    return await registry.tell(EventType.usage_reported, facility, number, use, at=at)


WHERE = {
    ("NORTH", BEFORE): ("sandbox_stock", "sandbox_charges", "sandbox_costs"),
    ("NORTH", AFTER): ("tryton_stock", "tryton_costs", "fhir_charges"),
    ("SOUTH", BEFORE): ("sandbox_stock", "tryton_costs", "fhir_charges"),
    ("SOUTH", AFTER): ("tryton_stock", "tryton_costs", "fhir_charges"),
}
"""Who keeps stock, charge and cost of each facility before the move, and after it."""


@pytest.mark.parametrize(("facility", "at"), WHERE, ids=["north-before", "north-after", "south-mixed", "south-after"])
async def test_a_use_is_posted_by_the_systems_of_its_facility_on_its_day(
    registry: Registry, facility: str, at: datetime
) -> None:
    before = await Counted.now(registry)
    await registry.closed(await used(registry, facility, at=at))
    assert (await Counted.now(registry)).since(before) == dict.fromkeys(WHERE[facility, at], Decimal(2))
    assert [one.item.question for one in await registry.store.work_items.open_items()] == []


async def test_what_was_used_before_the_move_is_taken_back_after_it_where_it_was_posted(registry: Registry) -> None:
    before = await Counted.now(registry)
    use = await used(registry, "NORTH", at=BEFORE)
    await registry.closed(use)
    correction = {"occurred": AFTER.isoformat(), "correction": f"K-{use.number}", "kind": "not-used"}
    again = await registry.tell(EventType.usage_corrected, "NORTH", use.number, correction, at=AFTER)
    assert again == use.next()
    await registry.closed(again)
    assert (await Counted.now(registry)).since(before) == {}


async def test_an_order_from_before_the_move_is_received_and_paid_where_it_was_placed(registry: Registry) -> None:
    order = await bought_at_the_sandbox(registry)
    before = PurchaseBooks.of(registry.sandbox)
    run = await registry.tell_of(EventType.order_placed, order, at=BEFORE)
    await is_received_and_paid(registry, order, run)
    assert since(before, registry) == {Kind.receipt: 1, Kind.lots_in: 1, Kind.payable: 1, Kind.voucher: 1}
    assert await in_tryton(registry, order) == ([], [])


async def test_an_order_from_after_the_move_is_received_and_paid_in_tryton(registry: Registry) -> None:
    number = f"P-{uuid4().hex[:8]}"
    order = ordered(number, supplier="100", price="10", quantity="4", ordered_on=AFTER.date())
    await registry.assembly.procurement["tryton"].books()[Kind.order].post(order, wire_key=wire_key(number))
    before = PurchaseBooks.of(registry.sandbox)
    run = await registry.tell_of(EventType.order_placed, order, at=AFTER)
    await is_received_and_paid(registry, order, run)
    assert since(before, registry) == {}
    assert await in_tryton(registry, order) == (["received"], ["posted"])


async def bought_at_the_sandbox(registry: Registry) -> Order:
    """A buyer makes an order in the sandbox's ERP."""
    number, erp = f"P-{uuid4().hex[:8]}", registry.sandbox.erp
    head = {"PLANT": "1000", "VENDOR": f"0000{VENDOR}", "EXT_NO": number, "DOC_DATE": "20261110", "CURRENCY": "USD"}
    goods = {"PO_ITEM": "00001", "MATERIAL": f"{int(OF_VENDOR):018d}", "QUANTITY": "4.000", "NET_PRICE": "44.74"}
    place = {"STGE_LOC": "OR01", "COST_CTR": "1000411000"}
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {erp.token}"}, trust_env=False) as http:
        made = await http.post(f"{erp.url}/mm/purchase_orders", json={"HEADER": head, "ITEMS": [goods | place]})
    made.raise_for_status()
    order = await registry.assembly.procurement["erp"].order(facility="NORTH", number=number)
    assert order is not None
    return order


async def is_received_and_paid(registry: Registry, order: Order, run: RunName) -> None:
    """All of it comes after the move, and is billed."""
    line, day = order.lines[0], AFTER.date()
    head = {"facility": "NORTH", "source": "inventory", "occurred": AFTER}
    lot = ReceivedLot(lot=f"L-{order.number}", expires=date(2028, 1, 1), quantity=line.quantity)
    goods = came(str(line.quantity), item=line.item, lots=(lot,) if line.item == OF_VENDOR else ())
    receipt = {"number": f"GR-{order.number}", "order": order.number, "location": PLACE, "received_on": day}
    await registry.tell_of(EventType.goods_received, Receipt(**head, **receipt, lines=(goods,)), at=AFTER)
    bill = billed(order.number, str(line.quantity), str(line.price.amount), item=line.item)
    paper = {"number": f"I-{order.number}", "supplier": order.supplier, "currency": "USD", "total": bill.amount}
    dates = {"invoiced_on": day, "received_on": day}
    presented = Invoice(**head, **paper, **dates, lines=(bill,))
    paid = await registry.tell_of(EventType.invoice_presented, presented, at=AFTER)
    assert (await registry.closed(paid)).outcome == "paid"
    assert (await registry.closed(run)).outcome == "closed"


def since(before: PurchaseBooks, registry: Registry) -> dict[Kind, int]:
    """The documents that are new in the sandbox, by kind."""
    old = {one.reference for one in before.kept}
    return dict(Counter(one.kind for one in PurchaseBooks.of(registry.sandbox).kept if one.reference not in old))


async def in_tryton(registry: Registry, order: Order) -> tuple[list[str], list[str]]:
    """How Tryton says that the order was shipped, and in which states its invoices are."""
    orders = await registry.books.rows("purchase.purchase", [["description", "=", order.number]], ["shipment_state"])
    invoices = await registry.books.rows("account.invoice", [["reference", "=", f"I-{order.number}"]], ["state"])
    return [one["shipment_state"] for one in orders], [one["state"] for one in invoices]
