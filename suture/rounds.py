"""Rounds: what no run looks after any more: questions of runs that somebody terminated, and items that are overdue."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from canonical.documents.work_item import Cause, Decision, WorkItem
from canonical.errors import Audience
from canonical.identity import RunName, work_item_id
from canonical.memory import RunProjection
from canonical.policy import Ladder
from suture.store.errors import StoreUnavailable
from suture.store.store import Store
from suture.telemetry.context import Place, within

_LOG = logging.getLogger(__name__)
ENDED_BADLY = 'ExecutionStatus IN ("Terminated", "Failed", "TimedOut") AND CloseTime > "{since}"'
OVERLAP = timedelta(minutes=10)
"""How far a round looks back behind the one before it: visibility is written after the run has ended."""
CLOCK = timedelta(hours=4)


@dataclass
class Rounds:
    """Goes round the runs that ended badly since the last time."""

    client: Client
    store: Store
    ladder: Ladder = field(default_factory=Ladder)
    since: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    async def run(self, *, every: timedelta = timedelta(seconds=30)) -> None:
        """Go round until cancelled; with Temporal or the store away, the next round finds the same runs."""
        while True:
            try:
                await self.make()
                await self.escalate()
            except (RPCError, RuntimeError, StoreUnavailable):
                _LOG.warning("a round over ended runs could not be made, and is made again")
            except Exception as defect:
                # Whoever serves beside the rounds would not see that they have ended.
                _LOG.error("a round over ended runs failed, and is made again", exc_info=defect)
            await asyncio.sleep(every.total_seconds())

    async def make(self) -> int:
        """Settle every run that ended badly and still looks open; answers how many. Repeating it changes nothing.

        A run that cannot be settled is logged and left for the next round, and keeps no other from being settled.
        """
        began = datetime.now(UTC)
        settled = failed = 0
        query = ENDED_BADLY.format(since=self.since.strftime("%Y-%m-%dT%H:%M:%SZ"))
        async for ended in self.client.list_workflows(query):
            for run in await self.store.runs.find(workflow_id=ended.id):
                if run.closed is not None or await self._goes_on(ended.id):
                    continue
                status = ended.status.name.lower().replace("_", " ") if ended.status else "gone"
                with within(run.correlation_id, Place(facility=run.facility, process=run.process)):
                    try:
                        await self._settle(run, status, ended.close_time or began)
                        settled += 1
                    except StoreUnavailable:
                        raise
                    except Exception as defect:
                        failed += 1
                        _LOG.error("an ended run could not be settled", exc_info=defect)
        if not failed:
            self.since = began - OVERLAP
        return settled

    async def escalate(self) -> int:
        """Climb one rung with every overdue item that no run looks after: of events, and of runs that have closed."""
        now = datetime.now(UTC)
        climbed = 0
        for listed in await self.store.work_items.open_items(due_before=now):
            item = listed.item
            runs = await self.store.runs.find(workflow_id=item.workflow_id)
            if self.ladder.climbs(item) and all(run.closed is not None for run in runs):
                higher = self.ladder.climbed(item)
                await self.store.work_items.escalated(
                    item.item_id, owner=higher.owner, escalations=higher.escalations, due=higher.due
                )
                climbed += 1
        return climbed

    async def _goes_on(self, workflow_id: str) -> bool:
        """Whether another execution is under way under the same id: a run that was reset has not ended."""
        try:
            described = await self.client.get_workflow_handle(workflow_id).describe()
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise
            # It was deleted since it was listed: nothing goes on, and its questions still need somebody.
            return False
        return described.status is WorkflowExecutionStatus.RUNNING

    async def _settle(self, run: RunProjection, status: str, closed: datetime) -> None:
        """Its open questions end; one that tells what happened takes their place, with the money that was at risk."""
        items = [listed.item for listed in await self.store.work_items.of(workflow_id=run.workflow_id)]
        opened = await self.store.work_items.open_items(correlation_id=run.correlation_id)
        blocking = [one.item for one in opened if one.item.workflow_id == run.workflow_id and one.item.blocks]
        left = sum(item.cause is Cause.left_behind for item in items) + 1
        item = WorkItem(
            item_id=work_item_id(run.workflow_id, "ended", left),
            workflow_id=run.workflow_id,
            correlation_id=run.correlation_id,
            facility=run.facility,
            process=run.process,
            step="ended",
            cause=Cause.left_behind,
            question=(
                f"the run was {status} at {run.stage}, outside its own story: "
                f"compare the ledgers of {RunName.parse(run.workflow_id).number}, then acknowledge"
            ),
            owner=Audience.integration,
            decisions=(Decision.acknowledge,),
            blocks=False,
            opened=closed,
            due=closed + CLOCK,
            charge_at_risk=next((one.charge_at_risk for one in blocking if one.charge_at_risk), None),
            cost_at_risk=next((one.cost_at_risk for one in blocking if one.cost_at_risk), None),
            payable_at_risk=next((one.payable_at_risk for one in blocking if one.payable_at_risk), None),
        )
        await self.store.runs.ended(
            run.model_copy(update={"closed": closed, "outcome": status}),
            item=item,
            instead_of=[one.item_id for one in blocking],
            reason=f"its run was {status}: see {item.item_id}",
            at=closed,
        )
