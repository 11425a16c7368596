"""The desk: takes messages, each once within the life of its key, and gives them back where nothing was built on them."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sandbox.supplier.clock import Clock
from sandbox.supplier.database import Database
from sandbox.supplier.dealings import RECEIVED, WITHDRAWN, Dealings
from sandbox.supplier.errors import VendorError
from sandbox.supplier.ids import Ids
from sandbox.supplier.outbox import Origin
from sandbox.supplier.plans import Plans
from sandbox.supplier.shapes import Message, OrderMessage, as_sent

DAY = 86400.0
LONGEST_KEY = 64
PREFIXES = {"orders": "SO", "order-changes": "OC", "replacements": "RP", "returns": "RR"}


class Desk:
    """Every verb is called inside a transaction."""

    def __init__(self, database: Database, *, dealings: Dealings, plans: Plans, ids: Ids, clock: Clock) -> None:
        self._database = database
        self._dealings = dealings
        self._plans = plans
        self._ids = ids
        self._clock = clock
        self.key_life = float(database.value("SELECT value FROM settings WHERE name = 'key-life'") or DAY)

    def receive(self, kind: str, content: Message, *, key: str | None, origin: Origin) -> tuple[dict[str, Any], bool]:
        """The message as it now stands, and whether it is an earlier one under the same key."""
        if key is not None and len(key) > LONGEST_KEY:
            raise VendorError(422, "not-valid", f"a key has at most {LONGEST_KEY} characters", "Idempotency-Key")
        text = json.dumps(as_sent(content), sort_keys=True)
        fingerprint = hashlib.sha256(text.encode()).hexdigest()
        earlier = self._under(key, kind) if key else None
        if earlier is not None:
            if earlier["fingerprint"] != fingerprint:
                raise VendorError(409, "key-reused", "the key was used for another content", "Idempotency-Key")
            return message_shape(earlier), True
        self._check_parties(content)
        about = self._changed(content) if kind == "order-changes" and isinstance(content, OrderMessage) else None
        row = {
            "ref": self._ids.next(PREFIXES[kind]),
            "kind": kind,
            "key": key,
            "keyed_at": self._clock.now().timestamp(),
            "fingerprint": fingerprint,
            "partner": content.partner,
            "account": content.account,
            "number": content.number,
            "content": text,
            "about": about,
            "state": RECEIVED,
            "withdrawal": None,
            "received_at": self._clock.stamp(),
            "traceparent": origin.traceparent,
            "correlation_id": origin.correlation_id,
        }
        self._database.insert("messages", row)
        self._plans.schedule(row, content)
        return message_shape(row), False

    def withdraw(self, kind: str, ref: str) -> dict[str, Any]:
        """Give a message back; one that was given back answers the first time."""
        row = self._dealings.message(ref, kind=kind)
        if row["state"] == WITHDRAWN:
            return message_shape(row)
        self._refuse_what_was_built_upon(row)
        withdrawal = self._ids.next("WD")
        self._database.execute(
            "UPDATE messages SET state = ?, withdrawal = ? WHERE ref = ?", WITHDRAWN, withdrawal, ref
        )
        self._plans.drop(ref)
        return message_shape(self._dealings.message(ref))

    def find(self, kind: str, *, keys: Sequence[str], numbers: Sequence[str]) -> list[dict[str, Any]]:
        """All messages under any of these keys, or of any of these numbers, in the order in which they came."""
        column, values = ("key", keys) if keys else ("number", numbers)
        rows = self._database.all(
            f"SELECT * FROM messages WHERE kind = ? AND {column} IN ({', '.join('?' * len(values))}) ORDER BY n",
            kind, *values,
        )  # fmt: skip
        return [message_shape(row) for row in rows]

    def read(self, kind: str, ref: str) -> dict[str, Any]:
        """One message."""
        return message_shape(self._dealings.message(ref, kind=kind))

    def set_key_life(self, seconds: float) -> None:
        """For all keys, those already there included."""
        self._database.execute("INSERT OR REPLACE INTO settings VALUES ('key-life', ?)", str(seconds))
        self.key_life = seconds

    def _under(self, key: str, kind: str) -> dict[str, Any] | None:
        return self._database.one(
            "SELECT * FROM messages WHERE key = ? AND kind = ? AND keyed_at + ? > ? ORDER BY n DESC",
            key, kind, self.key_life, self._clock.now().timestamp(),
        )  # fmt: skip

    def _check_parties(self, content: Message) -> None:
        if self._database.one("SELECT * FROM partners WHERE partner = ?", content.partner) is None:
            raise VendorError(422, "unknown-partner", f"no partner {content.partner} trades here", "partner")
        if self._database.one("SELECT * FROM accounts WHERE account = ?", content.account) is None:
            raise VendorError(422, "unknown-account", f"there is no account {content.account}", "account")
        numbers = [line.line for line in content.lines]
        if len(set(numbers)) < len(numbers):
            raise VendorError(422, "not-valid", "each line has a number of its own", "lines")
        if any(line.buys == "goods" and not (line.buyer_part or line.vendor_part) for line in content.lines):
            raise VendorError(422, "part-missing", "a line of goods names its part", "lines")

    def _changed(self, content: OrderMessage) -> str:
        """The order that a change is about, if it can be changed so."""
        order = self._dealings.standing(content.number, partner=content.partner)
        if order is None:
            raise VendorError(409, "unknown-order", f"there is no open order {content.number}", "number")
        now = self._dealings.current(order)
        if isinstance(now, OrderMessage) and content.revision <= now.revision:
            raise VendorError(409, "revision-known", f"revision {now.revision} is already here", "revision")
        self._keeps_what_was_shipped(order["ref"], content)
        return str(order["ref"])

    def _keeps_what_was_shipped(self, ref: str, content: Message) -> None:
        left = {line.line: line.quantity for line in content.lines}
        for line, shipped in self._dealings.counted(ref, "shipped").items():
            if left.get(line, 0) < shipped:
                raise VendorError(409, "already-shipped", f"{shipped} of line {line} are on their way", "lines")

    def _refuse_what_was_built_upon(self, row: dict[str, Any]) -> None:
        if row["kind"] == "order-changes":
            order = self._dealings.message(row["about"])
            changes = self._dealings.changes(order["ref"])
            if changes[-1]["ref"] != row["ref"]:
                raise VendorError(409, "superseded", "a newer change stands on this one", "ref")
            before = self._dealings.message(changes[-2]["ref"]) if len(changes) > 1 else order
            self._keeps_what_was_shipped(order["ref"], OrderMessage.model_validate_json(before["content"]))
            return
        if self._dealings.papers(row["ref"], "shipment"):
            raise VendorError(409, "already-shipped", "goods are on their way", "ref")
        if self._dealings.papers(row["ref"], "invoice"):
            raise VendorError(409, "already-invoiced", "an invoice or a credit was issued for it", "ref")


def message_shape(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "ref": row["ref"],
        "key": row["key"],
        "partner": row["partner"],
        "account": row["account"],
        "number": row["number"],
        "state": row["state"],
        "withdrawal": row["withdrawal"],
        "received-at": row["received_at"],
    }
