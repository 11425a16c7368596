"""The ledgers of uses in the sandbox systems."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from canonical.documents.charge import ChargeCode, PriceBasis
from canonical.eligibility import price
from canonical.money import Money
from canonical.policy import Policy
from suture.demo.books import CENTS, Books, Posted, charge_row, unit_cost
from suture.demo.uses import Use
from suture.demo.vendors import Vendors


class SandboxLedgers:
    """The books of the three systems, and the prices of the ERP and of billing."""

    def __init__(self, books: Books, vendors: Vendors) -> None:
        self._books = books
        self._vendors = vendors

    @property
    def closes(self) -> bool:
        """Whether the ERP's trial balances close."""
        return self._books.closes

    def stock(self, use: Use, keys: Collection[str]) -> Posted:
        """What left the shelf in inventory."""
        return self._books.stock(keys, use.number)

    def charged(self, use: Use, keys: Collection[str]) -> Posted:
        """What billing charges."""
        return self._books.charged(keys)

    def expensed(self, use: Use, keys: Collection[str]) -> Posted:
        """What the ERP has expensed."""
        return self._books.expensed(keys)

    def keys(self) -> Mapping[str, str]:
        """Every external reference in the three systems."""
        return self._books.keys()

    def uses(self) -> Collection[str]:
        """The uses for which a cabinet booked."""
        return self._books.uses()

    def unfinished(self) -> Collection[str]:
        """None: a call is applied there at once, or not at all."""
        return ()

    async def cost(self, use: Use, item: int) -> Decimal:
        """The ERP's valuation."""
        return await unit_cost(self._vendors.erp, facility=use.facility, location=use.location, item=item)

    async def price(self, use: Use, item: int, each: Decimal, policy: Policy) -> Decimal | None:
        """Billing's own price, or the engine's markup on the cost."""
        row = await charge_row(self._vendors.billing, item=item, on=use.on)
        if row is None:
            return None
        if row["price"] is not None:
            return Decimal(str(row["price"])) / CENTS
        code = ChargeCode(
            code=str(row["cdm_code"]),
            version=str(row["ver"]),
            basis=PriceBasis.markup,
            units_per_base=Decimal(str(row["unit_factor"])),
        )
        return marked_up(code, each, policy)


def marked_up(code: ChargeCode, each: Decimal, policy: Policy) -> Decimal:
    """The engine's markup on a cost."""
    found = price(code, Money(amount=each, currency="USD"), policy.markup)
    if found is None:
        raise ValueError("no markup tier for this cost")
    return found.amount
