"""docs/demo.md names every play of purchasing, and every question of the day, as the code has them; of both days."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from canonical.documents.work_item import Cause
from suture.demo.causes import OF_PURCHASES, OF_USES, SHOWN
from suture.demo.day import BY_NUMBER as USES
from suture.demo.purchasing.moves import Approve, Await, Decide, Purchase
from suture.demo.purchasing.orders import PURCHASES
from suture.demo.real.causes import SHOWN as SHOWN_ON_REAL_SYSTEMS
from suture.demo.real.purchases import PURCHASES as REAL_PURCHASES
from suture.demo.real.uses import USES as REAL_USES

SANDBOX, REAL = (
    (Path(__file__).parents[2] / "docs" / "demo.md").read_text(encoding="utf-8").split("\n## On real systems\n")
)
BY_NUMBER = {purchase.number: purchase for purchase in PURCHASES}
ROW = re.compile(r"^\| (?P<what>[^|]+) \| (?P<plays>[A-Z]-\d{3}[^|]*) \|$", re.MULTILINE)


def rows(page: str = SANDBOX) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What each row of a table names, and its plays."""
    for row in ROW.finditer(page):
        yield row["what"], tuple(row["plays"].split(", "))


VARIATIONS = {what: plays for what, plays in rows() if what not in set(Cause)}
QUESTIONS = {what: plays for what, plays in rows() if what in set(Cause)}


def foreseen(purchase: Purchase) -> set[str]:
    """The questions that a purchase waits for, or answers."""
    causes = {str(answer.cause) for answer in purchase.answers}
    for move in purchase.moves:
        match move:
            case Decide():
                causes.add(str(move.cause))
            case Approve():
                causes.add(str(Cause.approval))
            case Await(what="question"):
                causes.add(move.number)
    return causes


def test_every_purchase_plays_a_variation_that_the_page_names_and_none_is_named_that_is_not_played() -> None:
    named = {number for plays in VARIATIONS.values() for number in plays}
    assert named - set(USES) == set(BY_NUMBER)


def test_the_page_names_the_questions_as_the_day_checks_them() -> None:
    assert {str(cause): (number,) for cause, number in SHOWN.items()} == QUESTIONS


@pytest.mark.parametrize(("cause", "number"), OF_PURCHASES.items(), ids=str)
def test_the_play_that_shows_a_question_of_purchasing_waits_for_it_or_answers_it(cause: Cause, number: str) -> None:
    assert str(cause) in foreseen(BY_NUMBER[number])


def test_what_people_answer_about_purchases_is_shown() -> None:
    assert set().union(*map(foreseen, PURCHASES)) <= {str(cause) for cause in SHOWN}
    assert set(OF_USES.values()) <= set(USES)


def test_of_the_day_on_real_systems_the_page_names_every_play_and_every_question() -> None:
    named = {number for what, plays in rows(REAL) if what not in set(Cause) for number in plays}
    assert named == {one.number for one in (*REAL_USES, *REAL_PURCHASES)}
    asked = {what: plays for what, plays in rows(REAL) if what in set(Cause)}
    assert asked == {str(cause): (number,) for cause, number in SHOWN_ON_REAL_SYSTEMS.items()}


def test_what_shows_a_question_of_the_day_on_real_systems_foresees_it() -> None:
    plays = {one.number: foreseen(one) for one in REAL_PURCHASES}
    plays |= {one.number: {str(cause) for cause in one.answers} for one in REAL_USES}
    assert all(str(cause) in plays[number] for cause, number in SHOWN_ON_REAL_SYSTEMS.items())
