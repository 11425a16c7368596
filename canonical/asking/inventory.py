"""Inventory is asked what was used, how items stand against their par levels, and which surgical cases need them."""

from datetime import date

from canonical.documents.replenishment import CaseAtRisk, ParStanding
from canonical.documents.usage import Usage
from canonical.model import Frozen
from canonical.run import RunContext


class AskItem(Frozen):
    """Ask inventory what was used."""

    context: RunContext
    usage: Usage


class AskKnownItem(Frozen):
    """Ask inventory for an item by its number."""

    context: RunContext
    location: str
    item: str


class AskPar(Frozen):
    """Ask inventory how an item stands against its par level at a location."""

    context: RunContext
    location: str
    item: str


class ParAnswer(Frozen):
    """The standing; none where the item has no par level there."""

    standing: ParStanding | None = None


class AskBelowPar(Frozen):
    """Ask inventory for everything that stands below its par level."""

    context: RunContext


class BelowParAnswer(Frozen):
    """What lacks, and where."""

    standings: tuple[ParStanding, ...] = ()


class AskCases(Frozen):
    """Ask inventory which scheduled surgical cases need an item up to a day."""

    context: RunContext
    item: str
    until: date


class CasesAnswer(Frozen):
    """The surgical cases, by token; `known` is false where the system knows no surgical cases at all."""

    known: bool = True
    cases: tuple[CaseAtRisk, ...] = ()
