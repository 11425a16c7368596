"""Accepted is not posted (domain rule 10): every write of ordering, receiving and paying waits for its outcome."""

# long because every such write is provoked here once.

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unittest.mock import ANY

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from canonical.documents.basket_run import BasketRun
from canonical.documents.invoice_run import InvoiceRun
from canonical.documents.item import Ownership
from canonical.documents.order import Acknowledged
from canonical.documents.order_run import OrderRun
from canonical.documents.purchasing_run import PurchasingRun
from canonical.documents.receipt import ReceiptLine
from canonical.documents.replenishment import Budget, SpareStock
from canonical.documents.request_run import RequestRun
from canonical.documents.work_item import Cause, Decision, WorkItem
from canonical.identity import BASKET_PROCESS, INVOICE_PROCESS, ORDER_PROCESS, REQUEST_PROCESS, RunName, wire_key
from canonical.inbound import EventType
from canonical.matching.policy import MatchPolicy, Rule
from canonical.purchasing.policy import PurchasingPolicy
from canonical.run import Ledger, Standing
from tests.support.house import eventually, quick_policy
from tests.support.later import Later
from tests.support.orders import a_receipt, a_return, came, placed, receiving_by, run_of
from tests.support.payables import Payables, billed, paying
from tests.support.replenishing import below_par, contract, crossed, of_line, order_sent, policy, requested, says
from tests.support.trade_house import SHORT, TODAY, TradeHouse
from tests.support.used_goods import basket, furnish, sheet, used, written
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.replenishment_approval import ReplenishmentApproval
from workflows.replenishment_request import ReplenishmentRequest
from workflows.supplier_invoice import SupplierInvoice

House = Callable[..., TradeHouse]
BASKETS = (ReplenishmentRequest, ReplenishmentApproval)
PLAIN = PurchasingPolicy()
DOCK = SpareStock(location="OR-2", quantity=Decimal(12))


@dataclass(frozen=True)
class Write:
    """One write that is accepted and answered later: whose, into which book, and what makes a run write it."""

    name: str
    flows: tuple[type, ...]
    book: Callable[[TradeHouse], Any]
    provoke: Callable[[TradeHouse], Awaitable[RunName]]
    purchasing: PurchasingPolicy = PLAIN


async def goods_come(house: TradeHouse, *lines: ReceiptLine) -> RunName:
    """Goods of an order come."""
    order = await placed(house)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, *lines))
    return run_of(order)


async def damaged_goods_come(house: TradeHouse) -> RunName:
    """Some of them are refused at the dock."""
    return await goods_come(house, came("4", refused="1", refused_for="damaged"))


async def goods_go_back(house: TradeHouse, authorisation: str = "RMA-1") -> RunName:
    """Goods came, and some go back."""
    name = await goods_come(house)
    await house.tell(EventType.goods_returned, a_return(house, name.number, authorisation=authorisation))
    return name


async def goods_are_to_go_back(house: TradeHouse) -> RunName:
    """The supplier is asked first."""
    return await goods_go_back(house, "")


async def nothing_more_is_awaited(house: TradeHouse) -> RunName:
    """The buyer closes the line of an order short."""
    receiving_by(house, goods=SHORT)
    order = await placed(house)
    item = await asked(house, Cause.goods_overdue)
    await house.resolve(item.item_id, Decision.correct, correction={"short_close": "1"})
    return run_of(order)


async def an_invoice_comes(house: TradeHouse, each: str = "10") -> RunName:
    """An invoice over goods that are here."""
    payables = Payables(house)
    invoice = payables.invoice("INV-1", billed(await payables.order(), each=each))
    await payables.present(invoice)
    return payables.name(invoice)


async def a_dear_invoice_comes(house: TradeHouse) -> RunName:
    """It is paid short, and the difference is asked back."""
    return await an_invoice_comes(house, "12")


async def something_is_ordered(house: TradeHouse) -> RunName:
    """A basket becomes an order, within a budget that binds."""
    house.procurement.agreed = [contract(house)]
    house.procurement.budgets["NORTH", "4100"] = Budget(
        cost_centre="4100", control="absolute", currency="USD", available=Decimal(500)
    )
    return await requested(house, house.number("RQ"))


