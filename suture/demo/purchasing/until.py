"""Until: looks again and again whether something has happened that the rest of the day builds on."""

import asyncio
from collections.abc import Awaitable, Callable

from suture.demo.telling import Unplayable

LOOKS_EVERY = 0.5
COMES_WITHIN = 300.0


async def until(happened: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait for it; `Unplayable` where it does not happen in time."""
    started = asyncio.get_running_loop().time()
    while not await happened():
        if asyncio.get_running_loop().time() - started > COMES_WITHIN:
            raise Unplayable(f"not within {COMES_WITHIN:.0f} s: {what}")
        await asyncio.sleep(LOOKS_EVERY)
