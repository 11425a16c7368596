"""Reads a document from a file: JSON as strictly as the gateway takes it, and never more than a door lets in."""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from suture.cli.failures import Ending, Failed

MOST_BYTES = 256 * 1024
STDIN = Path("-")


def read_document(file: Path) -> tuple[dict[str, Any], bytes]:
    """The object in the file (`-` is standard input), and its bytes; says what is wrong, never what stands there."""
    raw = _bytes(file)
    if len(raw) > MOST_BYTES:
        _refuse(file, f"larger than {MOST_BYTES // 1024} KiB")
    try:
        text = raw.decode("utf-8")
        document = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_such_number)
        # A lone surrogate is valid JSON and no text: it could be neither stored nor sent.
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        _refuse(file, "not UTF-8 text")
    except json.JSONDecodeError as error:
        _refuse(file, f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}")
    except RecursionError:
        _refuse(file, "nested too deep")
    except ValueError as error:
        _refuse(file, str(error) if isinstance(error, _Unfit) else "a number is too long")
    if not isinstance(document, dict):
        _refuse(file, "not a JSON object")
    return document, raw


class _Unfit(ValueError):
    """Words of our own about a document, safe to show."""


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


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _Unfit("a key stands twice in one object")
    return made


def _no_such_number(_: str) -> NoReturn:
    raise _Unfit("NaN and Infinity are no numbers in JSON")


def _refuse(file: Path, why: str) -> NoReturn:
    raise Failed(f"--file {file}: {why}", do="nothing was started", ending=Ending.usage)
