"""The ledgers that a system keeps, and how each is looked up, in one shape whatever the port."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from canonical.effect import Found

MOVEMENT, CHARGE, JOURNAL = "movement", "charge", "journal"
OF_A_PORT = {"move": MOVEMENT, "post_charge": CHARGE, "post_cost": JOURNAL}
"""The ledger that a port writes by a verb of its own; all others are books by kind."""


@dataclass(frozen=True)
class LookUps:
    """How a ledger is asked: by wire keys, and by the system's own reference."""

    find: Callable[[Sequence[str]], Awaitable[tuple[Found, ...]]]
    get: Callable[[str], Awaitable[Found | None]]


def ledgers_of(system: Any) -> set[str]:
    """The ledgers that a system keeps, by the verbs that it offers."""
    kept = {name for verb, name in OF_A_PORT.items() if hasattr(system, verb)}
    return kept | {str(kind) for kind in (system.books() if hasattr(system, "books") else ())}


def look_ups(system: Any, ledger: str) -> LookUps:
    """How a ledger of the system is asked."""
    match ledger:
        case "movement":
            return LookUps(find=system.find_movements, get=system.movement)
        case "charge":
            return LookUps(find=system.find_charges, get=system.charge)
        case "journal":
            return LookUps(find=system.find_journals, get=system.journal)
        case _:
            book = next(book for kind, book in system.books().items() if kind == ledger)
            return LookUps(find=book.find, get=book.get)
