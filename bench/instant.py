"""Systems of ordering, receiving and paying that answer at once and check nothing: what is measured is the engine.

Every item has a par level that was just crossed, and a contract with a supplier of its own, so that each need becomes a
basket of its own; every supplier accepts all of every order.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bench.in_process import InProcessInventory, InProcessSystem
from bench.in_process_book import InProcessBook
from canonical.documents.contract import Contract, UnitPrice
from canonical.documents.order import Acknowledged, AcknowledgedLine, Acknowledgement, Order
from canonical.documents.replenishment import Budget, ParStanding
from canonical.kinds import DOMAINS, Kind
from canonical.ports import Book, ClearCase, Procurement, Storeroom, Supplier
from canonical.run import Domain

FIRST, LAST = date(2026, 1, 1), date(2099, 12, 31)
PRICE = UnitPrice(amount=Decimal("2.50"), currency="USD")


def _books(domain: Domain) -> Mapping[Kind, Book[Any]]:
    kinds = [kind for kind, of in DOMAINS.items() if of == domain]
    return {kind: InProcessBook[Any](kind.replace("-", "").upper()) for kind in kinds}


class InstantProcurement(InProcessSystem):
    """Contracts for everything, budgets without control."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "P")
        self._books = _books("procurement")

    def books(self) -> Mapping[Kind, Book[Any]]:
        """The book of each kind."""
        return self._books

    async def contracts(self, *, facility: str, item: str) -> tuple[Contract, ...]:
        """One, with the item's own supplier."""
        supplier = f"S-{item}"
        return (Contract(contract=f"C-{item}", supplier=supplier, item=item, price=PRICE, first=FIRST, last=LAST),)

    async def budget(self, *, facility: str, cost_centre: str, on: date) -> Budget:
        """Nobody controls it."""
        return Budget(cost_centre=cost_centre, currency="USD")

    async def order(self, *, facility: str, number: str) -> Order | None:
        """Orders are told of before anybody asks."""
        return None


class InstantStoreroom(InProcessInventory):
    """Twelve of twenty are missing of everything."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "M")
        self._books = _books("inventory")

    def books(self) -> Mapping[Kind, Book[Any]]:
        """The book of each kind."""
        return self._books

    async def par(self, *, facility: str, location: str, item: str) -> ParStanding | None:
        """How an item stands."""
        return ParStanding(facility=facility, location=location, item=item, par=Decimal(20), available=Decimal(8))

    async def below_par(self, *, facility: str) -> tuple[ParStanding, ...]:
        """Nothing is swept: crossings are told."""
        return ()

    async def cases_needing(self, *, facility: str, item: str, until: date) -> tuple[ClearCase, ...]:
        """No surgical case waits for anything."""
        return ()


class InstantSupplier(InProcessSystem):
    """Accepts every order whole, when it is asked."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "S")
        self._books = _books("supplier")

    def books(self) -> Mapping[Kind, Book[Any]]:
        """The book of each kind."""
        return self._books

    async def acknowledgements(self, *, order: str) -> tuple[Acknowledgement, ...]:
        """The one line of each order is accepted for a day."""
        said = Acknowledgement.model_validate(
            {
                "facility": "TRADE",
                "source": "supplier",
                "number": f"ACK-{order}"[:64],
                "occurred": "2026-11-02T15:00:00Z",
                "order": order,
                "supplier": "S",
                "lines": [AcknowledgedLine(line=1, status=Acknowledged.accepted, on=LAST)],
            }
        )
        return (said,)


# Held by the type checker: the ports are offered exactly.
_PORTS: tuple[type[Procurement], type[Storeroom], type[Supplier]] = (
    InstantProcurement,
    InstantStoreroom,
    InstantSupplier,
)
