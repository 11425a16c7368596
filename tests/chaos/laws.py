"""One ledger of one use, written and taken back in any order through the real activities, connector and store."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, TypeVar

from temporalio.exceptions import ApplicationError

from activities.charges import Charges
from activities.costs import Costs
from activities.stock import Stock
from canonical.documents.charge import Charge
from canonical.documents.costing import CostPosting, CostRule
from canonical.documents.stock import StockMovement
from canonical.documents.usage_run import CHARGE, COST, STOCK
from canonical.effect import Posted
from canonical.identity import undo_key, wire_key
from canonical.orders import Balance, Balanced, MoveStock, PostCharge, PostCost
from canonical.run import Ledger, Leg, RunContext
from suture.store.store import Store
from tests.chaos.ledgers import Ledgers
from tests.chaos.uses import WRITES, Use, Write
from tests.support.sandbox import Sandbox

T = TypeVar("T")
DAY = date(2026, 11, 20)
LEDGERS = {"stock": STOCK, "charge": CHARGE, "cost": COST}
LEGS = (
    Leg(domain="inventory", system="inventory", queue="none"),
    Leg(domain="billing", system="billing", queue="none"),
    Leg(domain="finance", system="erp", queue="none"),
)
CALL, LATE_BY, IN_FLIGHT = 0.6, 0.9, 2.0
"""Seconds: when a caller gives up, when a stalled or late write is applied, and what the connector declares."""

TRIES = 25
TAKES_LATE = "apply_late by the clock"
Act = Literal["do once", "do", "undo", "bill"]


@dataclass(frozen=True)
class Move:
    """One thing that happens to the ledger. `do once` gives up after one attempt, as a run does that is corrected.

    `bill` is what billing does: the charge stands on the final bill, so that only a credit takes it back.
    """

    act: Act
    fault: str = ""


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


@dataclass
class Bookkeeping:
    """A run's way with one ledger: kept before each write, redone under the next revision once an undo has finished."""

    hands: Hands
    sandbox: Sandbox
    use: Use
    ledger: Ledger
    moves: list[Move]
    end: int
    told: list[str] = field(default_factory=list)
    billed: bool = False

    async def live(self) -> None:
        """Make the moves, then the last one that leads to `end` standing documents, and the closing look."""
        for move in self.moves:
            await self._make(move)
        await self._make(Move("do" if self.end else "undo"))
        await self.look()

    async def look(self) -> Balanced:
        """The closing look, once nothing can arrive any more; there is nothing to look for where nothing was sent."""
        if not self.ledger.keys:
            return Balanced()
        return await self._insist(lambda: self._balance(expected=self.end, closing=True))

    async def _make(self, move: Move) -> None:
        if move.act == "undo":
            await self._strike(move.fault, await self._keys_of_undo(), undoes=True)
            await self._undo()
            return
        if move.act == "bill":
            await self._bill()
            return
        self.ledger = self.ledger.sending(self._context.workflow_id)
        await self._strike(move.fault, [wire_key(self.ledger.key)], undoes=False)
        try:
            await self._insist(self._send, tries=1 if move.act == "do once" else TRIES)
        except TimeoutError:
            # Given up for now; what was sent may still arrive.
            return

    async def _undo(self) -> None:
        if self.ledger.keys:
            await self._insist(lambda: self._balance(expected=0, closing=False))
        revision = max(self.ledger.revision, self.ledger.sent + 1)
        self.ledger = self.ledger.model_copy(update={"revision": revision})

    async def _bill(self) -> None:
        billing, account = self.sandbox.billing, f"accounts/{self.use.account_number}"
        # Only what is posted is billed.
        await billing.control("POST", "batch")
        await billing.control("POST", f"{account}/bill")
        await billing.control("POST", f"{account}/status", {"status": "open"})
        self.billed = True

    async def _send(self) -> Posted:
        return await self.hands.send(self._context, self.use, self.ledger)

    async def _balance(self, *, expected: int, closing: bool) -> Balanced:
        order = Balance(context=self._context, ledger=self.ledger, expected=expected, closing=closing, service_date=DAY)
        return await self.hands.balance(order)

    async def _insist(self, attempt: Callable[[], Awaitable[T]], *, tries: int = TRIES) -> T:
        """Try as Temporal would: again after the delay that the failure names, never after one that no retry heals."""
        for _ in range(tries):
            try:
                return await attempt()
            except ApplicationError as failure:
                self.told.append(f"{failure.type}: {failure.message}")
                if failure.non_retryable:
                    raise
                delay = failure.next_retry_delay
            await asyncio.sleep(0.05 if delay is None else delay.total_seconds())
        raise TimeoutError(f"{tries} attempts in vain")

    async def _strike(self, fault: str, wires: list[str], *, undoes: bool) -> None:
        if not fault:
            return
        write = self._write(undoes=undoes)
        more: dict[str, object] = {}
        if fault.startswith("stall") or fault == TAKES_LATE:
            more["seconds"] = LATE_BY
        if fault in ("429", "503"):
            more["retry_after"] = 1
        kind = fault.removesuffix(" by the clock")
        for wire in wires:
            await getattr(self.sandbox, write.system).fault(write.operation, kind, key_contains=wire, **more)

    async def _keys_of_undo(self) -> list[str]:
        keys = {wire_key(key): key for key in self.ledger.keys}
        documents = (await asyncio.to_thread(Ledgers.of, self.sandbox)).documents
        return [wire_key(undo_key(keys[one.key], one.reference)) for one in documents if one.key in keys]

    def _write(self, *, undoes: bool) -> Write:
        billed = undoes and self.billed
        wanted = (self.ledger.step, undoes, billed)
        return next(write for write in WRITES if (write.step, write.undoes, write.billed) == wanted)

    @property
    def _context(self) -> RunContext:
        return RunContext(name=self.use.name, correlation_id=self.use.number, currency="USD", route=LEGS)
