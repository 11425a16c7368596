"""What can be wrong with the configuration: file, table, key and what was expected, never a value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError

WORDS = {
    "missing": "expected a value, the key is missing",
    "model_type": "expected a table",
    "dict_type": "expected a table",
    "tuple_type": "expected a list",
    "json_invalid": "expected tables and lists that are nested less deeply",
    "time_delta_type": 'expected a duration, for example "PT30S"',
    "time_delta_parsing": 'expected a duration, for example "PT30S"',
    "date_type": "expected a date, for example 2026-01-31",
    "date_parsing": "expected a date, for example 2026-01-31",
    "date_from_datetime_parsing": "expected a date, for example 2026-01-31",
}
FORMS = {
    r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$": "expected at most 64 letters, digits, dots, dashes and slashes",
    r"^https?://": "expected a web address that begins with http:// or https://",
}
"""What the patterns of models that are not of `suture.tables` ask for: nobody should have to read a pattern."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the configuration."""

    file: Path
    table: str
    key: str
    expected: str

    def __str__(self) -> str:
        place = " ".join(filter(None, (f"[{self.table}]" if self.table else "", self.key)))
        told = ": ".join(filter(None, (str(self.file), place, self.expected)))
        # A key between quotation marks may hold anything, a line break too.
        return "".join(letter if letter.isprintable() else "?" for letter in told)


class ConfigurationError(Exception):
    """All that is wrong with the configuration, one line each."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def problems_of(error: ValidationError, *, file: Path, model: type[BaseModel], table: str = "") -> tuple[Problem, ...]:
    """What pydantic found in the table (of this model), in the terms of the file."""
    found = []
    for detail in error.errors(include_url=False, include_input=False):
        place = [part for part in detail["loc"] if part != "[key]"]
        words = _words(detail["type"], detail["msg"], detail.get("ctx", {}))
        if detail["type"] == "value_error" and not place:
            found.append(_of_whole(words, file, table))
            continue
        if len(place) > 1 and isinstance(place[-1], int):
            place[-2:] = [f"{place[-2]}[{place[-1]}]"]
        key = str(place[-1]) if place else ""
        if detail["type"] == "missing" and (named := _names_of_tables(_at(model, place))) is not None:
            found.append(Problem(file, _joined(table, place) + named, "", "expected this table, it is missing"))
            continue
        if detail["type"] == "extra_forbidden":
            words = _unknown(key, _fields_at(model, place[:-1]))
        elif detail["loc"][-1:] == ("[key]",):
            words = f"not a name for a table: {words}"
        found.append(Problem(file, _joined(table, place[:-1]), key, words))
    return tuple(found)


def _words(kind: str, message: str, context: Mapping[str, Any]) -> str:
    """Pydantic's finding in the words of somebody who writes a file."""
    if kind == "string_pattern_mismatch":
        return FORMS.get(context["pattern"], "expected a text of another form")
    words = WORDS.get(kind) or message.removeprefix("Value error, ").replace("Input should be", "expected")
    return re.sub(r"^(Tuple|List|Dictionary|String) should have(.*?)( after validation.*)?$", r"expected\2", words)


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
    here = _at(model, place)
    return set(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else set()


def _names_of_tables(here: Any) -> str | None:
    """What follows in the name of a table of this type: nothing, or a name that the hospital chooses; none for a value."""
    if isinstance(here, type) and issubclass(here, BaseModel):
        return ""
    return ".<name>" if get_origin(here) is dict else None


def _at(model: type[BaseModel], place: list[int | str]) -> Any:
    """The type at this place."""
    here: Any = model
    for part in place:
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(part))
            here = field.annotation if field else None
        else:
            here = next((each for each in reversed(getattr(here, "__args__", ())) if each is not Ellipsis), None)
    return here
