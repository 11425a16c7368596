"""Credits and corrections that wait at the same time: which of them pass, and what is paid in view of them (rule 14)."""

from decimal import Decimal
from itertools import permutations

import pytest

from canonical.documents.invoice import Invoice, InvoiceType
from tests.canonical.matching.desk import Desk
from tests.canonical.matching.papers import PLACES, Came, WentBack, bill

GAUZE = PLACES[0]
"""Twelve dollars each."""


def credit(number: str, day: int, quantity: int, *, of: str = "INV-1") -> Invoice:
    return bill(number, day, {GAUZE: quantity}, type=InvoiceType.credit, corrects=of)


def corrected(number: str, day: int, quantity: int, *, of: str = "INV-1") -> Invoice:
    return bill(number, day, {GAUZE: quantity}, type=InvoiceType.corrected, corrects=of)


INVOICE = bill("INV-1", 1, {GAUZE: 10})
ONCE_APPROVED = {
    "two credits that together give back more than was billed": (
        (credit("CR-1", 11, 6), credit("CR-2", 12, 5)),
        {"CR1": -72},
    ),
    "two credits that fit together": (
        (credit("CR-1", 11, 6), credit("CR-2", 12, 4)),
        {"CR1": -72, "CR2": -48},
    ),
    "a credit that repeats another one": ((credit("CR-1", 11, 4), credit("CR-2", 11, 4)), {"CR1": -48}),
    "a credit that alone gives back more than was billed": (
        (credit("CR-1", 11, 11), credit("CR-2", 12, 4)),
        {"CR2": -48},
    ),
    "a credit that comes before a correction": (
        (credit("CR-1", 11, 2), corrected("INV-1A", 12, 8)),
        {"CR1": -24, "INV1A": 0},
    ),
    "a correction that comes before a credit": (
        (corrected("INV-1A", 11, 8), credit("CR-1", 12, 2)),
        {"INV1A": -24, "CR1": -24},
    ),
    "two corrections, of which the later one counts": (
        (corrected("INV-1A", 11, 8), corrected("INV-1B", 12, 7)),
        {"INV1B": -36},
    ),
    "a correction of a correction": (
        (corrected("INV-1A", 11, 8), corrected("INV-1B", 12, 7, of="INV-1A")),
        {"INV1B": -36},
    ),
    "a correction between two credits": (
        (credit("CR-1", 11, 3), corrected("INV-1A", 12, 8), credit("CR-2", 13, 2)),
        {"CR1": -36, "INV1A": 12, "CR2": -24},
    ),
}


@pytest.mark.parametrize(("came", "paid"), ONCE_APPROVED.values(), ids=ONCE_APPROVED.keys())
def test_of_what_comes_between_an_approval_and_the_next_match_the_same_passes_in_every_order(
    came: tuple[Invoice, ...], paid: dict[str, int]
) -> None:
    for order in permutations(came):
        desk = Desk()
        desk.take(Came("R1", GAUZE, 10))
        desk.take(INVOICE)
        for document in order:
            desk.lay(document)
        desk.settle()
        amounts = {invoice.normalised: result.paid for invoice, result in desk.approved[1:]}
        assert amounts == paid
        assert len(desk.waiting) == len(came) - len(paid)


BEFORE_APPROVAL = {
    "a credit for what went back": ((credit("CR-1", 11, 4),), 120),
    "two credits for what went back": ((credit("CR-1", 11, 1), credit("CR-2", 12, 3)), 120),
    "a credit that repeats another one": ((credit("CR-1", 11, 2), credit("CR-2", 11, 2)), None),
    "a credit that gives back more than was billed": ((credit("CR-1", 11, 11),), None),
    "two credits that together give back more than was billed, the first what went back": (
        (credit("CR-1", 11, 4), credit("CR-2", 12, 7)),
        120,
    ),
    "two credits that together give back more than was billed, the first less than what went back": (
        (credit("CR-1", 11, 3), credit("CR-2", 12, 8)),
        None,
    ),
    "a credit whose lines do not add up": (
        (credit("CR-1", 11, 4).model_copy(update={"total": Decimal("50.00")}),),
        None,
    ),
    "a credit at too low a price": (
        (bill("CR-1", 11, {GAUZE: 4}, each=-1, type=InvoiceType.credit, corrects="INV-1"),),
        None,
    ),
    "a credit of another invoice": ((credit("CR-1", 11, 4, of="INV-2"),), None),
    "a credit that was itself corrected": ((credit("CR-1", 11, 4), corrected("INV-7", 12, 3, of="CR-1")), None),
}


@pytest.mark.parametrize(("waits", "paid"), BEFORE_APPROVAL.values(), ids=BEFORE_APPROVAL.keys())
def test_an_invoice_of_goods_that_went_back_is_paid_only_in_view_of_credits_that_will_pass(
    waits: tuple[Invoice, ...], paid: int | None
) -> None:
    for order in permutations(waits):
        desk = Desk()
        desk.take(Came("R1", GAUZE, 10))
        desk.take(WentBack("R1", Decimal(4)))
        for document in (INVOICE, *order):
            desk.lay(document)
        result = desk.match(INVOICE)
        assert (result.paid if result.verdict == "pay" else None) == paid
        desk.settle()
        assert desk.invoiced()["H1", GAUZE] <= 6


def test_what_a_waiting_credit_gives_back_is_not_billed_again_before_it_is_approved() -> None:
    desk = Desk()
    desk.take(Came("R1", GAUZE, 10))
    desk.take(INVOICE)
    again = bill("INV-2", 12, {GAUZE: 10})
    desk.lay(credit("CR-1", 11, 10))
    desk.lay(again)
    assert desk.match(again).verdict == "hold"
    desk.settle()
    assert desk.paid == 120
    assert not desk.waiting


def test_what_a_waiting_correction_gives_up_is_not_billed_again_before_it_is_approved() -> None:
    desk = Desk()
    desk.take(Came("R1", GAUZE, 10))
    desk.take(INVOICE)
    rest = bill("INV-2", 12, {GAUZE: 2})
    desk.lay(corrected("INV-1A", 11, 8))
    desk.lay(rest)
    assert desk.match(rest).verdict == "hold"
    desk.settle()
    assert desk.paid == 120
    assert not desk.waiting


def test_a_credit_that_waits_for_a_correction_says_so() -> None:
    desk = Desk()
    desk.take(Came("R1", GAUZE, 10))
    desk.take(INVOICE)
    waits = credit("CR-1", 12, 2)
    desk.lay(corrected("INV-1A", 11, 8))
    desk.lay(waits)
    held = desk.match(waits)
    assert [hold.kind for hold in held.holds] == ["in-turn"]
    assert (
        held.holds[0].words
        == "INV-1A goes back to the same invoice and comes before it: this waits until that is approved."
    )
