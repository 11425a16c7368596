"""What Tryton's master data knows by code: products, places, parties, lots; kept for a minute, for they seldom change."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from connectors.systems.tryton.client import Row, TrytonClient
from connectors.systems.tryton.settings import TrytonSettings

T = TypeVar("T")
_KEPT_SECONDS = 60.0
_DEEPEST = 10
"""Categories of products lie no deeper in one another."""
_PRODUCT = [
    "code",
    "name",
    "default_uom",
    "default_uom.name",
    "default_uom.category",
    "default_uom.factor",
    "template.type",
    "template.lot_required",
    "template.expiration_state",
    "identifiers.code",
    "cost_price",
    "cost_price_method",
    "template.account_category",
]


@dataclass(frozen=True)
class Place:
    """Where goods lie, and the warehouse in which that is.

    `owner` is the party whose own goods lie there until they are used. Tryton keeps such a place as a location of the
    supplier, and its shipments reach it by the `storage` in which it lies; of any other place that is the place itself.
    """

    location: int
    warehouse: int
    storage: int
    owner: int | None = None


@dataclass(frozen=True)
class Party:
    """A party by its code: a department, or a supplier."""

    party: int
    address: int | None
    customer_location: int
    supplier_location: int
    payment_term: int | None = None


class Catalogue:
    """Answers none for what Tryton does not know; only what is known is kept."""

    def __init__(self, client: TrytonClient, settings: TrytonSettings) -> None:
        self._client = client
        self._settings = settings
        self._kept: dict[tuple[str, ...], tuple[float, Any]] = {}

    async def product(self, item: str) -> Row | None:
        """A product by its code."""
        return await self._once(("product", item), lambda: self._first("product.product", "code", item, _PRODUCT))

    async def product_marked(self, device_identifier: str) -> Row | None:
        """A product by one of its identifiers: what a scan yields."""
        known = ("identifier", device_identifier)
        return await self._once(
            known, lambda: self._first("product.product", "identifiers.code", device_identifier, _PRODUCT)
        )

    async def unit(self, name: str, category: int) -> int | None:
        """A unit by its name, of the category in which the product is counted."""
        found = await self.measure(name, category)
        return int(found["id"]) if found else None

    async def measure(self, name: str, category: int) -> Row | None:
        """The same, with its `factor` to the base of the category."""

        async def look() -> Row | None:
            domain = [["name", "=", name], ["category", "=", category]]
            found = await self._client.rows("product.uom", domain, ["factor"])
            return found[0] if found else None

        return await self._once(("unit", name, str(category)), look)

    async def units(self, category: int) -> list[Row]:
        """All units of a category."""

        async def look() -> list[Row]:
            return await self._client.rows("product.uom", [["category", "=", category]], ["name", "factor", "category"])

        return await self._once(("units", str(category)), look) or []

    async def warehouse(self, facility: str) -> int | None:
        """The warehouse of a facility."""
        storage = await self.storage(facility)
        return storage.warehouse if storage else None

    async def storage(self, facility: str) -> Place | None:
        """The part of a facility's warehouse in which its places lie."""

        async def look() -> Place | None:
            domain = [["code", "=", self._settings.warehouse_of(facility)], ["type", "=", "warehouse"]]
            found = await self._client.rows("stock.location", domain, ["storage_location"])
            if not found:
                return None
            storage = int(found[0]["storage_location"])
            return Place(storage, int(found[0]["id"]), storage)

        return await self._once(("storage", facility), look)

    async def place(self, facility: str, code: str) -> Place | None:
        """A storage location of a facility's warehouse, or a place of goods that are their supplier's own.

        A storage location with a consignment party is neither: Tryton takes its goods for those that lie at a customer.
        """

        async def look() -> Place | None:
            warehouse = await self.warehouse(facility)
            if warehouse is None:
                return None
            own = [["type", "=", "storage"], ["consignment_party", "=", None]]
            others = [["type", "=", "supplier"], ["consignment_party", "!=", None]]
            within = [["code", "=", code], ["parent", "child_of", [warehouse], "parent"], ["OR", own, others]]
            places = await self._client.rows("stock.location", within, ["parent", "consignment_party"])
            if not places:
                return None
            owner = places[0]["consignment_party"]
            location = int(places[0]["id"])
            return Place(location, warehouse, int(places[0]["parent"]) if owner else location, owner)

        return await self._once(("place", facility, code), look)

    async def coded(self, model: str, code: str) -> int | None:
        """What has this code in the books of the company: an account; or a journal, which all share."""

        async def look() -> int | None:
            own = [] if model == "account.journal" else [["company", "=", await self._client.company()]]
            found = await self._client.rows(model, [["code", "=", code], *own], ["id"])
            return int(found[0]["id"]) if found else None

        return await self._once((model, code), look)

    async def expense_account(self, category: int) -> int | None:
        """The expense account of a category of products, which may have that of the category above."""

        async def look() -> int | None:
            above: int | None = category
            for _ in range(_DEEPEST):
                fields = ["account_parent", "account_expense", "parent"]
                found = await self._client.rows("product.category", [["id", "=", above]], fields)
                if not found or not found[0]["account_parent"]:
                    account = found[0]["account_expense"] if found else None
                    return None if account is None else int(account)
                above = found[0]["parent"]
            return None

        return await self._once(("expense", str(category)), look)

    async def party(self, code: str) -> Party | None:
        """A party by its code."""
        return await self._party("code", code)

    async def party_of(self, record: int) -> Party | None:
        """A party by its id."""
        return await self._party("id", record)

    async def _party(self, field: str, value: str | int) -> Party | None:
        async def look() -> Party | None:
            fields = ["addresses", "customer_location", "supplier_location", "supplier_payment_term"]
            found = await self._first("party.party", field, value, fields)
            if found is None:
                return None
            addresses = found["addresses"]
            return Party(
                party=int(found["id"]),
                address=int(addresses[0]) if addresses else None,
                customer_location=int(found["customer_location"]),
                supplier_location=int(found["supplier_location"]),
                payment_term=found["supplier_payment_term"],
            )

        return await self._once(("party", field, str(value)), look)

    async def currency(self) -> tuple[int, str]:
        """The company's currency: its id, and its code."""

        async def look() -> tuple[int, str] | None:
            company = await self._client.company()
            fields = ["currency", "currency.code"]
            [found] = await self._client.rows("company.company", [["id", "=", company]], fields)
            return int(found["currency"]), str(found["currency."]["code"])

        known = await self._once(("currency",), look)
        if known is None:
            raise AssertionError("a company has a currency")
        return known

    async def currency_coded(self, code: str) -> int | None:
        """A currency by its code."""
        found = await self._once(("currency", code), lambda: self._first("currency.currency", "code", code, ["id"]))
        return int(found["id"]) if found else None

    async def cost_centre(self, code: str) -> Row | None:
        """An analytic account of the company by its code, with the `root` under which it stands."""

        async def look() -> Row | None:
            own = ["company", "=", await self._client.company()]
            domain = [["code", "=", code], ["type", "in", ["normal", "distribution"]], own]
            found = await self._client.rows("analytic_account.account", domain, ["root"])
            return found[0] if found else None

        return await self._once(("cost centre", code), look)

    async def lot(self, product: int, number: str) -> Row | None:
        """A lot or serial of a product; never kept, for receiving makes them."""
        domain = [["product", "=", product], ["number", "=", number]]
        found = await self._client.rows("stock.lot", domain, ["number", "expiration_date"])
        return found[0] if found else None

    async def _first(self, model: str, field: str, value: str | int, fields: list[str]) -> Row | None:
        found = await self._client.rows(model, [[field, "=", value]], fields)
        return found[0] if found else None

    async def _once(self, key: tuple[str, ...], look: Callable[[], Awaitable[T | None]]) -> T | None:
        since, known = self._kept.get(key, (0.0, None))
        if known is not None and monotonic() - since < _KEPT_SECONDS:
            kept: T = known
            return kept
        found = await look()
        if found is not None:
            self._kept[key] = (monotonic(), found)
        return found
