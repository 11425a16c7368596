"""Idempotency by `X-Request-Key`: the first answer is kept for the life of the key, after which it posts again."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sandbox.erp.answers import Refusal
from sandbox.erp.clock import Clock
from sandbox.erp.database import Database

DAY = 86400.0
LONGEST_KEY = 64


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """An answer, and whether it is an earlier one given again."""

    status: int
    body: Any
    replayed: bool


class RequestKeys:
    """The keys that were answered, in the database; and those still at work, in memory only."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._at_work: set[str] = set()
        row = database.row("SELECT CONTENT FROM SETTING WHERE NAME = 'KEY_LIFE'")
        self.life = float(row["CONTENT"]) if row else DAY

    def set_life(self, seconds: float) -> None:
        """Change the life of all keys, those already there included."""
        with self._database.transaction() as change:
            change.execute("INSERT OR REPLACE INTO SETTING VALUES ('KEY_LIFE', ?)", (str(seconds),))
        self.life = seconds

    @contextmanager
    def working_on(self, key: str) -> Iterator[None]:
        """Hold the key while its request is at work; a second request with it is told to come back."""
        if len(key) > LONGEST_KEY:
            raise Refusal(400, "IK", "003", f"Request key is longer than {LONGEST_KEY} characters")
        if key in self._at_work:
            raise Refusal(409, "IK", "002", f"Request key {key} is still being processed", v1=key, retry_after=1)
        self._at_work.add(key)
        try:
            yield
        finally:
            self._at_work.discard(key)

    def once(
        self, key: str, content: dict[str, Any], *, status: int, do: Callable[[sqlite3.Connection], Any]
    ) -> Outcome:
        """Do it once in the life of the key, in one transaction with the record of the answer; without a key do it."""
        fingerprint = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        with self._database.transaction() as change:
            if key:
                change.execute(
                    "DELETE FROM REQUEST_KEY WHERE REQUEST_KEY = ? AND STORED_AT + ? <= ?",
                    (key, self.life, self._clock.now()),
                )
                row = change.execute("SELECT * FROM REQUEST_KEY WHERE REQUEST_KEY = ?", (key,)).fetchone()
                if row is not None and row["FINGERPRINT"] != fingerprint:
                    raise Refusal(422, "IK", "001", f"Request key {key} was used with other content", v1=key)
                if row is not None:
                    return Outcome(status=row["STATUS"], body=json.loads(row["ANSWER"]), replayed=True)
            body = do(change)
            if key:
                change.execute(
                    "INSERT INTO REQUEST_KEY VALUES (?, ?, ?, ?, ?)",
                    (key, fingerprint, status, json.dumps(body), self._clock.now()),
                )
        return Outcome(status=status, body=body, replayed=False)
