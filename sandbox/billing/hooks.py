"""The outbox of webhooks: an event is written in the transaction that causes it, treated as control asked for."""

from __future__ import annotations

import asyncio
import json
import secrets
import sqlite3
import time
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.billing.clock import Clock
from sandbox.billing.database import Database

HookKind = Literal["repeat", "reorder", "delay", "hold"]
_SWAP_WAITS = 5.0


@dataclass
class HookFault:
    """What shall happen to the next webhooks."""

    kind: HookKind
    count: int = 1
    seconds: float = 0.0


class Outbox:
    """Events on their way out, in order; nothing is taken out but by delivery or a final refusal."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        # Ids of events are unique for good: a database seeded anew must not repeat those of an older one.
        self._series = database.setting("hook_series") or secrets.token_hex(4).upper()
        database.keep_setting("hook_series", self._series)
        self._faults: list[HookFault] = []
        self.filled = asyncio.Event()

    def emit(
        self,
        tx: sqlite3.Connection,
        kind: str,
        data: dict[str, Any],
        *,
        traceparent: str | None = None,
        correlation_id: str | None = None,
    ) -> None:
        """Write an event inside the transaction `tx`."""
        fault = self._next_fault()
        swapped = tx.execute("SELECT seq FROM hook WHERE state = 'swap' ORDER BY seq LIMIT 1").fetchone()
        if swapped is not None and fault is not None and fault.kind == "reorder":
            self._faults.insert(0, HookFault("reorder", seconds=fault.seconds))
            fault = None
        state, copies, not_before = _treatment(fault)
        last = tx.execute("SELECT coalesce(max(seq), 0) AS seq FROM hook").fetchone()["seq"]
        seq = int(last) + 1
        evt_id = f"EV-{self._series}-{seq:08d}"
        body = {"evt_id": evt_id, "evt_typ": kind, "evt_tm": self._clock.stamp(), "data": data}
        tx.execute(
            "INSERT INTO hook (seq, position, evt_id, body, traceparent, correlation_id, state, copies, not_before)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (seq, seq, evt_id, json.dumps(body), traceparent, correlation_id, state, copies, not_before),
        )
        if swapped is not None:
            tx.execute(
                "UPDATE hook SET state = 'ready', position = ?, not_before = 0 WHERE seq = ?",
                (seq + 0.5, swapped["seq"]),
            )
        self.filled.set()

    def queue_fault(self, fault: HookFault) -> None:
        """Treat the next webhooks so."""
        self._faults.append(fault)

    def faults_left(self) -> list[HookFault]:
        """The treatments that have not happened yet."""
        return list(self._faults)

    def release(self) -> int:
        """Let every held webhook go, in the order of its event; answers how many."""
        with self._database.transaction() as tx:
            freed = tx.execute(
                "UPDATE hook SET state = 'ready', not_before = 0 WHERE state IN ('held', 'swap')"
            ).rowcount
        self.filled.set()
        return freed

    def clear_faults(self) -> None:
        """Forget the treatments to come and let go what is held or delayed."""
        self._faults.clear()
        with self._database.transaction() as tx:
            tx.execute("UPDATE hook SET not_before = 0 WHERE state = 'ready' AND not_before > 0")
        self.release()

    def next_due(self) -> sqlite3.Row | None:
        """The next webhook to send now."""
        return self._database.row(
            "SELECT * FROM hook WHERE state IN ('ready', 'swap') AND not_before <= ? ORDER BY position LIMIT 1",
            time.time(),
        )

    def next_moment(self) -> float | None:
        """When the earliest delayed webhook becomes due."""
        found = self._database.row("SELECT min(not_before) AS moment FROM hook WHERE state IN ('ready', 'swap')")
        return None if found is None or found["moment"] is None else float(found["moment"])

    def attempted(self, seq: int, *, status: int | None, final: Literal["sent", "failed"] | None) -> None:
        """Record an attempt, and the end of the delivery where it is final."""
        with self._database.transaction() as tx:
            tx.execute(
                "UPDATE hook SET attempts = attempts + 1, last_status = ?, state = coalesce(?, state) WHERE seq = ?",
                (status, final, seq),
            )

    def _next_fault(self) -> HookFault | None:
        if not self._faults:
            return None
        fault = self._faults[0]
        fault.count -= 1
        if fault.count <= 0:
            self._faults.pop(0)
        return fault


def _treatment(fault: HookFault | None) -> tuple[str, int, float]:
    """State, number of copies and earliest moment of a new webhook."""
    if fault is None:
        return "ready", 1, 0.0
    if fault.kind == "repeat":
        return "ready", 2, 0.0
    if fault.kind == "delay":
        return "ready", 1, time.time() + fault.seconds
    if fault.kind == "hold":
        return "held", 1, 0.0
    # Swapped with the next one, or sent after its time where none follows.
    return "swap", 1, time.time() + (fault.seconds or _SWAP_WAITS)
