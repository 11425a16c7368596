"""Counted: receipts of what was used before it was ordered, and which moves no stock.

Nothing comes to the dock, so that such a receipt is a supplier shipment without moves, done. Its reference says behind the
wire key what was counted of which order: `KEY used 1:2,3:0.5 of PO-7` is two of line 1 and half a unit of line 3.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from canonical.documents.posting import ReceiptPosting
from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal
from connectors.protocols.searching import portions
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.orders import Orders
from connectors.systems.tryton.refusals import refused
from connectors.systems.tryton.shipments import CANCELLED, DONE, Form, Shipments

COUNTED = Form("use", "stock.shipment.in", {"draft": "receive", "received": "do"})

_SAID = re.compile(r"(\S+) used (\S+) of (\S+)")


class Counted(Shipments):
    """Of the receipts of orders, those without goods. Quantities are in order units."""

    def __init__(self, client: TrytonClient, orders: Orders) -> None:
        super().__init__(client, COUNTED)
        self._orders = orders

    async def count(self, document: ReceiptPosting, *, wire_key: str) -> Posted:
        """Keep that so much of an order counts as received; refused for a line whose goods Tryton awaits."""
        order = await self._orders.required(document.order, _OPERATION)
        for part in document.lines:
            line = order.line(part.order_line)
            if line is None:
                raise self._refused("the order has no such line", Audience.buyer)
            if line.row["product"] is not None:
                raise self._refused("Tryton awaits the goods of this line", Audience.receiving)
        values = {
            "company": await self._client.company(),
            "supplier": order.row["party"],
            "warehouse": order.row["warehouse"],
            "warehouse_input": order.dock,
            "warehouse_storage": order.dock,
            "effective_date": document.posted_on or document.receipt.received_on,
        }
        return await self.post(values, wire_key=_told(wire_key, document))

    async def take_back(self, reference: str) -> Posted:
        """Cancel it; refused where some of it was invoiced."""
        row = await self.row(reference)
        if row is not None and row["state"] != CANCELLED:
            await self._is_free(row)
        return await super().take_back(reference)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys."""
        found: list[Row] = []
        for some in portions(wire_keys):
            under = [["reference", "like", f"{key} used %"] for key in some]
            found += await self._client.rows(COUNTED.model, ["OR", *under], self._fields)
        settled = [await self.settled(row) for row in found]
        return tuple(self.found(row) for row in settled if row)

    async def row(self, reference: str) -> Row | None:
        """One by our reference, carried on to its end; none for a shipment that brings goods."""
        row = await super().row(reference)
        return row if row is not None and _SAID.fullmatch(row["reference"] or "") else None

    def found(self, row: Row) -> Found:
        """As the answer to a look-up."""
        key, counted, _ = _said(row)
        return super().found(row).model_copy(update={"wire_key": key, "quantity": sum(counted.values(), Decimal(0))})

    async def _is_free(self, row: Row) -> None:
        _, mine, number = _said(row)
        order = await self._orders.required(number, _OPERATION)
        beside = [["reference", "like", f"% used % of {number}"], ["state", "=", DONE], ["id", "!=", row["id"]]]
        others = [_said(one)[1] for one in await self._client.rows(COUNTED.model, beside, ["reference"])]
        for place in mine:
            line = order.line(place)
            left = sum((other.get(place, Decimal(0)) for other in others), Decimal(0))
            if line is not None and line.billed > left:
                raise self._refused("some of the receipt was invoiced", Audience.receiving)

    def _refused(self, why: str, audience: Audience) -> BusinessRefusal:
        return refused(self._client.system, _OPERATION, why, audience)


def _told(wire_key: str, document: ReceiptPosting) -> str:
    counted: dict[int, Decimal] = {}
    for part in document.lines:
        counted[part.order_line] = counted.get(part.order_line, Decimal(0)) + part.quantity
    told = ",".join(f"{line}:{quantity:f}" for line, quantity in counted.items())
    return f"{wire_key} used {told} of {document.order}"


def _said(row: Row) -> tuple[str, Mapping[int, Decimal], str]:
    """Wire key, quantity by line, and the order; empty for the reference of another shipment."""
    said = _SAID.fullmatch(row["reference"] or "")
    if said is None:
        return "", {}, ""
    parts = (part.split(":") for part in said[2].split(","))
    return said[1], {int(line): Decimal(quantity) for line, quantity in parts}, said[3]


_OPERATION = "receipt.post"
