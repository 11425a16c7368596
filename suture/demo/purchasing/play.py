"""Plays the purchases of the day, each as its moves tell, side by side."""

# long because every move of a purchase is carried out in one place.

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from canonical.documents.work_item import Cause
from canonical.effect import EffectState
from canonical.identity import (
    RunName,
    order_run,
    request_number,
    stray_run,
    wire_key,
    write_key,
)
from canonical.inbound import EventType
from canonical.purchasing.replenishing import OrderCalendar
from suture.demo.purchasing.commands import Commands
from suture.demo.purchasing.dock import Clerk
from suture.demo.purchasing.moves import (
    Acknowledge,
    Approve,
    Ask,
    Authorise,
    Await,
    Bill,
    CatchUp,
    Change,
    Close,
    Decide,
    Delegate,
    Dock,
    Enter,
    Fault,
    Fund,
    Lack,
    Move,
    Phone,
    Purchase,
    Refill,
    Reverse,
    SendBack,
    Sheet,
    Ship,
    Sweep,
    Unuse,
)
from suture.demo.purchasing.placed import Placed, terms
from suture.demo.purchasing.standing import PurchaseWatch, basket_today, bill_run, need_run
from suture.demo.purchasing.trade import Trade
from suture.demo.purchasing.until import until
from suture.demo.telling import Say
from suture.demo.together import together
from suture.demo.vendors import Vendors
from suture.up.folder import Home

IN_A_BASKET = "in a basket"


