"""What the demo shows in the end fits the width it is made for, and names for everything what to look at or to type."""

import io
import shlex
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from canonical.documents.work_item import Cause, Decision, WorkItem
from canonical.errors import Audience
from canonical.identity import work_item_id
from canonical.memory import RunProjection
from suture.configuration import read
from suture.demo import report
from suture.demo.books import Posted
from suture.demo.day import BY_NUMBER, USES
from suture.demo.ledgers import Comparison, Line
from suture.demo.resolve import order_for
from suture.demo.standing import Standing
from suture.demo.uses import Use
from suture.settings import Settings
from suture.store.work_items import Listed
from suture.up.folder import Home, furnish
from suture.up.hospital import Ports

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return furnish(tmp_path_factory.mktemp("hospital"), Ports.choose())


@pytest.fixture(scope="module")
def settings(home: Home) -> Settings:
    return read(home.config)


def paper() -> Console:
    return Console(file=io.StringIO(), width=report.WIDTH, highlight=False)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def run(use: Use, *, outcome: str = "posted") -> RunProjection:
    return RunProjection(
        workflow_id=use.name.workflow_id,
        business_key=use.name.business_key,
        ordinal=1,
        correlation_id="c-" + "a" * 26,
        process="usage-to-charge",
        facility=use.facility,
        stage="closed" if outcome else "charge and cost",
        outcome=outcome,
        started=NOW,
        closed=NOW if outcome else None,
    )


def question(use: Use, cause: Cause, *decisions: Decision, owner: Audience = Audience.revenue_integrity) -> Listed:
    name = use.name
    item = WorkItem(
        item_id=work_item_id(name.workflow_id, "charge", 1),
        workflow_id=name.workflow_id,
        correlation_id="c-" + "a" * 26,
        facility=use.facility,
        process="usage-to-charge",
        step="charge",
        cause=cause,
        question=f"{cause} [not markup]",
        owner=owner,
        decisions=decisions,
        opened=NOW,
        due=NOW,
    )
    return Listed(item=item)


def test_each_transaction_shows_its_state_its_correlation_id_and_its_link(settings: Settings) -> None:
    console = paper()
    report.transactions(console, [Standing(use, run(use)) for use in USES], settings)
    text = printed(console)
    assert max(len(line) for line in text.splitlines() if "://" not in line) <= report.WIDTH
    for use in USES:
        assert f"/workflows/usage-to-charge%3A{use.facility}%3Ainventory%3A{use.number}" in text
    assert text.count("c-" + "a" * 26) == len(USES)


def test_a_use_whose_event_never_came_in_is_said_to_have_never_started(settings: Settings) -> None:
    console = paper()
    report.transactions(console, [Standing(USES[0], None)], settings)
    assert "never started" in printed(console)


def test_the_ledgers_stand_side_by_side_and_what_differs_is_told(settings: Settings) -> None:
    use = BY_NUMBER["U-101"]
    one = Posted(Decimal(1), Decimal("1234.50"))
    line = Line(use=use, stock=one, charge=one, cost=Posted(), verdict="differs", wrong=("expensed 0, expected 1",))
    comparison = Comparison(lines=(line,), orphans=("movement mov_1 under KEY",), closes=True)
    console = paper()
    report.ledgers(console, comparison)
    text = printed(console)
    assert "1 = 1,234.50" in text
    assert "U-101 differs: expensed 0, expected 1" in text
    assert "orphan: movement mov_1 under KEY belongs to no use" in text
    assert not comparison.agrees


def test_a_work_item_comes_with_the_command_of_the_person_whose_queue_it_is_in(home: Home) -> None:
    listed = question(BY_NUMBER["U-211"], Cause.no_charge_code, Decision.retry, Decision.correct)
    console = paper()
    report.open_items(console, [order_for(listed, home)], home=home)
    text = printed(console)
    assert "no-charge-code [not markup]" in text
    assert "first, revenue integrity adds a charge code for 4711 in billing" in text
    assert "    python -m suture.demo.mending add-code-4711" in text.splitlines()
    command = text[text.index("  suture work resolve") :].strip()
    words = shlex.split(command.replace("\\\n", ""))
    assert words[3:] == [listed.item.item_id, "--retry", "--token-file", str(home.token_file("cora"))]
    assert Path(words[-1]).exists()


def test_what_the_day_foresees_is_typed_only_where_the_item_takes_it(home: Home) -> None:
    held = question(BY_NUMBER["U-201"], Cause.safety, Decision.retry, Decision.correct)
    told = question(BY_NUMBER["U-201"], Cause.safety, Decision.acknowledge, owner=Audience.safety)
    assert order_for(held, home).options == ("--correct", "no_charge_reason=past its date: not charged")
    assert (order_for(told, home).options, order_for(told, home).person) == (("--acknowledge",), "eve")


def test_what_waits_stands_by_the_queue_it_is_in_safety_first(home: Home) -> None:
    told = question(BY_NUMBER["U-201"], Cause.safety, Decision.acknowledge, owner=Audience.safety)
    asked = [
        question(BY_NUMBER["U-101"], Cause.price_hold, Decision.override, owner=Audience.buyer),
        question(BY_NUMBER["U-211"], Cause.no_charge_code, Decision.retry),
        question(BY_NUMBER["U-102"], Cause.goods_overdue, Decision.retry, owner=Audience.buyer),
        told,
    ]
    console = paper()
    report.open_items(console, [order_for(listed, home) for listed in asked], home=home)
    queues = [line for line in printed(console).splitlines() if line in set(Audience)]
    assert queues == ["safety", "buyer", "revenue-integrity"]


def test_a_wide_command_goes_on_in_a_second_line_and_is_the_same_command() -> None:
    command = "suture work resolve " + "usage-to-charge:NORTH:inventory:U-211:charge:1 --correct 'why=not before 2027'"
    wide = f"{command} --token-file .suture/demo/people/cora.token"
    told = report.folded(wide)
    assert max(map(len, told.splitlines())) <= report.WIDTH
    assert shlex.split(told.replace("\\\n", "")) == shlex.split(wide)
    assert report.folded(command) == command
