"""Run: what Temporal sees of a process. The SDK inspects every member of a flow class anew for each run: here are few."""

from temporalio import workflow

from canonical.documents.work_item import Decided, Resolution
from canonical.envelope import Envelope
from canonical.run import RunContext
from workflows.kit.process import Process


class Run:
    """Base of every flow class: it hands documents and decisions to the process that it runs."""

    process: Process

    @property
    def context(self) -> RunContext:
        """Whose run it is, for logs, metrics and spans."""
        return self.process.context

    @workflow.signal(name="receive", description="A document or event for this transaction")
    def receive(self, document: Envelope) -> None:
        """Every document comes by this signal."""
        self.process.receive(document)

    @workflow.update(name="resolve", description="A person's decision about one open work item")
    async def resolve(self, resolution: Resolution) -> Decided:
        """Decide a work item: retry, correct, accept as done by hand, abandon, or acknowledge."""
        return await self.process.resolve(resolution)

    @resolve.validator
    def check(self, resolution: Resolution) -> None:
        """Refuse what cannot be decided so, in words."""
        self.process.check(resolution)
