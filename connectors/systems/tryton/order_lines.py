"""Order lines as Tryton's purchase lines: what each names is looked up by its code, and refused where it is not there."""

from decimal import Decimal

from canonical.documents.order import LineKind, Order, OrderLine, OrderType
from canonical.errors import Audience, BusinessRefusal
from connectors.systems.tryton.catalogue import Catalogue
from connectors.systems.tryton.client import Row
from connectors.systems.tryton.line_words import worded
from connectors.systems.tryton.prices import CONTRACT
from connectors.systems.tryton.refusals import not_known, refused
from connectors.systems.tryton.settings import TrytonSettings
from connectors.systems.tryton.values import exact, number

PRICE = Decimal("0.0001")
"""The places of a unit price, unless a Tryton is configured for another number of them."""


class OrderLines:
    """The values of lines. Quantities are in order units, prices for one order unit."""

    def __init__(self, system: str, catalogue: Catalogue, settings: TrytonSettings) -> None:
        self._system = system
        self._catalogue = catalogue
        self._settings = settings

    async def ordered(self, order: Order, line: OrderLine) -> Row:
        """A line of a new order."""
        values = await self.content(order, line)
        if line.need_by is not None:
            values |= {"delivery_date_edit": True, "delivery_date_store": line.need_by}
        if line.cost_centre is not None:
            centre = await self._catalogue.cost_centre(line.cost_centre)
            if centre is None:
                raise self._unknown("the cost centre", Audience.finance)
            values["analytic_accounts"] = [["create", [{"root": centre["root"], "account": centre["id"]}]]]
        return {**values, "type": "line", "sequence": line.line}

    async def content(self, order: Order, line: OrderLine, *, quantity: Decimal | None = None) -> Row:
        """What an order line and its change have in common; `quantity` in place of what the line still wants."""
        if line.location is not None and await self._catalogue.place(order.facility, line.location) is None:
            raise self._unknown("the location", Audience.supply_chain)
        product = await self._product(line)
        contract = CONTRACT.record(line.contract)
        # What was used is bought, not received: a line that names a product would have its goods awaited.
        named = product is not None and order.type is not OrderType.bill_only
        return {
            "product": product["id"] if product and named else None,
            "product_supplier": contract if named else None,
            "quantity": number(line.quantity - line.cancelled if quantity is None else quantity),
            "unit": await self._unit(line, product),
            "unit_price": self._price(order, line),
            "description": worded(line, named=named),
        }

    async def _product(self, line: OrderLine) -> Row | None:
        service = line.kind is not LineKind.goods
        code = line.item or (self._settings.bought_as(line.kind) if service else None)
        if code is None:
            raise self._refused("a line of goods names its item", Audience.item_master)
        product = await self._catalogue.product(code)
        if product is None:
            raise self._unknown("the item", Audience.item_master)
        if (product["template."]["type"] == "service") is not service:
            raise self._refused("goods and services are other items in Tryton", Audience.item_master)
        return product

    async def _unit(self, line: OrderLine, product: Row | None) -> int | None:
        if product is None:
            return None
        counted = product["default_uom."]
        unit = await self._catalogue.measure(line.unit, counted["category"])
        if unit is None:
            raise self._unknown("the unit of the item", Audience.item_master)
        if line.kind is LineKind.goods and exact(unit["factor"]) != line.base_factor * exact(counted["factor"]):
            raise self._refused("the order unit holds another number of base units in Tryton", Audience.item_master)
        return int(unit["id"])

    def _price(self, order: Order, line: OrderLine) -> Decimal:
        """For one order unit, exactly or not at all."""
        if line.price.currency != order.currency:
            raise self._refused("a line is priced in another currency than the order", Audience.finance)
        price = line.price.extended(line.price_factor)
        kept = price.quantize(PRICE)
        if kept != price:
            raise self._refused("Tryton keeps four places of the price of an order unit", Audience.buyer)
        return kept

    def _unknown(self, what: str, audience: Audience) -> BusinessRefusal:
        return not_known(self._system, "order", what, audience)

    def _refused(self, why: str, audience: Audience) -> BusinessRefusal:
        return refused(self._system, "order", why, audience)
