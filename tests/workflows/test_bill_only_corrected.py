"""Uses of the supplier's goods that are corrected: taken off what is ordered, before and after, or asked about once paid."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from canonical.documents.basket_run import BasketRun
from canonical.documents.charge import CaseStatus
from canonical.documents.order import Order
from canonical.documents.order_book import Allocation
from canonical.documents.work_item import Cause, Decision
from canonical.inbound import EventType, Inbound
from tests.support.house import eventually
from tests.support.replenishing import order_sent
from tests.support.trade_house import NOW, TradeHouse
from tests.support.trouble import Trouble, refusal
from tests.support.used_goods import (
    accepted,
    basket,
    case_is,
    changed,
    furnish,
    in_procurement,
    not_used,
    received,
    sheet,
    used,
    written,
)
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_approval import ReplenishmentApproval

House = Callable[..., TradeHouse]


def furnished(trade_houses: House, **how: Any) -> TradeHouse:
    """A house in which what is used of the supplier's goods is ordered and received."""
    house = trade_houses(ReplenishmentApproval, ReceiptToInvoice)
    furnish(house, **how)
    return house


async def two_ordered(house: TradeHouse) -> tuple[Any, Any, Order]:
    """Two uses, ordered, accepted and received."""
    first, second = await used(house, "U1", lot="L1"), await used(house, "U2", lot="L2")
    await sheet(house, written(lot="L1"), written(lot="L2"))
    order = await order_sent(house)
    await accepted(house, order)
    assert (await house.closed(await basket(house))).outcome == "ordered"
    await received(house, order.number, 2)
    return first, second, order


async def billed(house: TradeHouse, order: str, quantity: int, *, invoice: str) -> None:
    """An invoice (a credit, below zero) takes so many of the order, as its run does."""
    (now,) = await house.store.order_book.read(facility="NORTH", orders=(order,))
    taken = Allocation(
        invoice=invoice,
        invoice_line=1,
        order=order,
        order_line=1,
        quantity=Decimal(quantity),
        amount=Decimal(900 * quantity),
    )
    assert await house.store.order_book.allocate(
        house.number(invoice), facility="NORTH", allocations=(taken,), at_versions={order: now.version}
    )
    await house.mail.send(
        Inbound(
            id=house.number(f"moved-{invoice}"),
            type=EventType.order_moved,
            facility="NORTH",
            number=f"NORTH/{order}",
            time=NOW,
            data={},
        )
    )


async def asked_to_replace(house: TradeHouse, *quantities: int) -> None:
    """Wait until the supplier is asked to replace so many."""

    async def so() -> bool | None:
        standing = house.supplier.replacements.standing
        return True if [one.lines[0].quantity for one in standing] == [*map(Decimal, quantities)] else None

    await eventually(so)


async def test_a_use_that_is_corrected_before_the_order_is_not_ordered(trade_houses: House) -> None:
    house = furnished(trade_houses)
    case_is(house, CaseStatus.open)
    async with house.open():
        first = await used(house, "U1", lot="L1")
        await used(house, "U2", lot="L2")
        await not_used(house, first)
        await sheet(house, written(lot="L2"))
        case_is(house, CaseStatus.closed)
        order = await order_sent(house)
    assert [lot.lot for line in order.lines for lot in line.lots] == ["L2"]


