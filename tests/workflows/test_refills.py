"""Consigned goods that their supplier brings without an order: on the shelf as its own, with no accrual and no question."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from canonical.documents.item import Item, Ownership, Tracking
from canonical.documents.lot import Lot
from canonical.documents.receipt import Receipt
from canonical.documents.work_item import Cause, Decision
from canonical.identity import RunName, stray_run
from canonical.inbound import EventType
from canonical.kinds import Kind
from canonical.ports import ItemAndLot
from canonical.run import Standing
from tests.support.answers import answers
from tests.support.house import eventually
from tests.support.orders import PLACE, a_notice, a_receipt, a_reversal, came, ended, lot, on_hand
from tests.support.replenishing import below_par, contract, crossed, policy
from tests.support.trade_house import TODAY, TradeHouse
from tests.support.trouble import Trouble, lost, refusal
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_request import ReplenishmentRequest


@pytest.fixture
async def house(trade_houses: Callable[..., TradeHouse]) -> AsyncIterator[TradeHouse]:
    """A house that asks for refills and takes them in."""
    async with trade_houses(ReceiptToInvoice, ReplenishmentRequest, purchasing=policy()).open() as opened:
        opened.procurement.agreed = [contract(opened, ownership=Ownership.consigned)]
        yield opened


def a_refill(house: TradeHouse, *lines: Any, **changes: Any) -> Receipt:
    """Four of a lot that stay the supplier's own, without an order."""
    plain = {"ownership": Ownership.consigned, "supplier": "ACME"}
    return a_receipt(house, None, *(lines or (came("4", lots=(lot("L1", "4"),)),)), **(plain | changes))


def run_of(receipt: Receipt) -> RunName:
    """The run of a receipt without an order."""
    return stray_run("NORTH", "receipt", receipt.number)


async def test_a_refill_is_registered_as_the_suppliers_own_and_nothing_is_accrued(house: TradeHouse) -> None:
    refill = a_refill(house)
    await house.tell(EventType.goods_received, refill)
    assert (await house.closed(run_of(refill))).outcome == "closed"
    (entry,) = house.inventory.lots_in.standing
    assert (entry.ownership, entry.order, entry.supplier) == (Ownership.consigned, "", "ACME")
    assert house.inventory.on_hand(PLACE, "4702", lot="L1") == 4
    assert house.procurement.receipts.standing == ()
    state = await ended(house, run_of(refill))
    assert {one.kind: one.standing for one in state.ledgers} == {
        Kind.lots_in: Standing.posted,
        Kind.receipt: Standing.exempt,
    }
    assert await house.items(0) == ()


async def test_a_refill_that_was_asked_for_leads_from_the_par_level_to_the_shelf(house: TradeHouse) -> None:
    location = house.number("OR-1")
    house.inventory.pars = [below_par(location=location, ownership=Ownership.consigned)]
    await house.closed(await crossed(house, location))
    first, second = a_refill(house, location=location), a_refill(house, location=location, number="GR2")
    for refill in (first, second):
        await house.tell(EventType.goods_received, refill)
        await house.closed(run_of(refill))
    ((asked, _),) = house.supplier.replacements.by_reference
    edges = await house.store.lineage.walk((location, "par-level", "4702"))
    brought = [(one.from_reference, one.to_reference) for one in edges if one.relation == "brought"]
    (on_the_shelf,) = [
        reference for reference, one in house.inventory.lots_in.by_reference if one.receipt == first.number
    ]
    assert brought == [(asked, on_the_shelf)]


async def test_the_announcement_of_a_refill_asks_nobody_for_an_order(house: TradeHouse) -> None:
    notice = a_notice(house, None, request="RQ-1")
    await house.tell(EventType.goods_shipped, notice)
    assert (await house.closed(stray_run("NORTH", "ship-notice", notice.number))).outcome == "closed"
    assert await house.items(0) == ()


async def test_a_refill_that_is_reversed_leaves_the_shelf(house: TradeHouse) -> None:
    refill = a_refill(house)
    await house.tell(EventType.goods_received, refill)
    await house.closed(run_of(refill))
    await house.tell(EventType.receipt_reversed, a_reversal(refill))
    await house.closed(run_of(refill).next())
    await on_hand(house, "0")
    assert house.inventory.lots_in.standing == ()


async def test_a_refill_in_packs_is_counted_in_base_units(house: TradeHouse) -> None:
    refill = a_refill(house, came("2", unit="box", lots=(lot("L1", "20"),)))
    await house.tell(EventType.goods_received, refill)
    await house.closed(run_of(refill))
    assert house.inventory.on_hand(PLACE, "4702", lot="L1") == 20


async def test_a_unit_that_nothing_leads_from_is_asked_of_the_item_master(house: TradeHouse) -> None:
    refill = a_refill(house, came("1", unit="sleeve"))
    await house.tell(EventType.goods_received, refill)
    (listed,) = await house.items()
    assert listed.item.cause is Cause.unknown_unit
    await house.resolve(listed.item.item_id, Decision.correct, correction={"unit_factor": "5"})
    await house.closed(run_of(refill))
    await on_hand(house, "5")


async def test_what_is_expired_of_a_refill_is_refused_and_the_supplier_is_asked_to_fetch_it(house: TradeHouse) -> None:
    answers(house.inventory, "look_up", ItemAndLot(item=Item(item="4702", tracking=Tracking.lot_expiry), lot=Lot()))
    over = lot("L2", "1", expires=TODAY - timedelta(days=1))
    refill = a_refill(house, came("4", lots=(lot("L1", "3"), over)))
    await house.tell(EventType.goods_received, refill)
    await on_hand(house, "3")
    (told,) = await house.items()
    assert told.item.cause is Cause.refused_goods
    (claim,) = house.supplier.returns.standing
    assert (claim.goods_return.order, claim.goods_return.supplier) == (None, "ACME")
    assert claim.goods_return.lines[0].accepted == Decimal(1)
    await house.resolve(told.item.item_id, Decision.acknowledge)
    await house.closed(run_of(refill))


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "never arrived"])
async def test_a_refill_is_registered_once_where_the_answer_was_lost(house: TradeHouse, applied: bool) -> None:
    post = Trouble(house.inventory.lots_in, "post")
    post.after(lost()) if applied else post.before(lost())
    refill = a_refill(house)
    await house.tell(EventType.goods_received, refill)
    await house.closed(run_of(refill))
    await on_hand(house, "4")
    assert len(house.inventory.lots_in.standing) == 1


async def test_a_refill_that_inventory_refuses_waits_for_supply_chain_and_may_be_abandoned(house: TradeHouse) -> None:
    Trouble(house.inventory.lots_in, "post").before(refusal())
    refill = a_refill(house)
    await house.tell(EventType.goods_received, refill)
    (listed,) = await house.items()
    await house.resolve(listed.item.item_id, Decision.abandon)

    async def left() -> str | None:
        items = await house.store.work_items.open_items()
        return next((one.item.question for one in items if one.item.cause is Cause.left_behind), None)

    question = await eventually(left)
    assert f"lots.{refill.number}" in question and "order" not in question


async def test_consigned_goods_that_name_an_order_are_received_on_it(house: TradeHouse) -> None:
    unknown = a_receipt(house, house.number("PO-UNKNOWN"), ownership=Ownership.consigned)
    await house.tell(EventType.goods_received, unknown)
    assert unknown.order is not None
    run = await house.at_stage(RunName.parse(f"receipt-to-invoice:NORTH:order:{unknown.order}"), "looking up")
    assert run.closed is None
    assert house.inventory.lots_in.standing == ()
