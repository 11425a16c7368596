"""Trouble for connectors in this process: the next calls of a verb fail, before or after they were applied."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from canonical.errors import BusinessRefusal, Failure, Transient, Uncertain

SYSTEM = {"system": "sandbox", "operation": "post"}


def refusal(text: str = "vendor says no") -> Failure:
    """A business refusal with the vendor's own words."""
    return BusinessRefusal("refused by a rule of the system", evidence=text, **SYSTEM)


def lost() -> Failure:
    """An answer that never came."""
    return Uncertain("no answer after the write was sent", **SYSTEM)


def away() -> Failure:
    """A refused connection."""
    return Transient("the system does not answer", **SYSTEM)


class Trouble:
    """Replaces one verb of a connector: each listed failure strikes one call, then the verb works again."""

    def __init__(self, connector: Any, verb: str) -> None:
        self._verb: Callable[..., Awaitable[Any]] = getattr(connector, verb)
        self._before: list[Failure] = []
        self._after: list[Failure] = []
        self.calls = 0
        setattr(connector, verb, self._call)

    def before(self, *failures: Failure) -> "Trouble":
        """The next calls fail and apply nothing."""
        self._before += failures
        return self

    def after(self, *failures: Failure) -> "Trouble":
        """The next calls are applied, and fail."""
        self._after += failures
        return self

    async def _call(self, *given: Any, **named: Any) -> Any:
        self.calls += 1
        if self._before:
            raise self._before.pop(0)
        answer = await self._verb(*given, **named)
        if self._after:
            raise self._after.pop(0)
        return answer


class Held:
    """Holds the first document of a book back until a test lets it go on; `trouble` may strike it then."""

    def __init__(self, book: Any) -> None:
        self.trouble = Trouble(book, "post")
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self._post: Callable[..., Awaitable[Any]] = book.post
        book.post = self._held

    async def _held(self, *given: Any, **named: Any) -> Any:
        self.begun.set()
        await self.go_on.wait()
        return await self._post(*given, **named)
