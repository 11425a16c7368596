"""Ladder: how an open work item is reminded of, and handed on, for as long as nobody decides."""

from datetime import datetime, timedelta

from canonical.documents.work_item import WorkItem
from canonical.errors import Audience
from canonical.model import Frozen

NO_CLOCK = timedelta(days=3650)
"""How long an item without a further rung may wait: until somebody decides."""


class Rung(Frozen):
    """One step of a ladder: so long after the one before it the owner is reminded, or the item goes to `to`."""

    after: timedelta
    to: Audience | None = None


class Ladder(Frozen):
    """The life of an open work item: reminders and escalations, in order; past the last rung it stays where it is."""

    rungs: tuple[Rung, ...] = (
        Rung(after=timedelta(hours=4)),
        Rung(after=timedelta(hours=8), to=Audience.integration),
    )

    def first_due(self, opened: datetime) -> datetime:
        """When an item opened now is overdue for the first time."""
        return opened + (self.rungs[0].after if self.rungs else NO_CLOCK)

    def climbs(self, item: WorkItem) -> bool:
        """Whether there is a rung left for the item."""
        return item.escalations < len(self.rungs)

    def climbed(self, item: WorkItem) -> WorkItem:
        """The item one rung further: with its owner reminded, or in the hands of the next."""
        owner = self.rungs[item.escalations].to or item.owner
        climbed = item.escalations + 1
        due = item.due + (self.rungs[climbed].after if climbed < len(self.rungs) else NO_CLOCK)
        return item.model_copy(update={"owner": owner, "escalations": climbed, "due": due})
