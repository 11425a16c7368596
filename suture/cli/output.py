"""What commands print: a table or lines for people, JSON for scripts; colours on a terminal only."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from rich.console import Console
from rich.markup import escape
from rich.table import Table

WIDE = 10_000
"""How wide a line may be where nobody's terminal bounds it: what is piped is never cut or wrapped."""


NOTHING = "-"


def console(*, stderr: bool = False) -> Console:
    """Where to print now: the stream of the moment, as wide as the terminal, or unbounded."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else WIDE, highlight=False, soft_wrap=False)


def say(line: str = "", *, style: str = "") -> None:
    """One line on stdout, as it is: no markup in it counts."""
    console().print(escape(printable(line)), style=style or None, soft_wrap=True)


def remark(line: str) -> None:
    """One line on stderr, where it does not mix with the output."""
    console(stderr=True).print(escape(printable(line)), style="yellow", soft_wrap=True)


def emit(value: Any) -> None:
    """A value as JSON: models as objects, decimals as strings, times in ISO 8601."""
    print(json.dumps(to_jsonable_python(value), indent=2, ensure_ascii=False))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain table, folded at the terminal's width, nothing cut; a column with nothing in it is left out.

    What stands first is a name that people copy: it is folded last.
    """
    shown = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    cells = [[printable(text(cell)) for cell in row] for row in rows]
    kept = [at for at in range(len(columns)) if any(row[at] != NOTHING for row in cells)]
    for at in kept:
        shown.add_column(columns[at], overflow="fold", no_wrap=at == kept[0])
    for row in cells:
        shown.add_row(*(escape(row[at]) for at in kept))
    console().print(shown)


def printable(words: str) -> str:
    """Without control characters: some words are a vendor's own, and a terminal would obey them."""
    return "".join(each if each.isprintable() else " " for each in words)


def text(value: object) -> str:
    """A value in a cell."""
    match value:
        case None | "":
            return NOTHING
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
        case bool():
            return "yes" if value else "no"
        case tuple() | list():
            return ", ".join(map(text, value)) or NOTHING
        case BaseModel():
            return value.model_dump_json()
        case _:
            return str(value)


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, or in how long, in the largest unit that tells enough."""
    seconds = (now - moment).total_seconds()
    size = abs(seconds)
    units = (("d", 86_400), ("h", 3_600), ("min", 60))
    unit, length = next(((unit, length) for unit, length in units if size >= 2 * length), ("s", 1))
    words = f"{size / length:.0f} {unit}"
    return f"{words} ago" if seconds >= 0 else f"in {words}"
