"""The ledgers of uses where each facility has its own systems."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from canonical.policy import Policy
from suture.demo.books import Posted
from suture.demo.ledgers import Ledgers
from suture.demo.uses import Use
from suture.up.plan import SANDBOX_SYSTEMS
from suture.up.real_hospital import REAL

SYSTEMS = {campus.name: campus.systems for campus in REAL.campuses}


class MixedLedgers:
    """Asks the system that serves a domain of the use's facility, and no other: what is posted elsewhere is missed."""

    def __init__(self, sandbox: Ledgers, real: Ledgers) -> None:
        self._sandbox = sandbox
        self._real = real

    @property
    def closes(self) -> bool:
        """Whether the trial balances of both close."""
        return self._sandbox.closes and self._real.closes

    def stock(self, use: Use, keys: Collection[str]) -> Posted:
        """By the facility's inventory."""
        return self._of(use, "inventory").stock(use, keys)

    def charged(self, use: Use, keys: Collection[str]) -> Posted:
        """By the facility's billing."""
        return self._of(use, "billing").charged(use, keys)

    def expensed(self, use: Use, keys: Collection[str]) -> Posted:
        """By the facility's ledger."""
        return self._of(use, "finance").expensed(use, keys)

    def keys(self) -> Mapping[str, str]:
        """Every key that stands anywhere."""
        return {**self._sandbox.keys(), **self._real.keys()}

    def uses(self) -> Collection[str]:
        """The uses for which a cabinet booked."""
        return self._sandbox.uses()

    def unfinished(self) -> Collection[str]:
        """Documents that were left on their way, in either."""
        return (*self._sandbox.unfinished(), *self._real.unfinished())

    async def cost(self, use: Use, item: int) -> Decimal:
        """By the facility's ledger."""
        return await self._of(use, "finance").cost(use, item)

    async def price(self, use: Use, item: int, each: Decimal, policy: Policy) -> Decimal | None:
        """By the facility's billing."""
        return await self._of(use, "billing").price(use, item, each, policy)

    def _of(self, use: Use, domain: str) -> Ledgers:
        return self._sandbox if SYSTEMS[use.facility][domain] in SANDBOX_SYSTEMS else self._real
