"""What an item costs at a place, as Tryton values it, and by which rule its use is therefore expensed."""

from canonical.documents.costing import Valuation
from canonical.documents.item import Ownership
from canonical.documents.location import Keeping
from canonical.errors import Audience
from canonical.money import Money
from connectors.systems.tryton.catalogue import Catalogue
from connectors.systems.tryton.client import TrytonClient
from connectors.systems.tryton.refusals import not_known
from connectors.systems.tryton.settings import LedgerSettings

_METHODS = {"fixed": "standard", "average": "moving-average", "fifo": "fifo"}


class Valuing:
    """The cost price is read anew each time, for receipts change it."""

    def __init__(self, client: TrytonClient, catalogue: Catalogue, settings: LedgerSettings) -> None:
        self._client = client
        self._catalogue = catalogue
        self._settings = settings

    async def valuation(self, *, facility: str, item: str, location: str) -> Valuation | None:
        """None for an unknown item, and for one without a cost price: zero is what an item costs before it is priced."""
        ownership, keeping = await self.kept(facility, location)
        fields = ["cost_price", "cost_price_method"]
        rows = await self._client.rows("product.product", [["code", "=", item]], fields)
        if not rows or not rows[0]["cost_price"]:
            return None
        _, currency = await self._catalogue.currency()
        method = str(rows[0]["cost_price_method"])
        return Valuation(
            unit_cost=Money(amount=rows[0]["cost_price"], currency=currency),
            method=_METHODS.get(method, method),
            source="product.product cost_price",
            ownership=ownership,
            keeping=keeping,
            posts_with_movement=self._settings.posts_with_movement,
        )

    async def kept(self, facility: str, location: str) -> tuple[Ownership, Keeping]:
        """Whose goods lie at a place, and whether they are expensed already. Refused for a place that is not there."""
        if await self._catalogue.warehouse(facility) is None:
            raise not_known(self._client.system, "valuation", "the facility", Audience.integration)
        place = await self._catalogue.place(facility, location)
        if place is None:
            raise not_known(self._client.system, "valuation", "the location", Audience.supply_chain)
        ownership = Ownership.consigned if place.owner is not None else Ownership.owned
        expensed = self._settings.is_expensed(facility, location)
        return ownership, Keeping.par if expensed else Keeping.perpetual
