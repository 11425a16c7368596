"""Events waiting to be sent: written with the change they tell of, sent at least once, in order."""

import json
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from sandbox.supplier.clock import Clock
from sandbox.supplier.database import Database
from sandbox.supplier.ids import Ids

REORDER_WAITS = 5.0


@dataclass(frozen=True)
class Origin:
    """Headers of the request that caused an event; they are sent on with it."""

    traceparent: str | None = None
    correlation_id: str | None = None


@dataclass(frozen=True)
class HookFault:
    kind: str
    seconds: float


class Outbox:
    def __init__(self, database: Database, *, ids: Ids, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock
        self.faults: deque[HookFault] = deque()

    def put(self, event_type: str, document: dict[str, Any], origin: Origin) -> None:
        """Inside the transaction of the change. A queued fault is used up here, so that it hits the next event made."""
        event_id = self._ids.next("EV")
        body = {"id": event_id, "event": event_type, "sent-at": self._clock.stamp(), "document": document}
        fault = self.faults.popleft() if self.faults else None
        wait = fault.seconds if fault and fault.kind in ("delay", "reorder") else 0.0
        row = {
            "event_id": event_id,
            "type": event_type,
            "body": json.dumps(body),
            "traceparent": origin.traceparent,
            "correlation_id": origin.correlation_id,
            "state": "held" if fault and fault.kind == "hold" else "queued",
            "fault": fault.kind if fault else None,
            "due": time.time() + wait,
            "attempts": 0,
        }
        self._database.insert("outbox", row)

    def next(self) -> dict[str, Any] | None:
        """The oldest event that is due. One to be reordered lets the one behind it go first, or waits till its time."""
        now = time.time()
        queue = self._database.all("SELECT * FROM outbox WHERE state = 'queued' ORDER BY n LIMIT 100")
        for place, row in enumerate(queue):
            if row["fault"] == "reorder" and place + 1 < len(queue) and queue[place + 1]["due"] <= now:
                self._settle(row["n"], fault=None, due=0.0)
                return queue[place + 1]
            if row["due"] <= now:
                return row
        return None

    def sent(self, row: dict[str, Any], *, answered: int) -> None:
        state = "sent" if answered < 300 else "failed"
        again = state == "sent" and row["fault"] == "repeat"
        with self._database.transaction():
            self._database.execute(
                "UPDATE outbox SET state = ?, answered = ?, attempts = attempts + 1, fault = ? WHERE n = ?",
                "queued" if again else state, answered, None if again else row["fault"], row["n"],
            )  # fmt: skip

    def not_sent(self, row: dict[str, Any], *, answered: int | None) -> None:
        with self._database.transaction():
            self._database.execute(
                "UPDATE outbox SET answered = ?, attempts = attempts + 1 WHERE n = ?", answered, row["n"]
            )

    def release(self) -> int:
        """Held events go out; so do delayed ones."""
        with self._database.transaction():
            released = self._database.all("SELECT n FROM outbox WHERE state = 'held'")
            self._database.execute("UPDATE outbox SET state = 'queued' WHERE state = 'held'")
            self._database.execute("UPDATE outbox SET due = 0 WHERE state = 'queued'")
        return len(released)

    def listing(self) -> list[dict[str, Any]]:
        return self._database.all("SELECT event_id, type, state, fault, attempts, answered FROM outbox ORDER BY n")

    def _settle(self, n: int, *, fault: str | None, due: float) -> None:
        with self._database.transaction():
            self._database.execute("UPDATE outbox SET fault = ?, due = ? WHERE n = ?", fault, due, n)
