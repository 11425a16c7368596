"""Supplying: what a supplier has said of an order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio import activity

from activities.boundary import failures_cross
from canonical.asking.supplier import AcknowledgementsAnswer, AskAcknowledgements
from canonical.ports import Supplier


@dataclass(frozen=True)
class Supplying:
    """The calls to one supplier's order desk."""

    supplier: Supplier

    def all(self) -> tuple[Callable[..., Any], ...]:
        """What a worker registers."""
        return (self.acknowledgements,)

    @activity.defn(name="acknowledgement.look-up")
    async def acknowledgements(self, ask: AskAcknowledgements) -> AcknowledgementsAnswer:
        """What the supplier has said so far, for what was not heard by webhook."""
        with failures_cross():
            return AcknowledgementsAnswer(acknowledgements=await self.supplier.acknowledgements(order=ask.order))
