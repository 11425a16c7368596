"""Papers: what a partner sends out, kept as it was sent, with the event that tells of it."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.supplier.clock import Clock
from sandbox.supplier.database import Database
from sandbox.supplier.errors import VendorError
from sandbox.supplier.outbox import Origin, Outbox

EVENTS = {
    "acknowledgement": "order.acknowledged",
    "shipment": "shipment.sent",
    "invoice": "invoice.issued",
    "authorisation": "return.authorised",
    "sheet": "usageSheet.sent",
}


@dataclass(frozen=True)
class Dealing:
    """Who a paper is from and for, and which message it is about; none where it is about none."""

    partner: str
    account: str
    row: dict[str, Any] | None = None

    @property
    def ref(self) -> str | None:
        """The message's own reference."""
        return None if self.row is None else str(self.row["ref"])

    @property
    def number(self) -> str | None:
        """The buyer's number of the message."""
        return None if self.row is None else str(self.row["number"])


class Papers:
    """Call inside a transaction."""

    def __init__(self, database: Database, *, outbox: Outbox, clock: Clock) -> None:
        self._database = database
        self._outbox = outbox
        self._clock = clock

    def issue(
        self,
        kind: str,
        paper: str,
        dealing: Dealing,
        body: dict[str, Any],
        *,
        contents: dict[str, Any] | None = None,
        silently: bool = False,
    ) -> dict[str, Any]:
        """Keep the paper and tell of it, unless silently. `contents` are what a shipment really holds."""
        whole = {"paper": paper, **self.parties(dealing), "issued-at": self._clock.stamp(), **body}
        self._database.insert(
            "papers",
            {
                "paper": paper,
                "kind": kind,
                "partner": dealing.partner,
                "account": dealing.account,
                "ref": dealing.ref,
                "number": dealing.number,
                "body": json.dumps(whole),
                "contents": None if contents is None else json.dumps(contents),
                "issued_at": self._clock.stamp(),
            },
        )
        if not silently:
            row = dealing.row or {}
            origin = Origin(traceparent=row.get("traceparent"), correlation_id=row.get("correlation_id"))
            self._outbox.put(EVENTS[kind], whole, origin)
        return whole

    def listing(self, *, number: str | None, kind: str | None) -> list[dict[str, Any]]:
        """The papers of a number or a kind, with what shipments really hold."""
        rows = self._database.all(
            "SELECT * FROM papers WHERE (?1 IS NULL OR number = ?1) AND (?2 IS NULL OR kind = ?2) ORDER BY n",
            number, kind,
        )  # fmt: skip
        return [
            {"kind": row["kind"], "paper": json.loads(row["body"]), "contents": json.loads(row["contents"] or "null")}
            for row in rows
        ]

    def acknowledgements(self, *, number: str, after: int, limit: int) -> dict[str, Any]:
        """What was said of the orders under a number, a page of it."""
        rows = self._database.all(
            """SELECT * FROM papers WHERE kind = 'acknowledgement' AND number = ? AND n > ? ORDER BY n LIMIT ?""",
            number, after, limit + 1,
        )  # fmt: skip
        page = rows[:limit]
        more = page[-1]["n"] if len(rows) > limit else None
        return {"papers": [json.loads(row["body"]) for row in page], "more-after": more}

    def parties(self, dealing: Dealing) -> dict[str, Any]:
        """Who a paper is from and for, by the numbers of both sides."""
        partner = self._database.one("SELECT * FROM partners WHERE partner = ?", dealing.partner)
        account = self._database.one("SELECT * FROM accounts WHERE account = ?", dealing.account)
        if partner is None or account is None:
            raise VendorError(422, "unknown-party", "there is no such partner or account")
        return {
            "partner": partner["partner"],
            "vendor-number": partner["vendor_number"],
            "account": account["account"],
            "buyer-site": account["buyer_site"],
        }
