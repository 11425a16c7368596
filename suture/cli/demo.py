"""`suture demo`: a hospital day on four sandbox systems, in a fresh folder; everything it starts is stopped again."""

import asyncio
import sys
from functools import partial
from pathlib import Path

import typer
from rich.console import Console

from suture.cli.failures import Ending
from suture.cli.root import INTERRUPTED
from suture.cli.stopping import stoppable
from suture.demo.conduct import conduct
from suture.demo.report import WIDTH
from suture.demo.sandbox_stage import SandboxStage

FOLDER = Path(".suture/demo")


def demo(*, once: bool, folder: Path = FOLDER) -> None:
    """Play the day; exit 0 where the ledgers agree (`once`), or where Ctrl-C ended what stays up otherwise."""
    raise typer.Exit(asyncio.run(_demo(folder, once=once)))


async def _demo(folder: Path, *, once: bool) -> int:
    # Piped, the tables keep the width that they were made for.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    playing = conduct(folder, SandboxStage(), once=once, console=console)
    ended = await stoppable(playing, say=partial(console.print, markup=False))
    if ended is None:
        return INTERRUPTED if once else Ending.ok
    return ended
