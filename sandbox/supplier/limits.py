"""A token bucket for each caller, settable by control."""

import math
import time
from dataclasses import dataclass


@dataclass
class _Bucket:
    level: float
    at: float


class RateLimit:
    def __init__(self, *, per_second: float = 500.0, burst: float = 500.0) -> None:
        self.set(per_second=per_second, burst=burst)

    def set(self, *, per_second: float, burst: float) -> None:
        self.per_second = per_second
        self.burst = burst
        self._buckets: dict[str, _Bucket] = {}

    def wait(self, token: str) -> int | None:
        """None lets the request in; a number is the whole seconds until the next one may come."""
        now = time.monotonic()
        bucket = self._buckets.setdefault(token, _Bucket(self.burst, now))
        bucket.level = min(self.burst, bucket.level + (now - bucket.at) * self.per_second)
        bucket.at = now
        if bucket.level >= 1:
            bucket.level -= 1
            return None
        return max(1, math.ceil((1 - bucket.level) / self.per_second))
