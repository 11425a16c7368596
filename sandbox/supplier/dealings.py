"""The dealings about one message: its lines as they now count, what was shipped of them, and what was invoiced."""

import json
from decimal import Decimal
from typing import Any, Literal

from sandbox.supplier.database import Database
from sandbox.supplier.errors import VendorError
from sandbox.supplier.shapes import SHAPES, Message

RECEIVED, WITHDRAWN = "received", "withdrawn"
Tally = Literal["shipped", "invoiced"]


class Dealings:
    """Reads the database each time: call it inside the transaction that acts upon it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def message(self, ref: str, *, kind: str | None = None) -> dict[str, Any]:
        """The row of a message."""
        row = self._database.one("SELECT * FROM messages WHERE ref = ?1 AND (?2 IS NULL OR kind = ?2)", ref, kind)
        if row is None:
            raise VendorError(404, "not-there", f"there is no such message among the {kind or 'messages'}", "ref")
        return row

    def standing(self, number: str, *, kind: str = "orders", partner: str | None = None) -> dict[str, Any] | None:
        """The message that the buyer's number means: the first under it that stands, of changes the newest."""
        newest_first = "DESC" if kind == "order-changes" else ""
        return self._database.one(
            f"""SELECT * FROM messages WHERE kind = ?1 AND state = ?2 AND number = ?3
            AND (?4 IS NULL OR partner = ?4) ORDER BY n {newest_first}""",
            kind, RECEIVED, number, partner,
        )  # fmt: skip

    def changes(self, ref: str) -> list[dict[str, Any]]:
        """The change orders that stand, oldest first."""
        return self._database.all(
            "SELECT * FROM messages WHERE about = ? AND kind = 'order-changes' AND state = ? ORDER BY n", ref, RECEIVED
        )

    def current(self, row: dict[str, Any]) -> Message:
        """What a message says now: an order as its newest change has it."""
        changes = self.changes(row["ref"]) if row["kind"] == "orders" else []
        newest = changes[-1] if changes else row
        return SHAPES[newest["kind"]].model_validate_json(newest["content"])

    def papers(self, ref: str, kind: str) -> list[dict[str, Any]]:
        """The papers of a kind that were issued about a message, oldest first, as they were sent."""
        rows = self._database.all("SELECT body FROM papers WHERE ref = ? AND kind = ? ORDER BY n", ref, kind)
        return [json.loads(row["body"]) for row in rows]

    def count(self, ref: str, line: int, what: Tally, quantity: Decimal) -> None:
        """Add to what was shipped or invoiced of a line, in units ordered; a credit takes away."""
        self._database.insert("tallies", {"ref": ref, "line": line, "what": what, "quantity": str(quantity)})

    def counted(self, ref: str, what: Tally) -> dict[int, Decimal]:
        """By line, what was shipped or invoiced so far."""
        total: dict[int, Decimal] = {}
        for row in self._database.all("SELECT * FROM tallies WHERE ref = ? AND what = ?", ref, what):
            total[row["line"]] = total.get(row["line"], Decimal(0)) + Decimal(row["quantity"])
        return total
