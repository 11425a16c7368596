"""Debit memos: money asked back from a supplier, posted as an invoice below zero that is taken off what it is owed.

What of the invoice it names was short paid already is not taken off once more: that part only settles the dispute.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from canonical.documents.posting import DebitMemo
from canonical.effect import Found, Posted
from connectors.systems.tryton.bills import SHORT_PAID, VARIANCE, Bills, lines
from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.invoices import DEBIT_MEMO, MODEL, OWNER, PAID, POSTED, Invoices


class DebitMemos:
    """The book of debit memos."""

    def __init__(self, client: TrytonClient, bills: Bills) -> None:
        self._bills = bills
        self._asked = AskedBack(client, DEBIT_MEMO)

    async def post(self, document: DebitMemo, *, wire_key: str) -> Posted:
        """Post it."""
        head = await self._bills.head(
            supplier=document.supplier,
            reference=document.number,
            currency=document.currency,
            on=document.on,
            posted_on=document.on,
        )
        words = ", ".join(filter(None, (document.reason, document.invoice, document.order)))
        made = [await self._bills.money(VARIANCE, -document.amount, words)]
        disputed = min(document.amount, await self._bills.in_dispute(head["party"], document.invoice))
        if disputed > 0:
            made.append(await self._bills.money(SHORT_PAID, disputed, document.invoice))
        return await self._asked.post({**head, **lines(made)}, wire_key=wire_key)

    async def take_back(self, reference: str, *, on: date, wire_key: str) -> Posted:
        """Cancel it; refused where it was settled with the supplier."""
        row = await self._asked.row(reference)
        if row is None:
            raise self._asked.refused("cancel", "there is no such debit memo")
        return await self._asked.cancel(row)

    async def find(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All under these keys."""
        return await self._asked.find(wire_keys)

    async def get(self, reference: str) -> Found | None:
        """One by our reference."""
        return await self._asked.get(reference)


class AskedBack(Invoices):
    """The amount is what is asked back, of which a part may have been withheld before."""

    def found(self, row: Row) -> Found:
        """As the answer to a look-up."""
        asked = -sum((line["amount"] for line in row["lines."] if line["amount"] < 0), Decimal(0))
        return super().found(row).model_copy(update={"amount": asked})

    async def cancel(self, row: Row) -> Posted:
        """Cancel it; one of nothing, which Tryton takes for paid as soon as it is posted, is not settled with anybody."""
        if row["state"] == PAID and not row["total_amount"]:
            settled = [["move.origin", "=", f"{MODEL},{row['id']}"], ["reconciliation", "!=", None]]
            lines = await self._client.rows("account.move.line", settled, ["reconciliation"])
            for line in lines:
                await self._client.decide(_UNSETTLE, "account.move.line", line["id"], "unreconcile", {}, audience=OWNER)
            row = {**row, "state": POSTED}
        return await super().cancel(row)


_UNSETTLE = "account.move.unreconcile_lines"
