"""The state that every run of ordering, receiving and paying keeps, whatever else it knows."""

from canonical.kinds import DOMAINS, Kind
from canonical.model import Frozen
from canonical.run import Ledger, Leg


class PurchasingRun(Frozen):
    """`ledgers` in the order in which they were first written; undone in the opposite order.

    `left` names the work item that an abandoned or cancelled run leaves behind, `policy` the version that the run closed
    under, `route` that of the first run, which later runs keep. `letters` counts what was sent to other runs.
    """

    ledgers: tuple[Ledger, ...] = ()
    left: str = ""
    policy: str = ""
    route: tuple[Leg, ...] = ()
    letters: int = 0

    def ledger(self, step: str) -> Ledger | None:
        """The ledger of a step; none where nothing was ever to be written for it."""
        return next((ledger for ledger in self.ledgers if ledger.step == step), None)

    def of_kind(self, kind: Kind) -> tuple[Ledger, ...]:
        """The ledgers of one kind of document."""
        return tuple(ledger for ledger in self.ledgers if ledger.kind == kind)

    def keeping(self, ledger: Ledger) -> tuple[Ledger, ...]:
        """The ledgers with this one in its place, or at the end where it is new."""
        if self.ledger(ledger.step) is None:
            return (*self.ledgers, ledger)
        return tuple(ledger if one.step == ledger.step else one for one in self.ledgers)


def ledger_for(step: str, kind: Kind) -> Ledger:
    """A ledger in which nothing was written yet."""
    return Ledger(step=step, domain=DOMAINS[kind], kind=kind)
