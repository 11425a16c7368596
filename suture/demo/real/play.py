"""Plays the uses of the day on real systems, and kills these while they are written into."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from suture.demo.real.uses import (
    AGAIN,
    AMENDED,
    ASKED,
    AT_EAST,
    CORRECTED,
    FHIR_DIES,
    STRAIGHT,
    TRYTON_DIES,
)
from suture.demo.shell import shown
from suture.demo.standing import Progress, Watch
from suture.demo.telling import Say, Telling, Unplayable
from suture.demo.typist import OPERATOR, Typist
from suture.demo.uses import CENTRES, PROCESS, SOURCE, Use, account_number, case_number
from suture.demo.vendors import Vendors
from suture.up.household import Household

AMENDED_QUANTITY = 2
LOOKS_EVERY = 0.02
WRITES_WITHIN = 60.0


class RealPlay(Telling):
    """One day. `say` tells its chapters, `progress` how far the runs are."""

    def __init__(self, house: Household, vendors: Vendors, watch: Watch, *, say: Say, progress: Progress) -> None:
        super().__init__(vendors, watch, progress=progress)
        self._house = house
        self._typist = Typist(house.home, say)
        self._say = say

    async def morning(self) -> None:
        """Uses as they come, those of EAST as files: no Tryton sends webhooks."""
        self._say(f"{len(STRAIGHT)} uses go straight through, at the mixed facility and at that on the sandbox")
        await self.tell_all(STRAIGHT)
        self._say(f"{len(ASKED)} that need people, {len(CORRECTED) + 1} that did not happen as recorded")
        await self.tell_all((*ASKED, AMENDED, *CORRECTED))
        self._say(f"{len(AT_EAST)} at the facility on Tryton and the FHIR server, handed in as files")
        for use in AT_EAST:
            await self._hand_in(use)

    async def afternoon(self) -> None:
        """What comes later: an amendment, corrections, an act that is told again."""
        corrected = [*CORRECTED, *AT_EAST]
        await self.posted([*corrected, AMENDED, *STRAIGHT])
        self._say("corrections and an amendment come in, and an act is told again under another number")
        await self.amend(AMENDED, quantity=AMENDED_QUANTITY)
        for use in corrected:
            if use.correction is None:
                continue
            if use.facility == "EAST":
                await self._take_back(use)
            else:
                await self.correct(use, use.correction)
        await self.tell(AGAIN)

    async def deaths(self) -> None:
        """Tryton, then the FHIR server, is killed under a write of a use, and started again."""
        await self._die("tryton", TRYTON_DIES, step="cost")
        await self._die("fhir", FHIR_DIES, step="charge")

    async def _die(self, name: str, use: Use, *, step: str) -> None:
        await self.tell(use)
        await self._writes(use, step)
        await self._house.crash(name)
        began = asyncio.get_running_loop().time()
        self._say(f"{name} is killed while it is to take the {step} of {use.number}, and started again")
        await self._house.again(name)
        self._say(f"{name} serves again after {asyncio.get_running_loop().time() - began:.0f} s")
        await self.posted([use])

    async def _writes(self, use: Use, step: str) -> None:
        """Until the write has been sent, or is about to be."""
        try:
            async with asyncio.timeout(WRITES_WITHIN):
                while not any(effect.intent.step == step for effect in await self._watch.effects(use)):
                    await asyncio.sleep(LOOKS_EVERY)
        except TimeoutError:
            raise Unplayable(f"{use.number}: no {step} within {WRITES_WITHIN:.0f} s") from None

    async def _hand_in(self, use: Use) -> None:
        """A report of the point of care, on paper."""
        centre = CENTRES.get(use.location, "4110")
        report: dict[str, Any] = {
            "facility": use.facility,
            "number": use.number,
            "act": f"act-{use.number}",
            "occurred": datetime(use.on.year, use.on.month, use.on.day, 15, tzinfo=UTC).isoformat(),
            "surgical_case": case_number(use.case),
            "account": account_number(use.case),
            "location": use.location,
            "performing_cost_centre": centre,
            "charged_cost_centre": centre,
            "item": str(use.item),
            "lot": use.lot,
            "quantity": str(use.quantity),
            "disposition": use.disposition,
        }
        file = self._typist.written(report, name=use.number)
        await self._typist.type(_handed(("start", PROCESS, "--file", shown(file))), by=OPERATOR)

    async def _take_back(self, use: Use) -> None:
        correction = {
            "facility": use.facility,
            "number": use.number,
            "correction": f"c-{use.number}",
            "kind": "not-used",
            "occurred": datetime.now(UTC).isoformat(),
        }
        file = self._typist.written(correction, name=f"{use.number}-correction")
        await self._typist.type(_handed(("signal", use.name.business_key, "--file", shown(file))), by=OPERATOR)


def _handed(words: Sequence[str]) -> tuple[str, ...]:
    return (*words, "--source", SOURCE)
