"""Conducts the demo: starts everything, plays the day, shows or resolves what needs people, compares the ledgers."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from suture.demo import report
from suture.demo.ledgers import Comparison, compare
from suture.demo.progress import ProgressLine
from suture.demo.purchasing.ledgers import TradeComparison, compare_trade
from suture.demo.purchasing.report import purchases, trade_ledgers
from suture.demo.purchasing.standing import PurchaseWatch
from suture.demo.resolve import Order, order_for, resolve_all
from suture.demo.shell import Typed
from suture.demo.stage import Cast, Scene, Stage
from suture.demo.standing import Watch
from suture.up.household import Household

QUIET_WITHIN = 150.0
ROUNDS = 6
"""Resolving one work item may raise the next one of the same use, but not forever."""


async def conduct(folder: Path, stage: Stage, *, once: bool, console: Console) -> int:
    """Play the day in a fresh folder. `once`: resolve what waits, answer 0 if all agrees; else stay up."""
    async with AsyncExitStack() as stack:
        say = partial(console.print, markup=False, soft_wrap=True)
        house = await stack.enter_async_context(
            Household(folder, fresh=True, say=say, plan=stage.plan, prepare=stage.prepare)
        )
        stack.push_async_callback(_ended, asyncio.create_task(_tell_losses(house, console)))
        watch = await stack.enter_async_context(Watch(house.settings))
        of_uses = stack.enter_context(ProgressLine(console, of="uses"))
        of_purchases = stack.enter_context(ProgressLine(console, of="purchases"))
        purchases = PurchaseWatch(watch)

        def announce(line: str) -> None:
            of_uses.pause()
            console.print(f"[bold]{escape(line)}", soft_wrap=True)

        scene = Scene(house=house, watch=watch, purchases=purchases, say=announce, progress=of_uses)
        cast = await stack.enter_async_context(stage.cast(scene))
        day = _Day(stage, scene, cast, of_purchases, console=console)
        await cast.play()
        await day.quiet()
        failed = await day.resolve() if once else 0
        told = await day.tell()
        if once:
            return _verdict(console, told, failed, unspent=await cast.unspent())
        console.print("everything stays up; Ctrl-C stops all of it")
        await asyncio.Event().wait()
    return 0


async def _tell_losses(house: Household, console: Console) -> None:
    """Say which process has ended; the day goes on as far as it can."""
    async for loss in house.losses():
        console.print(f"[bold red]{escape(str(loss))}", soft_wrap=True)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


class _Day:
    """The day as it is conducted."""

    def __init__(self, stage: Stage, scene: Scene, cast: Cast, of_purchases: ProgressLine, *, console: Console) -> None:
        self._stage = stage
        self._house = scene.house
        self._watch = scene.watch
        self._purchases = scene.purchases
        self._of_uses = scene.progress
        self._of_purchases = of_purchases
        self._cast = cast
        self._console = console

    async def resolve(self) -> int:
        """Type the commands of all open items, round by round, until none is left; answers how many were refused."""
        failed = 0

        def told(typed: Typed) -> None:
            nonlocal failed
            failed += typed.code != 0
            style = "green" if typed.code == 0 else "bold red"
            words = typed.output.splitlines()[0] if typed.output else f"exit {typed.code}"
            self._console.print(f"[cyan]{escape(typed.line)}[/]", soft_wrap=True)
            self._console.print(f"    [{style}]{escape(words)}[/]", soft_wrap=True)

        for _ in range(ROUNDS):
            orders = await self._orders()
            if not orders:
                break
            self._show(orders)
            await resolve_all(orders, home=self._house.home, is_open=self._watch.is_open, told=told)
            await self.quiet()
        return failed

    async def tell(self) -> "_Told":
        """The tables of the end."""
        settings = self._house.settings
        standings = await self._watch.look(self._stage.uses)
        bought = await self._purchases.look(self._stage.purchases, self._cast.orders)
        written = await self._purchases.all_effects()
        others = {effect.wire_key for effect in written}
        ledgers = await self._cast.ledgers()
        comparison = await compare(standings, ledgers=ledgers, watch=self._watch, policy=settings.policy, others=others)
        trade = compare_trade(bought, await self._cast.trade_books(written))
        report.transactions(self._console, standings, settings)
        purchases(self._console, bought, settings)
        report.ledgers(self._console, comparison)
        trade_ledgers(self._console, trade)
        self._show(await self._orders())
        still_open = [standing.use.number for standing in standings if not standing.closed]
        asked = await self._watch.asked()
        never_asked = [f"{number} {cause}" for cause, number in self._stage.shown.items() if cause not in asked]
        return _Told(comparison, trade, (*still_open, *await self._purchases.restless()), tuple(never_asked))

    def _show(self, orders: Sequence[Order]) -> None:
        report.open_items(self._console, orders, home=self._house.home)

    async def _orders(self) -> list[Order]:
        found = await self._watch.store.work_items.open_items(limit=10_000)
        bought = await self._purchases.look(self._stage.purchases, self._cast.orders)
        return [order_for(listed, self._house.home, bought, uses=self._stage.uses) for listed in found]

    async def quiet(self) -> None:
        """Wait until nothing moves without a person."""
        standings = await self._watch.until(
            self._stage.uses, lambda standing: standing.quiet, within=QUIET_WITHIN, progress=self._of_uses
        )
        self._of_uses.pause()
        bought = await self._purchases.until(
            self._stage.purchases,
            self._cast.orders,
            lambda standing: standing.quiet,
            within=QUIET_WITHIN,
            progress=self._of_purchases,
        )
        self._of_purchases.pause()
        restless = [standing.use.number for standing in standings if not standing.quiet]
        restless += [standing.purchase.number for standing in bought if not standing.quiet]
        if restless:
            self._console.print(
                f"[bold red]after {QUIET_WITHIN:.0f} s these have neither closed nor asked: {', '.join(restless)}"
            )


@dataclass(frozen=True)
class _Told:
    """What the tables of the end say, which transactions are still open, and what the day did not come to ask."""

    uses: Comparison
    trade: TradeComparison
    still_open: tuple[str, ...]
    never_asked: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return self.uses.agrees and self.trade.agrees


def _verdict(console: Console, told: _Told, failed: int, *, unspent: Sequence[str]) -> int:
    if told.still_open:
        console.print(f"[bold red]not closed: {', '.join(told.still_open)}")
    if failed:
        console.print(f"[bold red]{failed} commands were refused")
    if told.never_asked:
        console.print(f"[bold red]questions that were never asked: {', '.join(told.never_asked)}")
    if unspent:
        console.print(f"[bold red]faults that never struck: {', '.join(unspent)}")
    if not told.agrees:
        console.print("[bold red]the ledgers do not agree")
    if not told.agrees or told.still_open or told.never_asked or failed or unspent:
        return 1
    console.print("[bold green]the three ledgers agree on every use, and those of purchasing on every order")
    return 0
