"""What commands print: tables without what is empty, times to the second, words that no terminal obeys."""

from datetime import UTC, datetime

import pytest

from canonical.documents.work_item import Cause, Decision, WorkItem
from canonical.errors import Audience
from suture.cli import output
from suture.cli.story import Story
from suture.cli.story_text import verdict
from suture.cli.transactions import tell_runs
from suture.cli.work_items import tell_open
from suture.store.work_items import Listed
from tests.support.documents import NOON, later, projection, run_name


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


ITEM = WorkItem(
    item_id=f"{run_name().workflow_id}:stock:1",
    workflow_id=run_name().workflow_id,
    correlation_id="c-1",
    facility="NORTH",
    process="usage-to-charge",
    step="stock",
    cause=Cause.refused,
    question="the bin is not known",
    owner=Audience.supply_chain,
    decisions=(Decision.retry, Decision.correct, Decision.abandon),
    correctable=("location",),
    opened=NOON,
    due=later(hours=4),
)


def test_a_list_that_was_cut_does_not_pass_for_all_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    two = (Listed(item=ITEM),) * 2
    tell_open(two, as_json=False, limit=2)
    cut = capsys.readouterr()
    tell_open(two, as_json=False, limit=3)
    assert cut.out.startswith("the first 2 open, ") and "more with --limit" in cut.err
    assert capsys.readouterr().out.startswith("2 open, ")


def test_a_run_that_asks_the_same_twice_says_so_in_one_word(capsys: pytest.CaptureFixture[str]) -> None:
    tell_runs((projection(waiting_for=("safety", "count-stock", "safety")),), limit=9)
    assert "2 safety, count-stock" in capsys.readouterr().out


def test_a_story_names_the_mildest_command_and_where_the_others_are() -> None:
    nothing = dict.fromkeys(("business_keys", "runs", "events", "effects", "lineage"), ())
    story = Story(correlation_id="c-1", work_items=(Listed(item=ITEM),), **nothing)
    assert verdict(story)[:3] == [
        "waits for a person (supply-chain): the bin is not known",
        f"  next: suture work resolve {ITEM.item_id} --retry",
        f"  or 2 more: suture work show {ITEM.item_id}",
    ]
