"""One ledger of one use, written and taken back in any order through the real activities, connector and store."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from activities.charges import Charges
from activities.costs import Costs
from activities.stock import Stock
from canonical.asking.writing import Balance, Balanced, MoveStock, PostCharge, PostCost
from canonical.documents.charge import Charge
from canonical.documents.costing import CostPosting, CostRule
from canonical.documents.stock import StockMovement
from canonical.documents.usage_run import CHARGE, COST, STOCK
from canonical.effect import Posted
from canonical.run import Ledger, Leg, RunContext
from suture.store.store import Store
from tests.chaos.ledgers import Ledgers
from tests.chaos.lives import Life
from tests.chaos.uses import WRITES, Use
from tests.support.sandbox import SandboxSystem

DAY = date(2026, 11, 20)
LEDGERS = {"stock": STOCK, "charge": CHARGE, "cost": COST}
LEGS = (
    Leg(domain="inventory", system="inventory", queue="none"),
    Leg(domain="billing", system="billing", queue="none"),
    Leg(domain="finance", system="erp", queue="none"),
)


@dataclass(frozen=True)
class Hands:
    """The activities over the real connectors and a real store."""

    stock: Stock
    charges: Charges
    costs: Costs
    store: Store

    async def send(self, context: RunContext, use: Use, ledger: Ledger) -> Posted:
        """Write the ledger's document under its current key."""
        quantity = Decimal(use.base_quantity)
        if ledger.step == "stock":
            movement = StockMovement(
                facility="NORTH",
                location=use.location,
                item=str(use.item),
                quantity=quantity,
                unit="each",
                lot=use.lot,
                service_date=DAY,
            )
            return await self.stock.move(MoveStock(context=context, ledger=ledger, movement=movement))
        if ledger.step == "charge":
            return await self.charges.post(PostCharge(context=context, ledger=ledger, charge=await self._charge(use)))
        return await self.costs.post(PostCost(context=context, ledger=ledger, posting=await self._posting(use)))

    async def balance(self, order: Balance) -> Balanced:
        """Take back until the expected number stands."""
        balance = {"stock": self.stock.balance, "charge": self.charges.balance, "cost": self.costs.balance}
        return await balance[order.ledger.step](order)

    async def _charge(self, use: Use) -> Charge:
        code = await self.charges.billing.charge_code(facility="NORTH", item=str(use.item), on=DAY)
        if code is None or code.price is None:
            raise AssertionError(f"item {use.item} has no price")
        units = use.base_quantity * code.units_per_base
        return Charge(
            facility="NORTH",
            account=await self.store.vault.tokenise("acct", use.account_number),
            surgical_case=await self.store.vault.tokenise("case", use.case_number),
            item=str(use.item),
            code=code.code,
            master_version=code.version,
            service_date=DAY,
            posting_date=DAY,
            units=units,
            amount=code.price.times(units),
        )

    async def _posting(self, use: Use) -> CostPosting:
        valuation = await self.costs.finance.valuation(facility="NORTH", item=str(use.item), location=use.location)
        if valuation is None:
            raise AssertionError(f"item {use.item} has no valuation")
        return CostPosting(
            facility="NORTH",
            rule=CostRule.expense_against_stock,
            item=str(use.item),
            cost_centre="4110",
            location=use.location,
            quantity=Decimal(use.base_quantity),
            unit="each",
            unit_cost=valuation.unit_cost,
            amount=valuation.unit_cost.times(Decimal(use.base_quantity)),
            method=valuation.method,
            source=valuation.source,
            service_date=DAY,
        )


@dataclass(kw_only=True)
class Bookkeeping(Life):
    """A ledger of a use."""

    hands: Hands
    use: Use
    billed: bool = field(default=False)

    @property
    def context(self) -> RunContext:
        """The run of the use."""
        return RunContext(name=self.use.name, correlation_id=self.use.number, currency="USD", route=LEGS)

    @property
    def system(self) -> SandboxSystem:
        """Who keeps it."""
        system: SandboxSystem = getattr(self.sandbox, self._system)
        return system

    def operation(self, *, undoes: bool) -> str:
        """The vendor's name; a billed charge is credited."""
        wanted = (self.ledger.step, undoes, undoes and self.billed)
        return next(one.operation for one in WRITES if (one.step, one.undoes, one.billed) == wanted)

    async def send(self) -> Posted:
        """Write the document under the current key."""
        return await self.hands.send(self.context, self.use, self.ledger)

    async def balance(self, *, expected: int, closing: bool) -> Balanced:
        """Take back until so many stand."""
        order = Balance(context=self.context, ledger=self.ledger, expected=expected, closing=closing, service_date=DAY)
        return await self.hands.balance(order)

    def documents(self) -> list[tuple[str, str]]:
        """What the three ledgers hold."""
        return [(one.key, one.reference) for one in Ledgers.of(self.sandbox).documents]

    async def bill(self) -> None:
        """Bill the account, and open it again."""
        billing, account = self.sandbox.billing, f"accounts/{self.use.account_number}"
        # Only what is posted is billed.
        await billing.control("POST", "batch")
        await billing.control("POST", f"{account}/bill")
        await billing.control("POST", f"{account}/status", {"status": "open"})
        self.billed = True

    @property
    def _system(self) -> str:
        return next(write.system for write in WRITES if write.step == self.ledger.step)
