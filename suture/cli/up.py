"""`suture up`: everything on this machine, in one folder, until Ctrl-C."""

import asyncio
import signal
from pathlib import Path

from suture.cli.output import say
from suture.up.household import Household


def up(folder: Path | None = None) -> None:
    """Start all of it and keep it up; the first start makes the folder's keys, tokens and configuration."""
    asyncio.run(_up(folder or Path.cwd()))


async def _up(folder: Path) -> None:
    stop = stopped()
    async with Household(folder, say=say) as house:
        say(f"{house.home.config} is served; Ctrl-C stops all of it")
        await stop.wait()
        say("stopping")


def stopped() -> asyncio.Event:
    """Set once somebody wants this process to stop."""
    event = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    return event
