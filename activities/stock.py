"""Stock: what was used, and its movement out of a location."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio import activity

from activities.balancing import balanced
from activities.boundary import failures_cross
from activities.intents import edge_from_run, intent_of
from activities.writing import Verbs, Writing
from canonical.asking.inventory import AskItem, AskKnownItem
from canonical.asking.writing import AskDocument, Balance, Balanced, MoveStock, Outcome
from canonical.effect import Found, Posted
from canonical.memory import Effects
from canonical.ports import Inventory, ItemAndLot


@dataclass(frozen=True)
class Stock:
    """The calls to one inventory system."""

    inventory: Inventory
    effects: Effects

    def all(self) -> tuple[Callable[..., Any], ...]:
        """What a worker registers."""
        return (self.item, self.known, self.move, self.balance, self.find)

    @activity.defn(name="stock.item")
    async def item(self, ask: AskItem) -> ItemAndLot:
        """The item and lot of a use, by number or by what was scanned."""
        usage = ask.usage
        scan = usage.scan
        with failures_cross():
            return await self.inventory.look_up(
                facility=usage.facility,
                location=usage.location,
                item=usage.item,
                device_identifier=None if scan is None or usage.item is not None else scan.device_identifier,
                lot=usage.lot,
                serial=usage.serial,
            )

    @activity.defn(name="item.look-up")
    async def known(self, ask: AskKnownItem) -> ItemAndLot:
        """The item by its number."""
        with failures_cross():
            return await self.inventory.look_up(
                facility=ask.context.name.facility,
                location=ask.location,
                item=ask.item,
                device_identifier=None,
                lot=None,
                serial=None,
            )

    @activity.defn(name="stock.move")
    async def move(self, order: MoveStock) -> Posted:
        """Post the consumption, once."""
        movement = order.movement
        intent = intent_of(
            order,
            business_date=movement.service_date,
            quantity=movement.quantity,
            unit=movement.unit,
            item=movement.item,
            lot=movement.lot,
        )
        with failures_cross():
            return await Writing(
                effects=self.effects,
                verbs=self._verbs(),
                intent=intent,
                ledger=order.ledger,
                edges=(edge_from_run(order),),
            ).post(lambda key: self.inventory.move(movement, wire_key=key))

    @activity.defn(name="stock.balance")
    async def balance(self, order: Balance) -> Balanced:
        """Take back movements until the expected number stands."""
        with failures_cross():
            return await balanced(order, effects=self.effects, verbs=self._verbs())

    @activity.defn(name="stock.find")
    async def find(self, ask: AskDocument) -> Outcome:
        """A movement by its reference, for what the source says it has posted."""
        with failures_cross():
            return Outcome(found=await self.inventory.movement(ask.reference))

    def _verbs(self) -> Verbs:
        async def take_back(document: Found, key: str) -> Posted:
            return await self.inventory.take_back(document.reference, wire_key=key)

        return Verbs(
            declares=self.inventory.declares,
            take_back=take_back,
            find=self.inventory.find_movements,
            by_reference=self.inventory.movement,
        )
