"""Where each purchase of the day stands: its runs, its open work items, and whether it goes on by itself."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from canonical.documents.invoice import normalised
from canonical.documents.work_item import Cause
from canonical.identity import (
    BASKET_PROCESS,
    LAST_STAGE,
    USE_PROCESS,
    RunName,
    basket_code,
    basket_of_order,
    basket_run,
    invoice_run,
    order_run,
    request_run,
    stray_run,
    sweep_run,
)
from canonical.memory import InboxState, RunProjection
from suture.demo.purchasing.moves import Ask, Bill, Dock, Lack, Phone, Purchase, Refill
from suture.demo.purchasing.placed import Placed, today
from suture.demo.standing import LOOKS_EVERY, Progress, Watch
from suture.destinations import CREDIT
from suture.store.effects import Effect
from suture.store.event_items import INBOX
from suture.store.work_items import Listed

AtRest = Mapping[str, frozenset[str]]
"""What was asked of a purchase, by its number, when it was found quiet."""


@dataclass(frozen=True)
class PurchaseStanding:
    """One purchase: its order's number once there is one, the newest run of each document, and what people are asked."""

    purchase: Purchase
    order: str
    runs: tuple[RunProjection, ...]
    items: tuple[Listed, ...] = ()
    moves: bool = True

    @property
    def run(self) -> RunProjection | None:
        """The run that tells most: that of the order, else the first that there is."""
        order = order_run(self.purchase.facility, self.order).business_key if self.order else ""
        return next((run for run in self.runs if run.business_key == order), self.runs[0] if self.runs else None)

    @property
    def closed(self) -> bool:
        """Whether all of its runs have closed."""
        return bool(self.runs) and all(run.closed is not None for run in self.runs)

    @property
    def quiet(self) -> bool:
        """Whether nothing happens any more without a person."""
        return self.closed or (bool(self.items) and not self.moves)


