"""A bare workflow of any shape: so many activities, local activities and signals as the run that it stands beside."""

from pydantic import BaseModel, ConfigDict
from temporalio import workflow

from bench.bare import ONE, RETRIES
from bench.no_ops import Parcel, bare_queue, note, parcel, write

SIZE = 900
"""Bytes of JSON in one step: about what a document and its context have."""


class Shape(BaseModel):
    """What one run does, a letter a step: `a`ctivity, `l`ocal activity, `s`ignal waited for."""

    model_config = ConfigDict(frozen=True)

    steps: str
    start: Parcel


@workflow.defn(name="bare-shape")
class BareShape:
    """Carries the steps out, one after another."""

    def __init__(self) -> None:
        self._heard = 0

    @workflow.run
    async def run(self, shape: Shape) -> Parcel:
        """Systems by turns, as ours calls them."""
        number, awaited = shape.start.number, 0
        for place, step in enumerate(shape.steps):
            order = parcel(number, SIZE)
            if step == "a":
                queue = bare_queue(("inventory", "erp")[place % 2])
                await workflow.execute_activity(
                    write, order, task_queue=queue, start_to_close_timeout=ONE, retry_policy=RETRIES
                )
            elif step == "l":
                await workflow.execute_local_activity(note, order, start_to_close_timeout=ONE, retry_policy=RETRIES)
            else:
                awaited += 1
                await workflow.wait_condition(lambda: self._heard >= awaited)  # noqa: B023
        return parcel(number, 1700)

    @workflow.signal(name="hear")
    def hear(self, document: Parcel) -> None:
        """A document comes."""
        self._heard += 1
