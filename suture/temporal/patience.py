"""Long set-up work: run under a limit while saying that it goes on, and done by one process at a time."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from signal import SIGKILL
from time import monotonic

from suture.child import tethered

Say = Callable[[str], None]
_LOOK, _SAY = 0.2, 15


class Waited(Exception):
    """The work failed, or took longer than its limit; the message is its reason, for people."""


def to_stderr(line: str) -> None:
    """Say it where it does not mix with a command's output."""
    print(line, file=sys.stderr, flush=True)


async def run_watched(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    what: str,
    within: float,
    say: Say,
    begun: tuple[Callable[[], bool], float] | None = None,
) -> None:
    """Run a program to its end; `Waited` where it fails, exceeds `within`, or has not `begun` (a sign, its limit)."""
    say(f"{what} ...")
    process = await asyncio.create_subprocess_exec(
        *tethered(argv),
        env=dict(env),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    output = asyncio.ensure_future(process.communicate())
    start = said = monotonic()
    try:
        while not output.done():
            await asyncio.wait([output], timeout=_LOOK)
            now = monotonic()
            if now - start > within:
                raise Waited(f"not done within {within:.0f} s")
            if begun and now - start > begun[1] and not begun[0]():
                raise Waited(f"nothing arrived within {begun[1]:.0f} s")
            if now - said >= _SAY:
                said = now
                say(f"{what}: {now - start:.0f} s so far")
    finally:
        if process.returncode is None:
            # With all that it started itself, which would hold its output open.
            os.killpg(process.pid, SIGKILL)
        printed, _ = await output
    if process.returncode != 0:
        lines = printed.decode(errors="replace").strip().splitlines() or [f"exit code {process.returncode}"]
        raise Waited(lines[-1])
    say(f"{what}: done in {monotonic() - start:.0f} s")


@asynccontextmanager
async def held(lock: Path, *, what: str, say: Say) -> AsyncIterator[None]:
    """Hold a lock file; it is given up with the process, however that ends."""
    with lock.open("ab") as file:
        said = False
        while True:
            try:
                flock(file, LOCK_EX | LOCK_NB)
                break
            except BlockingIOError:
                if not said:
                    say(f"waiting for {what} ({lock}) ...")
                said = True
                await asyncio.sleep(_LOOK)
        yield
