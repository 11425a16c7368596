"""An engine in one process for the runs of ordering, receiving and paying: documents come and go through the real inbox."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.worker import Worker

from activities.books import Books
from activities.charges import Charges
from activities.costs import Costs
from activities.mailing import Mailing
from activities.notes import Notes
from activities.procuring import Procuring
from activities.stock import Stock
from activities.storekeeping import Storekeeping
from activities.supplying import Supplying
from bench.in_process import InProcessBilling, InProcessFinance
from bench.in_process_procurement import InProcessProcurement
from bench.in_process_storeroom import InProcessStoreroom
from bench.in_process_supplier import InProcessSupplier
from canonical.clock import Clock
from canonical.documents.document import Document
from canonical.documents.work_item import Decided, Decision, Resolution
from canonical.identity import RunName
from canonical.inbound import EventType, Inbound
from canonical.kinds import DOMAINS
from canonical.memory import RunProjection
from canonical.model import Frozen
from canonical.policy import Policy
from canonical.purchasing.policy import PurchasingPolicy
from canonical.run import Leg, RunContext
from suture.dispatch import Dispatcher
from suture.intake import Intake
from suture.mail import Mail
from suture.starting import STARTS
from suture.store.inbox import Accepted
from suture.store.store import Store
from suture.store.work_items import Listed
from tests.support.house import LATER, SOON, Roll, digest, eventually, quick_policy

NOW = datetime(2026, 11, 2, 15, tzinfo=UTC)
TODAY = date(2026, 11, 2)
LEGS = (
    ("inventory", "inventory"),
    ("billing", "billing"),
    ("finance", "erp"),
    ("procurement", "erp"),
    ("supplier", "supplier"),
)
SHORT = Clock(look_again=SOON, overdue=timedelta(0))
LONG = Clock(look_again=SOON, overdue=LATER)


class Campus(Frozen):
    """What the intake knows of the facility."""

    timezone: str = "America/New_York"
    legal_entity: str = "US01"


@dataclass
class TradeHouse:
    """One hospital, one store, one queue. Numbers are made unique by `tag`, as all houses share one Temporal server.

    `other_erps`: the facilities whose procurement is with another system, in name.
    """

    client: Client
    store: Store
    workflows: Sequence[type]
    tag: str = field(default_factory=lambda: uuid4().hex[:8])
    inventory: InProcessStoreroom = field(default_factory=lambda: InProcessStoreroom("inventory", "M"))
    billing: InProcessBilling = field(default_factory=lambda: InProcessBilling("billing", "C"))
    finance: InProcessFinance = field(default_factory=lambda: InProcessFinance("erp", "J"))
    procurement: InProcessProcurement = field(default_factory=InProcessProcurement)
    supplier: InProcessSupplier = field(default_factory=lambda: InProcessSupplier("supplier"))
    people: Roll = field(default_factory=Roll)
    policy: Policy = field(default_factory=quick_policy)
    purchasing: PurchasingPolicy = field(default_factory=PurchasingPolicy)
    worker_options: dict[str, Any] = field(default_factory=dict)
    other_erps: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.queue = f"trade-{self.tag}"
        intake = Intake(self.store, facilities={"NORTH": Campus(), "SOUTH": Campus(legal_entity="US02")})
        self.dispatcher = Dispatcher(client=self.client, store=self.store, start=self.start, queue=self.queue)
        self.intake, self.mail = intake, Mail(intake, self.dispatcher)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["TradeHouse"]:
        """Serve the queue."""
        store, effects = self.store, self.store.effects
        served = [
            *Notes(store.runs, effects, store.work_items, self.people, InForce(self)).all(),
            *Mailing(self.mail, store.order_book).all(),
            *Stock(self.inventory, effects).all(),
            *Charges(self.billing, effects, store.vault).all(),
            *Costs(self.finance, effects).all(),
            *Storekeeping(self.inventory, store.vault).all(),
            *Procuring(self.procurement).all(),
            *Supplying(self.supplier).all(),
        ]
        keepers = {"inventory": self.inventory, "procurement": self.procurement, "supplier": self.supplier}
        for domain, keeper in keepers.items():
            # One system may keep the books of several domains.
            books = {kind: book for kind, book in keeper.books().items() if DOMAINS[kind] == domain}
            served += Books(keeper.declares, books, effects).all()
        async with Worker(
            self.client,
            task_queue=self.queue,
            workflows=self.workflows,
            activities=served,
            build_id="test",
            **self.worker_options,
        ):
            yield self

    @property
    def in_force(self) -> Policy:
        """What a run carries now."""
        return self.policy.model_copy(update={"purchasing": self.purchasing})

    def start(
        self, name: RunName, correlation_id: str, closing: str | None, at: datetime, kept_in: str | None = None
    ) -> Any:
        """The start of a run of any process, as `suture.starting` makes it."""
        starts_with, goes_on_from = STARTS[name.process]
        systems = dict(LEGS)
        if name.facility in self.other_erps:
            systems["procurement"] = self.other_erps[name.facility]
        if kept_in is not None:
            systems["procurement"] = kept_in
        route = tuple(Leg(domain=domain, system=system, queue=self.queue) for domain, system in systems.items())
        context = RunContext(name=name, correlation_id=correlation_id, currency="USD", route=route)
        state = None if closing is None else goes_on_from.model_validate_json(closing)
        return starts_with.model_validate({"context": context, "policy": self.in_force, "closing": state})

    def number(self, plain: str) -> str:
        """A document number that no other house has."""
        return f"{plain}-{self.tag}"

    async def tell(
        self, kind: EventType, document: Document, *, event: str | None = None, source: str = ""
    ) -> Accepted:
        """A document comes in by webhook, and is handed to its run."""
        raw = document.model_dump_json()
        inbound = Inbound(
            id=event or uuid4().hex,
            type=kind,
            facility=document.facility,
            number=document.number,
            time=document.occurred,
            data=json.loads(
                document.model_dump_json(exclude={"facility", "source", "number", "legal_entity", "received"})
            ),
        )
        accepted = await self.intake.take(inbound, source=source or document.source, raw=raw.encode())
        assert isinstance(accepted, Accepted)
        assert await self.dispatcher.dispatch_now(accepted.id) or accepted.duplicate
        return accepted

    def handle(self, name: RunName) -> WorkflowHandle[Any, Any]:
        """A run by its name."""
        return self.client.get_workflow_handle(name.workflow_id)

    async def closed(self, name: RunName) -> RunProjection:
        """The run's projection once it has closed and heard its last: what comes now is for the next one."""

        async def seen() -> RunProjection | None:
            found = await self.store.runs.find(workflow_id=name.workflow_id)
            run = next((run for run in found if run.closed is not None), None)
            if run is None or (await self.handle(name).describe()).status is WorkflowExecutionStatus.RUNNING:
                return None
            return run

        return await eventually(seen)

    async def at_rest(self, name: RunName) -> None:
        """Wait until a run has neither a task nor a call under way."""

        async def rests() -> bool | None:
            # Both in one answer: between two, a task becomes a call.
            said = (await self.handle(name).describe()).raw_description
            return None if said.pending_activities or said.HasField("pending_workflow_task") else True

        await eventually(rests)

    async def at_stage(self, name: RunName, stage: str) -> RunProjection:
        """The run's projection once it stands at a stage."""

        async def seen() -> RunProjection | None:
            found = await self.store.runs.find(workflow_id=name.workflow_id)
            return next((run for run in found if run.stage == stage), None)

        return await eventually(seen)

    async def items(self, count: int = 1) -> tuple[Listed, ...]:
        """The open work items, once there are so many."""

        async def listed() -> tuple[Listed, ...] | None:
            items = await self.store.work_items.open_items()
            return items if len(items) == count else None

        return await eventually(listed)

    async def resolve(
        self, item_id: str, decision: Decision, *, who: str = "supervisor", update: str | None = None, **given: Any
    ) -> Decided:
        """Decide an item as a person with a token."""
        resolution = Resolution(item_id=item_id, decision=decision, credential=digest(who), **given)
        handle = self.client.get_workflow_handle(item_id.rsplit(":", 2)[0])
        return await handle.execute_update("resolve", resolution, id=update, result_type=Decided)


@dataclass
class InForce:
    """Policy as the house has it now."""

    house: TradeHouse

    async def policy(self, facility: str, process: str) -> Policy | None:
        """The same for every facility and process."""
        return self.house.in_force
