"""Reads a document from a file: JSON by the reader that the gateway has too, and never more than a door lets in."""

import sys
from pathlib import Path
from typing import Any, NoReturn

from canonical.inbound import InvalidEvent
from suture.cli.failures import Ending, Failed
from suture.strict_json import read_object

MOST_BYTES = 256 * 1024
STDIN = Path("-")


def read_document(file: Path) -> tuple[dict[str, Any], bytes]:
    """The object in the file (`-` is standard input), and its bytes; says what is wrong, never what stands there."""
    raw = _bytes(file)
    if len(raw) > MOST_BYTES:
        _refuse(file, f"larger than {MOST_BYTES // 1024} KiB")
    try:
        return read_object(raw), raw
    except InvalidEvent as unfit:
        _refuse(file, unfit.expected)


def _bytes(file: Path) -> bytes:
    if file == STDIN:
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        # A pipe or a device would be read for ever; a directory cannot be read at all.
        if not file.exists():
            _refuse(file, "there is no such file")
        if not file.is_file():
            _refuse(file, "not a file")
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        _refuse(file, f"cannot be read: {getattr(error, 'strerror', None) or type(error).__name__}")


def _refuse(file: Path, why: str) -> NoReturn:
    raise Failed(f"--file {file}: {why}", do="nothing was started", ending=Ending.usage)
