"""Types a line as it is printed: in a shell, after the export that is printed above it."""

import asyncio
import os
import shlex
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from suture.cli.failures import Ending
from suture.up.folder import Home

TIMES = 4


@dataclass(frozen=True)
class Typed:
    """A line, and how it ended."""

    line: str
    code: int
    output: str


async def typed(line: str, home: Home) -> Typed:
    """Type it and wait for its end; what nobody has answered in time is typed again, as the command says."""
    for _ in range(TIMES):
        ended = await _typed_once(line, home)
        if ended.code != Ending.unreachable:
            break
    return ended


async def _typed_once(line: str, home: Home) -> Typed:
    process = await asyncio.create_subprocess_exec(
        *("/bin/sh", "-c", f"{export(home)}\n{line}"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return Typed(line, process.returncode or 0, output.decode(errors="replace").strip())


def export(home: Home) -> str:
    """What a shell needs so that the lines can be typed as they stand."""
    named = [f"SUTURE_CONFIG={shlex.quote(shown(home.config))}"]
    if (program := Path(sys.executable).with_name("suture")).exists() and which("suture") != str(program):
        named.append(f"PATH={shlex.quote(shown(program.parent))}:$PATH")
    return f"export {' '.join(named)}"


def shown(path: Path) -> str:
    """A path as it is typed here: relative where it is below this folder."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
