"""Every request as it came in, in order, written before anything else is done with it."""

import time
from typing import Any

from sandbox.supplier.database import Database
from sandbox.supplier.visit import Visit


class RequestLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    def received(self, visit: Visit) -> int:
        with self._database.transaction():
            n = self._database.value(
                """INSERT INTO request_log
                (received_at, method, path, query, operation, key, correlation_id, traceparent)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING n""",
                time.time(), visit.method, visit.path, visit.query, visit.operation_name, visit.key,
                visit.header("x-correlation-id"), visit.header("traceparent"),
            )  # fmt: skip
        return int(n)

    def note(self, n: int, **columns: Any) -> None:
        """status: what the caller was answered; applied_status: what the system itself made of it; fault: what hit."""
        assignments = ", ".join(f"{name} = ?" for name in columns)
        with self._database.transaction():
            self._database.execute(f"UPDATE request_log SET {assignments} WHERE n = ?", *columns.values(), n)

    def listing(self, *, operation: str | None, key: str | None) -> list[dict[str, Any]]:
        rows = self._database.all(
            "SELECT * FROM request_log WHERE (?1 IS NULL OR operation = ?1) AND (?2 IS NULL OR key = ?2) ORDER BY n",
            operation, key,
        )  # fmt: skip
        return [
            {
                "sequence": row["n"],
                "received_at": row["received_at"],
                "method": row["method"],
                "path": row["path"],
                "query": row["query"],
                "operation": row["operation"],
                "key": row["key"],
                "correlation_id": row["correlation_id"],
                "traceparent": row["traceparent"],
                "fault": row["fault"],
                "status": row["status"],
                "applied_status": row["applied_status"],
            }
            for row in rows
        ]
