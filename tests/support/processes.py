"""What is left of a command: the processes that it started, found by the folder that they name."""

import os
import signal
from pathlib import Path


def started_in(folder: Path) -> list[int]:
    """The processes that name the folder: in their command line or in their environment."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue  # it has ended meanwhile, or is not ours to look at
        if str(folder).encode() in told:
            found.append(int(process.name))
    return found


def child_of(folder: Path, module: str) -> int:
    """The process that runs a module for the folder."""
    words = f"-m\0{module}\0".encode()
    return next(pid for pid in started_in(folder) if words in (Path("/proc") / str(pid) / "cmdline").read_bytes())


def as_in_a_terminal() -> None:
    """In a new process: SIGHUP ends it as it would in a terminal, also where the tests run under `nohup`."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
