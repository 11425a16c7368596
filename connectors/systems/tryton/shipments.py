"""Shipments: every movement of goods, carried from a draft to done by the buttons that a person would press.

The wire key is the `reference` of the shipment, which Tryton can search. Creating is one transaction and each button
another, so that a draft may be left behind by a call that died: whoever looks up under its key carries it on. A button
that was pressed already is passed over. What is refused on the way is cancelled, and its reference says so: it was never in
stock, and is not found.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal, Failure, Rejected
from connectors.protocols.searching import portions
from connectors.systems.tryton.client import Domain, Row, Stamps, TrytonClient
from connectors.systems.tryton.refusals import OutOfTurn, refused
from connectors.systems.tryton.values import exact

DONE, CANCELLED = "done", "cancelled"
REFUSED = "refused"
"""What the reference begins with of a shipment that was refused on its way."""
_ROUNDS = 10
_FIELDS = [
    "reference",
    "state",
    "effective_date",
    *(f"moves.{field}" for field in ("product", "unit", "quantity", "from_location", "to_location", "lot")),
    *(f"moves.{field}" for field in ("unit_price", "currency")),
]


@dataclass(frozen=True)
class Form:
    """A kind of shipment: how our references to it begin, its model, and the button of each state on the way.

    `only` tells it from another form of the same model in the same book.
    """

    tag: str
    model: str
    buttons: Mapping[str, str]
    only: Domain = field(default=(), kw_only=True)

    def reference(self, record: int) -> str:
        """How we name one of them."""
        return f"{self.tag}-{record}"

    def record(self, reference: str) -> int | None:
        """The id in a reference of this form; none for one of another form."""
        match = re.fullmatch(rf"{self.tag}-([1-9][0-9]{{0,8}})", reference, re.ASCII)
        return int(match[1]) if match else None


_ISSUING = {"draft": "wait", "waiting": "assign_try", "assigned": "do"}
USED = Form(
    "out",
    "stock.shipment.out",
    {**_ISSUING, "assigned": "pack", "picked": "pack", "packed": "do", "shipped": "do"},
)
UNUSED = Form("ret", "stock.shipment.out.return", {"draft": "receive", "received": "do"})
RECEIVED = Form("in", "stock.shipment.in", {"draft": "receive", "received": "do"})
RETURNED = Form("back", "stock.shipment.in.return", _ISSUING)
_FORCING = {**_ISSUING, "waiting": "assign_force"}
FETCHED = Form("put", "stock.shipment.internal", {"request": "draft", **_FORCING})
BROUGHT = Form(
    "dock", "stock.shipment.internal", {"request": "draft", **_FORCING}, only=[["to_location.type", "=", "storage"]]
)
SENT_BACK = Form("rts", "stock.shipment.in.return", _FORCING)
GIVEN_BACK = Form(
    "home", "stock.shipment.internal", {"request": "draft", **_ISSUING}, only=[["to_location.type", "=", "supplier"]]
)
MOVED = Form("int", "stock.shipment.internal", {"request": "draft", **_ISSUING})


class Shipments:
    """The shipments of one form."""

    def __init__(self, client: TrytonClient, form: Form, *, also: Sequence[str] = ()) -> None:
        self._client = client
        self._fields = [*_FIELDS, *also]
        self.form = form

    async def post(self, values: Row, *, wire_key: str, forced: bool = False, as_read: Stamps | None = None) -> Posted:
        """Create and carry on to done; `forced` takes more than there is on hand, `as_read` moves as they were read."""
        record = await self._client.create(
            self.form.model, {**values, "reference": wire_key}, audience=_OWNER, as_read=as_read
        )
        return self.posted(await self.done(record, forced=forced))

    async def done(self, record: int, *, forced: bool) -> Row:
        """A new draft carried on to its end."""
        return await self._carried_on(record, forced=forced)

    async def take_back(self, reference: str) -> Posted:
        """Cancel; a cancelled one is answered as it is."""
        row = await self.row(reference)
        if row is None:
            raise refused(self._client.system, f"{self.form.model}.cancel", "there is no such shipment", _OWNER)
        if row["state"] != CANCELLED:
            with suppress(OutOfTurn):
                await self._client.press(self.form.model, "cancel", row["id"], audience=_OWNER)
        return self.posted(row)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys; one that was left on its way is carried on first, and gone where that is refused."""
        found: list[Row] = []
        for some in portions(wire_keys):
            domain = [["reference", "in", list(some)], *self.form.only]
            found += await self._client.rows(self.form.model, domain, self._fields)
        settled = [await self.settled(row) for row in found]
        return tuple(self.found(row) for row in settled if row)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        row = await self.row(reference)
        return self.found(row) if row else None

    async def row(self, reference: str) -> Row | None:
        """What Tryton says of one, carried on to its end; none where there is none."""
        record = self.form.record(reference)
        row = await self._read(record) if record else None
        return await self.settled(row) if row else None

    def posted(self, row: Row) -> Posted:
        """As the answer to a write."""
        return Posted(reference=self.form.reference(row["id"]), posting_date=row["effective_date"])

    def found(self, row: Row) -> Found:
        """As the answer to a look-up."""
        return Found(
            reference=self.form.reference(row["id"]),
            wire_key=row["reference"] or "",
            live=row["state"] != CANCELLED,
            quantity=exact(sum((exact(move["quantity"]) for move in row["moves."]), exact(0))),
            posting_date=row["effective_date"],
        )

    async def settled(self, row: Row) -> Row | None:
        """Carried on to its end; none where that is refused."""
        if row["state"] in (DONE, CANCELLED):
            return row
        try:
            return await self._carried_on(row["id"], row=row)
        except BusinessRefusal:
            return None

    async def _carried_on(self, record: int, *, row: Row | None = None, forced: bool = False) -> Row:
        """Press what leads on until it is done. Two who do so at once press twice what counts once."""
        try:
            if row is None:
                await self._straight(record, forced)
                row = await self._read(record)
            for _ in range(_ROUNDS):
                if row is None:
                    raise refused(self._client.system, self.form.model, "the shipment was removed by another", _OWNER)
                if row["state"] in (DONE, CANCELLED):
                    return row
                before = row["state"]
                await self._press(record, before, forced)
                row = await self._read(record)
                if row and row["state"] == before == "waiting":
                    raise refused(
                        self._client.system, f"{self.form.model}.assign", "there is not enough on hand", _OWNER
                    )
            raise refused(self._client.system, self.form.model, "the shipment cannot be brought to its end", _OWNER)
        except Rejected:
            with suppress(Failure):
                await self.given_up(record)
            raise

    async def _straight(self, record: int, forced: bool) -> None:
        """The way of a new draft, without asking between."""
        state: str | None = "draft"
        follows = {"wait": "waiting", "assign_try": "assigned", "assign_force": "assigned", "pack": "packed"}
        while state is not None:
            await self._press(record, state, forced)
            state = follows.get(self.form.buttons[state])

    async def _press(self, record: int, state: str, forced: bool) -> None:
        button = self.form.buttons[state]
        if forced and button == "assign_try":
            button = "assign_force"
        # Another who carries it on may have pressed it before.
        with suppress(OutOfTurn):
            await self._client.press(self.form.model, button, record, audience=_OWNER)

    async def given_up(self, record: int) -> Row | None:
        """Cancelled, and no more under its key; where that fails it is a draft still, which the next look-up meets."""
        await self._client.press(self.form.model, "cancel", record, audience=_OWNER)
        row = await self._read(record)
        if row and row["state"] == CANCELLED:
            await self._client.write(
                self.form.model, record, {"reference": f"{REFUSED} {row['reference']}"}, audience=_OWNER
            )
        return row

    async def _read(self, record: int) -> Row | None:
        found = await self._client.rows(self.form.model, [["id", "=", record]], self._fields)
        return found[0] if found else None


_OWNER = Audience.supply_chain
