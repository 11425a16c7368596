"""The engine's own memory is told how runs stand, and asked for the policy and for people."""

from pydantic import AwareDatetime

from canonical.documents.work_item import Decision, WorkItem
from canonical.errors import Audience
from canonical.identity import USE_PROCESS
from canonical.memory import Claim, Person, RunProjection
from canonical.model import Frozen
from canonical.policy import Policy


class Note(Frozen):
    """What a run tells the store at a milestone, in one local activity: all parts optional."""

    workflow_id: str
    business_key: str
    at: AwareDatetime
    recorded: tuple[str, ...] = ()
    projection: RunProjection | None = None
    closing: str | None = None
    waits_for: tuple[str, ...] | None = None
    acts: tuple[str, ...] = ()
    freed: tuple[str, ...] = ()
    release: bool = False


class NoteAnswer(Frozen):
    """The answer to a claim, where the note carried acts."""

    claim: Claim | None = None


class ItemOpened(Frozen):
    """Project a newly opened work item."""

    item: WorkItem


class ItemEscalated(Frozen):
    """Project that an overdue item went to its next owner."""

    item_id: str
    owner: Audience
    escalations: int
    due: AwareDatetime


class ItemClosed(Frozen):
    """Project that an item was closed, by a person's decision or by the run itself."""

    item_id: str
    decision: Decision | None = None
    person: str | None = None
    reason: str = ""
    at: AwareDatetime


class AskPolicy(Frozen):
    """Ask for the policy that the configuration has for a facility and a process now."""

    facility: str
    process: str = USE_PROCESS


class PolicyAnswer(Frozen):
    """The policy; none where the configuration no longer has the facility."""

    policy: Policy | None = None


class WhoIs(Frozen):
    """Ask who stands behind a credential, now."""

    credential: str
    item_id: str


class WhoIsAnswer(Frozen):
    """The person; none where no token has this digest."""

    person: Person | None = None


class Registered(Frozen):
    """A business key that a run is about to create, under the run's own correlation id."""

    business_key: str
    correlation_id: str
