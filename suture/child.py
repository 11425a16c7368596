"""A child process that never outlives us: its output goes to a file, and it dies with its parent even on SIGKILL."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# Runs in the child before the real program: PR_SET_PDEATHSIG is 1. The parent may have died before it was set.
# A program of its own and no preexec_fn, which may deadlock in a process that has threads (ours has Temporal's).
_TETHER = (
    "import ctypes, os, signal, sys\n"
    "ctypes.CDLL(None).prctl(1, signal.SIGKILL)\n"
    "os.getppid() == int(sys.argv[1]) or sys.exit(1)\n"
    "os.execvp(sys.argv[2], sys.argv[2:])\n"
)


def tethered(argv: Sequence[str]) -> tuple[str, ...]:
    """The command that runs a program bound to the life of the thread that starts it; elsewhere than on Linux, unbound."""
    if sys.platform != "linux":
        return tuple(argv)
    return (sys.executable, "-I", "-S", "-c", _TETHER, str(os.getpid()), *argv)


class Child:
    """One program started as our child. It has a session of its own, so that Ctrl-C reaches us alone and we stop it.

    On Linux the kernel watches the thread that called `start`: call it from a thread that lives as long as the process.
    """

    def __init__(
        self, argv: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        self.argv = tuple(argv)
        self.log = log
        self._env = env
        self._cwd = cwd
        self._process: subprocess.Popen[bytes] | None = None
        self._said_from = 0

    @property
    def pid(self) -> int:
        """The process id; `RuntimeError` before the start."""
        if self._process is None:
            raise RuntimeError("the process was not started")
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """How it ended; none while it runs or before its start."""
        return self._process.poll() if self._process else None

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        if self.returncode is None:
            return "runs"
        if self.returncode < 0:
            return f"was ended by {signal.Signals(-self.returncode).name}"
        return f"ended with exit code {self.returncode}"

    def start(self) -> None:
        """Start it; its output is appended to the log."""
        if self.running:
            raise RuntimeError(f"{self.argv[0]} is running already")
        if shutil.which(self.argv[0]) is None:
            raise FileNotFoundError(f"{self.argv[0]} is no program that can be run")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._said_from = log.tell()
            self._process = subprocess.Popen(
                tethered(self.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self._env) if self._env is not None else None,
                cwd=self._cwd,
                start_new_session=True,
            )

    async def ended(self, *, within: float) -> int:
        """Wait for it to end by itself; `TimeoutError`, and its end, where it does not."""
        if self._process is None:
            raise RuntimeError("the process was not started")
        try:
            return await asyncio.to_thread(self._process.wait, within)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{self.argv[0]} did not end within {within:.0f} s") from None
        finally:
            self.kill()

    async def stop(self, *, within: float = 10) -> int | None:
        """Ask it to end, insist after `within` seconds; answers how it ended, none if it was never started."""
        if self._process is None:
            return None
        try:
            self._process.terminate()
            await asyncio.to_thread(self._process.wait, within)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.kill()
        return self._process.returncode

    def kill(self) -> None:
        """End it at once, with SIGKILL, and reap it."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def said(self, words: str) -> bool:
        """Whether it has printed these words since its start: the log goes on from earlier ones."""
        if not self.log.exists():
            return False
        with self.log.open("rb") as log:
            log.seek(self._said_from)
            return words.encode() in log.read()

    def tail(self, lines: int = 15) -> str:
        """The end of its log, for an error."""
        if not self.log.exists():
            return "(no output)"
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
