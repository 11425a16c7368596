"""The purchases of the demo's day are whole: every variation, every answer of a supplier, in words that the systems take."""

from collections import Counter
from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import TypeAdapter

from canonical.documents.invoice import Channel, InvoiceType
from canonical.documents.order import Acknowledged
from canonical.documents.work_item import Decision
from sandbox.inventory.document_shapes import RefusedQty
from sandbox.supplier.faults import Kind
from sandbox.supplier.plan import Step, Term
from suture.demo.purchasing import moves
from suture.demo.purchasing.moves import (
    Acknowledge,
    Approve,
    Ask,
    Authorise,
    Await,
    Bill,
    Decide,
    Delegate,
    Dock,
    Lack,
    Move,
    Phone,
    Purchase,
    Reverse,
    Says,
    SendBack,
    Ship,
)
from suture.demo.purchasing.orders import PURCHASES
from suture.demo.purchasing.owned_by_suppliers import OWNED_BY_SUPPLIERS
from suture.up.hospital import AUTHORITY, PEOPLE

BY_NUMBER = {purchase.number: purchase for purchase in PURCHASES}
EVERY = [(purchase, move) for purchase in PURCHASES for move in purchase.moves]


def of(kind: type[Move]) -> Iterator[tuple[Purchase, Move]]:
    return ((purchase, move) for purchase, move in EVERY if isinstance(move, kind))


def said() -> Iterator[Says]:
    for _, move in EVERY:
        if isinstance(move, Acknowledge | Ship | Bill):
            yield from move.says


def test_the_day_has_at_least_twenty_orders_each_under_a_number_of_its_own() -> None:
    assert sum(purchase.end is not None for purchase in PURCHASES) >= 20
    assert len(BY_NUMBER) == len(PURCHASES)
    papers = Counter(move.number for _, move in EVERY if isinstance(move, Bill | Dock | SendBack))
    assert set(papers.values()) == {1}


def test_what_was_used_in_a_surgical_case_has_a_supplier_of_its_own() -> None:
    suppliers = [(one.facility, one.supplier) for one in OWNED_BY_SUPPLIERS]
    assert len(set(suppliers)) == len(suppliers)


def test_every_move_that_there_is_a_word_for_is_made() -> None:
    assert {type(move) for _, move in EVERY} == set(get_args(moves.Move))


def test_every_answer_that_a_supplier_may_give_is_given_and_every_kind_of_invoice_sent() -> None:
    given = {one["status"] for one in said() if "status" in one}
    assert given | {"accepted"} == {status.value for status in Acknowledged}
    bills = [move for _, move in of(Bill) if isinstance(move, Bill)]
    assert {bill.kind for bill in bills} == {kind.value for kind in InvoiceType}
    assert {bill.channel for bill in bills} <= set(Channel)
    assert any(bill.channel == Channel.paper for bill in bills)


@pytest.mark.parametrize("says", [*said()], ids=str)
def test_a_supplier_says_it_in_the_words_of_its_exchange(says: Says) -> None:
    assert Term.model_validate({name: value for name, value in says.items() if name not in ("item", "location")})


def test_bills_and_authorisations_are_steps_that_the_exchange_takes() -> None:
    steps = TypeAdapter[Step](Step)
    for _, move in EVERY:
        match move:
            case Bill():
                told = {"do": "invoice", "type": move.kind, "number": move.number, "channel": move.channel}
                steps.validate_python(told | {"extras": dict(move.extras), "orders": move.orders})
                steps.validate_python(told | {"currency": move.currency, "discount": move.discount})
            case Authorise():
                steps.validate_python({"do": "authorise", "granted": move.granted})


def test_what_is_refused_at_the_dock_is_refused_for_a_reason_that_inventory_knows() -> None:
    reasons = {reason for _, move in of(Dock) if isinstance(move, Dock) for _, reason in move.refused.values()}
    assert {"damaged", "wrongItem", "shortDated"} <= reasons
    for reason in reasons:
        RefusedQty.model_validate({"qty": 1, "reason": reason})


def test_a_purchase_is_entered_by_a_buyer_or_known_by_the_item_that_the_engine_orders() -> None:
    for purchase in PURCHASES:
        assert purchase.entered or purchase.end is None or purchase.makes is not None, purchase.number
        ordered = [move for move in purchase.moves if move == Await(what="order")]
        assert bool(ordered) == (purchase.makes is not None), purchase.number


def test_no_two_purchases_are_known_by_the_same_item_of_the_same_supplier() -> None:
    made = Counter((one.facility, one.supplier, one.makes) for one in PURCHASES if one.makes is not None)
    assert set(made.values()) == {1}


def test_what_comes_after_another_purchase_finds_it_and_nothing_waits_in_a_circle() -> None:
    for purchase in PURCHASES:
        seen = {purchase.number}
        while purchase.after:
            purchase = BY_NUMBER[purchase.after]
            assert purchase.number not in seen
            seen.add(purchase.number)


def test_every_fault_but_a_missing_right_strikes_a_write_of_purchasing() -> None:
    """Whoever has no right to write is refused as by rule: what follows is the same, and shown of uses."""
    struck = {fault.kind for purchase in PURCHASES for fault in purchase.faults}
    assert struck == set(get_args(Kind)) - {"refuse_unauthorized"}


def test_the_writes_of_baskets_and_needs_are_struck_and_what_is_sent_to_suppliers() -> None:
    faults = [fault for purchase in PURCHASES for fault in purchase.faults]
    assert {fault.step.partition("-")[0] for fault in faults if fault.of in ("basket", "need")} == {
        "reservation",
        "order",
        "sent",
        "expected",
        "transfer",
        "replacement",
    }
    assert {fault.operation for fault in faults if fault.system == "supplier"} == {
        "place_order",
        "request_replacement",
        "request_return",
    }


def test_whoever_decides_works_here_and_whoever_approves_has_authority() -> None:
    for _, move in EVERY:
        match move:
            case Approve():
                assert move.person in AUTHORITY
            case Delegate():
                assert {move.absent, move.deputy} <= set(AUTHORITY)
            case Decide():
                assert move.person in PEOPLE
            case Phone() | Ask():
                assert "operator" in PEOPLE[move.by][1]


def test_needs_are_told_at_places_of_their_own() -> None:
    told = Counter((one.facility, move.location, move.item) for one, move in of(Lack) if isinstance(move, Lack))
    assert set(told.values()) == {1}


def test_a_receipt_that_is_reversed_was_captured_before_and_one_that_is_sent_back_at_some_time() -> None:
    for purchase in PURCHASES:
        captured: set[str] = set()
        ever = {move.number for move in purchase.moves if isinstance(move, Dock)}
        for move in purchase.moves:
            match move:
                case Dock():
                    captured.add(move.number)
                case Reverse():
                    assert move.number in captured
                case SendBack():
                    assert move.receipt in ever


def decided() -> set[str]:
    """Every decision that is taken about purchases."""
    answers = {answer.options[0] for purchase in PURCHASES for answer in purchase.answers}
    answers |= {move.options[0] for _, move in EVERY if isinstance(move, Decide)}
    told = {answer.removeprefix("--") for answer in answers}
    return told | {"reject" if move.reject else "approve" for _, move in EVERY if isinstance(move, Approve)}


def test_what_people_answer_is_a_decision() -> None:
    answers = [answer for purchase in PURCHASES for answer in purchase.answers]
    assert {answer.options[0].removeprefix("--") for answer in answers} <= set(Decision)
