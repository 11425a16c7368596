"""Carried: what a run that has grown long hands to the one that goes on in its place, beside what its process keeps."""

from pydantic import AwareDatetime

from canonical.documents.work_item import Decided, Resolution, WorkItem
from canonical.ladder import Ladder
from canonical.model import Frozen


class Asked(Frozen):
    """An open work item, with what was decided about it where that is not carried out yet."""

    item: WorkItem
    resolution: Resolution | None = None
    decided: Decided | None = None
    ladder: Ladder | None = None


class Questions(Frozen):
    """The open work items of a run, the decisions about earlier ones, and how often each step has asked."""

    open: tuple[Asked, ...] = ()
    closed: dict[str, Decided] = {}
    counted: dict[str, int] = {}


class Carried(Frozen):
    """When the first of these runs started, what it shows, what it has heard, what it waits for and until when."""

    started: AwareDatetime
    stage: str
    waiting_for: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    unrecorded: tuple[str, ...] = ()
    asked_aside: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    overdue_at: dict[str, AwareDatetime] = {}
    questions: Questions = Questions()
