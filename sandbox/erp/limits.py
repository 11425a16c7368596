"""The rate limit: one bucket a token."""

import math
import time

from sandbox.erp.answers import Refusal


class Limits:
    """Token buckets; generous until the control endpoint says otherwise."""

    def __init__(self, *, per_second: float = 500.0, burst: float = 1000.0) -> None:
        self.per_second = per_second
        self.burst = burst
        self._buckets: dict[str, tuple[float, float]] = {}

    def change(self, *, per_second: float, burst: float) -> None:
        """Set the rate; all buckets start full again."""
        self.per_second, self.burst = per_second, burst
        self._buckets.clear()

    def take(self, token: str) -> None:
        """Take one drop from the token's bucket, or refuse with the seconds until there is one."""
        now = time.monotonic()
        level, since = self._buckets.get(token, (self.burst, now))
        level = min(self.burst, level + (now - since) * self.per_second)
        if level < 1:
            wait = max(1, math.ceil((1 - level) / self.per_second))
            self._buckets[token] = (level, now)
            raise Refusal(429, "RL", "001", "Call quota is exhausted", retry_after=wait)
        self._buckets[token] = (level - 1, now)
