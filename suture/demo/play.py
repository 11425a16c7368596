"""Plays the day: arranges what goes wrong, lets the point of care tell its uses, and people do what they do later."""

import shlex
from collections.abc import Callable, Sequence
from typing import Any

from canonical.identity import undo_key, wire_key
from suture.demo.corrections import AMENDED, AMENDED_QUANTITY, BILLED, CLOSED_SINCE, CORRECTED, EARLY, PAID
from suture.demo.forwarder import Forwarder
from suture.demo.morning import MORNING
from suture.demo.people import People
from suture.demo.questions import (
    ABANDONED,
    AGAIN,
    BY_HAND,
    CABINET,
    CANCELLED,
    GARBLED,
    LOST,
    REFUSED_BY_AUDITOR,
    RETOLD,
    TWICE,
)
from suture.demo.questions import PEOPLE as FOR_PEOPLE
from suture.demo.shell import shown, typed
from suture.demo.standing import Progress, Standing, Watch
from suture.demo.uses import OPERATIONS, UNDO_OPERATIONS, Correction, Fault, Use
from suture.demo.vendors import Vendors
from suture.demo.wire import WIRE
from suture.store.effects import Effect
from suture.trouble import CannotGoOn
from suture.up.folder import Home

Say = Callable[[str], None]
REACHED_WITHIN = 120.0
DELAY = 2.0


class Unplayable(CannotGoOn):
    """The day cannot go on: what it builds on did not happen."""


class Play:
    """One day. `say` tells its chapters, `progress` how far the runs are."""

    def __init__(
        self,
        vendors: Vendors,
        watch: Watch,
        *,
        home: Home,
        people: People,
        forwarder: Forwarder,
        say: Say,
        progress: Progress,
    ) -> None:
        self._vendors = vendors
        self._watch = watch
        self._home = home
        self._people = people
        self._forwarder = forwarder
        self._say = say
        self._progress = progress
        self._told = 0
        self._garbled = ""

    async def morning(self) -> None:
        """Uses as they come: straight ones first, then those that need people, then trouble on the wire."""
        self._say("a use of October is posted, and October closed")
        await self._tell(CLOSED_SINCE)
        await self._posted([CLOSED_SINCE])
        await self._people.close_october()
        self._say(f"the morning list: {len(MORNING)} uses that go straight through")
        await self._tell_all(MORNING)
        self._say(f"{len(CORRECTED) + 3} uses that will turn out not to have happened as recorded")
        await self._tell_all(CORRECTED)
        await self._tell(AMENDED)
        await self._tell(PAID)
        await self._tell_correction_first(EARLY)
        for_people = (*FOR_PEOPLE, ABANDONED, BY_HAND, CANCELLED, RETOLD, GARBLED)
        self._say(f"{len(for_people) + 1} uses that need people: safety, master data, charges, acts told twice")
        await self._people.doubt(REFUSED_BY_AUDITOR)
        await self._tell_all(for_people)
        self._garbled = (await self._vendors.inventory.desk("hooks"))["outbox"][-1]["event_id"]
        await self._people.hold_up_the_cabinet()
        await self._tell(CABINET)
        self._say(f"{len(WIRE)} uses with trouble on the wire, at stock, charge and cost")
        await self._tell_all(WIRE)

    async def afternoon(self) -> None:
        """What comes later: amendments and corrections, accounts, approvals, closed cases."""
        corrected = (*CORRECTED, CLOSED_SINCE)
        await self._posted([*corrected, AMENDED, *TWICE, RETOLD, GARBLED])
        self._say(f"an account is final billed; {len(corrected)} corrections and an amendment come in")
        await self._people.bill(BILLED)
        await self._amend(AMENDED, quantity=AMENDED_QUANTITY)
        for use in corrected:
            if use.correction is not None:
                await self._aim_at_undo(use, use.correction.faults)
                await self._correct(use, use.correction)
        self._say(f"{len(AGAIN)} acts are told again under another number")
        await self._tell_all(AGAIN)
        self._say("an interface sends two reports on with other content")
        await self._forward_changed(RETOLD, f"fwd_{RETOLD.number}", answered=202)
        await self._forward_changed(GARBLED, self._garbled, answered=409)
        await self._cancel(CANCELLED)
        self._say("the trauma patient is registered, item 4739 approved, cases closed; the cabinet catches up")
        await self._people.register_the_trauma_patient()
        await self._people.approve_the_new_item()
        await self._people.close_the_cases()
        await self._people.let_the_cabinet_catch_up()
        self._say("the cabinet tells of a movement that it will never book")
        await self._people.hold_up_the_cabinet()
        await self._tell(LOST)

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
        await self._reached(uses, lambda standing: standing.closed, what="posted")

    async def _reached(self, uses: Sequence[Use], reached: Callable[[Standing], bool], *, what: str) -> None:
        standings = await self._watch.until(uses, reached, within=REACHED_WITHIN, progress=self._progress)
        missing = [standing.use.number for standing in standings if not reached(standing)]
        if missing:
            raise Unplayable(f"not {what} within {REACHED_WITHIN:.0f} s: {', '.join(missing)}")

    async def _forward_changed(self, use: Use, event_id: str, *, answered: int) -> None:
        """The report goes to the gateway once more, of the same version and with another quantity."""
        told = await self._vendors.inventory.get(f"/v2/uses/{use.number}")
        await self._forwarder.forward(event_id, told | {"qty": 5}, answered=answered)

    async def _cancel(self, use: Use) -> None:
        """The operator on call cancels the run that waits for a person."""
        await self._reached([use], lambda standing: standing.quiet, what="waiting for a person")
        words = ("suture", "cancel", use.name.business_key, "--token-file", shown(self._home.token_file("ada")))
        self._say(shlex.join(words))
        cancelled = await typed(shlex.join(words), self._home)
        if cancelled.code != 0:
            raise Unplayable(f"{cancelled.line}: {cancelled.output}")
        await self._reached([use], lambda standing: standing.closed, what="cancelled")

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
