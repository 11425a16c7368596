"""What is left of a command: the processes that it started, found by the folder that they name."""

import os
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
