"""An order's run and its invoices' runs together: whichever document comes first, and a credit after all is closed."""

from decimal import Decimal

import pytest

from canonical.documents.invoice import InvoiceType
from canonical.inbound import EventType
from tests.support.house import eventually
from tests.support.orders import a_receipt, an_order, came, run_of
from tests.support.payables import Payables, billed
from tests.workflows.conftest import OpenTradeHouse
from workflows.receipt_to_invoice import ReceiptToInvoice
from workflows.supplier_invoice import SupplierInvoice


@pytest.fixture
async def trading(trade_house: OpenTradeHouse) -> Payables:
    """Accounts payable of a house in which orders run as well."""
    return Payables(await trade_house(ReceiptToInvoice, SupplierInvoice))


async def test_an_invoice_that_comes_first_is_paid_once_its_goods_are_here_and_its_order_closes(
    trading: Payables,
) -> None:
    house = trading.house
    order = an_order(house)
    house.procurement.place(order)
    line = billed(order.number, each="2.50", item="4702")
    handle = await trading.present(trading.invoice("INV-1", line, supplier=order.supplier))
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("10")))
    assert (await handle.result()).approved
    assert (await house.closed(run_of(order))).outcome == "closed"
    assert house.procurement.received_not_invoiced(order.number) == {1: Decimal(0)}
    assert house.procurement.owed(order.supplier) == Decimal("25.00")


async def test_a_credit_after_all_is_closed_opens_the_line_of_the_order_again(trading: Payables) -> None:
    house = trading.house
    order = an_order(house)
    house.procurement.place(order)
    line = billed(order.number, each="2.50", item="4702")
    invoice = trading.invoice("INV-2", line, supplier=order.supplier)
    handle = await trading.present(invoice)
    await house.tell(EventType.goods_received, a_receipt(house, order.number, came("10")))
    await handle.result()
    await house.closed(run_of(order))
    back = billed(order.number, "4", each="2.50", item="4702")
    credit = trading.invoice("CR-2", back, supplier=order.supplier, type=InvoiceType.credit, corrects=invoice.number)
    assert (await (await trading.present(credit)).result()).approved

    # The next run, or this one, if the credit came while it was ending.
    async def open_again() -> bool | None:
        runs = [
            *await house.store.runs.find(workflow_id=run_of(order).workflow_id),
            *await house.store.runs.find(workflow_id=run_of(order).next().workflow_id),
        ]
        return any(run.closed is None for run in runs) or None

    await eventually(open_again)
    assert house.procurement.received_not_invoiced(order.number) == {1: Decimal(4)}
