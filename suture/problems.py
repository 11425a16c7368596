"""What can be wrong with the configuration: file, table, key and what was expected, never a value."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

WORDS = {
    "missing": "expected a value, the key is missing",
    "time_delta_type": 'expected a duration, for example "PT30S"',
    "time_delta_parsing": 'expected a duration, for example "PT30S"',
    "date_type": "expected a date, for example 2026-01-31",
    "date_parsing": "expected a date, for example 2026-01-31",
    "date_from_datetime_parsing": "expected a date, for example 2026-01-31",
}


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the configuration."""

    file: Path
    table: str
    key: str
    expected: str

    def __str__(self) -> str:
        place = " ".join(filter(None, (f"[{self.table}]" if self.table else "", self.key)))
        return ": ".join(filter(None, (str(self.file), place, self.expected)))


class ConfigurationError(Exception):
    """All that is wrong with the configuration, one line each."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def problems_of(error: ValidationError, *, file: Path, model: type[BaseModel], table: str = "") -> tuple[Problem, ...]:
    """What pydantic found in the table (of this model), in the terms of the file."""
    found = []
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        place = [part for part in detail["loc"] if part != "[key]"]
        words = WORDS.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")
        words = words.replace("Input should be", "expected").replace("String should", "expected a text that should")
        if detail["type"] == "value_error" and not place:
            found.append(_of_whole(words, file, table))
            continue
        key = str(place[-1]) if place else ""
        if detail["type"] == "extra_forbidden":
            words = _unknown(key, _fields_at(model, place[:-1]))
        elif detail["loc"][-1:] == ("[key]",):
            words = f"not a name for a table: {words}"
        found.append(Problem(file, _joined(table, place[:-1]), key, words))
    return tuple(found)


def _of_whole(words: str, file: Path, table: str) -> Problem:
    """A finding about several tables at once: its words read `<table>: <key>: <expected>`."""
    where, _, rest = words.partition(": ")
    key, _, expected = rest.partition(": ")
    if not expected:
        return Problem(file, table, "", words)
    return Problem(file, f"{table}.{where}" if table else where, key, expected)


def _joined(table: str, place: list[int | str]) -> str:
    for part in place:
        table = f"{table}[{part}]" if isinstance(part, int) else f"{table}.{part}" if table else part
    return table


def _unknown(key: str, known: set[str]) -> str:
    close = get_close_matches(key, known, n=1)
    if close:
        return f"unknown key; did you mean {close[0]}?"
    return f"unknown key; expected one of {', '.join(sorted(known))}" if known else "unknown key"


def _fields_at(model: type[BaseModel], place: list[int | str]) -> set[str]:
    """The keys that the table at this place may have; none known where the types say nothing."""
    here: Any = model
    for part in place:
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(part))
            here = field.annotation if field else None
        else:
            here = next((each for each in reversed(getattr(here, "__args__", ())) if each is not Ellipsis), None)
    return set(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else set()
