"""Expected deliveries: what an order will bring to which place, as a draft shipment of its supplier that nobody receives.

Where this Tryton keeps the order it awaits the goods already: the draft is without moves then, so that nothing is promised
twice. Of any other order it holds a move for what comes to each place on each day, and what comes names the move as its
origin. Drafts of older revisions stay as they are: the newest that stands is the one that counts.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime

from canonical.documents.posting import ExpectedDelivery
from canonical.effect import Found, Posted
from canonical.errors import Audience
from connectors.protocols.searching import portions
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.goods import Goods
from connectors.systems.tryton.orders import Orders
from connectors.systems.tryton.promises import AWAITED, key_of, told
from connectors.systems.tryton.refusals import OutOfTurn, refused
from connectors.systems.tryton.shipments import CANCELLED
from connectors.systems.tryton.values import exact

_OWNER = Audience.supply_chain
_FIELDS = ["reference", "state", "create_date", "moves.quantity"]


class Expected:
    """The book. A draft of it is at its end: it is neither carried on nor ever received."""

    def __init__(self, client: TrytonClient, goods: Goods, orders: Orders) -> None:
        self._client = client
        self._goods = goods
        self._orders = orders

    async def post(self, document: ExpectedDelivery, *, wire_key: str) -> Posted:
        """Keep what will come, in place of what was told before."""
        kept = await self._orders.dock_of(document.order) is not None
        values = await self._goods.awaited(document, moves=not kept)
        reference = told(wire_key, document)
        record = await self._client.create(AWAITED.model, {**values, "reference": reference}, audience=_OWNER)
        return _posted(await self._required(AWAITED.reference(record)))

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Cancel it: what was told before it counts again."""
        row = await self._required(reference)
        if row["state"] != CANCELLED:
            with suppress(OutOfTurn):
                await self._client.press(AWAITED.model, "cancel", row["id"], audience=_OWNER)
        return _posted(row)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys."""
        found: list[Row] = []
        for some in portions(wire_keys):
            under = [["reference", "like", f"{key} expected %"] for key in some]
            found += await self._client.rows(AWAITED.model, ["OR", *under], _FIELDS)
        return tuple(_found(row) for row in found)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        row = await self._row(reference)
        return _found(row) if row else None

    async def _required(self, reference: str) -> Row:
        row = await self._row(reference)
        if row is None:
            raise refused(self._client.system, "expected", "there is no such delivery", _OWNER)
        return row

    async def _row(self, reference: str) -> Row | None:
        record = AWAITED.record(reference)
        found = await self._client.rows(AWAITED.model, [["id", "=", record]], _FIELDS) if record else []
        return next((row for row in found if key_of(row)), None)


def _posted(row: Row) -> Posted:
    return Posted(reference=AWAITED.reference(row["id"]), posting_date=_told_on(row))


def _told_on(row: Row) -> date:
    """It moves nothing on any day: it holds from when it was told."""
    told_at: datetime = row["create_date"]
    return told_at.date()


def _found(row: Row) -> Found:
    moves = row["moves."]
    return Found(
        reference=AWAITED.reference(row["id"]),
        wire_key=key_of(row) or "",
        live=row["state"] != CANCELLED,
        quantity=sum((exact(move["quantity"]) for move in moves), exact(0)) if moves else None,
        posting_date=_told_on(row),
    )
