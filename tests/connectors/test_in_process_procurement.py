"""The in-process books of purchasing: what stands in them decides commitment, received-not-invoiced, and what is owed."""

from decimal import Decimal

import pytest

from bench.in_process_procurement import InProcessProcurement
from canonical.documents.replenishment import Budget
from canonical.errors import BusinessRefusal
from tests.connectors.purchases import DAY, SUPPLIER, change, order, payable, receipt, reservation


async def test_ordering_receiving_and_paying_move_every_ledger() -> None:
    erp = InProcessProcurement()
    await erp.orders.post(order(), wire_key="k1")
    assert erp.commitment("PO-1") == Decimal("125.00")
    received = await erp.receipts.post(receipt(), wire_key="k2")
    assert await erp.receipts.post(receipt(), wire_key="k2") == received
    assert (erp.commitment("PO-1"), erp.received_not_invoiced("PO-1")) == (Decimal("75.00"), {1: Decimal(4)})
    paid = await erp.payables.post(payable(), wire_key="k3")
    assert (erp.owed(SUPPLIER), erp.received_not_invoiced("PO-1")) == (Decimal("50.00"), {1: Decimal(0)})
    with pytest.raises(BusinessRefusal, match="invoiced"):
        await erp.receipts.take_back(received.reference, on=DAY, wire_key="u2")
    first = await erp.payables.take_back(paid.reference, on=DAY, wire_key="u3")
    assert await erp.payables.take_back(paid.reference, on=DAY, wire_key="u3b") == first
    await erp.receipts.take_back(received.reference, on=DAY, wire_key="u2")
    assert erp.commitment("PO-1") == Decimal("125.00")


async def test_a_change_counts_until_it_is_taken_back_and_a_stale_one_is_refused() -> None:
    erp = InProcessProcurement()
    await erp.orders.post(order(), wire_key="k1")
    changed = await erp.changes.post(change(), wire_key="k2")
    assert erp.commitment("PO-1") == Decimal("75.00")
    with pytest.raises(BusinessRefusal, match="meanwhile"):
        await erp.changes.post(change(quantity="5"), wire_key="k3")
    await erp.changes.take_back(changed.reference, on=DAY, wire_key="u2")
    assert await erp.order(facility="NORTH", number="PO-1") == order()


async def test_an_absolute_budget_is_reserved_until_released_or_taken_over_by_an_order() -> None:
    erp = InProcessProcurement()
    budget = Budget(cost_centre="4110", control="absolute", currency="USD", available=Decimal(100))
    erp.budgets["NORTH", "4110"] = budget
    held = await erp.reservations.post(reservation("60.00"), wire_key="k1")
    with pytest.raises(BusinessRefusal, match="budget"):
        await erp.reservations.post(reservation("41.00"), wire_key="k2")
    assert (await erp.budget(facility="NORTH", cost_centre="4110", on=DAY)).available == Decimal(40)
    erp.place(order(reservations=(held.reference,)))
    assert erp.reserved("NORTH", "4110") == Decimal(0)
