"""The demo's comparison reads the systems' books: what was taken back counts nothing, and nothing stray goes unseen."""

from decimal import Decimal
from typing import Any

from suture.demo.books import Books, Posted

OURS = "A" * 26
UNDO = "B" * 26


def movement(delta: float, *, ref: str | None = OURS, use: str | None = None, number: int = 1) -> dict[str, Any]:
    return {"movementId": f"mov_{number}", "delta": delta, "externalRef": ref, "useId": use}


def charge(status: str, *, units: int = 2, amount: int = 5000, credits: list[dict[str, Any]] | None = None) -> Any:
    voided = {"void_id": UNDO} if status == "VOID" else None
    return {
        "charge_id": OURS,
        "seq": 1,
        "status": status,
        "units": units,
        "amt": amount,
        "acct_no": "A100001",
        "credits": credits or [],
        "void": voided,
    }


def journal(ref: str, *, reversal: bool = False) -> dict[str, Any]:
    keys = ("50", "40") if reversal else ("40", "50")
    line = {"QUANTITY": "2.000", "AMOUNT_DC": "30.00"}
    return {
        "HEADER": {"REF_DOC_NO": ref, "DOC_NO": "5100000001", "PSTNG_DATE": "20261120"},
        "ITEMS": [
            {"POSTING_KEY": keys[0], "GL_ACCOUNT": "0000520000", **line},
            {"POSTING_KEY": keys[1], "GL_ACCOUNT": "0000131000", **line},
        ],
    }


def books(**kept: Any) -> Books:
    nothing: dict[str, Any] = {"movements": (), "charges": (), "journals": ()}
    return Books(**nothing | kept, expense_accounts=frozenset({"0000520000"}), closes=True)


def test_what_left_the_shelf_is_the_sum_of_movements_and_their_contras() -> None:
    there = books(movements=(movement(-2), movement(2, ref=UNDO), movement(-3, ref="C" * 26)))
    assert there.stock({OURS}, "U-1").quantity == Decimal(2)
    assert there.stock({OURS, UNDO}, "U-1").quantity == Decimal(0)


def test_a_cabinets_own_movement_counts_for_its_use_and_once_only() -> None:
    there = books(movements=(movement(-1, ref=None, use="U-1"), movement(1, ref=UNDO, use="U-1")))
    assert there.stock({OURS, UNDO}, "U-1").quantity == Decimal(0)
    assert books(movements=(movement(-1, ref=None, use="U-1"),)).stock(set(), "U-1").quantity == Decimal(1)


def test_only_live_charges_count_and_credits_are_taken_off() -> None:
    assert books(charges=(charge("POST"),)).charged({OURS}) == Posted(Decimal(2), Decimal(50), ("A100001",))
    for status in ("PEND", "REJ", "VOID", "CRED"):
        assert books(charges=(charge(status),)).charged({OURS}) == Posted(accounts=())
    partly = charge("BILLED", credits=[{"credit_id": UNDO, "units": 1, "amt": -2500}])
    assert books(charges=(partly,)).charged({OURS}).quantity == Decimal(1)


def test_a_reversal_takes_its_journal_off() -> None:
    there = books(journals=(journal(OURS), journal(UNDO, reversal=True)))
    assert there.expensed({OURS}) == Posted(Decimal(2), Decimal(30), dates=("20261120",))
    assert there.expensed({OURS, UNDO}) == Posted(dates=("20261120",))
    assert there.expensed(set()) == Posted()


def test_every_key_in_the_books_is_known_by_its_document() -> None:
    there = books(
        movements=(movement(-1), movement(-1, ref=None, use="U-9")),
        charges=(charge("VOID"),),
        journals=(journal("C" * 26),),
    )
    assert set(there.keys()) == {OURS, UNDO, "C" * 26}
    assert there.uses() == {"U-9"}
