"""`suture demo`: a hospital day on three sandbox systems, in a fresh folder; everything it starts is stopped again."""

import asyncio
import signal
import sys
from pathlib import Path

import typer
from rich.console import Console

from suture.cli.failures import Ending
from suture.cli.root import INTERRUPTED
from suture.demo.conduct import conduct
from suture.demo.report import WIDTH

FOLDER = Path(".suture/demo")


def demo(*, once: bool, folder: Path = FOLDER) -> None:
    """Play the day; exit 0 where the ledgers agree (`once`), or where Ctrl-C ended what stays up otherwise."""
    raise typer.Exit(asyncio.run(_demo(folder, once=once)))


async def _demo(folder: Path, *, once: bool) -> int:
    # Piped, the tables keep the width that they were made for.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    playing = asyncio.ensure_future(conduct(folder, once=once, console=console))
    stopping = False

    def stop() -> None:
        # Only once: a second Ctrl-C must not cut short the stopping of what was started.
        nonlocal stopping
        if not stopping:
            stopping = True
            console.print("stopping everything")
            playing.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        return await playing
    except asyncio.CancelledError:
        return INTERRUPTED if once else Ending.ok
