"""The log of every request received, written before anything is done about it. No bodies, no credentials."""

import time
from typing import Any

from sandbox.erp.database import Database
from sandbox.erp.exchange import Exchange


class RequestLog:
    """The table REQUEST_LOG; its status stays null while (or because) no answer was given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, exchange: Exchange) -> int:
        """Write the row of a request that has just arrived; answers its sequence number."""
        scope = exchange.scope
        with self._database.transaction() as change:
            cursor = change.execute(
                "INSERT INTO REQUEST_LOG (RECEIVED_AT, METHOD, PATH, QUERY, OPERATION, REQUEST_KEY, REFERENCE,"
                " CORRELATION_ID, TRACEPARENT) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    time.time(),
                    scope["method"],
                    scope["path"],
                    scope["query_string"].decode("latin-1"),
                    exchange.name,
                    exchange.key,
                    exchange.reference,
                    exchange.correlation_id,
                    exchange.traceparent,
                ),
            )
        return int(cursor.lastrowid or 0)

    def note_fault(self, sequence: int, fault: str) -> None:
        """Which fault struck the request."""
        self._database.connection.execute("UPDATE REQUEST_LOG SET FAULT = ? WHERE SEQ = ?", (fault, sequence))

    def note_late(self, sequence: int) -> None:
        """The request was applied after its caller had gone."""
        self._database.connection.execute("UPDATE REQUEST_LOG SET LATE_AT = ? WHERE SEQ = ?", (time.time(), sequence))

    def close(self, sequence: int, status: int) -> None:
        """The status that is being answered."""
        self._database.connection.execute("UPDATE REQUEST_LOG SET STATUS = ? WHERE SEQ = ?", (status, sequence))

    def listed(self, *, operation: str | None, key: str | None) -> list[dict[str, Any]]:
        """The requests of an operation whose key or reference contains a text, in the order received."""
        rows = self._database.rows(
            "SELECT * FROM REQUEST_LOG WHERE (?1 IS NULL OR OPERATION = ?1)"
            " AND (?2 IS NULL OR instr(REQUEST_KEY, ?2) OR instr(REFERENCE, ?2)) ORDER BY SEQ",
            operation,
            key,
        )
        return [
            {
                "sequence": row["SEQ"],
                "received_at": row["RECEIVED_AT"],
                "method": row["METHOD"],
                "path": row["PATH"],
                "query": row["QUERY"],
                "operation": row["OPERATION"],
                "key": row["REQUEST_KEY"] or row["REFERENCE"] or None,
                "reference": row["REFERENCE"] or None,
                "correlation_id": row["CORRELATION_ID"] or None,
                "traceparent": row["TRACEPARENT"] or None,
                "status": row["STATUS"],
                "fault": row["FAULT"],
                "late_at": row["LATE_AT"],
            }
            for row in rows
        ]
