"""Schedules: what Temporal starts by the clock. Set down at each start of a worker, so that they follow the configuration.

And every hour again: a facility may move to other systems on a day on which no worker is started.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from canonical.documents.par_sweep import SweepStart
from canonical.identity import SWEEP_PROCESS, TRANSACTIONS_QUEUE, sweep_run
from canonical.purchasing.policy import PurchasingPolicy
from canonical.run import RunContext
from suture.settings import Settings
from suture.temporal.search_attributes import at_start

AGAIN_AFTER = timedelta(hours=1)


async def apply_schedules(
    client: Client, settings: Settings, *, queue: str = TRANSACTIONS_QUEUE, now: datetime | None = None
) -> tuple[str, ...]:
    """Sweep the par levels of each facility that orders through the engine; answers the schedules there are now.

    Each asks the systems that serve the facility at this moment.
    """
    moment = now or datetime.now(UTC)
    wanted = {
        sweep_run(name).workflow_id: schedule
        for name in settings.facilities
        if (schedule := _sweep(settings, name, queue=queue, now=moment)) is not None
    }
    for identity, schedule in wanted.items():
        await _apply(client, identity, schedule)
    return tuple(wanted)


async def _apply(client: Client, identity: str, schedule: Schedule) -> None:
    def replaced(known: ScheduleUpdateInput) -> ScheduleUpdate:
        # Whoever paused it has a reason that a restart does not know.
        schedule.state = known.description.schedule.state
        return ScheduleUpdate(schedule=schedule)

    try:
        await client.create_schedule(identity, schedule)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(identity).update(replaced)


def _sweep(settings: Settings, name: str, *, queue: str, now: datetime) -> Schedule | None:
    facility = settings.facilities[name]
    today = now.astimezone(ZoneInfo(facility.timezone)).date()
    route = settings.route(name, today)
    served = {leg.domain for leg in route}
    if not {"procurement", "supplier", "inventory"} <= served:
        return None
    run, policy = sweep_run(name), settings.policy_for(name, SWEEP_PROCESS)
    context = RunContext(name=run, correlation_id=run.workflow_id, currency=facility.currency, route=route)
    every = (policy.purchasing or PurchasingPolicy()).replenishing.sweep_every
    return Schedule(
        action=ScheduleActionStartWorkflow(
            SWEEP_PROCESS,
            SweepStart(context=context, policy=policy),
            id=run.workflow_id,
            task_queue=queue,
            typed_search_attributes=at_start(run, context.correlation_id),
            static_summary=f"looks at the par levels of {name}",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
