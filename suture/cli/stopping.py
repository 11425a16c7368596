"""Stopping what stays up: the first signal cancels it, whatever it is at, and no further one cuts its end short."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def stoppable(work: Coroutine[Any, Any, T], *, say: Callable[[str], None]) -> T | None:
    """Do the work to its end and answer what it answers; none where Ctrl-C, SIGTERM or a closed terminal ended it."""
    doing = asyncio.ensure_future(work)
    stopping = False

    def stop() -> None:
        nonlocal stopping
        if stopping:
            return
        stopping = True
        doing.cancel()
        # Where the terminal has gone, there is nobody to tell.
        with suppress(OSError):
            say("stopping everything")

    for number in SIGNALS:
        # Under nohup a closed terminal is to stop nothing.
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        return await doing
    except asyncio.CancelledError:
        if not stopping:
            raise
        return None
