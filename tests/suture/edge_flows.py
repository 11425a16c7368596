"""A small flow with the shape of a real one, and its activities: for what lies between client, worker and replayer."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from activities.boundary import failures_cross
from canonical.asking.memory import ItemClosed, ItemOpened
from canonical.asking.writing import MoveStock
from canonical.documents.stock import StockMovement
from canonical.documents.work_item import Cause, Decision, WorkItem
from canonical.effect import Posted
from canonical.errors import Audience, Rejected
from canonical.identity import RunName
from canonical.model import Frozen
from canonical.run import Ledger, Leg, RunContext

PLANT = "MRN 0047110815"
UNSAMPLED = f"00-{'a1' * 16}-{'b2' * 8}-00"


class EdgeStart(Frozen):
    """What starts the flow."""

    context: RunContext
    fails: bool = False
    waits: bool = False


class Word(Frozen):
    """What signals and updates say."""

    said: str


def start(number: str, queue: str, *, fails: bool = False, waits: bool = False) -> EdgeStart:
    """The start of one run whose inventory is served on the given queue."""
    name = RunName(process="edge", facility="NORTH", source="inventory", number=number)
    leg = Leg(domain="inventory", system="shelf", queue=queue)
    context = RunContext(name=name, correlation_id=f"c-{number}", currency="USD", route=(leg,))
    return EdgeStart(context=context, fails=fails, waits=waits)


@workflow.defn(name="edge")
class Edge:
    """Opens a work item, moves stock, closes the item; or waits for a word."""

    @workflow.init
    def __init__(self, start: EdgeStart) -> None:
        self.context = start.context
        self.words: list[str] = []

    @workflow.run
    async def run(self, start: EdgeStart) -> Posted:
        """Tell the story."""
        if start.waits:
            await workflow.wait_condition(lambda: bool(self.words))
        context, now = start.context, workflow.now()
        item = WorkItem(
            item_id=f"{context.workflow_id}:stock:1",
            workflow_id=context.workflow_id,
            correlation_id=context.correlation_id,
            facility=context.name.facility,
            process=context.name.process,
            step="stock",
            cause=Cause.count_stock,
            question="count the shelf",
            owner=Audience.supply_chain,
            decisions=(Decision.retry,),
            opened=now,
            due=now,
        )
        soon = timedelta(seconds=10)
        await workflow.execute_local_activity("item.opened", ItemOpened(item=item), start_to_close_timeout=soon)
        ledger = Ledger(step="stock", domain="inventory").sending(context.workflow_id)
        movement = StockMovement(
            facility="NORTH",
            location="OR-1",
            item="4711",
            quantity=Decimal(1),
            unit="EA",
            serial=PLANT,
            service_date=date(2026, 11, 22),
        )
        posted: Posted = await workflow.execute_activity(
            "stock.move",
            MoveStock(context=context, ledger=ledger, movement=movement),
            result_type=Posted,
            task_queue=context.leg("inventory").queue,
            start_to_close_timeout=soon,
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50), maximum_attempts=2),
        )
        closed = ItemClosed(item_id=item.item_id, decision=Decision.retry, at=workflow.now())
        await workflow.execute_local_activity("item.closed", closed, start_to_close_timeout=soon)
        return posted

    @workflow.signal(name="receive")
    def receive(self, word: Word) -> None:
        """Hear a word."""
        self.words.append(word.said)

    @workflow.update(name="say")
    async def say(self, word: Word) -> Word:
        """Answer a word."""
        self.words.append(word.said)
        return Word(said=f"heard {word.said}")


@dataclass
class Shelf:
    """The activities; `seen` is what was known of the place while they ran."""

    look: Callable[[], Any] = nullcontext
    fails: bool = False
    seen: list[Any] = field(default_factory=list)
    call: Callable[[], Any] | None = None

    @activity.defn(name="item.opened")
    async def opened(self, order: ItemOpened) -> None:
        """Note an open item."""
        self.seen.append(self.look())

    @activity.defn(name="item.closed")
    async def closed(self, order: ItemClosed) -> None:
        """Note a closed item."""
        self.seen.append(self.look())

    @activity.defn(name="stock.move")
    async def move(self, order: MoveStock) -> Posted:
        """Move, or be refused with words that quote a patient."""
        self.seen.append(self.look())
        if self.call is not None:
            await self.call()
        with failures_cross():
            if self.fails:
                raise Rejected(
                    "refused by the shelf", system="shelf", operation="move", evidence=f"unknown patient {PLANT}"
                )
        if order.movement.item != "4711":
            raise ApplicationError("another item", type="fault")
        return Posted(reference="M-1", posting_date=datetime.now(UTC).date())

    @property
    def all(self) -> list[Callable[..., Any]]:
        """For a worker."""
        return [self.opened, self.closed, self.move]
