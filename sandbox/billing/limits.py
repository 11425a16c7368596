"""The rate limit: a token bucket for each access token."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass

from sandbox.billing.database import Database


@dataclass
class _Bucket:
    level: float
    filled_at: float


class RateLimit:
    """Answers how many seconds a caller must wait, 0 when it may go on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        kept = json.loads(database.setting("rate") or '{"per_second": 500, "burst": 1000}')
        self.per_second = float(kept["per_second"])
        self.burst = int(kept["burst"])
        self._buckets: dict[str, _Bucket] = {}

    def change(self, *, per_second: float, burst: int) -> None:
        """Set the rate for everybody; all buckets start full."""
        self._database.keep_setting("rate", json.dumps({"per_second": per_second, "burst": burst}))
        self.per_second, self.burst = per_second, burst
        self._buckets.clear()

    def take(self, token: str) -> int:
        """Take one request from the token's bucket, or say after how many whole seconds to come back."""
        now = time.monotonic()
        bucket = self._buckets.setdefault(token, _Bucket(float(self.burst), now))
        bucket.level = min(float(self.burst), bucket.level + (now - bucket.filled_at) * self.per_second)
        bucket.filled_at = now
        if bucket.level >= 1.0:
            bucket.level -= 1.0
            return 0
        return max(1, math.ceil((1.0 - bucket.level) / self.per_second))
