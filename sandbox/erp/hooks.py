"""Outbound events: written into the outbox in the transaction that caused them, in the vendor's own shape."""

import json
import sqlite3
import time
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["repeat", "reorder", "delay", "hold"]
USUAL_SECONDS = {"delay": 1.0, "reorder": 5.0}
"""How long an event is kept back where the order does not say; one to be reordered goes after the next at the latest."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """The headers of the request that caused an event, handed on with it."""

    correlation_id: str = ""
    traceparent: str = ""


def announce(change: sqlite3.Connection, event_type: str, content: dict[str, Any], *, stamp: str, cause: Cause) -> None:
    """Queue an event; the next treatment that the control endpoint ordered is taken by it."""
    count = change.execute("SELECT coalesce(max(SEQ), 0) + 1 FROM OUTBOX").fetchone()[0]
    installation = change.execute("SELECT CONTENT FROM SETTING WHERE NAME = 'INSTALLATION'").fetchone()[0]
    event_id = f"EVT{installation}{count:09d}"
    body = {"EVENT_ID": event_id, "EVENT_TYPE": event_type, "EVENT_STAMP": stamp, "CONTENT": content}
    treatment, seconds = _next_treatment(change)
    kept_back = treatment in USUAL_SECONDS
    change.execute(
        "INSERT INTO OUTBOX (EVENT_ID, EVENT_TYPE, BODY, CORRELATION_ID, TRACEPARENT, STAT, TREATMENT, NOT_BEFORE)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event_id,
            event_type,
            json.dumps(body, separators=(",", ":")),
            cause.correlation_id,
            cause.traceparent,
            "HELD" if treatment == "hold" else "WAIT",
            treatment,
            time.time() + (seconds or USUAL_SECONDS[treatment]) if kept_back else 0.0,
        ),
    )


def order(change: sqlite3.Connection, kind: Kind, *, count: int, seconds: float) -> None:
    """Order a treatment for the next `count` events."""
    orders = _orders(change) + [[kind, seconds]] * count
    change.execute("INSERT OR REPLACE INTO SETTING VALUES ('HOOK_ORDERS', ?)", (json.dumps(orders),))


def clear_orders(change: sqlite3.Connection) -> None:
    """Forget the orders that no event has taken, and treat the events that wait as ordinary ones."""
    change.execute("DELETE FROM SETTING WHERE NAME = 'HOOK_ORDERS'")
    change.execute("UPDATE OUTBOX SET STAT = 'WAIT', TREATMENT = '', NOT_BEFORE = 0 WHERE STAT IN ('WAIT', 'HELD')")


def release(change: sqlite3.Connection) -> int:
    """Let the held events go; answers how many there were."""
    return change.execute("UPDATE OUTBOX SET STAT = 'WAIT', TREATMENT = '' WHERE STAT = 'HELD'").rowcount


def _orders(change: sqlite3.Connection) -> list[list[Any]]:
    row = change.execute("SELECT CONTENT FROM SETTING WHERE NAME = 'HOOK_ORDERS'").fetchone()
    found: list[list[Any]] = json.loads(row[0]) if row else []
    return found


def _next_treatment(change: sqlite3.Connection) -> tuple[str, float]:
    orders = _orders(change)
    if not orders:
        return "", 0.0
    kind, seconds = orders.pop(0)
    change.execute("INSERT OR REPLACE INTO SETTING VALUES ('HOOK_ORDERS', ?)", (json.dumps(orders),))
    return kind, seconds
