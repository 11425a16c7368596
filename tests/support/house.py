"""A whole engine in one process for workflow tests: a real store, real workers, and a hospital that answers at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, TypeVar
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.worker import Worker

from activities.charges import Charges
from activities.costs import Costs
from activities.notes import Notes
from activities.stock import Stock
from bench.in_process import InProcessBilling, InProcessFinance, InProcessInventory
from canonical.documents.usage import CorrectionKind, Usage, UsageCorrection
from canonical.documents.usage_run import UsageRun, UsageStart
from canonical.documents.work_item import Decided, Decision, Resolution
from canonical.envelope import Envelope
from canonical.identity import RunName
from canonical.memory import Person
from canonical.policy import Attempts, Clock, Ladder, Policy, Rung
from canonical.run import Domain, Leg, RunContext
from suture.store.store import Store
from suture.store.work_items import Listed
from workflows.usage_to_charge import UsageToCharge

T = TypeVar("T")
SOON = timedelta(milliseconds=50)
LATER = timedelta(hours=1)
TOKENS = {"supervisor": ("supervisor",), "charges": ("revenue-integrity",), "stock": ("supply-chain", "safety")}


def quick_policy(**changes: object) -> Policy:
    """Clocks short enough for tests, long enough to be seen."""
    clock = Clock(look_again=SOON, overdue=timedelta(0))
    attempts = Attempts(maximum=3, first=timedelta(milliseconds=20), longest=SOON, one=timedelta(seconds=5))
    policy = Policy(
        attempts=attempts,
        confirmation=Clock(look_again=SOON, overdue=LATER),
        account=clock,
        surgical_case=clock,
        suspense=clock,
        verification=clock,
        usage=clock,
        ladder=Ladder(rungs=(Rung(after=LATER),)),
    )
    return policy.model_copy(update=changes)


class Roll:
    """The register of people in tests: the token is the person's name."""

    def __init__(self) -> None:
        self.people = {name: Person(person=name, roles=roles) for name, roles in TOKENS.items()}

    async def person(self, credential: str) -> Person | None:
        """Who has this token."""
        return next((one for name, one in self.people.items() if digest(name) == credential), None)


def digest(token: str) -> str:
    """SHA-256, hex."""
    return sha256(token.encode()).hexdigest()


@dataclass
class House:
    """One hospital, one store, and workers on queues of their own."""

    client: Client
    store: Store
    queue: str = field(default_factory=lambda: f"house-{uuid4().hex}")
    inventory: InProcessInventory = field(default_factory=lambda: InProcessInventory("inventory", "M"))
    billing: InProcessBilling = field(default_factory=lambda: InProcessBilling("billing", "C"))
    finance: InProcessFinance = field(default_factory=lambda: InProcessFinance("erp", "J"))
    people: Roll = field(default_factory=Roll)
    policy: Policy = field(default_factory=quick_policy)
    source: str = field(default_factory=lambda: f"s{uuid4().hex[:8]}")
    worker_options: dict[str, Any] = field(default_factory=dict)
    legs: tuple[tuple[Domain, str], ...] = (("inventory", "inventory"), ("billing", "billing"), ("finance", "erp"))

    @asynccontextmanager
    async def open(self) -> AsyncIterator["House"]:
        """Serve the queues."""
        store = self.store
        async with AsyncExitStack() as stack:
            calls = [
                *Stock(self.inventory, store.effects).all(),
                *Charges(self.billing, store.effects, store.vault).all(),
                *Costs(self.finance, store.effects).all(),
                *Notes(store.runs, store.effects, store.work_items, self.people, InForce(self)).all(),
            ]
            worker = Worker(
                self.client,
                task_queue=self.queue,
                workflows=[UsageToCharge],
                activities=calls,
                build_id="test",
                **self.worker_options,
            )
            await stack.enter_async_context(worker)
            yield self

    def context(self, number: str, *, ordinal: int = 1) -> RunContext:
        """Who a run of this house is."""
        name = RunName(process="usage-to-charge", facility="NORTH", source=self.source, number=number, ordinal=ordinal)
        return RunContext(
            name=name,
            correlation_id=f"c-{number}",
            currency="USD",
            route=tuple(Leg(domain=domain, system=system, queue=self.queue) for domain, system in self.legs),
        )

    def workflow_id(self, number: str) -> str:
        """The id of the first run of a use."""
        return self.context(number).workflow_id

    async def usage(self, number: str, **changes: object) -> Usage:
        """A use as the intake hands it on, its case and account tokenised."""
        case = await self.store.vault.tokenise("case", f"case of {number}")
        account = await self.store.vault.tokenise("acct", f"account of {number}")
        usage = Usage(
            facility="NORTH",
            source=self.source,
            number=number,
            occurred=datetime(2026, 11, 2, 15, tzinfo=UTC),
            act=f"act-{number}",
            surgical_case=case,
            account=account,
            service_date=date(2026, 11, 2),
            location="OR-1",
            performing_cost_centre="4100",
            charged_cost_centre="4100",
            item="4702",
            lot="L1",
            quantity=Decimal(2),
            unit="each",
            disposition="consumed",
        )
        return Usage.model_validate(usage.model_dump() | changes)

    def envelope(self, kind: str, number: str, data: dict[str, Any], *, event: str | None = None) -> Envelope:
        """A document as the dispatcher hands it to a run."""
        return Envelope(
            id=event or uuid4().hex,
            source=self.source,
            type=kind,
            subject=number,
            time=datetime(2026, 11, 2, 15, tzinfo=UTC),
            facility="NORTH",
            data=data,
        )

    async def send(self, document: Envelope, *, closing: UsageRun | None = None, ordinal: int = 1) -> WorkflowHandle:
        """Start the run, or signal the one that is there."""
        context = self.context(document.subject, ordinal=ordinal)
        return await self.client.start_workflow(
            UsageToCharge.run,
            UsageStart(context=context, policy=self.policy, closing=closing),
            id=context.workflow_id,
            task_queue=self.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            start_signal="receive",
            start_signal_args=[document],
        )

    async def report(self, usage: Usage) -> WorkflowHandle:
        """Report a use."""
        return await self.send(self.envelope("usage.reported", usage.number, usage.model_dump(mode="json")))

    async def correct(
        self, usage: Usage, kind: CorrectionKind, replacement: Usage | None = None, *, version: int = 1
    ) -> UsageCorrection:
        """A correction of a use."""
        return UsageCorrection(
            facility=usage.facility,
            source=usage.source,
            number=usage.number,
            version=version,
            occurred=usage.occurred,
            correction=f"K-{usage.number}-{version}",
            kind=kind,
            replacement=replacement,
        )

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

    house: House

    async def policy(self, facility: str, process: str) -> Policy | None:
        """The same for every facility and process."""
        return self.house.policy


async def eventually(ask: Callable[[], Awaitable[T | None]], *, within: float = 60.0) -> T:
    """Ask until there is an answer."""
    async with asyncio.timeout(within):
        while (answer := await ask()) is None:
            await asyncio.sleep(0.02)
        return answer


async def refusal(work: Awaitable[Any]) -> str:
    """The words in which an update was refused."""
    try:
        await work
    except WorkflowUpdateFailedError as refused:
        return str(refused.cause)
    raise AssertionError("the update was not refused")
