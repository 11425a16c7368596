"""The stage of `suture demo --real`: a mixed facility, one on the sandbox, and one on Tryton and a FHIR server."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from time import monotonic

from canonical.identity import ORDER_PROCESS
from canonical.purchasing.policy import PurchasingPolicy
from suture.demo.books import read_books
from suture.demo.ledgers import Ledgers
from suture.demo.purchasing.books import TradeBooks, read_trade_books
from suture.demo.purchasing.placed import Placed
from suture.demo.purchasing.play import Purchasing
from suture.demo.purchasing.trade import Trade
from suture.demo.real.books import read_real_ledgers
from suture.demo.real.buyers import TrytonBuyers
from suture.demo.real.causes import SHOWN
from suture.demo.real.fhir import Fhir
from suture.demo.real.ledgers import MixedLedgers
from suture.demo.real.planting import plant
from suture.demo.real.play import RealPlay
from suture.demo.real.purchases import PURCHASES
from suture.demo.real.trade_books import with_tryton
from suture.demo.real.tryton import Tryton
from suture.demo.real.uses import USES
from suture.demo.sandbox_ledgers import SandboxLedgers
from suture.demo.stage import Cast, Scene
from suture.demo.together import together
from suture.demo.typist import Typist
from suture.demo.vendors import Vendors
from suture.store.effects import Effect
from suture.up.household import Household
from suture.up.peers import ADMINISTRATOR
from suture.up.real_hospital import REAL


class RealStage:
    """Tryton and the FHIR server have what the sandbox has, before the engine begins."""

    plan = REAL
    uses = USES
    purchases = PURCHASES
    shown = SHOWN

    async def prepare(self, house: Household) -> None:
        """Plant the master data."""
        began = monotonic()
        await plant(house)
        house.say(f"items, prices, codes, patients and shelves are entered in both ({monotonic() - began:.0f} s)")

    @asynccontextmanager
    async def cast(self, scene: Scene) -> AsyncIterator[Cast]:
        """Everybody of the hospital; in Tryton they work as whoever looks after it."""
        settings, home = scene.house.settings, scene.house.home
        async with (
            Vendors(scene.house) as vendors,
            Tryton(settings, login=ADMINISTRATOR, password=ADMINISTRATOR) as tryton,
            Fhir(settings, home) as fhir,
        ):
            yield RealCast(scene, vendors, tryton, fhir)


class RealCast:
    """Uses beside purchases; once these have been played, the systems die under uses."""

    def __init__(self, scene: Scene, vendors: Vendors, tryton: Tryton, fhir: Fhir) -> None:
        self._vendors = vendors
        self._tryton = tryton
        self._fhir = fhir
        self._play = RealPlay(scene.house, vendors, scene.watch, say=scene.say, progress=scene.progress)
        self._buyers = TrytonBuyers(tryton, Typist(scene.house.home, scene.say))
        rules = scene.house.settings.policy_for("NORTH", ORDER_PROCESS).purchasing or PurchasingPolicy()
        self._purchasing = Purchasing(
            PURCHASES,
            vendors,
            Trade(vendors, buyers={"NORTH": self._buyers}),
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
        """The whole day."""
        await self._purchasing.begin()
        await together(self._uses(), self._purchasing.play())
        await self._play.deaths()

    async def ledgers(self) -> Ledgers:
        """Each facility's by the systems that serve it."""
        sandbox = SandboxLedgers(await read_books(self._vendors), self._vendors)
        return MixedLedgers(sandbox, await read_real_ledgers(self._tryton, self._fhir))

    async def trade_books(self, written: Sequence[Effect]) -> TradeBooks:
        """Those of the sandbox's ERP, and those of Tryton."""
        sandbox = await read_trade_books(self._vendors, written)
        return await with_tryton(sandbox, self._tryton, self._buyers, self._vendors, written)

    async def unspent(self) -> tuple[str, ...]:
        """Nothing is arranged in the sandbox that may fail to strike."""
        return await self._vendors.unspent()

    async def _uses(self) -> None:
        await self._play.morning()
        await self._play.afternoon()
