"""Conducts the demo: starts everything, plays the day, shows or resolves what needs people, compares the ledgers."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from suture.demo import report
from suture.demo.day import USES
from suture.demo.forwarder import Forwarder
from suture.demo.ledgers import Comparison, compare
from suture.demo.people import People
from suture.demo.play import Play
from suture.demo.progress import ProgressLine
from suture.demo.resolve import Order, order_for, resolve_all
from suture.demo.shell import Typed
from suture.demo.standing import Standing, Watch
from suture.demo.vendors import Vendors
from suture.up.household import Household

QUIET_WITHIN = 150.0
ROUNDS = 6
"""Resolving one work item may raise the next one of the same use, but not forever."""


async def conduct(folder: Path, *, once: bool, console: Console) -> int:
    """Play the day in a fresh folder. `once`: resolve what waits, answer 0 if all agrees; else stay up."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(
            Household(folder, fresh=True, say=partial(console.print, markup=False, soft_wrap=True))
        )
        stack.push_async_callback(_ended, asyncio.create_task(_tell_losses(house, console)))
        vendors = await stack.enter_async_context(Vendors(house))
        watch = await stack.enter_async_context(Watch(house.settings))
        progress = stack.enter_context(ProgressLine(console))
        day = _Day(house, vendors, watch, progress, console=console)
        await day.play()
        failed = await day.resolve() if once else 0
        comparison, standings = await day.tell()
        if once:
            return _verdict(console, comparison, standings, failed, unspent=await vendors.unspent())
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

    def __init__(
        self, house: Household, vendors: Vendors, watch: Watch, progress: ProgressLine, *, console: Console
    ) -> None:
        self._house = house
        self._vendors = vendors
        self._watch = watch
        self._progress = progress
        self._console = console

    async def play(self) -> None:
        """Morning, afternoon, and until nothing moves without a person."""

        def say(line: str) -> None:
            self._progress.pause()
            self._console.print(f"[bold]{escape(line)}")

        play = Play(
            self._vendors,
            self._watch,
            home=self._house.home,
            people=People(self._vendors),
            forwarder=Forwarder(self._house),
            say=say,
            progress=self._progress,
        )
        await play.morning()
        await play.afternoon()
        await self._quiet()

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
            await resolve_all(orders, home=self._house.home, told=told)
            await self._quiet()
        return failed

    async def tell(self) -> tuple[Comparison, Sequence[Standing]]:
        """The tables of the end."""
        settings = self._house.settings
        standings = await self._watch.look(USES)
        comparison = await compare(standings, vendors=self._vendors, watch=self._watch, policy=settings.policy)
        report.transactions(self._console, standings, settings)
        report.ledgers(self._console, comparison)
        self._show(await self._orders())
        return comparison, standings

    def _show(self, orders: Sequence[Order]) -> None:
        report.open_items(self._console, orders, home=self._house.home)

    async def _orders(self) -> list[Order]:
        found = await self._watch.store.work_items.open_items(limit=10_000)
        return [order_for(listed, self._house.home) for listed in found]

    async def _quiet(self) -> None:
        standings = await self._watch.until(
            USES, lambda standing: standing.quiet, within=QUIET_WITHIN, progress=self._progress
        )
        self._progress.pause()
        restless = [standing.use.number for standing in standings if not standing.quiet]
        if restless:
            self._console.print(
                f"[bold red]after {QUIET_WITHIN:.0f} s these have neither closed nor asked: {', '.join(restless)}"
            )


def _verdict(
    console: Console, comparison: Comparison, standings: Sequence[Standing], failed: int, *, unspent: Sequence[str]
) -> int:
    still_open = [standing.use.number for standing in standings if not standing.closed]
    if still_open:
        console.print(f"[bold red]not closed: {', '.join(still_open)}")
    if failed:
        console.print(f"[bold red]{failed} commands were refused")
    if unspent:
        console.print(f"[bold red]faults that never struck: {', '.join(unspent)}")
    if not comparison.agrees:
        console.print("[bold red]the ledgers do not agree")
    if not comparison.agrees or still_open or failed or unspent:
        return 1
    console.print("[bold green]the three ledgers agree on every use")
    return 0
