"""What every run carries, whatever its process: who it is, its route, and the state of each ledger it answers for."""

from enum import StrEnum
from typing import Literal

from canonical.identity import RunName, write_key
from canonical.model import Frozen

Domain = Literal["inventory", "billing", "finance", "procurement", "supplier"]


class Leg(Frozen):
    """One leg of the route: which system serves a domain, and the task queue of the calls to it."""

    domain: Domain
    system: str
    queue: str


class RunContext(Frozen):
    """Who a run is. The route was resolved once, at the first start, and serves do, look-up and undo alike."""

    name: RunName
    correlation_id: str
    currency: str
    route: tuple[Leg, ...]

    @property
    def workflow_id(self) -> str:
        """The run's workflow id."""
        return self.name.workflow_id

    def leg(self, domain: Domain) -> Leg:
        """The leg of a domain; `KeyError` where the facility has no system for it."""
        for leg in self.route:
            if leg.domain == domain:
                return leg
        raise KeyError(domain)


class Standing(StrEnum):
    """How a ledger stands with a run (domain rule 2)."""

    pending = "pending"
    accepted = "accepted"
    posted = "posted"
    exempt = "exempt"
    by_hand = "by hand"
    left = "left"


class Adopted(Frozen):
    """A document that the source posted by itself, with the key under which the run answers for it."""

    key: str
    reference: str


class Ledger(Frozen):
    """One step that writes into a ledger, with every key it ever wrote under.

    `kind` is the kind of document, where a run writes several of one kind; else the step's name says it.
    `sent` is the revision of the newest key: a run that takes up another's open write goes on under the same key.
    `revision` rises only after a proven refusal or a finished undo. `uncertain` asks for the closing look.
    `adopted` are documents that the source posted by itself. `corrected` tells that an earlier posting was taken back.
    """

    step: str
    domain: Domain
    kind: str = ""
    revision: int = 1
    sent: int = 0
    keys: tuple[str, ...] = ()
    adopted: tuple[Adopted, ...] = ()
    standing: Standing = Standing.pending
    reference: str = ""
    reason: str = ""
    uncertain: bool = False
    corrected: bool = False
    refused: bool = False

    def sending(self, workflow_id: str) -> "Ledger":
        """The ledger as it stands when its current revision is about to be sent."""
        if self.sent == self.revision:
            return self
        key = write_key(workflow_id, self.step, self.revision)
        return self.model_copy(update={"keys": (*self.keys, key), "sent": self.revision})

    @property
    def activities(self) -> str:
        """What the activities of the ledger are named after: `<this>.post`, `<this>.find`, `<this>.balance`."""
        return self.kind or self.step

    @property
    def key(self) -> str:
        """The key of the revision in force."""
        return self.keys[-1]

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do in this ledger."""
        return self.standing in (Standing.posted, Standing.exempt, Standing.by_hand)

    @property
    def expected(self) -> int:
        """How many documents must stand in the system."""
        return int(self.standing in (Standing.posted, Standing.accepted))
