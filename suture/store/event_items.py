"""Work items about events that no run answers for: the gateway's own, opened and closed in the store directly."""

from datetime import datetime, timedelta
from hashlib import sha256

from canonical.documents.work_item import Cause, Decision, WorkItem
from canonical.envelope import Envelope
from canonical.errors import Audience
from suture.store.audit import Audit
from suture.store.inbox import Inbox
from suture.store.work_items import WorkItems

INBOX = "inbox"
DUE = timedelta(hours=8)


class EventItems:
    """Asks about events and carries out what a person decides."""

    def __init__(self, work_items: WorkItems, inbox: Inbox, audit: Audit) -> None:
        self._work_items = work_items
        self._inbox = inbox
        self._audit = audit

    async def ask(self, envelope: Envelope, cause: Cause, words: str, *, at: datetime, part: str = "") -> str:
        """Open the item, or open it again; answers its id. `part` tells several questions about one event apart."""
        digest = sha256(f"{envelope.source}:{envelope.id}:{cause}:{part}".encode()).hexdigest()[:16]
        again = (Decision.retry,) if cause is Cause.event_refused else ()
        item = WorkItem(
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
        await self._work_items.opened(item)
        return item.item_id

    async def ask_again(self, envelope: Envelope, cause: Cause, words: str, *, at: datetime) -> str:
        """As `ask`, also where a person closed the same question before: deliver again was tried, and refused again."""
        item_id = await self.ask(envelope, cause, words, at=at)
        await self._work_items.reopened(item_id)
        return item_id

    async def decide(self, item_id: str, *, decision: Decision, person: str, reason: str, at: datetime) -> None:
        """Carry out a decision: `retry` puts the event back among those to be delivered, `acknowledge` leaves it.

        `KeyError` where there is no such item, `ValueError` where it is closed or does not take this decision.
        """
        listed = await self._work_items.get(item_id)
        if listed.item.workflow_id != INBOX or listed.closed_at is not None or decision not in listed.item.decisions:
            raise ValueError("the item is closed, or does not take this decision")
        if decision is Decision.retry:
            envelope = Envelope.model_validate_json(listed.item.evidence)
            event = await self._inbox.find(source=envelope.source, event_id=envelope.id)
            if event is None:
                raise ValueError("the event is no longer in the inbox")
            await self._inbox.resubmit(event.id)
        await self._work_items.closed(item_id, decision=decision, person=person, reason=reason, at=at)
        await self._audit.append(
            who=person,
            action=f"event.{decision}",
            subject=item_id,
            correlation_id=listed.item.correlation_id,
            at=at,
        )
