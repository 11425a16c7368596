"""Answers are typed by the people whose queue it is; a question that another answer has settled is not typed any more."""

import asyncio
from pathlib import Path

import pytest

from canonical.documents.work_item import Cause, Decision
from canonical.errors import Audience
from suture.cli.failures import Ending
from suture.demo import resolve
from suture.demo.day import BY_NUMBER
from suture.demo.resolve import Order, order_for, resolve_all
from suture.demo.shell import Typed, typed
from suture.demo.together import together
from suture.store.work_items import Listed
from suture.trouble import CannotGoOn
from suture.up.folder import Home
from tests.suture.test_demo_report import question

HOME = Home(Path("hospital"))
HELD = question(BY_NUMBER["U-101"], Cause.price_hold, Decision.override, owner=Audience.buyer)


def order(listed: Listed = HELD) -> Order:
    return order_for(listed, HOME)


def test_what_one_person_would_let_pass_is_put_to_a_second_one() -> None:
    assert order().person == "bea"
    agreed = Listed(item=HELD.item.model_copy(update={"agreed_by": "bea"}))
    assert order(agreed).person == "paul"


async def test_what_is_no_longer_asked_is_not_typed_and_what_is_settled_meanwhile_has_not_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Typed] = []
    asked = [False]

    async def refused(line: str, home: Home) -> Typed:
        asked.append(False)
        return Typed(line, 1, "refused")

    async def is_open(_: str) -> bool:
        return asked[-1]

    monkeypatch.setattr(resolve, "typed", refused)
    await resolve_all([order()], home=HOME, is_open=is_open, told=told.append)
    assert asked == [False] and not told
    asked[:] = [True]
    await resolve_all([order()], home=HOME, is_open=is_open, told=told.append)
    assert asked == [True, False] and not told


async def test_a_command_that_is_refused_while_the_question_stands_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Typed] = []

    async def refused(line: str, home: Home) -> Typed:
        return Typed(line, 1, "refused")

    async def is_open(_: str) -> bool:
        return True

    monkeypatch.setattr(resolve, "typed", refused)
    await resolve_all([order()], home=HOME, is_open=is_open, told=told.append)
    assert [each.code for each in told] == [1]


async def test_of_several_things_the_first_that_fails_ends_the_others_and_is_what_went_wrong() -> None:
    ended = []

    async def fails() -> None:
        raise CannotGoOn("no order came")

    async def goes_on() -> None:
        try:
            await together(never())
        finally:
            ended.append(True)

    async def never() -> None:
        await asyncio.Event().wait()

    with pytest.raises(CannotGoOn, match="no order came"):
        await together(goes_on(), fails())
    assert ended == [True]


async def test_a_command_that_nobody_has_answered_is_typed_again(tmp_path: Path) -> None:
    again = tmp_path / "again"
    ended = await typed(f"test -e {again} || {{ touch {again}; exit {Ending.unreachable}; }}", Home(tmp_path))
    assert ended.code == Ending.ok


async def test_a_command_that_is_refused_is_typed_once(tmp_path: Path) -> None:
    again = tmp_path / "again"
    ended = await typed(f"test -e {again} || {{ touch {again}; exit {Ending.refused}; }}", Home(tmp_path))
    assert ended.code == Ending.refused


async def test_what_the_day_has_not_foreseen_is_typed_last(monkeypatch: pytest.MonkeyPatch) -> None:
    typed_lines: list[str] = []

    async def kept(line: str, home: Home) -> Typed:
        typed_lines.append(line)
        return Typed(line, 0, "")

    async def is_open(_: str) -> bool:
        return True

    monkeypatch.setattr(resolve, "typed", kept)
    foreseen = order(question(BY_NUMBER["U-211"], Cause.no_charge_code, Decision.retry))
    await resolve_all([order(), foreseen], home=HOME, is_open=is_open, told=lambda _: None)
    assert typed_lines == [*foreseen.lines, *order().lines]