async def an_order_is_not_delivered_in_full(house: TradeHouse) -> RunName:
    """The supplier back-orders one of two boxes, which policy cancels."""
    name = await something_is_ordered(house)
    order = await order_sent(house)
    said = of_line(1, Acknowledged.accepted, quantity=Decimal(1), on=TODAY)
    await house.tell(
        EventType.order_acknowledged,
        says(order.number, said, of_line(1, Acknowledged.back_ordered, quantity=Decimal(1), on=TODAY)),
    )
    return name


async def a_shelf_is_empty(house: TradeHouse, **standing: Any) -> RunName:
    """A par level is crossed."""
    house.procurement.agreed = [contract(house)]
    location = house.number("OR-1")
    house.inventory.pars = [below_par(location=location, **standing)]
    return await crossed(house, location)


async def a_shelf_is_filled_from_another(house: TradeHouse) -> RunName:
    """Another location can spare what is lacking."""
    return await a_shelf_is_empty(house, spare=(DOCK,))


async def a_shelf_of_the_suppliers_is_empty(house: TradeHouse) -> RunName:
    """Consigned goods are lacking."""
    return await a_shelf_is_empty(house, ownership=Ownership.consigned)


async def goods_without_a_par_level_are_used(house: TradeHouse) -> RunName:
    """What was used of the supplier's own is to be replaced."""
    furnish(house)
    await used(house)
    await sheet(house, written())
    return await basket(house)


STATES: dict[str, type[PurchasingRun]] = {
    ORDER_PROCESS: OrderRun,
    INVOICE_PROCESS: InvoiceRun,
    BASKET_PROCESS: BasketRun,
    REQUEST_PROCESS: RequestRun,
}
CANCELLING = policy(back_orders="cancel", refused="cancel")
SHORT_PAYING = paying(match=MatchPolicy(rules=(Rule(on_difference="short-pay"),)))
ORDERS, INVOICES = (ReceiptToInvoice,), (SupplierInvoice,)
WRITES = (
    Write("lots in", ORDERS, lambda house: house.inventory.lots_in, goods_come),
    Write("receipt", ORDERS, lambda house: house.procurement.receipts, goods_come),
    Write("claim", ORDERS, lambda house: house.supplier.returns, damaged_goods_come),
    Write("return request", ORDERS, lambda house: house.supplier.returns, goods_are_to_go_back),
    Write("lots out", ORDERS, lambda house: house.inventory.lots_out, goods_go_back),
    Write("return", ORDERS, lambda house: house.procurement.returns, goods_go_back),
    Write("order change", ORDERS, lambda house: house.procurement.changes, nothing_more_is_awaited),
    Write("voucher", INVOICES, lambda house: house.procurement.vouchers, an_invoice_comes),
    Write("payable", INVOICES, lambda house: house.procurement.payables, an_invoice_comes),
    Write("debit memo", INVOICES, lambda house: house.procurement.debit_memos, a_dear_invoice_comes, SHORT_PAYING),
    Write("reservation", BASKETS, lambda house: house.procurement.reservations, something_is_ordered, policy()),
    Write("order", BASKETS, lambda house: house.procurement.orders, something_is_ordered, policy()),
    Write("sent order", BASKETS, lambda house: house.supplier.orders, something_is_ordered, policy()),
    Write("expected", BASKETS, lambda house: house.inventory.deliveries, something_is_ordered, policy()),
    Write(
        "basket's change",
        BASKETS,
        lambda house: house.procurement.changes,
        an_order_is_not_delivered_in_full,
        CANCELLING,
    ),
    Write("sent change", BASKETS, lambda house: house.supplier.changes, an_order_is_not_delivered_in_full, CANCELLING),
    Write("transfer", BASKETS, lambda house: house.inventory.transfers, a_shelf_is_filled_from_another, policy()),
    Write("refill", BASKETS, lambda house: house.supplier.replacements, a_shelf_of_the_suppliers_is_empty, policy()),
    Write("replacement", BASKETS, lambda house: house.supplier.replacements, goods_without_a_par_level_are_used),
)


async def asked(house: TradeHouse, cause: Cause) -> WorkItem:
    """The open work item of a cause, once there is one."""

    async def there() -> WorkItem | None:
        items = await house.store.work_items.open_items()
        return next((one.item for one in items if one.item.cause is cause), None)

    return await eventually(there)


