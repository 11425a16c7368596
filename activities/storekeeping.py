"""Storekeeping: what a location needs, and which surgical cases need an item."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio import activity

from activities.boundary import failures_cross
from canonical.asking.inventory import AskBelowPar, AskCases, AskPar, BelowParAnswer, CasesAnswer, ParAnswer
from canonical.documents.replenishment import CaseAtRisk
from canonical.memory import Vault
from canonical.ports import Storeroom


@dataclass(frozen=True)
class Storekeeping:
    """The calls to one inventory system."""

    storeroom: Storeroom
    vault: Vault

    def all(self) -> tuple[Callable[..., Any], ...]:
        """What a worker registers."""
        return (self.par, self.below, self.cases)

    @activity.defn(name="par.look-up")
    async def par(self, ask: AskPar) -> ParAnswer:
        """How the item stands against its par level."""
        with failures_cross():
            facility = ask.context.name.facility
            return ParAnswer(standing=await self.storeroom.par(facility=facility, location=ask.location, item=ask.item))

    @activity.defn(name="par.sweep")
    async def below(self, ask: AskBelowPar) -> BelowParAnswer:
        """Everything of the facility that stands below par."""
        with failures_cross():
            return BelowParAnswer(standings=await self.storeroom.below_par(facility=ask.context.name.facility))

    @activity.defn(name="cases.look-up")
    async def cases(self, ask: AskCases) -> CasesAnswer:
        """The scheduled surgical cases that need the item; their numbers turn into tokens here."""
        with failures_cross():
            facility = ask.context.name.facility
            found = await self.storeroom.cases_needing(facility=facility, item=ask.item, until=ask.until)
        if found is None:
            return CasesAnswer(known=False)
        tokens = [await self.vault.tokenise("case", one.case_number) for one in found]
        return CasesAnswer(
            cases=tuple(
                CaseAtRisk(surgical_case=token, on=one.on, item=ask.item, quantity=one.quantity)
                for token, one in zip(tokens, found, strict=True)
            )
        )
