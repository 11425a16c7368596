"""Promises: what was told of orders that are kept elsewhere, and is awaited here; each a draft shipment of a supplier's.

Its reference is the wire key, and behind it the revision and the order.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from canonical.documents.posting import ExpectedDelivery
from connectors.protocols.searching import portions
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.shipments import CANCELLED, Form

AWAITED = Form("exp", "stock.shipment.in", {})
"""No button leads on: such a draft is at its end."""

_SAID = re.compile(r"(\S+) expected ([0-9]+) of (\S+)")
_FIELDS = ["reference", "state", *(f"moves.{field}" for field in ("product", "to_location", "internal_quantity"))]


@dataclass(frozen=True)
class Promise:
    """What was told of an order as of a revision."""

    order: str
    revision: int
    row: Row

    @property
    def stands(self) -> bool:
        """Whether it was not taken back."""
        return bool(self.row["state"] != CANCELLED)

    @property
    def moves(self) -> Sequence[Row]:
        """What comes, by product and place."""
        moves: Sequence[Row] = self.row["moves."]
        return moves


class Promises:
    """As whoever counts or receives goods asks for them."""

    def __init__(self, client: TrytonClient) -> None:
        self._client = client

    async def orders_of(self, shipments: Sequence[int]) -> Mapping[int, str]:
        """Which of these shipments are promises, and of which order."""
        domain = [["id", "in", list(shipments)], ["reference", "like", "% expected %"]]
        rows = await self._client.rows(AWAITED.model, domain, ["reference"]) if shipments else []
        return {row["id"]: said[3] for row in rows if (said := _SAID.fullmatch(row["reference"]))}

    async def of(self, orders: Sequence[str]) -> Sequence[Promise]:
        """All of these orders, those of older revisions and those that were taken back too; the newest comes last."""
        rows: list[Row] = []
        for some in portions(sorted(set(orders))):
            of = ["OR", *(["reference", "like", f"% expected % of {order}"] for order in some)]
            rows += await self._client.rows(AWAITED.model, of, _FIELDS)
        said = [(_SAID.fullmatch(row["reference"]), row) for row in rows]
        promises = [Promise(one[3], int(one[2]), row) for one, row in said if one and one[3] in orders]
        return sorted(promises, key=lambda one: (one.revision, one.row["id"]))


def told(wire_key: str, document: ExpectedDelivery) -> str:
    """The reference of a promise."""
    return f"{wire_key} expected {document.revision} of {document.order}"


def key_of(row: Row) -> str | None:
    """The wire key in the reference of a promise; none where it is another shipment."""
    said = _SAID.fullmatch(row["reference"] or "")
    return said[1] if said else None
