"""Ids in the vendor's style (mov_8f3a...), repeatable from the seed and a counter kept in the database."""

import hashlib

from sandbox.inventory.database import Database


class Ids:
    """Call inside a transaction: the counter and the row it names are kept or lost together."""

    def __init__(self, database: Database, *, seed: int) -> None:
        self._database = database
        self._seed = seed

    def next(self, kind: str) -> str:
        n = self._database.value(
            "INSERT INTO counters (kind, n) VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET n = n + 1 RETURNING n", kind
        )
        return make_id(self._seed, kind, n)


def make_id(seed: int, kind: str, n: int) -> str:
    return f"{kind}_{hashlib.sha256(f'{seed}/{kind}/{n}'.encode()).hexdigest()[:20]}"
