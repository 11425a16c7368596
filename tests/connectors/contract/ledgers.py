"""The writing verbs of every port in one shape, so that one suite holds them all to the same promises."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from canonical.documents.charge import Charge
from canonical.documents.costing import CostPosting
from canonical.effect import Found, Posted
from canonical.ports import Billing, Finance, Inventory, KeepsBooks
from suture.connector.ledgers import CHARGE, JOURNAL, MOVEMENT, look_ups


@dataclass(frozen=True)
class ClearCharge:
    """A charge with the numbers that billing takes in clear."""

    charge: Charge
    account_number: str
    case_number: str


@dataclass(frozen=True)
class Ledger:
    """One kind of document of a system. `beside`: what takes a document back is itself one, and can be taken back."""

    write: Callable[[Any, str], Awaitable[Posted]]
    undo: Callable[[str, date, str], Awaitable[Posted]]
    find: Callable[[Sequence[str]], Awaitable[tuple[Found, ...]]]
    get: Callable[[str], Awaitable[Found | None]]
    beside: bool = False


def ledger_of(system: Any, name: str) -> Ledger:
    """The ledger of a kind of document, or of movements, charges or journals."""
    match name:
        case "movement":
            return _movements(system)
        case "charge":
            return _charges(system)
        case "journal":
            return _journals(system)
        case _:
            return _book(system, name)


def _book(keeper: KeepsBooks, name: str) -> Ledger:
    look, book = look_ups(keeper, name), next(book for kind, book in keeper.books().items() if kind == name)
    return Ledger(
        write=lambda document, key: book.post(document, wire_key=key),
        undo=lambda reference, on, key: book.take_back(reference, on=on, wire_key=key),
        find=look.find,
        get=look.get,
    )


def _movements(port: Inventory) -> Ledger:
    look = look_ups(port, MOVEMENT)
    return Ledger(
        write=lambda movement, key: port.move(movement, wire_key=key),
        undo=lambda reference, on, key: port.take_back(reference, wire_key=key),
        find=look.find,
        get=look.get,
        beside=True,
    )


def _charges(port: Billing) -> Ledger:
    look = look_ups(port, CHARGE)

    def write(clear: ClearCharge, key: str) -> Awaitable[Posted]:
        return port.post_charge(
            clear.charge, account_number=clear.account_number, case_number=clear.case_number, wire_key=key
        )

    return Ledger(
        write=write,
        undo=lambda reference, on, key: port.void_charge(reference, wire_key=key),
        find=look.find,
        get=look.get,
    )


def _journals(port: Finance) -> Ledger:
    look = look_ups(port, JOURNAL)

    def write(posting: CostPosting, key: str) -> Awaitable[Posted]:
        return port.post_cost(posting, posting_date=posting.service_date, wire_key=key)

    return Ledger(
        write=write,
        undo=lambda reference, on, key: port.reverse_cost(reference, posting_date=on, wire_key=key),
        find=look.find,
        get=look.get,
    )
