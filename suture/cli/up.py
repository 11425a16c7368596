"""`suture up`: everything on this machine, in one folder, until Ctrl-C, or until one of its processes is lost."""

import asyncio
from pathlib import Path

from suture.cli.failures import Failed
from suture.cli.output import say
from suture.cli.stopping import stoppable
from suture.up.household import Household


def up(folder: Path | None = None) -> None:
    """Start all of it and keep it up; the first start makes the folder's keys, tokens and configuration."""
    asyncio.run(stoppable(_up(folder or Path.cwd()), say=say))


async def _up(folder: Path) -> None:
    async with Household(folder, say=say) as house:
        say(f"{house.home.config} is served; Ctrl-C stops all of it")
        async for loss in house.losses():
            # Half a household looks served and is not: whoever supervises it starts it again as a whole.
            raise Failed(str(loss), do="everything was stopped")
