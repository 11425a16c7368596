"""Supplier invoices of Tryton, carried from a draft to posted by the button that a person would press.

The wire key is in a field that Tryton can search, behind a word for the kind of document. Creating is one transaction and
posting another: a draft that was left behind is posted by whoever looks up under its key, and one that Tryton refuses to
post is removed, for it never had a number.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from canonical.effect import Found, Posted
from canonical.errors import Audience, BusinessRefusal, Failure, PeriodClosed, Rejected
from connectors.protocols.searching import portions
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.refusals import OutOfTurn, Warned, refused
from connectors.systems.tryton.shipments import CANCELLED, Form
from connectors.systems.tryton.values import exact

MODEL = "account.invoice"
DRAFT, POSTED, PAID = "draft", "posted", "paid"
_SIMILAR = ".invoice_similar"
_POSTING = {DRAFT: "post", "validated": "post"}
_FIELDS = [
    *("state", "party", "reference", "description", "comment", "total_amount", "invoice_date", "accounting_date"),
    *("purchases", "purchase_exception_state", "_timestamp"),
    *(f"lines.{field}" for field in ("quantity", "origin", "amount", "account")),
]


@dataclass(frozen=True)
class Paper(Form):
    """A kind of document that is an invoice in Tryton: `field` has its key, behind `word`."""

    word: str
    field: str = "description"

    def mark(self, wire_key: str) -> str:
        """What is in the field of one with this key."""
        return f"{self.word} {wire_key}"

    def key(self, row: Row) -> str | None:
        """The key of one; none where it is of another kind, or was keyed by a person."""
        word, _, key = (row[self.field] or "").rpartition(" ")
        return key if word == self.word else None


VOUCHER = Paper("vou", MODEL, {}, "voucher", "comment")
PAYABLE = Paper("pay", MODEL, _POSTING, "payable")
DEBIT_MEMO = Paper("memo", MODEL, _POSTING, "debit memo")
_OURS = (VOUCHER, PAYABLE, DEBIT_MEMO)


class Invoices:
    """The invoices of one kind."""

    def __init__(self, client: TrytonClient, paper: Paper) -> None:
        self._client = client
        self.paper = paper

    async def post(self, values: Row, *, wire_key: str) -> Posted:
        """Create and carry on to its end."""
        marked = {"comment": None, **values, self.paper.field: self.paper.mark(wire_key)}
        record = await self._client.create(MODEL, marked, audience=OWNER)
        return self.posted(await self.carried_on({**marked, "id": record, "state": DRAFT}))

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys; one that was left on its way is carried on first, and gone where that is refused."""
        found: list[Row] = []
        for some in portions(wire_keys):
            marks = [self.paper.mark(key) for key in some]
            found += await self._client.rows(MODEL, [[self.paper.field, "in", marks]], _FIELDS)
        settled = [await self.settled(row) for row in found]
        return tuple(self.found(row) for row in settled if row)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        row = await self.row(reference)
        return self.found(row) if row else None

    async def row(self, reference: str) -> Row | None:
        """What Tryton says of one, carried on to its end; none where there is none of this kind."""
        record = self.paper.record(reference)
        row = await self.read(record) if record else None
        return await self.settled(row) if row is not None and self.paper.key(row) is not None else None

    async def cancel(self, row: Row) -> Posted:
        """Cancel it; Tryton books the opposite of what was posted. One that is paid stays."""
        if row["state"] == PAID:
            raise self.refused("cancel", "the invoice was paid")
        if row["state"] != CANCELLED:
            with suppress(OutOfTurn):
                await self._client.press(MODEL, "cancel", row["id"], audience=OWNER)
            now = await self.read(row["id"])
            if now is None or now["state"] != CANCELLED:
                raise self.refused("cancel", "the invoice was paid meanwhile")
            await self.settled(now)
        return self.posted(row)

    async def settled(self, row: Row) -> Row | None:
        """Carried on to its end; none where that is refused."""
        if row["state"] not in self.paper.buttons:
            return row
        try:
            return await self.carried_on(row)
        except (BusinessRefusal, PeriodClosed):
            return None

    async def carried_on(self, row: Row) -> Row:
        """Posted, where it is to be. Two who do so at once press twice what counts once."""
        button = self.paper.buttons.get(row["state"])
        if button is None:
            return row
        try:
            with suppress(OutOfTurn):
                await self._press(button, row)
            now = await self.read(row["id"])
            if now is None or now["state"] in self.paper.buttons:
                raise self.refused("post", "the invoice cannot be brought to its end")
            return now
        except Rejected:
            with suppress(Failure):
                await self.given_up(row)
            raise

    async def given_up(self, row: Row) -> None:
        """Removed; where that fails it is a draft still, which the next look-up meets."""
        await self._client.remove(MODEL, row["id"], audience=OWNER)

    async def read(self, record: int) -> Row | None:
        """What Tryton says of one, as it is."""
        found = await self._client.rows(MODEL, [["id", "=", record]], _FIELDS)
        return found[0] if found else None

    def posted(self, row: Row) -> Posted:
        """As the answer to a write."""
        return Posted(
            reference=self.paper.reference(row["id"]), posting_date=row["accounting_date"] or row["invoice_date"]
        )

    def found(self, row: Row) -> Found:
        """As the answer to a look-up; the quantity is that of what was ordered, in order units."""
        ordered = [line for line in row["lines."] if (line["origin"] or "").startswith("purchase.line,")]
        return Found(
            reference=self.paper.reference(row["id"]),
            wire_key=self.paper.key(row) or "",
            live=row["state"] != CANCELLED,
            quantity=sum((exact(line["quantity"]) for line in ordered), Decimal(0)) if ordered else None,
            amount=row["total_amount"],
            posting_date=row["accounting_date"] or row["invoice_date"],
        )

    def refused(self, verb: str, why: str, audience: Audience = Audience.finance) -> BusinessRefusal:
        """Refused by the state in which Tryton has it."""
        return refused(self._client.system, f"{MODEL}.{verb}", why, audience)

    async def _press(self, button: str, row: Row) -> None:
        """The engine knows what it was sent before under the same number; what people have keyed, Tryton alone knows."""
        try:
            await self._client.press(MODEL, button, row["id"], audience=OWNER)
        except Warned as warned:
            if not warned.name.endswith(_SIMILAR):
                raise
            if await self._is_keyed_by_hand(row):
                raise self.refused(button, "the supplier's number was keyed in Tryton already", OWNER) from None
            await self._client.press(MODEL, button, row["id"], audience=OWNER, answered=(_SIMILAR,))

    async def _is_keyed_by_hand(self, row: Row) -> bool:
        domain = [
            *(["type", "=", "in"], ["party", "=", row["party"]], ["reference", "=", row["reference"]]),
            *(["id", "!=", row["id"]], ["state", "!=", CANCELLED]),
        ]
        similar = await self._client.rows(MODEL, domain, ["description", "comment"])
        return any(all(paper.key(one) is None for paper in _OURS) for one in similar)


OWNER = Audience.payables
"""Who acts on an invoice that Tryton refuses."""
