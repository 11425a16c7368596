"""Plays the day: arranges what goes wrong, lets the point of care tell its uses, and people do what they do later."""

from collections.abc import Callable, Sequence
from typing import Any

from canonical.identity import undo_key, wire_key
from suture.demo.corrections import AMENDED, AMENDED_QUANTITY, BILLED, CORRECTED, EARLY
from suture.demo.morning import MORNING
from suture.demo.people import People
from suture.demo.questions import ABANDONED, AGAIN, BY_HAND, CABINET, REFUSED_BY_AUDITOR, TWICE
from suture.demo.questions import PEOPLE as FOR_PEOPLE
from suture.demo.standing import Progress, Watch
from suture.demo.uses import OPERATIONS, UNDO_OPERATIONS, Correction, Fault, Use
from suture.demo.vendors import Vendors
from suture.demo.wire import WIRE
from suture.store.effects import Effect
from suture.trouble import CannotGoOn

Say = Callable[[str], None]
POSTED_WITHIN = 120.0
DELAY = 2.0


class Unplayable(CannotGoOn):
    """The day cannot go on: what it builds on did not happen."""


class Play:
    """One day. `say` tells its chapters, `progress` how far the runs are."""

    def __init__(self, vendors: Vendors, watch: Watch, people: People, *, say: Say, progress: Progress) -> None:
        self._vendors = vendors
        self._watch = watch
        self._people = people
        self._say = say
        self._progress = progress
        self._told = 0

    async def morning(self) -> None:
        """Uses as they come: straight ones first, then those that need people, then trouble on the wire."""
        await self._people.close_october()
        self._say(f"the morning list: {len(MORNING)} uses that go straight through")
        await self._tell_all(MORNING)
        self._say(f"{len(CORRECTED) + 2} uses that will turn out not to have happened as recorded")
        await self._tell_all(CORRECTED)
        await self._tell(AMENDED)
        await self._tell_correction_first(EARLY)
        self._say(f"{len(FOR_PEOPLE) + 3} uses that need people: safety, master data, charges, acts told twice")
        await self._people.doubt(REFUSED_BY_AUDITOR)
        await self._tell_all((*FOR_PEOPLE, ABANDONED, BY_HAND))
        await self._people.hold_up_the_cabinet()
        await self._tell(CABINET)
        self._say(f"{len(WIRE)} uses with trouble on the wire, at stock, charge and cost")
        await self._tell_all(WIRE)

    async def afternoon(self) -> None:
        """What comes later: amendments and corrections, accounts, approvals, closed cases."""
        await self._posted([*CORRECTED, AMENDED, *TWICE])
        self._say("an account is final billed; five corrections and an amendment come in")
        await self._people.bill(BILLED)
        await self._amend(AMENDED, quantity=AMENDED_QUANTITY)
        for use in CORRECTED:
            if use.correction is not None:
                await self._aim_at_undo(use, use.correction.faults)
                await self._correct(use, use.correction)
        self._say(f"{len(AGAIN)} acts are told again under another number")
        await self._tell_all(AGAIN)
        self._say("the trauma patient is registered, item 4739 approved, cases closed; the cabinet catches up")
        await self._people.register_the_trauma_patient()
        await self._people.approve_the_new_item()
        await self._people.close_the_cases()
        await self._people.let_the_cabinet_catch_up()

    async def _tell_all(self, uses: Sequence[Use]) -> None:
        for use in uses:
            await self._tell(use)

    async def _tell(self, use: Use) -> None:
        """The point of care captures a use; inventory sends it out as a signed webhook."""
        for fault in use.faults:
            system, operation = OPERATIONS[fault.step]
            await self._strike(system, operation, fault, key=use.wire_key(fault.step))
        if use.webhook:
            await self._treat_webhook(use.webhook)
        await self._vendors.inventory.send("/v2/uses", use.body(self._told))
        self._told += 1

    async def _tell_correction_first(self, use: Use) -> None:
        """The webhook of the use is held back until that of its correction has gone out."""
        if use.correction is None:
            raise ValueError(f"{use.number} has no correction")
        await self._treat_webhook("reorder")
        await self._tell(use)
        await self._correct(use, use.correction)

    async def _correct(self, use: Use, correction: Correction) -> None:
        told: dict[str, Any] = {"kind": correction.kind}
        if correction.replacement is not None:
            told["replacement"] = dict(correction.replacement)
        await self._vendors.inventory.send(f"/v2/uses/{use.number}/corrections", told)

    async def _amend(self, use: Use, *, quantity: int) -> None:
        newer = use.body(self._told) | {"qty": quantity}
        newer["scannedAt"] = (await self._vendors.inventory.get(f"/v2/uses/{use.number}"))["scannedAt"]
        await self._vendors.inventory.send(f"/v2/uses/{use.number}", newer, method="PUT")

    async def _posted(self, uses: Sequence[Use]) -> None:
        """A correction of what is posted needs it posted: wait for these runs to close."""
        standings = await self._watch.until(
            uses, lambda standing: standing.closed, within=POSTED_WITHIN, progress=self._progress
        )
        missing = [standing.use.number for standing in standings if not standing.closed]
        if missing:
            raise Unplayable(f"not posted within {POSTED_WITHIN:.0f} s: {', '.join(missing)}")

    async def _aim_at_undo(self, use: Use, faults: Sequence[Fault]) -> None:
        """The key of an undo is made from the key and the reference of what it takes back."""
        if not faults:
            return
        effects = await self._watch.effects(use)
        for fault in faults:
            system, operation = UNDO_OPERATIONS[fault.step]
            effect = _newest(effects, fault.step)
            if effect.posted is None:
                raise Unplayable(f"{use.number} has posted no {fault.step} to take back")
            key = wire_key(undo_key(effect.intent.key, effect.posted.reference))
            await self._strike(system, operation, fault, key=key)

    async def _strike(self, system: str, operation: str, fault: Fault, *, key: str) -> None:
        told: dict[str, Any] = {"operation": operation, "kind": fault.kind, "count": fault.count, "key_contains": key}
        told |= {"seconds": fault.seconds} if fault.seconds is not None else {}
        told |= {"retry_after": fault.retry_after} if fault.retry_after is not None else {}
        await self._vendors.named(system).control("faults", told)

    async def _treat_webhook(self, kind: str) -> None:
        told: dict[str, Any] = {"kind": kind, "count": 1} | ({"seconds": DELAY} if kind == "delay" else {})
        await self._vendors.inventory.control("hooks", told)


def _newest(effects: Sequence[Effect], step: str) -> Effect:
    return [effect for effect in effects if effect.intent.step == step and effect.intent.undoes is None][-1]
