"""Files of every kind at the command line's door: one line, exit 2, and nothing started."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from suture.cli.app import app
from tests.support.command_line import CommandLine, command_line, usage

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A hospital whose Temporal is away."""
    return command_line(tmp_path_factory.mktemp("hospital"))


def start(line: CommandLine, file: Path | str, *, stdin: bytes | None = None) -> Result:
    """Hand the file in as a use."""
    words = ["--config", str(line.settings.file), "start", "usage-to-charge", "--file", str(file)]
    return CliRunner().invoke(app, [*words, "--source", "inventory", line.token("olga")], input=stdin)


def stored(line: CommandLine) -> int:
    """How many events the inbox holds."""

    with closing(sqlite3.connect(line.folder / "suture.db")) as database:
        return int(database.execute("SELECT count(*) FROM inbox").fetchone()[0])


def open_items(line: CommandLine) -> list[tuple[str]]:
    """The ids of the work items that nobody has decided."""
    with closing(sqlite3.connect(line.folder / "suture.db")) as database:
        return database.execute("SELECT item_id FROM work_items WHERE closed_at IS NULL").fetchall()


def assert_refused(line: CommandLine, result: Result, *, before: int) -> None:
    """One line, exit 2, nothing kept."""
    assert result.exit_code == 2, (result.stdout, result.stderr)
    assert result.stdout == ""
    assert result.stderr.startswith("suture: ") and result.stderr.count("\n") == 1
    assert stored(line) == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "expected JSON"),
        (b"\x00\x01\x02", "expected JSON"),
        (b"\xff\xfe{}", "expected JSON in UTF-8"),
        (b"[1, 2]", "expected a JSON object"),
        (b"null", "expected a JSON object"),
        (b'{"a": 1, "a": 2}', "expected every key once"),
        (b'{"a": NaN}', "no NaN and no Infinity"),
        (b'{"a": "\\ud800"}', "without halves of surrogate pairs"),
        (b'{"a": "\\u0000"}', "text without NUL"),
        (b'{"a": ' + b"9" * 65 + b"}", "numbers of at most 64 digits"),
        (b'{"a": 1e1000000000000000000}', "numbers of an ordinary size"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "at most 32 levels of nesting"),
        (b"[" * 100_000 + b"]" * 100_000, "at most 32 levels of nesting"),
        (b'{"a": "' + b"x" * 300_000 + b'"}', "larger than 256 KiB"),
        (b'{"facility": "NORTH"', "expected JSON; it ends to be so in line 1, column 21"),
        (b"{}", "facility"),
        (b'{"facility": "NORTH", "number": ""}', "number"),
        (b'{"facility": "ELSEWHERE", "number": "U-1"}', "a facility of this hospital"),
    ],
)
def test_a_file_that_is_no_document_is_refused(line: CommandLine, tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "document.json"
    file.write_bytes(content)
    result = start(line, file)
    assert_refused(line, result, before=0)
    assert says in result.stderr


def test_what_is_no_file_is_refused(line: CommandLine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("missing.json", ".", "pipe", "a" * 300, "\x00"):
        assert_refused(line, start(line, tmp_path / name), before=0)
    assert_refused(line, start(line, "-", stdin=b"no json"), before=0)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A hospital that has two uses, one of them with an event id that came again with another content."""
    hospital = command_line(tmp_path_factory.mktemp("known"))
    for number, quantity in (("U-1", "2"), ("U-2", "1"), ("U-2", "3")):
        file = hospital.document("use.json", usage(number, quantity=quantity))
        words = ("start", "usage-to-charge", "--file", file, "--source", "inventory", "--event-id", f"E-{number}")
        hospital.invoke(*words, hospital.token("olga"))
    return hospital


ANYTHING = st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode())
ABOUT_U_1 = st.dictionaries(
    st.text() | st.sampled_from(["occurred", "correction", "kind", "item"]), JSON, max_size=4
).map(lambda fields: json.dumps({"facility": "NORTH", "number": "U-1"} | fields).encode())


@pytest.mark.parametrize(
    "door",
    [
        ("start", "usage-to-charge", "--source", "inventory"),
        ("signal", "usage-to-charge:NORTH:inventory:U-1"),
        ("signal", "usage-to-charge:NORTH:inventory:U-1", "--type", "usage.corrected"),
    ],
    ids=["start", "signal", "signal a correction"],
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=ANYTHING | ABOUT_U_1)
def test_nothing_random_is_ever_started(
    known: CommandLine, tmp_path: Path, door: tuple[str, ...], content: bytes
) -> None:
    file = tmp_path / "document.json"
    file.write_bytes(content)
    words = ["--config", str(known.settings.file), *door, "--file", str(file), known.token("olga")]
    assert_refused(known, CliRunner().invoke(app, words), before=2)


WORDS = st.text(st.characters(), max_size=60)
"""What a shell can pass: with what is not UTF-8 in it, as Python makes it text."""


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=WORDS | st.sampled_from(["item", "account", "no_charge_reason"]), value=WORDS, item=st.none() | WORDS)
def test_no_random_correction_decides_anything(known: CommandLine, field: str, value: str, item: str | None) -> None:
    ((item_id,),) = open_items(known)
    words = ["work", "resolve", item_id if item is None else item, "--correct", f"{field}={value}"]
    result = CliRunner().invoke(app, ["--config", str(known.settings.file), *words, known.token("olga")])
    assert result.exit_code in (1, 2, 3), (result.stdout, result.stderr)
    assert result.stdout == ""
    assert result.stderr.startswith("suture: ") and result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr and "a fault of suture" not in result.stderr
    assert open_items(known) == [(item_id,)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(sorted(usage("U-1"))), value=JSON.filter(lambda value: not isinstance(value, str | None)))
def test_a_wrong_type_names_the_field_and_not_the_value(
    line: CommandLine, tmp_path: Path, field: str, value: Any
) -> None:
    if field == "quantity" and isinstance(value, int | float):
        value = [value]
    file = tmp_path / "document.json"
    file.write_text(json.dumps(usage("U-1") | {field: value}))
    result = start(line, file)
    assert_refused(line, result, before=0)


def test_an_account_number_in_a_refused_document_is_never_repeated(line: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "document.json"
    file.write_text(json.dumps(usage("U-1", account="ACCOUNT-4711-SECRET", disposition="ACCOUNT-4711-SECRET")))
    result = start(line, file)
    assert_refused(line, result, before=0)
    assert "disposition" in result.stderr and "SECRET" not in result.stderr


def test_an_unknown_source_is_refused_because_it_would_post_twice(line: CommandLine) -> None:
    file = line.document("use.json", usage("U-1"))
    ended = line.invoke("start", "usage-to-charge", "--file", file, "--source", "invntory", line.token("olga"))
    assert ended.code == 2 and "expected a source" in ended.err


def test_only_an_operator_may_hand_in(line: CommandLine) -> None:
    file = line.document("use.json", usage("U-1"))
    words = ("start", "usage-to-charge", "--file", file, "--source", "inventory")
    refused = line.invoke(*words, line.token("finn"))
    assert refused.code == 1 and "lacks the role operator" in refused.err
    assert line.invoke(*words).code == 2
    assert line.run(*words, SUTURE_TOKEN="of nobody").err.startswith("suture: no person has this token")
    readable = line.folder / "loose.token"
    readable.write_text("token of olga")
    readable.chmod(0o644)
    loose = line.invoke(*words, f"--token-file={readable}")
    assert loose.code == 2 and "chmod 600" in loose.err


def test_with_temporal_away_a_document_is_kept_and_repeating_is_safe(tmp_path: Path) -> None:
    line = command_line(tmp_path)
    file = line.document("use.json", usage("U-7"))
    words = ("start", "usage-to-charge", "--file", file, "--source", "inventory", line.token("olga"))
    first, again = line.invoke(*words, "--json"), line.invoke(*words, "--json")
    assert (first.code, again.code) == (0, 0)
    assert first.json["business_key"] == "usage-to-charge:NORTH:inventory:U-7"
    assert not first.json["duplicate"] and not first.json["delivered"] and "it is kept" in first.json["problem"]
    assert again.json["duplicate"] and again.json["correlation_id"] == first.json["correlation_id"]
    assert stored(line) == 1
    shown = line.invoke("show", first.json["correlation_id"], "--json")
    assert [event["state"] for event in shown.json["events"]] == ["stored"]
    assert "ACCOUNT" not in shown.out and "CASE U-7" not in shown.out
    for database in tmp_path.glob("suture.db*"):
        assert b"ACCOUNT U-7" not in database.read_bytes()


def test_a_document_that_is_not_of_the_business_key_is_refused(tmp_path: Path) -> None:
    line = command_line(tmp_path)
    file = line.document("use.json", usage("U-8"))
    start_it = ("start", "usage-to-charge", "--file", file, "--source", "inventory", line.token("olga"))
    assert line.invoke(*start_it).code == 0
    wrong = line.invoke("signal", "usage-to-charge:NORTH:inventory:U-9", "--file", file, line.token("olga"))
    assert wrong.code == 2 and "number: U-9, as the business key says" in wrong.err
    unknown = line.document("other.json", usage("U-9"))
    nowhere = line.invoke("signal", "usage-to-charge:NORTH:inventory:U-9", "--file", unknown, line.token("olga"))
    assert nowhere.code == 3
    assert stored(line) == 1


def test_one_event_id_with_two_contents_is_an_item_that_its_owner_closes(tmp_path: Path) -> None:
    line = command_line(tmp_path)
    ends = []
    for quantity in ("1", "2"):
        file = line.document("use.json", usage("U-10", quantity=quantity))
        words = ("start", "usage-to-charge", "--file", file, "--source", "inventory", "--event-id", "E-1")
        ends.append(line.invoke(*words, line.token("olga")))
    assert [end.code for end in ends] == [0, 1]
    assert "came before with another content" in ends[1].err
    (listed,) = line.invoke("work", "list", "--json").json
    item_id = listed["item"]["item_id"]
    assert item_id.startswith("inbox:inventory:") and listed["item"]["evidence"] == ""
    denied = line.invoke("work", "resolve", item_id, "--acknowledge", line.token("finn"))
    retried = line.invoke("work", "resolve", item_id, "--retry", line.token("olga"))
    closed, again = (line.invoke("work", "resolve", item_id, "--acknowledge", line.token("olga")) for _ in range(2))
    assert denied.code == 1 and "needs the role integration" in denied.err
    assert retried.code == 1 and "takes: acknowledge" in retried.err
    assert closed.code == 0 and "decided by olga: acknowledge" in closed.out
    assert again.code == 0 and "nothing was done twice" in again.out
    assert line.invoke("work", "list").out == "nothing waits for a person\n"


def test_keys_and_store_are_made_rotated_and_migrated(tmp_path: Path) -> None:
    line = command_line(tmp_path)
    rotated, listed = line.invoke("keys", "rotate"), line.invoke("keys", "list", "--json")
    assert rotated.code == 0 and [key["current"] for key in listed.json] == [False, True]
    with closing(sqlite3.connect(tmp_path / "suture.db")) as database:
        ((who, subject),) = database.execute("SELECT who, subject FROM audit WHERE action = 'cli.keys-rotate'")
    assert who.startswith("system user ") and subject == f"key {listed.json[-1]['id']}"
    elsewhere = tmp_path / "other.keys"
    made = line.invoke("keys", "make", "--file", str(elsewhere))
    assert made.code == 0 and elsewhere.stat().st_mode & 0o077 == 0
    line.settings.keys.file.unlink()
    lost = line.invoke("list")
    assert lost.code == 2 and "[keys] file: " in lost.err and "is its volume mounted? else restore it" in lost.err
    assert "nothing to do" in line.invoke("store", "migrate").out
    (tmp_path / "suture.db").unlink()
    line.settings.keys.file.write_bytes(elsewhere.read_bytes())
    line.settings.keys.file.chmod(0o600)
    fresh = line.invoke("list")
    assert fresh.code == 2 and "is its volume mounted? else restore it" in fresh.err
    assert line.invoke("store", "migrate", "--json").json["before"] is None
    assert line.invoke("list").out == "no such transactions\n"
