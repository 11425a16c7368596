"""A storeroom in this process: the inventory system's books in dictionaries, so that tests of processes can read them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from bench.in_process import InProcessInventory
from bench.in_process_book import InProcessBook
from canonical.documents.posting import ExpectedDelivery, LotEntry, LotsIn, LotsOut, Transfer
from canonical.documents.replenishment import ParStanding
from canonical.documents.stock import StockMovement
from canonical.effect import Posted
from canonical.kinds import Kind
from canonical.ports import Book, ClearCase, Storeroom

D = TypeVar("D")


@dataclass(frozen=True)
class Shelf:
    """Where stock is counted: a lot or serial of an item at a location; neither for what carries none."""

    facility: str
    location: str
    item: str
    lot: str | None = None
    serial: str | None = None


Stock = dict[Shelf, Decimal]


class InProcessStoreroom(InProcessInventory):
    """Inventory and storeroom in one system. Whoever tests sets `pars` and `cases`, and reads `on_hand` and the books.

    `knows_cases` is set to false for a system that knows no surgical cases.
    """

    def __init__(self, name: str, prefix: str) -> None:
        super().__init__(name, prefix)
        self.stock: Stock = {}
        self.pars: list[ParStanding] = []
        self.cases: dict[tuple[str, str], list[ClearCase]] = {}
        self.knows_cases = True
        self.lots_in = InProcessBook[LotsIn](f"{prefix}LI", counts=self._counted(_came))
        self.lots_out = InProcessBook[LotsOut](f"{prefix}LO", counts=self._counted(_went))
        self.transfers = InProcessBook[Transfer](f"{prefix}TR", counts=self._counted(_moved))
        self.deliveries = InProcessBook[ExpectedDelivery](f"{prefix}EX", counts=self._counted(lambda _: {}))
        self._used: dict[str, Mapping[Shelf, Decimal]] = {}

    def on_hand(self, location: str, item: str, *, lot: str | None = None, serial: str | None = None) -> Decimal:
        """What was put in less what was taken out: of the lot or serial where one is named, else of them all."""
        return sum(
            (
                count
                for shelf, count in self.stock.items()
                if (shelf.location, shelf.item) == (location, item)
                and lot in (None, shelf.lot)
                and serial in (None, shelf.serial)
            ),
            Decimal(0),
        )

    def expected(self, order: str) -> ExpectedDelivery | None:
        """What an order will bring: its newest revision that stands."""
        return max(
            (each for each in self.deliveries.standing if each.order == order),
            key=lambda each: each.revision,
            default=None,
        )

    async def move(self, movement: StockMovement, *, wire_key: str) -> Posted:
        """Post a consumption, and count it."""
        posted = await super().move(movement, wire_key=wire_key)
        shelf = Shelf(movement.facility, movement.location, movement.item, movement.lot, movement.serial)
        return self._use(posted, {shelf: -movement.quantity})

    async def take_back(self, reference: str, *, wire_key: str) -> Posted:
        """Post a contra movement, and count it."""
        posted = await super().take_back(reference, wire_key=wire_key)
        return self._use(posted, {shelf: -count for shelf, count in self._used[reference].items()})

    def books(self) -> Mapping[Kind, Book[Any]]:
        """The four books of a storeroom."""
        return {
            Kind.lots_in: self.lots_in,
            Kind.lots_out: self.lots_out,
            Kind.transfer: self.transfers,
            Kind.expected: self.deliveries,
        }

    async def par(self, *, facility: str, location: str, item: str) -> ParStanding | None:
        """What was set for the item at the location."""
        asked = (facility, location, item)
        return next((each for each in self.pars if (each.facility, each.location, each.item) == asked), None)

    async def below_par(self, *, facility: str) -> tuple[ParStanding, ...]:
        """What was set for the facility and needs something."""
        return tuple(each for each in self.pars if each.facility == facility and each.need > 0)

    async def cases_needing(self, *, facility: str, item: str, until: date) -> tuple[ClearCase, ...] | None:
        """The cases that were set, up to the day."""
        if not self.knows_cases:
            return None
        return tuple(each for each in self.cases.get((facility, item), ()) if each.on <= until)

    def _counted(self, counts: Callable[[D], Mapping[Shelf, Decimal]]) -> Callable[[D, int], Decimal]:
        """What a book's documents do to stock."""

        def count(document: D, times: int) -> Decimal:
            moved = counts(document)
            _count(self.stock, moved, times=times)
            return sum(map(abs, moved.values()), Decimal(0))

        return count

    def _use(self, posted: Posted, counts: Mapping[Shelf, Decimal]) -> Posted:
        self._used[posted.reference] = counts
        _count(self.stock, counts)
        return posted


# Held by the type checker: the port is offered exactly.
_PORT: type[Storeroom] = InProcessStoreroom


def _count(stock: Stock, counts: Mapping[Shelf, Decimal], *, times: int = 1) -> None:
    for shelf, count in counts.items():
        stock[shelf] = stock.get(shelf, Decimal(0)) + count * times


def _came(document: LotsIn) -> Mapping[Shelf, Decimal]:
    return _by_lot(document.facility, document.location, document.lines)


def _went(document: LotsOut) -> Mapping[Shelf, Decimal]:
    return {shelf: -count for shelf, count in _by_lot(document.facility, document.location, document.lines).items()}


def _moved(document: Transfer) -> Mapping[Shelf, Decimal]:
    return {
        Shelf(document.facility, document.from_location, document.item): -document.quantity,
        Shelf(document.facility, document.to_location, document.item): document.quantity,
    }


def _by_lot(facility: str, location: str, lines: Sequence[LotEntry]) -> Mapping[Shelf, Decimal]:
    counts: dict[Shelf, Decimal] = {}
    for line in lines:
        parts = [(each.lot, each.serial, each.quantity) for each in line.lots] or [(None, None, line.quantity)]
        for lot, serial, quantity in parts:
            shelf = Shelf(facility, location, line.item, lot, serial)
            counts[shelf] = counts.get(shelf, Decimal(0)) + quantity
    return counts
