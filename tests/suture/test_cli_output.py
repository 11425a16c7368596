"""What commands print: tables without what is empty, times to the second, words that no terminal obeys."""

from datetime import UTC, datetime

import pytest

from suture.cli import output


def test_a_column_with_nothing_in_it_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("STEP", "FAILURE", "BY"), [("stock", "", "ann"), ("charge", None, "")])
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["STEP", "BY"],
        ["stock", "ann"],
        ["charge", "-"],
    ]


def test_a_time_is_told_to_the_second() -> None:
    assert output.text(datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)) == "2026-11-20 03:04:05Z"


def test_what_a_vendor_says_moves_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("\x1b[2Jgone[/bold]\n")
    output.table(("SAID",), [("\x1b[2Jgone",)])
    assert "\x1b" not in capsys.readouterr().out
