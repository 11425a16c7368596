"""Tells uses: the point of care captures, amends and corrects them, and inventory sends them out as signed webhooks."""

from collections.abc import Callable, Sequence
from typing import Any

from suture.demo.standing import Progress, Standing, Watch
from suture.demo.uses import OPERATIONS, Correction, Fault, Use
from suture.demo.vendors import Vendors
from suture.trouble import CannotGoOn

Say = Callable[[str], None]
REACHED_WITHIN = 120.0
DELAY = 2.0


class Unplayable(CannotGoOn):
    """The day cannot go on: what it builds on did not happen."""


class Telling:
    """The point of care, and whoever waits for what becomes of its uses."""

    def __init__(self, vendors: Vendors, watch: Watch, *, progress: Progress) -> None:
        self._vendors = vendors
        self._watch = watch
        self._progress = progress
        self.told = 0

    async def tell_all(self, uses: Sequence[Use]) -> None:
        """One after the other."""
        for use in uses:
            await self.tell(use)

    async def tell(self, use: Use) -> None:
        """The point of care captures a use; inventory sends it out as a signed webhook."""
        for fault in use.faults:
            system, operation = OPERATIONS[fault.step]
            await self.strike(system, operation, fault, key=use.wire_key(fault.step))
        if use.webhook:
            await self.treat_webhook(use.webhook)
        await self._vendors.inventory.send("/v2/uses", use.body(self.told))
        self.told += 1

    async def correct(self, use: Use, correction: Correction) -> None:
        """It did not happen as recorded."""
        told: dict[str, Any] = {"kind": correction.kind}
        if correction.replacement is not None:
            told["replacement"] = dict(correction.replacement)
        await self._vendors.inventory.send(f"/v2/uses/{use.number}/corrections", told)

    async def amend(self, use: Use, *, quantity: int) -> None:
        """It is told again, in a newer version."""
        newer = use.body(self.told) | {"qty": quantity}
        newer["scannedAt"] = (await self._vendors.inventory.get(f"/v2/uses/{use.number}"))["scannedAt"]
        await self._vendors.inventory.send(f"/v2/uses/{use.number}", newer, method="PUT")

    async def posted(self, uses: Sequence[Use]) -> None:
        """A correction of what is posted needs it posted: wait for these runs to close."""
        await self.reached(uses, lambda standing: standing.closed, what="posted")

    async def reached(self, uses: Sequence[Use], reached: Callable[[Standing], bool], *, what: str) -> None:
        """Wait for it; `Unplayable` where it does not come in time."""
        standings = await self._watch.until(uses, reached, within=REACHED_WITHIN, progress=self._progress)
        missing = [standing.use.number for standing in standings if not reached(standing)]
        if missing:
            raise Unplayable(f"not {what} within {REACHED_WITHIN:.0f} s: {', '.join(missing)}")

    async def strike(self, system: str, operation: str, fault: Fault, *, key: str) -> None:
        """A system misbehaves at the write under this key."""
        told: dict[str, Any] = {"operation": operation, "kind": fault.kind, "count": fault.count, "key_contains": key}
        told |= {"seconds": fault.seconds} if fault.seconds is not None else {}
        told |= {"retry_after": fault.retry_after} if fault.retry_after is not None else {}
        await self._vendors.named(system).control("faults", told)

    async def treat_webhook(self, kind: str) -> None:
        """Inventory repeats, delays or reorders its next webhook."""
        told: dict[str, Any] = {"kind": kind, "count": 1} | ({"seconds": DELAY} if kind == "delay" else {})
        await self._vendors.inventory.control("hooks", told)
