"""The log of every request received, in order of arrival; no header with a secret and no body goes in."""

from __future__ import annotations

import time
from typing import Any

from sandbox.billing.database import Database


class RequestLog:
    """Rows written before anything else happens to a request, completed when it is answered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def arrived(
        self,
        *,
        method: str,
        path: str,
        query: str,
        operation: str,
        key: str,
        correlation_id: str | None,
        traceparent: str | None,
    ) -> int:
        """Record an arrival and return its sequence number."""
        with self._database.transaction() as tx:
            written = tx.execute(
                "INSERT INTO request_log (received_at, method, path, query, operation, key, correlation_id,"
                " traceparent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (time.time(), method, path, query, operation, key, correlation_id, traceparent),
            )
        assert written.lastrowid is not None
        return written.lastrowid

    def faulted(self, seq: int, kind: str) -> None:
        """Record which fault is about to act on a request."""
        with self._database.transaction() as tx:
            tx.execute("UPDATE request_log SET fault = ? WHERE seq = ?", (kind, seq))

    def applied(self, seq: int, effect: int) -> None:
        """Record the outcome inside the system, whatever the caller gets to see."""
        with self._database.transaction() as tx:
            tx.execute("UPDATE request_log SET effect = ? WHERE seq = ?", (effect, seq))

    def answered(self, seq: int, status: int) -> None:
        """Record the status that the caller was sent."""
        with self._database.transaction() as tx:
            tx.execute("UPDATE request_log SET status = ? WHERE seq = ?", (status, seq))

    def read(self, *, operation: str | None, key: str | None, after: int = 0) -> list[dict[str, Any]]:
        """Requests in order of arrival, of one operation and of keys that contain a text."""
        found = self._database.rows(
            "SELECT * FROM request_log WHERE seq > ? AND (? IS NULL OR operation = ?)"
            " AND (? IS NULL OR instr(key, ?) > 0) ORDER BY seq",
            after,
            operation,
            operation,
            key,
            key,
        )
        return [dict(row) for row in found]
