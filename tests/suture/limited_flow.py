"""A flow that calls a system once; of its own module, for the workflow sandbox loads it anew."""

from datetime import timedelta

from temporalio import workflow

CALL = "limited.call"


@workflow.defn(name="limited")
class Limited:
    """One call."""

    @workflow.run
    async def run(self, number: int) -> int:
        answer: int = await workflow.execute_activity(CALL, number, start_to_close_timeout=timedelta(seconds=30))
        return answer
