"""Order book places: whose order is meant by a number, where an invoice to one facility bills what another has ordered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from suture.store.order_book_tables import ORDERS


@dataclass(frozen=True)
class Places:
    """Where orders of some numbers are known: by number, the facilities that have one, each with its supplier."""

    known: Mapping[str, Mapping[str, str | None]]

    def of(self, facility: str, order: str, supplier: str) -> str:
        """The facility whose order is meant by this number in an invoice of the supplier to a facility."""
        at = self.known.get(order, {})
        others = [other for other, of in at.items() if of == supplier]
        return facility if facility in at or len(others) != 1 else others[0]


def places_of(connection: Connection, orders: Sequence[str]) -> Places:
    """Where orders of these numbers are known."""
    if not orders:
        return Places({})
    columns = (ORDERS.c.order_number, ORDERS.c.facility, ORDERS.c.supplier)
    known: dict[str, dict[str, str | None]] = {}
    for row in connection.execute(select(*columns).where(ORDERS.c.order_number.in_(orders))):
        known.setdefault(row.order_number, {})[row.facility] = row.supplier
    return Places(known)
