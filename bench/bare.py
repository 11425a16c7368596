"""The bare workflow: the round trips of usage-to-charge with nothing in them, which is what Temporal itself costs."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from bench.no_ops import Parcel, bare_queue, look_up, note, parcel, write

ONE = timedelta(seconds=20)
RETRIES = RetryPolicy(maximum_attempts=8)


@workflow.defn(name="bare")
class Bare:
    """Three look-ups together, a local activity, one write, two writes together, a closing local activity."""

    @workflow.run
    async def run(self, start: Parcel) -> Parcel:
        """Call in the order in which usage-to-charge calls; sizes as its history has them."""
        number = start.number
        await asyncio.gather(
            self._look_up("inventory", parcel(number, 960)),
            self._look_up("billing", parcel(number, 980)),
            self._look_up("erp", parcel(number, 390)),
        )
        await self._note(parcel(number, 700))
        await self._write("inventory", parcel(number, 780))
        await asyncio.gather(self._write("billing", parcel(number, 975)), self._write("erp", parcel(number, 925)))
        await self._note(parcel(number, 2400))
        return parcel(number, 1700)

    async def _look_up(self, system: str, order: Parcel) -> Parcel:
        return await workflow.execute_activity(
            look_up, order, task_queue=bare_queue(system), start_to_close_timeout=ONE, retry_policy=RETRIES
        )

    async def _write(self, system: str, order: Parcel) -> Parcel:
        return await workflow.execute_activity(
            write, order, task_queue=bare_queue(system), start_to_close_timeout=ONE, retry_policy=RETRIES
        )

    async def _note(self, order: Parcel) -> Parcel:
        return await workflow.execute_local_activity(note, order, start_to_close_timeout=ONE, retry_policy=RETRIES)
