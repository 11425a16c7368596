"""Words of the command line, checked before anything starts."""

import json
from argparse import ArgumentTypeError
from pathlib import Path

LARGEST_SCALE = 2382
LARGEST_SEED = 2**31 - 1


def port(word: str) -> int:
    """A port; 0 takes a free one."""
    return _between(word, 0, 65535)


def seed(word: str) -> int:
    """The number that the hospital is drawn from."""
    return _between(word, 0, LARGEST_SEED)


def scale(word: str) -> int:
    """How large the hospital is."""
    why = "40 items each, and their numbers must fit the five digits that a GTIN has for them"
    return _between(word, 1, LARGEST_SCALE, why=why)


def existing_file(word: str) -> Path:
    """A file that can be read."""
    path = Path(word)
    if not path.is_file():
        raise ArgumentTypeError("there is no such file")
    return path


def tokens_file(word: str) -> Path:
    """The tokens file: a JSON object that names the rights of each token."""
    path = existing_file(word)
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        held = None
    if not isinstance(held, dict) or not all(isinstance(rights, list) for rights in held.values()):
        raise ArgumentTypeError('it must hold JSON: {"<token>": ["<right>", ...]}')
    return path


def _between(word: str, least: int, most: int, *, why: str = "") -> int:
    if not word.isdecimal() or len(word) > len(str(most)) or not least <= int(word) <= most:
        raise ArgumentTypeError(f"must be a whole number from {least} to {most}" + (f": {why}" if why else ""))
    return int(word)
