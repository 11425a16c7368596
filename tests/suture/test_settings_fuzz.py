"""Whatever stands in `hospital.toml`: settings, or an error that names the file on each of its lines."""

import tomllib
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suture.configuration import read
from suture.problems import ConfigurationError
from suture.settings import Settings
from tests.support.hospital import write_hospital

SHARED = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
tricky: st.SearchStrategy[Any] = st.sampled_from(
    [
        "", "\0", "a\nb", "..", "/", "http://[", "http://x:y", "sqlite:///", "postgresql://\0", "host:99999", "PT",
        "x" * 5000, 10**4000, -(10**30), float("inf"), float("nan"), [[[[]]]] * 3, {"a\nb": {"": 1}},
    ]
)  # fmt: skip
values = st.recursive(
    st.booleans()
    | st.integers()
    | st.floats()
    | words
    | st.dates()
    | st.times()
    | st.datetimes(timezones=st.just(UTC)),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(words, below, max_size=3),
    max_leaves=6,
)
Place = tuple[str | int, ...]


def toml(value: Any) -> str:
    """A value as it stands in a file."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            # Python writes no more digits than it reads.
            return hex(value) if value > 10**4000 else str(value)
        case float():
            return repr(value)
        case str():
            return quoted(value)
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return f"{{{', '.join(f'{quoted(key)} = {toml(below)}' for key, below in value.items())}}}"
    raise TypeError(type(value))


def quoted(text: str) -> str:
    """Text between quotation marks, every letter of it escaped."""
    return '"' + "".join(f"\\U{ord(letter):08X}" for letter in text) + '"'


def places(value: Any, at: Place = ()) -> list[Place]:
    """Where something stands in a parsed file, tables and their values."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, each in below for place in [(*at, key), *places(each, (*at, key))]]


@pytest.fixture
def hospital(tmp_path: Path) -> Path:
    return write_hospital(tmp_path)


def outcome(file: Path) -> str:
    """How reading ends: one of the two ways that there are."""
    try:
        assert isinstance(read(file), Settings)
    except ConfigurationError as wrong:
        assert str(wrong)
        assert all(line.startswith(f"{file}: ") for line in str(wrong).split("\n"))
        return "refused"
    return "read"


@SHARED
@given(content=st.binary(max_size=200) | st.text("[]{}=.,\"'\n#-+_0189abeinfT:\\", max_size=200).map(str.encode))
def test_any_bytes(hospital: Path, content: bytes) -> None:
    hospital.write_bytes(content)
    assert outcome(hospital) == "refused"


@SHARED
@given(data=st.data())
def test_a_good_file_with_anything_in_any_place(tmp_path: Path, data: st.DataObject) -> None:
    file = write_hospital(tmp_path)
    good = tomllib.loads(file.read_text())
    *way, last = data.draw(st.sampled_from(places(good)))
    table: Any = good
    for part in way:
        table = table[part]
    if isinstance(last, str) and data.draw(st.booleans()):
        last = data.draw(words)
    table[last] = data.draw(tricky | values)
    file.write_text("\n".join(f"{quoted(key)} = {toml(value)}" for key, value in good.items()))
    outcome(file)


def test_a_good_file_written_anew_is_read(hospital: Path) -> None:
    good = tomllib.loads(hospital.read_text())
    hospital.write_text("\n".join(f"{quoted(key)} = {toml(value)}" for key, value in good.items()))
    assert outcome(hospital) == "read"
