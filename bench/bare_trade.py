"""Bare runs beside those of ordering and paying: workflows of the shapes that were counted, started together."""

from collections.abc import Sequence
from dataclasses import dataclass

from temporalio.client import Client, WorkflowHandle

from bench.bare_shape import SIZE, BareShape, Shape
from bench.figures import Trips
from bench.hospital import numbers
from bench.no_ops import QUEUE, parcel


def shape_of(trips: Trips) -> str:
    """The steps of a run: its local activities spread among its activities, its signals as early as they come."""
    activities, locals_, signals = (round(each) for each in (trips.activities, trips.local_activities, trips.signals))
    share, more = divmod(locals_, activities + 1)
    groups = ["l" * (share + (place < more)) for place in range(activities + 1)]
    return "s" * signals + "a".join(groups)


@dataclass
class BareTradeSubject:
    """Runs of these shapes, started together; each is sent its signals."""

    client: Client
    shapes: tuple[str, ...]

    async def ready(self, count: int) -> Sequence[str]:
        """Nothing but names."""
        return [f"bare-trade:{number}" for number in numbers(count)]

    async def carry_out(self, run: str) -> None:
        """Start every run of it with its first signal, as a document starts ours; send the others, and wait."""
        document, handles = parcel(run, SIZE), []
        for place, steps in enumerate(self.shapes):
            signals = steps.count("s")
            handle = await self.client.start_workflow(
                BareShape.run,
                Shape(steps=steps, start=parcel(run, 2500)),
                id=f"{run}:{place}",
                task_queue=QUEUE,
                start_signal="hear" if signals else None,
                start_signal_args=[document] if signals else [],
            )
            for _ in range(signals - 1):
                await handle.signal(BareShape.hear, document)
            handles.append(handle)
        for handle in handles:
            await handle.result()

    async def check(self, runs: Sequence[str]) -> None:
        """A result says all that there is."""

    async def handles(self, run: str) -> Sequence[WorkflowHandle[object, object]]:
        """The runs of it."""
        return [self.client.get_workflow_handle(f"{run}:{place}") for place, _ in enumerate(self.shapes)]
