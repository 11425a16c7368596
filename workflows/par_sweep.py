"""par-sweep: what stands below par and told nobody is taken for crossed, once a day."""

from datetime import UTC, datetime, time

from temporalio import workflow

from activities.storekeeping import Storekeeping
from canonical.asking.inventory import AskBelowPar
from canonical.documents.par_sweep import SweepStart, Swept
from canonical.documents.replenishment import ParCrossed, ParStanding
from canonical.inbound import EventType
from workflows.kit.calls import system_call
from workflows.kit.letters import as_data, write_letter


@workflow.defn(name="par-sweep")
class ParSweep:
    """One look at every par level of a facility; a Temporal Schedule starts it (`suture.schedules`)."""

    @workflow.init
    def __init__(self, start: SweepStart) -> None:
        self.context = start.context

    @workflow.run
    async def run(self, start: SweepStart) -> Swept:
        """Ask inventory what lacks, and tell the run of each need; told again on the same day, it is stored once."""
        call = system_call(self.context.leg("inventory"), start.policy.attempts, summary="asks what is below par")
        asked = AskBelowPar(context=self.context)
        below = await workflow.execute_activity_method(Storekeeping.below, asked, **call)
        for standing in below.standings:
            await self.tell(standing)
        return Swept(found=len(below.standings))

    async def tell(self, standing: ParStanding) -> None:
        """A crossing of the day, in the same words however often it is found."""
        today = workflow.now().date()
        crossing = ParCrossed(
            facility=standing.facility,
            source=self.context.name.source,
            number=f"SWEEP-{today:%Y%m%d}",
            occurred=datetime.combine(today, time(), UTC),
            location=standing.location,
            item=standing.item,
        )
        letter = f"{today:%Y%m%d}:{standing.location}:{standing.item}"
        await write_letter(self.context, letter, EventType.par_crossed, crossing.number, as_data(crossing))
