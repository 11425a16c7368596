"""Where each use of the day stands, as the engine's store and Temporal tell it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from re import MULTILINE, findall
from types import TracebackType
from typing import Protocol, Self

from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from canonical.documents.usage_run import UsageRun
from canonical.documents.work_item import Cause
from canonical.identity import LAST_STAGE
from canonical.memory import RunProjection
from canonical.run import Standing as LedgerStanding
from suture.demo.uses import Use
from suture.keys import load
from suture.settings import Settings
from suture.store.effects import Effect
from suture.store.store import Store
from suture.store.work_items import Listed
from suture.temporal.client import connect
from suture.temporal.plugin import suture_plugin

LOOKS_EVERY = 1.0
ANSWERS_WITHIN = timedelta(seconds=5)
SETTLED = (LedgerStanding.posted, LedgerStanding.exempt, LedgerStanding.by_hand)


@dataclass(frozen=True)
class Standing:
    """One use: its newest run, its open work items, and whether it goes on by itself."""

    use: Use
    run: RunProjection | None
    items: tuple[Listed, ...] = ()
    moves: bool = True

    @property
    def closed(self) -> bool:
        """Whether its newest run has closed."""
        return self.run is not None and self.run.closed is not None

    @property
    def quiet(self) -> bool:
        """Whether nothing happens any more without a person."""
        return self.closed or (bool(self.items) and not self.moves)


class Seen(Protocol):
    """What the progress of the day is counted by."""

    @property
    def closed(self) -> bool: ...

    @property
    def quiet(self) -> bool: ...


Progress = Callable[[Sequence[Seen], float], None]


class Watch:
    """Looks at the runs of the day: `async with Watch(settings) as watch`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()
        self.store: Store
        self._client: Client

    async def __aenter__(self) -> Self:
        keyring = load(self._settings.keys.file)
        async with AsyncExitStack() as opening:
            self.store = await opening.enter_async_context(Store.open(self._settings.store.url, keyring))
            self._client = await connect(self._settings.temporal, plugins=[suture_plugin(keyring)])
            self._stack = opening.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def look(self, uses: Sequence[Use]) -> tuple[Standing, ...]:
        """How the uses stand now."""
        runs: dict[str, RunProjection] = {}
        for run in await self.store.runs.find(limit=100_000):
            known = runs.get(run.business_key)
            if known is None or known.ordinal < run.ordinal:
                runs[run.business_key] = run
        items: dict[str, list[Listed]] = {}
        for listed in await self.store.work_items.open_items(limit=100_000):
            items.setdefault(listed.item.correlation_id, []).append(listed)
        return tuple(
            await asyncio.gather(*(self._standing(use, runs.get(use.name.business_key), items) for use in uses))
        )

    async def until(
        self,
        uses: Sequence[Use],
        reached: Callable[[Standing], bool],
        *,
        within: float,
        progress: Progress,
    ) -> tuple[Standing, ...]:
        """Look until all have reached it or the time is over; answers how they stand then."""
        started = asyncio.get_running_loop().time()
        while True:
            standings = await self.look(uses)
            spent = asyncio.get_running_loop().time() - started
            progress(standings, spent)
            if all(map(reached, standings)) or spent > within:
                return standings
            await asyncio.sleep(LOOKS_EVERY)

    async def is_open(self, item_id: str) -> bool:
        """Whether a person is still asked this."""
        return item_id in [listed.item.item_id for listed in await self.store.work_items.open_items(limit=100_000)]

    async def asked(self) -> frozenset[Cause]:
        """Why people were ever asked about a run, also what is answered since."""
        runs = await self.store.runs.find(limit=100_000)
        belonging = dict.fromkeys(run.correlation_id for run in runs)
        found = [await self.store.work_items.of(correlation_id=one) for one in belonging]
        return frozenset(listed.item.cause for items in found for listed in items)

    async def trigger(self, schedule: str) -> None:
        """Let a schedule of Temporal be due now."""
        await self._client.get_schedule_handle(schedule).trigger()

    async def correlation(self, use: Use) -> str | None:
        """The correlation id of a use; none where its event was never accepted."""
        return await self.store.correlations.find(use.name.business_key)

    async def effects(self, use: Use) -> tuple[Effect, ...]:
        """Everything that the engine ever wrote for a use."""
        correlation_id = await self.correlation(use)
        return () if correlation_id is None else await self.store.effects.of(correlation_id=correlation_id)

    async def ended(self, run: RunProjection) -> UsageRun | None:
        """The closing state of a run."""
        closing = await self.store.runs.closing(run.workflow_id)
        return None if closing is None else UsageRun.model_validate_json(closing)

    async def settled(self, run: RunProjection) -> frozenset[str]:
        """The ledgers that an open run has settled, by its own details in the Web UI; none where nobody answers."""
        handle = self._client.get_workflow_handle(run.workflow_id)
        try:
            told = await handle.query(
                "__temporal_workflow_metadata", result_type=WorkflowMetadata, rpc_timeout=ANSWERS_WITHIN
            )
        except (RPCError, WorkflowQueryFailedError):
            return frozenset()
        lines = findall(rf"^- (\w+): ({'|'.join(LedgerStanding)})", told.current_details, MULTILINE)
        return frozenset(step for step, standing in lines if standing in SETTLED)

    async def _standing(self, use: Use, run: RunProjection | None, items: dict[str, list[Listed]]) -> Standing:
        if run is None:
            return Standing(use, None)
        open_items = tuple(items.get(run.correlation_id, ()))
        if run.closed is not None or not open_items:
            return Standing(use, run, open_items)
        waits = run.stage == LAST_STAGE or any(listed.item.blocks for listed in open_items)
        return Standing(use, run, open_items, moves=not waits or await self.is_busy(run.workflow_id))

    async def is_busy(self, workflow_id: str) -> bool:
        """Whether a worker is at it, or a call to a system is under way or to be tried again."""
        try:
            described = await self._client.get_workflow_handle(workflow_id).describe()
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        raw = described.raw_description
        return bool(raw.pending_activities) or raw.HasField("pending_workflow_task")