async def ledger(house: TradeHouse, name: RunName, later: Later) -> Ledger:
    """How the write stands with its run, once that has come to its end; one that waits for more is stopped."""
    # What was decided while the run asks the system is carried out once that has answered.
    await house.at_rest(name)
    if (await house.handle(name).describe()).status is WorkflowExecutionStatus.RUNNING:
        await house.handle(name).cancel()
    await house.closed(name)
    closing = await house.store.runs.closing(name.workflow_id)
    assert closing is not None
    state = STATES[name.process].model_validate_json(closing)
    (step,) = {one.step for one in state.ledgers for key in one.keys if wire_key(key) in later.keys}
    found = state.ledger(step)
    assert found is not None
    return found


LOOKED_AT = [write for write in WRITES if write.name in ("receipt", "order", "refill")]


@pytest.fixture(params=WRITES, ids=lambda write: write.name)
async def accepted(
    trade_houses: House, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[TradeHouse, RunName, Later, WorkItem]]:
    """A write that was accepted, and of which nothing was heard in time."""
    write: Write = request.param
    house = trade_houses(*write.flows, purchasing=write.purchasing)
    house.policy = quick_policy(confirmation=SHORT)
    async with house.open():
        later = Later(write.book(house))
        name = await write.provoke(house)
        item = await asked(house, Cause.confirmation_overdue)
        yield house, name, later, item


Accepted = tuple[TradeHouse, RunName, Later, WorkItem]


async def test_what_is_confirmed_later_counts_from_then_on(accepted: Accepted) -> None:
    house, name, later, item = accepted
    later.say("posted")
    await answered(house, item)
    stands = await ledger(house, name, later)
    assert (stands.standing, stands.reference, later.references) == (Standing.posted, later.references[0], [ANY])


async def test_what_is_rejected_later_goes_out_again_under_a_new_key_once_a_person_says_so(accepted: Accepted) -> None:
    house, name, later, item = accepted
    await later.reject()
    rejected = await asked(house, Cause.refused)
    assert (rejected.owner, rejected.evidence) == (item.owner, "not in this batch")
    await house.resolve(rejected.item_id, Decision.retry)
    again = await asked(house, Cause.confirmation_overdue)
    later.say("posted")
    await answered(house, again)
    stands = await ledger(house, name, later)
    assert (stands.standing, stands.reference) == (Standing.posted, later.references[1])
    assert len(later.references) == len(later.keys) == 2


async def test_what_is_never_confirmed_may_be_accepted_as_done_by_hand(accepted: Accepted) -> None:
    house, name, later, item = accepted
    await house.resolve(item.item_id, Decision.accept, external_reference="PAPER-7", reason="seen on paper")
    await answered(house, item)
    stands = await ledger(house, name, later)
    assert (stands.standing, stands.reference, len(later.references)) == (Standing.by_hand, "PAPER-7", 1)


@pytest.mark.parametrize("accepted", LOOKED_AT, ids=lambda write: write.name, indirect=True)
async def test_a_run_that_is_looked_at_while_a_decision_is_carried_out_can_be_replayed(accepted: Accepted) -> None:
    house, name, later, _ = accepted
    await later.reject()
    rejected = await asked(house, Cause.refused)
    lookers = [asyncio.create_task(look_on(house, name)) for _ in range(3)]
    await house.resolve(rejected.item_id, Decision.retry)
    again = await asked(house, Cause.confirmation_overdue)
    for looker in lookers:
        looker.cancel()
    later.say("posted")
    await answered(house, again)
    # The fixture replays it.
    await ledger(house, name, later)


async def look_on(house: TradeHouse, name: RunName) -> None:
    """Ask for what the Web UI shows of a run, again and again; a task that the question has come too late for is none."""
    while True:
        with suppress(RPCError):
            await house.handle(name).query("__temporal_workflow_metadata")


async def answered(house: TradeHouse, item: WorkItem) -> None:
    """Wait until nobody waits for the item any more."""

    async def gone() -> bool | None:
        items = await house.store.work_items.open_items()
        return None if item.item_id in {one.item.item_id for one in items} else True

    await eventually(gone)
