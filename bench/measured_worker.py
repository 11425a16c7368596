"""A worker in a process of its own, as the benchmark sees it: started, asked for its gauge, and stopped."""

import asyncio
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.gauge import Reading

ROOT = Path(__file__).parents[1]
READY_WITHIN = 60.0
STOPS_WITHIN = 20.0


class WorkerEnded(Exception):
    """The worker ended before it was asked to."""


class MeasuredWorker:
    """One `bench.worker`; its logs go to a file."""

    def __init__(self, *words: str, log: Path) -> None:
        self._words = words
        self._log = log

    async def __aenter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bench.worker", *self._words),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                # Compiled once, as what is installed is: else a flow file is compiled anew for every run of it.
                env=dict(os.environ)
                | {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(self._log.with_name("bytecode"))},
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(READY_WITHIN):
                if await self._line() != "ready":
                    raise WorkerEnded(self._log.read_text(encoding="utf-8", errors="replace")[-4000:])
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def reading(self) -> Reading:
        """Its gauge now."""
        if self._process.stdin is None:
            raise RuntimeError("the worker has no input")
        self._process.stdin.write(b"read\n")
        await self._process.stdin.drain()
        return Reading.model_validate_json(await self._line())

    async def _line(self) -> str:
        if self._process.stdout is None:
            raise RuntimeError("the worker has no output")
        line = await self._process.stdout.readline()
        if not line:
            raise WorkerEnded(self._log.read_text(encoding="utf-8", errors="replace")[-4000:])
        return line.decode().strip()

    async def _stop(self) -> None:
        """It ends with its input; insist where it does not."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), STOPS_WITHIN)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
