"""What stops a hospital on one machine: a process that does not serve, or a folder that must not be touched."""

import json
from pathlib import Path

ALARMING = ("WARNING", "ERROR", "CRITICAL")


class CannotGoOn(Exception):
    """Something that is needed does not start, or has ended: what, the last line of its log, and what to do."""

    def __init__(self, what: str, *, log: Path | None = None, do: str = "") -> None:
        told = (_last_line(log), f"its log is {log}") if log is not None and log.exists() else ()
        super().__init__("; ".join(filter(None, (what, *told, do))))


class FolderRefused(Exception):
    """The folder is in use, or holds what is not ours: nothing in it was touched."""


def _last_line(log: Path) -> str:
    """What a process said last, where that may be why it ended: of our own log lines only what is no mere news."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    last = lines[-1].strip() if lines else ""
    try:
        told = json.loads(last)
    except ValueError:
        return last
    return str(told["message"]) if isinstance(told, dict) and told.get("level") in ALARMING else ""
