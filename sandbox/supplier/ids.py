"""Numbers in the exchange's style (SO-000001), in order, from a counter kept in the database."""

from sandbox.supplier.database import Database


class Ids:
    """Call inside a transaction: the counter and the row it names are kept or lost together."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next(self, kind: str) -> str:
        return f"{kind}-{self.count(kind):06d}"

    def count(self, kind: str) -> int:
        n = self._database.value(
            "INSERT INTO counters (kind, n) VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET n = n + 1 RETURNING n", kind
        )
        return int(n)
