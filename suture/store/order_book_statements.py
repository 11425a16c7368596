"""Order book statements: built once, as every look and every telling runs them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, bindparam, select, update

from suture.store.order_book_tables import ALLOCATIONS, ORDERS

HERE = (ORDERS.c.facility == bindparam("at")) & (ORDERS.c.order_number == bindparam("number"))
KNOWN = select(ORDERS.c.version, ORDERS.c.standing).where(HERE)
REPLACE = update(ORDERS).where(HERE)
ASKED_FOR: BindParameter[Any] = bindparam("asked", expanding=True)
OF_A_FACILITY = select(ORDERS).where(ORDERS.c.facility == bindparam("at"), ORDERS.c.order_number.in_(ASKED_FOR))
RISE = (
    update(ORDERS)
    .where(ORDERS.c.facility == bindparam("at"), ORDERS.c.order_number.in_(ASKED_FOR))
    .values(version=ORDERS.c.version + 1)
)
TAKEN = (
    select(ALLOCATIONS)
    .where(ALLOCATIONS.c.facility == bindparam("at"), ALLOCATIONS.c.order_number.in_(ASKED_FOR))
    .order_by(ALLOCATIONS.c.invoice, ALLOCATIONS.c.number)
)


def by_facility(meant: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """What is asked of each facility, in one order for all who take several.

    Pairs of facility and order would have SQLite read through the whole table.
    """
    asked: dict[str, set[str]] = {}
    for facility, order in meant:
        asked.setdefault(facility, set()).add(order)
    return [{"at": facility, "asked": sorted(orders)} for facility, orders in sorted(asked.items())]
