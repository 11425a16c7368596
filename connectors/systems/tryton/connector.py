"""Tryton as the engine's Inventory, Storeroom, Finance and Procurement ports."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from pydantic import BaseModel

from canonical.documents.contract import Contract
from canonical.documents.costing import CostPosting, Valuation
from canonical.documents.order import Order
from canonical.documents.replenishment import Budget, ParStanding
from canonical.documents.stock import StockMovement
from canonical.effect import Found, Posted
from canonical.errors import Audience
from canonical.inbound import Inbound, InvalidEvent
from canonical.kinds import Kind
from canonical.period import Period
from canonical.ports import (
    Book,
    ClearCase,
    Declaration,
    Finance,
    Inventory,
    ItemAndLot,
    Procurement,
    Storeroom,
    System,
    SystemKind,
)
from connectors.systems.tryton.books import make_books
from connectors.systems.tryton.catalogue import Catalogue
from connectors.systems.tryton.client import TrytonClient
from connectors.systems.tryton.goods import Goods
from connectors.systems.tryton.ledger import Ledger
from connectors.systems.tryton.movements import Movements
from connectors.systems.tryton.named import Named
from connectors.systems.tryton.orders import Orders
from connectors.systems.tryton.par_levels import ParLevels
from connectors.systems.tryton.purchasing import Purchasing
from connectors.systems.tryton.refusals import not_known, refused
from connectors.systems.tryton.schema import schema_of
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.stock import Stock
from connectors.systems.tryton.supplier_books import supplier_books

AT_ONCE = 4
"""Tryton answers no faster to more, and who waits for its number series is answered 503 (docs/connectors/tryton.md)."""


class Tryton:
    """Has no idempotency: a write is marked by the reference of its document, and looked up by it."""

    def __init__(self, name: str, settings: TrytonSettings, client: TrytonClient) -> None:
        self._declares = Declaration(system=name, in_flight=settings.in_flight, at_once=AT_ONCE)
        self._client = client
        self._catalogue = Catalogue(client, settings)
        self._stock = Stock(client, self._catalogue)
        named = Named(client, self._catalogue, settings)
        goods = Goods(client, self._catalogue, settings)
        self._movements = Movements(client, goods)
        self._purchasing = Purchasing(client, self._catalogue, settings)
        orders = Orders(client)
        self._books = {
            **make_books(client, goods, orders, named),
            **self._purchasing.books,
            **supplier_books(client, settings, named, orders),
        }
        self._pars = ParLevels(client, settings)
        self._ledger = Ledger(client, self._catalogue, settings.ledger) if settings.ledger else None

    @property
    def declares(self) -> Declaration:
        """Nothing is idempotent: a booking may still be applied for so long after it was sent."""
        return self._declares

    async def ping(self) -> str:
        """Reach Tryton with the configured login."""
        return await self._client.version()

    async def schema(self) -> Mapping[str, str]:
        """Every field that is named here, as this Tryton defines it, and the modules that are needed."""
        return await schema_of(self._client)

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def look_up(
        self,
        *,
        facility: str,
        location: str,
        item: str | None,
        device_identifier: str | None,
        lot: str | None,
        serial: str | None,
    ) -> ItemAndLot:
        """Item, lot or serial, and on hand at the location."""
        place = await self._catalogue.place(facility, location)
        if place is None:
            raise not_known(self._declares.system, "look_up", "the location", Audience.supply_chain)
        return await self._stock.look_up(place, item=item, device_identifier=device_identifier, lot=lot, serial=serial)

    async def move(self, movement: StockMovement, *, wire_key: str) -> Posted:
        """Ship what was used to the department of its place."""
        return await self._movements.move(movement, wire_key=wire_key)

    async def take_back(self, reference: str, *, wire_key: str) -> Posted:
        """Ship it back. Tryton does not refuse a second one: whoever calls has looked up before."""
        return await self._movements.take_back(reference, wire_key=wire_key)

    async def find_movements(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All movements under these keys, contra movements too."""
        return await self._movements.find(wire_keys)

    async def movement(self, reference: str) -> Found | None:
        """A movement by our reference to it."""
        return await self._movements.get(reference)

    async def valuation(self, *, facility: str, item: str, location: str) -> Valuation | None:
        """What one base unit costs and how the location keeps it; none where Tryton has no such item, or no price of it."""
        return await self._books_of_account("valuation").valuation(facility=facility, item=item, location=location)

    async def periods(self, *, facility: str) -> tuple[Period, ...]:
        """The periods of the company."""
        return await self._books_of_account("periods").periods(facility=facility)

    async def post_cost(self, posting: CostPosting, *, posting_date: date, wire_key: str) -> Posted:
        """Post the journal on the accounts that the table names."""
        ledger = self._books_of_account("post_cost")
        return await ledger.post(posting, posting_date=posting_date, wire_key=wire_key)

    async def reverse_cost(self, reference: str, *, posting_date: date, wire_key: str) -> Posted:
        """Post the reversal; reversing a reversed journal answers the first reversal."""
        ledger = self._books_of_account("reverse_cost")
        return await ledger.reverse(reference, posting_date=posting_date, wire_key=wire_key)

    async def find_journals(self, wire_keys: Sequence[str]) -> tuple[Found, ...]:
        """All journals under these keys; `live` is false once reversed; reversals are left out."""
        return await self._books_of_account("find_journals").find(wire_keys)

    async def journal(self, reference: str) -> Found | None:
        """A journal by our reference to it."""
        return await self._books_of_account("journal").get(reference)

    async def booked_with(self, movement: str) -> Found | None:
        """What Tryton has booked by itself with a shipment that used goods, or that took a use back."""
        return await self._books_of_account("booked_with").booked_with(movement)

    def books(self) -> Mapping[Kind, Book[Any]]:
        """Of the storeroom; orders and their changes; receipts and returns of orders, supplier invoices."""
        return self._books

    async def par(self, *, facility: str, location: str, item: str) -> ParStanding | None:
        """How an item stands against its order point at a location."""
        return await self._pars.standing(facility=facility, location=location, item=item)

    async def below_par(self, *, facility: str) -> tuple[ParStanding, ...]:
        """All that Tryton would fill up."""
        return await self._pars.below(facility=facility)

    async def cases_needing(self, *, facility: str, item: str, until: date) -> tuple[ClearCase, ...] | None:
        """None: Tryton knows no surgical cases."""
        return None

    async def contracts(self, *, facility: str, item: str) -> tuple[Contract, ...]:
        """What suppliers have agreed to sell an item for, the same for all facilities."""
        return await self._purchasing.prices.contracts(item)

    async def budget(self, *, facility: str, cost_centre: str, on: date) -> Budget:
        """What is left of a cost centre's budget; at most advisory."""
        return await self._purchasing.budgets.left(cost_centre, on)

    async def order(self, *, facility: str, number: str) -> Order | None:
        """A purchase order as it now counts, a buyer's changes included."""
        return await self._purchasing.orders.named(facility, number)

    def _books_of_account(self, operation: str) -> Ledger:
        if self._ledger is None:
            why = "the configuration names no ledger of this Tryton"
            raise refused(self._declares.system, operation, why, Audience.integration)
        return self._ledger


class TrytonKind:
    """How a Tryton is configured and built; it sends no webhooks."""

    settings: type[BaseModel] = TrytonSettings
    bodies: tuple[type[BaseModel], ...] = ()

    def build(self, name: str, settings: BaseModel, *, outgoing: Callable[[], Mapping[str, str]]) -> System:
        """The connector under its configured name."""
        own = cast(TrytonSettings, settings)
        return Tryton(name, own, TrytonClient(own.client(name, outgoing=outgoing), own))

    def translate(self, body: Mapping[str, Any], settings: BaseModel) -> Inbound:
        """Nothing is heard from a Tryton as it is delivered."""
        raise InvalidEvent("type", "expected nothing: Tryton sends no webhooks")


SYSTEM = TrytonKind()

# Held by the type checker: the ports are offered exactly.
_KIND: SystemKind = SYSTEM
_PORT: type[Inventory] = Tryton
_FINANCE: type[Finance] = Tryton
_STOREROOM: type[Storeroom] = Tryton
_PROCUREMENT: type[Procurement] = Tryton
