"""The CPU seconds of our Temporal server, where the machine tells of other processes (Linux) and the server is ours."""

import os
from pathlib import Path

_UTIME, _STIME = 11, 12
"""Counted from the state, which follows the name in `/proc/<pid>/stat`."""


class ServerCpu:
    """Reads what the child that serves on an address has used."""

    def __init__(self, address: str) -> None:
        self._port = address.rpartition(":")[2]
        self._pid = self._find()

    def read(self) -> float | None:
        """Seconds so far; none where nobody tells."""
        if self._pid is None:
            return None
        fields = Path(f"/proc/{self._pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[_UTIME]) + int(fields[_STIME])) / os.sysconf("SC_CLK_TCK")

    def _find(self) -> int | None:
        for children in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
            for pid in children.read_text(encoding="ascii").split():
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if b"start-dev" in words and self._port.encode() in words:
                    return int(pid)
        return None
