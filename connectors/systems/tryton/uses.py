"""Uses: what leaves a place for a department; of a supplier's own goods nothing is owed by leaving alone.

When consigned goods leave for a department, Tryton makes a line of a supplier invoice by itself, and one that bills the
supplier as a customer would be, neither in an invoice yet. What the hospital owes is ordered by the engine and billed upon
that order, so that the first would be the same debt once more, and the second is owed by nobody: both are removed.
"""

from canonical.errors import Audience, BusinessRefusal
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.shipments import DONE, USED, Shipments

_LINE = "account.invoice.line"


class Uses(Shipments):
    """A line that a person has put into an invoice is left there."""

    def __init__(self, client: TrytonClient) -> None:
        super().__init__(client, USED, also=("moves.consignment_invoice_lines.invoice",))

    async def settled(self, row: Row) -> Row | None:
        """Carried on to its end, and free of what Tryton would have billed."""
        settled = await super().settled(row)
        return await self._unbilled(settled) if settled is not None else None

    async def done(self, record: int, *, forced: bool) -> Row:
        """The same for a new draft."""
        return await self._unbilled(await super().done(record, forced=forced))

    async def _unbilled(self, row: Row) -> Row:
        if row["state"] == DONE:
            lines = [line for move in row["moves."] for line in move["consignment_invoice_lines."]]
            for line in lines:
                if line["invoice"] is None:
                    await self._remove(line["id"])
        return row

    async def _remove(self, line: int) -> None:
        """Another who has carried the same use on may have done it."""
        try:
            await self._client.remove(_LINE, line, audience=Audience.supply_chain)
        except BusinessRefusal:
            if await self._client.rows(_LINE, [["id", "=", line], ["invoice", "=", None]], ["id"]):
                raise
