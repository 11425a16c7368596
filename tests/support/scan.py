"""A scan for what identifies a patient: in clear and in every spelling in which it might have been carried along."""

import json
import sqlite3
import unicodedata
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

SHORTEST = 7
"""Bytes: what is shorter would be found by chance in sealed bytes."""

_DATES = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d%m%Y", "%m%d%Y")
_DATES_IN_WORDS = ("%d %B %Y", "%B %d, %Y", "%d-%b-%Y", "%d %b %Y")


@dataclass(frozen=True)
class Plant:
    """Something of a patient that was put into the way in: `what` it is, and the words in which it may appear."""

    what: str
    words: tuple[str, ...]

    @classmethod
    def text(cls, what: str, text: str) -> "Plant":
        """A number or a name, in whatever letter case and Unicode form."""
        cases = (text, text.upper(), text.lower(), text.title())
        forms = [unicodedata.normalize(form, case) for case in cases for form in ("NFC", "NFD")]
        return cls(what, tuple(dict.fromkeys(forms)))

    @classmethod
    def day(cls, what: str, day: date) -> "Plant":
        """A date, whichever way round it is written."""
        return cls(what, tuple(dict.fromkeys(f"{day:{form}}" for form in (*_DATES, *_DATES_IN_WORDS))))


@dataclass(frozen=True)
class Hit:
    """A plant that was found where it has no business to be."""

    place: str
    what: str
    spelling: str


def spellings(text: str) -> dict[bytes, str]:
    """Every form in which the text is looked for, with the form's name."""
    clear = text.encode()
    escaped = json.dumps(text)[1:-1].encode()
    twice = json.dumps(escaped.decode())[1:-1].encode()
    found = {clear: "clear", escaped: "JSON", twice: "JSON within JSON"}
    for codec in ("latin-1", "utf-16-le", "utf-16-be"):
        try:
            found.setdefault(text.encode(codec), codec)
        except UnicodeEncodeError:
            # This text cannot be written so: then it cannot appear so.
            continue
    found.setdefault(text.encode("ascii", "xmlcharrefreplace"), "XML")
    url = quote(text, safe="")
    found |= {url.encode(): "URL", _lower_escapes(url).encode(): "URL"} if url != text else {}
    for form in dict.fromkeys((clear, escaped, twice)):
        found |= {form.hex().encode(): "hex", form.hex().upper().encode(): "hex"}
        for core in _base64_cores(form):
            found |= {core: "base64", core.translate(bytes.maketrans(b"+/", b"-_")): "base64"}
    if short := [needle for needle in found if len(needle) < SHORTEST]:
        raise ValueError(f"too short to be looked for: {short}")
    return found


def scan(places: Mapping[str, bytes], plants: Sequence[Plant]) -> list[Hit]:
    """Every plant in every place, each named once a place and spelling."""
    hits: dict[Hit, None] = {}
    for plant in plants:
        needles: dict[bytes, str] = {}
        for words in plant.words:
            needles |= spellings(words)
        for place, content in places.items():
            for needle, spelling in needles.items():
                if needle in content:
                    hits[Hit(place, plant.what, spelling)] = None
    return list(hits)


def database(file: Path, *, without: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """An SQLite database that is in use, twice: its files as bytes, and its cells, which pages may cut in two.

    `without` names the rows, by table, that are left out, as a condition; then the bytes are left out too, for they
    would hold those rows.
    """
    places = {} if without else {path.name: path.read_bytes() for path in _files(file)}
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as connection:
        # A column may hold anything, whatever type it declares.
        connection.text_factory = bytes
        for table in _tables(connection):
            left_out = (without or {}).get(table)
            query = f'SELECT * FROM "{table}"' + (f" WHERE NOT ({left_out})" if left_out else "")
            places[f"{file.name} {table}"] = b"\n".join(map(_as_bytes, _cells(connection, query)))
    return places


def without_tables(file: Path, tables: Sequence[str], *, into: Path) -> Path:
    """A copy of a database in which these tables are empty, and of whose rows no page is left."""
    with (
        closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as original,
        closing(sqlite3.connect(into)) as copy,
    ):
        original.backup(copy)
        for table in tables:
            copy.execute(f'DELETE FROM "{table}"')
        copy.commit()
        copy.execute("VACUUM")
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return into


def _files(file: Path) -> Iterator[Path]:
    yield file
    for suffix in ("-wal", "-shm", "-journal"):
        beside = file.with_name(file.name + suffix)
        if beside.exists():
            yield beside


def _tables(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    return [bytes(name).decode() for (name,) in connection.execute(query)]


def _cells(connection: sqlite3.Connection, query: str) -> Iterator[Any]:
    for row in connection.execute(query):
        yield from row


def _as_bytes(cell: Any) -> bytes:
    return cell if isinstance(cell, bytes) else str(cell).encode()


def _base64_cores(data: bytes) -> Iterator[bytes]:
    """The characters that the data alone decides, for each of the three ways in which it may fall into groups."""
    for offset in range(3):
        encoded = b64encode(b"\0" * offset + data)
        yield encoded[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6]


def _lower_escapes(url: str) -> str:
    parts = url.split("%")
    return "%".join([parts[0], *(part[:2].lower() + part[2:] for part in parts[1:])])
