"""Work items about events that no run answers for: the gateway's own, opened and closed in the store directly."""

from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from canonical.documents.work_item import Cause, Decision, WorkItem
from canonical.envelope import Envelope
from canonical.errors import Audience
from suture.store.inbox import Inbox
from suture.store.work_items import WorkItems

INBOX = "inbox"
DUE = timedelta(hours=8)


class EventItems:
    """Asks about events and carries out what a person decides."""

    def __init__(self, work_items: WorkItems, inbox: Inbox) -> None:
        self._work_items = work_items
        self._inbox = inbox

    async def ask(self, envelope: Envelope, cause: Cause, words: str, *, at: datetime, part: str = "") -> str:
        """Open the item; answers its id. `part` tells several questions about one event apart."""
        item = _item(envelope, cause, words, at=at, part=part)
        await self._work_items.opened(item)
        return item.item_id

    async def ask_again(self, envelope: Envelope, cause: Cause, words: str, *, at: datetime) -> str:
        """As `ask`, also where a person closed the same question before: deliver again was tried, and refused again."""
        item = _item(envelope, cause, words, at=at)
        await self._work_items.asked(item)
        return item.item_id

    async def decide(self, item_id: str, *, decision: Decision, person: str, reason: str, at: datetime) -> None:
        """Carry out a decision: `retry` puts the event back among those to be delivered, `acknowledge` leaves it.

        `KeyError` where there is no such item, `ValueError` where it is closed or does not take this decision.
        """
        item = (await self._work_items.get(item_id)).item
        if item.workflow_id != INBOX or decision not in item.decisions:
            raise ValueError("the item does not take this decision")
        resubmit = None
        if decision is Decision.retry:
            envelope = Envelope.model_validate_json(item.evidence)
            event = await self._inbox.find(source=envelope.source, event_id=envelope.id)
            if event is None:
                raise ValueError("the event is no longer in the inbox")
            resubmit = partial(self._inbox.resubmit, row=event.id)
        closed = await self._work_items.decided(
            item, decision, person=person, reason=reason, at=at, action=f"event.{decision}", carry_out=resubmit
        )
        if not closed:
            raise ValueError("the item is closed")


def _item(envelope: Envelope, cause: Cause, words: str, *, at: datetime, part: str = "") -> WorkItem:
    digest = sha256(f"{envelope.source}:{envelope.id}:{cause}:{part}".encode()).hexdigest()[:16]
    again = (Decision.retry,) if cause is Cause.event_refused else ()
    return WorkItem(
        item_id=f"{INBOX}:{envelope.source}:{digest}",
        workflow_id=INBOX,
        correlation_id=envelope.correlationid,
        facility=envelope.facility,
        process=INBOX,
        step=envelope.source,
        cause=cause,
        question=f"an event {envelope.type} from {envelope.source} {words}",
        owner=Audience.integration,
        decisions=(*again, Decision.acknowledge),
        opened=at,
        due=at + DUE,
        evidence=envelope.model_dump_json(),
    )
