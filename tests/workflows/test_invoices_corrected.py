"""Invoices that come twice, are corrected, withdrawn or credited, before and after they were paid."""

from decimal import Decimal

from canonical.documents.invoice import Channel, InvoiceType
from canonical.documents.work_item import Cause, Decision
from canonical.inbound import EventType
from canonical.run import Standing
from tests.support.payables import FACILITY, SUPPLIER, Payables, billed
from tests.support.trouble import Trouble, refusal


async def test_the_same_invoice_by_another_channel_is_noted_and_paid_once(payables: Payables) -> None:
    order = await payables.order()
    invoice = payables.invoice("INV-1", billed(order, each="12"))
    handle = await payables.present(invoice)
    [listed] = await payables.house.items()
    again = await payables.present(invoice.model_copy(update={"channel": Channel.paper}))
    assert again.id == handle.id
    await payables.house.resolve(listed.item.item_id, Decision.override)
    state = await handle.result()
    assert state.copies == ("paper",)
    assert len(payables.house.procurement.payables.standing) == 1


async def test_a_copy_whose_number_is_written_otherwise_is_a_copy_all_the_same(payables: Payables) -> None:
    order = await payables.order()
    invoice = payables.invoice("INV-3", billed(order))
    await (await payables.present(invoice)).result()
    written = f"Inv. {invoice.number.removeprefix('INV-')}".replace(" ", "-")
    again = await payables.present(invoice.model_copy(update={"channel": Channel.paper, "number": written}))
    state = await again.result()
    assert again.id.endswith(":2") and state.copies == ("paper",)
    assert not await payables.house.store.work_items.open_items()


async def test_a_copy_of_a_paid_invoice_changes_nothing(payables: Payables) -> None:
    order = await payables.order()
    invoice = payables.invoice("INV-2", billed(order))
    await (await payables.present(invoice)).result()
    again = await payables.present(invoice.model_copy(update={"channel": Channel.email}))
    state = await again.result()
    assert again.id.endswith(":2") and state.copies == ("email",)
    assert len(payables.house.procurement.payables.standing) == len(payables.house.procurement.vouchers.standing) == 1


async def test_the_same_number_with_another_content_is_a_work_item_and_the_first_counts(payables: Payables) -> None:
    order = await payables.order()
    handle = await payables.present(payables.invoice("INV-3", billed(order, each="12")))
    await payables.house.items(1)
    await payables.present(payables.invoice("inv-3", billed(order, each="13")))
    items = {one.item.cause: one.item for one in await payables.house.items(2)}
    await payables.house.resolve(items[Cause.conflicting_content].item_id, Decision.acknowledge)
    await payables.house.resolve(items[Cause.price_hold].item_id, Decision.override)
    state = await handle.result()
    assert state.match is not None and state.match.paid == Decimal("120.00")


async def test_a_corrected_invoice_takes_the_place_of_the_one_that_is_held(payables: Payables) -> None:
    order = await payables.order()
    wrong = payables.invoice("INV-4", billed(order, each="12"))
    handle = await payables.present(wrong)
    await payables.house.items(1)
    corrects = {"type": InvoiceType.corrected, "corrects": wrong.number}
    right = await (await payables.present(payables.invoice("INV-4C", billed(order), **corrects))).result()
    assert right.match is not None and right.match.paid == Decimal("100.00")
    assert (await handle.result()).withdrawn is not None
    assert (await payables.house.closed(payables.name(wrong))).outcome == "withdrawn"
    assert len(payables.house.procurement.vouchers.standing) == 1
    await payables.house.items(0)


async def test_an_invoice_that_comes_after_its_correction_is_withdrawn_at_once(payables: Payables) -> None:
    order = await payables.order()
    wrong = payables.invoice("INV-5", billed(order, each="12"))
    corrects = {"type": InvoiceType.corrected, "corrects": wrong.number}
    await (await payables.present(payables.invoice("INV-5C", billed(order), **corrects))).result()
    await payables.house.closed(payables.name(wrong))
    state = await (await payables.present(wrong)).result()
    assert state.invoice == state.invoice and state.ledgers == ()
    assert len(payables.house.procurement.payables.standing) == 1


async def test_an_invoice_corrected_after_it_was_paid_is_paid_the_difference(payables: Payables) -> None:
    order = await payables.order()
    first = payables.invoice("INV-6", billed(order, "6"))
    await (await payables.present(first)).result()
    corrects = {"type": InvoiceType.corrected, "corrects": first.number}
    state = await (await payables.present(payables.invoice("INV-6C", billed(order, "8"), **corrects))).result()
    assert state.match is not None and state.match.paid == Decimal("20.00")
    [standing] = await payables.house.store.order_book.read(facility=FACILITY, orders=[order])
    assert standing.lines[0].invoiced == 8
    assert payables.house.procurement.owed(SUPPLIER) == Decimal("80.00")


async def test_a_newer_version_under_the_same_number_takes_back_what_was_paid_and_is_paid_itself(
    payables: Payables,
) -> None:
    order = await payables.order()
    invoice = payables.invoice("INV-7", billed(order, "6"))
    await (await payables.present(invoice)).result()
    newer = payables.invoice("INV-7", billed(order, "8"), version=2)
    state = await (await payables.present(newer)).result()
    assert [ledger.standing for ledger in state.ledgers] == [Standing.posted, Standing.posted]
    assert payables.house.procurement.owed(SUPPLIER) == Decimal("80.00")
    [standing] = await payables.house.store.order_book.read(facility=FACILITY, orders=[order])
    assert standing.lines[0].invoiced == 8


