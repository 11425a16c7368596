"""Vouchers: supplier invoices parked as drafts, seen by accounts payable and without effect in the ledger.

A voucher that is approved becomes the payable: one record, with both keys. Where Tryton refuses to post it, it is parked
again. A payable that is taken back is cancelled for good, and the voucher with it.
"""

from collections.abc import Sequence
from datetime import date

from canonical.documents.invoice import Invoice, InvoiceLine, InvoiceType
from canonical.documents.posting import Voucher
from canonical.effect import Found, Posted
from connectors.systems.tryton.bills import Bills, lines
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.invoices import DRAFT, MODEL, OWNER, PAYABLE, VOUCHER, Invoices
from connectors.systems.tryton.shipments import CANCELLED

_HELD = "held"
"""How a parked one is described; an approved one has the payable's key there."""


class Vouchers:
    """The book of vouchers, and how one becomes a payable."""

    def __init__(self, client: TrytonClient, bills: Bills) -> None:
        self._client = client
        self._bills = bills
        self._parked = Parked(client, VOUCHER)

    async def post(self, document: Voucher, *, wire_key: str) -> Posted:
        """Park it."""
        values = {**await self._values(document.invoice), "description": f"{_HELD}: {document.held_for}"}
        return await self._parked.post(values, wire_key=wire_key)

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Cancel it; refused where it became a payable."""
        row = await self._parked.row(reference)
        if row is None:
            raise self._parked.refused("cancel", "there is no such voucher")
        if row["state"] != CANCELLED and PAYABLE.key(row) is not None:
            raise self._parked.refused("cancel", "the voucher is approved for payment")
        return await self._parked.cancel(row)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys."""
        return await self._parked.find(wire_keys)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        return await self._parked.get(reference)

    async def approve(self, reference: str, values: Row, *, wire_key: str) -> Row | None:
        """Make it the payable with these values, and answer it as it is now; none where it went with an earlier payable."""
        row = await self._parked.row(reference)
        if row is None or row["party"] != values["party"]:
            raise self._parked.refused("write", "there is no such voucher of this supplier")
        approved = PAYABLE.key(row)
        if row["state"] == CANCELLED and approved is not None:
            return None
        if approved == wire_key:
            return row
        if row["state"] != DRAFT or approved is not None:
            raise self._parked.refused("write", "the voucher is not parked any more")
        as_read = {f"{MODEL},{row['id']}": row["_timestamp"]}
        changed = {**values, "description": PAYABLE.mark(wire_key)}
        await self._client.write(
            MODEL, row["id"], {**changed, **_instead(row, values)}, audience=OWNER, as_read=as_read
        )
        return {**row, **changed}

    async def park_again(self, record: int, invoice: Invoice) -> None:
        """What was refused as a payable, as it was parked."""
        row = await self._parked.read(record)
        if row is not None:
            values = await self._values(invoice)
            await self._client.write(MODEL, record, {**values, **_instead(row, values)}, audience=OWNER)

    async def _values(self, invoice: Invoice) -> Row:
        sign = -1 if invoice.type is InvoiceType.credit else 1
        head = await self._bills.head(
            supplier=invoice.supplier,
            reference=invoice.number,
            currency=invoice.currency,
            on=invoice.invoiced_on,
            posted_on=invoice.received_on,
            due_on=invoice.due_on,
        )
        made = [await self._bills.money(line.kind, sign * line.amount, _words(line)) for line in invoice.lines]
        rest = sign * (invoice.total - sum(line.amount for line in invoice.lines))
        if rest:
            made.append(await self._bills.money("other", rest, "what the total says beside the lines"))
        return {**head, **lines(made)}


class Parked(Invoices):
    """A voucher takes nothing of an order, whatever it became."""

    def found(self, row: Row) -> Found:
        """As the answer to a look-up."""
        return super().found(row).model_copy(update={"quantity": None})


def _instead(row: Row, values: Row) -> Row:
    """These lines instead of those that it has."""
    return {"lines": [["delete", [line["id"] for line in row["lines."]]], *values["lines"]]}


def _words(line: InvoiceLine) -> str:
    of = f", order {line.order} line {line.order_line or '?'}" if line.order else ""
    return f"{line.kind}: {line.quantity.normalize():f} {line.unit}{of}"
