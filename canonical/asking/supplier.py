"""The supplier is asked what became of our orders."""

from canonical.documents.order import Acknowledgement
from canonical.model import Frozen
from canonical.run import RunContext


class AskAcknowledgements(Frozen):
    """Ask the supplier what it has said of our order."""

    context: RunContext
    order: str


class AcknowledgementsAnswer(Frozen):
    """What the supplier has said so far, oldest first."""

    acknowledgements: tuple[Acknowledgement, ...] = ()