async def test_an_invoice_withdrawn_after_it_was_paid_frees_what_it_took_and_its_order_is_told(
    payables: Payables,
) -> None:
    order = await payables.order()
    invoice = payables.invoice("INV-8", billed(order))
    await (await payables.present(invoice)).result()
    state = await (await payables.withdraw(invoice, reason="sent to the wrong hospital")).result()
    assert [ledger.standing for ledger in state.ledgers] == [Standing.exempt, Standing.exempt]
    assert payables.house.procurement.owed(SUPPLIER) == 0
    [standing] = await payables.house.store.order_book.read(facility=FACILITY, orders=[order])
    assert standing.lines[0].received_not_invoiced == 10
    assert [letter.subject for letter in await payables.letters(EventType.order_named)] == [order]


async def test_what_was_paid_out_already_and_cannot_be_taken_back_is_a_work_item(payables: Payables) -> None:
    order = await payables.order()
    invoice = payables.invoice("INV-9", billed(order))
    await (await payables.present(invoice)).result()
    Trouble(payables.house.procurement.payables, "take_back").before(refusal("paid out already"))
    handle = await payables.withdraw(invoice)
    [listed] = await payables.house.items()
    assert (listed.item.step, listed.item.cause) == ("payable", Cause.refused)
    await payables.house.resolve(listed.item.item_id, Decision.accept, external_reference="DM-PAPER-1")
    state = await handle.result()
    assert (await payables.house.closed(payables.name(invoice).next())).outcome == "withdrawn"
    assert state.ledgers[0].standing is Standing.exempt


async def test_a_change_of_the_order_after_payment_does_not_touch_the_invoice(payables: Payables) -> None:
    order = await payables.order()
    invoice = payables.invoice("INV-10", billed(order))
    await (await payables.present(invoice)).result()
    await payables.reprice(order, "8")
    found = await payables.house.store.runs.find(workflow_id=payables.name(invoice).next().workflow_id)
    assert found == () and payables.house.procurement.owed(SUPPLIER) == Decimal("100.00")


async def test_a_credit_after_payment_gives_back_and_the_order_opens_its_line_again(payables: Payables) -> None:
    order = await payables.order()
    invoice = payables.invoice("INV-11", billed(order))
    await (await payables.present(invoice)).result()
    credit = payables.invoice("CR-11", billed(order, "4"), type=InvoiceType.credit, corrects=invoice.number)
    handle = await payables.present(credit)
    state = await handle.result()
    assert state.match is not None and state.match.paid == Decimal("-40.00")
    assert payables.house.procurement.owed(SUPPLIER) == Decimal("60.00")
    [standing] = await payables.house.store.order_book.read(facility=FACILITY, orders=[order])
    assert standing.lines[0].invoiced == 6
    assert [letter.subject for letter in await payables.letters(EventType.order_named)] == [order]


async def test_a_credit_memo_under_the_number_of_its_invoice_is_a_transaction_of_its_own(payables: Payables) -> None:
    order = await payables.order()
    invoice = payables.invoice("INV-12", billed(order))
    first = await payables.present(invoice)
    await first.result()
    credit = payables.invoice("INV-12", billed(order, "4"), type=InvoiceType.credit, corrects=invoice.number)
    second = await payables.present(credit)
    assert second.id != first.id and not second.id.startswith(f"{first.id}:2")


async def test_a_held_invoice_passes_together_with_its_credit(payables: Payables) -> None:
    order = await payables.order(received="6")
    invoice = payables.invoice("INV-13", billed(order))
    handle = await payables.present(invoice)
    await payables.house.items(1)
    credit = payables.invoice("CR-13", billed(order, "4"), type=InvoiceType.credit, corrects=invoice.number)
    back = await payables.present(credit)
    assert (await handle.result()).approved and (await back.result()).approved
    assert payables.house.procurement.owed(SUPPLIER) == Decimal("60.00")
    await payables.house.items(0)


async def test_a_withdrawal_interrupts_a_payment_that_waits_for_a_person(payables: Payables) -> None:
    Trouble(payables.house.procurement.payables, "post").before(refusal())
    order = await payables.order()
    invoice = payables.invoice("INV-14", billed(order))
    handle = await payables.present(invoice)
    await payables.house.items(1)
    await payables.withdraw(invoice)
    state = await handle.result()
    assert (await payables.house.closed(payables.name(invoice))).outcome == "withdrawn"
    assert all(ledger.standing is Standing.exempt for ledger in state.ledgers)
    assert payables.house.procurement.vouchers.standing == ()
    await payables.house.items(0)


async def test_a_refused_invoice_that_comes_in_a_newer_version_is_matched_anew(payables: Payables) -> None:
    order = await payables.order()
    handle = await payables.present(payables.invoice("INV-15", billed(order, each="12")))
    [listed] = await payables.house.items()
    await payables.house.resolve(listed.item.item_id, Decision.abandon, reason="too dear")
    await handle.result()
    state = await (await payables.present(payables.invoice("INV-15", billed(order), version=2))).result()
    assert state.refused is None and [one.standing for one in state.ledgers] == [Standing.posted, Standing.posted]
    assert payables.house.procurement.owed(SUPPLIER) == Decimal("100.00")
