"""Lost answers, refusals, cancelled and abandoned runs of supplier-invoice."""

import pytest
from temporalio.client import WorkflowFailureError

from canonical.documents.work_item import Cause, Decision
from canonical.run import Standing
from tests.support.payables import FACILITY, SUPPLIER, Payables, billed
from tests.support.trouble import Trouble, away, lost, refusal


@pytest.mark.parametrize("book", ["vouchers", "payables"])
async def test_a_lost_answer_never_writes_twice(payables: Payables, book: str) -> None:
    Trouble(getattr(payables.house.procurement, book), "post").after(lost())
    order = await payables.order()
    state = await (await payables.present(payables.invoice("INV-1", billed(order)))).result()
    assert len(getattr(payables.house.procurement, book).standing) == 1
    assert not any(ledger.uncertain for ledger in state.ledgers)


async def test_a_payment_that_the_erp_refuses_waits_for_payables_and_goes_out_again(payables: Payables) -> None:
    Trouble(payables.house.procurement.payables, "post").before(refusal())
    order = await payables.order()
    handle = await payables.present(payables.invoice("INV-2", billed(order)))
    [listed] = await payables.house.items()
    assert (listed.item.step, listed.item.cause) == ("payable", Cause.refused)
    assert listed.item.payable_at_risk is not None and listed.item.payable_at_risk.amount == 100
    await payables.house.resolve(listed.item.item_id, Decision.retry)
    state = await handle.result()
    assert state.ledgers[-1].revision == 2


async def test_a_payment_made_by_hand_closes_the_invoice(payables: Payables) -> None:
    Trouble(payables.house.procurement.payables, "post").before(refusal())
    order = await payables.order()
    handle = await payables.present(payables.invoice("INV-3", billed(order)))
    [listed] = await payables.house.items()
    await payables.house.resolve(listed.item.item_id, Decision.accept, external_reference="CHEQUE-9")
    assert (await handle.result()).ledgers[-1].standing is Standing.by_hand


async def test_contracts_that_cannot_be_looked_up_wait_for_a_person(payables: Payables) -> None:
    Trouble(payables.house.procurement, "contracts").before(*(away() for _ in range(3)))
    order = await payables.order()
    handle = await payables.present(payables.invoice("INV-4", billed(order)))
    [listed] = await payables.house.items()
    assert listed.item.cause is Cause.exhausted
    await payables.house.resolve(listed.item.item_id, Decision.retry)
    assert (await handle.result()).approved


async def test_an_abandoned_payment_gives_back_what_it_took_and_is_taken_up_again(payables: Payables) -> None:
    Trouble(payables.house.procurement.payables, "post").before(refusal())
    order = await payables.order()
    invoice = payables.invoice("INV-5", billed(order))
    handle = await payables.present(invoice)
    [listed] = await payables.house.items()
    await payables.house.resolve(listed.item.item_id, Decision.abandon)
    await handle.result()
    [left] = await payables.house.items()
    assert left.item.cause is Cause.left_behind and "payable" in left.item.question
    [standing] = await payables.house.store.order_book.read(facility=FACILITY, orders=[order])
    assert standing.lines[0].received_not_invoiced == 10
    again = await payables.present(invoice, event="again")
    state = await again.result()
    assert state.approved and payables.house.procurement.owed(SUPPLIER) == 100
    await payables.house.items(0)


async def test_a_cancelled_run_leaves_the_invoice_to_a_person(payables: Payables) -> None:
    order = await payables.order()
    invoice = payables.invoice("INV-6", billed(order, each="12"))
    handle = await payables.present(invoice)
    await payables.at_rest(handle)
    await handle.cancel()
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    [left] = await payables.house.items()
    assert left.item.cause is Cause.left_behind
    assert len(payables.house.procurement.vouchers.standing) == 1
    assert payables.house.procurement.payables.standing == ()


async def test_what_may_have_been_paid_is_not_given_back_when_the_run_is_abandoned(payables: Payables) -> None:
    trouble = Trouble(payables.house.procurement.payables, "post").after(lost(), lost(), lost())
    Trouble(payables.house.procurement.payables, "find").before(*(away() for _ in range(9)))
    order = await payables.order()
    handle = await payables.present(payables.invoice("INV-7", billed(order)))
    [listed] = await payables.house.items()
    await payables.house.resolve(listed.item.item_id, Decision.abandon)
    await handle.result()
    [standing] = await payables.house.store.order_book.read(facility=FACILITY, orders=[order])
    assert trouble.calls == 1 and standing.lines[0].received_not_invoiced == 0
