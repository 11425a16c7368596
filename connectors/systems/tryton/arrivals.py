"""Shipments of an order's goods: what is cancelled or refused of them is awaited once more."""

from canonical.effect import Posted
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.orders import MISSED, Orders
from connectors.systems.tryton.shipments import CANCELLED, Form, Shipments

ARRIVED = Form("rec", "stock.shipment.in", {"draft": "receive", "received": "do"})


class Arrivals(Shipments):
    """A person would be asked of every cancelled move whether it is still wanted: here it always is."""

    def __init__(self, client: TrytonClient, orders: Orders) -> None:
        super().__init__(client, ARRIVED, also=MISSED)
        self._orders = orders

    async def take_back(self, reference: str) -> Posted:
        """Cancel, and have what it brought awaited again."""
        posted = await super().take_back(reference)
        await self.row(reference)
        return posted

    async def settled(self, row: Row) -> Row | None:
        """Carried on to its end; one that was cancelled is not missed by its order."""
        settled = await super().settled(row)
        if settled is not None and settled["state"] == CANCELLED:
            await self._orders.await_again(settled)
        return settled

    async def given_up(self, record: int) -> Row | None:
        """Cancelled, and not missed by its order."""
        row = await super().given_up(record)
        if row is not None:
            await self._orders.await_again(row)
        return row
