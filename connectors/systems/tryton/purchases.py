"""Orders: purchases, carried from a draft to confirmed by the buttons that a buyer would press.

The wire key is the purchase's `reference`, our order number its `description`; both can be searched. What Tryton refuses on
the way is cancelled, and its reference says so. Once Tryton works on a purchase it cannot be cancelled any more: it is taken
back by an amendment that wants nothing of any line.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal

from canonical.documents.order import Order
from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal, Failure, Rejected
from connectors.protocols.searching import portions
from connectors.systems.tryton.amended import ORDER, is_key, is_taken_back, on_the_way_back
from connectors.systems.tryton.amending import Amending
from connectors.systems.tryton.catalogue import Catalogue
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.kept_orders import CANCELLED, FIELDS, ORDERED, by_number, came, commented, to_order
from connectors.systems.tryton.order_lines import OrderLines
from connectors.systems.tryton.refusals import OutOfTurn, not_known, refused
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.shipments import REFUSED
from connectors.systems.tryton.values import exact

INVOICED = "manual"
"""Invoices are those that suppliers send; by any other method Tryton makes drafts of its own beside them."""
_NEXT = {"draft": "quotation", "quotation": "confirmed"}
_HEAD = [
    *("reference", "state", "purchase_date", "untaxed_amount", "lines.type", "lines.quantity"),
    *("amendments.state", "amendments.description"),
]


class Purchases:
    """The book of orders."""

    def __init__(
        self,
        client: TrytonClient,
        catalogue: Catalogue,
        settings: TrytonSettings,
        lines: OrderLines,
        amending: Amending,
    ) -> None:
        self._client = client
        self._catalogue = catalogue
        self._settings = settings
        self._amending = amending
        self._lines = lines

    async def post(self, document: Order, *, wire_key: str) -> Posted:
        """Create it and carry it on until it is confirmed."""
        values = await self._values(document)
        record = await self._client.create(ORDER.model, {**values, "reference": wire_key}, audience=_OWNER)
        await self._carried_on(record, "draft", wire_key)
        return Posted(reference=ORDER.reference(record), posting_date=document.ordered_on)

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Want nothing of it any more; refused where some of it was received or billed."""
        record = ORDER.record(reference)
        row = await self._row(record, FIELDS) if record else None
        if row is None:
            raise self._refused("there is no such order")
        posted = Posted(reference=reference, posting_date=row["purchase_date"])
        if row["state"] == CANCELLED or is_taken_back(reference, row["amendments."]):
            return posted
        if any(came(line) > 0 for line in row["lines."]):
            raise self._refused("some of the order was received or billed")
        if row["state"] in ("draft", "quotation", "confirmed"):
            await self._cancelled(row)
        else:
            await self._amending.want_nothing(row, on=on)
        return posted

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys; one that was left on its way is carried on first, and gone where that is refused."""
        found: list[Row] = []
        for some in portions(wire_keys):
            found += await self._client.rows(ORDER.model, [["reference", "in", list(some)]], _HEAD)
        settled = [await self._settled(row) for row in found]
        return tuple(_found(row) for row in settled if row)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        record = ORDER.record(reference)
        row = await self._row(record, _HEAD) if record else None
        settled = await self._settled(row) if row else None
        return _found(settled) if settled else None

    async def named(self, facility: str, number: str) -> Order | None:
        """An order by our number or else by Tryton's own; of several one of the facility, one that stands, the newest."""
        rows = await self._client.rows(ORDER.model, [by_number(number), ["state", "in", [*ORDERED, CANCELLED]]], FIELDS)
        # A draft that was refused on its way was never an order.
        orders = [
            (to_order(row, self._settings, system=self._client.system), row["description"] == number, row["id"])
            for row in rows
            if row["purchase_date"] and not (row["reference"] or "").startswith(REFUSED)
        ]
        best = max(
            orders,
            key=lambda one: (one[0].facility == facility, one[1], not one[0].nothing_left, one[2]),
            default=None,
        )
        return best[0] if best else None

    async def _values(self, order: Order) -> Row:
        supplier = await self._catalogue.party(order.supplier)
        if supplier is None:
            raise self._unknown("the supplier", Audience.supply_chain)
        warehouse = await self._catalogue.warehouse(order.facility)
        if warehouse is None:
            raise self._unknown("the facility", Audience.integration)
        currency = await self._catalogue.currency_coded(order.currency)
        if currency is None:
            raise self._unknown("the currency", Audience.finance)
        return {
            "company": await self._client.company(),
            "party": supplier.party,
            "invoice_address": supplier.address,
            "payment_term": supplier.payment_term,
            "currency": currency,
            "warehouse": warehouse,
            "invoice_method": INVOICED,
            "purchase_date": order.ordered_on,
            "description": order.number,
            "comment": commented(order),
            "lines": [["create", [await self._lines.ordered(order, line) for line in order.lines]]],
        }

    async def _settled(self, row: Row) -> Row | None:
        """Brought to the end of what was begun: to be ordered, or to be taken back."""
        reference = ORDER.reference(row["id"])
        if row["state"] in ORDER.buttons:
            if not is_key(row["reference"]):
                # A draft that a buyer is writing.
                return None
            try:
                await self._carried_on(row["id"], row["state"], row["reference"])
            except BusinessRefusal:
                return None
            return await self._row(row["id"], _HEAD)
        unfinished = on_the_way_back(reference, row["amendments."])
        if not unfinished or is_taken_back(reference, row["amendments."]):
            return row
        await self._amending.finish(unfinished)
        return await self._row(row["id"], _HEAD)

    async def _carried_on(self, record: int, state: str, wire_key: str) -> None:
        """Press what leads on from a state. Two who do so at once press twice what counts once."""
        try:
            for before, button in ORDER.buttons.items():
                if before == state:
                    # Another who carries it on may have pressed it before.
                    with suppress(OutOfTurn):
                        await self._client.press(ORDER.model, button, record, audience=_OWNER)
                    state = _NEXT[before]
        except Rejected:
            await self._given_up(record, wire_key)
            raise

    async def _given_up(self, record: int, wire_key: str) -> None:
        """Cancelled, and no more under its key; where that fails it is a draft still, which the next look-up meets."""
        with suppress(Failure):
            await self._client.press(ORDER.model, "cancel", record, audience=_OWNER)
            await self._client.write(ORDER.model, record, {"reference": f"{REFUSED} {wire_key}"}, audience=_OWNER)

    async def _cancelled(self, row: Row) -> None:
        """Tryton does not work on it yet: it is a draft again, and then cancelled."""
        with suppress(OutOfTurn):
            if row["state"] == "confirmed":
                await self._client.press(ORDER.model, "draft", row["id"], audience=_OWNER)
            await self._client.press(ORDER.model, "cancel", row["id"], audience=_OWNER)

    async def _row(self, record: int, fields: Sequence[str]) -> Row | None:
        found = await self._client.rows(ORDER.model, [["id", "=", record]], fields)
        return found[0] if found else None

    def _unknown(self, what: str, audience: Audience) -> BusinessRefusal:
        return not_known(self._client.system, "order", what, audience)

    def _refused(self, why: str) -> BusinessRefusal:
        return refused(self._client.system, f"{ORDER.model}.cancel", why, _OWNER)


def _found(row: Row) -> Found:
    reference = ORDER.reference(row["id"])
    quantities = [exact(line["quantity"]) for line in row["lines."] if line["type"] == "line"]
    return Found(
        reference=reference,
        wire_key=row["reference"] or "",
        live=row["state"] != CANCELLED and not is_taken_back(reference, row["amendments."]),
        quantity=sum(quantities, Decimal(0)),
        amount=row["untaxed_amount"],
        posting_date=row["purchase_date"],
    )


_OWNER = Audience.buyer
