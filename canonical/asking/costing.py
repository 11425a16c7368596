"""The ERP's ledger is asked what an item costs."""

from canonical.documents.costing import Valuation
from canonical.model import Frozen
from canonical.run import RunContext


class AskValuation(Frozen):
    """Ask the ERP what one base unit costs."""

    context: RunContext
    item: str
    location: str


class AskBookedWith(Frozen):
    """Ask the ERP what it has booked by itself with a stock movement."""

    context: RunContext
    movement: str


class ValuationAnswer(Frozen):
    """The valuation; none where the ERP has none."""

    valuation: Valuation | None = None
