"""Par sweep: what a look at all par levels of a facility takes to start, and what it answers."""

from canonical.model import Frozen
from canonical.policy import Policy
from canonical.run import RunContext


class SweepStart(Frozen):
    """Whose par levels, and by which policy; set down when the schedule was."""

    context: RunContext
    policy: Policy


class Swept(Frozen):
    """How many needs were found."""

    found: int
