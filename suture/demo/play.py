"""Plays the day: arranges what goes wrong, lets the point of care tell its uses, and people do what they do later."""

from collections.abc import Sequence

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
from suture.demo.standing import Progress, Watch
from suture.demo.telling import Say, Telling, Unplayable
from suture.demo.typist import OPERATOR, Typist
from suture.demo.uses import UNDO_OPERATIONS, Fault, Use
from suture.demo.vendors import Vendors
from suture.demo.wire import WIRE
from suture.store.effects import Effect
from suture.up.folder import Home


class Play(Telling):
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
        super().__init__(vendors, watch, progress=progress)
        self._typist = Typist(home, say)
        self._people = people
        self._forwarder = forwarder
        self._say = say
        self._garbled = ""

    async def morning(self) -> None:
        """Uses as they come: straight ones first, then those that need people, then trouble on the wire."""
        self._say("a use of October is posted, and October closed")
        await self.tell(CLOSED_SINCE)
        await self.posted([CLOSED_SINCE])
        await self._people.close_october()
        self._say(f"the morning list: {len(MORNING)} uses that go straight through")
        await self.tell_all(MORNING)
        self._say(f"{len(CORRECTED) + 3} uses that will turn out not to have happened as recorded")
        await self.tell_all(CORRECTED)
        await self.tell(AMENDED)
        await self.tell(PAID)
        await self._tell_correction_first(EARLY)
        for_people = (*FOR_PEOPLE, ABANDONED, BY_HAND, CANCELLED, RETOLD, GARBLED)
        self._say(f"{len(for_people) + 1} uses that need people: safety, master data, charges, acts told twice")
        await self._people.doubt(REFUSED_BY_AUDITOR)
        await self.tell_all(for_people)
        self._garbled = (await self._vendors.inventory.desk("hooks"))["outbox"][-1]["event_id"]
        await self._people.hold_up_the_cabinet()
        await self.tell(CABINET)
        self._say(f"{len(WIRE)} uses with trouble on the wire, at stock, charge and cost")
        await self.tell_all(WIRE)

    async def afternoon(self) -> None:
        """What comes later: amendments and corrections, accounts, approvals, closed cases."""
        corrected = (*CORRECTED, CLOSED_SINCE)
        await self.posted([*corrected, AMENDED, *TWICE, RETOLD, GARBLED])
        self._say(f"an account is final billed; {len(corrected)} corrections and an amendment come in")
        await self._people.bill(BILLED)
        await self.amend(AMENDED, quantity=AMENDED_QUANTITY)
        for use in corrected:
            if use.correction is not None:
                await self._aim_at_undo(use, use.correction.faults)
                await self.correct(use, use.correction)
        self._say(f"{len(AGAIN)} acts are told again under another number")
        await self.tell_all(AGAIN)
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
        await self.tell(LOST)

    async def _tell_correction_first(self, use: Use) -> None:
        """The webhook of the use is held back until that of its correction has gone out."""
        if use.correction is None:
            raise ValueError(f"{use.number} has no correction")
        await self.treat_webhook("reorder")
        await self.tell(use)
        await self.correct(use, use.correction)

    async def _forward_changed(self, use: Use, event_id: str, *, answered: int) -> None:
        """The report goes to the gateway once more, of the same version and with another quantity."""
        told = await self._vendors.inventory.get(f"/v2/uses/{use.number}")
        await self._forwarder.forward(event_id, told | {"qty": 5}, answered=answered)

    async def _cancel(self, use: Use) -> None:
        """The operator on call cancels the run that waits for a person."""
        await self.reached([use], lambda standing: standing.quiet, what="waiting for a person")
        await self._typist.type(("cancel", use.name.business_key), by=OPERATOR)
        await self.reached([use], lambda standing: standing.closed, what="cancelled")

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
            await self.strike(system, operation, fault, key=key)


def _newest(effects: Sequence[Effect], step: str) -> Effect:
    return [effect for effect in effects if effect.intent.step == step and effect.intent.undoes is None][-1]