class Purchasing:
    """The purchases of one day. `orders` are those that the systems have, by the number of the purchase."""

    def __init__(
        self,
        purchases: Sequence[Purchase],
        vendors: Vendors,
        trade: Trade,
        watch: PurchaseWatch,
        *,
        home: Home,
        calendar: OrderCalendar,
        say: Say,
    ) -> None:
        self._calendar = calendar
        self._purchases = purchases
        self._vendors = vendors
        self._trade = trade
        self._clerk = Clerk(vendors.inventory)
        self._watch = watch
        self._commands = Commands(watch, home=home, say=say)
        self._say = say
        self.orders: dict[str, Placed] = {}
        self._shipped: dict[str, dict[str, Any]] = {}
        self._played = {purchase.number: asyncio.Event() for purchase in purchases}
        self._docked: dict[str, tuple[str, ...]] = {}

    async def begin(self) -> None:
        """What goes wrong is arranged. Needs that are to go into one order are told first, just after a cut-off."""
        await self._trade.open_the_desk()
        for purchase in self._purchases:
            for fault in purchase.faults:
                await self._strike(purchase, fault)
        joined = [purchase for purchase in self._purchases if purchase.joined]
        if not joined:
            return
        self._say("at the next cut-off, several par levels are crossed that go into one order each")
        await self._next_cut_off()
        for purchase in joined:
            for lack in purchase.lacks:
                await self._trade.lack(purchase.facility, lack)
        told = [need_run(one.facility, lack) for one in joined for lack in one.lacks]

        async def asked_for() -> bool:
            return all([await self._watch.stage(name) == IN_A_BASKET for name in told])

        await until(asked_for, "needs that go into one order")

    async def play(self) -> None:
        """All of them, each from its first move to its last."""
        self._say(f"{len(self._purchases)} purchases begin, by buyers, par levels and telephone")
        await together(*map(self._tell, self._purchases))

    async def _tell(self, purchase: Purchase) -> None:
        if purchase.after:
            await self._played[purchase.after].wait()
        for move in purchase.moves:
            if not (purchase.joined and isinstance(move, Lack)):
                await self._carry_out(purchase, move)
        self._played[purchase.number].set()

    async def _next_cut_off(self) -> None:
        """Wait for the end of the baskets that are being filled now."""
        now = datetime.now(UTC)
        await asyncio.sleep((self._calendar.closes(now) - now).total_seconds())

    async def _carry_out(self, purchase: Purchase, move: Move) -> None:
        match move:
            case Enter():
                await self._trade.enter(purchase, move)
                self.orders[purchase.number] = await self._trade.order(purchase.number, purchase.facility)
            case CatchUp():
                await self._trade.catch_up(purchase)
            case Lack():
                await self._trade.lack(purchase.facility, move)
            case Change():
                await self._trade.change(purchase, move)
            case Sweep():
                await self._watch.sweep(purchase.facility)
            case Ask():
                await self._commands.ask(purchase, move)
            case Fund():
                await self._trade.fund(purchase.facility, move)
            case Phone():
                await self._commands.phone(purchase, move)
            case Approve():
                await self._commands.approve(purchase, self._number(purchase), move)
            case Decide():
                await self._commands.decide(purchase, self._number(purchase), move)
            case Delegate():
                await self._commands.delegate(move)
            case Acknowledge():
                placed = await self._now(purchase)
                await self._trade.step(placed.number, {"do": "acknowledge", "terms": terms(move.says, placed)})
            case Ship():
                placed = await self._now(purchase)
                told = {"do": "ship", "terms": terms(move.says, placed), "notice": move.notice}
                self._shipped[purchase.number] = await self._trade.step(placed.number, told)
            case Dock():
                placed = self.orders[purchase.number]
                shipped = self._shipped[purchase.number]
                self._docked[move.number] = await self._clerk.receive(purchase, placed, move, shipped)
            case Refill():
                await self._refill(purchase, move)
            case Reverse():
                await self._clerk.reverse(move.number, move.reason)
            case SendBack():
                placed = self.orders[purchase.number]
                await self._clerk.send_back(purchase, placed, move, self._shipped[purchase.number])
            case Authorise():
                told = {"do": "authorise", "granted": move.granted}
                await self._trade.step(move.number, told, message="returns")
            case Bill():
                others = [self.orders[number].number for number in move.orders]
                await self._trade.bill(await self._now(purchase), move, orders=others)
            case Close():
                await self._trade.close(move.case)
            case Unuse():
                await self._trade.unuse(move.use)
            case Sheet():
                await self._trade.sheet(purchase, move)
            case Await():
                await self._await(purchase, move)

    async def _refill(self, purchase: Purchase, move: Refill) -> None:
        (lack,) = purchase.lacks
        asked = request_number(need_run(purchase.facility, lack), 1)

        async def is_asked() -> bool:
            return await self._trade.known_to_supplier(asked, message="replacements")

        await until(is_asked, f"{purchase.number}: the request to refill")
        shipped = await self._trade.step(asked, {"do": "ship", "notice": False}, message="replacements")
        await self._clerk.refill(purchase, move.number, lack.location, shipped)
        came = stray_run(purchase.facility, "receipt", move.number)

        async def is_on_the_shelf() -> bool:
            return await self._applied(came, f"lots.{move.number}")

        await until(is_on_the_shelf, f"{purchase.number}: the refill on the shelf")

    def _number(self, purchase: Purchase) -> str:
        """The number of its order, once there is one."""
        return self.orders[purchase.number].number if purchase.number in self.orders else ""

    async def _now(self, purchase: Purchase) -> Placed:
        """The order as it counts now."""
        number = self.orders[purchase.number].number
        self.orders[purchase.number] = await self._trade.order(number, purchase.facility)
        return self.orders[purchase.number]

    async def _await(self, purchase: Purchase, move: Await) -> None:
        async def happened() -> bool:
            match move.what:
                case "order":
                    return await self._is_made(purchase)
                case "receipt":
                    names = self._docked.get(move.number, (move.number,))
                    return all([await self._wrote(purchase, f"receipt.{name}") for name in names])
                case "changed":
                    return len((await self._now(purchase)).lines) >= int(move.number)
                case "notice":
                    name = order_run(purchase.facility, self.orders[purchase.number].number)
                    return EventType.goods_shipped in await self._watch.heard(name)
                case "claim":
                    return await self._trade.known_to_supplier(move.number, message="returns")
                case "return":
                    return await self._wrote(purchase, f"return.{move.number}")
                case "paid":
                    bill = next(one for one in purchase.bills if one.number == move.number)
                    return await self._applied(bill_run(purchase, bill), "payable")
                case "question":
                    return bool(await self._watch.questions(purchase, self._number(purchase), Cause(move.number)))

        await until(happened, f"{purchase.number}: {move.what} {move.number}".strip())

    async def _is_made(self, purchase: Purchase) -> bool:
        """Whether the engine's order stands in the ERP and at the supplier."""
        taken = {placed.number for number, placed in self.orders.items() if number != purchase.number}
        mine = [
            one
            for one in await self._trade.made(purchase.facility)
            if one.supplier == purchase.supplier and purchase.makes in one.items and one.number not in taken
        ]
        if not mine or not await self._trade.known_to_supplier(mine[0].number):
            return False
        self.orders[purchase.number] = mine[0]
        for lack in purchase.lacks:
            await self._trade.lack_no_more(purchase.facility, lack.item, lack.location)
        return True

    async def _wrote(self, purchase: Purchase, step: str) -> bool:
        return await self._applied(order_run(purchase.facility, self.orders[purchase.number].number), step)

    async def _applied(self, name: RunName, step: str) -> bool:
        written = await self._watch.effects(name)
        return any(one.intent.step == step and one.state is EffectState.applied for one in written)

    async def _strike(self, purchase: Purchase, fault: Fault) -> None:
        """The key of a write is made from its run and its step."""
        match fault.of:
            case "order":
                run = order_run(purchase.facility, purchase.number)
            case "invoice":
                run = bill_run(purchase, purchase.bills[0])
            case "need":
                run = need_run(purchase.facility, purchase.lacks[0])
            case "basket":
                run = basket_today(purchase)
        told: dict[str, Any] = {"operation": fault.operation, "kind": fault.kind}
        told |= {"key_contains": wire_key(write_key(run.workflow_id, fault.step, 1))}
        told |= {"seconds": fault.seconds} if fault.seconds is not None else {}
        told |= {"retry_after": fault.retry_after} if fault.retry_after is not None else {}
        await self._vendors.named(fault.system).control("faults", told)