async def test_a_case_of_which_nothing_was_used_after_all_orders_nothing(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        request = await used(house)
        await house.at_stage(await basket(house), "usage sheet of the supplier")
        await not_used(house, request)
        assert (await house.closed(await basket(house))).outcome == "nothing to order"
    assert not house.procurement.orders.standing


async def test_an_order_that_the_supplier_does_not_have_yet_is_made_anew_without_the_corrected_use(
    trade_houses: House,
) -> None:
    house = furnished(trade_houses)
    Trouble(house.supplier.orders, "post").before(refusal())
    async with house.open():
        first = await used(house, "U1", lot="L1")
        await used(house, "U2", lot="L2")
        await sheet(house, written(lot="L1"), written(lot="L2"))
        await house.items()
        await not_used(house, first)
        await sheet(house, written(lot="L2"), version=2)
        order = await order_sent(house)
        await house.items(0)
    assert [lot.lot for line in order.lines for lot in line.lots] == ["L2"]
    assert len(house.procurement.orders.standing) == 1


async def test_one_of_two_uses_is_taken_off_the_order_its_receipt_and_the_replacement(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        first, _, order = await two_ordered(house)
        await asked_to_replace(house, 2)
        await not_used(house, first)
        await received(house, order.number, 1)
        now = await changed(house, order.number, 1)
        await asked_to_replace(house, 1)
        assert (await house.closed((await basket(house)).next())).outcome == "ordered"
    assert [lot.lot for lot in now.lines[0].lots] == ["L2"]
    (sent,) = house.supplier.changes.standing
    assert sent.order.lines[0].cancelled == 1
    assert house.procurement.received_not_invoiced(order.number) == {1: 1}
    assert house.procurement.commitment(order.number) == 0


async def test_an_order_of_which_every_use_was_corrected_comes_to_nothing(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        first, second, order = await two_ordered(house)
        await not_used(house, first)
        await not_used(house, second)
        now = await changed(house, order.number, 0)
        await received(house, order.number, 0)
        await asked_to_replace(house)

        async def taken_back() -> bool | None:
            runs = [one for one in await house.store.runs.find() if one.process == "replenishment-approval"]
            return True if any(one.outcome == "taken back" for one in runs) else None

        await eventually(taken_back)
    assert now.nothing_left and not now.lines[0].lots
    assert house.procurement.received_not_invoiced(order.number) == {1: 0}
    assert not await house.store.work_items.open_items()


async def test_a_corrected_use_that_was_invoiced_goes_to_payables_with_the_money_and_nothing_is_half_done(
    trade_houses: House,
) -> None:
    house = furnished(trade_houses)
    async with house.open():
        first, _, order = await two_ordered(house)
        await billed(house, order.number, 2, invoice="INV")
        await not_used(house, first)
        (listed,) = await house.items()
        assert listed.item.cause is Cause.already_invoiced
        assert [part.amount for part in listed.item.at_risk] == [900]
        assert len(house.procurement.receipts.standing) == 2 and not house.procurement.changes.standing
        await asked_to_replace(house, 2)
        await billed(house, order.number, -1, invoice="CREDIT")
        await changed(house, order.number, 1)
        await asked_to_replace(house, 1)
        await house.items(0)


async def test_a_person_settles_an_invoiced_use_with_the_supplier_and_the_order_stays(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        first, _, order = await two_ordered(house)
        await billed(house, order.number, 2, invoice="INV")
        await not_used(house, first)
        (listed,) = await house.items()
        await house.resolve(listed.item.item_id, Decision.accept, external_reference="SWAP-1")
        assert (await house.closed((await basket(house)).next())).outcome == "ordered"
        state = BasketRun.model_validate_json(
            await house.store.runs.closing((await basket(house)).next().workflow_id) or ""
        )
    assert state.orders[0].by_hand == (first.number,)
    assert not house.procurement.changes.standing


async def test_a_late_use_makes_a_further_order_in_the_next_run(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        *_, order = await two_ordered(house)
        await used(house, "U3", lot="L3")
        (listed,) = await house.items()
        assert listed.item.cause is Cause.usage_differs
        await sheet(house, written(lot="L1"), written(lot="L2"), written(lot="L3"), version=2)
        second = await order_sent(house, 2)
        await accepted(house, second)
        assert (await house.closed((await basket(house)).next())).outcome == "ordered"
        await received(house, second.number, 1)
    assert second.number == order.number.removesuffix("1") + "2"
    assert [lot.lot for lot in second.lines[0].lots] == ["L3"]


async def test_a_use_under_another_lot_changes_the_order_and_makes_a_further_one(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        first, _, order = await two_ordered(house)
        await not_used(house, first)
        await used(house, "U1-2", lot="L9")
        await sheet(house, written(lot="L9"), written(lot="L2"), version=2)
        second = await order_sent(house, 2)
        await changed(house, order.number, 1)
    assert [lot.lot for lot in second.lines[0].lots] == ["L9"]


async def test_a_sheet_that_comes_after_the_order_and_counts_otherwise_is_told(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        await two_ordered(house)
        await sheet(house, written(lot="L1"), version=2)
        (listed,) = await house.items()
        assert listed.item.cause is Cause.usage_differs and not listed.item.blocks
        await house.resolve(listed.item.item_id, Decision.acknowledge)
        assert (await house.closed((await basket(house)).next())).outcome == "ordered"


async def test_what_the_supplier_says_after_a_correction_does_not_bring_the_use_back(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        first = await used(house, "U1", lot="L1")
        await used(house, "U2", lot="L2")
        await sheet(house, written(lot="L1"), written(lot="L2"))
        order = await order_sent(house)
        await received(house, order.number, 2)
        await not_used(house, first)
        await changed(house, order.number, 1)
        await accepted(house, order)
        closed = await house.closed(await basket(house))
        assert closed.outcome == "ordered"
        now = await in_procurement(house, order.number)
    assert now.lines[0].quantity - now.lines[0].cancelled == 1


async def test_a_replacement_that_the_supplier_does_not_take_back_waits_for_a_person(trade_houses: House) -> None:
    house = furnished(trade_houses)
    async with house.open():
        first, *_ = await two_ordered(house)
        Trouble(house.supplier.replacements, "take_back").before(refusal())
        await not_used(house, first)
        (listed,) = await house.items()
        assert listed.item.step.startswith("replacement-1-1")
        await house.resolve(listed.item.item_id, Decision.retry)
        await asked_to_replace(house, 1)
        state = await house.closed((await basket(house)).next())
    assert state.outcome == "ordered"
