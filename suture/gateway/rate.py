"""How many events a source may send: a token bucket that holds one second's worth."""

from collections.abc import Callable
from time import monotonic


class Bucket:
    """Fills at `rate` per second."""

    def __init__(self, rate: float, *, clock: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._most = max(1.0, rate)
        self._clock = clock
        self._left = self._most
        self._at = clock()

    def take(self) -> float:
        """Take one: answers 0.0, or the seconds until there is one again."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1.0:
            return (1.0 - self._left) / self._rate
        self._left -= 1.0
        return 0.0