class PurchaseWatch:
    """Looks at the purchases of the day."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    async def look(
        self, purchases: Sequence[Purchase], orders: Mapping[str, Placed], *, at_rest: AtRest | None = None
    ) -> tuple[PurchaseStanding, ...]:
        """How they stand now; `orders` by the number of the purchase. Whether those `at_rest` move is not asked again."""
        runs: dict[str, RunProjection] = {}
        for run in await self._watch.store.runs.find(limit=100_000):
            known = runs.get(run.business_key)
            if known is None or known.ordinal < run.ordinal:
                runs[run.business_key] = run
        items: dict[str, list[Listed]] = {}
        for listed in await self._watch.store.work_items.open_items(limit=100_000):
            items.setdefault(listed.item.workflow_id, []).append(listed)
        return tuple(
            await asyncio.gather(
                *(self._standing(one, orders.get(one.number), runs, items, at_rest or {}) for one in purchases)
            )
        )

    async def until(
        self,
        purchases: Sequence[Purchase],
        orders: Mapping[str, Placed],
        reached: Callable[[PurchaseStanding], bool],
        *,
        within: float,
        progress: Progress,
    ) -> tuple[PurchaseStanding, ...]:
        """Look until all have reached it or the time is over; answers how they stand then.

        What was quiet once and is asked the same since is quiet: to look again now and then is not to go on.
        """
        started = asyncio.get_running_loop().time()
        at_rest: dict[str, frozenset[str]] = {}
        while True:
            standings = await self.look(purchases, orders, at_rest=at_rest)
            at_rest = {one.purchase.number: _ids(one.items) for one in standings if one.quiet}
            spent = asyncio.get_running_loop().time() - started
            progress(standings, spent)
            if all(map(reached, standings)) or spent > within:
                return standings
            await asyncio.sleep(LOOKS_EVERY)

    async def effects(self, name: RunName) -> tuple[Effect, ...]:
        """Everything that was ever written for the transaction of a run."""
        correlation_id = await self._watch.store.correlations.find(name.business_key)
        return () if correlation_id is None else await self._watch.store.effects.of(correlation_id=correlation_id)

    async def stage(self, name: RunName) -> str:
        """At which stage the newest run of a document is; nothing where there is none."""
        run = await self._watch.store.runs.newest(name.business_key)
        return run.stage if run is not None else ""

    async def heard(self, name: RunName) -> tuple[str, ...]:
        """The kinds of documents that the transaction of a run has recorded."""
        correlation_id = await self._watch.store.correlations.find(name.business_key)
        if correlation_id is None:
            return ()
        rows = await self._watch.store.inbox.of_correlation(correlation_id)
        return tuple(row.envelope.type for row in rows if row.state is InboxState.recorded)

    async def sweep(self, facility: str) -> None:
        """Let the schedule that looks at every par level of a facility be due now."""
        await self._watch.trigger(sweep_run(facility).workflow_id)

    async def questions(self, purchase: Purchase, order: str, cause: Cause) -> tuple[Listed, ...]:
        """What people are asked for this reason about an order and its invoices, or about a basket of its supplier."""
        keys = {name.business_key for name in names_of(purchase, order)}

        def concerns(listed: Listed) -> bool:
            run = RunName.parse(listed.item.workflow_id)
            basket = (run.process, run.facility) == (BASKET_PROCESS, purchase.facility)
            return run.business_key in keys or (basket and run.number.startswith(f"{purchase.supplier}-"))

        return tuple(one for one in await self.items() if one.item.cause is cause and concerns(one))

    async def items(self) -> tuple[Listed, ...]:
        """What people are asked about purchases, and about uses."""
        found = await self._watch.store.work_items.open_items(limit=100_000)
        return tuple(one for one in found if one.item.workflow_id != INBOX)

    async def restless(self) -> tuple[str, ...]:
        """Runs of purchasing that have not closed, whichever purchase they belong to."""
        found = await self._watch.store.runs.find(limit=100_000)
        return tuple(run.workflow_id for run in found if run.process != USE_PROCESS and run.closed is None)

    async def all_effects(self) -> tuple[Effect, ...]:
        """Everything that purchasing ever wrote."""
        found = await self._watch.store.runs.find(limit=100_000)
        belonging = list(dict.fromkeys(run.correlation_id for run in found if run.process != USE_PROCESS))
        written = [await self._watch.store.effects.of(correlation_id=one) for one in belonging]
        return tuple(effect for effects in written for effect in effects)

    async def _standing(
        self,
        purchase: Purchase,
        placed: Placed | None,
        runs: Mapping[str, RunProjection],
        items: Mapping[str, Sequence[Listed]],
        at_rest: AtRest,
    ) -> PurchaseStanding:
        number = purchase.number if purchase.entered else placed.number if placed is not None else ""
        names = names_of(purchase, number)
        own = tuple(runs[name.business_key] for name in names if name.business_key in runs)
        if not names:
            own = tuple(run for run in runs.values() if _is_of_a_case(run, purchase))
        asked = tuple(one for run in own for one in items.get(run.workflow_id, ()))
        still_open = [run for run in own if run.closed is None]
        told = bool(still_open) and all(run.stage == LAST_STAGE for run in still_open)
        if not told and not any(one.item.blocks for one in asked):
            return PurchaseStanding(purchase, number, own, asked)
        if asked and at_rest.get(purchase.number) == _ids(asked):
            return PurchaseStanding(purchase, number, own, asked, moves=False)
        busy = [await self._watch.is_busy(run.workflow_id) for run in still_open]
        return PurchaseStanding(purchase, number, own, asked, moves=any(busy))


def _ids(asked: Sequence[Listed]) -> frozenset[str]:
    return frozenset(listed.item.item_id for listed in asked)


def _is_of_a_case(run: RunProjection, purchase: Purchase) -> bool:
    """Whether it is the basket of a surgical case for its supplier; only an order would tell of which case."""
    name = RunName.parse(run.business_key)
    mine = (name.process, name.facility) == (BASKET_PROCESS, purchase.facility)
    return mine and name.number.startswith(f"{purchase.supplier}-B")


def names_of(purchase: Purchase, order: str) -> tuple[RunName, ...]:
    """The runs that a purchase may have, the order's first."""
    names = [order_run(purchase.facility, order)] if order else []
    for move in purchase.moves:
        match move:
            case Lack() | Ask():
                names.append(need_run(purchase.facility, move))
            case Phone():
                names.append(basket_today(purchase))
            case Bill():
                names.append(bill_run(purchase, move))
            case Dock(order="none") | Refill():
                names.append(stray_run(purchase.facility, "receipt", move.number))
    if order and (basket := basket_of_order(purchase.facility, order)) is not None:
        names.append(basket_run(purchase.facility, basket))
    return tuple(dict.fromkeys(names))


def need_run(facility: str, need: Lack | Ask) -> RunName:
    """The run of a need."""
    return request_run(facility, need.location, str(need.item))


def basket_today(purchase: Purchase) -> RunName:
    """The run of the basket in which its supplier's goods are ordered today."""
    return basket_run(purchase.facility, basket_code(str(purchase.supplier), today()))


def bill_run(purchase: Purchase, bill: Bill) -> RunName:
    """The run of an invoice or credit."""
    credit = CREDIT if bill.kind == "credit" else ""
    return invoice_run(purchase.facility, str(purchase.supplier), normalised(bill.number) + credit)
