"""A line closes for a reason, and what comes later opens it again (domain rule 15)."""

from decimal import Decimal
from typing import Any

import pytest

from canonical.documents.order_book import LineStanding
from canonical.matching.closing import ClosedBy, closing
from tests.canonical.matching.situations import orders


def line(ordered: dict[str, Any], **came: list[dict[str, Any]]) -> LineStanding:
    return orders({"ordered": [{"quantity": 10, "price": Decimal("12.00"), **ordered}], **came})[0].lines[0]


TEN = {"quantity": 10}
TEN_PAID = {"quantity": 10, "amount": Decimal(120)}
AMOUNT = {"match": "amount", "kind": "service"}
BY_AMOUNT = {"receipt": "", "receipt_line": 0, "quantity": 0}


@pytest.mark.parametrize(
    ("standing", "by"),
    [
        (line({}, received=[TEN], approved=[TEN_PAID]), ClosedBy.quantity),
        (line({}, received=[{"quantity": 12}], approved=[{"quantity": 12, "amount": 144}]), ClosedBy.quantity),
        (line({"match": "order"}, approved=[TEN_PAID]), ClosedBy.quantity),
        (
            line(
                {"close_tolerance": 5, "quantity": 100},
                received=[{"quantity": 96}],
                approved=[{"quantity": 96, "amount": 1}],
            ),
            ClosedBy.tolerance,
        ),
        (line({"cancelled": 10}), ClosedBy.cancelled),
        (
            line({"cancelled": 4}, received=[{"quantity": 6}], approved=[{"quantity": 6, "amount": 72}]),
            ClosedBy.quantity,
        ),
        (
            line({"closed": True}, received=[{"quantity": 6}], approved=[{"quantity": 6, "amount": 72}]),
            ClosedBy.short_closed,
        ),
        (line({"closed": True}), ClosedBy.short_closed),
        (line(AMOUNT, approved=[{**BY_AMOUNT, "amount": 120}]), ClosedBy.amount),
        (line({**AMOUNT, "close_tolerance": 5}, approved=[{**BY_AMOUNT, "amount": 115}]), ClosedBy.tolerance),
        (line({**AMOUNT, "cancelled": 10}), ClosedBy.cancelled),
        (line({**AMOUNT, "closed": True}, approved=[{**BY_AMOUNT, "amount": 30}]), ClosedBy.short_closed),
    ],
)
def test_a_line_closes(standing: LineStanding, by: ClosedBy) -> None:
    assert closing(standing).by is by
    assert closing(standing).closed


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (line({}), "10 of 10 each to come"),
        (line({}, received=[TEN]), "10 each received and not yet invoiced"),
        (line({}, received=[{"quantity": 6}], approved=[{"quantity": 6, "amount": 72}]), "4 of 10 each to come"),
        (line({"closed": True}, received=[{"quantity": 6}]), "6 each received and not yet invoiced"),
        (line({"match": "order"}, approved=[{"quantity": 4, "amount": 48}]), "6 of 10 each to come"),
        (line(AMOUNT, approved=[{**BY_AMOUNT, "amount": 50}]), "70.00 of 120.00 not invoiced"),
    ],
)
def test_a_line_stays_open_and_says_what_it_waits_for(standing: LineStanding, words: str) -> None:
    assert not closing(standing).closed
    assert words in closing(standing).words


def test_a_return_opens_a_closed_line_until_its_credit_came_and_then_for_the_goods_still_wanted() -> None:
    returned = [{"quantity": 10, "returned": 4}]
    credit = {"invoice": "ACME:CR1:credit", "quantity": -4, "amount": -48}
    assert "4 each invoiced and not here" in closing(line({}, received=returned, approved=[TEN_PAID])).words
    assert "4 of 10 each to come" in closing(line({}, received=returned, approved=[TEN_PAID, credit])).words
    assert closing(line({"closed": True}, received=returned, approved=[TEN_PAID, credit])).closed


def test_a_credit_without_a_return_opens_a_closed_line() -> None:
    credit = {"invoice": "ACME:CR1:credit", "quantity": -2, "amount": -24}
    assert not closing(line({}, received=[TEN], approved=[TEN_PAID, credit])).closed
