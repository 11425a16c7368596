"""Whether the gateway can accept events: its store answers and has this version's tables."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from suture.gateway.answers import Readiness
from suture.store.errors import StoreError
from suture.store.migrate import check_revision
from suture.store.store import Store

Reach = Callable[[], Awaitable[bool]]
"""Whether Temporal can be reached now."""

_GOOD_FOR = 1.0
_WITHIN = 15.0


class Ready:
    """Looks at most once a second, for anybody may ask."""

    def __init__(self, store: Store, *, url: str, reach: Reach) -> None:
        self._store = store
        self._url = url
        self._reach = reach
        self._looking = asyncio.Lock()
        self._known: tuple[float, Readiness] | None = None

    async def look(self) -> Readiness:
        """How it stands, not older than a second."""
        async with self._looking:
            if self._known is None or monotonic() - self._known[0] > _GOOD_FOR:
                store, reached = await asyncio.gather(self._store_stands(), self._reach())
                temporal = "reachable" if reached else "not reachable: events are accepted and wait"
                self._known = monotonic(), Readiness(ready=store == "ready", store=store, temporal=temporal)
            return self._known[1]

    async def _store_stands(self) -> str:
        try:
            async with asyncio.timeout(_WITHIN):
                await self._store.ping()
                await asyncio.to_thread(check_revision, self._url)
        except StoreError as failure:
            return str(failure)
        except TimeoutError:
            return f"the store does not answer within {_WITHIN:.0f} s"
        return "ready"
