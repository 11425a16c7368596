"""Scenes of supplier-invoice, whose histories are kept."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from temporalio.client import WorkflowHandle

from canonical.documents.work_item import Decision
from canonical.errors import Audience
from canonical.matching.policy import MatchPolicy
from canonical.memory import Person
from tests.support.payables import Payables, billed, paying

InvoiceScene = Callable[[Payables], Awaitable[WorkflowHandle[Any, Any]]]


async def invoice_paid(payables: Payables) -> WorkflowHandle[Any, Any]:
    """Invoice, order and receipt agree."""
    order = await payables.order("PO-paid")
    return await payables.present(payables.invoice("INV-paid", billed(order)))


async def invoice_rematched(payables: Payables) -> WorkflowHandle[Any, Any]:
    """Part of what is billed comes later, and at another price than was ordered until the buyer changes the order."""
    order = await payables.order("PO-rematched", received="4")
    handle = await payables.present(payables.invoice("INV-rematched", billed(order, each="12")))
    await payables.house.items(2)
    await payables.receive(order, "6", receipt="R2")
    await payables.house.items(1)
    await payables.reprice(order, "12")
    return handle


async def invoice_overridden_by_two(payables: Payables) -> WorkflowHandle[Any, Any]:
    """So much money is at risk that one person alone may not let it pass."""
    payables.house.purchasing = paying(match=MatchPolicy(override_alone=Decimal(100)))
    order = await payables.order("PO-overridden")
    handle = await payables.present(payables.invoice("INV-overridden", billed(order, each="30")))
    for name in ("bert", "carla"):
        payables.house.people.people[name] = Person(person=name, roles=(Audience.buyer,))
        await payables.house.items(1)
        [listed] = await payables.house.items(1)
        await payables.house.resolve(listed.item.item_id, Decision.override, who=name)
    return handle


async def invoice_awaiting_goods(payables: Payables) -> WorkflowHandle[Any, Any]:
    """What is billed comes later: the book is read again for the news, and the contracts are not."""
    order = await payables.order("PO-awaiting", received="4")
    handle = await payables.present(payables.invoice("INV-awaiting", billed(order)))
    await payables.house.items(1)
    await payables.receive(order, "6", receipt="R2")
    return handle


INVOICE_SCENES: tuple[InvoiceScene, ...] = (
    invoice_paid,
    invoice_rematched,
    invoice_overridden_by_two,
    invoice_awaiting_goods,
)
