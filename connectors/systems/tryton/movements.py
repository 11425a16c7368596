"""Consumption: shipments from a place to the department that uses the goods, and the returns that take them back."""

import asyncio
from collections.abc import Sequence

from canonical.documents.stock import StockMovement
from canonical.effect import Found, Posted
from canonical.errors import Audience
from connectors.systems.tryton.client import TrytonClient
from connectors.systems.tryton.goods import Goods
from connectors.systems.tryton.refusals import refused
from connectors.systems.tryton.shipments import DONE, UNUSED, Shipments
from connectors.systems.tryton.uses import Uses

_HEAD = ["company", "customer", "warehouse", "warehouse_storage"]


class Movements:
    """A contra movement is a document of its own, which can be taken back in turn."""

    def __init__(self, client: TrytonClient, goods: Goods) -> None:
        self._client = client
        self._goods = goods
        self._used = Uses(client)
        self._unused = Shipments(client, UNUSED)

    async def move(self, movement: StockMovement, *, wire_key: str) -> Posted:
        """Ship what was used; a discrepancy is shipped also where there is not so much on hand."""
        values = await self._goods.used(movement)
        return await self._used.post(values, wire_key=wire_key, forced=movement.discrepancy)

    async def take_back(self, reference: str, *, wire_key: str) -> Posted:
        """Ship the same goods the other way."""
        back = self._used.form.record(reference) is not None
        source, other = (self._used, self._unused) if back else (self._unused, self._used)
        row = await source.row(reference)
        if row is None or row["state"] != DONE:
            raise refused(
                self._client.system, f"{other.form.model}.create", "there is no such movement", Audience.supply_chain
            )
        fields = [*_HEAD, "delivery_address" if back else "contact_address"]
        [head] = await self._client.rows(source.form.model, [["id", "=", row["id"]]], fields)
        return await other.post(await self._goods.contra(row, head, back=back), wire_key=wire_key, forced=True)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys, returns too."""
        if not wire_keys:
            return ()
        used, unused = await asyncio.gather(self._used.find(wire_keys), self._unused.find(wire_keys))
        return (*used, *unused)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        return await self._used.get(reference) or await self._unused.get(reference)
