"""docs/demo.md names every play of purchasing, and every question of the day, as the code has them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from canonical.documents.work_item import Cause
from suture.demo.causes import OF_PURCHASES, OF_USES, SHOWN
from suture.demo.day import BY_NUMBER as USES
from suture.demo.purchasing.moves import Approve, Await, Decide, Purchase
from suture.demo.purchasing.orders import PURCHASES

PAGE = Path(__file__).parents[2] / "docs" / "demo.md"
BY_NUMBER = {purchase.number: purchase for purchase in PURCHASES}
ROW = re.compile(r"^\| (?P<what>[^|]+) \| (?P<plays>[A-Z]-\d{3}[^|]*) \|$", re.MULTILINE)


def rows() -> Iterator[tuple[str, tuple[str, ...]]]:
    """What each row of a table names, and its plays."""
    for row in ROW.finditer(PAGE.read_text(encoding="utf-8")):
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
