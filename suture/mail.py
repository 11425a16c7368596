"""Mail: what one run tells another goes through the inbox like every event, so that it is neither lost nor heard twice."""

from datetime import UTC, datetime

from canonical.effect import Edge
from canonical.identity import BASKET_PROCESS, OWN_DOCUMENTS, REQUEST_PROCESS, RunName, write_key
from canonical.inbound import EventType, Inbound
from canonical.kinds import Kind
from canonical.receiving.refills import Refill
from suture.dispatch import Dispatcher
from suture.intake import OWN, SUBJECTS, TOLD_BY, Intake
from suture.store.correlations import Correlations
from suture.store.inbox import Accepted
from suture.store.lineage import Lineage
from suture.store.waits import Waits


class Mail:
    """`canonical.memory.Mail` over the intake and the dispatcher of this process."""

    def __init__(self, intake: Intake, dispatcher: Dispatcher) -> None:
        self._intake = intake
        self._dispatcher = dispatcher
        self._correlations: Correlations = dispatcher.store.correlations
        self._lineage: Lineage = dispatcher.store.lineage
        self._waits: Waits = dispatcher.store.waits

    async def send(self, event: Inbound) -> str:
        """Store the event and hand it over; what cannot be handed over now waits for a sweep.

        News of an order for which nobody waits are not kept: whoever begins to wait looks once more by itself.
        """
        content = event.model_dump_json(exclude={"time"}).encode()
        if event.type is EventType.order_moved:
            subject, teller = f"{SUBJECTS[event.type]}:{event.number}", event.id.rpartition(":")[0]
            if not await self._waits.anybody(subject, but=teller):
                return subject
            event = event.model_copy(update={"data": event.data | {TOLD_BY: teller}})
        answer = await self._intake.take(event, source=OWN, raw=content)
        if isinstance(answer, Accepted):
            if event.type is EventType.item_requested:
                # Until it is ordered no system knows of it, and nothing else would lead from the need to the basket.
                await self._lineage.tell(_asked_for(event, answer.business_key), at=datetime.now(UTC))
            await self._dispatcher.dispatch_now(answer.id)
        return answer.business_key

    async def register(self, business_key: str, correlation_id: str) -> None:
        """Put what a run is about to create under the run's own correlation id; a key that has one keeps it."""
        await self._correlations.register(business_key, correlation_id, at=datetime.now(UTC))

    async def refills(self, *, facility: str, location: str, item: str) -> tuple[Refill, ...]:
        """Requests to refill a par level from which no goods on the shelf have come, and that were not taken back."""
        need = (location, OWN_DOCUMENTS[REQUEST_PROCESS], item)
        asked = await self._lineage.next_to(need, kind=Kind.replacement, facility=facility)
        came = [await self._lineage.next_to(one, facility=facility) for one in asked]
        open_ones = (one for one, goods in zip(asked, came, strict=True) if not goods)
        return tuple(Refill(system=system, reference=reference) for system, _, reference in open_ones)


def _asked_for(event: Inbound, business_key: str) -> tuple[Edge, Edge]:
    """From a par level, or a use, to the request; and on into the basket of this business key."""
    need = RunName(
        process=REQUEST_PROCESS, facility=event.facility, source=event.data["location"], number=event.data["item"]
    )
    asks = RunName.parse(event.data["use"]) if event.data.get("use") else need
    basket = RunName.parse(business_key)
    run, _, letter = event.id.rpartition(":")
    request = {"system": "request", "kind": "request", "reference": event.number}
    asked = Edge(
        from_system=asks.source,
        from_kind=OWN_DOCUMENTS[asks.process],
        from_reference=asks.number,
        **{f"to_{name}": value for name, value in request.items()},
        relation="asked-for",
        effect_key=write_key(run, f"letter-{letter}", 1),
    )
    collected = Edge(
        **{f"from_{name}": value for name, value in request.items()},
        to_system=basket.source,
        to_kind=OWN_DOCUMENTS[BASKET_PROCESS],
        to_reference=basket.number,
        relation="collected-in",
        effect_key=asked.effect_key,
    )
    return asked, collected
