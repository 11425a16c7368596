"""From the use of a supplier's own goods to its payment: every process runs, and nothing is left open in the books."""

from collections.abc import Callable
from decimal import Decimal

from canonical.documents.invoice import Invoice
from canonical.documents.usage import CorrectionKind, Disposition, Usage, UsageCorrection
from canonical.identity import RunName, order_run
from canonical.inbound import EventType
from tests.support.house import eventually
from tests.support.payables import billed
from tests.support.replenishing import order_sent
from tests.support.trade_house import NOW, TODAY, TradeHouse
from tests.support.used_goods import accepted, basket, furnish, received, sheet, token, written
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.supplier_invoice import SupplierInvoice
from workflows.usage_to_charge import UsageToCharge

House = Callable[..., TradeHouse]
EVERY = (UsageToCharge, ReplenishmentApproval, ReceiptToInvoice, SupplierInvoice)


async def a_use(house: TradeHouse) -> tuple[Usage, RunName]:
    """Two of a lot are implanted."""
    use = Usage(
        facility="NORTH",
        source="wards",
        number=house.number("U1"),
        occurred=NOW,
        act="act-1",
        surgical_case=await token(house),
        service_date=TODAY,
        location="OR-1",
        performing_cost_centre="4100",
        charged_cost_centre="4100",
        item="4702",
        lot="L1",
        quantity=Decimal(2),
        unit="each",
        disposition=Disposition.implanted,
    )
    await house.tell(EventType.usage_reported, use)
    return use, RunName(process="usage-to-charge", facility="NORTH", source="wards", number=use.number)


async def test_a_use_is_charged_ordered_received_without_stock_invoiced_and_paid(trade_houses: House) -> None:
    house = trade_houses(*EVERY)
    furnish(house)
    async with house.open():
        use, run = await a_use(house)
        assert (await house.closed(run)).outcome == "posted"
        await sheet(house, written(2))
        order = await order_sent(house)
        await accepted(house, order)
        await received(house, order.number, 2)
        assert (await house.closed(await basket(house))).outcome == "ordered"
        line = billed(order.number, "2", "900", item="4702")
        invoice = Invoice(
            facility="NORTH",
            source="suppliers",
            number=house.number("INV"),
            occurred=NOW,
            supplier=order.supplier,
            currency="USD",
            invoiced_on=TODAY,
            received_on=TODAY,
            total=line.amount,
            lines=(line,),
        )
        await house.tell(EventType.invoice_presented, invoice)
        assert (await house.closed(order_run("NORTH", order.number))).outcome == "closed"
        edges = await house.store.lineage.walk(("wards", "usage", use.number))
    assert {edge.to_kind for edge in edges} >= {
        "charge",
        "journal",
        "request",
        "order",
        "sent-order",
        "receipt",
        "payable",
    }
    assert len(house.billing.documents.posted) == 1
    assert house.procurement.owed(order.supplier) == 1800
    assert house.procurement.received_not_invoiced(order.number) == {1: 0}
    assert house.procurement.commitment(order.number) == 0
    expensed = [one.amount for one in house.finance.documents.posted.values() if one.live]
    assert expensed == [1800]
    assert not house.inventory.lots_in.standing
    assert not await house.store.work_items.open_items()


async def test_a_use_that_did_not_happen_leaves_nothing_in_any_book(trade_houses: House) -> None:
    house = trade_houses(*EVERY)
    furnish(house)
    async with house.open():
        use, run = await a_use(house)
        await sheet(house, written(2))
        order = await order_sent(house)
        await accepted(house, order)
        await received(house, order.number, 2)
        await house.closed(await basket(house))
        await house.closed(run)
        correction = UsageCorrection(
            facility="NORTH",
            source="wards",
            number=use.number,
            occurred=NOW,
            correction="K-1",
            kind=CorrectionKind.not_used,
        )
        await house.tell(EventType.usage_corrected, correction)
        assert (await house.closed(run.next())).outcome == "not used"
        await received(house, order.number, 0)
        assert (await house.closed((await basket(house)).next())).outcome == "taken back"

        async def closed() -> bool | None:
            runs = await house.store.runs.find()
            return True if all(one.closed is not None for one in runs) else None

        await eventually(closed)
    assert not house.procurement.receipts.standing
    assert not house.supplier.replacements.standing
    assert house.procurement.commitment(order.number) == 0
    assert not any(one.live for one in house.billing.documents.posted.values())
    assert not any(one.live for one in house.finance.documents.posted.values())
    assert not await house.store.work_items.open_items()
