"""Changes of orders: amendments, each of which says every line of the order anew.

The wire key is the amendment's `description`. Nothing takes one back but another that goes the way back: to what the lines
were just before it, which Tryton keeps as the history of each line.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from canonical.documents.order import Order, OrderChange
from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal, Transient
from connectors.protocols.searching import portions
from connectors.systems.tryton.amended import (
    CHANGE,
    ORDER,
    VALIDATED,
    is_key,
    is_taken_back,
    is_way_back,
    on_the_way_back,
    revision,
    standing,
    takes_back,
)
from connectors.systems.tryton.amending import Amending, unwanted
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.kept_orders import FIELDS, ORDERED, by_number, came, centre, numbered
from connectors.systems.tryton.order_lines import OrderLines
from connectors.systems.tryton.refusals import refused
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.values import exact

_HEAD = [
    *("description", "state", "date", "write_date", "purchase", "lines.quantity", "lines.unit_price"),
    *(f"purchase.amendments.{field}" for field in ("state", "description", "write_date")),
]
_CENT = Decimal("0.01")


class Changes:
    """The book of order changes."""

    def __init__(self, client: TrytonClient, settings: TrytonSettings, lines: OrderLines, amending: Amending) -> None:
        self._client = client
        self._settings = settings
        self._lines = lines
        self._amending = amending

    async def post(self, document: OrderChange, *, wire_key: str) -> Posted:
        """Amend the order to the lines given; what it names no more is wanted no more."""
        order = document.order
        purchase = await self._purchase(order, wire_key)
        known = dict(numbered(purchase))
        lines = []
        for line in order.lines:
            before = known.pop(line.line, None)
            if before is None:
                raise self._refused("an amendment adds no line to an order of Tryton's")
            if line.cost_centre != centre(before):
                raise self._refused("an amendment leaves the cost centre as it is")
            # Of a closed line nothing more is awaited.
            left = came(before) if line.closed else None
            content = await self._lines.content(order, line, quantity=left)
            if content["unit"] != before["unit"]:
                raise self._refused("what has come is counted in the unit of the order: it is not changed")
            lines.append({**content, "line": before["id"]})
        lines += [unwanted(line) for line in known.values()]
        row = await self._row(await self._amending.amend(purchase, lines, description=wire_key, on=document.on))
        if row is None:
            raise self._refused("the change was removed by another")
        return _posted(row)

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Amend the order back to what it was; refused where it was changed again since, or where more has come."""
        row = await self._settled(await self._named(reference))
        if row is None:
            raise self._refused("there is no such change")
        amendments = row["purchase."]["amendments."]
        if is_taken_back(reference, amendments):
            return _posted(row)
        later = [one for one in standing(amendments) if _when(one) > _when(row)]
        if is_taken_back(ORDER.reference(row["purchase"]), amendments) or any(
            one["description"] != row["description"] for one in later
        ):
            raise self._refused("the order was changed again since")
        # Of one change that was sent twice the later has said all lines anew: the earlier goes without a trace.
        lines = [] if later else await self._amending.lines_before(row["purchase"], _left_from(row))
        [purchase] = await self._client.rows(ORDER.model, [["id", "=", row["purchase"]]], FIELDS)
        await self._amending.amend(purchase, lines, description=takes_back(reference), on=on)
        return _posted(row)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys; one that was left on its way is carried on first, and gone where that is refused."""
        found: list[Row] = []
        for some in portions(wire_keys):
            found += await self._client.rows(CHANGE.model, [["description", "in", list(some)]], _HEAD)
        settled = [await self._settled(row) for row in found]
        return tuple(_found(row) for row in settled if row)

    async def get(self, reference: str) -> Found | None:
        """One by our reference, a buyer's too."""
        row = await self._settled(await self._named(reference))
        return _found(row) if row else None

    async def _purchase(self, order: Order, wire_key: str) -> Row:
        """The order to change, as Tryton has it; refused where others have changed it meanwhile."""
        domain = [
            by_number(order.number),
            ["warehouse.code", "=", self._settings.warehouse_of(order.facility)],
            ["state", "in", list(ORDERED)],
        ]
        rows = await self._client.rows(ORDER.model, domain, FIELDS)
        rows = [row for row in rows if not is_taken_back(ORDER.reference(row["id"]), row["amendments."])]
        if not rows:
            raise self._refused("there is no such order")
        purchase = rows[-1]
        if purchase["state"] == "confirmed":
            raise Transient(
                "Tryton has not begun to work on the order yet", system=self._client.system, operation=CHANGE.model
            )
        if purchase["party."]["code"] != order.supplier or purchase["currency."]["code"] != order.currency:
            raise self._refused("an amendment leaves supplier and currency as they are")
        # The same change may have been sent before: that is for whoever looks both up under their key.
        if order.version <= revision(purchase, without=wire_key):
            raise self._refused("the order was changed in Tryton since")
        return purchase

    async def _settled(self, row: Row | None) -> Row | None:
        """Brought to the end of what was begun: to count, or to be taken back. A buyer's draft is left to the buyer."""
        if row is None or is_way_back(row):
            return None
        unfinished = on_the_way_back(CHANGE.reference(row["id"]), row["purchase."]["amendments."])
        if row["state"] != VALIDATED:
            unfinished = [row["id"]] if is_key(row["description"]) else []
        if unfinished:
            await self._amending.finish(unfinished)
            row = await self._row(row["id"])
        return row if row and row["state"] == VALIDATED else None

    async def _named(self, reference: str) -> Row | None:
        record = CHANGE.record(reference)
        return await self._row(record) if record else None

    async def _row(self, record: int) -> Row | None:
        found = await self._client.rows(CHANGE.model, [["id", "=", record]], _HEAD)
        return found[0] if found else None

    def _refused(self, why: str) -> BusinessRefusal:
        return refused(self._client.system, f"{CHANGE.model}.create", why, Audience.buyer)


def _left_from(row: Row) -> datetime:
    """When the lines were left that a change is taken back to: what was taken back before it is passed over."""
    amendments = row["purchase."]["amendments."]
    counted = {one["id"] for one in standing(amendments)}
    earlier = sorted((one for one in amendments if one["state"] == VALIDATED and _when(one) < _when(row)), key=_when)
    left: datetime = row["write_date"]
    while earlier and earlier[-1]["id"] not in counted:
        left = earlier.pop()["write_date"]
    return left


def _when(amendment: Row) -> tuple[datetime, int]:
    """When it was validated: nothing is written of it afterwards."""
    return amendment["write_date"], amendment["id"]


def _posted(row: Row) -> Posted:
    return Posted(reference=CHANGE.reference(row["id"]), posting_date=row["date"])


def _found(row: Row) -> Found:
    reference, lines = CHANGE.reference(row["id"]), row["lines."]
    quantities = [exact(line["quantity"] or 0) for line in lines]
    amounts = [
        (quantity * (line["unit_price"] or 0)).quantize(_CENT) for quantity, line in zip(quantities, lines, strict=True)
    ]
    return Found(
        reference=reference,
        wire_key=row["description"] or "",
        live=not is_taken_back(reference, row["purchase."]["amendments."]),
        quantity=sum(quantities, Decimal(0)),
        amount=sum(amounts, Decimal(0)),
        posting_date=row["date"],
    )
