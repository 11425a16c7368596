"""The places of a facility as Tryton keeps them, and how many of some items, or lots, are at each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.values import exact

NONE = Decimal(0)
Counted = Mapping[tuple[int, int], Decimal]
"""Base units by place and item, both by Tryton's ids."""


@dataclass(frozen=True)
class Rooms:
    """A facility's warehouse: its dock, the part in which the places lie, and each place by its code.

    Goods wait at `exit` for who fetches them. `others` are the places of goods that are their suppliers' own, which are no
    stock of the hospital's.
    """

    warehouse: int
    dock: int
    storage: int
    exit: int
    codes: Mapping[int, str] = field(default_factory=dict)
    others: Sequence[int] = ()

    @property
    def places(self) -> Sequence[int]:
        """The places by id, without what holds them all, and those through which goods only pass."""
        return [place for place in self.codes if place not in (self.dock, self.storage, self.exit)]

    def named(self, code: str) -> int | None:
        """A place by its code."""
        return next((place for place, known in self.codes.items() if known == code), None)


class Storerooms:
    """Nothing of it is kept: it is asked seldom, and must be so."""

    def __init__(self, client: TrytonClient, settings: TrytonSettings) -> None:
        self._client = client
        self._settings = settings

    async def of(self, facility: str) -> Rooms | None:
        """The warehouse of a facility, in two calls; none where Tryton has none."""
        domain = [["code", "=", self._settings.warehouse_of(facility)], ["type", "=", "warehouse"]]
        ends = ["input_location", "storage_location", "output_location"]
        found = await self._client.rows(_LOCATION, domain, ends)
        if not found:
            return None
        warehouse, fields = found[0], ["code", "type", "consignment_party"]
        within = [["parent", "child_of", [warehouse["id"]], "parent"], ["type", "in", ["storage", "supplier"]]]
        rows = await self._client.rows(_LOCATION, within, fields)
        return Rooms(
            warehouse["id"],
            warehouse["input_location"],
            warehouse["storage_location"],
            warehouse["output_location"],
            {row["id"]: row["code"] for row in rows if row["code"] and _is_the_hospitals(row)},
            [row["id"] for row in rows if not _is_the_hospitals(row)],
        )

    async def usable(self, products: Sequence[int], places: Sequence[int]) -> Counted:
        """What is on hand today and not expired."""
        there = await self._counted("product.product", "product", products, places)
        expired = [["product", "in", list(products)], ["expiration_date", "<", await self._client.today()]]
        # All places at once: what has expired is mostly gone, and there is nothing more to ask.
        somewhere = {"locations": list(places)}
        lots = await self._client.rows("stock.lot", expired, ["product", "quantity"], context=somewhere)
        of = {row["id"]: row["product"] for row in lots if row["quantity"]}
        gone = await self._counted("stock.lot", "lot", list(of), places)
        usable = dict(there)
        for (place, lot), quantity in gone.items():
            usable[place, of[lot]] -= quantity
        return usable

    async def _counted(self, model: str, name: str, records: Sequence[int], places: Sequence[int]) -> Counted:
        """Place by place, or record by record, whichever are fewer: Tryton adds up all that is asked of one of them."""
        counted: dict[tuple[int, int], Decimal] = {}
        if len(records) < len(places):
            for record in records:
                rows = await self._client.rows(
                    _LOCATION, [["id", "in", list(places)]], ["quantity"], context={name: record}
                )
                counted |= {(row["id"], record): exact(row["quantity"] or 0) for row in rows}
        else:
            for place in places if records else ():
                rows = await self._client.rows(
                    model, [["id", "in", list(records)]], ["quantity"], context={"locations": [place]}
                )
                counted |= {(place, row["id"]): exact(row["quantity"] or 0) for row in rows}
        return counted


_LOCATION = "stock.location"


def _is_the_hospitals(row: Row) -> bool:
    return row["type"] == "storage" and row["consignment_party"] is None
