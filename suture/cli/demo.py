"""`suture demo`: a hospital day on sandbox systems, or on real ones, in a fresh folder; what it starts is stopped again."""

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
from suture.demo.real.stage import RealStage
from suture.demo.report import WIDTH
from suture.demo.sandbox_stage import SandboxStage
from suture.demo.stage import Stage

FOLDER, REAL_FOLDER = Path(".suture/demo"), Path(".suture/demo-real")


def demo(*, once: bool, real: bool) -> None:
    """Play the day; exit 0 where the ledgers agree (`once`), or where Ctrl-C ended what stays up otherwise."""
    raise typer.Exit(asyncio.run(_demo(once=once, real=real)))


async def _demo(*, once: bool, real: bool) -> int:
    # Piped, the tables keep the width that they were made for.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    stage: Stage = RealStage() if real else SandboxStage()
    folder = REAL_FOLDER if real else FOLDER
    ended = await stoppable(
        conduct(folder, stage, once=once, console=console), say=partial(console.print, markup=False)
    )
    if ended is None:
        return INTERRUPTED if once else Ending.ok
    return ended
