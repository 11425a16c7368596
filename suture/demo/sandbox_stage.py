"""The stage of `suture demo`: four sandbox systems, and everything that can be shown on them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from canonical.identity import ORDER_PROCESS
from canonical.purchasing.policy import PurchasingPolicy
from suture.demo.books import read_books
from suture.demo.causes import SHOWN
from suture.demo.day import USES
from suture.demo.forwarder import Forwarder
from suture.demo.ledgers import Ledgers
from suture.demo.people import People
from suture.demo.play import Play
from suture.demo.purchasing.books import TradeBooks, read_trade_books
from suture.demo.purchasing.orders import PURCHASES
from suture.demo.purchasing.placed import Placed
from suture.demo.purchasing.play import Purchasing
from suture.demo.purchasing.trade import Trade
from suture.demo.sandbox_ledgers import SandboxLedgers
from suture.demo.stage import Cast, Scene
from suture.demo.together import together
from suture.demo.vendors import Vendors
from suture.store.effects import Effect
from suture.up.household import Household
from suture.up.plan import SANDBOX


class SandboxStage:
    """Needs nothing prepared: the systems are seeded at their first start."""

    plan = SANDBOX
    uses = USES
    purchases = PURCHASES
    shown = SHOWN

    async def prepare(self, house: Household) -> None:
        """Nothing."""

    @asynccontextmanager
    async def cast(self, scene: Scene) -> AsyncIterator[Cast]:
        """Everybody of the hospital."""
        async with Vendors(scene.house) as vendors:
            yield SandboxCast(scene, vendors)


class SandboxCast:
    """Morning and afternoon beside the purchases."""

    def __init__(self, scene: Scene, vendors: Vendors) -> None:
        self._vendors = vendors
        self._play = Play(
            vendors,
            scene.watch,
            home=scene.house.home,
            people=People(vendors),
            forwarder=Forwarder(scene.house),
            say=scene.say,
            progress=scene.progress,
        )
        rules = scene.house.settings.policy_for("NORTH", ORDER_PROCESS).purchasing or PurchasingPolicy()
        self._purchasing = Purchasing(
            PURCHASES,
            vendors,
            Trade(vendors),
            scene.purchases,
            home=scene.house.home,
            calendar=rules.replenishing.calendar,
            say=scene.say,
        )

    @property
    def orders(self) -> Mapping[str, Placed]:
        """By the number of the purchase."""
        return self._purchasing.orders

    async def play(self) -> None:
        """All of it."""
        await self._purchasing.begin()
        await together(self._uses(), self._purchasing.play())

    async def ledgers(self) -> Ledgers:
        """By the systems' own APIs."""
        return SandboxLedgers(await read_books(self._vendors), self._vendors)

    async def trade_books(self, written: Sequence[Effect]) -> TradeBooks:
        """By the systems' own APIs."""
        return await read_trade_books(self._vendors, written)

    async def unspent(self) -> tuple[str, ...]:
        """Faults that never struck."""
        return await self._vendors.unspent()

    async def _uses(self) -> None:
        await self._play.morning()
        await self._play.afternoon()
