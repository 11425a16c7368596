"""Keeping: which system keeps the order that a document is about, so that what began there is finished there.

A facility may move to another procurement system while orders are open: their receipts and invoices still belong to the
one in which they were placed, whatever the day on which these come.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from canonical.envelope import Envelope
from canonical.identity import (
    INVOICE_PROCESS,
    ORDER_PROCESS,
    OWN_DOCUMENTS,
    RunName,
    basket_of_order,
    basket_run,
)
from canonical.kinds import DOMAINS, Kind
from suture.store.store import Store


class Keeping:
    """Asks the order book, and for an order that no run has told yet the basket that it came of."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, name: RunName, document: Envelope) -> str | None:
        """The system that keeps the first known order of a document; none where it is about none, or none is known."""
        for order in _orders(name, document.data):
            system = await self._of_order(name.facility, order)
            if system:
                return system
        return None

    async def _of_order(self, facility: str, order: str) -> str | None:
        for standing in await self._store.order_book.read(facility=facility, orders=[order]):
            if standing.facility == facility and standing.procurement:
                return standing.procurement
        basket = basket_of_order(facility, order)
        return await self._of_basket(basket_run(facility, basket)) if basket is not None else None

    async def _of_basket(self, basket: RunName) -> str | None:
        """Every run of a basket has the route of the first."""
        newest = await self._store.runs.newest(basket.business_key)
        runs = {basket.workflow_id, *([newest.workflow_id] if newest is not None else [])}
        written = await self._store.effects.of(workflow_ids=sorted(runs))
        return next((one.intent.system for one in written if one.intent.domain == DOMAINS[Kind.order]), None)


def _orders(name: RunName, data: Mapping[str, Any]) -> Iterator[str]:
    if name.process == ORDER_PROCESS and name.source == OWN_DOCUMENTS[ORDER_PROCESS]:
        yield name.number
    if name.process == INVOICE_PROCESS:
        lines = data.get("lines")
        for line in lines if isinstance(lines, list) else []:
            order = line.get("order") if isinstance(line, Mapping) else None
            if isinstance(order, str) and order:
                yield order
